/** Packs and unpacks states where they lie in memory: `encodeState` and `decodeState`, made ready once for many. */
import { at } from '../../at.js'
import type { System, Vector } from '../../ir/system.js'
import { elements, vectorOffsets } from '../../ir/system.js'
import { type Layout, placeOf } from '../emit/layout.js'

export interface Packing {
  /** The vector of the state at an address. */
  readonly read: (view: DataView, address: number) => Vector
  readonly write: (view: DataView, address: number, state: Vector) => void
}

/** Where an element lies; no bits where it has only one value. */
interface Field {
  readonly byte: number
  readonly shift: number
  readonly bits: number
  readonly lo: number
}

/** What runs for each element of a state says `!`; why is said at `Graph`. */
export const packingOf = (system: System, layout: Layout): Packing => {
  const fieldOf = (variable: number, element: number): Field => {
    const placement = at(layout.placements, variable)
    const { lo } = at(system.variables, variable)
    if (placement.bits === 0) return { byte: 0, shift: 0, bits: 0, lo }
    const { word, shift } = placeOf(placement, element)
    return { byte: word * 8, shift, bits: placement.bits, lo }
  }
  const offsets = vectorOffsets(system)
  const variables = system.variables.map((v) => ({
    role: v.role,
    id: v.id,
    fields: Array.from({ length: elements(v) }, (_, e) => fieldOf(v.id, e)),
  }))
  const pcs = system.processes.map(({ pc }) => ({ field: fieldOf(pc, 0), offset: at(offsets, pc) }))
  const isDead = ({ role, id }: (typeof variables)[number], locationOf: (process: number) => number): boolean =>
    role.kind === 'local' && !layout.alive[role.process]![locationOf(role.process)]!.has(id)
  return {
    read: (view, address) => {
      const locationOf = (process: number): number => readField(view, address, pcs[process]!.field)
      const vector: number[] = []
      for (const variable of variables) {
        const dead = isDead(variable, locationOf)
        for (const field of variable.fields) vector.push(dead ? field.lo : readField(view, address, field))
      }
      return vector
    },
    write: (view, address, state) => {
      const locationOf = (process: number): number => state[pcs[process]!.offset]!
      for (const w of layout.widths.keys()) view.setBigUint64(address + w * 8, 0n, true)
      let element = 0
      for (const variable of variables) {
        const dead = isDead(variable, locationOf)
        for (const field of variable.fields) {
          const value = state[element++]!
          if (!dead) writeField(view, address, field, value)
        }
      }
    },
  }
}

const readField = (view: DataView, address: number, { byte, shift, bits, lo }: Field): number => {
  if (bits === 0) return lo
  const mask = bits === 32 ? -1 : 2 ** bits - 1
  if (shift >= 32) return ((view.getUint32(address + byte + 4, true) >>> (shift - 32)) & mask) + lo
  const low = view.getUint32(address + byte, true) >>> shift
  const high = shift + bits > 32 ? view.getUint32(address + byte + 4, true) << (32 - shift) : 0
  // Bits that say more than 2^31 are those of a range that starts below 0.
  return (((low | high) & mask) >>> 0) + lo
}

/** Its bits are 0 so far. */
const writeField = (view: DataView, address: number, { byte, shift, bits, lo }: Field, value: number): void => {
  if (bits === 0) return
  const stored = (value - lo) >>> 0
  const or = (half: number, more: number): void => view.setUint32(half, view.getUint32(half, true) | more, true)
  if (shift >= 32) return or(address + byte + 4, stored << (shift - 32))
  or(address + byte, stored << shift)
  if (shift + bits > 32) or(address + byte + 4, stored >>> (32 - shift))
}
