/**
 * The WebAssembly module that builds the graph of a system's states: its agents, its predicates, the numbering store,
 * and the loop that ties them together.
 */
import { at } from '../../at.js'
import type { System } from '../../ir/system.js'
import { newScope } from '../emit/agents.js'
import { type Layout, layoutOf } from '../emit/layout.js'
import { propertyCode } from '../emit/properties.js'
import { nested, type StepScope } from '../emit/scope.js'
import { type GraphMemory, graphMemory } from '../store/graph-memory-map.js'
import { indexTableExports, indexTableFunctions, indexTableGlobals } from '../store/index-table.js'
import { brIf, call, get, getGlobal, i32, type Node, ret, set, setGlobal, type WasmFunction, when } from '../wasm/instruction.js'
import { global32, type Module, moduleOf } from '../wasm/interface.js'
import { beginFunction, expansion, loopExports, loopGlobals, runFunction, type Visit } from './loop.js'

const graphGlobals = {
  ...indexTableGlobals,
  ...loopGlobals,
  expanded: global32(),
  offset_at: global32(),
  label_at: global32(),
  failing_at: global32(),
  /** The last failing way that was noted: an agent's are noted once per state. */
  failing_state: global32(-1n),
  failing_agent: global32(-1n),
} as const

const graphInterface = { globals: graphGlobals, exports: { ...indexTableExports, ...loopExports } } as const

export type GraphInterface = typeof graphInterface

export interface GraphProgram {
  readonly system: System
  readonly layout: Layout
  readonly memory: GraphMemory
  readonly module: Module<GraphInterface>
}

/** `failing(agent)`: the state being expanded has a failing way by the agent. */
const failingFunction = (memory: GraphMemory): WasmFunction => {
  const state = i32.sub(getGlobal('expanded'), i32.const(1))
  return {
    name: 'failing',
    params: [['agent', 'i32']],
    result: null,
    exported: false,
    locals: [],
    body: [
      when(i32.and(i32.eq(getGlobal('failing_state'), state), i32.eq(getGlobal('failing_agent'), get('agent'))), [ret()]),
      setGlobal('failing_state', state),
      setGlobal('failing_agent', get('agent')),
      when(i32.geU(getGlobal('failing_at'), i32.const(memory.failingLimit)), [call('drain')]),
      i32.store(getGlobal('failing_at'), state),
      i32.store(getGlobal('failing_at'), get('agent'), 4),
      setGlobal('failing_at', i32.add(getGlobal('failing_at'), i32.const(8))),
    ],
  }
}

/** `label()`: notes which properties hold in the current state, bit i of its bytes for property i. */
const labelFunction = (scope: StepScope, memory: GraphMemory): WasmFunction => {
  const bytes = Array.from({ length: memory.labelBytes }, (_, k) => `byte${k}`)
  for (const b of bytes) scope.locals.push([b, 'i32'])
  for (const i of scope.system.safety.keys()) {
    const byte = at(bytes, i >> 3)
    scope.code.push(
      ...nested(scope, () => void scope.code.push(propertyCode(scope, i, [set(byte, i32.or(get(byte), i32.const(1 << (i & 7))))]))),
    )
  }
  return {
    name: 'label',
    params: [],
    result: null,
    exported: false,
    locals: scope.locals,
    body: [
      ...scope.code,
      ...bytes.map((b, k) => i32.store8(getGlobal('label_at'), get(b), k)),
      setGlobal('label_at', i32.add(getGlobal('label_at'), i32.const(memory.labelBytes))),
    ],
  }
}

const visit = (memory: GraphMemory): Visit => {
  const before: Node = i32.divU(i32.sub(get('out'), i32.const(memory.buffer)), i32.const(memory.entry))
  return {
    meeting: [
      when(i32.geU(getGlobal('offset_at'), i32.const(memory.offsetLimit)), [call('drain'), brIf('pause', getGlobal('stop'))]),
      i32.store(getGlobal('offset_at'), i32.add(getGlobal('edges'), before)),
      setGlobal('offset_at', i32.add(getGlobal('offset_at'), i32.const(4))),
    ],
    passing: [],
    looking: [setGlobal('expanded', i32.add(getGlobal('expanded'), i32.const(1))), ...(memory.labelBytes > 0 ? [call('label')] : [])],
    ending: [],
    expanded: [],
    roomy: [],
  }
}

/**
 * Generates the module that builds the graph of a system; each of its properties becomes a bit of a state's label.
 * @throws StateTooWide
 */
export const graphProgramOf = (system: System): GraphProgram => {
  const layout = layoutOf(system)
  const memory = graphMemory(system, layout)
  const scope = (): StepScope => newScope(system, layout, memory, 'graph')
  const functions: WasmFunction[] = [
    ...expansion(system, scope),
    failingFunction(memory),
    ...(memory.labelBytes > 0 ? [labelFunction(scope(), memory)] : []),
    ...indexTableFunctions(layout.widths.length, memory),
    beginFunction(memory, [setGlobal('edges', i32.const(0)), setGlobal('failing_state', i32.const(-1))]),
    runFunction(layout, memory, visit(memory)),
  ]
  const imports = [
    ['grow', []],
    ['drain', []],
  ] as const
  return { system, layout, memory, module: moduleOf(graphInterface, imports, functions) }
}
