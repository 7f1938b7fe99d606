/**
 * Whether no process can get stuck, shown by the search itself, with no graph and nearly no memory.
 *
 * Let a state be good if each process that has not returned in it can step in it, or in some state that it leads to. A
 * state that leads to a good one is good. Now order the states by any number. If each of them leads to one of a lower
 * order, or to a step of each process that is blocked in it, then all are good: of those that are not, the one of the
 * lowest order would lead to a good one.
 *
 * So there is nothing to be shown of a state in which no process is blocked; and most others have a successor of a
 * lower order, which the search sees when it expands them. What is left are *doubts*. They wait until there are some of
 * them, and then a walk, at random, goes on from each until it comes to a lower order, or has come by a step of
 * everybody who was blocked.
 *
 * What is shown so is true. Where a walk finds nothing, nothing is known, and nobody asks any more: the graph of all
 * states has to decide. That is so where a process is stuck, or where nothing can step though some have not returned.
 */
import type { Sort } from '../../ir/symmetry/sort.js'
import type { Agent, Process, System } from '../../ir/system.js'
import { copyState, currentState } from '../emit/agents.js'
import { readElement } from '../emit/fields.js'
import type { Layout } from '../emit/layout.js'
import type { MemoryMap } from '../emit/memory-map.js'
import { bitOf, maskBits } from '../emit/process-mask.js'
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
import { exported, global32, global64, procedure } from '../wasm/interface.js'

/** What a search is asked besides what its states settle. */
export interface Asked {
  /** Whether no process can get stuck. */
  readonly stuck: boolean
  /** Modulo the orders of the members of which sorts: of states that differ only in these one stands for all. */
  readonly sorts: readonly Sort[]
}

export const nothingAsked: Asked = { stuck: false, sorts: [] }

/** So many steps a walk may take in the mean, and so many more all together. */
const stepsPerDoubt = 16n
const moreSteps = 2n ** 14n

export const doubtGlobals = {
  /** The processes that have no way on from the state just expanded, nor a failing one, by `bitOf`. */
  idle: global32(),
  /** The bytes of the doubts that wait. */
  doubted: global32(),
  /** Steps that walks may still take. */
  patience: global64(moreSteps),
  /** 1 where a walk found nothing. */
  unproved: global32(),
} as const

export const doubtExports = { settle_doubts: procedure(['out', 'i32']) } as const

/** The locals of the code that expands a state and notes who is idle. */
export const idleLocals = [
  ['idle', 'i32'],
  ['before', 'i32'],
] as const

/** out := the successors by an agent behind `out`; if it is a process, `idle` has it where there are none. */
export const notingIdle = ({ processes }: System, agent: Agent, successors: Node): Node[] => {
  const process = processes.find((p) => p.agent === agent.id)
  if (process === undefined) return [set('out', successors)]
  const isIdle = i32.eq(get('before'), get('out'))
  const noted = set('idle', i32.or(get('idle'), i32.const(1 << bitOf(process))))
  return [set('before', get('out')), set('out', successors), when(isIdle, [noted])]
}

/** Makes known who is idle, among them those that never step; who has a failing way is not. */
export const noteIdle = ({ processes, steps }: System): Node => {
  const still = processes.filter((p) => steps.every((s) => s.agent !== p.agent)).reduce((mask, p) => mask | (1 << bitOf(p)), 0)
  const isAble = i32.xor(getGlobal('failing'), i32.const(-1))
  return setGlobal('idle', i32.or(i32.and(get('idle'), isAble), i32.const(still)))
}

/** A number for the state at an address. Any will do; the more random it looks, the fewer doubts there are. */
const order = ({ widths }: Layout, at: Node): Node =>
  widths.map((_, w) => i64.mul(i64.load(at, w * 8), i64.const(golden ** BigInt(w + 1)))).reduce((a, b) => i64.add(a, b))

const golden = 0x9e3779b97f4a7c15n

