/** Code that all functions of the table share: from a state to its home slot, and from there to its place. */
import {
  br,
  brIf,
  get,
  getGlobal,
  i32,
  i64,
  loop,
  type Node,
  set,
  setGlobal,
  type ValueType,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { mask64 } from './mixing.js'
import { bytesOfSlot, type FirstBytes, type TableShape } from './table-size.js'

export interface SlotOps {
  readonly type: ValueType
  readonly bytes: FirstBytes
  readonly load: (address: Node) => Node
  /** The value is evaluated several times. */
  readonly store: (address: Node, value: Node) => Node[]
  /** To and from a place of 8 bytes. */
  readonly put: (address: Node, value: Node) => Node
  readonly take: (address: Node) => Node
  readonly eq: (a: Node, b: Node) => Node
  readonly gtU: (a: Node, b: Node) => Node
  readonly add: (a: Node, b: Node) => Node
  readonly or: (a: Node, b: Node) => Node
  readonly isZero: (a: Node) => Node
  /** From and to i64. */
  readonly narrowed: (a: Node) => Node
  readonly widened: (a: Node) => Node
}

/** Of first parts of so many bytes; of 4 they are computed with in 32 bits. */
export const slotOps = (bytes: FirstBytes): SlotOps =>
  bytes === 4
    ? {
        type: 'i32',
        bytes,
        load: i32.load,
        store: (address, value) => [i32.store(address, value)],
        put: i32.store,
        take: i32.load,
        eq: i32.eq,
        gtU: i32.gtU,
        add: i32.add,
        or: i32.or,
        isZero: i32.eqz,
        narrowed: i32.wrap,
        widened: i64.extend,
      }
    : {
        type: 'i64',
        bytes,
        load: (address) => loadBytes(bytes, address, 0),
        store: (address, value) => storeBytes(bytes, address, value, 0),
        put: i64.store,
        take: i64.load,
        eq: i64.eq,
        gtU: i64.gtU,
        add: i64.add,
        or: i64.or,
        isZero: i64.eqz,
        narrowed: (a) => a,
        widened: (a) => a,
      }

/** The 1 to 8 bytes at an address. What is read and not wanted lies in the 7 bytes behind them. */
const loadBytes = (bytes: number, address: Node, offset: number): Node => {
  if (bytes === 8) return i64.load(address, offset)
  return bytes === 4 ? i64.load32(address, offset) : i64.and(i64.load(address, offset), mask64(8 * bytes))
}

/** Writes so many bytes of a value, and nothing behind them. */
const storeBytes = (bytes: number, address: Node, value: Node, offset: number): Node[] => {
  const store = { 8: i64.store, 4: i64.store32, 2: i64.store16, 1: i64.store8 }
  const nodes: Node[] = []
  let done = 0
  for (const size of [8, 4, 2, 1] as const)
    if (bytes - done >= size) {
      nodes.push(store[size](address, done === 0 ? value : i64.shrU(value, i64.const(BigInt(8 * done))), offset + done))
      done += size
    }
  return nodes
}

export interface RestWord {
  /** Where it is in a slot, and in a state. */
  readonly inSlot: number
  readonly inState: number
  readonly load: (address: Node, offset: number) => Node
  /** The value is evaluated several times. */
  readonly store: (address: Node, value: Node, offset: number) => Node[]
}

export const restWords = ({ rest }: Pick<TableShape, 'rest'>, first: FirstBytes): RestWord[] => {
  let at: number = first
  return rest.map((bytes, i) => {
    const inSlot = at
    at += bytes
    return {
      inSlot,
      inState: (i + 1) * 8,
      load: (address, offset) => loadBytes(bytes, address, offset),
      store: (address, value, offset) => storeBytes(bytes, address, value, offset),
    }
  })
}

/** Locals that say the table's size while it is used, and code that sets them. */
export const sizeLocals: WasmFunction['locals'] = [
  ['cut', 'i64'],
  ['cut_mask', 'i64'],
  ['factor', 'i64'],
  ['r', 'i64'],
  ['r_mask', 'i64'],
  ['one', 'i64'],
]
export const setSize = (shape: TableShape, log: Node, factor: Node): Node[] => [
  set('cut', i64.extend(i32.sub(i32.const(shape.topBits), log))),
  set('cut_mask', i64.sub(i64.shl(i64.const(1n), get('cut')), i64.const(1n))),
  set('factor', i64.extend(factor)),
  set('r', i64.extend(i32.sub(i32.const(shape.keyBits), log))),
  set('r_mask', i64.sub(i64.shl(i64.const(1n), get('r')), i64.const(1n))),
  set('one', i64.shl(i64.const(1n), get('r'))),
]

/** From the mixed word x: `home` (a number) and `part`, what its slot would hold at home. */
export const located = (shape: TableShape): Node[] => {
  const lowBits = shape.keyBits - shape.topBits
  const top = lowBits === 0 ? get('x') : i64.shrU(get('x'), i64.const(BigInt(lowBits)))
  const fraction = i64.and(get('scaled'), get('cut_mask'))
  const remainder = lowBits === 0 ? fraction : i64.or(i64.shl(fraction, i64.const(BigInt(lowBits))), i64.and(get('x'), mask64(lowBits)))
  return [
    set('scaled', i64.mul(top, get('factor'))),
    set('home', i32.wrap(i64.shrU(get('scaled'), get('cut')))),
    set('part', i64.or(get('one'), i64.xor(remainder, get('r_mask')))),
  ]
}

export const slotAddress = (shape: TableShape, first: FirstBytes, slot: Node): Node =>
  i32.add(getGlobal('table_at'), i32.mul(slot, i32.const(bytesOfSlot(shape, first))))

/**
 * While the slot at `a` is before the place of `e`, goes on to the next one. Afterwards `s` is the slot's first part.
 */
export const probe = (shape: TableShape, first: FirstBytes, state: Node): Node => {
  const ops = slotOps(first)
  const next = [set('a', i32.add(get('a'), i32.const(bytesOfSlot(shape, first)))), set('e', ops.add(get('e'), get('step')))]
  const rest = restWords(shape, first)
  const differs = rest
    .map((w) => i64.ne(w.load(get('a'), w.inSlot), i64.load(state, w.inState)))
    .reduce<Node | null>((any, d) => (any === null ? d : i32.or(any, d)), null)
  return loop('probe', [
    set('s', ops.load(get('a'))),
    when(ops.gtU(get('s'), get('e')), [...next, br('probe')]),
    ...(differs === null ? [] : [when(ops.eq(get('s'), get('e')), [when(differs, [...next, br('probe')])])]),
  ])
}

/**
 * Puts `e` and the other words of the state at `q` into the slot at `a`, which holds `s`, and moves what is there one
 * on, up to the next free slot. `most` or-s the first parts that were written.
 */
export const pushIn = (shape: TableShape, first: FirstBytes): Node[] => {
  const ops = slotOps(first)
  const rest = restWords(shape, first)
  return [
    set('carry', get('e')),
    ...rest.map((w, i) => set(`carry${i}`, i64.load(get('q'), w.inState))),
    loop('shift', [
      ...rest.map((w, i) => set(`push${i}`, w.load(get('a'), w.inSlot))),
      ...ops.store(get('a'), get('carry')),
      ...rest.flatMap((w, i) => w.store(get('a'), get(`carry${i}`), w.inSlot)),
      set('most', ops.or(get('most'), get('carry'))),
      when(i32.eqz(ops.isZero(get('s'))), [
        set('carry', ops.add(get('s'), get('step'))),
        ...rest.map((_, i) => set(`carry${i}`, get(`push${i}`))),
        set('a', i32.add(get('a'), i32.const(bytesOfSlot(shape, first)))),
        set('s', ops.load(get('a'))),
        br('shift'),
      ]),
    ]),
  ]
}

/** The locals of `probe` and `pushIn`, besides those of a size. */
export const insertLocals = ({ rest }: TableShape, first: FirstBytes): WasmFunction['locals'] => [
  ...(['s', 'e', 'carry', 'most', 'step'] as const).map((l) => [l, slotOps(first).type] as const),
  ...rest.flatMap((_, i) => [`carry${i}`, `push${i}`]).map((l) => [l, 'i64'] as const),
]

const touches = 8

/**
 * Reads the words at all addresses in the list at `homes`, of `n` bytes: nothing but loads, so that as many cache
 * misses are under way at once as the processor can hold. What is read is of no use; it is kept only to have it read.
 * There is one at least; behind the last there are those of former batches, or zeros. Afterwards `last` is where the
 * list ends.
 */
export const touchPass = (homes: number): Node[] => [
  set('last', get('n')),
  set('n', i32.and(i32.add(get('n'), i32.const(4 * touches - 1)), i32.const(-4 * touches))),
  loop('touch', [
    set('n', i32.sub(get('n'), i32.const(4 * touches))),
    ...Array.from({ length: touches }, (_, k) => set('touched', i32.add(get('touched'), i32.load(i32.load(get('n'), homes + 4 * k))))),
    brIf('touch', i32.gtS(get('n'), i32.const(0))),
  ]),
  setGlobal('sink', get('touched')),
]
