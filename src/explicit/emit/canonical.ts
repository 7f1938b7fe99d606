/**
 * One state for all that differ only in the order of interchangeable members: `canonical(at)` rewrites the state at an
 * address, before it is looked up.
 *
 * Each member has a key, made of the bits that are its own and mean no member of any sort. Keys go where their members
 * go, and whatever order other sorts are in, they stay the same. So among the orders of a state those in which the keys
 * ascend are the same ones wherever one starts, and of these the least state, word by word, is one state for all of
 * them: neighbours are exchanged until the keys ascend, and then all orders of members with equal keys are tried, but
 * for those of members that are equal in everything.
 */
import { at } from '../../at.js'
import type { Sort } from '../../ir/symmetry/sort.js'
import type { System } from '../../ir/system.js'
import {
  block,
  br,
  brIf,
  brTable,
  call,
  get,
  i32,
  i64,
  loop,
  type Node,
  select,
  set,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import type { Layout } from './layout.js'
import { bitsOfSorts, type Field, type Moves, type SortBits, type Test } from './sort-bits.js'

const word = (w: number): string => `w${w}`
const best = (w: number): string => `best${w}`
const key = (sort: number, member: number): string => `key${sort}_${member}`
const cursor = (sort: number): string => `cursor${sort}`
const tied = (sort: number): string => `tied${sort}`
const open = (sort: number): string => `open${sort}`
const last = (sort: number): string => `last${sort}`

const shifted = (value: Node, left: number): Node =>
  left === 0 ? value : left > 0 ? i64.shl(value, i64.const(BigInt(left))) : i64.shrU(value, i64.const(BigInt(-left)))

const field = ({ word: w, shift, bits }: Field): Node => {
  const lowered = i32.wrap(shifted(get(word(w)), -shift))
  return bits === 32 ? lowered : i32.and(lowered, i32.const(2 ** bits - 1))
}

/** Whether the field has one of the values (less its `lo`). */
const holds = ({ field: place, among }: Test): Node => {
  const [first = 0] = among
  const value = field(place)
  if (among.length === 1) return i32.eq(value, i32.const(first))
  const runs: [number, number][] = []
  for (const one of among) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] === one - 1) run[1] = one
    else runs.push([one, one])
  }
  return runs.map(([from, to]) => i32.ltU(i32.sub(value, i32.const(from)), i32.const(to - from + 1))).reduce((any, one) => i32.or(any, one))
}

/** The `k`th member and the next one change places. */
const exchange = ({ first, holders, moves }: SortBits, k: number): Node[] => {
  const member = first + k
  const renamed = holders.map(({ field: place, when: tests }): Node => {
    const isOne = i32.ltU(i32.sub(field(place), i32.const(member)), i32.const(2))
    const condition = tests.map(holds).reduce((all, test) => i32.and(all, test), isOne)
    const other = BigInt(member ^ (member + 1)) << BigInt(place.shift)
    const w = word(place.word)
    return set(w, i64.xor(get(w), select(condition, i64.const(other), i64.const(0n))))
  })
  return [...renamed, ...at(moves, k).flatMap(moved)]
}

/** Bits of one word change places with bits of another one, or of the same. */
const moved = ({ from, to, left, mask }: Moves): Node[] => {
  const difference = i64.and(i64.xor(get(word(from)), shifted(get(word(to)), -left)), i64.const(mask))
  return [
    set('moved', difference),
    set(word(from), i64.xor(get(word(from)), get('moved'))),
    set(word(to), i64.xor(get(word(to)), shifted(get('moved'), left))),
  ]
}

/** Keys whose bits lie over each other are mixed by a factor: that two may then be equal only costs time. */
const factor = 0x9e37_79b9_7f4a_7c15n

const keyOf = ({ columns }: SortBits, member: number): Node => {
  let used = 0n
  let made: Node = i64.const(0n)
  for (const { places, mask } of columns) {
    const { word: w, left } = at(places, member)
    const own = i64.and(shifted(get(word(w)), -left), i64.const(mask))
    if (used === 0n) made = own
    else made = (used & mask) === 0n ? i64.or(made, own) : i64.add(i64.mul(made, i64.const(factor)), own)
    used |= mask
  }
  return made
}

