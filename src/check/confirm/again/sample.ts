/**
 * Which states are run again: those on shortest ways to whatever the engine meets (each step, branch, failure and value
 * of a condition, and the deepest state), and then, as long as there is time, others at random, until none is left.
 */
import { at } from '../../../at.js'
import type { Exploration, Sampler } from '../../../explicit/sample/sampler.js'
import type { Move, Schedule } from '../../../ir/schedule.js'
import { elements, type System, unflatten, type Vector } from '../../../ir/system.js'
import { Disagreement } from '../../../replay/disagreement.js'
import { lockedIn } from '../../../replay/memory.js'
import { createOracle } from '../../../replay/oracle.js'
import { createWalk, initialWays, type Walk } from '../../../replay/walk.js'
import type { Prepared } from '../../request/prepare.js'
import { CodeDisagrees } from '../disagreement.js'
import { compareStarts, compareState, type Difference, type Said } from './compare.js'
import { randomNumbers } from './random.js'

/** A state that some way leads to. */
interface Known {
  readonly vector: Vector
  /** The choice code of `init`. */
  start: number
  /** How it was found; null for an initial state. */
  by: { readonly from: Known; readonly move: Move } | null
  /** Steps on that way. */
  depth: number
  /** The ways that lead on, once it has been compared. */
  ways: readonly { readonly move: Move; readonly to: Known }[] | null
}

export interface Sample {
  /** States that were compared, and walks that led to them. */
  readonly states: () => number
  readonly walks: () => number
  readonly executions: () => number
  /** All reachable states were compared. */
  readonly isComplete: () => boolean
  /** The states that the engine's exploration asks for; ends where they are compared. */
  readonly directed: () => Generator<void>
  /** Others; ends where all reachable states are compared. */
  readonly others: () => Generator<void>
}

export interface SampleOptions {
  readonly seed: number
  /** States to which no shorter way is found are known of, and not compared. */
  readonly maxDepth: number
}

/** Each `yield` of its generators is after a comparison. @throws CodeDisagrees, also out of the generators. */
export const createSample = (
  prepared: Prepared,
  sampler: Sampler,
  { schedules }: Exploration,
  { seed, maxDepth }: SampleOptions,
): Sample => {
  const { system, target, params, properties } = prepared
  const subject = { system, properties, params }
  const oracle = createOracle(target.model, params, lockedIn(system))
  const random = randomNumbers(seed)
  const known = new Map<string, Known>()
  const waiting: Known[] = []
  const walksFrom = new Map<number, Walk>()
  let compared = 0
  let walks = 0

  const meet = (vector: Vector, start: number, by: Known['by']): Known => {
    const key = vector.join(',')
    const there = known.get(key)
    if (there !== undefined) {
      if (by !== null && Number.isFinite(maxDepth)) comeBy(there, by)
      return there
    }
    const state: Known = { vector, start, by, depth: by === null ? 0 : by.from.depth + 1, ways: null }
    known.set(key, state)
    waiting.push(state)
    return state
  }
  /** Perhaps a shorter way to a state, and so to what follows it. */
  const comeBy = (state: Known, by: NonNullable<Known['by']>): void => {
    const found = [{ state, by }]
    for (let next = found.pop(); next !== undefined; next = found.pop()) {
      const { state: to, by: way } = next
      if (way.from.depth + 1 >= to.depth) continue
      to.by = way
      to.depth = way.from.depth + 1
      to.start = way.from.start
      // It may have been left out for its depth.
      if (to.ways === null) waiting.push(to)
      for (const { move, to: onward } of to.ways ?? []) found.push({ state: onward, by: { from: to, move } })
    }
  }
  const walkFrom = (start: number): Walk => {
    const walk = walksFrom.get(start) ?? createWalk(system, oracle, start)
    walksFrom.set(start, walk)
    walk.restart()
    return walk
  }
  const visit = (state: Known, walk: Walk): NonNullable<Known['ways']> => {
    const found = agree(prepared, scheduleTo(state), () => withoutStacks(() => compareState(subject, sampler, walk, state.vector)))
    compared++
    state.ways = found.map(({ move, to }) => ({ move, to: meet(to, state.start, { from: state, move }) }))
    return state.ways
  }
  const nothing: Schedule = { init: 0, moves: [], fails: false }
  const starts = new Map(
    agree(prepared, nothing, () => compareStarts(system, sampler.initial(), initialWays(system, oracle))).map(
      ({ move: { choice }, to }) => [choice, meet(to, choice, null)],
    ),
  )

  /** The states on the way of a schedule, as far as they are known. */
  const follow = ({ init, moves }: Schedule): { readonly state: Known; readonly left: Schedule['moves'] } | null => {
    let state = starts.get(init)
    if (state === undefined) return null
    for (const [i, move] of moves.entries()) {
      const next: Known | undefined = state.ways?.find((way) => isSame(way.move, move))?.to
      if (next === undefined) return { state, left: moves.slice(i) }
      state = next
    }
    return { state, left: [] }
  }
  function* directed(): Generator<void> {
    for (const schedule of schedules.toSorted((a, b) => b.moves.length - a.moves.length)) {
      const begun = follow(schedule)
      if (begun === null || (begun.left.length === 0 && begun.state.ways !== null)) continue
      walks++
      const walk = walkFrom(begun.state.start)
      for (const { move } of pathTo(begun.state)) walk.go(move)
      let { state } = begun
      for (const move of [...begun.left, null]) {
        const ways = state.ways ?? visit(state, walk)
        yield
        if (move === null) break
        const next = ways.find((way) => isSame(way.move, move))
        if (next === undefined) break
        walk.go(next.move)
        state = next.to
      }
    }
  }
  function* others(): Generator<void> {
    for (let state = another(); state !== null; state = another()) {
      const walk = walkTo(state)
      // The walk may come to a state by a longer way than the one that is known.
      for (let here: Known | null = state, { depth } = state; here !== null; depth++) {
        const ways = visit(here, walk)
        const open: NonNullable<Known['ways']> = depth < maxDepth ? ways.filter(({ to }) => to.ways === null) : []
        yield
        const next = open[random(Math.max(1, open.length))]
        if (next !== undefined) walk.go(next.move)
        here = next?.to ?? null
      }
    }
  }
  /** A state that is not compared yet. */
  const another = (): Known | null => {
    while (waiting.length > 0) {
      const i = random(waiting.length)
      const state = at(waiting, i)
      const last = waiting.pop()
      if (i < waiting.length && last !== undefined) waiting[i] = last
      if (state.ways === null && state.depth <= maxDepth) return state
    }
    return null
  }
  const walkTo = (state: Known): Walk => {
    const walk = walkFrom(state.start)
    if (system.processes.length === 0) walk.jump(state.vector)
    else {
      walks++
      for (const { move } of pathTo(state)) walk.go(move)
    }
    return walk
  }
  return {
    states: () => compared,
    walks: () => walks,
    isComplete: () => compared === known.size,
    executions: () => [...walksFrom.values()].reduce((sum, walk) => sum + walk.executions(), 0),
    directed,
    others,
  }
}

