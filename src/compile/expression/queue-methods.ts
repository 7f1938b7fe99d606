/** Methods that make a queue of the state longer or shorter, or a local list longer. */
import type { CallExpression, Expression } from 'oxc-parser'
import { one } from '../../ir/build.js'
import type { Context } from '../values/context.js'
import { settleValue } from '../values/emit.js'
import { freshnessOf, leak, noteChange, refuseOutside, refuseWhileLooping, whileUsed, whyShared } from '../values/ownership.js'
import { lookup, type Scope } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { queueLength } from '../values/state-places.js'
import { pushPlace, shiftPlace } from '../values/store.js'
import { describe, type Place, undefinedValue, type Value } from '../values/value.js'
import { cellValue, setCell } from '../values/way.js'
import { argumentsOf, receiverOf } from './call.js'
import { itemsOf, lengthOf } from './element.js'
import { evaluateObject } from './expression.js'

type QueueMethod = (c: Context, queue: Place, node: CallExpression, scope: Scope) => Value

export const queueMethods: Readonly<Record<'push' | 'shift', QueueMethod>> = {
  push: (c, queue, node, scope) => {
    // The queue takes copies: an object that is pushed gets no second name.
    const pushed = node.arguments.map((a) => {
      if (a.type === 'SpreadElement')
        return refuse(c, 'MC101', scope.file, a, 'arguments are spread', 'push one by one: for (const x of ...) q.push(x)')
      return evaluateObject(c, a, scope)
    })
    for (const v of pushed) pushPlace(c, queue, v, receiverOf(c, node, scope))
    return queueLength(c, queue, spanOf(scope.file, node))
  },
  shift: (c, queue, node, scope) => shiftPlace(c, queue, receiverOf(c, node, scope)),
}

export const isQueueMethod = (name: string): name is keyof typeof queueMethods => Object.hasOwn(queueMethods, name)

/** `push` on a list that a local holds. */
export const pushLocal = (c: Context, receiver: Value, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  const object = callee.type === 'MemberExpression' ? callee.object : null
  const found = object?.type === 'Identifier' ? lookup(scope, object.name) : null
  const list = receiver.k === 'list' || (receiver.k === 'const' && Array.isArray(receiver.value)) ? receiver : null
  if (list === null || found === null || !('cell' in found))
    return refuse(c, 'MC103', scope.file, node, `push on ${describe(receiver)}`, 'push to a queue of the state, or to a local list')
  const shared = whyShared(c, found.cell, 1)
  if (shared !== null)
    return refuse(c, 'MC304', scope.file, node, shared.message, `make a list of its own first: const own = [...${found.cell.name}]`)
  refuseWhileLooping(c, found.cell, scope.file, node)
  refuseOutside(c, found.cell, scope.file, node)
  const site: Site = { file: scope.file, node }
  const added = whileUsed(c, object as Expression, list, scope, () => argumentsOf(c, node, scope)).map((value) => ({
    present: one,
    value: settleValue(c, value),
  }))
  noteChange(c, found.cell, 1)
  const items = itemsOf(c, cellValue(c, found.cell) ?? list, site)
  if (node.arguments.some((a, i) => a.type === 'SpreadElement' || freshnessOf(c, a, added[i]?.value ?? undefinedValue) !== 'own'))
    leak(c, found.cell)
  const all = [...items, ...added]
  setCell(c, found.cell, { k: 'list', items: all })
  return lengthOf(all)
}