/** Sorts neighbours by their keys. */
const ascending = (sort: SortBits, number: number): Node[] => {
  const { size } = sort
  const code: Node[] = Array.from({ length: size }, (_, member) => set(key(number, member), keyOf(sort, member)))
  for (let end = size - 1; end > 0; end--)
    for (let k = 0; k < end; k++)
      code.push(
        when(i64.gtU(get(key(number, k)), get(key(number, k + 1))), [
          ...exchange(sort, k),
          set('held', get(key(number, k))),
          set(key(number, k), get(key(number, k + 1))),
          set(key(number, k + 1), get('held')),
        ]),
      )
  return code
}

/** Bit k says whether members k and k + 1 have equal keys. */
const ties = (sort: SortBits, number: number): Node =>
  Array.from({ length: sort.size - 1 }, (_, k): Node => {
    const equal = i64.eq(get(key(number, k)), get(key(number, k + 1)))
    return k === 0 ? equal : i32.shl(equal, i32.const(k))
  }).reduce((all, one) => i32.or(all, one))

/**
 * Bit k says whether members k and k + 1 have equal keys and stand in a group in which some two are told apart after
 * all. In other groups each order is the same state, whatever the order of all others.
 */
const openTies = (sort: SortBits, number: number, words: number): Node[] => {
  const { size } = sort
  const bit = open(number)
  const found = Array.from({ length: size - 1 }, (_, k) =>
    when(i32.and(get(tied(number)), i32.const(1 << k)), [
      ...exchange(sort, k),
      when(differs(words), [
        set(bit, i32.or(get(bit), i32.const(1 << k))),
        ...Array.from({ length: words }, (_w, w) => set(word(w), get(best(w)))),
      ]),
    ]),
  )
  const around = i32.or(i32.shl(get(bit), i32.const(1)), i32.shrU(get(bit), i32.const(1)))
  const spread = set(bit, i32.or(get(bit), i32.and(around, get(tied(number)))))
  return [set(bit, i32.const(0)), ...found, ...Array.from({ length: size - 2 }, () => spread)]
}

const differs = (words: number): Node =>
  Array.from({ length: words }, (_, w) => i64.ne(get(word(w)), get(best(w)))).reduce((any, one) => i32.or(any, one))

/**
 * Neighbours to exchange, one after the other, so that all orders of so many things come by (Steinhaus, Johnson and
 * Trotter): there are as many as orders, less one.
 */
export const allOrders = (first: number, count: number): number[] => {
  if (count < 2) return []
  const inner = allOrders(0, count - 1)
  const swaps: number[] = []
  let atEnd = true
  for (let i = 0; i <= inner.length; i++) {
    for (let k = 0; k < count - 1; k++) swaps.push(first + (atEnd ? count - 2 - k : k))
    atEnd = !atEnd
    // The last one stands in front or behind of all others.
    if (i < inner.length) swaps.push(first + at(inner, i) + (atEnd ? 0 : 1))
  }
  return swaps
}

/** The same for members in groups of equal keys: each group in all its orders, with each order of those before. */
export const ordersOf = (pattern: number, size: number): number[] => {
  let swaps: readonly number[] = []
  for (let first = 0; first < size; ) {
    let count = 1
    while (first + count < size && ((pattern >> (first + count - 1)) & 1) === 1) count++
    const own = allOrders(first, count)
    swaps = [...swaps, ...own.flatMap((swap) => [swap, ...swaps])]
    first += count
  }
  return [...swaps]
}

/** Whether this state is less than the best one, by its first word that differs. */
const isLess = (words: number, w = 0): Node => {
  const less = i64.ltU(get(word(w)), get(best(w)))
  return w === words - 1 ? less : i32.or(less, i32.and(i64.eq(get(word(w)), get(best(w))), isLess(words, w + 1)))
}

