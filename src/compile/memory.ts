/** Locations of the state: reading them, going into their parts, storing to them with the checks that their domains ask for. */
import { all, and, binary, constant, eq, load, not, one, or, select, zero } from '../ir/build.js'
import type { Expr, Span, Stmt } from '../ir/system.js'
import type { Domain } from '../lang/domain.js'
import {
  type Context,
  check,
  emit,
  emitInto,
  type Offsets,
  refuse,
  settle,
  settleValue,
  spanOf,
  textOf,
  unflatten,
  variableOf,
} from './context.js'
import { stale } from './stale.js'
import { compact, enumPosition, leaves, lower, raise, typeOfDomain, zeros } from './type.js'
import {
  asBool,
  asInt,
  boolean,
  constantValue,
  describe,
  describeDomain,
  int,
  lift,
  optionalValue,
  type Place,
  type RefOrigin,
  type Value,
} from './value.js'

const unghost = (d: Domain): Domain => (d.kind === 'ghost' ? d.of : d)

/** Reads a part of the state as an author's expression does: scalars by value, the rest by reference. */
export const readPlace = (c: Context, place: Place, at: Span, origin: RefOrigin = 'expression'): Value => {
  const domain = unghost(place.domain)
  switch (domain.kind) {
    case 'bool':
    case 'range':
    case 'oneOf':
      return readWhole(c, { ...place, domain }, at)
    case 'optional': {
      const present = readLeaf(c, place, 0, 0, at)
      // Whether it is there is read now; the payload, where it is an object, is a reference.
      return optionalValue(present, null, readPlace(c, { ...place, domain: domain.of }, at, origin))
    }
    default:
      return { k: 'ref', place: { ...place, domain }, origin }
  }
}

/** Reads all of a part of the state, by value. */
export const readWhole = (c: Context, place: Place, at: Span): Value =>
  raise(typeOfDomain(place.domain), (leaf, element) => readLeaf(c, place, leaf, element, at))

const readLeaf = (c: Context, place: Place, leaf: number, element: number, at: Span): Expr => {
  const all = leaves(typeOfDomain(place.domain))
  const l = all[leaf]
  if (l === undefined) throw new Error(`no leaf ${leaf} of ${place.name}`)
  const variable = variableOf(c, place, l)
  if (variable.lo === variable.hi) return constant(variable.lo)
  const e = load(variable.id, [...place.index, ...unflatten(element, l.dims).map(constant)])
  if (variable.role.kind === 'ghost') c.ghostReads.set(e, at)
  if (c.purpose === 'start') c.startRead ??= at
  return e
}

/** The whole value behind a reference; all else as it is. */
export const wholeOf =
  (c: Context, at: Span) =>
  (v: Value): Value =>
    v.k === 'ref' ? readWhole(c, v.place, at) : v

/** A snapshot: no references to the state in it, nothing that a later store changes. */
export const snapshot = (c: Context, v: Value, at: Span): Value => {
  switch (v.k) {
    case 'ref':
      return readWhole(c, v.place, at)
    case 'optional':
      return { ...v, of: snapshot(c, v.of, at) }
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, snapshot(c, x, at)])) }
    case 'list':
      return { ...v, items: v.items.map((item) => ({ present: item.present, value: snapshot(c, item.value, at) })) }
    default:
      return v
  }
}

export const fieldPlace = (place: Place, name: string): Place | null => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'record') return null
  const field = Object.hasOwn(domain.fields, name) ? domain.fields[name] : undefined
  return field === undefined ? null : { name: `${place.name}.${name}`, domain: field, index: place.index, dims: place.dims }
}

/** An index that is checked to be inside 0..length-1. */
export const checkedIndex = (c: Context, v: Value, length: number, file: number, node: Offsets): Expr => {
  const i = asInt(v)
  if (i === null) return refuse(c, 'MC201', file, node, `${describe(v)} is no index`, 'index with an integer')
  if (i.lo < 0 || i.hi >= length) {
    const e = settle(c, i.e)
    const inside = and(i.lo < 0 ? binary('ge', e, zero) : one, i.hi >= length ? binary('lt', e, constant(length)) : one)
    check(c, inside, 'range', spanOf(file, node), `index ${textOf(c, file, node)} is outside 0..${length - 1}`)
    return e
  }
  return i.e
}

