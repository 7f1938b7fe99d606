/** The properties of a system, as code that looks at the current state. */
import { at } from '../../at.js'
import type { CompiledProperty } from '../../ir/system.js'
import { walkStmts } from '../../ir/walk.js'
import { block, br, brIf, brTable, call, get, getGlobal, i32, type Node, ret, set, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported } from '../wasm/interface.js'
import { copyState, currentState } from './agents.js'
import { expression, negated, tempLocal } from './expression.js'
import type { FunctionScope } from './fields.js'
import { recordBytes } from './memory-map.js'
import { nested, propertyStatements, type StepScope, setOnceIn } from './step.js'

/** The fields of a record of 24 bytes per property. `measured` is 1 where a bound's maximum was set, `reached` the depth at which it was first. */
export const recordFields = { settled: 0, length: 4, failure: 8, maximum: 12, measured: 16, reached: 20 } as const

export const declareTemps = (scope: FunctionScope, property: CompiledProperty): void => {
  walkStmts(property.body, {
    stmt: (s) => {
      const local = s.op === 'set' ? tempLocal(s.temp) : null
      if (local !== null && !scope.locals.some(([name]) => name === local)) scope.locals.push([local, 'i32'])
    },
  })
}

/** Code that runs `found` where the current state violates an `always` or a `bound`, or is what a `sometimes` looks for. */
export const propertyCode = (scope: StepScope, index: number, found: readonly Node[]): Node => {
  const property = at(scope.system.safety, index)
  declareTemps(scope, property)
  scope.setOnce = setOnceIn({ body: property.body, end: { op: 'finish' } })
  scope.step = null
  const env = currentState(scope)
  const record = scope.memory.records + index * recordBytes
  const [over, broken] = [`over${index}`, `broken${index}`]
  const decide = (): void => {
    if (!propertyStatements(scope, env, property.body, broken)) return
    const value = expression(scope, env, property.value)
    if (property.kind === 'always') {
      scope.code.push(brIf(over, value))
      return
    }
    if (property.kind === 'sometimes') {
      scope.code.push(brIf(over, negated(value)))
      return
    }
    if (property.max === null) throw new Error(`the bound '${property.name}' has no limit`)
    const local = `value${index}`
    scope.locals.push([local, 'i32'])
    scope.code.push(
      set(local, value),
      when(
        i32.or(
          i32.gtS(get(local), i32.load(i32.const(0), record + recordFields.maximum)),
          i32.eqz(i32.load(i32.const(0), record + recordFields.measured)),
        ),
        [
          i32.store(i32.const(0), get(local), record + recordFields.maximum),
          i32.store(i32.const(0), i32.const(1), record + recordFields.measured),
          i32.store(i32.const(0), getGlobal('depth'), record + recordFields.reached),
        ],
      ),
      brIf(over, i32.leS(get(local), i32.const(property.max))),
    )
  }
  const tests = nested(scope, decide)
  // A failing check decides at once: what is wanted sometimes is not here, what must hold always does not.
  if (property.kind === 'sometimes') return block(over, [block(broken, [...tests, ...found, br(over)])])
  return block(over, [block(broken, tests), ...found])
}

/** `properties()`: looks at the current state with all properties that are not settled. */
export const propertiesFunction = (scope: StepScope): WasmFunction => {
  const body = scope.system.safety.map((p, i): Node[] => {
    const found = call('settle', i32.const(i), getGlobal('depth'), i32.const(-1), i32.const(p.kind === 'sometimes' ? 0 : 1))
    const code = nested(scope, () => void scope.code.push(propertyCode(scope, i, [found])))
    // A bound's maximum is wanted even after it was exceeded.
    return p.kind === 'bound' ? code : [when(i32.eqz(i32.load(i32.const(0), scope.memory.records + i * recordBytes)), code)]
  })
  return { name: 'properties', params: [], result: null, exported: false, locals: scope.locals, body: body.flat() }
}

export const testExports = { test: answer(['property', 'i32'], ['state', 'i32']) } as const

/** `test(property, state) -> 0 or 1`: whether a state settles a property, or is a deadlock where that is asked for. */
export const testFunction = (scope: StepScope): WasmFunction => {
  const n = scope.system.safety.length
  const cases = scope.system.safety.map((_, i) => nested(scope, () => void scope.code.push(propertyCode(scope, i, [ret(i32.const(1))]))))
  let body: Node[] = [
    brTable(
      cases.map((_, i) => `property${i}`),
      'none',
      get('property'),
    ),
  ]
  for (let i = 0; i < n; i++) body = [block(`property${i}`, body), ...at(cases, i), br('none')]
  return {
    ...exported(testExports, 'test'),
    locals: scope.locals,
    body: [...copyState(scope.layout, scope.memory, get('state')), block('none', body), i32.const(0)],
  }
}