/** Tries all orders of members with equal keys, of this sort and those behind it. */
const tryAll = (sorts: readonly SortBits[], number: number, words: number): Node[] => {
  const sort = sorts[number]
  if (sort === undefined) return [when(isLess(words), keep(words))]
  const { size } = sort
  const swaps: number[] = []
  const starts: number[] = []
  for (let pattern = 0; pattern < 2 ** (size - 1); pattern++) {
    starts.push(swaps.length)
    swaps.push(...ordersOf(pattern, size))
  }
  starts.push(swaps.length)
  const [next, done, exchanged] = [`orders${number}`, `done${number}`, `exchanged${number}`]
  const label = (k: number): string => `exchange${number}_${k}`
  let inner: Node[] = [brTable(swaps.map(label), exchanged, get(cursor(number)))]
  for (let k = 0; k < size - 1; k++) inner = [block(label(k), inner), ...exchange(sort, k), br(exchanged)]
  return [
    ...cursorsOf(starts, number, get(open(number))),
    block(done, [
      loop(next, [
        ...tryAll(sorts, number + 1, words),
        brIf(done, i32.eq(get(cursor(number)), get(last(number)))),
        block(exchanged, inner),
        set(cursor(number), i32.add(get(cursor(number)), i32.const(1))),
        br(next),
      ]),
    ]),
  ]
}

/** Where the swaps for a pattern of ties begin and end. */
const cursorsOf = (starts: readonly number[], number: number, pattern: Node): Node[] => {
  const name = (p: number): string => `pattern${number}_${p}`
  const set2 = (p: number): Node[] => [set(cursor(number), i32.const(at(starts, p))), set(last(number), i32.const(at(starts, p + 1)))]
  const patterns = starts.slice(1).map((_, p) => p)
  let inner: Node[] = [brTable(patterns.map(name), `known${number}`, pattern)]
  for (const p of patterns) inner = [block(name(p), inner), ...set2(p), br(`known${number}`)]
  return [block(`known${number}`, inner)]
}

const keep = (words: number): Node[] => Array.from({ length: words }, (_, w) => set(best(w), get(word(w))))

/**
 * The functions, for the sorts of a system whose members are interchangeable: `canonical(at)`, and `orders`, which it
 * calls where some keys are equal, with the pattern of these for each sort. Few states need that, and what all need
 * stays small.
 */
export const canonicalFunctions = (system: System, layout: Layout, sorts: readonly Sort[]): WasmFunction[] => {
  const bits = bitsOfSorts(system, layout, sorts)
  const words = layout.widths.length
  const load = Array.from({ length: words }, (_, w) => set(word(w), i64.load(get('at'), w * 8)))
  const store = (name: (w: number) => string): Node[] => Array.from({ length: words }, (_, w) => i64.store(get('at'), get(name(w)), w * 8))
  const wordLocals = (name: (w: number) => string): Locals => Array.from({ length: words }, (_, w) => [name(w), 'i64'] as const)
  const patterns = bits.map((_, number) => get(tied(number)))
  const canonical: WasmFunction = {
    name: 'canonical',
    params: [['at', 'i32']],
    result: null,
    exported: false,
    locals: [
      ...wordLocals(word),
      ...bits.flatMap(({ size }, number) => Array.from({ length: size }, (_, member) => [key(number, member), 'i64'] as const)),
      ...bits.map((_, number) => [tied(number), 'i32'] as const),
      ...(['moved', 'held'] as const).map((name) => [name, 'i64'] as const),
    ],
    body: [
      ...load,
      ...bits.flatMap(ascending),
      ...store(word),
      ...bits.map((sort, number) => set(tied(number), ties(sort, number))),
      when(
        patterns.reduce((any, one) => i32.or(any, one)),
        [call('orders', get('at'), ...patterns)],
      ),
    ],
  }
  const orders: WasmFunction = {
    name: 'orders',
    params: [['at', 'i32'], ...bits.map((_, number) => [tied(number), 'i32'] as const)],
    result: null,
    exported: false,
    locals: [
      ...wordLocals(word),
      ...wordLocals(best),
      ...bits.flatMap((_, number) => [cursor, last, open].map((name) => [name(number), 'i32'] as const)),
      ['moved', 'i64'],
    ],
    body: [
      ...load,
      ...keep(words),
      ...bits.flatMap((sort, number) => openTies(sort, number, words)),
      ...tryAll(bits, 0, words),
      ...store(best),
    ],
  }
  return [canonical, orders]
}

type Locals = WasmFunction['locals']
