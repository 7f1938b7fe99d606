/** Clauses over the values of elements: what invariants are stored and checked as, whatever found them. */
import { at } from '../../at.js'
import type { AtomTable, Codes, Cube } from './atoms.js'

/** An element has one of these codes: ascending, at least one and never all that the element can have. */
export interface ClauseAtom {
  readonly variable: number
  readonly element: number
  readonly codes: readonly number[]
}

/** One of its atoms holds; ordered by element. No atom: nothing holds it. */
export type Clause = readonly ClauseAtom[]

/** What a cube excludes. */
export const clauseOf = ({ atoms, elements, holds }: AtomTable, cube: Cube): Clause => {
  const ordered = [...new Set(cube.map((atom) => at(atoms, atom).element))].sort((a, b) => a - b)
  return ordered.map((e) => {
    const own = cube.filter((atom) => at(atoms, atom).element === e)
    const { variable, element, codes } = at(elements, e)
    return { variable, element, codes: codesWhere(codes, (code) => !own.every((atom) => holds(atom, onlyAt(e, code)))) }
  })
}

const codesWhere = (codes: number, wanted: (code: number) => boolean): readonly number[] =>
  Array.from({ length: codes }, (_, code) => code).filter(wanted)

/** A state of which only one element is known. */
const onlyAt = (element: number, code: number): Codes => {
  const codes: number[] = []
  codes[element] = code
  return codes
}

/** The clause that never all of these elements have one of their codes; the codes of each are some and not all. */
export const never = (table: AtomTable, all: readonly (readonly [element: number, codes: ReadonlySet<number>])[]): Clause =>
  all.map(([e, excluded]) => {
    const { variable, element, codes } = at(table.elements, e)
    return { variable, element, codes: codesWhere(codes, (code) => !excluded.has(code)) }
  })
