/** Which bits of a circuit's state hold which element of which variable. */
import { elements, type System, type Variable } from '../../ir/system.js'
import type { BitName } from './circuit.js'

/** An element of a variable: its place in a `Vector`, and its bits in the state. */
export interface Field {
  readonly variable: Variable
  readonly element: number
  readonly first: number
  /** As many as `hi - lo` needs; 0 where there is only one value. */
  readonly bits: number
}

/** In the order of vectors. */
export const fieldsOf = (system: System): readonly Field[] => {
  let first = 0
  return system.variables.flatMap((variable) =>
    Array.from({ length: elements(variable) }, (_, element): Field => {
      const field = { variable, element, first, bits: bitsFor(variable.hi - variable.lo) }
      first += field.bits
      return field
    }),
  )
}

/** How many bits the codes 0..most need. */
export const bitsFor = (most: number): number => (most === 0 ? 0 : 32 - Math.clz32(most))

/** Where a variable's elements start in a `Vector`. */
export const offsetsOf = (system: System): readonly number[] => {
  let next = 0
  return system.variables.map((variable) => {
    const offset = next
    next += elements(variable)
    return offset
  })
}

export const bitNames = (fields: readonly Field[]): readonly BitName[] =>
  fields.flatMap(({ variable, element, bits }) => Array.from({ length: bits }, (_, bit) => ({ variable: variable.id, element, bit })))
