/** Members: `a.b`, `a?.b`, of the state, of local objects, of constants. */
import type { Expression, MemberExpression } from 'oxc-parser'
import { constant, eq, one, or, zero } from '../../ir/build.js'
import type { Domain } from '../../lang/domain.js'
import { borrow, holdsListOfObjects } from '../values/borrowed.js'
import type { Context } from '../values/context.js'
import { check } from '../values/emit.js'
import { selectLeaves } from '../values/equality.js'
import { ifThere, joinOrRefuse } from '../values/flow.js'
import { readParam } from '../values/free.js'
import { lower, raise, scalarAt } from '../values/layout.js'
import { whileUsed } from '../values/ownership.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { fieldPlace, queueLength, readPlace, readWhole, stillThere, variantPlace, wholeOf } from '../values/state-places.js'
import { typeOf } from '../values/type.js'
import { asInt, constantValue, describe, lift, type Place, undefinedValue, type Value } from '../values/value.js'
import { call } from './call.js'
import { countMembers, element, lengthOf } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import { isMethod } from './methods.js'

/** An object that must be there: null is a range violation, as the TypeError that it is in JavaScript. */
export const present = (c: Context, v: Value, { file, node }: Site): Value => {
  if (v.k !== 'optional') return v
  check(c, v.present, 'range', spanOf(file, node), `${textOf(c, file, node)}: the object is ${String(v.absent)}`)
  return v.of
}

/** What is always null is not there on any way. */
export const neverNull = (c: Context, v: Value, { file, node }: Site): Value => {
  if (v.k === 'const' && (v.value === null || v.value === undefined))
    check(c, zero, 'range', spanOf(file, node), `${textOf(c, file, node)}: the object is ${String(v.value)}`)
  return v
}

export const member = (c: Context, node: MemberExpression, scope: Scope): Value => {
  if (node.property.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, node, 'a private name is outside the language', 'write functions; the state is their argument')
  return memberOf(c, evaluateObject(c, node.object, scope), node, scope)
}

/**
 * `a?.b.c`: what follows `?.`, to the end of the chain, is evaluated only where the object is there; else the chain is
 * undefined.
 */
export const chain = (c: Context, node: Expression, scope: Scope): Value => link(c, node, scope, (v) => v)

/** Goes on with the value of a link of a chain, if the chain comes to it. */
const link = (c: Context, node: Expression, scope: Scope, then: (v: Value) => Value): Value => {
  if (!containsOptional(node)) return then(evaluateObject(c, node, scope))
  const site = siteOf(scope, node)
  switch (node.type) {
    case 'TSNonNullExpression':
      return link(c, node.expression, scope, (v) => then(present(c, v, site)))
    case 'MemberExpression':
      return link(c, node.object, scope, (object) => linkedBy(c, node, object, (there) => then(linkedMember(c, there, node, scope)), site))
    case 'CallExpression':
      return link(c, node.callee, scope, (callee) => linkedBy(c, node, callee, (there) => then(call(c, node, scope, there)), site))
    default:
      return then(evaluateObject(c, node, scope))
  }
}

/**
 * A link `[i]` of a chain. Outside of a list that is no part of the state JavaScript finds undefined there, which
 * nobody can tell from that of the chain: so what may be outside is refused.
 */
const linkedMember = (c: Context, object: Value, node: MemberExpression, scope: Scope): Value => {
  const list = lift(object)
  if (!node.computed || list.k !== 'list') return memberOf(c, object, node, scope)
  const index = whileUsed(c, node.object, object, scope, () => evaluate(c, node.property as Expression, scope))
  const i = asInt(index)
  const least = asInt(lengthOf(list.items))?.lo ?? 0
  if (i === null || i.lo < 0 || i.hi >= least)
    return refuse(
      c,
      'MC101',
      scope.file,
      node,
      'an index behind ?. that may be outside of a list of your own',
      'test for null first: x === null ? ... : x[i]',
    )
  return element(c, list, index, siteOf(scope, node.property), siteOf(scope, node))
}

