/** Methods of sets, in the state and of copies. */
import type { CallExpression } from 'oxc-parser'
import { and, binary, constant, eq, one, or, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { integer } from '../values/arithmetic.js'
import { type Into, spanOfInto } from '../values/coerce.js'
import type { Context } from '../values/context.js'
import { settle } from '../values/emit.js'
import { conditional } from '../values/flow.js'
import type { Scope } from '../values/scope.js'
import { refuse, spanOf } from '../values/site.js'
import { hasMember } from '../values/state-places.js'
import { clearPlace, refuseWrite, storeMember } from '../values/store.js'
import { boolean, int, type Place, undefinedValue, type Value } from '../values/value.js'
import { present } from './access.js'
import { argumentsOf, receiverOf } from './call.js'

type SetValue = Extract<Value, { k: 'ref' | 'set' }>

interface SetCall {
  readonly set: SetValue
  /** The argument; undefined where there is none. */
  readonly argument: Value
  readonly into: Into
}

type SetMethod = (c: Context, call: SetCall) => Value

/** The set in the state that a method changes. */
const changed = (c: Context, { set, into: { site } }: SetCall, method: string): Place =>
  set.k === 'ref' ? set.place : refuse(c, 'MC103', site.file, site.node, `'${method}' on a copy of a set`, 'change the set in the state')

export const setMethods: Readonly<Record<'has' | 'add' | 'delete' | 'clear', SetMethod>> = {
  has: (c, { set, argument, into: { site } }) => {
    const i = integer(c, argument, site, 'has')
    return set.k === 'ref'
      ? boolean(hasMember(c, set.place, i, spanOf(site.file, site.node)))
      : boolean(set.members.map((e, k): Expr => (k < i.lo || k > i.hi ? zero : select(eq(i.e, constant(k)), e, zero))).reduce(or, zero))
  },
  add: (c, call) => {
    const { set, argument, into } = call
    storeMember(c, changed(c, call, 'add'), present(c, argument, into.site), one, into)
    return set
  },
  /** Deleting what cannot be a member does nothing. The value says whether there was something to delete. */
  delete: (c, call) => {
    const { argument, into } = call
    const { site } = into
    const place = changed(c, call, 'delete')
    const i = integer(c, argument, site, 'delete')
    const size = place.domain.kind === 'set' ? place.domain.size : 0
    const e = settle(c, i.e)
    const inside = and(i.lo >= 0 ? one : binary('ge', e, zero), i.hi < size ? one : binary('lt', e, constant(size)))
    const was = hasMember(c, place, { e, lo: i.lo, hi: i.hi }, spanOf(site.file, site.node))
    conditional(
      c,
      inside,
      () => {
        storeMember(c, place, int(e, Math.max(0, i.lo), Math.min(size - 1, i.hi)), zero, into)
        return undefinedValue
      },
      () => undefinedValue,
      site,
    )
    return boolean(was)
  },
  clear: (c, call) => {
    const place = changed(c, call, 'clear')
    refuseWrite(c, call.into)
    clearPlace(c, place, spanOfInto(call.into))
    return undefinedValue
  },
}

/** Methods of lists that a set gets by being spread. */
const ofLists: ReadonlySet<string> = new Set(['every', 'some', 'filter', 'map', 'find', 'reduce'])

export const setMethod = (c: Context, set: SetValue, method: string, node: CallExpression, scope: Scope): Value => {
  const [argument = undefinedValue] = argumentsOf(c, node, scope)
  const into = receiverOf(c, node, scope)
  if (isSetMethod(method)) return setMethods[method](c, { set, argument, into })
  if (ofLists.has(method))
    return refuse(c, 'MC103', scope.file, node, `a set has no '${method}'`, `spread it: [...${into.name}].${method}(...)`)
  return refuse(c, 'MC103', scope.file, node, `'${method}' of a set is outside the language`, 'use has add delete clear size, and loops')
}

const isSetMethod = (name: string): name is keyof typeof setMethods => Object.hasOwn(setMethods, name)
