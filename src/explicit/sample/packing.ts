/** Packs and unpacks states where they lie in memory: `encodeState` and `decodeState`, made ready once for many. */
import type { System, Vector } from '../../ir/system.js'
import { elements, vectorOffsets } from '../../ir/system.js'
import { type Layout, placeOf } from '../emit/layout.js'

export interface Packing {
  /** The vector of the state at an address. */
  readonly read: (view: DataView, at: number) => Vector
  readonly write: (view: DataView, at: number, state: Vector) => void
}

/** Where an element lies; no bits where it has only one value. */
interface Field {
  readonly byte: number
  readonly shift: number
  readonly bits: number
  readonly lo: number
}

export const packingOf = (system: System, layout: Layout): Packing => {
  const fieldOf = (variable: number, element: number): Field => {
    const placement = layout.placements[variable]!
    const { lo } = system.variables[variable]!
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
  const pcs = system.processes.map(({ pc }) => ({ field: fieldOf(pc, 0), offset: offsets[pc]! }))
  const isDead = ({ role, id }: (typeof variables)[number], locationOf: (process: number) => number): boolean =>
    role.kind === 'local' && !layout.alive[role.process]![locationOf(role.process)]!.has(id)
  return {
    read: (view, at) => {
      const locationOf = (process: number): number => readField(view, at, pcs[process]!.field)
      const vector: number[] = []
      for (const variable of variables) {
        const dead = isDead(variable, locationOf)
        for (const field of variable.fields) vector.push(dead ? field.lo : readField(view, at, field))
      }
      return vector
    },
    write: (view, at, state) => {
      const locationOf = (process: number): number => state[pcs[process]!.offset]!
      for (const w of layout.widths.keys()) view.setBigUint64(at + w * 8, 0n, true)
      let element = 0
      for (const variable of variables) {
        const dead = isDead(variable, locationOf)
        for (const field of variable.fields) {
          const value = state[element++]!
          if (!dead) writeField(view, at, field, value)
        }
      }
    },
  }
}

const readField = (view: DataView, at: number, { byte, shift, bits, lo }: Field): number => {
  if (bits === 0) return lo
  const mask = bits === 32 ? -1 : 2 ** bits - 1
  if (shift >= 32) return ((view.getUint32(at + byte + 4, true) >>> (shift - 32)) & mask) + lo
  const low = view.getUint32(at + byte, true) >>> shift
  const high = shift + bits > 32 ? view.getUint32(at + byte + 4, true) << (32 - shift) : 0
  // Bits that say more than 2^31 are those of a range that starts below 0.
  return (((low | high) & mask) >>> 0) + lo
}

/** Its bits are 0 so far. */
const writeField = (view: DataView, at: number, { byte, shift, bits, lo }: Field, value: number): void => {
  if (bits === 0) return
  const stored = (value - lo) >>> 0
  const or = (address: number, more: number): void => view.setUint32(address, view.getUint32(address, true) | more, true)
  if (shift >= 32) return or(at + byte + 4, stored << (shift - 32))
  or(at + byte, stored << shift)
  if (shift + bits > 32) or(at + byte + 4, stored >>> (32 - shift))
}
