/**
 * The WebAssembly module that searches the states of a system: its agents, its properties, the table of states, and the
 * loop that ties them together.
 */
import type { System } from '../../ir/system.js'
import { newScope } from '../emit/agents.js'
import { canonicalFunctions } from '../emit/canonical.js'
import { crossablesOf } from '../emit/crossables.js'
import { crossedExports, crossedFunction, crossedFunctions } from '../emit/crossed.js'
import { rememberFunction, traceExports, traceFunctions, traceGlobals } from '../emit/hunt-functions.js'
import { type Layout, layoutOf } from '../emit/layout.js'
import { type MemoryMap, memoryMap } from '../emit/memory-map.js'
import { propertiesFunction, testExports, testFunction } from '../emit/properties.js'
import { lookFunction, markFunction, sampleExports, sampleGlobals } from '../emit/sample-functions.js'
import type { StepScope } from '../emit/scope.js'
import { tableExports, tableFunctions, tableGlobals } from '../store/table.js'
import { type TableShape, tableShape } from '../store/table-size.js'
import { call, getGlobal, i32, setGlobal, type ValueType, type WasmFunction, when } from '../wasm/instruction.js'
import { type Interface, type Module, moduleOf } from '../wasm/interface.js'
import { type Asked, doubtExports, doubtFunctions, doubtGlobals, doubting, nothingAsked } from './doubts.js'
import { beginFunction, expansion, loopExports, loopGlobals, runFunction, type Visit } from './loop.js'
import { atRestFunction, deadlockCode, failFunction, settleFunction, settlingExports, settlingGlobals } from './settling.js'

const search = {
  globals: { ...tableGlobals, ...loopGlobals, ...settlingGlobals, ...doubtGlobals },
  exports: { ...tableExports, ...loopExports, ...crossedExports, ...settlingExports, ...doubtExports },
} as const
const traced = { globals: { ...search.globals, ...traceGlobals }, exports: { ...search.exports, ...traceExports } } as const
const trace = { globals: traced.globals, exports: { ...traced.exports, ...testExports } } as const
const sample = { globals: { ...traced.globals, ...sampleGlobals }, exports: { ...traced.exports, ...sampleExports } } as const

const interfaces = { search, trace, sample } as const

/** What JavaScript sees of a program, by its purpose. */
export type Interfaces = typeof interfaces
/** What it sees of all that can be asked for moves. */
export type Traced = typeof traced

export interface Program<I extends Interface = Interfaces['search']> {
  readonly system: System
  readonly layout: Layout
  readonly shape: TableShape
  readonly memory: MemoryMap
  readonly module: Module<I>
}

const visit = (system: System, memory: MemoryMap, purpose: keyof Interfaces, asked: Asked): Visit => ({
  meeting: purpose === 'sample' ? [setGlobal('here', getGlobal('head'))] : [],
  passing: [when(i32.eq(getGlobal('head'), getGlobal('ring_end')), [setGlobal('head', i32.const(memory.ring))])],
  looking: system.safety.length === 0 ? [] : [call(purpose === 'sample' ? 'look' : 'properties')],
  ending: deadlockCode(system),
  ...doubting(memory, asked),
})

/** Generates the module of a system, for what is asked. @throws StateTooWide */
export const programOf = <P extends keyof Interfaces>(system: System, purpose: P, asked: Asked = nothingAsked): Program<Interfaces[P]> => {
  const layout = layoutOf(system)
  const memory = memoryMap(system, layout, purpose)
  const shape = tableShape(layout.widths)
  const scope = (): StepScope => newScope(system, layout, memory, purpose, asked.sorts.length > 0)
  const isTraced = purpose !== 'search'
  const crossables = isTraced ? [] : crossablesOf(system)
  const functions: WasmFunction[] = [
    ...expansion(system, scope, asked),
    ...(asked.sorts.length > 0 ? canonicalFunctions(system, layout, asked.sorts) : []),
    ...(system.safety.length > 0 && purpose !== 'sample' ? [propertiesFunction(scope(), crossables)] : []),
    ...crossedFunctions(scope, crossables),
    crossedFunction(crossables),
    settleFunction(memory),
    failFunction,
    atRestFunction(scope()),
    ...doubtFunctions(scope(), asked),
    ...(isTraced ? [rememberFunction(memory), ...traceFunctions(layout, memory, purpose)] : []),
    ...(purpose === 'trace' ? [testFunction(scope())] : []),
    ...(purpose === 'sample' ? [markFunction(memory), lookFunction(scope())] : []),
    ...tableFunctions(shape, memory),
    beginFunction(memory),
    runFunction(layout, memory, visit(system, memory, purpose, asked)),
  ]
  const imports: readonly (readonly [string, readonly ValueType[]])[] = [
    ['grow', []],
    ['widen', []],
    ...(crossables.length > 0 ? [['narrow', ['i32']] as const] : []),
    ...(purpose === 'sample' ? [['take', ['i32']] as const] : []),
  ]
  return { system, layout, shape, memory, module: moduleOf(interfaces[purpose], imports, functions) }
}
