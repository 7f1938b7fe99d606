/**
 * Successors are distributed by the bucket that they belong to, before anything is looked up: entries are written one
 * behind the other, so that no table is touched in the order in which states happen to be found.
 */
import type { MemoryMap } from '../emit/memory-map.js'
import { mixed } from '../store/mixing.js'
import { storeExports } from '../store/store.js'
import { tableShape } from '../store/table-size.js'
import {
  block,
  brIf,
  call,
  get,
  getGlobal,
  i32,
  i64,
  loop,
  type Node,
  ret,
  set,
  setGlobal,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { exported, global32, global64, procedure } from '../wasm/interface.js'
import type { Division } from './division.js'
import { blockBytes, blockLog, type PoolMap } from './pool-map.js'

export const distributeGlobals = {
  /** The mixed word shifted right by so much is the bucket's number. */
  bucket_shift: global32(),
  /** The first block of those that are free again; 0 for none. */
  free: global32(),
  /** Blocks that were never used are from here on, */
  fresh: global32(),
  /** up to here. */
  fresh_end: global32(),
  /** 1 where a block was wanted and there was none. */
  lacking: global32(),
  /** Blocks in the chains of buckets. */
  chained: global32(),
  /** Bytes of entries that were written to blocks. */
  sent: global64(),
  /** Where the next state goes that is to be packed. */
  raw_end: global32(),
} as const

const packedExports = { distribute: procedure(['p', 'i32'], ['end', 'i32']) } as const

export const distributeExports = { ...storeExports, ...packedExports, drain: procedure(['buckets', 'i32']) } as const

/** `take_block() -> address`: of a block that is free; of the spare one where there is none. */
const takeBlock = (pool: PoolMap): WasmFunction => ({
  name: 'take_block',
  params: [],
  result: 'i32',
  exported: false,
  locals: [['at', 'i32']],
  body: [
    when(getGlobal('free'), [
      set('at', getGlobal('free')),
      setGlobal('free', i32.load(i32.shl(i32.shrU(get('at'), i32.const(blockLog)), i32.const(2)), pool.next)),
      ret(get('at')),
    ]),
    when(i32.eq(getGlobal('fresh'), getGlobal('fresh_end')), [call('more')]),
    when(i32.eq(getGlobal('fresh'), getGlobal('fresh_end')), [setGlobal('lacking', i32.const(1)), ret(i32.const(pool.spare))]),
    set('at', getGlobal('fresh')),
    setGlobal('fresh', i32.add(get('at'), i32.const(blockBytes))),
    get('at'),
  ],
})

/** `spill(bucket)`: writes the entries that wait to the bucket's blocks. */
const spillFunction = (pool: PoolMap): WasmFunction => {
  const ofBucket = (area: number): [Node, number] => [i32.shl(get('bucket'), i32.const(2)), area]
  const isFull = i32.eqz(i32.sub(i32.and(get('to'), i32.const(blockBytes - 1)), i32.const(pool.used % blockBytes)))
  return {
    name: 'spill',
    params: [['bucket', 'i32']],
    result: null,
    exported: false,
    locals: [
      ['from', 'i32'],
      ['to', 'i32'],
      ['block', 'i32'],
    ],
    body: [
      set('from', i32.add(i32.const(pool.waiting), i32.mul(get('bucket'), i32.const(pool.group)))),
      set('to', i32.load(...ofBucket(pool.ends))),
      when(i32.or(i32.eqz(get('to')), isFull), [
        set('block', call('take_block')),
        setGlobal('chained', i32.add(getGlobal('chained'), i32.const(1))),
        i32.store(i32.shl(i32.shrU(get('block'), i32.const(blockLog)), i32.const(2)), i32.load(...ofBucket(pool.heads)), pool.next),
        i32.store(i32.shl(get('bucket'), i32.const(2)), get('block'), pool.heads),
        set('to', get('block')),
      ]),
      setGlobal('sent', i64.add(getGlobal('sent'), i64.extend(i32.load(...ofBucket(pool.waits))))),
      ...Array.from({ length: pool.group / 8 }, (_, i) => i64.store(get('to'), i64.load(get('from'), i * 8), i * 8)),
      i32.store(i32.shl(get('bucket'), i32.const(2)), i32.add(get('to'), i32.load(...ofBucket(pool.waits))), pool.ends),
      i32.store(i32.shl(get('bucket'), i32.const(2)), i32.const(0), pool.waits),
    ],
  }
}

/** `drain(buckets)`: writes what waits in any of so many buckets to their blocks. Nothing may be added then. */
const drainFunction = (pool: PoolMap): WasmFunction => ({
  ...exported(distributeExports, 'drain'),
  locals: [],
  body: [
    loop('next', [
      set('buckets', i32.sub(get('buckets'), i32.const(1))),
      when(i32.load(i32.shl(get('buckets'), i32.const(2)), pool.waits), [call('spill', get('buckets'))]),
      brIf('next', get('buckets')),
    ]),
  ],
})

/** Puts the entry at `p`, whose first word is `x`, to those of its bucket; `shift` is `bucket_shift`. */
const bucketed = (pool: PoolMap): Node[] => [
  set('bucket', i32.wrap(i64.shrU(get('x'), get('shift')))),
  set('waits', i32.load(i32.shl(get('bucket'), i32.const(2)), pool.waits)),
  set('a', i32.add(i32.mul(get('bucket'), i32.const(pool.group)), get('waits'))),
  i64.store(get('a'), get('x'), pool.waiting),
  ...Array.from({ length: pool.entry / 8 - 1 }, (_, i) => i64.store(get('a'), i64.load(get('p'), 8 + i * 8), pool.waiting + 8 + i * 8)),
  set('waits', i32.add(get('waits'), i32.const(pool.entry))),
  i32.store(i32.shl(get('bucket'), i32.const(2)), get('waits'), pool.waits),
  when(i32.eq(get('waits'), i32.const(pool.group)), [call('spill', get('bucket'))]),
]

/** `distribute(from, end)`: the entries that lie there. */
const distributeFunction = (pool: PoolMap): WasmFunction => ({
  ...exported(packedExports, 'distribute'),
  locals: [['x', 'i64'], ['shift', 'i64'], ...(['a', 'bucket', 'waits'] as const).map((l) => [l, 'i32'] as const)],
  body: [
    set('shift', i64.extend(getGlobal('bucket_shift'))),
    loop('next', [
      set('x', i64.load(get('p'))),
      ...bucketed(pool),
      set('p', i32.add(get('p'), i32.const(pool.entry))),
      brIf('next', i32.ltU(get('p'), get('end'))),
    ]),
  ],
})

/** Puts the state at `p` to those that are to be packed. */
const kept = (pool: PoolMap, bytes: number): Node[] => [
  when(i32.eq(getGlobal('raw_end'), i32.const(pool.rawEnd)), [call('pack')]),
  ...Array.from({ length: bytes / 8 }, (_, w) => i64.store(getGlobal('raw_end'), i64.load(get('p'), w * 8), w * 8)),
  setGlobal('raw_end', i32.add(getGlobal('raw_end'), i32.const(bytes))),
]

/**
 * `flush(end)`: distributes the states of the buffer up to `end`, but for those that were met a moment ago; or has them
 * packed first.
 */
const flushFunction = ({ widths, packing }: Division, memory: MemoryMap, pool: PoolMap): WasmFunction => {
  const shape = tableShape(widths)
  const bytes = widths.length * 8
  const rest = widths.slice(1).map((_, i) => (i + 1) * 8)
  const recentIndex = i32.and(i32.wrap(get('x')), i32.const(memory.recentStates - 1))
  const differs = rest.reduce(
    (any, w) => i32.or(any, i64.ne(i64.load(get('a'), memory.recent + w), i64.load(get('p'), w))),
    i64.ne(i64.load(get('a'), memory.recent), get('x')),
  )
  return {
    ...exported(distributeExports, 'flush'),
    locals: [['x', 'i64'], ['h', 'i64'], ...(['p', 'a', 'bucket', 'waits'] as const).map((l) => [l, 'i32'] as const), ['shift', 'i64']],
    body: [
      set('p', i32.const(memory.buffer)),
      when(i32.geU(get('p'), get('end')), [ret()]),
      setGlobal(
        'transitions',
        i64.add(getGlobal('transitions'), i64.extend(i32.divU(i32.sub(get('end'), get('p')), i32.const(memory.entry)))),
      ),
      set('shift', i64.extend(getGlobal('bucket_shift'))),
      loop('next', [
        block('met', [
          ...mixed(shape, get('p')),
          set('a', i32.mul(recentIndex, i32.const(bytes))),
          brIf('met', i32.eqz(differs)),
          i64.store(get('a'), get('x'), memory.recent),
          ...rest.map((w) => i64.store(get('a'), i64.load(get('p'), w), memory.recent + w)),
          ...(packing === null ? bucketed(pool) : kept(pool, bytes)),
        ]),
        set('p', i32.add(get('p'), i32.const(memory.entry))),
        brIf('next', i32.ltU(get('p'), get('end'))),
      ]),
    ],
  }
}

/**
 * They call the imports `more`, which provides fresh blocks, and `pack`, which packs and distributes what is to be
 * packed.
 */
export const distributeFunctions = (division: Division, memory: MemoryMap, pool: PoolMap): WasmFunction[] => [
  takeBlock(pool),
  spillFunction(pool),
  drainFunction(pool),
  distributeFunction(pool),
  flushFunction(division, memory, pool),
]
