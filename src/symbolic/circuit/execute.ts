/**
 * The IR executed on words: both ways through a conditional are followed, and what they leave behind meets in
 * multiplexers. Conditions under which control is somewhere are literals.
 */
import { at } from '../../at.js'
import type { Block, Expr, FrameEntry, Stmt, System } from '../../ir/system.js'
import { and, any, complement, FALSE, type Graph, type Literal, or, TRUE } from './aig.js'
import { constantWord, equal, operate, pick, select, truth, type Word, wordOf } from './word.js'

export interface Executor {
  readonly graph: Graph
  readonly system: System
  /** Where the elements of each variable start in `Store.elements`. */
  readonly offsets: readonly number[]
}

export interface Store {
  /** All elements of all variables, in the order of vectors. */
  readonly elements: Word[]
  readonly temps: Map<number, Word>
}

/** The conditions under which a way fails, by the kind of the failure. */
export interface Failing {
  assert: Literal
  range: Literal
}

const copy = ({ elements, temps }: Store): Store => ({ elements: [...elements], temps: new Map(temps) })

const zero = constantWord(0)

export const evaluateExpr = (executor: Executor, store: Store, e: Expr): Word => {
  const { graph } = executor
  switch (e.op) {
    case 'const':
      return constantWord(e.value)
    case 'temp':
      return store.temps.get(e.id) ?? zero
    case 'load': {
      const { dims } = at(executor.system.variables, e.variable)
      const index = e.index.map((i) => evaluateExpr(executor, store, i))
      const read = (axis: number, position: number): Word => {
        if (axis === dims.length) return at(store.elements, at(executor.offsets, e.variable) + position)
        const i = at(index, axis)
        const length = at(dims, axis)
        const inside = (k: number): Word => read(axis + 1, position * length + k)
        if (i.lo === i.hi) return inside(Math.min(Math.max(i.lo, 0), length - 1))
        return pick(
          graph,
          Array.from({ length }, (_, k) => inside(k)),
          i,
        )
      }
      return read(0, 0)
    }
    case 'not':
      return wordOf(complement(truth(graph, evaluateExpr(executor, store, e.a))))
    case 'select': {
      const condition = truth(graph, evaluateExpr(executor, store, e.condition))
      return select(graph, condition, evaluateExpr(executor, store, e.a), evaluateExpr(executor, store, e.b))
    }
    default:
      return operate(graph, e.op, evaluateExpr(executor, store, e.a), evaluateExpr(executor, store, e.b))
  }
}

const write = (executor: Executor, store: Store, variable: number, index: readonly Expr[], value: Expr): void => {
  const { graph } = executor
  const { dims, lo, hi } = at(executor.system.variables, variable)
  const words = index.map((i) => evaluateExpr(executor, store, i))
  const stored = narrowed(evaluateExpr(executor, store, value), lo, hi)
  const visit = (axis: number, position: number, here: Literal): void => {
    if (here === FALSE) return
    if (axis === dims.length) {
      const offset = at(executor.offsets, variable) + position
      store.elements[offset] = select(graph, here, stored, at(store.elements, offset))
      return
    }
    const length = at(dims, axis)
    for (let k = 0; k < length; k++)
      visit(axis + 1, position * length + k, and(graph, here, equal(graph, at(words, axis), constantWord(k))))
  }
  visit(0, 0, TRUE)
}

/** A value that a check before it keeps in an interval: the bits that the interval needs are enough. */
const narrowed = (value: Word, lo: number, hi: number): Word => {
  const low = Math.max(value.lo, lo)
  const high = Math.min(value.hi, hi)
  if (low > high) return constantWord(lo)
  if (low === high) return constantWord(low)
  const width = Math.max(constantWord(low).bits.length, constantWord(high).bits.length)
  return { bits: Array.from({ length: width }, (_, i) => at(value.bits, Math.min(i, value.bits.length - 1))), lo: low, hi: high }
}

/** What control meets with: where it came from, and under which condition. */
interface Arrival {
  readonly live: Literal
  readonly store: Store
}

/** Several exclusive ways become one. Temps that only some of them set are of no use behind it. */
const meet = (graph: Graph, arrivals: readonly Arrival[]): Arrival => {
  const alive = arrivals.filter(({ live }) => live !== FALSE)
  const last = alive[alive.length - 1] ?? arrivals[arrivals.length - 1]
  if (last === undefined) throw new Error('nothing arrives')
  const store = copy(last.store)
  for (const { live, store: other } of alive.slice(0, -1)) {
    for (const [i, word] of other.elements.entries()) store.elements[i] = select(graph, live, word, store.elements[i] ?? word)
    for (const [temp, word] of other.temps) store.temps.set(temp, select(graph, live, word, store.temps.get(temp) ?? word))
  }
  return {
    live: any(
      graph,
      alive.map((a) => a.live),
    ),
    store,
  }
}

/** Who is told of what is met on the way, and under which condition it is. */
interface Told {
  readonly fail: (failure: number, when: Literal) => void
  readonly cover: (branch: number, when: Literal) => void
}

const nobody = (): void => {}

/** Where `exit` leads: what has arrived there so far. */
type Exits = ReadonlyMap<number, Arrival[]>

