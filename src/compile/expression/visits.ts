/**
 * How methods go through what they are called on while their callbacks may change it, and do what is for items only.
 */
import { and, binary, constant, not, or } from '../../ir/build.js'
import type { Expr, Stmt } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { check, emitInto, settle } from '../values/emit.js'
import { conditional } from '../values/flow.js'
import { compact, raise, scalarAt, zeros } from '../values/layout.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { readLeaf, stillThere, wholeOf } from '../values/state-places.js'
import { typeOf } from '../values/type.js'
import { type Item, undefinedValue, type Value } from '../values/value.js'
import { fixedSequence, isInside, queueItem, type Sequence, sequenceOf } from './element.js'

/** How a method goes through items. */
export type Visit = 'visited' | 'searched' | 'unchanging'

export const visit = (c: Context, how: Visit, receiver: Value, site: Site): Sequence => {
  switch (how) {
    case 'visited':
      return visited(c, receiver, site)
    case 'searched':
      return searched(c, receiver, site)
    case 'unchanging':
      return unchanging(c, receiver, site)
  }
}

/**
 * As most methods go through a list: they go no further than it was long when they were called, and leave out what has
 * gone since.
 */
const visited = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, (stillThere, item) => ({ present: and(item.present, stillThere), value: item.value }))

/**
 * As `find` and `findIndex` go: they read what has gone since too. In an array of JavaScript that is undefined; a
 * queue has no such element.
 */
const searched = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, (stillThere, item) => {
    check(
      c,
      or(not(item.present), stillThere),
      'range',
      spanOf(site.file, site.node),
      'the queue has lost the element that is looked at next',
    )
    return item
  })

/**
 * What `map` goes through: in JavaScript its result would have holes where something has gone, and nothing else has
 * holes.
 */
const unchanging = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, () =>
    refuse(c, 'MC101', site.file, site.node, 'map over a queue that its callback changes', 'go over a copy: [...q].map(...)'),
  )

const asLongAs = (c: Context, receiver: Value, site: Site, gone: (stillThere: Expr, item: Item) => Item): Sequence => {
  const at = spanOf(site.file, site.node)
  const sequence = sequenceOf(c, receiver, site)
  if (sequence.fixed !== null) {
    const { items } = compact(sequence.fixed, wholeOf(c, at))
    return fixedSequence(items)
  }
  if (receiver.k !== 'ref' || receiver.place.domain.kind !== 'queue') return sequence
  const { place } = receiver
  const length = readLeaf(c, place, 0, 0, at)
  const written = (): number => (length.op === 'load' ? (c.way.written.get(length.variable) ?? 0) : 0)
  const before = written()
  return {
    ...sequence,
    item: (i) => {
      const present = binary('lt', constant(i), length)
      // What lies behind the end is not looked at.
      conditional(
        c,
        present,
        () => {
          stillThere(c, place, at)
          return undefinedValue
        },
        () => undefinedValue,
        site,
      )
      const item = { present, value: queueItem(c, place, i, at) }
      return written() === before ? item : gone(isInside(c, place, i, at), item)
    },
  }
}

/** The value for an item that may be missing: its code runs only where the item is there. */
export const mapped = (c: Context, item: Item, apply: () => Value, site: Site): Value => {
  if (item.present.op === 'const') return apply()
  const out: Stmt[] = []
  const { cells } = c.way
  const value = emitInto(c, out, apply)
  if (out.length === 0 && c.way.cells === cells) return value
  c.way.cells = cells
  const missing = (): Value => {
    const type = typeOf(value)
    const rows = zeros(type)
    return raise(type, (leaf, i) => scalarAt(rows, leaf, i))
  }
  const v = conditional(c, settle(c, item.present), apply, missing, site)
  return v === 'never' ? undefinedValue : v
}
