/** Methods: of which kind of receiver each is. */
import type { CallExpression } from 'oxc-parser'
import { or, zero } from '../../ir/build.js'
import type { Context } from '../values/context.js'
import { equal } from '../values/equality.js'
import { whileUsed } from '../values/ownership.js'
import type { Scope } from '../values/scope.js'
import { boolean, constantValue, undefinedValue, type Value } from '../values/value.js'
import { argumentsOf } from './call.js'
import { listMethod, listMethods } from './list-methods.js'
import { isQueueMethod, pushLocal, queueMethods } from './queue-methods.js'
import { setMethod, setMethods } from './set-methods.js'

/** Methods that are looked for where others are, and are refused by their names. */
const missed: ReadonlySet<string> = new Set(['fill', 'findLast', 'flatMap', 'lastIndexOf'])

/** Whether something with items may have a method of this name. */
export const isMethod = (name: string): boolean =>
  [listMethods, queueMethods, setMethods].some((methods) => Object.hasOwn(methods, name)) || missed.has(name)

export const method = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  return callee.type === 'MemberExpression' && name !== 'push'
    ? whileUsed(c, callee.object, receiver, scope, () => methodOf(c, receiver, name, node, scope))
    : methodOf(c, receiver, name, node, scope)
}

const methodOf = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope): Value => {
  if (receiver.k === 'ref' && receiver.place.domain.kind === 'queue' && isQueueMethod(name))
    return queueMethods[name](c, receiver.place, node, scope)
  if ((receiver.k === 'ref' && receiver.place.domain.kind === 'set') || receiver.k === 'set')
    return setMethod(c, receiver, name, node, scope)
  if (name === 'push') return pushLocal(c, receiver, node, scope)
  if (receiver.k === 'const' && receiver.value instanceof Set && name === 'has') {
    const [member = undefinedValue] = argumentsOf(c, node, scope)
    return boolean([...receiver.value].map((x: unknown) => equal(member, constantValue(x)) ?? zero).reduce(or, zero))
  }
  return listMethod(c, receiver, name, node, scope)
}