/** What blocks a way is an exception, and there are many: nobody looks at where they come from. */
const withoutStacks = <T>(run: () => T): T => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return run()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const pathTo = (state: Known): NonNullable<Known['by']>[] => {
  const path: NonNullable<Known['by']>[] = []
  for (let by = state.by; by !== null; by = by.from.by) path.push(by)
  return path.reverse()
}

const scheduleTo = (state: Known): Schedule => ({
  init: state.start,
  moves: pathTo(state).map(({ move }) => move),
  fails: false,
})

const isSame = (a: Move, b: Move): boolean => a.step === b.step && a.choice === b.choice

/** @throws CodeDisagrees where the two sides differ, or the oracle comes to what the compiler knows nothing of. */
const agree = <T extends readonly unknown[]>(prepared: Prepared, schedule: Schedule, compare: () => T | Difference): T => {
  const found = differing(compare)
  if (!('what' in found)) return found
  const { system, target, params } = prepared
  const { what, compiled, javascript } = found
  const steps = schedule.moves.length
  throw new CodeDisagrees(
    `run again in JavaScript, after ${steps} ${steps === 1 ? 'step' : 'steps'}: ${what}: the compiled code says ${inWords(system, compiled, javascript)}, JavaScript ${inWords(system, javascript, compiled)}`,
    {
      model: target.model.name,
      modelHash: target.hash,
      params,
      schedule,
      what,
      compiled,
      javascript,
      variables: system.variables.map(({ name }) => name),
    },
  )
}

const differing = <T>(compare: () => T | Difference): T | Difference => {
  try {
    return compare()
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error
    return { what: 'where it stands', compiled: 'nothing of that', javascript: error.message }
  }
}

/** Of states only what differs. */
const inWords = (system: System, said: Said, other: Said): string => {
  if (typeof said !== 'object') return String(said)
  const names = system.variables.flatMap((v) =>
    Array.from(
      { length: elements(v) },
      (_, e) =>
        `${v.name}${unflatten(e, v.dims)
          .map((i) => `[${i}]`)
          .join('')}`,
    ),
  )
  const values = said.flatMap((value, i) => (typeof other === 'object' && other[i] === value ? [] : [`${names[i]} = ${value}`]))
  return values.join(', ')
}