/** Returns `result` where an entry of the buffer between `from` and `end` has a lower order than `h`. */
const returnIfLower = (layout: Layout, memory: MemoryMap, result: readonly Node[]): Node =>
  block('none', [
    loop('lower', [
      brIf('none', i32.geU(get('from'), get('end'))),
      when(i64.ltU(order(layout, get('from')), get('h')), [ret(...result)]),
      set('from', i32.add(get('from'), i32.const(memory.entry))),
      br('lower'),
    ]),
  ])

/** `returned() -> mask` of the processes that have returned in the current state. */
const returnedFunction = (scope: StepScope): WasmFunction => {
  const env = currentState(scope)
  const { processes } = scope.system
  const isFinal = (p: Process): Node => {
    const pc = readElement(scope, env, p.pc, i32.const(0))
    return p.locations.filter((l) => l.final).reduce<Node>((any, l) => i32.or(any, i32.eq(pc, i32.const(l.id))), i32.const(0))
  }
  const all = Array.from({ length: Math.min(processes.length, maskBits) }, (_, bit) => processes.filter((p) => bitOf(p) === bit))
  const mask = all
    .map((sharing, bit) =>
      i32.shl(
        sharing.map(isFinal).reduce((every, f) => i32.and(every, f)),
        i32.const(bit),
      ),
    )
    .reduce((a, b) => i32.or(a, b), i32.const(0))
  return { name: 'returned', params: [], result: 'i32', exported: false, locals: scope.locals, body: [...scope.code, mask] }
}

const isBlocked = i32.and(getGlobal('idle'), i32.xor(call('returned'), i32.const(-1)))

/** `doubt(from, end)`: the current state, whose successors lie there, is a doubt if none has a lower order. */
const doubtFunction = (layout: Layout, memory: MemoryMap): WasmFunction => ({
  name: 'doubt',
  params: [
    ['from', 'i32'],
    ['end', 'i32'],
  ],
  result: null,
  exported: false,
  locals: [['h', 'i64']],
  body: [
    when(getGlobal('unproved'), [ret()]),
    when(i32.eqz(isBlocked), [ret()]),
    // Successors of such a state do not all lie there, nor is there room for them.
    ...(memory.bounded
      ? [
          set('h', order(layout, i32.const(memory.current))),
          returnIfLower(layout, memory, []),
          ...layout.widths.map((_, w) =>
            i64.store(getGlobal('doubted'), i64.load(i32.const(0), memory.current + w * 8), memory.doubts + w * 8),
          ),
          setGlobal('doubted', i32.add(getGlobal('doubted'), i32.const(layout.widths.length * 8))),
          setGlobal('patience', i64.add(getGlobal('patience'), i64.const(stepsPerDoubt))),
        ]
      : [setGlobal('unproved', i32.const(1))]),
  ],
})

/**
 * `walk(out) -> 0 or 1`: whether a walk from the current state comes by a step of each process that is blocked in it,
 * or to a lower order. Where members of sorts change their names on the way, only a state in which nobody is blocked
 * says so much. Successors are written to `out`.
 */
const walkFunction = (layout: Layout, memory: MemoryMap, sorts: readonly Sort[]): WasmFunction => {
  const count = i32.divU(i32.sub(get('end'), get('out')), i32.const(memory.entry))
  const drawn = i32.wrap(i64.shrU(i64.mul(i64.shrU(get('x'), i64.const(32n)), i64.extend(count)), i64.const(32n)))
  return {
    name: 'walk',
    params: [['out', 'i32']],
    result: 'i32',
    exported: false,
    locals: [
      ['h', 'i64'],
      ['x', 'i64'],
      ['from', 'i32'],
      ['end', 'i32'],
      ['blocked', 'i32'],
    ],
    body: [
      set('h', order(layout, i32.const(memory.current))),
      set('x', get('h')),
      set('end', call('expand', get('out'))),
      set('blocked', isBlocked),
      loop('next', [
        when(i32.eqz(get('blocked')), [ret(i32.const(1))]),
        set('from', get('out')),
        returnIfLower(layout, memory, [i32.const(1)]),
        when(i32.or(i32.eq(get('end'), get('out')), i64.eqz(getGlobal('patience'))), [ret(i32.const(0))]),
        setGlobal('patience', i64.sub(getGlobal('patience'), i64.const(1n))),
        set('x', i64.add(i64.mul(get('x'), i64.const(6364136223846793005n)), i64.const(1442695040888963407n))),
        set('from', i32.add(get('out'), i32.mul(drawn, i32.const(memory.entry)))),
        ...copyState(layout, memory, get('from')),
        set('end', call('expand', get('out'))),
        set('blocked', sorts.length > 0 ? isBlocked : i32.and(get('blocked'), getGlobal('idle'))),
        br('next'),
      ]),
      i32.const(0),
    ],
  }
}

