/** A search that gets large is handed over to workers: the states of its table, and those that wait. */
import { at } from '../../at.js'
import type { Machine } from '../program/machine.js'
import type { Program } from '../program/program.js'
import { keepSize, recovered } from '../store/growth.js'
import { inverse64, unmixed } from '../store/mixing.js'
import { restWords, setSize, sizeLocals, slotOps } from '../store/slot.js'
import { bytesOfSlot, firstBytes, homes, type SlotKind, slack, slotBytes, type TableShape } from '../store/table-size.js'
import { brIf, get, getGlobal, i32, i64, loop, set, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, instanceOf, moduleOf } from '../wasm/interface.js'
import { packedAtOnce } from './dictionary-program.js'

const exporting = {
  globals: { table_log: global32(), table_factor: global32(1n) },
  exports: {
    slots: answer(['from', 'i32'], ['slot', 'i32'], ['count', 'i32'], ['unfactor', 'i64'], ['to', 'i32']),
  },
} as const

/**
 * `slots(from, slot, count, unfactor, to) -> end`: writes the states of so many slots, which begin at `from`, in the
 * order of their mixed words.
 */
const slotsFunction = (shape: TableShape, kind: SlotKind): WasmFunction => {
  const first = firstBytes(kind)
  const ops = slotOps(first)
  const rest = restWords(shape, first)
  const unmix = unmixed(shape, get('to'))
  return {
    ...exported(exporting.exports, 'slots'),
    locals: [
      ...sizeLocals,
      ...(['x', 'h', 'part', 'old_cut', 'old_mask', 'old_r'] as const).map((l) => [l, 'i64'] as const),
      ['home', 'i32'],
    ],
    body: [
      ...setSize(shape, getGlobal('table_log'), getGlobal('table_factor')),
      ...keepSize,
      loop('next', [
        set('part', ops.widened(ops.load(get('from')))),
        when(i32.eqz(i64.eqz(get('part'))), [
          ...recovered(shape),
          i64.store(get('to'), get('x')),
          ...rest.map((w) => i64.store(get('to'), w.load(get('from'), w.inSlot), w.inState)),
          ...unmix.code,
          i64.store(get('to'), unmix.word),
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

/** States as they are, some at a time. */
export interface HandOver {
  readonly known: readonly Uint8Array[]
  /** Those that wait, of one level all. */
  readonly frontier: readonly Uint8Array[]
}

/** So many slots, or states, at a time: no more than can be packed at once. */
const perPiece = packedAtOnce

/** Null where there is no memory for it. States may wait of one level only. */
export const handOver = ({ shape, memory }: Program, machine: Machine): HandOver | null => {
  const size = machine.size()
  const bytes = 8 + 8 * shape.rest.length
  const area = machine.reserve((perPiece + 1) * bytes)?.[0]
  if (area === undefined) return null
  const { exports, globals } = instanceOf(moduleOf(exporting, [], [slotsFunction(shape, size.kind)]), machine.memory, {})
  globals.table_log = size.log
  globals.table_factor = size.factor
  const piece = (from: number, end: number): Uint8Array => new Uint8Array(machine.memory.buffer.slice(from, end))

  const known: Uint8Array[] = []
  const slot = slotBytes(shape, size.kind)
  const unfactor = inverse64(BigInt(size.factor))
  const all = homes(size) + slack
  const { table_at: tableAt, head, ring_end: ringEnd, left } = machine.globals
  for (let i = 0; i < all; i += perPiece)
    known.push(piece(area, exports.slots(tableAt + i * slot, i, Math.min(perPiece, all - i), unfactor, area) >>> 0))

  const frontier: Uint8Array[] = []
  for (let done = 0, from = head; done < left; ) {
    const count = Math.min(perPiece, left - done, (ringEnd - from) / bytes)
    frontier.push(piece(from, from + count * bytes))
    done += count
    from = from + count * bytes === ringEnd ? memory.ring : from + count * bytes
  }
  return { known, frontier }
}

/** For each shard the entries that belong to it, of mixed words of so many bits. */
export const byShard = (pieces: Iterable<Uint8Array>, entry: number, keyBits: number, shardLog: number): Uint8Array[][] => {
  const ofShard = Array.from({ length: 2 ** shardLog }, (): Uint8Array[] => [])
  for (const piece of pieces) {
    const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4)
    const perEntry = entry / 4
    const shardAt = (i: number): number => {
      const [low, high] = [words[i * perEntry]!, words[i * perEntry + 1]!]
      if (shardLog === 0) return 0
      if (keyBits <= 32) return low >>> (keyBits - shardLog)
      const shift = keyBits - 32 - shardLog
      return shift >= 0 ? high >>> shift : ((high << -shift) | (low >>> (32 + shift))) >>> 0
    }
    const count = piece.byteLength / entry
    const counts = new Uint32Array(2 ** shardLog)
    for (let i = 0; i < count; i++) counts[shardAt(i)]!++
    const parts = Array.from(counts, (n) => new Uint32Array(n * perEntry))
    const ends = new Uint32Array(2 ** shardLog)
    for (let i = 0; i < count; i++) {
      const shard = shardAt(i)
      const part = at(parts, shard)
      for (let w = 0; w < perEntry; w++) part[ends[shard]!++] = words[i * perEntry + w]!
    }
    for (const [shard, part] of parts.entries()) if (part.length > 0) at(ofShard, shard).push(new Uint8Array(part.buffer))
  }
  return ofShard
}
