/** The WebAssembly module that builds the graph of a system's states: its agents, its predicates, the numbering store, and the loop that ties them together. */
import type { System } from '../../ir/system.js'
import { agentFunctions, copyState, initFunction, newScope } from '../emit/agents.js'
import { type Layout, layoutOf } from '../emit/layout.js'
import { propertyCode } from '../emit/properties.js'
import { nested, type StepScope } from '../emit/step.js'
import { type GraphMemory, graphMemory } from '../store/graph-memory-map.js'
import { indexTableExports, indexTableFunctions, indexTableGlobals } from '../store/index-table.js'
import {
  block,
  br,
  brIf,
  call,
  get,
  getGlobal,
  i32,
  i64,
  loop,
  type Node,
  ret,
  set,
  setGlobal,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { exported, global32, type Module, moduleOf } from '../wasm/interface.js'
import { beginFunction, expandFunction, loopExports } from './program.js'

const graphGlobals = {
  ...indexTableGlobals,
  depth: global32(),
  max_depth: global32(-1n),
  failed: global32(),
  emitted: global32(),
  failures: global32(),
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
  for (const i of scope.system.properties.keys()) {
    const byte = bytes[i >> 3]
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

/** `run(budget) -> 0 or 1`: numbers, labels and expands up to `budget` states in breadth-first order; 1 where none is left. */
const runFunction = (layout: Layout, memory: GraphMemory): WasmFunction => {
  const stateBytes = layout.widths.length * 8
  const before: Node = i32.divU(i32.sub(get('out'), i32.const(memory.buffer)), i32.const(memory.entry))
  return {
    ...exported(loopExports, 'run'),
    locals: [['out', 'i32']],
    body: [
      set('out', i32.const(memory.buffer)),
      block('pause', [
        loop('next', [
          brIf('pause', getGlobal('stop')),
          when(i32.eqz(getGlobal('left')), [
            call('flush', get('out')),
            set('out', i32.const(memory.buffer)),
            brIf('pause', getGlobal('stop')),
            when(i32.eqz(getGlobal('queued')), [ret(i32.const(1))]),
            setGlobal('depth', i32.add(getGlobal('depth'), i32.const(1))),
            setGlobal('left', getGlobal('queued')),
            setGlobal('queued', i32.const(0)),
          ]),
          brIf('pause', i32.eqz(get('budget'))),
          set('budget', i32.sub(get('budget'), i32.const(1))),
          when(i32.geU(getGlobal('offset_at'), i32.const(memory.offsetLimit)), [call('drain'), brIf('pause', getGlobal('stop'))]),
          i32.store(getGlobal('offset_at'), i32.add(getGlobal('edges'), before)),
          setGlobal('offset_at', i32.add(getGlobal('offset_at'), i32.const(4))),
          ...copyState(layout, memory, getGlobal('head')),
          setGlobal('head', i32.add(getGlobal('head'), i32.const(stateBytes))),
          setGlobal('left', i32.sub(getGlobal('left'), i32.const(1))),
          setGlobal('expanded', i32.add(getGlobal('expanded'), i32.const(1))),
          ...(memory.labelBytes > 0 ? [call('label')] : []),
          when(i32.ltU(getGlobal('depth'), getGlobal('max_depth')), [
            set('out', call('expand', get('out'))),
            when(i32.geU(get('out'), i32.const(memory.bufferLimit)), [call('flush', get('out')), set('out', i32.const(memory.buffer))]),
          ]),
          br('next'),
        ]),
      ]),
      call('flush', get('out')),
      i32.const(0),
    ],
  }
}

/** `begin()` as in a search; what was noted about the way to the initial states is dropped. */
const startFunction = (memory: GraphMemory): WasmFunction => ({
  ...beginFunction(memory),
  body: [
    ...beginFunction(memory).body,
    setGlobal('edges', i32.const(0)),
    setGlobal('failing_state', i32.const(-1)),
    setGlobal('transitions', i64.const(0n)),
  ],
})

/** Generates the module that builds the graph of a system; each of its properties becomes a bit of a state's label. @throws StateTooWide */
export const graphProgramOf = (system: System): GraphProgram => {
  const layout = layoutOf(system)
  const memory = graphMemory(system, layout)
  const scope = (): StepScope => newScope(system, layout, memory, 'graph')
  const functions: WasmFunction[] = [
    ...system.agents.filter((a) => system.steps.some((s) => s.agent === a.id)).flatMap((a) => agentFunctions(scope, a)),
    initFunction(scope()),
    expandFunction(system),
    failingFunction(memory),
    ...(memory.labelBytes > 0 ? [labelFunction(scope(), memory)] : []),
    ...indexTableFunctions(layout.widths.length, memory),
    startFunction(memory),
    runFunction(layout, memory),
  ]
  const imports = [
    ['grow', []],
    ['drain', []],
  ] as const
  return { system, layout, memory, module: moduleOf(graphInterface, imports, functions) }
}
