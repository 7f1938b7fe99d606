import type { Context } from '../values/context.js'
import { lookup, type Scope, siteOf } from '../values/scope.js'
import { refuse } from '../values/site.js'
import { stale } from '../values/stale.js'
import { constantValue, type Value } from '../values/value.js'
import { cellValue } from '../values/way.js'

const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['undefined', undefined],
  ['Math', Math],
  ['Number', Number],
  ['Boolean', Boolean],
  ['Object', Object],
  ['Array', Array],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
])

export const identifier = (c: Context, node: { name: string; start: number; end: number }, scope: Scope): Value => {
  const found = lookup(scope, node.name)
  if (found === null) {
    if (globals.has(node.name)) return constantValue(globals.get(node.name))
    if (['Date', 'performance', 'process', 'crypto', 'fetch', 'console', 'globalThis', 'setTimeout'].includes(node.name))
      return refuse(
        c,
        'MC105',
        scope.file,
        node,
        `'${node.name}' is the world outside the model`,
        'what the environment may do is a rule or a `choose`',
      )
    if (node.name in globalThis)
      return refuse(c, 'MC102', scope.file, node, `'${node.name}' is no part of the language`, 'docs/LANGUAGE.md lists what can be written')
    return refuse(c, 'MC116', scope.file, node, `'${node.name}' stands for nothing here`, 'declare or import it, before this line')
  }
  if ('captured' in found) {
    if (found.captured.reassigned.includes(node.name))
      return refuse(
        c,
        'MC110',
        scope.file,
        node,
        `'${node.name}' is declared outside this function and assigned again`,
        'make it a variable of `state`, or a `const`',
      )
    try {
      return constantValue(found.captured.captured(node.name))
    } catch {
      return refuse(
        c,
        'MC116',
        scope.file,
        node,
        `'${node.name}' has no value yet when the model is compiled`,
        'define it before the model',
      )
    }
  }
  const v = cellValue(c, found.cell)
  if (v === undefined)
    return refuse(
      c,
      'MC116',
      scope.file,
      node,
      `'${node.name}' has no value here`,
      'a local has a value from its declaration to the end of its function; where another local of this name hides it at a yield, rename one of the two',
    )
  if (v.k === 'stale') return stale(c, v, siteOf(scope, node))
  return v
}