export const elementPlace = (place: Place, index: Expr): Place => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'array') throw new Error('not an array')
  return { name: place.name, domain: domain.of, index: [...place.index, index], dims: [...place.dims, domain.length] }
}

/** The length of a queue in the state. */
export const queueLength = (c: Context, place: Place, at: Span): Value => {
  const domain = unghost(place.domain)
  return domain.kind === 'queue' ? int(readLeaf(c, place, 0, 0, at), 0, domain.capacity) : constantValue(undefined)
}

export const variantPlace = (place: Place, variant: string, field: string, domain: Domain): Place => ({
  name: `${place.name}.${variant}.${field}`,
  domain,
  index: place.index,
  dims: place.dims,
})

/**
 * The value as one of the domain, with checks where it might be outside.
 * Refuses values that are of another type altogether.
 */
export const coerce = (c: Context, v: Value, target: Domain, file: number, node: Offsets, name: string): Value => {
  const domain = unghost(target)
  const at = spanOf(file, node)
  const wrong = (): never =>
    refuse(
      c,
      'MC201',
      file,
      node,
      `${describe(v)} is stored in ${name}, which is ${describeDomain(domain)}`,
      'store a value of the domain, or widen the domain in `state`',
    )
  if (v.k === 'stale') return stale(c, v.what, { file, node })
  if (v.k === 'optional' && domain.kind !== 'optional') {
    check(c, v.present, 'range', at, `${name} = ${String(v.absent)} is outside its domain`)
    return coerce(c, v.of, domain, file, node, name)
  }
  switch (domain.kind) {
    case 'bool': {
      const e = asBool(v)
      return e === null ? wrong() : boolean(e)
    }
    case 'range': {
      const i = asInt(v)
      if (i === null) return wrong()
      if (i.lo >= domain.lo && i.hi <= domain.hi) return int(i.e, i.lo, i.hi)
      const e = settle(c, i.e)
      const above = i.lo >= domain.lo ? one : binary('ge', e, constant(domain.lo))
      const below = i.hi <= domain.hi ? one : binary('le', e, constant(domain.hi))
      check(c, and(above, below), 'range', at, `${name} is outside range(${domain.lo}, ${domain.hi})`)
      return e.op === 'const'
        ? constantValue(Math.min(domain.hi, Math.max(domain.lo, e.value)))
        : { k: 'int', e, lo: domain.lo, hi: domain.hi }
    }
    case 'oneOf': {
      if (v.k === 'const' && typeof v.value === 'string') {
        if (!domain.values.includes(v.value))
          return refuse(
            c,
            'MC201',
            file,
            node,
            `'${v.value}' is stored in ${name}, which is ${describeDomain(domain)}`,
            `write one of ${domain.values.map((x) => `'${x}'`).join(', ')}`,
          )
        return { k: 'enum', e: constant(domain.values.indexOf(v.value)), values: domain.values }
      }
      if (v.k !== 'enum') return wrong()
      const e = enumPosition(v, domain.values)
      if (v.values.every((x) => domain.values.includes(x))) return { k: 'enum', e, values: domain.values }
      const settled = settle(c, e)
      check(c, binary('ge', settled, zero), 'range', at, `${name} is outside oneOf(${domain.values.join(', ')})`)
      return { k: 'enum', e: settled, values: domain.values }
    }
    case 'optional': {
      if (v.k === 'const' && v.value === null) return v
      if (v.k === 'const' && v.value === undefined) return wrong()
      if (v.k !== 'optional') return coerce(c, v, domain.of, file, node, name)
      if (v.absent === undefined) {
        check(c, v.present, 'range', at, `${name} = undefined is outside its domain`)
        return coerce(c, v.of, domain.of, file, node, name)
      }
      const of = convertWhere(c, v.present, v.of, at, (payload) => coerce(c, payload, domain.of, file, node, name))
      return { k: 'optional', present: v.present, absent: null, of }
    }
    case 'record': {
      const whole = lift(wholeOf(c, at)(v))
      if (whole.k !== 'record') return wrong()
      return { k: 'record', fields: coerceFields(c, whole.fields, domain.fields, file, node, name) }
    }
    case 'array': {
      const whole = lift(wholeOf(c, at)(v))
      if (whole.k !== 'list') return wrong()
      const { items, length } = compact(whole.items, wholeOf(c, at))
      if (items.length < domain.length || (length.op === 'const' && length.value !== domain.length))
        return refuse(
          c,
          'MC205',
          file,
          node,
          `a list of ${length.op === 'const' ? length.value : `at most ${items.length}`} is stored in ${name}, which is an array of ${domain.length}`,
          `store exactly ${domain.length} elements`,
        )
      if (length.op !== 'const')
        check(c, eq(length, constant(domain.length)), 'range', at, `${name} takes exactly ${domain.length} elements`)
      return {
        k: 'list',
        items: items
          .slice(0, domain.length)
          .map((item, i) => ({ present: one, value: coerce(c, item.value, domain.of, file, node, `${name}[${i}]`) })),
      }
    }
    case 'queue': {
      const whole = lift(wholeOf(c, at)(v))
      if (whole.k !== 'list') return wrong()
      const { items, length } = compact(whole.items, wholeOf(c, at))
      if (items.length > domain.capacity)
        check(
          c,
          binary('le', settle(c, length), constant(domain.capacity)),
          'range',
          at,
          `${name} takes at most ${domain.capacity} elements`,
        )
      return {
        k: 'list',
        items: items.slice(0, domain.capacity).map((item, i) => ({
          present: item.present,
          value: convertWhere(c, item.present, item.value, at, (value) => coerce(c, value, domain.of, file, node, `${name}[${i}]`)),
        })),
      }
    }
    case 'set': {
      const whole = wholeOf(c, at)(v)
      if (whole.k !== 'set') return wrong()
      for (const member of whole.members.slice(domain.size))
        check(c, not(member), 'range', at, `${name} has a member outside 0..${domain.size - 1}`)
      return { k: 'set', members: Array.from({ length: domain.size }, (_, i) => whole.members[i] ?? zero) }
    }
    case 'union': {
      const whole = lift(wholeOf(c, at)(v))
      if (whole.k === 'record') {
        const tag = whole.fields.get(domain.tag)
        const given = new Map([...whole.fields].filter(([f]) => f !== domain.tag))
        if (tag?.k === 'enum') {
          // Variants of the same fields: which one it is, is known only when the model runs.
          const variants = tag.values.map((variant): [string, ReadonlyMap<string, Value>] => [variant, given])
          return coerce(c, { k: 'union', tag: domain.tag, at: settle(c, tag.e), variants }, target, file, node, name)
        }
        const variant = tag?.k === 'const' && typeof tag.value === 'string' ? tag.value : null
        const fields = variant !== null && Object.hasOwn(domain.variants, variant) ? domain.variants[variant] : undefined
        if (variant === null || fields === undefined)
          return refuse(
            c,
            'MC205',
            file,
            node,
            `${describe(v)} is stored in ${name}, whose '${domain.tag}' is one of ${Object.keys(domain.variants).join(', ')}`,
            `give '${domain.tag}' as one of those strings`,
          )
        return { k: 'record', fields: new Map([[domain.tag, constantValue(variant)], ...coerceFields(c, given, fields, file, node, name)]) }
      }
      if (whole.k !== 'union' || whole.tag !== domain.tag) return wrong()
      return {
        k: 'union',
        tag: domain.tag,
        at: whole.at,
        variants: whole.variants.map(([variant, fields], i) => {
          const own = Object.hasOwn(domain.variants, variant) ? domain.variants[variant] : undefined
          if (own === undefined)
            return refuse(
              c,
              'MC205',
              file,
              node,
              `${name} has no variant '${variant}'`,
              `its variants are ${Object.keys(domain.variants).join(', ')}`,
            )
          const active = eq(whole.at, constant(i))
          const coerced = convertWhere(c, active, { k: 'record', fields }, at, (value) => ({
            k: 'record',
            fields: coerceFields(c, value.k === 'record' ? value.fields : fields, own, file, node, name),
          }))
          return [variant, zeroUnless(c, active, coerced.k === 'record' ? coerced.fields : fields, own, at)]
        }),
      }
    }
    case 'ghost':
      return coerce(c, v, domain.of, file, node, name)
  }
}

