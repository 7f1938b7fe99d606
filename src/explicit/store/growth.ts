/** The growth of the table of states: one pass from front to back, since it is sorted, and in place. */

import {
  brIf,
  call,
  get,
  getGlobal,
  i32,
  i64,
  loop,
  type Node,
  set,
  setGlobal,
  unreachable,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { exported, procedure } from '../wasm/interface.js'
import { mask64 } from './mixing.js'
import { located, restWords, setSize, sizeLocals, slotAddress, slotOps } from './slot.js'
import { bytesOfSlot, type FirstBytes, firstBytes, slotKinds, type TableShape } from './table-size.js'

/** What one slice of the growth of a table is told; see below. */
export const rehashParams = [
  ['from', 'i32'],
  ['slot', 'i32'],
  ['count', 'i32'],
  ['new_log', 'i32'],
  ['new_factor', 'i32'],
  ['unfactor', 'i64'],
] as const

/** `rehash(to_narrow, ...)`: one slice of the growth of a table. */
export const growthExports = { rehash: procedure(['to_narrow', 'i32'], ...rehashParams) } as const

/** Keeps the size that `setSize` has set, as that of the table that is read. */
export const keepSize = [set('old_cut', get('cut')), set('old_mask', get('r_mask')), set('old_r', get('r'))]

/**
 * x := the mixed word whose first part is in slot `slot` of a table of the kept size; `unfactor` is the inverse of its
 * factor modulo 2^64.
 */
export const recovered = (shape: TableShape): Node[] => {
  const lowBits = shape.keyBits - shape.topBits
  const remainder = i64.xor(i64.and(get('part'), get('old_mask')), get('old_mask'))
  const fraction = lowBits === 0 ? get('x') : i64.shrU(get('x'), i64.const(BigInt(lowBits)))
  const whole = i64.mul(i64.or(i64.shl(i64.extend(get('home')), get('old_cut')), fraction), get('unfactor'))
  return [
    set('home', i32.sub(get('slot'), i32.wrap(i64.sub(i64.shrU(get('part'), get('old_r')), i64.const(1n))))),
    set('x', remainder),
    set('x', lowBits === 0 ? whole : i64.or(i64.shl(whole, i64.const(BigInt(lowBits))), i64.and(get('x'), mask64(lowBits)))),
  ]
}

/**
 * One slice of the growth of a table. The old one lies behind the new one; `from` and `slot` say where in it the slice
 * starts, `count` how many slots it has. Writes go from slot `rehash_free` of the new table on, into memory that is
 * zero; what was read is zero afterwards. `unfactor` is the inverse of the old factor modulo 2^64.
 */
export const rehashFunction = (shape: TableShape, from: FirstBytes, to: FirstBytes, name: string): WasmFunction => {
  const old = slotOps(from)
  const ops = slotOps(to)
  const oldRest = restWords(shape, from)
  const rest = restWords(shape, to)
  const oldBytes = bytesOfSlot(shape, from)
  const bytes = i32.mul(get('count'), i32.const(oldBytes))
  return {
    name,
    params: rehashParams,
    result: null,
    exported: false,
    locals: [
      ...sizeLocals,
      ...(['x', 'scaled', 'part', 'old_cut', 'old_mask', 'old_r', 'most'] as const).map((l) => [l, 'i64'] as const),
      ...(['home', 'a', 'free', 'end'] as const).map((l) => [l, 'i32'] as const),
      ['first', ops.type],
      ...rest.map((_, i) => [`word${i}`, 'i64'] as const),
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      ...keepSize,
      ...setSize(shape, get('new_log'), get('new_factor')),
      set('free', getGlobal('rehash_free')),
      set('most', getGlobal('furthest')),
      set('end', i32.add(get('from'), bytes)),
      loop('slots', [
        set('part', old.widened(old.load(get('from')))),
        when(i32.eqz(i64.eqz(get('part'))), [
          ...oldRest.map((w, i) => set(`word${i}`, w.load(get('from'), w.inSlot))),
          ...recovered(shape),
          ...located(shape),
          when(i32.gtU(get('home'), get('free')), [set('free', get('home'))]),
          when(i32.gtU(i32.sub(get('free'), get('home')), i32.const(253)), [unreachable()]),
          set('part', i64.add(get('part'), i64.shl(i64.extend(i32.sub(get('free'), get('home'))), get('r')))),
          set('most', i64.or(get('most'), get('part'))),
          set('a', slotAddress(shape, to, get('free'))),
          set('first', ops.narrowed(get('part'))),
          ...ops.store(get('a'), get('first')),
          ...rest.flatMap((w, i) => w.store(get('a'), get(`word${i}`), w.inSlot)),
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

/** The growth of a table from whatever kind of slots it has, to narrow ones or its own. */
export const rehashFunctions = (shape: TableShape): WasmFunction[] => {
  const kinds = slotKinds(shape)
  const args = rehashParams.map(([name]) => get(name))
  const slice = (from: string, to: string): Node[] => [call(`rehash_${from}_${to}`, ...args)]
  const body =
    kinds.length === 1
      ? kinds.flatMap((kind) => slice(kind, kind))
      : [when(getGlobal('narrow'), slice('narrow', 'narrow'), [when(get('to_narrow'), slice('wide', 'narrow'), slice('wide', 'wide'))])]
  return [
    ...kinds.flatMap((from) =>
      kinds
        .filter((to) => to === from || to === 'narrow')
        .map((to) => rehashFunction(shape, firstBytes(from), firstBytes(to), `rehash_${from}_${to}`)),
    ),
    { ...exported(growthExports, 'rehash'), locals: [], body },
  ]
}