const linkedBy = (c: Context, node: { readonly optional: boolean }, before: Value, then: (there: Value) => Value, site: Site): Value =>
  node.optional ? ifThere(c, before, then, () => undefinedValue, site) : then(before)

const containsOptional = (node: Expression): boolean =>
  (node.type === 'MemberExpression' && (node.optional || containsOptional(node.object))) ||
  (node.type === 'CallExpression' && (node.optional || containsOptional(node.callee))) ||
  (node.type === 'TSNonNullExpression' && containsOptional(node.expression))

const memberOf = (c: Context, object: Value, node: MemberExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.property.type === 'PrivateIdentifier') return undefinedValue
  if (!node.computed) return property(c, object, node.property.name, site)
  const { property: key } = node
  const index = whileUsed(c, node.object, object, scope, () => evaluate(c, key, scope))
  return memberAt(c, object, index, siteOf(scope, key), site)
}

/** `object[index]`: a field where the index is known to be its name, else an element. */
export const memberAt = (c: Context, object: Value, index: Value, at: Site, site: Site): Value =>
  index.k === 'const' && typeof index.value === 'string' ? property(c, object, index.value, site) : element(c, object, index, at, site)

/** `object.name`. */
export const property = (c: Context, object: Value, name: string, site: Site): Value => {
  const missing = (fields: readonly string[]): never => missingProperty(c, object, name, fields, site)
  switch (object.k) {
    case 'const':
      return propertyOfConstant(c, object, name, site)
    case 'state': {
      const place = rootPlace(c, name)
      return place === null
        ? refuse(
            c,
            'MC206',
            site.file,
            site.node,
            `the state has no variable '${name}'`,
            `its variables are ${Object.keys(c.state).join(', ')}`,
          )
        : readPlace(c, place, spanOf(site.file, site.node))
    }
    case 'ref':
      return propertyOfReference(c, object, name, site)
    case 'record': {
      const v = object.fields.get(name)
      if (v === undefined) return missing([...object.fields.keys()])
      return v.k === 'stale' ? stale(c, v, site) : v
    }
    case 'list':
      return name === 'length' ? lengthOf(object.items) : isMethod(name) ? { k: 'method', receiver: object, name } : missing([])
    case 'set':
      return name === 'size' ? countMembers(object) : isMethod(name) ? { k: 'method', receiver: object, name } : missing([])
    case 'union':
      return unionField(c, object, name, site)
    case 'match':
      return { k: 'method', receiver: object, name }
    case 'optional':
      return property(c, present(c, object, site), name, site)
    case 'stale':
      return stale(c, object, site)
    default:
      return missing([])
  }
}

const missingProperty = (c: Context, object: Value, name: string, fields: readonly string[], site: Site): never => {
  if (fields.length === 0 && (name in Array.prototype || name in Set.prototype))
    return refuse(
      c,
      'MC103',
      site.file,
      site.node,
      `'${name}' of ${describe(object)} is outside the language`,
      'arrays and queues have every some find findIndex filter map reduce includes indexOf at length; queues push shift; sets has add delete clear size',
    )
  return refuse(
    c,
    'MC206',
    site.file,
    site.node,
    `${describe(object)} has no '${name}'`,
    fields.length === 0 ? 'docs/LANGUAGE.md lists what each domain offers' : `it has ${fields.join(', ')}`,
  )
}

const propertyOfConstant = (c: Context, object: Extract<Value, { k: 'const' }>, name: string, site: Site): Value => {
  const { value } = object
  if (value === null || value === undefined)
    return refuse(c, 'MC206', site.file, site.node, `'${name}' of ${String(value)}`, 'test for null first, or write ?.')
  if (Array.isArray(value) && name === 'length') return constantValue(value.length)
  if ((Array.isArray(value) || value instanceof Set || typeof value === 'string') && isMethod(name))
    return { k: 'method', receiver: object, name }
  const free = readParam(c, value, name)
  if (free !== null) {
    if (c.code.purpose === 'start') c.code.startRead ??= spanOf(site.file, site.node)
    return free
  }
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'string')
    return missingProperty(c, object, name, [], site)
  const found: unknown = Reflect.get(Object(value), name)
  if (found === undefined && !(name in Object(value)))
    return missingProperty(c, object, name, typeof value === 'object' ? Object.keys(value) : [], site)
  return constantValue(found)
}

