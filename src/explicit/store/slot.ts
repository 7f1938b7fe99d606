/** Code that all functions of the table share: from a state to its home slot, and from there to its place. */
import { fieldMask } from '../emit/layout.js'
import { br, get, getGlobal, i32, i64, loop, type Node, set, type ValueType, type WasmFunction, when } from '../wasm/instruction.js'
import { type SlotKind, slotBytes, type TableShape } from './table-size.js'

export interface SlotOps {
  readonly type: ValueType
  readonly bytes: number
  readonly load: (address: Node) => Node
  readonly store: (address: Node, value: Node) => Node
  readonly eq: (a: Node, b: Node) => Node
  readonly gtU: (a: Node, b: Node) => Node
  readonly add: (a: Node, b: Node) => Node
  readonly or: (a: Node, b: Node) => Node
  readonly isZero: (a: Node) => Node
  /** From and to i64. */
  readonly narrowed: (a: Node) => Node
  readonly widened: (a: Node) => Node
}

export const slotOps = (kind: SlotKind): SlotOps =>
  kind === 'narrow'
    ? {
        type: 'i32',
        bytes: 4,
        load: i32.load,
        store: i32.store,
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
        bytes: 8,
        load: i64.load,
        store: i64.store,
        eq: i64.eq,
        gtU: i64.gtU,
        add: i64.add,
        or: i64.or,
        isZero: i64.eqz,
        narrowed: (a) => a,
        widened: (a) => a,
      }

export interface RestWord {
  /** Where it is in a slot, and in a state. */
  readonly inSlot: number
  readonly inState: number
  readonly load: (address: Node, offset: number) => Node
  readonly store: (address: Node, value: Node, offset: number) => Node
}

export const restWords = (shape: TableShape, kind: SlotKind): RestWord[] => {
  let at = slotOps(kind).bytes
  return shape.rest.map((bytes, i) => {
    const inSlot = at
    at += bytes
    return { inSlot, inState: (i + 1) * 8, load: bytes === 4 ? i64.load32 : i64.load, store: bytes === 4 ? i64.store32 : i64.store }
  })
}

const multipliers = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn] as const

export const mask64 = (bits: number): Node => i64.const(fieldMask(bits))

/**
 * x := the mixed word of the state at `at`: two rounds of xor-shift and odd multiplication modulo 2^keyBits, after the
 * others are hashed in.
 */
export const mixed = (shape: TableShape, at: Node): Node[] => {
  const out: Node[] = []
  const { keyBits } = shape
  const clip = (value: Node): Node => (keyBits === 64 ? value : i64.and(value, mask64(keyBits)))
  const half = i64.const(BigInt(Math.max(1, keyBits >> 1)))
  for (const [i] of shape.rest.entries()) {
    const word = i64.load(at, (i + 1) * 8)
    out.push(set('h', i64.mul(i === 0 ? word : i64.xor(get('h'), word), i64.const(multipliers[2]))))
    out.push(set('h', i64.xor(get('h'), i64.shrU(get('h'), i64.const(32n)))))
  }
  const first = i64.load(at)
  const seasoned = shape.rest.length === 0 ? first : i64.xor(first, clip(i64.mul(get('h'), i64.const(multipliers[1]))))
  out.push(set('x', seasoned))
  for (const multiplier of multipliers.slice(0, 2)) {
    out.push(set('x', i64.xor(get('x'), i64.shrU(get('x'), half))))
    out.push(set('x', clip(i64.mul(get('x'), i64.const(multiplier)))))
  }
  return out
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

export const slotAddress = (shape: TableShape, kind: SlotKind, slot: Node): Node =>
  i32.add(getGlobal('table_at'), i32.mul(slot, i32.const(slotBytes(shape, kind))))

/**
 * While the slot at `a` is before the place of `e`, goes on to the next one. Afterwards `s` is the slot's first part.
 */
export const probe = (shape: TableShape, kind: SlotKind, state: Node): Node => {
  const ops = slotOps(kind)
  const next = [set('a', i32.add(get('a'), i32.const(slotBytes(shape, kind)))), set('e', ops.add(get('e'), get('step')))]
  const rest = restWords(shape, kind)
  const differs = rest
    .map((w) => i64.ne(w.load(get('a'), w.inSlot), i64.load(state, w.inState)))
    .reduce<Node | null>((any, d) => (any === null ? d : i32.or(any, d)), null)
  return loop('probe', [
    set('s', ops.load(get('a'))),
    when(ops.gtU(get('s'), get('e')), [...next, br('probe')]),
    ...(differs === null ? [] : [when(ops.eq(get('s'), get('e')), [when(differs, [...next, br('probe')])])]),
  ])
}
