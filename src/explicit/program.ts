/** The whole WebAssembly module of a system: its agents, its properties, the store, and the loop that ties them together. */
import type { CompiledProperty, Process, System } from '../ir/system.js'
import { agentFunction, currentState, initFunction, newScope } from './agents.js'
import { expression, negated, tempLocal } from './expression.js'
import { type FunctionScope, readElement } from './fields.js'
import { type Layout, layoutOf } from './layout.js'
import { type MemoryMap, memoryMap, recordBytes } from './memory.js'
import { builtIns, nested, type Purpose, propertyStatements, type StepScope, setOnceIn } from './step.js'
import { stopReasons, type TableShape, tableFunctions, tableGlobals, tableShape } from './table.js'
import { walkStmts } from './walk.js'
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
  loop,
  type Node,
  ret,
  set,
  setGlobal,
  type WasmFunction,
  type WasmGlobal,
  type WasmModule,
  when,
} from './wasm/instruction.js'

export interface Program {
  readonly system: System
  readonly layout: Layout
  readonly shape: TableShape
  readonly memory: MemoryMap
  readonly purpose: Purpose
  readonly module: WasmModule
}

const globals: readonly WasmGlobal[] = [
  ...tableGlobals,
  { name: 'depth', type: 'i32', initial: 0n },
  { name: 'max_depth', type: 'i32', initial: -1n },
  /** 1 where a violation ends the search. */
  { name: 'first', type: 'i32', initial: 0n },
  { name: 'deadlock_counts', type: 'i32', initial: 0n },
  /** About the state being expanded: some way through a step failed; successors were flushed already. */
  { name: 'failed', type: 'i32', initial: 0n },
  { name: 'emitted', type: 'i32', initial: 0n },
  { name: 'failures', type: 'i32', initial: 0n },
]

/** The fields of a record of 20 bytes per property. `measured` is 1 where a bound's maximum was set. */
export const recordFields = { settled: 0, length: 4, failure: 8, maximum: 12, measured: 16 } as const

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

/** `remember(property, step, choice)`: keeps which way failed, for schedules. */
const rememberFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'remember',
  params: [
    ['property', 'i32'],
    ['step', 'i32'],
    ['choice', 'i64'],
  ],
  result: null,
  exported: false,
  locals: [['at', 'i32']],
  body: [
    set('at', i32.add(i32.const(memory.failures), i32.shl(getGlobal('failures'), i32.const(4)))),
    when(i32.geU(get('at'), i32.const(memory.failureLimit)), [ret()]),
    i32.store(get('at'), get('property')),
    i32.store(get('at'), get('step'), 4),
    i64.store(get('at'), get('choice'), 8),
    setGlobal('failures', i32.add(getGlobal('failures'), i32.const(1))),
  ],
})

const declareTemps = (scope: FunctionScope, property: CompiledProperty): void => {
  walkStmts(property.body, {
    stmt: (s) => {
      const local = s.op === 'set' ? tempLocal(s.temp) : null
      if (local !== null && !scope.locals.some(([name]) => name === local)) scope.locals.push([local, 'i32'])
    },
  })
}

/** Code that runs `found` where the current state violates an `always` or a `bound`, or is what a `sometimes` looks for. */
const propertyCode = (scope: StepScope, index: number, found: readonly Node[]): Node => {
  const property = scope.system.properties[index]
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
    const local = `value${index}`
    scope.locals.push([local, 'i32'])
    scope.code.push(
      set(local, value),
      when(i32.geS(get(local), i32.load(i32.const(0), record + recordFields.maximum)), [
        i32.store(i32.const(0), get(local), record + recordFields.maximum),
        i32.store(i32.const(0), i32.const(1), record + recordFields.measured),
      ]),
      brIf(over, i32.leS(get(local), i32.const(property.max ?? 0))),
    )
  }
  const tests = nested(scope, decide)
  // A failing check decides at once: what is wanted sometimes is not here, what must hold always does not.
  if (property.kind === 'sometimes') return block(over, [block(broken, [...tests, ...found, br(over)])])
  return block(over, [block(broken, tests), ...found])
}

/** `properties()`: looks at the current state with all properties that are not settled. */
const propertiesFunction = (scope: StepScope): WasmFunction => {
  const body = scope.system.properties.map((p, i): Node[] => {
    const found = call('settle', i32.const(i), getGlobal('depth'), i32.const(-1), i32.const(p.kind === 'sometimes' ? 0 : 1))
    const code = nested(scope, () => void scope.code.push(propertyCode(scope, i, [found])))
    // A bound's maximum is wanted even after it was exceeded.
    return p.kind === 'bound' ? code : [when(i32.eqz(i32.load(i32.const(0), scope.memory.records + i * recordBytes)), code)]
  })
  return { name: 'properties', params: [], result: null, exported: false, locals: scope.locals, body: body.flat() }
}

