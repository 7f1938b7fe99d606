/**
 * Predicates with parts crossed out, as code that looks at the current state. Which parts of a property are still open
 * stands in memory, as groups whose parts have been crossed out together so far without making it false; whoever made
 * the machine is told where that is over, at most twice for each part.
 */
import { at } from '../../at.js'
import type { Crossable } from '../../ir/system.js'
import { block, br, brIf, brTable, call, get, i32, loop, type Node, ret, set, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported } from '../wasm/interface.js'
import { currentState } from './agents.js'
import { expression, tempLocal } from './expression.js'
import { nested, type StepScope } from './scope.js'
import { declareTemps, propertyStatements, setOnceIn } from './statement.js'

export const crossedExports = { crossed: answer(['crossable', 'i32'], ['parts', 'i32']) } as const

/** `crossed_i(parts) -> 0 or 1`: whether the property holds in the current state with these parts crossed out. */
export const crossedFunctions = (newScope: () => StepScope, crossables: readonly Crossable[]): WasmFunction[] =>
  crossables.map(({ crossed, query }, i) => {
    const scope = newScope()
    declareTemps(scope, query)
    scope.setOnce = setOnceIn({ body: query.body, end: { op: 'finish' } })
    const code = nested(scope, () => {
      const env = currentState(scope)
      if (propertyStatements(scope, env, query.body, 'broken')) scope.code.push(ret(expression(scope, env, query.value)))
    })
    return {
      name: `crossed_${i}`,
      params: [[tempLocal(crossed), 'i32']],
      result: 'i32',
      exported: false,
      locals: scope.locals,
      body: [block('broken', code), i32.const(0)],
    }
  })

/** `crossed(crossable, parts) -> 0 or 1`: the one of these functions. */
export const crossedFunction = (crossables: readonly Crossable[]): WasmFunction => {
  const names = crossables.map((_, i) => `crossed_${i}`)
  let body: Node[] = [brTable(names, 'none', get('crossable'))]
  for (const name of names) body = [block(name, body), ret(call(name, get('parts')))]
  return { ...exported(crossedExports, 'crossed'), locals: [], body: [block('none', body), i32.const(0)] }
}

/** Looks at the current state with each group of parts crossed out. Takes a scope's locals `group` and `parts`. */
export const groupsCode = (scope: StepScope, i: number): Node[] => {
  for (const name of ['group', 'parts']) if (!scope.locals.some(([local]) => local === name)) scope.locals.push([name, 'i32'])
  const [over, next] = [`over_groups${i}`, `next_group${i}`]
  const look = [
    set('parts', i32.load(get('group'))),
    brIf(over, i32.eqz(get('parts'))),
    when(i32.eqz(call(`crossed_${i}`, get('parts'))), [call('narrow', i32.const(i)), br(over)]),
    set('group', i32.add(get('group'), i32.const(4))),
    br(next),
  ]
  return [set('group', i32.const(at(scope.memory.groups, i))), block(over, [loop(next, look)])]
}
