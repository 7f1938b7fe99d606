/**
 * The set of states: an exact quotient table (J. G. Cleary, "Compact hash tables using bidirectional linear probing", IEEE
 * Transactions on Computers C-33, 1984) in Robin Hood order.
 *
 * The first word of a state is mixed with an invertible function, after the other words were hashed into it. The top bits of
 * the mixed word say the home slot. A slot holds the rest of the mixed word (the remainder), how far it is from home, and the
 * other words as they are; together with its position that gives the state back, so nothing is ever taken for something that
 * it is not. Slots are sorted by the mixed word, so a table grows in one pass from front to back, in place.
 *
 * A slot's first part is `(distance + 1) << r | ~remainder`, where r is the number of the remainder's bits; 0 means free. With the
 * remainder complemented, one unsigned comparison says whether the slot is before or behind the place of what is looked for.
 */
import { fieldMask } from './layout.js'
import { batch, type MemoryMap } from './memory.js'
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
  unreachable,
  type ValueType,
  type WasmFunction,
  type WasmGlobal,
  when,
} from './wasm/instruction.js'

/** `narrow` slots keep their first part in 4 bytes, `wide` ones in 8. */
export type SlotKind = 'narrow' | 'wide'

/** What is fixed about the table of a given state width. */
export interface TableShape {
  /** Bits of the mixed word. */
  readonly keyBits: number
  /** How many of its top bits take part in the home slot: all, or as many as leave no overflow. */
  readonly topBits: number
  /** Bytes in a slot of each of the other words: 4 or 8. */
  readonly rest: readonly number[]
}

/** Slots behind the last home, for what is pushed past it. */
export const slack = 512
/**
 * A table grows when distance + 1 of something takes this many bits, at the latest: a slot has room for 8, and one batch
 * pushes nothing further than by its own size.
 */
export const distanceBits = 7

export const tableShape = (widths: readonly number[]): TableShape => {
  const keyBits = widths.length === 1 ? Math.max(1, widths[0]) : Math.max(32, widths[0])
  return { keyBits, topBits: keyBits <= 61 ? keyBits : 32, rest: widths.slice(1).map((w) => (w <= 32 ? 4 : 8)) }
}

/** A table has `factor << log` homes; the factor is 1, 3, 5 or 7. */
export interface TableSize {
  readonly log: number
  readonly factor: number
  readonly kind: SlotKind
}

export const homes = (size: TableSize): number => size.factor * 2 ** size.log
export const slotBytes = (shape: TableShape, kind: SlotKind): number => (kind === 'narrow' ? 4 : 8) + shape.rest.reduce((n, b) => n + b, 0)
export const tableBytes = (shape: TableShape, size: TableSize): number => (homes(size) + slack) * slotBytes(shape, size.kind)

/** Whether a size leaves 8 bits for the distance. */
export const isPossible = (shape: TableShape, size: TableSize): boolean =>
  size.log <= shape.topBits &&
  size.log >= 0 &&
  shape.keyBits - size.log <= (size.kind === 'narrow' ? 24 : 56) &&
  (shape.topBits > 24 || size.factor === 1)

export const tableGlobals: readonly WasmGlobal[] = [
  { name: 'table_at', type: 'i32', initial: 0n },
  { name: 'table_log', type: 'i32', initial: 0n },
  { name: 'table_factor', type: 'i32', initial: 1n },
  { name: 'narrow', type: 'i32', initial: 0n },
  /** The table grows before it holds more states than this. */
  { name: 'room', type: 'i32', initial: 0n },
  { name: 'states', type: 'i32', initial: 0n },
  { name: 'state_limit', type: 'i32', initial: -1n },
  /** The first parts that were written, or-ed: says how many bits the greatest distance takes. */
  { name: 'furthest', type: 'i64', initial: 0n },
  { name: 'rehash_free', type: 'i32', initial: 0n },
  { name: 'sink', type: 'i32', initial: 0n },
  /** The queue: a ring of states from `ring` to `ring_end`; `capacity` states fit. Where `keep` is 1, nothing leaves it. */
  { name: 'ring_end', type: 'i32', initial: 0n },
  { name: 'capacity', type: 'i32', initial: 0n },
  { name: 'keep', type: 'i32', initial: 0n },
  { name: 'head', type: 'i32', initial: 0n },
  { name: 'tail', type: 'i32', initial: 0n },
  /** States of the level being expanded that wait, and states of the next level. */
  { name: 'left', type: 'i32', initial: 0n },
  { name: 'queued', type: 'i32', initial: 0n },
  { name: 'transitions', type: 'i64', initial: 0n },
  { name: 'stop', type: 'i32', initial: 0n },
]

