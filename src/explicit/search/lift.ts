/**
 * From states that stand for others to a way that can be gone. Where members of sorts are interchangeable, a search
 * keeps one state for all that differ only in their order, so a shortest way through what it kept says of each step
 * only which state stands for the next one. Here the ways of the system itself are followed from the initial states on,
 * and of all those on which each state has such a one standing for it, one with the fewest switches between agents is
 * chosen: the same one as without sorts.
 */
import { at } from '../../at.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { Sliced } from '../program/pace.js'
import { wordsAt, writeState } from '../program/start.js'
import type { Edges } from './hunt.js'
import { failuresAt, type Searched } from './second-search.js'
import { createSwitches } from './switches.js'
import { bestOf, type Way } from './way.js'

/** Where a way is to end. */
export interface End {
  readonly property: number
  /** Whether its last step fails, and so leads to no state. */
  readonly fails: boolean
}

/** A state of the system, and the ways on from it that are of interest. */
interface Node {
  readonly words: readonly bigint[]
  readonly ways: { readonly move: Move; readonly next: number }[]
}

interface Start {
  readonly node: number
  readonly init: number
}

/** How many nodes a level may have, and all levels together; more are not looked at, so that some way is found. */
export interface Width {
  readonly level: number
  readonly all: number
}

export const widest: Width = { level: Number.POSITIVE_INFINITY, all: 100_000 }
export const narrowest: Width = { level: 1, all: Number.POSITIVE_INFINITY }

/**
 * A way from an initial state, along which states stand for those of `passed`: the addresses of states on each level,
 * each of which leads to one of the next. Null where memory runs out, 'too many' where there are more nodes than said.
 */
export function* lift(
  searched: Searched,
  passed: readonly (readonly number[])[],
  { property, fails }: End,
  width: Width,
): Sliced<Schedule | 'too many' | null> {
  const { program, machine, hunter } = searched
  const { current } = program.memory
  const nodes: Node[] = []
  const levels: number[][] = []
  const agentOf = ({ step }: Move): number => at(program.system.steps, step).agent

  /** The number of a state on the level that grows; null where that is wide enough. */
  const enter = (level: number[], known: Map<string, number>, words: readonly bigint[]): number | null => {
    const key = words.join()
    const there = known.get(key)
    if (there !== undefined) return there
    if (level.length >= width.level) return null
    const node = nodes.push({ words, ways: [] }) - 1
    known.set(key, node)
    level.push(node)
    return node
  }
  const goTo = (node: number): void => writeState(machine, current, at(nodes, node).words)

  if (!hunter.seek(at(passed, 0))) return null
  const first = follow(
    searched,
    () => {
      writeState(machine, current, program.layout.initial)
      machine.exports.hunt_initial()
    },
    () => {
      writeState(machine, current, program.layout.initial)
      return machine.exports.init(program.memory.buffer)
    },
  )
  if (first === null) return null
  const starts: Start[] = []
  const [firstLevel, firstKnown]: [number[], Map<string, number>] = [[], new Map()]
  for (const { move, words } of first) {
    const node = enter(firstLevel, firstKnown, words)
    if (node !== null) starts.push({ node, init: move.choice })
  }
  levels.push(firstLevel)
  for (const wanted of passed.slice(1)) {
    if (!hunter.seek(wanted)) return null
    const [level, known]: [number[], Map<string, number>] = [[], new Map()]
    for (const node of at(levels, -1)) {
      goTo(node)
      const edges = follow(
        searched,
        () => machine.exports.hunt(current, 1),
        () => machine.exports.successors(current),
      )
      if (edges === null) return null
      for (const { move, words } of edges) {
        const next = enter(level, known, words)
        if (next !== null) at(nodes, node).ways.push({ move, next })
      }
      if (nodes.length > width.all) return 'too many'
      yield
    }
    levels.push(level)
  }

  const switches = createSwitches(nodes.length, program.system.agents.length)
  /** The last steps of a way that fails. */
  const failing = new Map<number, readonly Move[]>()
  for (const node of at(levels, -1)) {
    if (!fails) {
      switches.end(node)
      continue
    }
    goTo(node)
    const moves = failuresAt(searched, current, property)
    failing.set(node, moves)
    for (const move of moves) switches.offer(node, agentOf(move), 0)
  }
  for (const level of levels.slice(0, -1).reverse())
    for (const node of level)
      for (const { move, next } of at(nodes, node).ways) switches.offer(node, agentOf(move), switches.after(next, agentOf(move)))

  const costOf = ({ node }: Start): number => switches.after(node, null)
  const start = starts.reduce((a, b) => (costOf(b) < costOf(a) || (costOf(b) === costOf(a) && b.init < a.init) ? b : a))
  const moves: Move[] = []
  for (let node: number | null = start.node; node !== null; ) {
    const ways: Way[] = [
      ...at(nodes, node).ways.map(({ move, next }) => ({ agent: agentOf(move), cost: switches.after(next, agentOf(move)), move, next })),
      ...(failing.get(node) ?? []).map((move) => ({ agent: agentOf(move), cost: 0, move, next: null })),
    ]
    if (ways.length === 0) break
    const before = moves.at(-1)
    const best = bestOf(ways, before === undefined ? null : agentOf(before))
    moves.push(best.move)
    node = best.next
  }
  return { init: start.init, moves, fails }
}

/** The moves that lead to states that are looked for, and the states that they lead to. Null where memory runs out. */
const follow = (
  { program, machine, hunter }: Searched,
  hunt: () => void,
  expand: () => number,
): { readonly move: Move; readonly words: readonly bigint[] }[] | null => {
  const edges: Edges | null = hunter.edges(hunt)
  if (edges === null) return null
  const moves = Array.from({ length: edges.count }, (_, e) => edges.move(e))
  machine.globals.as_is = 1
  const end = expand() >>> 0
  machine.globals.as_is = 0
  const { buffer, entry } = program.memory
  const words = program.layout.widths.length
  const found = new Map<string, readonly bigint[]>()
  const view = machine.view()
  for (let place = buffer; place < end; place += entry) {
    const step = view.getInt32(place + words * 8, true)
    found.set(`${step} ${view.getBigInt64(place + words * 8 + 8, true)}`, wordsAt(machine, place, words))
  }
  return moves.map((move) => {
    const there = found.get(`${move.step} ${move.choice}`)
    if (there === undefined) throw new Error('a way that is there in one expansion of a state, and not in the other')
    return { move, words: there }
  })
}