/** `test(property, state) -> 0 or 1`: whether a state settles a property, or is a deadlock where that is asked for. */
const testFunction = (scope: StepScope): WasmFunction => {
  const n = scope.system.properties.length
  const cases = scope.system.properties.map((_, i) =>
    nested(scope, () => void scope.code.push(propertyCode(scope, i, [ret(i32.const(1))]))),
  )
  let body: Node[] = [
    brTable(
      cases.map((_, i) => `property${i}`),
      'none',
      get('property'),
    ),
  ]
  for (let i = 0; i < n; i++) body = [block(`property${i}`, body), ...cases[i], br('none')]
  return {
    name: 'test',
    params: [
      ['property', 'i32'],
      ['state', 'i32'],
    ],
    result: 'i32',
    exported: true,
    locals: scope.locals,
    body: [...copyState(scope.layout, scope.memory, get('state')), block('none', body), i32.const(0)],
  }
}

const copyState = (layout: Layout, memory: MemoryMap, from: Node): Node[] =>
  layout.widths.map((_, w) => i64.store(i32.const(0), i64.load(from, w * 8), memory.current + w * 8))

/** `at_rest() -> 0 or 1`: whether all processes have returned. */
const atRestFunction = (scope: StepScope): WasmFunction => {
  const env = currentState(scope)
  const isFinal = (p: Process): Node => {
    const pc = readElement(scope, env, p.pc, i32.const(0))
    const finals = p.locations.filter((l) => l.final).map((l) => i32.eq(pc, i32.const(l.id)))
    return finals.reduce((any, f) => i32.or(any, f), i32.const(0))
  }
  const all = scope.system.processes.map(isFinal).reduce((every, f) => i32.and(every, f), i32.const(1))
  return { name: 'at_rest', params: [], result: 'i32', exported: true, locals: scope.locals, body: [...scope.code, all] }
}

/** `expand(out) -> out`: all successors of the current state. */
const expandFunction = (system: System): WasmFunction => {
  const agents = system.agents.filter((a) => system.steps.some((s) => s.agent === a.id))
  return {
    name: 'expand',
    params: [['out', 'i32']],
    result: 'i32',
    exported: false,
    locals: [],
    body: [
      setGlobal('failed', i32.const(0)),
      setGlobal('emitted', i32.const(0)),
      setGlobal('failures', i32.const(0)),
      ...agents.map((a) => set('out', call(`agent_${a.id}`, get('out')))),
      get('out'),
    ],
  }
}

/** `begin()`: queues the initial states; the current state is the one with all initial values. */
const beginFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'begin',
  params: [],
  result: null,
  exported: true,
  locals: [],
  body: [
    setGlobal('depth', i32.const(-1)),
    call('flush', call('init', i32.const(memory.buffer))),
    setGlobal('transitions', i64.const(0n)),
    setGlobal('left', getGlobal('queued')),
    setGlobal('queued', i32.const(0)),
    setGlobal('depth', i32.const(0)),
  ],
})

/**
 * `run(budget) -> 0 or 1`: looks at and expands up to `budget` states in breadth-first order; 1 where none is left. V8
 * replaces no running loop with optimised code, so this is called again and again.
 */
