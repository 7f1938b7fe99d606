/**
 * A search that gets large is handed over to workers: the states of its table, as entries in the order of their mixed
 * words, and those that wait, as entries too.
 */
import { at } from '../../at.js'
import type { Machine } from '../program/machine.js'
import type { Program } from '../program/program.js'
import { keepSize, recovered } from '../store/growth.js'
import { inverse64, mixed, restWords, setSize, sizeLocals, slotOps } from '../store/slot.js'
import { bytesOfSlot, firstBytes, homes, type SlotKind, slack, slotBytes, type TableShape } from '../store/table-size.js'
import { brIf, get, getGlobal, i32, i64, loop, set, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, instanceOf, moduleOf } from '../wasm/interface.js'

const exporting = {
  globals: { table_log: global32(), table_factor: global32(1n) },
  exports: {
    slots: answer(['from', 'i32'], ['slot', 'i32'], ['count', 'i32'], ['unfactor', 'i64'], ['to', 'i32']),
    states: answer(['from', 'i32'], ['count', 'i32'], ['to', 'i32']),
  },
} as const

/** `slots(from, slot, count, unfactor, to) -> end`: writes the entries of so many slots, which begin at `from`. */
const slotsFunction = (shape: TableShape, kind: SlotKind): WasmFunction => {
  const first = firstBytes(kind)
  const ops = slotOps(first)
  const rest = restWords(shape, first)
  return {
    ...exported(exporting.exports, 'slots'),
    locals: [...sizeLocals, ...(['x', 'part', 'old_cut', 'old_mask', 'old_r'] as const).map((l) => [l, 'i64'] as const), ['home', 'i32']],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      ...keepSize,
      loop('next', [
        set('part', ops.widened(ops.load(get('from')))),
        when(i32.eqz(i64.eqz(get('part'))), [
          ...recovered(shape),
          i64.store(get('to'), get('x')),
          ...rest.map((w) => i64.store(get('to'), w.load(get('from'), w.inSlot), w.inState)),
          set('to', i32.add(get('to'), i32.const(8 + 8 * rest.length))),
        ]),
        set('from', i32.add(get('from'), i32.const(bytesOfSlot(shape, first)))),
        set('slot', i32.add(get('slot'), i32.const(1))),
        set('count', i32.sub(get('count'), i32.const(1))),
        brIf('next', get('count')),
      ]),
      get('to'),
    ],
  }
}

/** `states(from, count, to) -> end`: writes the entries of so many states. */
const statesFunction = (shape: TableShape): WasmFunction => {
  const bytes = 8 + 8 * shape.rest.length
  return {
    ...exported(exporting.exports, 'states'),
    locals: [
      ['x', 'i64'],
      ['h', 'i64'],
    ],
    body: [
      loop('next', [
        ...mixed(shape, get('from')),
        i64.store(get('to'), get('x')),
        ...shape.rest.map((_, i) => i64.store(get('to'), i64.load(get('from'), 8 + 8 * i), 8 + 8 * i)),
        set('from', i32.add(get('from'), i32.const(bytes))),
        set('to', i32.add(get('to'), i32.const(bytes))),
        set('count', i32.sub(get('count'), i32.const(1))),
        brIf('next', get('count')),
      ]),
      get('to'),
    ],
  }
}

export interface HandOver {
  /** For each shard the entries of its states. */
  readonly known: readonly (readonly Uint8Array[])[]
  /** Entries of the states that wait, of one level all. */
  readonly frontier: readonly Uint8Array[]
}

/** So many slots, or states, at a time. */
const perPiece = 2 ** 15

/** Null where there is no memory for it. States may wait of one level only. */
export const handOver = (program: Program, machine: Machine, shardLog: number): HandOver | null => {
  const { shape, memory } = program
  const size = machine.size()
  const entry = 8 + 8 * shape.rest.length
  const area = machine.reserve((perPiece + 1) * entry)?.[0]
  if (area === undefined) return null
  const { exports, globals } = instanceOf(
    moduleOf(exporting, [], [slotsFunction(shape, size.kind), statesFunction(shape)]),
    machine.memory,
    {},
  )
  globals.table_log = size.log
  globals.table_factor = size.factor
  const pieceTo = (end: number): Uint8Array => new Uint8Array(machine.memory.buffer.slice(area, end >>> 0))

  const known: Uint8Array[][] = Array.from({ length: 2 ** shardLog }, () => [])
  const bytes = slotBytes(shape, size.kind)
  const unfactor = inverse64(BigInt(size.factor))
  const all = homes(size) + slack
  const { table_at: tableAt, head, ring_end: ringEnd, left } = machine.globals
  for (let slot = 0; slot < all; slot += perPiece) {
    const end = exports.slots(tableAt + slot * bytes, slot, Math.min(perPiece, all - slot), unfactor, area)
    for (const [shard, entries] of byShard(pieceTo(end), entry, shape.keyBits - shardLog)) at(known, shard).push(entries)
  }

  const frontier: Uint8Array[] = []
  for (let done = 0, from = head; done < left; ) {
    const count = Math.min(perPiece, left - done, (ringEnd - from) / entry)
    frontier.push(pieceTo(exports.states(from, count, area)))
    done += count
    from = from + count * entry === ringEnd ? memory.ring : from + count * entry
  }
  return { known, frontier }
}

/** Cuts entries that are sorted by their mixed words where the shard changes. */
function* byShard(entries: Uint8Array, entry: number, shift: number): Generator<readonly [number, Uint8Array]> {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
  const shardAt = (i: number): number => Number(view.getBigUint64(i * entry, true) >> BigInt(shift))
  const count = entries.byteLength / entry
  for (let from = 0; from < count; ) {
    const shard = shardAt(from)
    let [low, high] = [from + 1, count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (shardAt(middle) === shard) low = middle + 1
      else high = middle
    }
    yield [shard, entries.subarray(from * entry, low * entry)]
    from = low
  }
}
