/** Values as those of a domain, with the checks that it asks for. */
import { and, binary, constant, eq, not, one, select, zero } from '../../ir/build.js'
import type { Expr, Span, Stmt } from '../../ir/system.js'
import type { Domain } from '../../lang/domain.js'
import type { Context } from './context.js'
import { check, emit, emitInto, settle, settleValue } from './emit.js'
import { isWritten, refuseIdentity } from './identity.js'
import { compact, enumPosition, lower, raise, scalarAt, zeros } from './layout.js'
import { refuse, type Site, spanOf } from './site.js'
import { stale } from './stale.js'
import { snapshot, stillThere, unghost, wholeOf } from './state-places.js'
import { typeOfDomain } from './type.js'
import {
  absences,
  asBool,
  asInt,
  boolean,
  constantValue,
  describe,
  describeDomain,
  int,
  lift,
  type Value,
  withoutUndefined,
} from './value.js'

/** Where a value goes: what the author calls it, and where this is written. */
export interface Into {
  readonly name: string
  readonly site: Site
}

type DomainOf<K extends Domain['kind']> = Extract<Domain, { kind: K }>

export const spanOfInto = ({ site }: Into): Span => spanOf(site.file, site.node)

/**
 * The value as one of the domain, with checks where it might be outside.
 * Refuses values that are of another type altogether.
 */
export const coerce = (c: Context, v: Value, target: Domain, into: Into): Value => {
  const domain = unghost(target)
  if (v.k === 'stale') return stale(c, v, into.site)
  if (v.k === 'ref') stillThere(c, v.place, spanOfInto(into))
  if (v.k === 'optional' && domain.kind !== 'optional') {
    check(c, v.present, 'range', spanOfInto(into), `${into.name} = ${String(v.absent)} is outside its domain`)
    return coerce(c, v.of, domain, into)
  }
  switch (domain.kind) {
    case 'bool': {
      const e = asBool(v)
      return e === null ? wrong(c, v, domain, into) : boolean(e)
    }
    case 'range':
      return coerceInteger(c, v, domain, into)
    case 'oneOf':
      return coerceEnum(c, v, domain, into)
    case 'optional':
      return coerceOptional(c, v, domain, into)
    case 'record': {
      const whole = lift(wholeOf(c, spanOfInto(into))(v))
      if (whole.k !== 'record') return wrong(c, v, domain, into)
      return { k: 'record', fields: coerceFields(c, whole.fields, domain.fields, into) }
    }
    case 'array':
      return coerceArray(c, v, domain, into)
    case 'queue':
      return coerceQueue(c, v, domain, into)
    case 'set': {
      const at = spanOfInto(into)
      const whole = wholeOf(c, at)(v)
      if (whole.k !== 'set') return wrong(c, v, domain, into)
      for (const member of whole.members.slice(domain.size))
        check(c, not(member), 'range', at, `${into.name} has a member outside 0..${domain.size - 1}`)
      // A smaller set lacks the members that it cannot have.
      return { k: 'set', members: Array.from({ length: domain.size }, (_, i) => whole.members[i] ?? zero) }
    }
    case 'union':
      return coerceUnion(c, v, domain, into)
    case 'ghost':
      return coerce(c, v, domain.of, into)
  }
}

const wrong = (c: Context, v: Value, domain: Domain, { name, site }: Into): never =>
  refuse(
    c,
    'MC201',
    site.file,
    site.node,
    `${describe(v)} is stored in ${name}, which is ${describeDomain(domain)}`,
    'store a value of the domain, or widen the domain in `state`',
  )

const coerceInteger = (c: Context, v: Value, domain: DomainOf<'range'>, into: Into): Value => {
  const i = asInt(v)
  if (i === null) return wrong(c, v, domain, into)
  if (domain.ids && domain.hi > 0 && v.k === 'const' && isWritten(c, into.site))
    refuseIdentity(c, `${into.name} is set to a number`, into.site)
  if (i.lo >= domain.lo && i.hi <= domain.hi) return int(i.e, i.lo, i.hi, domain.ids ? { ids: true } : {})
  const e = settle(c, i.e)
  const above = i.lo >= domain.lo ? one : binary('ge', e, constant(domain.lo))
  const below = i.hi <= domain.hi ? one : binary('le', e, constant(domain.hi))
  check(c, and(above, below), 'range', spanOfInto(into), `${into.name} is outside range(${domain.lo}, ${domain.hi})`)
  return e.op === 'const' ? constantValue(Math.min(domain.hi, Math.max(domain.lo, e.value))) : { k: 'int', e, lo: domain.lo, hi: domain.hi }
}