/** Copies 8 bytes at a time. */
const copied = (from: number, to: number, bytes: number): Node[] =>
  bytes === 0
    ? []
    : [
        set('at', i32.const(0)),
        loop('copy', [
          i64.store(get('at'), i64.load(get('at'), from), to),
          set('at', i32.add(get('at'), i32.const(8))),
          brIf('copy', i32.ltU(get('at'), i32.const(bytes))),
        ]),
      ]

/**
 * `settle_doubts(out)`: walks on from all doubts. What steps note of themselves is as it was after that: the search has
 * not come to these states.
 */
const settleDoubtsFunction = (layout: Layout, memory: MemoryMap): WasmFunction => {
  const { doubts, kept, fired, takenEnd } = memory
  return {
    ...exported(doubtExports, 'settle_doubts'),
    locals: [
      ['at', 'i32'],
      ['doubt', 'i32'],
    ],
    body: [
      ...copied(fired, kept, takenEnd - fired),
      setGlobal('ahead', i32.const(1)),
      block('done', [
        loop('next', [
          brIf('done', i32.or(getGlobal('unproved'), i32.geU(get('doubt'), getGlobal('doubted')))),
          ...copyState(layout, memory, i32.add(get('doubt'), i32.const(doubts))),
          when(i32.eqz(call('walk', get('out'))), [setGlobal('unproved', i32.const(1))]),
          set('doubt', i32.add(get('doubt'), i32.const(layout.widths.length * 8))),
          br('next'),
        ]),
      ]),
      setGlobal('doubted', i32.const(0)),
      setGlobal('ahead', i32.const(0)),
      ...copied(kept, fired, takenEnd - fired),
    ],
  }
}

/** Walks from the states that are doubted, while no state is being expanded: whether doubts are left. */
export const doubtsAreLeft = ({ globals, exports }: Doubting, { buffer }: MemoryMap): boolean => {
  exports.settle_doubts(buffer)
  return globals.unproved === 1
}

interface Doubting {
  readonly globals: { readonly unproved: number }
  readonly exports: { readonly settle_doubts: (out: number) => void }
}

/** All functions about doubts. */
export const doubtFunctions = (scope: StepScope, { stuck, sorts }: Asked): WasmFunction[] => {
  const { layout, memory } = scope
  if (!stuck) return [{ ...exported(doubtExports, 'settle_doubts'), locals: [], body: [] }]
  return [returnedFunction(scope), doubtFunction(layout, memory), walkFunction(layout, memory, sorts), settleDoubtsFunction(layout, memory)]
}

/** What is done when a state has been expanded from `before` to `out`, and when there is room behind `out` again. */
export const doubting = (
  { doubtBytes }: MemoryMap,
  { stuck }: Asked,
): { readonly expanded: readonly Node[]; readonly roomy: readonly Node[] } =>
  stuck
    ? {
        expanded: [when(getGlobal('idle'), [call('doubt', get('before'), get('out'))])],
        roomy: [when(i32.geU(getGlobal('doubted'), i32.const(doubtBytes)), [call('settle_doubts', get('out'))])],
      }
    : { expanded: [], roomy: [] }
