/** What an exchange of two members does to a packed state, bit by bit. */
import { at } from '../../at.js'
import type { Condition, Sort } from '../../ir/symmetry/sort.js'
import { elements, type System } from '../../ir/system.js'
import { fieldMask, type Layout, placeOf } from './layout.js'

/** Where an element lies. */
export interface Field {
  readonly word: number
  readonly shift: number
  readonly bits: number
}

/** A field has one of these values, less its `lo`, ascending. */
export interface Test {
  readonly field: Field
  readonly among: readonly number[]
}

/** The bits of `mask` in word `from`, and those `left` places further to the left in word `to`, change places. */
export interface Moves {
  readonly from: number
  readonly to: number
  readonly left: number
  readonly mask: bigint
}

/** Bits that each member has: where those of member 0 are by `mask`, `left` places further to the left. */
export interface Column {
  readonly places: readonly { readonly word: number; readonly left: number }[]
  readonly mask: bigint
}

export interface SortBits {
  readonly first: number
  readonly size: number
  readonly holders: readonly { readonly field: Field; readonly when: readonly Test[] }[]
  /** By the member that changes places with the next one. */
  readonly moves: readonly (readonly Moves[])[]
  /** What a member's key is made of. */
  readonly columns: readonly Column[]
}

/** The sorts of a system, whose members are all exchanged. */
export const bitsOfSorts = (system: System, layout: Layout, sorts: readonly Sort[]): SortBits[] => {
  const fieldAt = fieldsOf(system, layout)
  const isPlain = plainElements(fieldAt, sorts)
  return sorts.map(
    (sort): SortBits => ({
      first: sort.first,
      size: sort.size,
      holders: sort.holders.flatMap(({ element, when }) => {
        const { field } = at(fieldAt, element)
        return field === null ? [] : [{ field, when: when.map((condition) => testOf(fieldAt, condition)).filter((test) => test !== null) }]
      }),
      moves: sort.exchanges.map(({ swaps }) => movesOf(fieldAt, swaps)),
      columns: columnsOf(sort, fieldAt, (element) => isPlain(sort, element)),
    }),
  )
}

interface Placed {
  /** Null where there is only one value. */
  readonly field: Field | null
  readonly lo: number
}

/** Of all elements, in the order of vectors. */
const fieldsOf = ({ variables }: System, { placements }: Layout): readonly Placed[] =>
  variables.flatMap((variable) =>
    Array.from({ length: elements(variable) }, (_, element): Placed => {
      const placement = at(placements, variable.id)
      return { lo: variable.lo, field: placement.bits === 0 ? null : { ...placeOf(placement, element), bits: placement.bits } }
    }),
  )

/** Null where the only value fulfils it. */
const testOf = (fieldAt: readonly Placed[], { element, among }: Condition): Test | null => {
  const { field, lo } = at(fieldAt, element)
  return field === null ? null : { field, among: among.map((value) => value - lo) }
}

const bitsIn = (field: Field): bigint => fieldMask(field.bits) << BigInt(field.shift)

/** @throws Error where bits that several locals share would go to different places: that is a bug of ours. */
const movesOf = (fieldAt: readonly Placed[], swaps: Sort['exchanges'][number]['swaps']): readonly Moves[] => {
  const moves = new Map<string, { from: number; to: number; left: number; mask: bigint }>()
  for (const [x, y] of swaps) {
    const [a, b] = [at(fieldAt, x).field, at(fieldAt, y).field]
    if (a === null || b === null) continue
    const key = `${a.word} ${b.word} ${b.shift - a.shift}`
    const move = moves.get(key) ?? { from: a.word, to: b.word, left: b.shift - a.shift, mask: 0n }
    move.mask |= bitsIn(a)
    moves.set(key, move)
  }
  const taken = new Map<number, bigint>()
  for (const { from, to, left, mask } of moves.values())
    for (const [word, bits] of [[from, mask] as const, [to, left < 0 ? mask >> BigInt(-left) : mask << BigInt(left)] as const]) {
      if (((taken.get(word) ?? 0n) & bits) !== 0n) throw new Error('bits that would go to two places')
      taken.set(word, (taken.get(word) ?? 0n) | bits)
    }
  return [...moves.values()]
}

/** By word the bits of some elements. */
const bitsOf = (fieldAt: readonly Placed[], elementsOf: Iterable<number>): ReadonlyMap<number, bigint> => {
  const bits = new Map<number, bigint>()
  for (const element of elementsOf) {
    const { field } = at(fieldAt, element)
    if (field !== null) bits.set(field.word, (bits.get(field.word) ?? 0n) | bitsIn(field))
  }
  return bits
}

/**
 * For each sort, whether the bits of an element mean no member and stay where other sorts change: of bits that several
 * locals share all of them have to be such.
 */
const plainElements = (fieldAt: readonly Placed[], sorts: readonly Sort[]): ((sort: Sort, element: number) => boolean) => {
  const held = bitsOf(
    fieldAt,
    sorts.flatMap(({ holders }) => holders.map(({ element }) => element)),
  )
  const moving = new Map(
    sorts.map((sort) => [
      sort,
      bitsOf(
        fieldAt,
        sort.exchanges.flatMap(({ swaps }) => swaps.flat()),
      ),
    ]),
  )
  return (sort, element) => {
    const { field } = at(fieldAt, element)
    if (field === null) return false
    const isFree = (bits: ReadonlyMap<number, bigint>): boolean => ((bits.get(field.word) ?? 0n) & bitsIn(field)) === 0n
    return isFree(held) && [...moving].every(([other, bits]) => other === sort || isFree(bits))
  }
}

/** Elements of which each member has one: those that follow their member wherever it goes, and no other. */
const columnsOf = (sort: Sort, fieldAt: readonly Placed[], isPlain: (element: number) => boolean): readonly Column[] => {
  const partners = sort.exchanges.map(({ swaps }) => new Map(swaps.flatMap(([a, b]) => [[a, b] as const, [b, a] as const])))
  const columns = new Map<string, { places: Column['places']; mask: bigint }>()
  for (const first of partners[0]?.keys() ?? []) {
    const own = [first]
    for (const map of partners) own.push(map.get(at(own, -1)) ?? -1)
    const isOwn = (element: number, member: number): boolean =>
      element >= 0 && partners.every((map, k) => map.has(element) === (k === member || k + 1 === member))
    if (!own.every(isOwn) || new Set(own).size < sort.size || !own.every(isPlain)) continue
    const fields = own.map((element) => at(fieldAt, element).field).filter((field) => field !== null)
    const { shift = 0 } = fields[0] ?? {}
    const places = fields.map((field) => ({ word: field.word, left: field.shift - shift }))
    const name = JSON.stringify(places)
    const column = columns.get(name) ?? { places, mask: 0n }
    column.mask |= bitsIn(at(fields, 0))
    columns.set(name, column)
  }
  return [...columns.values()]
}