/** Converts a value that matters only where a condition holds; only there its checks can fail. */
const convertWhere = (c: Context, condition: Expr, v: Value, at: Span, convert: (v: Value) => Value): Value => {
  const attempt: Stmt[] = []
  const plain = emitInto(c, attempt, () => convert(v))
  if (attempt.length === 0) return plain
  // What the checks look at is computed before them: it is used behind them too, whatever the condition says.
  const settled = settleValue(c, snapshot(c, v, at))
  const checks: Stmt[] = []
  const converted = emitInto(c, checks, () => convert(settled))
  emit(c, { op: 'if', condition, then: checks, else: [] })
  return converted
}

/** The fields of a variant: in any other variant they hold their zeros. */
const zeroUnless = (
  c: Context,
  active: Expr,
  fields: ReadonlyMap<string, Value>,
  domains: Readonly<Record<string, Domain>>,
  at: Span,
): Map<string, Value> =>
  new Map(
    [...fields].map(([name, v]) => {
      const type = typeOfDomain(domains[name] as Domain)
      const missing = zeros(type)
      const rows = lower(v, type, wholeOf(c, at))
      return [name, raise(type, (leaf, i) => select(active, rows[leaf]?.[i] ?? zero, missing[leaf]?.[i] ?? zero))]
    }),
  )

