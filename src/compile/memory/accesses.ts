/**
 * What a step does to memory: on some way through it loads, stores, or both. What the author's code reads is a load,
 * whatever becomes of it, unless it is for people alone (`Code.looking`). To store a part of a word is to load it and
 * to store it.
 */
import type { Block, End, Span, Stmt } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { inMemory } from '../values/draft.js'

/** What the ways through a step do to memory. */
export interface Accesses {
  /** Whether some way loads and stores: a locked instruction. */
  readonly locked: boolean
  /** The greatest number of stores on a way. */
  readonly stores: number
  /** Where some way stores to memory and changes another CPU; null where none does both. */
  readonly foreign: Span | null
}

export const noAccesses: Accesses = { locked: false, stores: 0, foreign: null }

/** A way through a step, so far. */
interface Way {
  readonly loads: boolean
  readonly stores: number
  readonly foreign: Span | null
}

/** Ways that differ in more than the number of their stores. */
type Ways = readonly Way[]

/** Of a step of a process on a CPU, whose code has just been compiled. Linear in the code. */
export const accessesOf = (c: Context, step: Block, cpu: number): Accesses => {
  let all: Ways = []
  let partial = false

  const statements = (list: readonly Stmt[], before: Ways, exits: Map<number, Ways>): Ways => {
    const reads = c.code.reads.get(list) ?? []
    const loadsAt = new Set(reads.flatMap(({ at, load, looking }) => (looking || inMemory(c, load.variable) === null ? [] : [at])))
    const load = (ways: Ways, position: number): Ways =>
      loadsAt.has(position) ? merged(ways.map((way) => ({ ...way, loads: true }))) : ways
    return load(
      list.reduce((ways, stmt, position) => statement(stmt, load(ways, position), exits), before),
      list.length,
    )
  }
  const statement = (stmt: Stmt, ways: Ways, exits: Map<number, Ways>): Ways => {
    switch (stmt.op) {
      case 'store':
        partial ||= inMemory(c, stmt.variable) !== null && ways.length > 0
        return isOfOther(c, stmt, cpu) ? merged(ways.map((way) => ({ ...way, foreign: way.foreign ?? stmt.at }))) : ways
      case 'if':
        return merged([...statements(stmt.then, ways, exits), ...statements(stmt.else, ways, exits)])
      case 'block':
        if (c.draft.memoryStores.get(stmt.id) === 'word') return ways.map((way) => ({ ...way, stores: way.stores + 1 }))
        partial ||= c.draft.memoryStores.has(stmt.id) && ways.length > 0
        return merged([...statements(stmt.body, ways, exits), ...(exits.get(stmt.id) ?? [])])
      case 'exit':
        exits.set(stmt.id, merged([...(exits.get(stmt.id) ?? []), ...ways]))
        return []
      case 'set':
      case 'check':
      case 'cover':
        return ways
    }
  }
  const end = (e: End, ways: Ways): void => {
    switch (e.op) {
      case 'branch':
        block(e.then, ways)
        return block(e.else, ways)
      case 'choose':
        return block(e.rest, ways)
      case 'goto':
      case 'finish':
      case 'fail':
        all = merged([...all, ...ways])
        return
      case 'blocked':
    }
  }
  const block = (b: Block, ways: Ways): void => end(b.end, statements(b.body, ways, new Map()))

  block(step, [{ loads: false, stores: 0, foreign: null }])
  return {
    locked: partial || all.some((way) => way.loads && way.stores > 0),
    stores: Math.max(0, ...all.map(({ stores }) => stores)),
    foreign: all.find(({ stores, foreign }) => stores > 0 && foreign !== null)?.foreign ?? null,
  }
}

/** One way for all that differ in the number of their stores alone: at most four. */
const merged = (ways: Ways): Ways => {
  const kinds = new Map<string, Way>()
  for (const way of ways) {
    const kind = `${way.loads} ${way.foreign !== null}`
    const known = kinds.get(kind)
    if (known === undefined || known.stores < way.stores) kinds.set(kind, way)
  }
  return [...kinds.values()]
}

/**
 * Whether a store is to what belongs to another CPU: an element of a list that is as long as there are CPUs, which is
 * not known to be this one's.
 */
const isOfOther = (c: Context, { variable, index: [first] }: Extract<Stmt, { op: 'store' }>, cpu: number): boolean => {
  const domain = c.draft.buffers?.domain
  const cpus = domain?.kind === 'array' ? domain.length : 1
  const v = c.draft.variables[variable]
  if (v?.role.kind !== 'global' || inMemory(c, variable) !== null || cpus === 1 || v.dims[0] !== cpus) return false
  return first?.op !== 'const' || first.value !== cpu
}