const coerceEnum = (c: Context, v: Value, domain: DomainOf<'oneOf'>, into: Into): Value => {
  const { name, site } = into
  if (v.k === 'const' && typeof v.value === 'string') {
    if (!domain.values.includes(v.value))
      return refuse(
        c,
        'MC201',
        site.file,
        site.node,
        `'${v.value}' is stored in ${name}, which is ${describeDomain(domain)}`,
        `write one of ${domain.values.map((x) => `'${x}'`).join(', ')}`,
      )
    return { k: 'enum', e: constant(domain.values.indexOf(v.value)), values: domain.values }
  }
  if (v.k !== 'enum') return wrong(c, v, domain, into)
  const e = enumPosition(v, domain.values)
  if (v.values.every((x) => domain.values.includes(x))) return { k: 'enum', e, values: domain.values }
  const settled = settle(c, e)
  check(c, binary('ge', settled, zero), 'range', spanOfInto(into), `${name} is outside oneOf(${domain.values.join(', ')})`)
  return { k: 'enum', e: settled, values: domain.values }
}

const coerceOptional = (c: Context, v: Value, domain: DomainOf<'optional'>, into: Into): Value => {
  const at = spanOfInto(into)
  if (v.k === 'const' && v.value === null) return v
  if (v.k === 'const' && v.value === undefined) return wrong(c, v, domain, into)
  if (v.k !== 'optional') return coerce(c, v, domain.of, into)
  const { undefinedWhen } = absences(v)
  if (undefinedWhen.op !== 'const' || undefinedWhen.value !== 0) {
    check(c, not(undefinedWhen), 'range', at, `${into.name} = undefined is outside its domain`)
    return coerce(c, withoutUndefined(v), domain, into)
  }
  const of = convertWhere(c, v.present, v.of, at, (payload) => coerce(c, payload, domain.of, into))
  return { k: 'optional', present: v.present, absent: null, of }
}

const coerceArray = (c: Context, v: Value, domain: DomainOf<'array'>, into: Into): Value => {
  const { name, site } = into
  const at = spanOfInto(into)
  const whole = lift(wholeOf(c, at)(v))
  if (whole.k !== 'list') return wrong(c, v, domain, into)
  const { items, length } = compact(whole.items, wholeOf(c, at))
  if (items.length < domain.length || (length.op === 'const' && length.value !== domain.length))
    return refuse(
      c,
      'MC205',
      site.file,
      site.node,
      `a list of ${length.op === 'const' ? length.value : `at most ${items.length}`} is stored in ${name}, which is an array of ${domain.length}`,
      `store exactly ${domain.length} elements`,
    )
  if (length.op !== 'const') check(c, eq(length, constant(domain.length)), 'range', at, `${name} takes exactly ${domain.length} elements`)
  return {
    k: 'list',
    items: items
      .slice(0, domain.length)
      .map((item, i) => ({ present: one, value: coerce(c, item.value, domain.of, { name: `${name}[${i}]`, site }) })),
  }
}

const coerceQueue = (c: Context, v: Value, domain: DomainOf<'queue'>, into: Into): Value => {
  const { name, site } = into
  const at = spanOfInto(into)
  const whole = lift(wholeOf(c, at)(v))
  if (whole.k !== 'list') return wrong(c, v, domain, into)
  const { items, length } = compact(whole.items, wholeOf(c, at))
  if (items.length > domain.capacity)
    check(c, binary('le', settle(c, length), constant(domain.capacity)), 'range', at, `${name} takes at most ${domain.capacity} elements`)
  return {
    k: 'list',
    items: items.slice(0, domain.capacity).map((item, i) => ({
      present: item.present,
      value: convertWhere(c, item.present, item.value, at, (value) => coerce(c, value, domain.of, { name: `${name}[${i}]`, site })),
    })),
  }
}

