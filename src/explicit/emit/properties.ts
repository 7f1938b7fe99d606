/** The properties of a system, as code that looks at the current state. */
import { at } from '../../at.js'
import { temp } from '../../ir/build.js'
import { stateKinds } from '../../ir/kinds.js'
import type { CompiledProperty } from '../../ir/system.js'
import { walkStmts } from '../../ir/walk.js'
import { block, br, brIf, brTable, call, get, getGlobal, i32, type Node, ret, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported } from '../wasm/interface.js'
import { copyState, currentState } from './agents.js'
import { expression, negated, tempLocal } from './expression.js'
import type { FunctionScope } from './fields.js'
import { recordBytes } from './memory-map.js'
import { nested, propertyStatements, type StepScope, setOnceIn } from './step.js'

/**
 * The fields of a record of 24 bytes per property. `measured` is 1 where a bound's maximum was set, `reached` the depth
 * at which it was first.
 */
export const recordFields = { settled: 0, length: 4, failure: 8, maximum: 12, measured: 16, reached: 20 } as const

export const declareTemps = (scope: FunctionScope, property: CompiledProperty): void => {
  walkStmts(property.body, {
    stmt: (s) => {
      const local = s.op === 'set' ? tempLocal(s.temp) : null
      if (local !== null && !scope.locals.some(([name]) => name === local)) scope.locals.push([local, 'i32'])
    },
  })
}

/** Code that runs `found` where the current state is one that the property's kind looks for. */
export const propertyCode = (scope: StepScope, index: number, found: readonly Node[]): Node => {
  const given = at(scope.system.safety, index)
  const { asks, wanted, failing } = stateKinds[given.kind]
  const property = asks === 'measure' ? computedOnce(given, scope.system.temps + index) : given
  declareTemps(scope, property)
  scope.setOnce = setOnceIn({ body: property.body, end: { op: 'finish' } })
  scope.step = null
  const env = currentState(scope)
  const [over, broken] = [`over${index}`, `broken${index}`]
  const decide = (): void => {
    if (!propertyStatements(scope, env, property.body, broken)) return
    if (asks === 'measure') scope.code.push(recordGreatest(scope, index, expression(scope, env, property.value)))
    scope.code.push(brIf(over, negated(expression(scope, env, wanted(property.value, property.max)))))
  }
  const tests = nested(scope, decide)
  if (failing === 'not wanted') return block(over, [block(broken, [...tests, ...found, br(over)])])
  return block(over, [block(broken, tests), ...found])
}

/** A measure is looked at several times: its value gets a temp that nothing else has. */
const computedOnce = (property: CompiledProperty, id: number): CompiledProperty => ({
  ...property,
  body: [...property.body, { op: 'set', temp: id, value: property.value }],
  value: temp(id),
})

const recordGreatest = ({ memory }: StepScope, index: number, value: Node): Node => {
  const record = memory.records + index * recordBytes
  const isGreater = i32.gtS(value, i32.load(i32.const(0), record + recordFields.maximum))
  return when(i32.or(isGreater, i32.eqz(i32.load(i32.const(0), record + recordFields.measured))), [
    i32.store(i32.const(0), value, record + recordFields.maximum),
    i32.store(i32.const(0), i32.const(1), record + recordFields.measured),
    i32.store(i32.const(0), getGlobal('depth'), record + recordFields.reached),
  ])
}

/** `properties()`: looks at the current state with all properties that are not settled. */
export const propertiesFunction = (scope: StepScope): WasmFunction => {
  const body = scope.system.safety.map((p, i): Node[] => {
    const found = call(
      'settle',
      i32.const(i),
      getGlobal('depth'),
      i32.const(-1),
      i32.const(stateKinds[p.kind].finding === 'fulfils' ? 0 : 1),
    )
    const code = nested(scope, () => void scope.code.push(propertyCode(scope, i, [found])))
    // The greatest value is wanted even after it was too great.
    return stateKinds[p.kind].asks === 'measure'
      ? code
      : [when(i32.eqz(i32.load(i32.const(0), scope.memory.records + i * recordBytes)), code)]
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