const coerceFields = (
  c: Context,
  given: ReadonlyMap<string, Value>,
  fields: Readonly<Record<string, Domain>>,
  file: number,
  node: Offsets,
  name: string,
): Map<string, Value> => {
  const missing = Object.keys(fields).filter((f) => !given.has(f))
  const extra = [...given.keys()].filter((f) => !Object.hasOwn(fields, f))
  if (missing.length > 0 || extra.length > 0) {
    const complaints = [
      missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
      extra.length > 0 ? `has ${extra.join(', ')} too much` : '',
    ].filter((x) => x !== '')
    return refuse(
      c,
      'MC205',
      file,
      node,
      `the record stored in ${name} ${complaints.join(' and ')}`,
      `its fields are { ${Object.keys(fields).join(', ')} }`,
    )
  }
  return new Map(
    Object.entries(fields).map(([f, d]) => [f, coerce(c, given.get(f) ?? constantValue(undefined), d, file, node, `${name}.${f}`)]),
  )
}

/** Stores a value, copied in. */
export const storePlace = (c: Context, place: Place, v: Value, file: number, node: Offsets, name: string): void => {
  const at = spanOf(file, node)
  if (c.purpose === 'property')
    refuse(c, 'MC303', file, node, `the property writes ${name}`, 'a property only looks at the state: remove the assignment')
  if (c.purpose === 'condition')
    refuse(c, 'MC303', file, node, `the condition of until(...) writes ${name}`, 'write in the step that the condition starts')
  if (c.purpose === 'start')
    refuse(
      c,
      'MC112',
      file,
      node,
      `${name} is written before the first yield`,
      'start the process with `yield` and a label, then write; initial values belong into `init`',
    )
  const type = typeOfDomain(place.domain)
  const rows = lower(coerce(c, v, place.domain, file, node, name), type, wholeOf(c, at))
  const several = rows.length > 1 || (rows[0]?.length ?? 0) > 1
  storeLeaves(c, place, several ? rows.map((es) => es.map((e) => settle(c, e))) : rows, at)
}

const storeLeaves = (c: Context, place: Place, rows: readonly (readonly Expr[])[], at: Span): void => {
  leaves(typeOfDomain(place.domain)).forEach((leaf, i) => {
    const variable = variableOf(c, place, leaf)
    if (variable.lo === variable.hi) return
    rows[i]?.forEach((value, element) => {
      emit(c, { op: 'store', variable: variable.id, index: [...place.index, ...unflatten(element, leaf.dims).map(constant)], value, at })
    })
  })
  c.stores++
}

/** Puts a part of the state back to what it holds where there is nothing (the payload of null, an inactive variant). */
export const clearPlace = (c: Context, place: Place, at: Span): void => storeLeaves(c, place, zeros(typeOfDomain(place.domain)), at)

