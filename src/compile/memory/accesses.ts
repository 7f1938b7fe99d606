/**
 * What a step does to memory: on some way through it loads, stores, or both. What the author's code reads is a load,
 * whatever becomes of it, unless what it is a part of is for people alone (`Doing.forPeople`). To store a part of a
 * word is to load it and to store it. Ways are those of the code: what the conditions of two `if`s have to do with each
 * other is not asked.
 */
import type { Block, End, Span, Stmt } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { inMemory } from '../values/draft.js'
import { isForPeople } from '../values/reads.js'

/** What the ways through a step do to memory. */
export interface Accesses {
  /** Whether some way loads or stores. */
  readonly touches: boolean
  /** Whether some way loads and stores: a locked instruction. */
  readonly locked: boolean
  /** The greatest number of stores on a way. */
  readonly stores: number
  /** On ways that store to memory: stores to elements of lists that have as many as there are CPUs. */
  readonly besides: readonly ElementStore[]
}

/** A step, and whether its author says that it is a fence. */
export interface StepMemory {
  readonly accesses: Accesses
  readonly isFence: boolean
}

/** A store to a variable outside memory, with an index that may be the number of a CPU. */
export interface ElementStore {
  readonly variable: number
  /** By dimension, where it is known. */
  readonly index: readonly (number | null)[]
  readonly at: Span
}

/** A way through a step, so far. */
interface Way {
  readonly loads: boolean
  readonly stores: number
  /** Whether it has stored to a part of a word. */
  readonly parts: boolean
  readonly besides: readonly ElementStore[]
}

type Ways = readonly Way[]

const none: Accesses = { touches: false, locked: false, stores: 0, besides: [] }

/** Of a step whose code has just been compiled. Linear in the code. */
export const accessesOf = (c: Context, step: Block): Accesses => {
  if (c.draft.memory === null) return none
  const { stores: storedBy, cpus } = c.draft.memory

  const statements = (list: readonly Stmt[], before: Ways, exits: Map<number, Ways>): Ways => {
    const reads = c.code.reads.get(list) ?? []
    const loadsAt = new Set(reads.flatMap((read) => (isForPeople(read) || inMemory(c, read.load.variable) === null ? [] : [read.at])))
    const load = (ways: Ways, position: number): Ways =>
      loadsAt.has(position) ? merged(ways.map((way) => ({ ...way, loads: true }))) : ways
    return load(
      list.reduce((ways, stmt, position) => statement(stmt, load(ways, position), exits), before),
      list.length,
    )
  }
  const statement = (stmt: Stmt, ways: Ways, exits: Map<number, Ways>): Ways => {
    switch (stmt.op) {
      case 'store': {
        if (inMemory(c, stmt.variable) !== null) return merged(ways.map((way) => ({ ...way, parts: true })))
        const besides = elementStore(c, stmt, cpus)
        return besides === null ? ways : merged(ways.map((way) => ({ ...way, besides: [...way.besides, besides] })))
      }
      case 'if':
        return merged([...statements(stmt.then, ways, exits), ...statements(stmt.else, ways, exits)])
      case 'block': {
        const stored = storedBy.get(stmt.id)
        if (stored === 'word') return ways.map((way) => ({ ...way, stores: way.stores + 1 }))
        if (stored === 'part') return merged(ways.map((way) => ({ ...way, parts: true })))
        return merged([...statements(stmt.body, ways, exits), ...(exits.get(stmt.id) ?? [])])
      }
      case 'exit':
        exits.set(stmt.id, merged([...(exits.get(stmt.id) ?? []), ...ways]))
        return []
      case 'set':
      case 'check':
      case 'cover':
        return ways
    }
  }
  const end = (e: End, ways: Ways): Ways => {
    switch (e.op) {
      case 'branch':
        return [...block(e.then, ways), ...block(e.else, ways)]
      case 'choose':
        return block(e.rest, ways)
      case 'goto':
      case 'finish':
      case 'fail':
        return ways
      case 'blocked':
        return []
    }
  }
  const block = (b: Block, ways: Ways): Ways => end(b.end, statements(b.body, ways, new Map()))

  const all = merged(block(step, [{ loads: false, stores: 0, parts: false, besides: [] }]))
  return {
    touches: all.some((way) => way.loads || way.parts || way.stores > 0),
    locked: all.some((way) => way.parts || (way.loads && way.stores > 0)),
    stores: Math.max(0, ...all.map(({ stores }) => stores)),
    besides: all.flatMap(({ stores, besides }) => (stores > 0 ? besides : [])),
  }
}

/** One way for all that differ in how much they store alone: at most eight. */
const merged = (ways: Ways): Ways => {
  const kinds = new Map<string, Way>()
  for (const way of ways) {
    const kind = `${way.loads} ${way.parts} ${way.besides.length > 0}`
    const known = kinds.get(kind)
    const besides = known === undefined ? way.besides : [...new Set([...known.besides, ...way.besides])]
    kinds.set(kind, { ...way, stores: Math.max(way.stores, known?.stores ?? 0), besides })
  }
  return [...kinds.values()]
}

const elementStore = (c: Context, { variable, index, at }: Extract<Stmt, { op: 'store' }>, cpus: number): ElementStore | null => {
  const v = c.draft.variables[variable]
  if (v?.role.kind !== 'global' || cpus === 1 || !v.dims.includes(cpus)) return null
  return { variable, index: index.map((i) => (i.op === 'const' ? i.value : null)), at }
}
