/** Sizes of the table of states: what is possible for a state's width, and which size comes next when it is full. */
import { at } from '../../at.js'

/** `narrow` slots keep their first part in 4 bytes, `wide` ones in 8. */
export type SlotKind = 'narrow' | 'wide'

/** The bytes that a slot's first part takes. */
export type FirstBytes = 4 | 5 | 6 | 7 | 8

/** What is fixed about the table of a given state width. */
export interface TableShape {
  /** Bits of the mixed word. */
  readonly keyBits: number
  /** How many of its top bits take part in the home slot: all, or as many as leave no overflow. */
  readonly topBits: number
  /** Bytes in a slot of each of the other words: 1 to 8. */
  readonly rest: readonly number[]
}

/** Slots behind the last home, for what is pushed past it. */
export const slack = 512
/**
 * A table grows when distance + 1 of something takes this many bits, at the latest: a slot has room for 8, and one
 * batch pushes nothing further than by its own size.
 */
export const distanceBits = 7

export const tableShape = (widths: readonly number[]): TableShape => {
  const keyBits = Math.max(widths.length === 1 ? 1 : 32, at(widths, 0))
  return { keyBits, topBits: keyBits <= 61 ? keyBits : 32, rest: widths.slice(1).map((w) => (w <= 32 ? 4 : 8)) }
}

/** A table has `factor << log` homes; the factor is 1, 3, 5 or 7. */
export interface TableSize {
  readonly log: number
  readonly factor: number
  readonly kind: SlotKind
}

export const homes = (size: TableSize): number => size.factor * 2 ** size.log
/** The bytes of a slot. */
export const bytesOfSlot = ({ rest }: Pick<TableShape, 'rest'>, first: FirstBytes): number => first + rest.reduce((n, b) => n + b, 0)
export const firstBytes = (kind: SlotKind): FirstBytes => (kind === 'narrow' ? 4 : 8)
export const slotBytes = (shape: TableShape, kind: SlotKind): number => bytesOfSlot(shape, firstBytes(kind))
export const tableBytes = (shape: TableShape, size: TableSize): number => (homes(size) + slack) * slotBytes(shape, size.kind)

/** Whether a size leaves 8 bits for the distance. */
export const isPossible = (shape: TableShape, size: TableSize): boolean =>
  size.log <= shape.topBits &&
  size.log >= 0 &&
  shape.keyBits - size.log <= (size.kind === 'narrow' ? 24 : 56) &&
  (shape.topBits > 24 || size.factor === 1)

/** Which kinds of slots a table of this shape can ever have. */
export const slotKinds = (shape: TableShape): SlotKind[] => {
  if (shape.keyBits <= 24) return ['narrow']
  // A narrow table of a key this wide would have over 2^30 homes.
  return shape.keyBits > 54 ? ['wide'] : ['narrow', 'wide']
}

/**
 * From this size on a table is frugal: it grows by a quarter instead of doubling where a slot takes more than 4 bytes,
 * and gets fuller.
 */
export const frugalBytes = 32 * 2 ** 20
/** How full small tables get, and frugal ones: time is worth more than memory until there is much of it. */
const looseLoad = 0.65
export const tightLoad = 0.86
/** And where there is no memory for a larger one. */
export const lastLoad = 0.94

/** All sizes greater than the given one that make sense, smallest first. */
const largerSizes = (shape: TableShape, size: TableSize): TableSize[] => {
  const sizes: TableSize[] = []
  for (let log = Math.max(0, size.log - 2); log <= Math.min(30, size.log + 4); log++)
    for (const factor of [1, 3, 5, 7])
      for (const kind of slotKinds(shape)) {
        const larger: TableSize = { log, factor, kind }
        if (size.kind === 'narrow' && kind === 'wide') continue
        if (isPossible(shape, larger) && homes(larger) >= homes(size) * 1.1) sizes.push(larger)
      }
  return sizes.toSorted((a, b) => homes(a) - homes(b) || slotBytes(shape, a.kind) - slotBytes(shape, b.kind))
}

/**
 * Sizes to grow to, the one to try first first. Narrow slots as soon as they cost no more memory than a doubled table
 * of wide ones; then a table twice as large, or a quarter larger where that is much memory; then less, for when memory
 * runs out.
 */
export const nextSizes = (shape: TableShape, size: TableSize, frugal = frugalBytes): TableSize[] => {
  const larger = largerSizes(shape, size)
  const doubled = tableBytes(shape, { ...size, log: size.log + 1 })
  const narrow =
    size.kind === 'wide' ? larger.filter((s) => s.kind === 'narrow' && homes(s) >= homes(size) * 2 && tableBytes(shape, s) <= doubled) : []
  const careful = tableBytes(shape, size) >= frugal && slotBytes(shape, size.kind) > 4
  const ratio = careful ? 1.14 : 2
  const same = larger.filter((s) => s.kind === size.kind)
  const wanted = same.filter((s) => homes(s) >= homes(size) * ratio)
  return [
    ...narrow.slice(-1),
    ...wanted.slice(0, 1),
    ...same.filter((s) => homes(s) < homes(size) * ratio).toReversed(),
    ...larger.filter((s) => s.kind !== size.kind),
  ]
}

/** How many states a table of this size may hold. */
export const roomOf = (shape: TableShape, size: TableSize, frugal: number): number =>
  shape.rest.length === 0 && size.log === shape.keyBits
    ? 2 ** 31 - 1
    : Math.floor(homes(size) * (tableBytes(shape, size) < frugal ? looseLoad : tightLoad))

/** The smallest table of at least `2 ** log` homes. */
export const firstSize = (shape: TableShape, log: number): TableSize => {
  const kinds = slotKinds(shape)
  for (let l = Math.min(log, shape.topBits); l <= 30; l++)
    for (const kind of kinds) {
      const size: TableSize = { log: l, factor: 1, kind }
      if (isPossible(shape, size)) return size
    }
  throw new Error('no table size is possible')
}

/** How many states a table may hold where there is no memory for a larger one. */
export const lastRoom = (shape: TableShape, size: TableSize): number => Math.max(roomOf(shape, size, 0), Math.floor(homes(size) * lastLoad))
