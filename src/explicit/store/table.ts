/**
 * The set of states: an exact quotient table (J. G. Cleary, "Compact hash tables using bidirectional linear probing",
 * IEEE Transactions on Computers C-33, 1984) in Robin Hood order.
 *
 * The first word of a state is mixed with an invertible function, after the other words were hashed into it. The top
 * bits of the mixed word say the home slot. A slot holds the rest of the mixed word (the remainder), how far it is from
 * home, and the other words as they are; together with its position that gives the state back, so nothing is ever taken
 * for something that it is not. Slots are sorted by the mixed word, so a table grows in one pass from front to back, in
 * place.
 *
 * A slot's first part is `(distance + 1) << r | ~remainder`, where r is the number of the remainder's bits; 0 means
 * free. With the remainder complemented, one unsigned comparison says whether the slot is before or behind the place of
 * what is looked for.
 */

import { at } from '../../at.js'
import type { MemoryMap } from '../emit/memory-map.js'
import {
  block,
  br,
  brIf,
  call,
  either,
  get,
  getGlobal,
  i32,
  i64,
  loop,
  type Node,
  ret,
  select,
  set,
  setGlobal,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { answer, exported, global32, global64 } from '../wasm/interface.js'
import { growthExports, rehashFunctions } from './growth.js'
import { mixed } from './mixing.js'
import { insertLocals, located, probe, pushIn, restWords, setSize, sizeLocals, slotAddress, slotOps, touchPass } from './slot.js'
import { flushFunction, type Inserting, stopReasons, storeExports, storeGlobals } from './store.js'
import { distanceBits, firstBytes, type SlotKind, slotKinds, type TableShape } from './table-size.js'

export const tableGlobals = {
  ...storeGlobals,
  table_log: global32(),
  table_factor: global32(1n),
  narrow: global32(),
  /** The first parts that were written, or-ed: says how many bits the greatest distance takes. */
  furthest: global64(),
  rehash_free: global32(),
  /**
   * The queue is a ring of states from `ring` to `ring_end`; `capacity` states fit. Where `keep` is 1, nothing leaves
   * it.
   */
  ring_end: global32(),
  capacity: global32(),
  keep: global32(),
} as const

export const tableExports = { ...storeExports, find: answer(['at', 'i32']), ...growthExports } as const

export const tableInterface = { globals: tableGlobals, exports: tableExports } as const
export type TableInterface = typeof tableInterface

const chunkFunction = (shape: TableShape, memory: MemoryMap, kind: SlotKind): WasmFunction => {
  const first = firstBytes(kind)
  const ops = slotOps(first)
  const rest = restWords(shape, first)
  const stateBytes = (1 + rest.length) * 8
  const recentIndex = i32.and(i32.wrap(get('x')), i32.const(memory.recentStates - 1))
  const recentPlace = rest.length === 0 ? i32.shl(recentIndex, i32.const(3)) : i32.mul(recentIndex, i32.const(stateBytes))
  const differs = rest.reduce(
    (any, w) => i32.or(any, i64.ne(i64.load(get('a'), memory.recent + w.inState), i64.load(get('q'), w.inState))),
    i64.ne(i64.load(get('a'), memory.recent), get('x')),
  )
  const hashPass: Node[] = [
    set('q', get('p')),
    set('n', i32.const(0)),
    loop('hash', [
      ...mixed(shape, get('q')),
      ...located(shape),
      set('a', slotAddress(shape, first, get('home'))),
      i32.store(get('n'), get('a'), memory.homes),
      ops.put(i32.add(i32.const(memory.slots), i32.shl(get('n'), i32.const(1))), ops.narrowed(get('part'))),
      i32.store(get('n'), get('q'), memory.sources),
      // Half of all successors were met a moment ago. Such a one is dropped: the next takes its place.
      set('a', recentPlace),
      set('n', i32.add(get('n'), i32.shl(differs, i32.const(2)))),
      i64.store(get('a'), get('x'), memory.recent),
      ...rest.map((w) => i64.store(get('a'), i64.load(get('q'), w.inState), memory.recent + w.inState)),
      set('q', i32.add(get('q'), i32.const(memory.entry))),
      brIf('hash', i32.ltU(get('q'), get('end'))),
    ]),
  ]
  const insert: Node[] = [
    when(i32.eq(get('states'), getGlobal('state_limit')), [setGlobal('stop', i32.const(stopReasons.states)), br('full')]),
    set('states', i32.add(get('states'), i32.const(1))),
    i64.store(get('tail'), i64.load(get('q'))),
    ...rest.map((w) => i64.store(get('tail'), i64.load(get('q'), w.inState), w.inState)),
    set('tail', i32.add(get('tail'), i32.const(stateBytes))),
    when(i32.eq(get('tail'), get('ring_end')), [set('tail', i32.const(memory.ring))]),
    ...pushIn(shape, first),
  ]
  const insertPass: Node[] = [
    set('n', i32.const(0)),
    set('states', getGlobal('states')),
    set('tail', getGlobal('tail')),
    set('ring_end', getGlobal('ring_end')),
    set('most', ops.narrowed(getGlobal('furthest'))),
    set('step', ops.narrowed(get('one'))),
    block('full', [
      loop('insert', [
        set('a', i32.load(get('n'), memory.homes)),
        set('q', i32.load(get('n'), memory.sources)),
        set('e', ops.take(i32.add(i32.const(memory.slots), i32.shl(get('n'), i32.const(1))))),
        probe(shape, first, get('q')),
        when(i32.eqz(ops.eq(get('s'), get('e'))), insert, []),
        set('n', i32.add(get('n'), i32.const(4))),
        brIf('insert', i32.ltU(get('n'), get('last'))),
      ]),
    ]),
    setGlobal('queued', i32.add(getGlobal('queued'), i32.sub(get('states'), getGlobal('states')))),
    setGlobal('states', get('states')),
    setGlobal('tail', get('tail')),
    setGlobal('furthest', ops.widened(get('most'))),
  ]
  return {
    name: `chunk_${kind}`,
    params: [
      ['p', 'i32'],
      ['end', 'i32'],
    ],
    result: null,
    exported: false,
    locals: [
      ...sizeLocals,
      ...(['x', 'h', 'scaled', 'part'] as const).map((l) => [l, 'i64'] as const),
      ...(['home', 'a', 'n', 'q', 'states', 'tail', 'ring_end', 'touched', 'last'] as const).map((l) => [l, 'i32'] as const),
      ...insertLocals(shape, first),
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      ...hashPass,
      when(i32.eqz(get('n')), [ret()]),
      ...touchPass(memory.homes),
      ...insertPass,
    ],
  }
}

const inserting = (shape: TableShape, kinds: readonly SlotKind[]): Inserting => {
  const chunks = kinds.map((kind) => call(`chunk_${kind}`, get('p'), get('batch_end')))
  const occupied = either('i32', getGlobal('keep'), [getGlobal('states')], [i32.add(getGlobal('left'), getGlobal('queued'))])
  const isTooFull = i32.gtU(i32.add(getGlobal('states'), get('count')), getGlobal('room'))
  const mostBits = i32.sub(i32.const(shape.keyBits + distanceBits), getGlobal('table_log'))
  const isTooFar = i64.ne(i64.shrU(getGlobal('furthest'), i64.extend(mostBits)), i64.const(0n))
  return {
    counting: [],
    rooms: [
      [i32.or(isTooFull, isTooFar), 'grow'],
      [i32.geU(i32.add(occupied, get('count')), getGlobal('capacity')), 'widen'],
    ],
    insert: chunks.length === 1 ? at(chunks, 0) : when(getGlobal('narrow'), [at(chunks, 0)], [at(chunks, 1)]),
  }
}

/** The address of the slot that holds the state at `at`, or 0, in a table of one kind. */
const findFunction = (shape: TableShape, kind: SlotKind): WasmFunction => {
  const first = firstBytes(kind)
  const ops = slotOps(first)
  return {
    name: `find_${kind}`,
    params: [['at', 'i32']],
    result: 'i32',
    exported: false,
    locals: [
      ...sizeLocals,
      ...(['x', 'h', 'scaled', 'part'] as const).map((l) => [l, 'i64'] as const),
      ...(['home', 'a'] as const).map((l) => [l, 'i32'] as const),
      ...(['s', 'e', 'step'] as const).map((l) => [l, ops.type] as const),
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      ...mixed(shape, get('at')),
      ...located(shape),
      set('a', slotAddress(shape, first, get('home'))),
      set('e', ops.narrowed(get('part'))),
      set('step', ops.narrowed(get('one'))),
      probe(shape, first, get('at')),
      select(ops.eq(get('s'), get('e')), get('a'), i32.const(0)),
    ],
  }
}

/** `find(at) -> address`: the slot that holds the state at `at`, or 0. */
const findAnyFunction = (kinds: readonly SlotKind[]): WasmFunction => {
  const finds = kinds.map((kind) => call(`find_${kind}`, get('at')))
  return {
    ...exported(tableExports, 'find'),
    locals: [],
    body: finds.length === 1 ? finds : [either('i32', getGlobal('narrow'), [at(finds, 0)], [at(finds, 1)])],
  }
}

/**
 * All functions of the store. They call the imports `grow` (a larger table) and `widen` (a larger ring), which set
 * `stop` where there is no memory.
 */
export const tableFunctions = (shape: TableShape, memory: MemoryMap): WasmFunction[] => {
  const kinds = slotKinds(shape)
  return [
    ...kinds.map((kind) => chunkFunction(shape, memory, kind)),
    flushFunction(memory, inserting(shape, kinds)),
    ...kinds.map((kind) => findFunction(shape, kind)),
    findAnyFunction(kinds),
    ...rehashFunctions(shape),
  ]
}
