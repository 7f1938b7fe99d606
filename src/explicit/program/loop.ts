/**
 * What every program has around its agents and its store: the initial states are queued, and then state after state is
 * looked at and expanded, breadth first.
 */
import type { System } from '../../ir/system.js'
import { agentFunctions, copyState, initFunction } from '../emit/agents.js'
import type { Layout } from '../emit/layout.js'
import type { MemoryMap } from '../emit/memory-map.js'
import type { StepScope } from '../emit/scope.js'
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
import { answer, exported, global32, procedure } from '../wasm/interface.js'
import { type Asked, idleLocals, noteIdle, nothingAsked, notingIdle } from './doubts.js'

export const loopGlobals = {
  depth: global32(),
  max_depth: global32(-1n),
  /**
   * About the state being expanded: some way through a step failed; successors were flushed already; so many failing
   * ways are remembered.
   */
  failed: global32(),
  emitted: global32(),
  failures: global32(),
} as const

export const loopExports = { begin: procedure(), run: answer(['budget', 'i32']) } as const

/** All agents, `init`, and `expand(out) -> out`: all successors of the current state. */
export const expansion = (system: System, scope: () => StepScope, asked: Asked = nothingAsked): WasmFunction[] => {
  const agents = system.agents.filter((a) => system.steps.some((s) => s.agent === a.id))
  const expand: WasmFunction = {
    name: 'expand',
    params: [['out', 'i32']],
    result: 'i32',
    exported: false,
    locals: asked.stuck ? idleLocals : [],
    body: [
      setGlobal('failed', i32.const(0)),
      setGlobal('emitted', i32.const(0)),
      setGlobal('failures', i32.const(0)),
      ...(asked.stuck ? [setGlobal('failing', i32.const(0))] : []),
      ...agents.flatMap((a) => {
        const successors = call(`agent_${a.id}`, get('out'))
        return asked.stuck ? notingIdle(system, a, successors) : [set('out', successors)]
      }),
      ...(asked.stuck ? [noteIdle(system)] : []),
      get('out'),
    ],
  }
  return [...agents.flatMap((a) => agentFunctions(scope, a)), initFunction(scope()), expand]
}

/**
 * `begin()`: queues the initial states; the current state is the one with all initial values. `forgetting` drops what
 * else was noted on the way to them.
 */
export const beginFunction = (memory: MemoryMap, forgetting: readonly Node[] = []): WasmFunction => ({
  ...exported(loopExports, 'begin'),
  locals: [],
  body: [
    setGlobal('depth', i32.const(-1)),
    call('flush', call('init', i32.const(memory.buffer))),
    setGlobal('transitions', i64.const(0n)),
    setGlobal('left', getGlobal('queued')),
    setGlobal('queued', i32.const(0)),
    setGlobal('depth', i32.const(0)),
    ...forgetting,
  ],
})

/** What a program does with each state, besides expanding it. */
export interface Visit {
  /** With its address in `head`. */
  readonly meeting: readonly Node[]
  /** When `head` has gone on behind it. */
  readonly passing: readonly Node[]
  /** Now that it is the current one. */
  readonly looking: readonly Node[]
  /** Where it has no successors that still lie in the buffer. */
  readonly ending: readonly Node[]
  /** When it has been expanded from `before` to `out`. */
  readonly expanded: readonly Node[]
  /** When there is room behind `out` again. */
  readonly roomy: readonly Node[]
}

/**
 * `run(budget) -> 0 or 1`: looks at and expands up to `budget` states in breadth-first order; 1 where none is left. V8
 * replaces no running loop with optimised code, so this is called again and again.
 */
export const runFunction = (layout: Layout, memory: MemoryMap, visit: Visit): WasmFunction => {
  const { meeting, passing, looking, ending, expanded, roomy } = visit
  const stateBytes = layout.widths.length * 8
  const flush = [call('flush', get('out')), set('out', i32.const(memory.buffer))]
  const nextLevel = [
    ...flush,
    brIf('pause', getGlobal('stop')),
    when(i32.eqz(getGlobal('queued')), [ret(i32.const(1))]),
    setGlobal('depth', i32.add(getGlobal('depth'), i32.const(1))),
    setGlobal('left', getGlobal('queued')),
    setGlobal('queued', i32.const(0)),
  ]
  const hasEnd = ending.length > 0 || expanded.length > 0
  const expand = [
    ...(hasEnd ? [set('before', get('out'))] : []),
    set('out', call('expand', get('out'))),
    ...(hasEnd ? [when(i32.eq(get('out'), get('before')), ending)] : []),
    ...expanded,
    when(i32.geU(get('out'), i32.const(memory.bufferLimit)), flush),
    ...roomy,
  ]
  return {
    ...exported(loopExports, 'run'),
    locals: [['out', 'i32'], ...(hasEnd ? [['before', 'i32'] as const] : [])],
    body: [
      set('out', i32.const(memory.buffer)),
      block('pause', [
        loop('next', [
          brIf('pause', getGlobal('stop')),
          when(i32.eqz(getGlobal('left')), nextLevel),
          brIf('pause', i32.eqz(get('budget'))),
          set('budget', i32.sub(get('budget'), i32.const(1))),
          ...meeting,
          ...copyState(layout, memory, getGlobal('head')),
          setGlobal('head', i32.add(getGlobal('head'), i32.const(stateBytes))),
          ...passing,
          setGlobal('left', i32.sub(getGlobal('left'), i32.const(1))),
          ...looking,
          when(i32.ltU(getGlobal('depth'), getGlobal('max_depth')), expand),
          br('next'),
        ]),
      ]),
      call('flush', get('out')),
      i32.const(0),
    ],
  }
}
