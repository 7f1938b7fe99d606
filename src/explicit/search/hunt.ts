/**
 * Which states lead to some others: their successors are looked up in a table of these, by the WebAssembly of the
 * purpose `trace`.
 */
import { at } from '../../at.js'
import type { Move } from '../../ir/schedule.js'
import { edgeBytes } from '../emit/hunt-functions.js'
import type { Machine } from '../program/machine.js'
import type { Program, Traced } from '../program/program.js'
import { homes, slack, slotBytes } from '../store/table-size.js'

/** Edges to states that are looked for, until the next hunt. */
export interface Edges {
  readonly count: number
  /** The address of the state that an edge leaves; 0 for `init`. */
  readonly from: (edge: number) => number
  /** The place of the state that it leads to, in the list of those looked for. */
  readonly to: (edge: number) => number
  readonly step: (edge: number) => number
  readonly move: (edge: number) => Move
}

export interface Hunter {
  /** Makes the states at these addresses the ones that are looked for. False where memory runs out. */
  readonly seek: (addresses: ArrayLike<number>) => boolean
  /** The edges that lead there from the states that `hunt` expands. Null where memory runs out. */
  readonly edges: (hunt: () => void) => Edges | null
}

const edgeWords = edgeBytes / 4

export const createHunter = (program: Program<Traced>, machine: Machine<Traced>): Hunter => {
  const stateBytes = program.layout.widths.length * 8
  let room = 4_096
  /** By slot of the table. */
  let places = new Uint32Array(0)
  let [scratchBytes, tableAt, bytesPerSlot] = [0, 0, 0]

  const placeOf = (slot: number): number => (slot - tableAt) / bytesPerSlot

  return {
    seek: (addresses) => {
      if (!machine.clearTable(addresses.length)) return false
      scratchBytes = addresses.length * stateBytes
      const areas = machine.reserve(scratchBytes)
      if (areas === null) return false
      insertAll(program, machine, addresses, at(areas, 0))
      tableAt = machine.globals.table_at
      bytesPerSlot = slotBytes(program.shape, machine.size().kind)
      const slots = homes(machine.size()) + slack
      if (places.length < slots) places = new Uint32Array(slots)
      for (let i = 0; i < addresses.length; i++) places[placeOf(machine.exports.find(addresses[i]!) >>> 0)] = i
      return true
    },
    edges: (hunt) => {
      for (;;) {
        const area = machine.reserve(room * edgeBytes)?.[0]
        if (area === undefined) return null
        machine.globals.edge = area
        machine.globals.edge_limit = area + room * edgeBytes
        machine.globals.hunting = 1
        hunt()
        machine.globals.hunting = 0
        const count = (machine.globals.edge - area) / edgeBytes
        if (count > room) {
          room *= 4
          continue
        }
        const words = new Uint32Array(machine.memory.buffer, area, count * edgeWords)
        const step = (edge: number): number => words[edge * edgeWords + 2]!
        return {
          count,
          from: (edge) => words[edge * edgeWords]!,
          to: (edge) => places[placeOf(words[edge * edgeWords + 1]!)]!,
          step,
          move: (edge) => ({ step: step(edge) | 0, choice: Number(machine.view().getBigInt64(area + edge * edgeBytes + 16, true)) }),
        }
      }
    },
  }
}

/** Puts states into the empty table. What the table queues goes to `scratch`. */
const insertAll = (program: Program<Traced>, machine: Machine<Traced>, addresses: ArrayLike<number>, scratch: number): void => {
  const { memory } = program
  const stateBytes = program.layout.widths.length * 8
  const tail = machine.globals.tail
  machine.globals.tail = scratch
  const perFlush = Math.floor((memory.bufferLimit - memory.buffer) / memory.entry)
  for (let i = 0; i < addresses.length; i += perFlush) {
    const bytes = new Uint8Array(machine.memory.buffer)
    const end = Math.min(i + perFlush, addresses.length)
    for (let k = i; k < end; k++) {
      const address = addresses[k]!
      bytes.copyWithin(memory.buffer + (k - i) * memory.entry, address, address + stateBytes)
    }
    machine.exports.flush(memory.buffer + (end - i) * memory.entry)
  }
  machine.globals.tail = tail
}
