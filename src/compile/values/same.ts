/** `same(a, b)`: whether two values are equal in all their parts; `copy(x)`. */
import { all, and, any, binary, constant, eq, not, one, or, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import type { Context } from './context.js'
import { equal } from './equality.js'
import { conditional } from './flow.js'
import { requireLabels } from './labels.js'
import { compact } from './layout.js'
import { refuse, type Site, spanOf } from './site.js'
import { stale } from './stale.js'
import { snapshot, stillThere, wholeOf } from './state-places.js'
import { absences, describe, lift, thereIf, undefinedValue, type Value } from './value.js'

export const sameValues = (c: Context, a: Value, b: Value, site: Site): Expr => {
  const [x, y] = [copyOf(c, a, site), copyOf(c, b, site)]
  return areSame(c, x, y, site)
}

/** A value apart from the state: what `copy(x)` gives, and what is compared. */
export const copyOf = (c: Context, v: Value, site: Site): Value => {
  requireThere(c, v, site)
  return snapshot(c, lift(v), spanOf(site.file, site.node))
}

/** Checks that all parts of the state that a value refers to are still there. */
const requireThere = (c: Context, v: Value, site: Site): void => {
  const where = (present: Expr, of: Value): void => {
    const there = (): Value => {
      requireThere(c, of, site)
      return undefinedValue
    }
    conditional(c, present, there, () => undefinedValue, site)
  }
  switch (v.k) {
    case 'ref':
      stillThere(c, v.place, spanOf(site.file, site.node))
      return
    case 'optional':
      return where(v.present, v.of)
    case 'record':
      for (const field of v.fields.values()) requireThere(c, field, site)
      return
    case 'list':
      for (const { present, value } of v.items) where(present, value)
      return
    case 'union':
      v.variants.forEach(([, fields], i) => {
        for (const field of fields.values()) where(eq(v.at, constant(i)), field)
      })
      return
    case 'stale':
      return stale(c, v, site)
    case 'const':
    case 'int':
    case 'bool':
    case 'enum':
    case 'set':
      return
    case 'iterator':
    case 'state':
    case 'closure':
    case 'method':
    case 'match':
      return refuse(c, 'MC201', site.file, site.node, `${describe(v)} is compared or copied`, 'compare and copy values of the state')
  }
}

const areSame = (c: Context, a: Value, b: Value, site: Site): Expr => {
  const read = wholeOf(c, spanOf(site.file, site.node))
  const [x, y] = [objectOf(read(a)), objectOf(read(b))]
  if (x.k === 'optional' || y.k === 'optional') {
    const [p, q] = [absences(x), absences(y)]
    const [left, right] = [thereIf(x), thereIf(y)]
    const payload = left.of === null || right.of === null ? zero : areSame(c, left.of, right.of, site)
    return any([and(p.nullWhen, q.nullWhen), and(p.undefinedWhen, q.undefinedWhen), all([left.present, right.present, payload])])
  }
  if (x.k === 'union') return ofUnion(x, (variant) => areSame(c, variant, y, site))
  if (y.k === 'union') return ofUnion(y, (variant) => areSame(c, x, variant, site))
  if (x.k === 'record' && y.k === 'record') {
    const { fields } = y
    if (x.fields.size !== fields.size || [...x.fields.keys()].some((name) => !fields.has(name))) return zero
    return all([...x.fields].map(([name, field]) => areSame(c, field, fields.get(name) ?? undefinedValue, site)))
  }
  if (x.k === 'list' && y.k === 'list') {
    const [p, q] = [compact(x.items, read), compact(y.items, read)]
    const items = p.items.slice(0, q.items.length).map(({ present, value }, i) => {
      const other = q.items[i]?.value ?? undefinedValue
      return or(not(present), areSame(c, value, other, site))
    })
    return all([binary('eq', p.length, q.length), ...items])
  }
  if (x.k === 'set' && y.k === 'set') {
    const length = Math.max(x.members.length, y.members.length)
    return all(Array.from({ length }, (_, i) => eq(x.members[i] ?? zero, y.members[i] ?? zero)))
  }
  for (const v of [x, y])
    if (v.k === 'const' && typeof v.value === 'object' && v.value !== null)
      return refuse(c, 'MC201', site.file, site.node, `same(...) of ${describe(v)}`, 'compare records, lists, and sets of integers')
  requireLabels(c, x, y, site)
  return equal(x, y) ?? zero
}

/** No set of the state has more. */
const mostMembers = 65_536

/** Arrays, objects and sets that are known now, as those of the state. */
const objectOf = (v: Value): Value => {
  if (v.k !== 'const' || !(v.value instanceof Set)) return lift(v)
  const members: unknown[] = [...v.value]
  if (!members.every((x) => typeof x === 'number' && Number.isInteger(x) && x >= 0 && x < mostMembers)) return v
  return {
    k: 'set',
    members: Array.from({ length: Math.max(-1, ...members.map(Number)) + 1 }, (_, i) => (members.includes(i) ? one : zero)),
  }
}

const ofUnion = ({ tag, at, variants }: Extract<Value, { k: 'union' }>, isSame: (variant: Value) => Expr): Expr =>
  any(
    variants.map(([name, fields], i) =>
      and(eq(at, constant(i)), isSame({ k: 'record', fields: new Map([[tag, { k: 'const', value: name }], ...fields]) })),
    ),
  )
