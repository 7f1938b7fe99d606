/**
 * The WebAssembly module that searches the states of a system: its agents, its properties, the table of states, and the
 * loop that ties them together.
 */
import type { Sort } from '../../ir/symmetry/sort.js'
import type { Process, System } from '../../ir/system.js'
import { currentState, newScope } from '../emit/agents.js'
import { builtIns } from '../emit/built-ins.js'
import { canonicalFunction } from '../emit/canonical.js'
import { crossablesOf } from '../emit/crossables.js'
import { crossedExports, crossedFunction, crossedFunctions } from '../emit/crossed.js'
import { readElement } from '../emit/fields.js'
import { rememberFunction, traceExports, traceFunctions, traceGlobals } from '../emit/hunt-functions.js'
import { type Layout, layoutOf } from '../emit/layout.js'
import { type MemoryMap, memoryMap, recordBytes } from '../emit/memory-map.js'
import { propertiesFunction, recordFields, testExports, testFunction } from '../emit/properties.js'
import { lookFunction, markFunction, sampleExports, sampleGlobals } from '../emit/sample-functions.js'
import type { StepScope } from '../emit/scope.js'
import { stopReasons } from '../store/store.js'
import { tableExports, tableFunctions, tableGlobals } from '../store/table.js'
import { type TableShape, tableShape } from '../store/table-size.js'
import { call, get, getGlobal, i32, type Node, ret, set, setGlobal, type ValueType, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, type Interface, type Module, moduleOf } from '../wasm/interface.js'
import { beginFunction, expansion, loopExports, loopGlobals, runFunction, type Visit } from './loop.js'

/** 1 where a violation ends the search, and where deadlocks are violations. */
const searchGlobals = { first: global32(), deadlock_counts: global32() } as const

const search = {
  globals: { ...tableGlobals, ...loopGlobals, ...searchGlobals },
  exports: { ...tableExports, ...loopExports, ...crossedExports, at_rest: answer() },
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

/** `settle(property, length, failure, violation)`: the first time only. */
const settleFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'settle',
  params: [
    ['property', 'i32'],
    ['length', 'i32'],
    ['failure', 'i32'],
    ['violation', 'i32'],
  ],
  result: null,
  exported: false,
  locals: [['at', 'i32']],
  body: [
    set('at', i32.add(i32.const(memory.records), i32.mul(get('property'), i32.const(recordBytes)))),
    when(i32.load(get('at'), recordFields.settled), [ret()]),
    i32.store(get('at'), i32.const(1), recordFields.settled),
    i32.store(get('at'), get('length'), recordFields.length),
    i32.store(get('at'), get('failure'), recordFields.failure),
    when(i32.and(get('violation'), getGlobal('first')), [setGlobal('stop', i32.const(stopReasons.settled))]),
  ],
})

/** `fail(property, failure)`: a way through a step fails. */
const failFunction: WasmFunction = {
  name: 'fail',
  params: [
    ['property', 'i32'],
    ['failure', 'i32'],
  ],
  result: null,
  exported: false,
  locals: [],
  body: [
    setGlobal('failed', i32.const(1)),
    call('settle', get('property'), i32.add(getGlobal('depth'), i32.const(1)), get('failure'), i32.const(1)),
  ],
}

/** `at_rest() -> 0 or 1`: whether all processes have returned. Rules alone never rest. */
const atRestFunction = (scope: StepScope): WasmFunction => {
  const env = currentState(scope)
  const isFinal = (p: Process): Node => {
    const pc = readElement(scope, env, p.pc, i32.const(0))
    const finals = p.locations.filter((l) => l.final).map((l) => i32.eq(pc, i32.const(l.id)))
    return finals.reduce((any, f) => i32.or(any, f), i32.const(0))
  }
  const { processes } = scope.system
  const all = processes.map(isFinal).reduce((every, f) => i32.and(every, f), i32.const(processes.length > 0 ? 1 : 0))
  return { ...exported(search.exports, 'at_rest'), locals: scope.locals, body: [...scope.code, all] }
}

const visit = (system: System, memory: MemoryMap, purpose: keyof Interfaces): Visit => ({
  meeting: purpose === 'sample' ? [setGlobal('here', getGlobal('head'))] : [],
  passing: [when(i32.eq(getGlobal('head'), getGlobal('ring_end')), [setGlobal('head', i32.const(memory.ring))])],
  looking: system.safety.length === 0 ? [] : [call(purpose === 'sample' ? 'look' : 'properties')],
  ending: [
    when(i32.eqz(i32.or(getGlobal('failed'), getGlobal('emitted'))), [
      when(getGlobal('deadlock_counts'), [
        when(i32.eqz(call('at_rest')), [
          call('settle', i32.const(builtIns(system).deadlock), getGlobal('depth'), i32.const(-1), i32.const(1)),
        ]),
      ]),
    ]),
  ],
})

/**
 * Generates the module of a system. Of states that differ only in the order of the members of these sorts one stands
 * for all. @throws StateTooWide
 */
export const programOf = <P extends keyof Interfaces>(system: System, purpose: P, sorts: readonly Sort[] = []): Program<Interfaces[P]> => {
  const layout = layoutOf(system)
  const memory = memoryMap(system, layout, purpose)
  const shape = tableShape(layout.widths)
  const scope = (): StepScope => newScope(system, layout, memory, purpose, sorts.length > 0)
  const isTraced = purpose !== 'search'
  const crossables = isTraced ? [] : crossablesOf(system)
  const functions: WasmFunction[] = [
    ...expansion(system, scope),
    ...(sorts.length > 0 ? [canonicalFunction(system, layout, sorts)] : []),
    ...(system.safety.length > 0 && purpose !== 'sample' ? [propertiesFunction(scope(), crossables)] : []),
    ...crossedFunctions(scope, crossables),
    crossedFunction(crossables),
    settleFunction(memory),
    failFunction,
    atRestFunction(scope()),
    ...(isTraced ? [rememberFunction(memory), ...traceFunctions(layout, memory, purpose)] : []),
    ...(purpose === 'trace' ? [testFunction(scope())] : []),
    ...(purpose === 'sample' ? [markFunction(memory), lookFunction(scope())] : []),
    ...tableFunctions(shape, memory),
    beginFunction(memory),
    runFunction(layout, memory, visit(system, memory, purpose)),
  ]
  const imports: readonly (readonly [string, readonly ValueType[]])[] = [
    ['grow', []],
    ['widen', []],
    ...(crossables.length > 0 ? [['narrow', ['i32']] as const] : []),
    ...(purpose === 'sample' ? [['take', ['i32']] as const] : []),
  ]
  return { system, layout, shape, memory, module: moduleOf(interfaces[purpose], imports, functions) }
}
