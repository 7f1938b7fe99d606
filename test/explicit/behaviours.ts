/**
 * Graphs as lists of edges, and slow definitions of what liveness means on them. Written from the definitions, on sets;
 * shares no code with the engine.
 */
import type { Agent, System } from '../../src/ir/system.ts'
import { elements } from '../../src/ir/system.ts'
import { interpreter } from './interpreter.ts'

export interface Edge {
  readonly from: number
  readonly to: number
  readonly agent: number
}

export interface Behaviours {
  readonly count: number
  readonly initial: ReadonlySet<number>
  readonly edges: readonly Edge[]
  /** Agents with failing ways, per state. */
  readonly failing: readonly ReadonlySet<number>[]
  readonly fairness: readonly Agent['fairness'][]
}

export const enabledIn = ({ edges, failing }: Behaviours, state: number): Set<number> =>
  new Set([...edges.filter((e) => e.from === state).map((e) => e.agent), ...failing[state]])

/** Whether a behaviour that visits exactly these states again and again, and takes every edge among them, is fair. */
const isFair = (g: Behaviours, states: ReadonlySet<number>): boolean => {
  const taken = new Set(g.edges.filter((e) => states.has(e.from) && states.has(e.to)).map((e) => e.agent))
  return g.fairness.every((fairness, agent) => {
    if (fairness === 'none' || taken.has(agent)) return true
    const enabled = [...states].map((s) => enabledIn(g, s).has(agent))
    return fairness === 'weak' ? enabled.includes(false) : !enabled.includes(true)
  })
}

/** What is reached from a state over edges inside a set, in at least one step. */
const reached = (g: Behaviours, from: number, inside: (state: number) => boolean): Set<number> => {
  const found = new Set<number>()
  const queue = [from]
  for (const s of queue)
    for (const e of g.edges)
      if (e.from === s && inside(e.to) && !found.has(e.to)) {
        found.add(e.to)
        queue.push(e.to)
      }
  return found
}

const isEnd = (g: Behaviours, state: number): boolean => !g.edges.some((e) => e.from === state)

/**
 * The states outside `avoided` in which a fair behaviour can be again and again without ever being in `avoided`: tries
 * every set of states. For up to a dozen.
 */
export const recurrentByDefinition = (g: Behaviours, avoided: ReadonlySet<number>): Set<number> => {
  const free = Array.from({ length: g.count }, (_, s) => s).filter((s) => !avoided.has(s))
  const found = new Set(free.filter((s) => isEnd(g, s)))
  for (let bits = 1; bits < 2 ** free.length; bits++) {
    const states = new Set(free.filter((_, i) => (bits & (1 << i)) !== 0))
    const isConnected = [...states].every((s) => {
      const r = reached(g, s, (t) => states.has(t))
      return [...states].every((t) => r.has(t))
    })
    if (isConnected && isFair(g, states)) for (const s of states) found.add(s)
  }
  return found
}

/**
 * The same, for more states: the greatest sets of states that reach each other, and inside an unfair one those without
 * the states where an offended agent is enabled.
 */
export const recurrent = (g: Behaviours, avoided: ReadonlySet<number>): Set<number> => {
  const found = new Set<number>()
  const visit = (free: ReadonlySet<number>): void => {
    const closure = new Map([...free].map((s) => [s, reached(g, s, (t) => free.has(t))]))
    for (const s of free) {
      const mutual = new Set([...free].filter((t) => closure.get(s)?.has(t) && closure.get(t)?.has(s)))
      if (Math.min(...mutual) !== s) continue
      if (isFair(g, mutual)) {
        for (const t of mutual) found.add(t)
        continue
      }
      for (const [agent, fairness] of g.fairness.entries())
        if (fairness === 'strong') {
          const without = new Set([...mutual].filter((t) => !enabledIn(g, t).has(agent)))
          if (without.size < mutual.size && without.size > 0) visit(without)
        }
    }
  }
  const free = new Set(Array.from({ length: g.count }, (_, s) => s).filter((s) => !avoided.has(s)))
  for (const s of free) if (isEnd(g, s)) found.add(s)
  visit(free)
  return found
}

/**
 * The fewest steps from an initial state over one that owes, on without the goal, to one of the given states; null
 * where there is no way.
 */
export const stemLength = (g: Behaviours, owed: ReadonlySet<number>, goal: ReadonlySet<number>, to: ReadonlySet<number>): number | null => {
  const owes = (s: number): boolean => owed.has(s) && !goal.has(s)
  let free = new Set(g.initial)
  let owing = new Set<number>()
  for (let length = 0; length <= 2 * g.count; length++) {
    for (const s of free) if (owes(s)) owing.add(s)
    if ([...owing].some((s) => to.has(s))) return length
    free = new Set(g.edges.filter((e) => free.has(e.from)).map((e) => e.to))
    owing = new Set(g.edges.filter((e) => owing.has(e.from) && !goal.has(e.to)).map((e) => e.to))
  }
  return null
}

/** The fewest steps from an initial state to one that `isWanted`; null where there is no way. */
export const distance = (g: Behaviours, isWanted: (state: number) => boolean): number | null => {
  let level = new Set(g.initial)
  for (let length = 0; length <= g.count; length++) {
    if ([...level].some(isWanted)) return length
    level = new Set(g.edges.filter((e) => level.has(e.from)).map((e) => e.to))
  }
  return null
}

export const canReach = (g: Behaviours, from: number, isWanted: (state: number) => boolean): boolean =>
  isWanted(from) || [...reached(g, from, () => true)].some(isWanted)

export interface Explored {
  readonly behaviours: Behaviours
  readonly vectors: readonly (readonly number[])[]
  readonly numberOf: (vector: readonly number[]) => number
}

/** The reachable graph of a system, by the slow interpreter; null where it has more states. */
export const exploreSystem = (system: System, maxStates: number): Explored | null => {
  const { successors, initialStates } = interpreter(system)
  const numbers = new Map<string, number>()
  const vectors: (readonly number[])[] = []
  const number = (v: readonly number[]): number => {
    const key = v.join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, vectors.length)
    return vectors.push(v) - 1
  }
  const initial = new Set(initialStates().flatMap((w) => (w.to === null ? [] : [number(w.to)])))
  const edges: Edge[] = []
  const failing: Set<number>[] = []
  for (let s = 0; s < vectors.length; s++) {
    if (vectors.length > maxStates) return null
    failing.push(new Set())
    for (const way of successors(vectors[s])) {
      const { agent } = system.steps[way.step]
      if (way.to === null) failing[s].add(agent)
      else edges.push({ from: s, to: number(way.to), agent })
    }
  }
  return {
    behaviours: { count: vectors.length, initial, edges, failing, fairness: system.agents.map((a) => a.fairness) },
    vectors,
    numberOf: number,
  }
}

/** Where each variable starts in a vector. */
export const offsetsOf = (system: System): number[] => {
  let n = 0
  return system.variables.map((v) => {
    const at = n
    n += elements(v)
    return at
  })
}
