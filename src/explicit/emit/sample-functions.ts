/**
 * What samples need besides what schedules do: in which state something is first met, and the values of all properties
 * in a state.
 */

import { block, br, get, getGlobal, i32, type Node, set, type WasmFunction, when } from '../wasm/instruction.js'
import { exported, global32, procedure } from '../wasm/interface.js'
import { currentState } from './agents.js'
import { expression } from './expression.js'
import { type MemoryMap, recordBytes } from './memory-map.js'
import { nested, type StepScope } from './scope.js'
import { declareTemps, propertyStatements, setOnceIn } from './statement.js'

export const sampleGlobals = {
  /** The address of the state that is looked at and expanded: what is met is met there. Never 0. */
  here: global32(1n),
  /** 1 while what does not fit into the buffer is taken by whoever asked, and not inserted into the table. */
  sampling: global32(),
} as const

/** `look()` see below. */
export const sampleExports = { look: procedure() } as const

/** The fields of a property's record: its value, and 1 where it has none because something in it fails. */
export const valueFields = { value: 0, fails: 4 } as const

/** `mark(item)`: something is met. */
export const markFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'mark',
  params: [['item', 'i32']],
  result: null,
  exported: false,
  locals: [],
  body: [
    set('item', i32.shl(get('item'), i32.const(2))),
    when(i32.eqz(i32.load(get('item'), memory.marks)), [i32.store(get('item'), getGlobal('here'), memory.marks)]),
  ],
})

/** `look()`: writes the values of all properties in the current state to their records. */
export const lookFunction = (scope: StepScope): WasmFunction => {
  const value = 'value'
  scope.locals.push([value, 'i32'])
  const body = scope.system.safety.flatMap((property, index): Node[] => {
    const record = scope.memory.records + index * recordBytes
    const [over, broken] = [`over${index}`, `broken${index}`]
    declareTemps(scope, property)
    scope.setOnce = setOnceIn({ body: property.body, end: { op: 'finish' } })
    const code = nested(scope, () => {
      const env = currentState(scope)
      if (!propertyStatements(scope, env, property.body, broken)) return
      scope.code.push(
        set(value, expression(scope, env, property.value)),
        i32.store(i32.const(0), get(value), record + valueFields.value),
        i32.store(i32.const(0), i32.const(0), record + valueFields.fails),
        br(over),
      )
    })
    return [block(over, [block(broken, code), i32.store(i32.const(0), i32.const(1), record + valueFields.fails)])]
  })
  return { ...exported(sampleExports, 'look'), locals: scope.locals, body }
}