/** Appends to a queue in the state; a full one is a range violation. */
export const pushPlace = (c: Context, place: Place, v: Value, file: number, node: Offsets, name: string): void => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'queue') throw new Error('not a queue')
  const at = spanOf(file, node)
  refuseWrite(c, file, node, name)
  const length = settle(c, readLeaf(c, place, 0, 0, at))
  check(c, binary('lt', length, constant(domain.capacity)), 'range', at, `${name} is full: it holds ${domain.capacity}`)
  const rows = lower(coerce(c, v, domain.of, file, node, `${name}[..]`), typeOfDomain(domain.of), wholeOf(c, at)).map((es) =>
    es.map((e) => settle(c, e)),
  )
  const [lengthLeaf, ...itemLeaves] = leaves(typeOfDomain(domain))
  const inner = leaves(typeOfDomain(domain.of))
  itemLeaves.forEach((leaf, i) => {
    const variable = variableOf(c, place, leaf)
    if (variable.lo === variable.hi) return
    rows[i]?.forEach((value, element) => {
      emit(c, {
        op: 'store',
        variable: variable.id,
        index: [...place.index, domain.capacity === 1 ? zero : length, ...unflatten(element, inner[i]?.dims ?? []).map(constant)],
        value,
        at,
      })
    })
  })
  if (lengthLeaf !== undefined)
    emit(c, { op: 'store', variable: variableOf(c, place, lengthLeaf).id, index: place.index, value: binary('add', length, one), at })
  c.stores++
}

const refuseWrite = (c: Context, file: number, node: Offsets, name: string): void => {
  if (c.purpose === 'property' || c.purpose === 'condition')
    refuse(
      c,
      'MC303',
      file,
      node,
      `${c.purpose === 'property' ? 'the property' : 'the condition of until(...)'} writes ${name}`,
      'only look at the state here',
    )
  if (c.purpose === 'start')
    refuse(c, 'MC112', file, node, `${name} is written before the first yield`, 'start the process with `yield` and a label, then write')
}

/** Removes and gives the first element of a queue in the state; an empty one is a range violation. */
export const shiftPlace = (c: Context, place: Place, file: number, node: Offsets, name: string): Value => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'queue') throw new Error('not a queue')
  const at = spanOf(file, node)
  refuseWrite(c, file, node, name)
  const length = settle(c, readLeaf(c, place, 0, 0, at))
  check(c, binary('gt', length, zero), 'range', at, `${name} is empty: there is nothing to shift`)
  const type = typeOfDomain(domain)
  const itemType = typeOfDomain(domain.of)
  const all = leaves(type)
  const columns = all
    .slice(1)
    .map((leaf, i) =>
      Array.from({ length: leaf.dims.reduce((n, d) => n * d, 1) }, (_, element) => settle(c, readLeaf(c, place, i + 1, element, at))),
    )
  const width = (i: number): number => (columns[i]?.length ?? 0) / domain.capacity
  const missing = zeros(itemType)
  storeLeaves(c, place, [[binary('sub', length, one)], ...columns.map((es, i) => [...es.slice(width(i)), ...(missing[i] ?? [])])], at)
  return raise(itemType, (leaf, element) => columns[leaf]?.[element] ?? zero)
}

/** Sets or clears one member of a set in the state; an integer outside is a range violation for `add`, nothing for `delete`. */
export const storeMember = (c: Context, place: Place, v: Value, value: Expr, file: number, node: Offsets, name: string): void => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'set') throw new Error('not a set')
  const at = spanOf(file, node)
  refuseWrite(c, file, node, name)
  const index = checkedIndex(c, v, domain.size, file, node)
  const leaf = leaves(typeOfDomain(domain))[0]
  if (leaf !== undefined) emit(c, { op: 'store', variable: variableOf(c, place, leaf).id, index: [...place.index, index], value, at })
  c.stores++
}