const runFunction = (system: System, layout: Layout, memory: MemoryMap): WasmFunction => {
  const stateBytes = layout.widths.length * 8
  const deadlock = builtIns(system).deadlock
  return {
    name: 'run',
    params: [['budget', 'i32']],
    result: 'i32',
    exported: true,
    locals: [
      ['out', 'i32'],
      ['before', 'i32'],
    ],
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
          ...copyState(layout, memory, getGlobal('head')),
          setGlobal('head', i32.add(getGlobal('head'), i32.const(stateBytes))),
          when(i32.eq(getGlobal('head'), getGlobal('ring_end')), [setGlobal('head', i32.const(memory.ring))]),
          setGlobal('left', i32.sub(getGlobal('left'), i32.const(1))),
          ...(system.properties.length > 0 ? [call('properties')] : []),
          when(i32.ltU(getGlobal('depth'), getGlobal('max_depth')), [
            set('before', get('out')),
            set('out', call('expand', get('out'))),
            when(i32.eq(get('out'), get('before')), [
              when(i32.eqz(i32.or(getGlobal('failed'), getGlobal('emitted'))), [
                when(getGlobal('deadlock_counts'), [
                  when(i32.eqz(call('at_rest')), [call('settle', i32.const(deadlock), getGlobal('depth'), i32.const(-1), i32.const(1))]),
                ]),
              ]),
            ]),
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

/** Bytes of an edge: the state it leaves, the slot of the one it leads to, its step (4 bytes each, and 4 of padding), its choice code. */
export const edgeBytes = 24

const traceGlobals: readonly WasmGlobal[] = [
  /** 1 while successors are looked up in the table instead of being inserted. */
  { name: 'hunting', type: 'i32', initial: 0n },
  { name: 'hunter', type: 'i32', initial: 0n },
  /** Where the next edge goes, and where there is no more room. */
  { name: 'edge', type: 'i32', initial: 0n },
  { name: 'edge_limit', type: 'i32', initial: 0n },
]

/** What schedules need: which of the states at hand lead to one of those in the table. */
const traceFunctions = (layout: Layout, memory: MemoryMap): WasmFunction[] => {
  const stateBytes = layout.widths.length * 8
  /** Notes an edge for every entry of the buffer whose state is in the table. */
  const lookUp: WasmFunction = {
    name: 'look_up',
    params: [['end', 'i32']],
    result: null,
    exported: false,
    locals: [
      ['p', 'i32'],
      ['slot', 'i32'],
    ],
    body: [
      set('p', i32.const(memory.buffer)),
      block('done', [
        loop('more', [
          brIf('done', i32.geU(get('p'), get('end'))),
          set('slot', call('find', get('p'))),
          when(get('slot'), [
            when(i32.ltU(getGlobal('edge'), getGlobal('edge_limit')), [
              i32.store(getGlobal('edge'), getGlobal('hunter')),
              i32.store(getGlobal('edge'), get('slot'), 4),
              i32.store(getGlobal('edge'), i32.load(get('p'), stateBytes), 8),
              i64.store(getGlobal('edge'), i64.load(get('p'), stateBytes + 8), 16),
            ]),
            setGlobal('edge', i32.add(getGlobal('edge'), i32.const(edgeBytes))),
          ]),
          set('p', i32.add(get('p'), i32.const(memory.entry))),
          br('more'),
        ]),
      ]),
    ],
  }
  const spill: WasmFunction = {
    name: 'spill',
    params: [['end', 'i32']],
    result: null,
    exported: false,
    locals: [],
    body: [when(getGlobal('hunting'), [call('look_up', get('end'))], [call('flush', get('end'))])],
  }
  /** `hunt(state, count)`: notes the edges of `count` states from an address on. */
  const hunt: WasmFunction = {
    name: 'hunt',
    params: [
      ['state', 'i32'],
      ['count', 'i32'],
    ],
    result: null,
    exported: true,
    locals: [],
    body: [
      block('done', [
        loop('next', [
          brIf('done', i32.eqz(get('count'))),
          setGlobal('hunter', get('state')),
          call('look_up', call('successors', get('state'))),
          set('state', i32.add(get('state'), i32.const(stateBytes))),
          set('count', i32.sub(get('count'), i32.const(1))),
          br('next'),
        ]),
      ]),
    ],
  }
  /** `hunt_initial()`: the same for the initial states; the current state is the one with all initial values. */
  const huntInitial: WasmFunction = {
    name: 'hunt_initial',
    params: [],
    result: null,
    exported: true,
    locals: [],
    body: [setGlobal('failures', i32.const(0)), setGlobal('hunter', i32.const(0)), call('look_up', call('init', i32.const(memory.buffer)))],
  }
  /** `successors(state) -> end`: writes a state's successors to the buffer. */
  const successors: WasmFunction = {
    name: 'successors',
    params: [['state', 'i32']],
    result: 'i32',
    exported: true,
    locals: [],
    body: [...copyState(layout, memory, get('state')), call('expand', i32.const(memory.buffer))],
  }
  return [lookUp, spill, hunt, huntInitial, successors]
}

/** Generates the module of a system. @throws StateTooWide */
export const programOf = (system: System, purpose: Purpose): Program => {
  const layout = layoutOf(system)
  const memory = memoryMap(system, layout, purpose)
  const shape = tableShape(layout.widths)
  const scope = (): StepScope => newScope(system, layout, memory, purpose)
  const functions: WasmFunction[] = [
    ...system.agents.filter((a) => system.steps.some((s) => s.agent === a.id)).map((a) => agentFunction(scope(), a)),
    initFunction(scope()),
    expandFunction(system),
    ...(system.properties.length > 0 ? [propertiesFunction(scope())] : []),
    settleFunction(memory),
    failFunction,
    atRestFunction(scope()),
    ...(purpose === 'trace' ? [rememberFunction(memory), testFunction(scope()), ...traceFunctions(layout, memory)] : []),
    ...tableFunctions(shape, memory),
    beginFunction(memory),
    runFunction(system, layout, memory),
  ]
  const nothing = { params: [], result: null } as const
  const module: WasmModule = {
    imports: [
      { name: 'grow', type: nothing },
      { name: 'widen', type: nothing },
    ],
    globals: purpose === 'trace' ? [...globals, ...traceGlobals] : globals,
    functions,
  }
  return { system, layout, shape, memory, purpose, module }
}
