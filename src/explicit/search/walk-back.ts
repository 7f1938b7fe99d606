/**
 * The walk back over the levels, from the states that settle a property: of each level those states are found that lead
 * to a wanted state of the next. That is the graph of all shortest ways.
 */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import type { Move } from '../../ir/schedule.js'
import { isStopped, type Pace, type Sliced, type Stopped } from '../program/pace.js'
import type { Level } from './levels.js'
import { edgesFrom, numberOf, type Searched } from './second-search.js'
import { type Switches, unwanted } from './switches.js'

/**
 * Where the walk back has come to: on this level these are the states that a shortest way leads through, and `switches`
 * has the ways on from them.
 */
export interface Chosen {
  readonly level: number
  readonly wanted: readonly number[]
  readonly stopped: Limit | null
}

/** What the walk comes to where so many bytes are not enough. */
export const outOfMemory = (bytes: number): Stopped => ({ stopped: { kind: 'memory', bytes } })

/** One level back: the states that lead to wanted ones. */
function* previous(
  searched: Searched,
  level: Level,
  wanted: readonly number[],
  switches: Switches,
  bytes: number,
): Sliced<number[] | Stopped> {
  const { program, hunter } = searched
  if (!hunter.seek(wanted)) return outOfMemory(bytes)
  const agents = program.system.steps.map(({ agent }) => agent)
  const numbers = wanted.map((address) => numberOf(program, address))
  const found: number[] = []
  for (const edges of edgesFrom(searched, level)) {
    if (edges === null) return outOfMemory(bytes)
    for (let e = 0; e < edges.count; e++) {
      const from = edges.from(e)
      const state = numberOf(program, from)
      const agent = agents[edges.step(e)]!
      if (switches.least[state] === unwanted) found.push(from)
      switches.offer(state, agent, switches.after(numbers[edges.to(e)]!, agent))
    }
    yield
  }
  return found
}

/** Walks back to the initial states, or as far as the pace allows; `switches` gets the ways on from what it finds. */
export const chooseBack = async (
  searched: Searched,
  depth: number,
  ends: readonly number[],
  switches: Switches,
  pace: Pace,
  bytes: number,
): Promise<Chosen> => {
  let wanted = ends
  for (let level = depth; level > 0; level--) {
    const before = await pace.run(previous(searched, at(searched.levels, level - 1), wanted, switches, bytes))
    if (isStopped(before)) return { level, wanted, stopped: before.stopped }
    wanted = before
  }
  return { level: 0, wanted, stopped: null }
}

export interface AnyWay {
  readonly start: number
  readonly moves: readonly Move[]
  /** The states on it, but for the last one. */
  readonly passed: readonly number[]
}

/** Any way from an initial state to a state of a level. Null where memory runs out. */
export function* anyWayTo(searched: Searched, level: number, state: number): Sliced<AnyWay | null> {
  const { hunter, levels } = searched
  const moves: Move[] = []
  const passed: number[] = []
  let address = state
  for (let d = level - 1; d >= 0; d--) {
    if (!hunter.seek([address])) return null
    for (const edges of edgesFrom(searched, at(levels, d))) {
      if (edges === null) return null
      yield
      if (edges.count === 0) continue
      moves.push(edges.move(0))
      address = edges.from(0)
      passed.push(address)
      break
    }
  }
  return { start: address, moves: moves.reverse(), passed: passed.reverse() }
}