interface SlotOps {
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

const slotOps = (kind: SlotKind): SlotOps =>
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

interface RestWord {
  /** Where it is in a slot, and in a state. */
  readonly inSlot: number
  readonly inState: number
  readonly load: (address: Node, offset: number) => Node
  readonly store: (address: Node, value: Node, offset: number) => Node
}

const restWords = (shape: TableShape, kind: SlotKind): RestWord[] => {
  let at = slotOps(kind).bytes
  return shape.rest.map((bytes, i) => {
    const inSlot = at
    at += bytes
    return { inSlot, inState: (i + 1) * 8, load: bytes === 4 ? i64.load32 : i64.load, store: bytes === 4 ? i64.store32 : i64.store }
  })
}

const multipliers = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn] as const

const mask64 = (bits: number): Node => i64.const(fieldMask(bits))

/** x := the mixed word of the state at `at`: two rounds of xor-shift and odd multiplication modulo 2^keyBits, after the others are hashed in. */
const mixed = (shape: TableShape, at: Node): Node[] => {
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
const sizeLocals: WasmFunction['locals'] = [
  ['cut', 'i64'],
  ['cut_mask', 'i64'],
  ['factor', 'i64'],
  ['r', 'i64'],
  ['r_mask', 'i64'],
  ['one', 'i64'],
]
const setSize = (shape: TableShape, log: Node, factor: Node): Node[] => [
  set('cut', i64.extend(i32.sub(i32.const(shape.topBits), log))),
  set('cut_mask', i64.sub(i64.shl(i64.const(1n), get('cut')), i64.const(1n))),
  set('factor', i64.extend(factor)),
  set('r', i64.extend(i32.sub(i32.const(shape.keyBits), log))),
  set('r_mask', i64.sub(i64.shl(i64.const(1n), get('r')), i64.const(1n))),
  set('one', i64.shl(i64.const(1n), get('r'))),
]

/** From the mixed word x: `home` (a number) and `part`, what its slot would hold at home. */
const located = (shape: TableShape): Node[] => {
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

const slotAddress = (shape: TableShape, kind: SlotKind, slot: Node): Node =>
  i32.add(getGlobal('table_at'), i32.mul(slot, i32.const(slotBytes(shape, kind))))

/** While the slot at `a` is before the place of `e`, goes on to the next one. Afterwards `s` is the slot's first part. */
const probe = (shape: TableShape, kind: SlotKind, state: Node): Node => {
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

const chunkFunction = (shape: TableShape, memory: MemoryMap, kind: SlotKind): WasmFunction => {
  const ops = slotOps(kind)
  const bytes = slotBytes(shape, kind)
  const rest = restWords(shape, kind)
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
      set('a', slotAddress(shape, kind, get('home'))),
      i32.store(get('n'), get('a'), memory.homes),
      ops.store(i32.add(i32.const(memory.slots), i32.shl(get('n'), i32.const(1))), ops.narrowed(get('part'))),
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
  // Nothing but loads, so that as many cache misses are under way at once as the processor can hold. What is read is of no use; it is kept
  // only to have it read. Behind the last home there are addresses of former batches, or zeros.
  const touches = 8
  const roundUp = [
    set('last', get('n')),
    when(i32.eqz(get('n')), [ret()]),
    set('n', i32.and(i32.add(get('n'), i32.const(4 * touches - 1)), i32.const(-4 * touches))),
  ]
  const touchPass: Node[] = [
    loop('touch', [
      set('n', i32.sub(get('n'), i32.const(4 * touches))),
      ...Array.from({ length: touches }, (_, k) =>
        set('touched', i32.add(get('touched'), i32.load(i32.load(get('n'), memory.homes + 4 * k)))),
      ),
      brIf('touch', i32.gtS(get('n'), i32.const(0))),
    ]),
    setGlobal('sink', get('touched')),
  ]
  const carried = rest.map((_, i) => `carry${i}`)
  const pushed = rest.map((_, i) => `push${i}`)
  const insert: Node[] = [
    when(i32.eq(get('states'), getGlobal('state_limit')), [setGlobal('stop', i32.const(stopReasons.states)), br('full')]),
    set('states', i32.add(get('states'), i32.const(1))),
    i64.store(get('tail'), i64.load(get('q'))),
    ...rest.map((w) => i64.store(get('tail'), i64.load(get('q'), w.inState), w.inState)),
    set('tail', i32.add(get('tail'), i32.const(stateBytes))),
    when(i32.eq(get('tail'), get('ring_end')), [set('tail', i32.const(memory.ring))]),
    set('carry', get('e')),
    ...rest.map((w, i) => set(carried[i], i64.load(get('q'), w.inState))),
    loop('shift', [
      ...rest.map((w, i) => set(pushed[i], w.load(get('a'), w.inSlot))),
      ops.store(get('a'), get('carry')),
      ...rest.map((w, i) => w.store(get('a'), get(carried[i]), w.inSlot)),
      set('most', ops.or(get('most'), get('carry'))),
      when(i32.eqz(ops.isZero(get('s'))), [
        set('carry', ops.add(get('s'), get('step'))),
        ...rest.map((_, i) => set(carried[i], get(pushed[i]))),
        set('a', i32.add(get('a'), i32.const(bytes))),
        set('s', ops.load(get('a'))),
        br('shift'),
      ]),
    ]),
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
        set('e', ops.load(i32.add(i32.const(memory.slots), i32.shl(get('n'), i32.const(1))))),
        probe(shape, kind, get('q')),
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
      ...(['s', 'e', 'carry', 'most', 'step'] as const).map((l) => [l, ops.type] as const),
      ...[...carried, ...pushed].map((l) => [l, 'i64'] as const),
    ],
    body: [...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')), ...hashPass, ...roundUp, ...touchPass, ...insertPass],
  }
}

/** Values of the global `stop`. */
export const stopReasons = { states: 1, memory: 2, settled: 3 } as const

/** Inserts all entries of the buffer up to `end`, and queues those that are new. */
const flushFunction = (shape: TableShape, memory: MemoryMap, kinds: readonly SlotKind[]): WasmFunction => {
  const count = i32.divU(i32.sub(get('chunk_end'), get('p')), i32.const(memory.entry))
  const chunks = kinds.map((kind) => call(`chunk_${kind}`, get('p'), get('chunk_end')))
  const occupied = either('i32', getGlobal('keep'), [getGlobal('states')], [i32.add(getGlobal('left'), getGlobal('queued'))])
  return {
    name: 'flush',
    params: [['end', 'i32']],
    result: null,
    exported: true,
    locals: [
      ['p', 'i32'],
      ['chunk_end', 'i32'],
      ['count', 'i32'],
    ],
    body: [
      set('p', i32.const(memory.buffer)),
      setGlobal(
        'transitions',
        i64.add(getGlobal('transitions'), i64.extend(i32.divU(i32.sub(get('end'), get('p')), i32.const(memory.entry)))),
      ),
      block('done', [
        loop('more', [
          brIf('done', i32.geU(get('p'), get('end'))),
          brIf('done', getGlobal('stop')),
          set('chunk_end', i32.add(get('p'), i32.const(batch * memory.entry))),
          when(i32.gtU(get('chunk_end'), get('end')), [set('chunk_end', get('end'))]),
          set('count', count),
          when(
            i32.or(
              i32.gtU(i32.add(getGlobal('states'), get('count')), getGlobal('room')),
              i64.ne(
                i64.shrU(getGlobal('furthest'), i64.extend(i32.sub(i32.const(shape.keyBits + distanceBits), getGlobal('table_log')))),
                i64.const(0n),
              ),
            ),
            [call('grow'), brIf('done', getGlobal('stop'))],
          ),
          when(i32.geU(i32.add(occupied, get('count')), getGlobal('capacity')), [call('widen'), brIf('done', getGlobal('stop'))]),
          chunks.length === 1 ? chunks[0] : when(getGlobal('narrow'), [chunks[0]], [chunks[1]]),
          set('p', get('chunk_end')),
          br('more'),
        ]),
      ]),
    ],
  }
}

/** The address of the slot that holds the state at `at`, or 0, in a table of one kind. */
const findFunction = (shape: TableShape, kind: SlotKind): WasmFunction => {
  const ops = slotOps(kind)
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
      set('a', slotAddress(shape, kind, get('home'))),
      set('e', ops.narrowed(get('part'))),
      set('step', ops.narrowed(get('one'))),
      probe(shape, kind, get('at')),
      select(ops.eq(get('s'), get('e')), get('a'), i32.const(0)),
    ],
  }
}

/** `find(at) -> address`: the slot that holds the state at `at`, or 0. */
const findAnyFunction = (kinds: readonly SlotKind[]): WasmFunction => {
  const finds = kinds.map((kind) => call(`find_${kind}`, get('at')))
  return {
    name: 'find',
    params: [['at', 'i32']],
    result: 'i32',
    exported: true,
    locals: [],
    body: finds.length === 1 ? finds : [either('i32', getGlobal('narrow'), [finds[0]], [finds[1]])],
  }
}

/**
 * One slice of the growth of a table. The old one lies behind the new one; `from` and `slot` say where in it the slice starts, `count` how many slots
 * it has. Writes go from slot `rehash_free` of the new table on, into memory that is zero; what was read is zero afterwards. `unfactor` is the inverse of the
 * old factor modulo 2^64.
 */
const rehashFunction = (shape: TableShape, from: SlotKind, to: SlotKind): WasmFunction => {
  const old = slotOps(from)
  const ops = slotOps(to)
  const oldRest = restWords(shape, from)
  const rest = restWords(shape, to)
  const oldBytes = slotBytes(shape, from)
  const lowBits = shape.keyBits - shape.topBits
  const remainder = i64.xor(i64.and(get('part'), get('old_mask')), get('old_mask'))
  const fraction = lowBits === 0 ? get('x') : i64.shrU(get('x'), i64.const(BigInt(lowBits)))
  const whole = i64.mul(i64.or(i64.shl(i64.extend(get('home')), get('old_cut')), fraction), get('unfactor'))
  const key = lowBits === 0 ? whole : i64.or(i64.shl(whole, i64.const(BigInt(lowBits))), i64.and(get('x'), mask64(lowBits)))
  const bytes = i32.mul(get('count'), i32.const(oldBytes))
  return {
    name: `rehash_${from}_${to}`,
    params: [
      ['from', 'i32'],
      ['slot', 'i32'],
      ['count', 'i32'],
      ['new_log', 'i32'],
      ['new_factor', 'i32'],
      ['unfactor', 'i64'],
    ],
    result: null,
    exported: true,
    locals: [
      ...sizeLocals,
      ...(['x', 'scaled', 'part', 'old_cut', 'old_mask', 'old_r', 'most'] as const).map((l) => [l, 'i64'] as const),
      ...(['home', 'a', 'free', 'end'] as const).map((l) => [l, 'i32'] as const),
      ...rest.map((_, i) => [`word${i}`, 'i64'] as const),
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      set('old_cut', get('cut')),
      set('old_mask', get('r_mask')),
      set('old_r', get('r')),
      ...setSize(shape, get('new_log'), get('new_factor')),
      set('free', getGlobal('rehash_free')),
      set('most', getGlobal('furthest')),
      set('end', i32.add(get('from'), bytes)),
      loop('slots', [
        set('part', old.widened(old.load(get('from')))),
        when(i32.eqz(i64.eqz(get('part'))), [
          ...oldRest.map((w, i) => set(`word${i}`, w.load(get('from'), w.inSlot))),
          set('home', i32.sub(get('slot'), i32.wrap(i64.sub(i64.shrU(get('part'), get('old_r')), i64.const(1n))))),
          set('x', remainder),
          set('x', key),
          ...located(shape),
          when(i32.gtU(get('home'), get('free')), [set('free', get('home'))]),
          when(i32.gtU(i32.sub(get('free'), get('home')), i32.const(253)), [unreachable()]),
          set('part', i64.add(get('part'), i64.shl(i64.extend(i32.sub(get('free'), get('home'))), get('r')))),
          set('most', i64.or(get('most'), get('part'))),
          set('a', slotAddress(shape, to, get('free'))),
          ops.store(get('a'), ops.narrowed(get('part'))),
          ...rest.map((w, i) => w.store(get('a'), get(`word${i}`), w.inSlot)),
          set('free', i32.add(get('free'), i32.const(1))),
        ]),
        set('from', i32.add(get('from'), i32.const(oldBytes))),
        set('slot', i32.add(get('slot'), i32.const(1))),
        brIf('slots', i32.ltU(get('from'), get('end'))),
      ]),
      { op: 'memory.fill', to: i32.sub(get('end'), bytes), value: i32.const(0), bytes },
      setGlobal('rehash_free', get('free')),
      setGlobal('furthest', get('most')),
    ],
  }
}

/** Which kinds of slots a table of this shape can ever have. */
export const slotKinds = (shape: TableShape): SlotKind[] => {
  if (shape.keyBits <= 24) return ['narrow']
  // A narrow table of a key this wide would have over 2^30 homes.
  return shape.keyBits > 54 ? ['wide'] : ['narrow', 'wide']
}

/** All functions of the store. They call the imports `grow` (a larger table) and `widen` (a larger ring), which set `stop` where there is no memory. */
export const tableFunctions = (shape: TableShape, memory: MemoryMap): WasmFunction[] => {
  const kinds = slotKinds(shape)
  return [
    ...kinds.map((kind) => chunkFunction(shape, memory, kind)),
    flushFunction(shape, memory, kinds),
    ...kinds.map((kind) => findFunction(shape, kind)),
    findAnyFunction(kinds),
    ...kinds.flatMap((from) => kinds.filter((to) => to === from || to === 'narrow').map((to) => rehashFunction(shape, from, to))),
  ]
}