/** Whether an integer is in a set in the state; false for one that no member can be. */
export const hasMember = (c: Context, place: Place, i: { e: Expr; lo: number; hi: number }, at: Span): Expr => {
  const domain = unghost(place.domain)
  const leaf = leaves(typeOfDomain(domain))[0]
  if (domain.kind !== 'set' || leaf === undefined) throw new Error('not a set')
  const variable = variableOf(c, place, leaf)
  const read = (index: Expr): Expr => {
    const e = load(variable.id, [...place.index, index])
    if (variable.role.kind === 'ghost') c.ghostReads.set(e, at)
    return e
  }
  if (i.lo >= 0 && i.hi < domain.size) return read(i.e)
  if (i.hi < 0 || i.lo >= domain.size) return zero
  const e = settle(c, i.e)
  const inside = and(binary('ge', e, zero), binary('lt', e, constant(domain.size)))
  return and(inside, read(binary('min', binary('max', e, zero), constant(domain.size - 1))))
}

/** Whether two values are the same; null where they are objects, which have no such comparison. */
export const equal = (a: Value, b: Value): Expr | null => {
  if (a.k === 'const' && b.k === 'const') return isObject(a.value) && isObject(b.value) ? null : constant(Number(a.value === b.value))
  if (a.k === 'optional' || b.k === 'optional') {
    const [o, other] = a.k === 'optional' ? [a, b] : [b, a]
    if (o.k !== 'optional') return null
    if (other.k === 'const' && (other.value === null || other.value === undefined)) {
      // An optional that is there may itself hold nothing: what `find` found may be null.
      const nothing = and(o.present, equal(o.of, other) ?? zero)
      return other.value === o.absent ? or(not(o.present), nothing) : nothing
    }
    if (other.k !== 'optional') {
      const payload = equal(o.of, other)
      return payload === null ? null : and(o.present, payload)
    }
    const payload = equal(o.of, other.of)
    if (payload === null) return null
    const bothAbsent = o.absent === other.absent ? and(not(o.present), not(other.present)) : zero
    const oneHoldsNothing =
      o.absent === other.absent
        ? zero
        : or(
            all([not(o.present), other.present, equal(other.of, constantValue(o.absent)) ?? zero]),
            all([o.present, not(other.present), equal(o.of, constantValue(other.absent)) ?? zero]),
          )
    return or(or(bothAbsent, oneHoldsNothing), all([o.present, other.present, payload]))
  }
  if (isNothing(a) || isNothing(b)) return zero
  const [p, q] = [asInt(a), asInt(b)]
  if (p !== null && q !== null) return p.hi < q.lo || q.hi < p.lo ? zero : eq(p.e, q.e)
  const [x, y] = [asBool(a), asBool(b)]
  if (x !== null && y !== null)
    return x.op === 'const' ? (x.value === 0 ? not(y) : y) : y.op === 'const' ? (y.value === 0 ? not(x) : x) : eq(x, y)
  if (isString(a) && isString(b)) {
    const values = a.k === 'enum' ? a.values : b.k === 'enum' ? b.values : []
    const [s, t] = [enumPosition(a, values), enumPosition(b, values)]
    // -1 stands for a string that is not in `values`; two such may differ, but then both sides are enums and the other list decides.
    if (a.k === 'enum' && b.k === 'enum' && b.values.some((v) => !a.values.includes(v))) return and(binary('ge', t, zero), eq(s, t))
    return (t.op === 'const' && t.value < 0) || (s.op === 'const' && s.value < 0) ? zero : eq(s, t)
  }
  const scalar = (v: Value): boolean => v.k === 'int' || v.k === 'bool' || v.k === 'enum' || (v.k === 'const' && !isObject(v.value))
  return scalar(a) && scalar(b) ? zero : scalar(a) !== scalar(b) ? zero : null
}

const isObject = (x: unknown): boolean => typeof x === 'object' && x !== null
const isNothing = (v: Value): boolean => v.k === 'const' && (v.value === null || v.value === undefined)
const isString = (v: Value): boolean => v.k === 'enum' || (v.k === 'const' && typeof v.value === 'string')

/** One of several values, by a condition that is 1 for exactly one of them (the last one otherwise). */
export const selectLeaves = (conditions: readonly Expr[], rows: readonly (readonly (readonly Expr[])[])[]): Expr[][] =>
  (rows[0] ?? []).map((es, leaf) =>
    es.map((_, element) =>
      rows.reduceRight<Expr>(
        (rest, row, i) =>
          i === rows.length - 1 ? (row[leaf]?.[element] ?? zero) : select(conditions[i] ?? zero, row[leaf]?.[element] ?? zero, rest),
        zero,
      ),
    ),
  )
