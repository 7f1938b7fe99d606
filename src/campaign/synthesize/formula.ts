/** The shortest formula over some knobs that is true of given settings and of no others. */

import { at } from '../../at.js'
import { allOf, type Box, cellsOf, membersOf, primesOf, type Table, TooMany } from '../../symbolic/free/primes.js'
import { cover } from './cover.js'

export interface Variable {
  readonly name: string
  readonly values: readonly (boolean | string)[]
}

/** `name` has one of `values`: at least one, and not all that it can have. */
export interface Literal {
  readonly name: string
  readonly values: readonly (boolean | string)[]
  /** All that it can have. */
  readonly of: readonly (boolean | string)[]
}

export interface Formula {
  /**
   * `any of all`: a disjunction of conjunctions. `all of any`: the other way round. Without terms the first is never
   * true, and the second always.
   */
  readonly form: 'any of all' | 'all of any'
  readonly terms: readonly (readonly Literal[])[]
  /** Whether no formula of its form has fewer terms, or as many and fewer literals. */
  readonly exact: boolean
}

/** More tables of cofactors than this are not looked at: beyond, terms are found one by one. */
const mostTables = 3_000

/**
 * The shortest formula for a set of settings: `has(i)` for setting number i, in the order in which the last knob
 * changes fastest. Of the two forms the one with fewer literals, the disjunction where they are equal. Knobs on which
 * nothing depends are left out first, and values of a knob that never make a difference are one, so the cost is that of
 * what is left: exponential in it.
 */
export const formulaOf = (variables: readonly Variable[], has: (setting: number) => boolean): Formula => {
  const sizes = variables.map(({ values }) => values.length)
  const values = Uint8Array.from({ length: cellsOf(sizes) }, (_, i) => Number(has(i)))
  const positive = disjunction(variables, { sizes, values })
  const negative = disjunction(variables, { sizes, values: values.map((x) => 1 - x) })
  const conjunction: Formula = {
    form: 'all of any',
    terms: negative.terms.map((term) => term.map((l) => ({ ...l, values: l.of.filter((value) => !l.values.includes(value)) }))),
    exact: negative.exact,
  }
  return length(conjunction) < length(positive) ? conjunction : positive
}

/** Whether it is true of a setting. */
export const holds = ({ form, terms }: Formula, setting: Readonly<Record<string, unknown>>): boolean => {
  const literal = ({ name, values }: Literal): boolean => values.some((value) => value === setting[name])
  return form === 'any of all' ? terms.some((term) => term.every(literal)) : terms.every((term) => term.some(literal))
}

const length = ({ terms }: Formula): number => terms.reduce((n, term) => n + Math.max(1, term.length), 0)

/** Values that are told apart: by knob, the classes of its values. */
interface Reduced {
  readonly table: Table
  readonly classes: readonly (readonly (readonly number[])[])[]
}

const disjunction = (variables: readonly Variable[], full: Table): Formula => {
  const { table, classes } = reduce(full)
  const { boxes, complete } = boxesOf(table)
  const elements = table.values.reduce<Map<number, number[]>>((rows, x, i) => (x === 1 ? rows.set(i, []) : rows), new Map())
  boxes.forEach((box, b) => {
    for (const i of membersOf(box, table.sizes)) elements.get(i)?.push(b)
  })
  const literalsIn = (box: Box): number => box.filter((mask, k) => mask !== allOf(at(table.sizes, k))).length
  // Terms count first, then literals.
  const { sets, exact } = cover(
    [...elements.values()],
    boxes.map((box) => 1_000 + literalsIn(box)),
  )
  const terms = sets.map((b) => termOf(variables, table.sizes, classes, at(boxes, b)))
  return { form: 'any of all', terms, exact: exact && complete }
}

const termOf = (variables: readonly Variable[], sizes: readonly number[], classes: Reduced['classes'], box: Box): Literal[] =>
  variables.flatMap(({ name, values }, k) => {
    const mask = at(box, k)
    if (mask === allOf(at(sizes, k))) return []
    const chosen = at(classes, k).flatMap((numbers, i) => (((mask >> i) & 1) === 1 ? numbers : []))
    return [{ name, values: values.filter((_, v) => chosen.includes(v)), of: values }]
  })

/** Makes values of a knob one whose cofactors are the same. */
const reduce = (full: Table): Reduced => {
  let { values } = full
  const sizes = [...full.sizes]
  const classes = full.sizes.map((_, k) => {
    const size = at(sizes, k)
    const inner = cellsOf(sizes.slice(k + 1))
    const outer = cellsOf(sizes.slice(0, k))
    const cofactor = (v: number): string =>
      Array.from({ length: outer }, (_, o) => values.subarray((o * size + v) * inner, (o * size + v + 1) * inner).join('')).join('')
    const byCofactor = new Map<string, number[]>()
    for (let v = 0; v < size; v++) {
      const key = cofactor(v)
      byCofactor.set(key, [...(byCofactor.get(key) ?? []), v])
    }
    const found = [...byCofactor.values()]
    const before = values
    values = Uint8Array.from({ length: outer * found.length * inner }, (_, i) => {
      const o = Math.floor(i / (found.length * inner))
      const c = Math.floor(i / inner) % found.length
      return at(before, (o * size + at(at(found, c), 0)) * inner + (i % inner))
    })
    sizes[k] = found.length
    return found
  })
  return { table: { sizes, values }, classes }
}

/** All prime implicants; where these are too many, one for each element that none of the others holds. */
const boxesOf = (table: Table): { readonly boxes: readonly Box[]; readonly complete: boolean } => {
  try {
    return { boxes: primesOf(table, mostTables), complete: true }
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
    const left = new Set([...table.values.keys()].filter((i) => table.values[i] === 1))
    const boxes: Box[] = []
    for (const i of left) {
      const box = expand(table, i)
      boxes.push(box)
      for (const member of membersOf(box, table.sizes)) left.delete(member)
    }
    return { boxes, complete: false }
  }
}

/** A prime implicant that holds an element: grown a value at a time. */
const expand = ({ sizes, values }: Table, element: number): Box => {
  let rest = element
  const box = sizes
    .toReversed()
    .map((size) => {
      const v = rest % size
      rest = Math.floor(rest / size)
      return 2 ** v
    })
    .toReversed()
  sizes.forEach((size, k) => {
    for (let v = 0; v < size; v++) {
      const grown = box.map((mask, j) => (j === k ? mask | (2 ** v) : mask))
      if (membersOf(grown, sizes).every((i) => values[i] === 1)) box[k] = at(grown, k)
    }
  })
  return box
}
