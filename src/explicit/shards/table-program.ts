/**
 * The WebAssembly of a shard's table: the exact quotient table of store/table.ts for what a shard's number does not say
 * of its states, with slots of as few bytes as its size leaves to be kept. There is a module for each number of bytes,
 * and one for each step between them, and a table has only those that it comes to.
 */
import { areasFrom, batch } from '../emit/memory-map.js'
import { rehashFunction, rehashParams } from '../store/growth.js'
import { mask64 } from '../store/mixing.js'
import { insertLocals, located, probe, pushIn, setSize, sizeLocals, slotAddress, slotOps, touchPass } from '../store/slot.js'
import { distanceBits, type FirstBytes, type TableShape } from '../store/table-size.js'
import { block, br, brIf, call, get, getGlobal, i32, i64, loop, set, setGlobal, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, global64, type Module, moduleOf, procedure } from '../wasm/interface.js'

const sizeGlobals = {
  table_at: global32(),
  table_log: global32(),
  table_factor: global32(1n),
  /** The first parts that were written, or-ed: says how many bits the greatest distance takes. */
  furthest: global64(),
} as const

const tableInterface = {
  globals: {
    ...sizeGlobals,
    /** The table grows before it holds more states than this. */
    room: global32(),
    states: global32(),
    /** The first entry that was not inserted, for want of room. */
    reached: global32(),
    /** Where what is read ahead goes. */
    sink: global32(),
  },
  exports: { insert: answer(['from', 'i32'], ['end', 'i32'], ['out', 'i32']) },
} as const
export type ShardTableInterface = typeof tableInterface

const growthInterface = {
  globals: { ...sizeGlobals, rehash_free: global32() },
  exports: { rehash: procedure(...rehashParams) },
} as const
export type GrowthInterface = typeof growthInterface

/** What lies where in front of a table: addresses and first parts of a batch, and the entries to be inserted. */
export interface ShardMap {
  readonly homes: number
  readonly slots: number
  readonly inbox: number
  readonly inboxEnd: number
  readonly table: number
}

/** With room for this many bytes of entries at least. */
export const shardMap = (entry: number, inboxBytes: number): ShardMap => {
  const area = areasFrom(64)
  const homes = area(batch * 4)
  const slots = area(batch * 8)
  const inbox = area(inboxBytes + entry)
  return { homes, slots, inbox, inboxEnd: inbox + Math.floor(inboxBytes / entry) * entry, table: area(0) }
}

/**
 * `chunk(from, end, out) -> out`: inserts a batch; those that are new are written to `out`, in front of what is read.
 */
const chunkFunction = (shape: TableShape, first: FirstBytes, entry: number, map: ShardMap): WasmFunction => {
  const ops = slotOps(first)
  const isNew = [
    setGlobal('states', i32.add(getGlobal('states'), i32.const(1))),
    ...pushIn(shape, first),
    ...Array.from({ length: entry / 8 }, (_, w) => i64.store(get('out'), i64.load(get('q'), w * 8), w * 8)),
    set('out', i32.add(get('out'), i32.const(entry))),
  ]
  return {
    name: 'chunk',
    params: [
      ['from', 'i32'],
      ['end', 'i32'],
      ['out', 'i32'],
    ],
    result: 'i32',
    exported: false,
    locals: [
      ...sizeLocals,
      ...(['x', 'scaled', 'part'] as const).map((l) => [l, 'i64'] as const),
      ...(['home', 'a', 'n', 'q', 'touched', 'last'] as const).map((l) => [l, 'i32'] as const),
      ...insertLocals(shape, first),
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      set('q', get('from')),
      loop('hash', [
        set('x', i64.and(i64.load(get('q')), mask64(shape.keyBits))),
        ...located(shape),
        i32.store(get('n'), slotAddress(shape, first, get('home')), map.homes),
        ops.put(i32.add(i32.const(map.slots), i32.shl(get('n'), i32.const(1))), ops.narrowed(get('part'))),
        set('n', i32.add(get('n'), i32.const(4))),
        set('q', i32.add(get('q'), i32.const(entry))),
        brIf('hash', i32.ltU(get('q'), get('end'))),
      ]),
      ...touchPass(map.homes),
      set('n', i32.const(0)),
      set('q', get('from')),
      set('most', ops.narrowed(getGlobal('furthest'))),
      set('step', ops.narrowed(get('one'))),
      loop('insert', [
        set('a', i32.load(get('n'), map.homes)),
        set('e', ops.take(i32.add(i32.const(map.slots), i32.shl(get('n'), i32.const(1))))),
        probe(shape, first, get('q')),
        when(i32.eqz(ops.eq(get('s'), get('e'))), isNew),
        set('q', i32.add(get('q'), i32.const(entry))),
        set('n', i32.add(get('n'), i32.const(4))),
        brIf('insert', i32.ltU(get('n'), get('last'))),
      ]),
      setGlobal('furthest', ops.widened(get('most'))),
      get('out'),
    ],
  }
}

/**
 * `insert(from, end, out) -> out`: inserts the entries that lie there. Those that are new are written one behind the
 * other to `out`, which is `from` or in front of it. Ends early, at `reached`, where the table has to grow first.
 */
const insertFunction = (shape: TableShape, entry: number): WasmFunction => {
  const count = i32.divU(i32.sub(get('next'), get('from')), i32.const(entry))
  const isTooFull = i32.gtU(i32.add(getGlobal('states'), count), getGlobal('room'))
  const mostBits = i32.sub(i32.const(shape.keyBits + distanceBits), getGlobal('table_log'))
  const isTooFar = i64.ne(i64.shrU(getGlobal('furthest'), i64.extend(mostBits)), i64.const(0n))
  return {
    ...exported(tableInterface.exports, 'insert'),
    locals: [['next', 'i32']],
    body: [
      block('done', [
        loop('more', [
          brIf('done', i32.geU(get('from'), get('end'))),
          set('next', i32.add(get('from'), i32.const(batch * entry))),
          when(i32.gtU(get('next'), get('end')), [set('next', get('end'))]),
          brIf('done', i32.or(isTooFull, isTooFar)),
          set('out', call('chunk', get('from'), get('next'), get('out'))),
          set('from', get('next')),
          br('more'),
        ]),
      ]),
      setGlobal('reached', get('from')),
      get('out'),
    ],
  }
}

/** A table whose slots have first parts of so many bytes. */
export const shardTableModule = (shape: TableShape, first: FirstBytes, entry: number, map: ShardMap): Module<ShardTableInterface> =>
  moduleOf(tableInterface, [], [chunkFunction(shape, first, entry, map), insertFunction(shape, entry)], 'shared')

/** The growth of a table with first parts of so many bytes to one with others. */
export const growthModule = (shape: TableShape, from: FirstBytes, to: FirstBytes): Module<GrowthInterface> =>
  moduleOf(growthInterface, [], [{ ...rehashFunction(shape, from, to, 'rehash'), exported: true }], 'shared')