const statements = (executor: Executor, stmts: readonly Stmt[], from: Arrival, exits: Exits, told: Told): Arrival => {
  const { graph } = executor
  let { live, store } = from
  for (const s of stmts) {
    if (live === FALSE) break
    switch (s.op) {
      case 'set':
        store.temps.set(s.temp, evaluateExpr(executor, store, s.value))
        break
      case 'store':
        write(executor, store, s.variable, s.index, s.value)
        break
      case 'cover':
        told.cover(s.branch, live)
        break
      case 'check': {
        const holds = truth(graph, evaluateExpr(executor, store, s.condition))
        told.fail(s.failure, and(graph, live, complement(holds)))
        live = and(graph, live, holds)
        break
      }
      case 'exit': {
        const target = exits.get(s.id)
        if (target === undefined) throw new Error(`exit ${s.id} is in no block of that id`)
        target.push({ live, store })
        return { live: FALSE, store: copy(store) }
      }
      case 'block': {
        const arrivals: Arrival[] = []
        const through = statements(executor, s.body, { live, store: copy(store) }, new Map([...exits, [s.id, arrivals]]), told)
        ;({ live, store } = meet(graph, [...arrivals, through]))
        break
      }
      case 'if': {
        const condition = truth(graph, evaluateExpr(executor, store, s.condition))
        const arms = [
          { arm: s.then, live: and(graph, live, condition) },
          { arm: s.else, live: and(graph, live, complement(condition)) },
        ].map(({ arm, live: there }) => statements(executor, arm, { live: there, store: copy(store) }, exits, told))
        ;({ live, store } = meet(graph, arms))
        break
      }
    }
  }
  return { live, store }
}

/**
 * Runs statements that end no step: of a property. Gives where they end, and the condition under which a check in them
 * fails.
 */
export const execute = (executor: Executor, stmts: readonly Stmt[], store: Store): { readonly store: Store; readonly broken: Literal } => {
  let broken: Literal = FALSE
  const fail = (_: number, when: Literal): void => {
    broken = or(executor.graph, broken, when)
  }
  const through = statements(executor, stmts, { live: TRUE, store: copy(store) }, new Map(), { fail, cover: nobody })
  return { store: through.store, broken }
}

/** One value of a choice, or all of them as a word of inputs, and when it is that value. */
export interface Choice {
  readonly value: Word
  readonly when: Literal
}

/**
 * How ways through a step choose: the values of the choice number `depth` (0 first), and the condition under which a
 * way makes no more choices than `depth`.
 */
export interface Chooser {
  readonly values: (depth: number, count: number) => readonly Choice[]
  readonly none: (depth: number) => Literal
}

/** All ways through a step together. */
export interface Outcome {
  /** Some way completes. */
  readonly completes: Literal
  readonly failing: Failing
  /** The elements afterwards, where exactly one way completes. Null where none can. */
  readonly elements: readonly Word[] | null
}

/**
 * Executes a step (or `init`). `move` makes the elements after a `goto`; `cover` is told of the branches that are taken
 * on the way that the choices name, also where it is blocked in the end.
 */
export const ways = (
  executor: Executor,
  body: Block,
  before: Store,
  chooser: Chooser,
  move: (store: Store, location: number, frame: readonly FrameEntry[]) => readonly Word[],
  cover: Told['cover'] = nobody,
): Outcome => {
  const { graph, system } = executor
  const failing: Failing = { assert: FALSE, range: FALSE }
  const ended: { readonly live: Literal; readonly elements: readonly Word[] }[] = []
  const follow = (block: Block, from: Arrival, depth: number): void => {
    const fail = (failure: number, when: Literal): void => {
      const { kind } = at(system.failures, failure)
      failing[kind] = or(graph, failing[kind], and(graph, when, chooser.none(depth)))
    }
    const { live, store } = statements(executor, block.body, from, new Map(), { fail, cover })
    if (live === FALSE) return
    const { end } = block
    switch (end.op) {
      case 'blocked':
        return
      case 'fail':
        return fail(end.failure, live)
      case 'finish':
        return void ended.push({ live: and(graph, live, chooser.none(depth)), elements: store.elements })
      case 'goto':
        return void ended.push({ live: and(graph, live, chooser.none(depth)), elements: move(store, end.location, end.frame) })
      case 'branch': {
        const condition = truth(graph, evaluateExpr(executor, store, end.condition))
        follow(end.then, { live: and(graph, live, condition), store: copy(store) }, depth)
        follow(end.else, { live: and(graph, live, complement(condition)), store: copy(store) }, depth)
        return
      }
      case 'choose':
        for (const { value, when } of chooser.values(depth, end.count)) {
          const chosen = copy(store)
          chosen.temps.set(end.temp, value)
          follow(end.rest, { live: and(graph, live, when), store: chosen }, depth + 1)
        }
    }
  }
  follow(body, { live: TRUE, store: copy(before) }, 0)
  const possible = ended.filter(({ live }) => live !== FALSE)
  return {
    completes: any(
      graph,
      possible.map(({ live }) => live),
    ),
    failing,
    elements: merged(graph, possible),
  }
}

/** The elements of the one way that completes. */
const merged = (graph: Graph, ended: readonly { readonly live: Literal; readonly elements: readonly Word[] }[]): readonly Word[] | null => {
  const last = ended[ended.length - 1]
  if (last === undefined) return null
  return last.elements.map((word, i) =>
    ended.slice(0, -1).reduce((value, way) => select(graph, way.live, way.elements[i] ?? word, value), word),
  )
}
