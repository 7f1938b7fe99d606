/** Unpacks states where they lie in memory: `decodeState`, made ready once for many. */
import type { System, Vector } from '../../ir/system.js'
import { elements } from '../../ir/system.js'
import { type Layout, placeOf } from '../emit/layout.js'

/** The vector of the state at an address. */
export type Decode = (view: DataView, at: number) => Vector

/** Where an element lies; null where it has only one value. */
interface Field {
  readonly byte: number
  readonly shift: number
  readonly bits: number
  readonly lo: number
}

export const decoderOf = (system: System, layout: Layout): Decode => {
  const fieldOf = (variable: number, element: number): Field => {
    const placement = layout.placements[variable]
    const { lo } = system.variables[variable]
    if (placement.bits === 0) return { byte: 0, shift: 0, bits: 0, lo }
    const { word, shift } = placeOf(placement, element)
    return { byte: word * 8, shift, bits: placement.bits, lo }
  }
  const fields = system.variables.map((v) => ({
    role: v.role,
    id: v.id,
    fields: Array.from({ length: elements(v) }, (_, e) => fieldOf(v.id, e)),
  }))
  const pcs = system.processes.map(({ pc }) => fieldOf(pc, 0))
  return (view, at) => {
    const vector: number[] = []
    for (const { role, id, fields: of } of fields) {
      const isDead = role.kind === 'local' && !layout.alive[role.process][read(view, at, pcs[role.process])].has(id)
      for (const field of of) vector.push(isDead ? field.lo : read(view, at, field))
    }
    return vector
  }
}

const read = (view: DataView, at: number, { byte, shift, bits, lo }: Field): number => {
  if (bits === 0) return lo
  const mask = bits === 32 ? -1 : 2 ** bits - 1
  if (shift >= 32) return ((view.getUint32(at + byte + 4, true) >>> (shift - 32)) & mask) + lo
  const low = view.getUint32(at + byte, true) >>> shift
  const high = shift + bits > 32 ? view.getUint32(at + byte + 4, true) << (32 - shift) : 0
  // Bits that say more than 2^31 are those of a range that starts below 0.
  return (((low | high) & mask) >>> 0) + lo
}