const propertyOfReference = (c: Context, object: Extract<Value, { k: 'ref' }>, name: string, site: Site): Value => {
  const at = spanOf(site.file, site.node)
  const missing = (fields: readonly string[]): never => missingProperty(c, object, name, fields, site)
  const methodOr = (): Value => (isMethod(name) ? { k: 'method', receiver: object, name } : missing([]))
  const place = stillThere(c, object.place, at)
  const { domain } = place
  switch (domain.kind) {
    case 'record': {
      const field = fieldPlace(place, name)
      return field === null ? missing(Object.keys(domain.fields)) : readPlace(c, field, at, object.origin)
    }
    case 'array':
      return name === 'length' ? constantValue(domain.length) : methodOr()
    case 'queue':
      return name === 'length' ? queueLength(c, place, at) : methodOr()
    case 'set':
      return name === 'size' ? countMembers(readWhole(c, place, at)) : methodOr()
    case 'union': {
      const whole = readWhole(c, place, at)
      const holders = Object.entries(domain.variants).filter(([, fields]) => Object.hasOwn(fields, name))
      const [variant, fields] = holders[0] ?? []
      const field = fields?.[name]
      if (variant === undefined || field === undefined || holders.length > 1 || whole.k !== 'union') {
        if (holders.some((holder) => holdsListOfObjects(holder[1][name] as Domain))) return refuseShared(c, name, site)
        return borrow(c, unionField(c, whole, name, site), place)
      }
      // The payload is a part of the state: an object in it is a reference, as all others are.
      const here = Object.keys(domain.variants).indexOf(variant)
      check(c, eq(whole.at, constant(here)), 'range', at, `'${name}' of a variant that has none`)
      return readPlace(c, variantPlace(c, place, variant, name, field), at, object.origin)
    }
    default:
      return missing([])
  }
}

const refuseShared = (c: Context, name: string, { file, node }: Site): never =>
  refuse(
    c,
    'MC209',
    file,
    node,
    `'${name}' is a list of objects in several variants: which of them is meant is not known here`,
    'give it a name of its own in each variant',
  )

export const rootPlace = (c: Context, name: string): Place | null => {
  const domain = Object.hasOwn(c.state, name) ? c.state[name] : undefined
  return domain === undefined ? null : { name, domain, index: [], dims: [], inside: [] }
}

export const unionField = (c: Context, v: Value, name: string, site: Site): Value => {
  if (v.k !== 'union') return undefinedValue
  if (name === v.tag) return { k: 'enum', e: v.at, values: v.variants.map(([variant]) => variant) }
  const holders = v.variants.flatMap(([, fields], i) => {
    const field = fields.get(name)
    return field === undefined ? [] : [{ i, field }]
  })
  const [first] = holders
  if (first === undefined)
    return refuse(
      c,
      'MC206',
      site.file,
      site.node,
      `no variant of the union has '${name}'`,
      `its variants are ${v.variants.map(([variant]) => variant).join(', ')}`,
    )
  const here = holders.map(({ i }) => eq(v.at, constant(i)))
  check(
    c,
    here.length === v.variants.length ? one : here.reduce(or, zero),
    'range',
    spanOf(site.file, site.node),
    `'${name}' of a variant that has none`,
  )
  const type = holders.map(({ field }) => typeOf(field)).reduce((a, b) => joinOrRefuse(c, a, b, site, `'${name}'`))
  const rows = holders.map(({ field }) => lower(field, type, wholeOf(c, spanOf(site.file, site.node))))
  const selected = selectLeaves(here, rows)
  return raise(type, (leaf, i) => scalarAt(selected, leaf, i))
}
