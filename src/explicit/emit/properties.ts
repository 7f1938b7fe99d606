/** The properties of a system, as code that looks at the current state. */
import { at } from '../../at.js'
import { queryReads } from '../../ir/access.js'
import { temp } from '../../ir/build.js'
import { stateKinds } from '../../ir/kinds.js'
import type { CompiledProperty, Crossable, Query } from '../../ir/system.js'
import {
  block,
  br,
  brIf,
  brTable,
  call,
  get,
  getGlobal,
  i32,
  i64,
  type Node,
  ret,
  set,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { answer, exported } from '../wasm/interface.js'
import { copyState, currentState } from './agents.js'
import { groupsCode } from './crossed.js'
import { expression, negated } from './expression.js'
import { fieldMask } from './layout.js'
import { recordBytes } from './memory-map.js'
import { nested, type StepScope } from './scope.js'
import { declareTemps, propertyStatements, setOnceIn } from './statement.js'

/**
 * The fields of a record of 24 bytes per property. `measured` is 1 where a bound's maximum was set, `reached` the depth
 * at which it was first.
 */
export const recordFields = { settled: 0, length: 4, failure: 8, maximum: 12, measured: 16, reached: 20 } as const

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

/** Which bits of the state's words a property reads. */
const readMasks = ({ layout }: StepScope, queries: readonly Pick<Query, 'body' | 'value'>[]): bigint[] => {
  const masks = new Array<bigint>(layout.widths.length).fill(0n)
  for (const variable of queries.flatMap((query) => [...queryReads(query)])) {
    const { bits, chunks } = at(layout.placements, variable)
    for (const { word, shift, count } of chunks) masks[word] = at(masks, word) | (fieldMask(bits * count) << BigInt(shift))
  }
  return masks
}

const changedWord = (w: number): string => `changed${w}`

/**
 * Notes in which bits the current state differs from the one that was looked at before; all of them where there was
 * none.
 */
const noteChanges = ({ layout, memory, locals }: StepScope): Node[] => {
  const seen = memory.before + layout.widths.length * 8
  const first = i64.sub(i64.load(i32.const(0), seen), i64.const(1n))
  return [
    ...layout.widths.flatMap((_, w) => {
      locals.push([changedWord(w), 'i64'])
      const [now, before] = [i64.load(i32.const(0), memory.current + w * 8), i64.load(i32.const(0), memory.before + w * 8)]
      return [set(changedWord(w), i64.or(i64.xor(now, before), first)), i64.store(i32.const(0), now, memory.before + w * 8)]
    }),
    i64.store(i32.const(0), i64.const(1n), seen),
  ]
}

/** Whether anything has changed that a property reads. One that reads nothing is looked at in the first state. */
const hasChanged = (masks: readonly bigint[]): Node => {
  const changes = masks.flatMap((mask, w) => (mask === 0n ? [] : [i64.and(get(changedWord(w)), i64.const(mask))]))
  const [first, ...others] = changes
  if (first !== undefined)
    return i64.ne(
      others.reduce((a, b) => i64.or(a, b), first),
      i64.const(0n),
    )
  return masks.length === 0 ? i32.const(1) : i64.eq(get(changedWord(0)), i64.const(-1n))
}

/**
 * `properties()`: looks at the current state with all properties that are not settled. What a property reads is often
 * as it was in the state before, and then so is its value.
 */
export const propertiesFunction = (scope: StepScope, crossables: readonly Crossable[] = []): WasmFunction => {
  const body = scope.system.safety.map((p, i): Node => {
    const found = call(
      'settle',
      i32.const(i),
      getGlobal('depth'),
      i32.const(-1),
      i32.const(stateKinds[p.kind].finding === 'fulfils' ? 0 : 1),
    )
    const crossable = crossables.findIndex(({ name }) => name === p.name)
    const groups = crossable < 0 ? [] : groupsCode(scope, crossable)
    const code = [...nested(scope, () => void scope.code.push(propertyCode(scope, i, [found]))), ...groups]
    const changed = hasChanged(readMasks(scope, crossable < 0 ? [p] : [p, at(crossables, crossable).query]))
    // The greatest value is wanted even after it was too great.
    if (stateKinds[p.kind].asks === 'measure') return when(changed, code)
    return when(i32.eqz(i32.load(i32.const(0), scope.memory.records + i * recordBytes)), [when(changed, code)])
  })
  const changes = noteChanges(scope)
  return { name: 'properties', params: [], result: null, exported: false, locals: scope.locals, body: [...changes, ...body] }
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