const coerceUnion = (c: Context, v: Value, domain: DomainOf<'union'>, into: Into): Value => {
  const { name, site } = into
  const at = spanOfInto(into)
  const whole = lift(wholeOf(c, at)(v))
  if (whole.k === 'record') return coerceVariant(c, v, whole.fields, domain, into)
  if (whole.k !== 'union' || whole.tag !== domain.tag) return wrong(c, v, domain, into)
  const ownOf = (variant: string): Readonly<Record<string, Domain>> | undefined =>
    Object.hasOwn(domain.variants, variant) ? domain.variants[variant] : undefined
  const fits = whole.variants.map(([variant, fields]) => hasFields(ownOf(variant), fields))
  return {
    k: 'union',
    tag: domain.tag,
    at: whole.at,
    variants: whole.variants.map(([variant, fields], i) => {
      const own = ownOf(variant)
      const active = eq(whole.at, constant(i))
      if (fits.includes(true) && fits[i] !== true) {
        // TypeScript knows from a test before that it is none of these; here it is asked.
        const message = own === undefined ? `${name} has no variant '${variant}'` : `${name}: '${variant}' has other fields`
        check(c, not(active), 'range', at, message)
        return [variant, new Map()]
      }
      if (own === undefined)
        return refuse(
          c,
          'MC205',
          site.file,
          site.node,
          `${name} has no variant '${variant}'`,
          `its variants are ${Object.keys(domain.variants).join(', ')}`,
        )
      const coerced = convertWhere(c, active, { k: 'record', fields }, at, (value) => ({
        k: 'record',
        fields: coerceFields(c, value.k === 'record' ? value.fields : fields, own, into),
      }))
      return [variant, zeroUnless(c, active, coerced.k === 'record' ? coerced.fields : fields, own, at)]
    }),
  }
}

/** A record as a union: its tag says of which variant. */
const coerceVariant = (c: Context, v: Value, all: ReadonlyMap<string, Value>, domain: DomainOf<'union'>, into: Into): Value => {
  const { name, site } = into
  const tag = thereOrCheck(c, all.get(domain.tag), spanOfInto(into), `${name}.${domain.tag}`)
  const given = new Map([...all].filter(([f]) => f !== domain.tag))
  if (tag?.k === 'enum') {
    // Which variant it is, is known only when the model runs.
    const variants = tag.values.map((variant): [string, ReadonlyMap<string, Value>] => [variant, given])
    return coerce(c, { k: 'union', tag: domain.tag, at: settle(c, tag.e), variants }, domain, into)
  }
  const variant = tag?.k === 'const' && typeof tag.value === 'string' ? tag.value : null
  const fields = variant !== null && Object.hasOwn(domain.variants, variant) ? domain.variants[variant] : undefined
  if (variant === null || fields === undefined)
    return refuse(
      c,
      'MC205',
      site.file,
      site.node,
      `${describe(v)} is stored in ${name}, whose '${domain.tag}' is one of ${Object.keys(domain.variants).join(', ')}`,
      `give '${domain.tag}' as one of those strings`,
    )
  return { k: 'record', fields: new Map([[domain.tag, constantValue(variant)], ...coerceFields(c, given, fields, into)]) }
}

/** A value that must be there. */
const thereOrCheck = (c: Context, v: Value | undefined, at: Span, name: string): Value | undefined => {
  if (v?.k !== 'optional') return v
  check(c, v.present, 'range', at, `${name} = ${String(v.absent)} is outside its domain`)
  return v.of
}

const hasFields = (domains: Readonly<Record<string, Domain>> | undefined, fields: ReadonlyMap<string, Value>): boolean =>
  domains !== undefined && Object.keys(domains).length === fields.size && [...fields.keys()].every((name) => Object.hasOwn(domains, name))

/** Converts a value that matters only where a condition holds; only there its checks can fail. */
const convertWhere = (c: Context, condition: Expr, v: Value, at: Span, convert: (v: Value) => Value): Value => {
  const attempt: Stmt[] = []
  const plain = emitInto(c, attempt, () => convert(v))
  if (attempt.length === 0) return plain
  // What the checks look at is computed before them: it is used behind them too, whatever the condition says.
  const settled = settleValue(c, snapshot(c, v, at))
  const checks: Stmt[] = []
  const converted = emitInto(c, checks, () => {
    if (v.k === 'ref') stillThere(c, v.place, at)
    return convert(settled)
  })
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
      return [name, raise(type, (leaf, i) => select(active, scalarAt(rows, leaf, i), scalarAt(missing, leaf, i)))]
    }),
  )

const coerceFields = (
  c: Context,
  given: ReadonlyMap<string, Value>,
  fields: Readonly<Record<string, Domain>>,
  { name, site }: Into,
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
      site.file,
      site.node,
      `the record stored in ${name} ${complaints.join(' and ')}`,
      `its fields are { ${Object.keys(fields).join(', ')} }`,
    )
  }
  return new Map(
    Object.entries(fields).map(([f, d]) => [f, coerce(c, given.get(f) ?? constantValue(undefined), d, { name: `${name}.${f}`, site })]),
  )
}
