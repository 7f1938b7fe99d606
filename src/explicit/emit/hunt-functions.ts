/**
 * What the second search for schedules needs besides: which states lead to one of those in the table, and which ways
 * fail.
 */

import { block, br, brIf, call, get, getGlobal, i32, i64, loop, ret, set, setGlobal, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, procedure } from '../wasm/interface.js'
import { copyState } from './agents.js'
import type { Layout } from './layout.js'
import type { MemoryMap } from './memory-map.js'
import type { Purpose } from './purpose.js'

/** `remember(failure, step, choice)`: keeps which way failed, for schedules. */
export const rememberFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'remember',
  params: [
    ['failure', 'i32'],
    ['step', 'i32'],
    ['choice', 'i64'],
  ],
  result: null,
  exported: false,
  locals: [['at', 'i32']],
  body: [
    set('at', i32.add(i32.const(memory.failures), i32.shl(getGlobal('failures'), i32.const(4)))),
    when(i32.geU(get('at'), i32.const(memory.failureLimit)), [ret()]),
    i32.store(get('at'), get('failure')),
    i32.store(get('at'), get('step'), 4),
    i64.store(get('at'), get('choice'), 8),
    setGlobal('failures', i32.add(getGlobal('failures'), i32.const(1))),
  ],
})

/**
 * Bytes of an edge: the state it leaves, the slot of the one it leads to, its step (4 bytes each, and 4 of padding),
 * its choice code.
 */
export const edgeBytes = 24

/**
 * `hunt(state, count)` and `hunt_initial()` look for edges; `successors(state) -> end` writes a state's successors to
 * the buffer, `init(out) -> end` the initial states.
 */
export const traceExports = {
  hunt: procedure(['state', 'i32'], ['count', 'i32']),
  hunt_initial: procedure(),
  successors: answer(['state', 'i32']),
  init: answer(['out', 'i32']),
} as const

export const traceGlobals = {
  /** 1 while successors are looked up in the table instead of being inserted. */
  hunting: global32(),
  hunter: global32(),
  /** 1 while successors are written as they are, though their members are interchangeable. */
  as_is: global32(),
  /** Where the next edge goes, and where there is no more room. */
  edge: global32(),
  edge_limit: global32(),
} as const

/** What schedules need: which of the states at hand lead to one of those in the table. */
export const traceFunctions = (layout: Layout, memory: MemoryMap, purpose: Purpose): WasmFunction[] => {
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
    body: [
      when(
        getGlobal('hunting'),
        [call('look_up', get('end'))],
        purpose === 'sample'
          ? [when(getGlobal('sampling'), [call('take', get('end'))], [call('flush', get('end'))])]
          : [call('flush', get('end'))],
      ),
    ],
  }
  /** `hunt(state, count)`: notes the edges of `count` states from an address on. */
  const hunt: WasmFunction = {
    ...exported(traceExports, 'hunt'),
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
    ...exported(traceExports, 'hunt_initial'),
    locals: [],
    body: [setGlobal('failures', i32.const(0)), setGlobal('hunter', i32.const(0)), call('look_up', call('init', i32.const(memory.buffer)))],
  }
  /** `successors(state) -> end`: writes a state's successors to the buffer. */
  const successors: WasmFunction = {
    ...exported(traceExports, 'successors'),
    locals: [],
    body: [...copyState(layout, memory, get('state')), call('expand', i32.const(memory.buffer))],
  }
  return [lookUp, spill, hunt, huntInitial, successors]
}
