/** The cheapest of some sets that together hold all elements (unate covering). */

import { at } from '../../at.js'
export interface Cover {
  /** Indices of the sets taken, ascending. */
  readonly sets: readonly number[]
  /** Whether no cheaper ones will do; else the search was given up, and none of these is superfluous. */
  readonly exact: boolean
}

/** Larger problems are not searched. */
const mostCells = 400_000

interface Problem {
  /** Of each element, the sets that hold it. */
  readonly rows: readonly (readonly number[])[]
  readonly taken: readonly number[]
}

/**
 * Branch and bound after the usual reductions: sets that alone hold an element are taken, elements that come with
 * another are left out, and so are sets that a set as cheap holds all of. @throws Error for an element that is in no
 * set.
 */
export const cover = (elements: readonly (readonly number[])[], costs: readonly number[], mostNodes = 20_000): Cover => {
  const costOf = (sets: readonly number[]): number => sets.reduce((n, set) => n + at(costs, set), 0)
  const first = unique(elements.map((row) => [...row].sort((a, b) => a - b)))
  let best: readonly number[] = greedy(first, costs)
  if (first.length * costs.length > mostCells) return { sets: [...best].sort((a, b) => a - b), exact: false }
  let bestCost = costOf(best)
  let nodes = 0
  const search = (problem: Problem): void => {
    const { rows, taken } = reduce(problem, costs)
    const cost = costOf(taken)
    if (cost + bound(rows, costs) >= bestCost) return
    if (rows.length === 0) {
      best = taken
      bestCost = cost
      return
    }
    if (++nodes > mostNodes) return
    const row = rows.reduce((a, b) => (b.length < a.length ? b : a))
    const held = (set: number): number => rows.filter((r) => r.includes(set)).length
    let left = rows
    for (const set of [...row].sort((a, b) => held(b) - held(a) || at(costs, a) - at(costs, b) || a - b)) {
      search({ rows: left.filter((r) => !r.includes(set)), taken: [...taken, set] })
      // What was tried with this set is not tried again.
      left = left.map((r) => r.filter((other) => other !== set))
      if (left.some((r) => r.length === 0)) return
    }
  }
  search({ rows: first, taken: [] })
  return { sets: [...best].sort((a, b) => a - b), exact: nodes <= mostNodes }
}

/** Each row once; their sets ascend. */
const unique = (rows: readonly (readonly number[])[]): (readonly number[])[] => [...new Map(rows.map((row) => [row.join(), row])).values()]

const reduce = (problem: Problem, costs: readonly number[]): Problem => {
  let rows = unique(problem.rows)
  const taken = [...problem.taken]
  for (;;) {
    const essential = rows.find((row) => row.length === 1)?.[0]
    if (essential !== undefined) {
      taken.push(essential)
      rows = rows.filter((row) => !row.includes(essential))
      continue
    }
    const before = rows
    rows = rows.filter((row) => !rows.some((other) => other !== row && other.length <= row.length && isSubset(other, row)))
    const dominated = dominatedSets(rows, costs)
    rows = dominated.size === 0 ? rows : unique(rows.map((row) => row.filter((set) => !dominated.has(set))))
    if (dominated.size === 0 && rows.length === before.length) return { rows, taken }
  }
}

const isSubset = (a: readonly number[], b: readonly number[]): boolean => a.every((x) => b.includes(x))

const dominatedSets = (rows: readonly (readonly number[])[], costs: readonly number[]): Set<number> => {
  const held = new Map<number, number[]>()
  rows.forEach((row, i) => {
    for (const set of row) held.set(set, [...(held.get(set) ?? []), i])
  })
  const dominated = new Set<number>()
  const all = [...held].sort(([a], [b]) => a - b)
  for (const [set, own] of all)
    for (const [other, others] of all) {
      if (other === set || dominated.has(other) || at(costs, other) > at(costs, set)) continue
      if (others.length >= own.length && isSubset(own, others)) {
        dominated.add(set)
        break
      }
    }
  return dominated
}

/** What the rest costs at least: elements without a set in common each need one of their own. */
const bound = (rows: readonly (readonly number[])[], costs: readonly number[]): number => {
  const seen = new Set<number>()
  let least = 0
  for (const row of [...rows].sort((a, b) => a.length - b.length)) {
    if (row.some((set) => seen.has(set))) continue
    for (const set of row) seen.add(set)
    least += Math.min(...row.map((set) => at(costs, set)))
  }
  return least
}

const greedy = (rows: readonly (readonly number[])[], costs: readonly number[]): number[] => {
  const holds = new Map<number, number[]>()
  rows.forEach((row, i) => {
    for (const set of row) holds.set(set, [...(holds.get(set) ?? []), i])
  })
  const left = new Set(rows.keys())
  const gain = new Map([...holds].map(([set, own]) => [set, own.length]))
  const taken: number[] = []
  while (left.size > 0) {
    let best: number | null = null
    for (const [set, n] of gain) {
      const than = best === null ? 0 : (gain.get(best) ?? 0)
      if (n > than || (n === than && best !== null && at(costs, set) < at(costs, best))) best = set
    }
    if (best === null) throw new Error('an element is in no set')
    taken.push(best)
    for (const i of holds.get(best) ?? []) if (left.delete(i)) for (const set of at(rows, i)) gain.set(set, (gain.get(set) ?? 0) - 1)
  }
  // The first ones taken may have become superfluous.
  const times = rows.map((row) => row.filter((set) => taken.includes(set)).length)
  return taken.toReversed().filter((set) => {
    const own = holds.get(set) ?? []
    if (own.some((i) => times[i] === 1)) return true
    for (const i of own) times[i] = at(times, i) - 1
    return false
  })
}
