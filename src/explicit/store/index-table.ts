/**
 * The set of states for a state graph: every state has a number, its place in the array of states. A table of 4-byte
 * slots, of any number of slots, with linear probing; a slot holds a state's number plus 1 in its low `index_bits` bits
 * and bits of the state's hash above them, 0 where it is free. States are compared whole, so nothing is taken for
 * something that it is not.
 *
 * `table.ts` needs less memory, but cannot number states: there a state is found by its place in a table that moves.
 */

import { batch } from '../emit/memory-map.js'
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
  select,
  set,
  setGlobal,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { answer, exported, global32, procedure } from '../wasm/interface.js'
import type { GraphMemory } from './graph-memory-map.js'
import { flushFunction, type Inserting, stopReasons, storeExports, storeGlobals } from './store.js'

export const indexTableGlobals = {
  ...storeGlobals,
  table_end: global32(),
  slots: global32(),
  index_mask: global32(),
  edges: global32(),
  /** Where the next target and agent of an edge go. */
  target_at: global32(),
  agent_at: global32(),
} as const

export const indexTableExports = {
  ...storeExports,
  enter: procedure(['index', 'i32'], ['count', 'i32']),
  place_of: answer(['state', 'i32']),
} as const

const factors = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn] as const

/** h := a hash of the state at `at`, good in all bits. */
const hashed = (words: number, at: Node): Node[] => {
  const fold = (): Node => set('h', i64.xor(get('h'), i64.shrU(get('h'), i64.const(32n))))
  const nodes = [set('h', i64.mul(i64.load(at), i64.const(factors[0]))), fold()]
  for (let w = 1; w < words; w++)
    nodes.push(set('h', i64.mul(i64.xor(get('h'), i64.load(at, w * 8)), i64.const(w % 2 === 0 ? factors[1] : factors[2]))), fold())
  return [...nodes, set('h', i64.mul(get('h'), i64.const(factors[1]))), set('h', i64.xor(get('h'), i64.shrU(get('h'), i64.const(29n))))]
}

/** a := the home slot of hash h, tag := its bits of the hash. */
const located: readonly Node[] = [
  set(
    'a',
    i32.add(
      getGlobal('table_at'),
      i32.shl(
        i32.wrap(i64.shrU(i64.mul(i64.shrU(get('h'), i64.const(32n)), i64.extend(getGlobal('slots'))), i64.const(32n))),
        i32.const(2),
      ),
    ),
  ),
  set('tag', i32.and(i32.wrap(get('h')), i32.xor(getGlobal('index_mask'), i32.const(-1)))),
]

const differs = (words: number, a: Node, b: Node, offset = 0): Node =>
  Array.from({ length: words }, (_, w) => i64.ne(i64.load(a, offset + w * 8), i64.load(b, w * 8))).reduce((x, y) => i32.or(x, y))

const nextSlot: readonly Node[] = [
  set('a', i32.add(get('a'), i32.const(4))),
  when(i32.eq(get('a'), getGlobal('table_end')), [set('a', getGlobal('table_at'))]),
]

/** The place of a state among those met lately. The state of zeros has place 0. */
const recentPlace = (memory: GraphMemory): Node => i32.and(i32.wrap(i64.shrU(get('h'), i64.const(16n))), i32.const(memory.recentStates - 1))

const chunkFunction = (words: number, memory: GraphMemory): WasmFunction => {
  const stateBytes = words * 8
  /**
   * The address of the state that a slot names. A free slot gives the one before the array, which nobody reads for its
   * value.
   */
  const named = (slot: Node): Node =>
    i32.add(i32.const(memory.ring - stateBytes), i32.mul(i32.and(slot, getGlobal('index_mask')), i32.const(stateBytes)))
  const placed = i32.add(i32.const(memory.slots), i32.shl(get('n'), i32.const(1)))
  const hashPass: Node[] = [
    set('q', get('p')),
    set('n', i32.const(0)),
    loop('hash', [
      ...hashed(words, get('q')),
      ...located,
      set('place', recentPlace(memory)),
      set('r', i32.mul(get('place'), i32.const(stateBytes))),
      // Half of all successors were met a moment ago: their number is kept with them. Home 0 marks such a one.
      i32.store(get('n'), select(differs(words, get('r'), get('q'), memory.recent), get('a'), i32.const(0)), memory.homes),
      ...Array.from({ length: words }, (_, w) => i64.store(get('r'), i64.load(get('q'), w * 8), memory.recent + w * 8)),
      i32.store(placed, get('tag')),
      i32.store(placed, i32.shl(get('place'), i32.const(2)), 4),
      set('n', i32.add(get('n'), i32.const(4))),
      set('q', i32.add(get('q'), i32.const(memory.entry))),
      brIf('hash', i32.ltU(get('q'), get('end'))),
    ]),
    set('last', get('n')),
  ]
  // Passes that do little but load, so that many cache misses are under way at once: first the home slots; then, of the
  // first slot that is free or has the tag, the state that it names. There the insertion goes on.
  const slotPass: Node[] = [
    set('n', i32.const(0)),
    loop('slots', [
      set('touched', i32.add(get('touched'), i32.load(i32.load(get('n'), memory.homes)))),
      set('n', i32.add(get('n'), i32.const(4))),
      brIf('slots', i32.ltU(get('n'), get('last'))),
    ]),
  ]
  const otherTag = i32.and(i32.xor(get('s'), get('tag')), i32.xor(getGlobal('index_mask'), i32.const(-1)))
  const statePass: Node[] = [
    set('n', i32.const(0)),
    loop('states', [
      set('a', i32.load(get('n'), memory.homes)),
      set('tag', i32.load(placed)),
      block('near', [
        loop('seek', [set('s', i32.load(get('a'))), brIf('near', i32.eqz(get('s'))), when(otherTag, [...nextSlot, br('seek')])]),
      ]),
      i32.store(get('n'), get('a'), memory.homes),
      set('touched', i32.add(get('touched'), i32.load(named(get('s'))))),
      set('n', i32.add(get('n'), i32.const(4))),
      brIf('states', i32.ltU(get('n'), get('last'))),
    ]),
    setGlobal('sink', get('touched')),
  ]
  const insert: Node[] = [
    when(i32.eq(get('states'), getGlobal('state_limit')), [setGlobal('stop', i32.const(stopReasons.states)), br('full')]),
    set('index', get('states')),
    set('states', i32.add(get('states'), i32.const(1))),
    ...Array.from({ length: words }, (_, w) => i64.store(get('tail'), i64.load(get('q'), w * 8), w * 8)),
    set('tail', i32.add(get('tail'), i32.const(stateBytes))),
    i32.store(get('a'), i32.or(get('tag'), get('states'))),
  ]
  const insertPass: Node[] = [
    set('q', get('p')),
    set('n', i32.const(0)),
    set('states', getGlobal('states')),
    set('tail', getGlobal('tail')),
    set('target_at', getGlobal('target_at')),
    set('agent_at', getGlobal('agent_at')),
    block('full', [
      loop('insert', [
        set('a', i32.load(get('n'), memory.homes)),
        set('place', i32.load(placed, 4)),
        when(
          get('a'),
          [
            set('tag', i32.load(placed)),
            block('found', [
              loop('probe', [
                set('s', i32.load(get('a'))),
                when(i32.eqz(get('s')), [...insert, br('found')]),
                when(i32.eqz(otherTag), [
                  set('r', named(get('s'))),
                  when(i32.eqz(differs(words, get('r'), get('q'))), [
                    set('index', i32.sub(i32.and(get('s'), getGlobal('index_mask')), i32.const(1))),
                    br('found'),
                  ]),
                ]),
                ...nextSlot,
                br('probe'),
              ]),
            ]),
            i32.store(get('place'), get('index'), memory.recentIndex),
          ],
          [set('index', i32.load(get('place'), memory.recentIndex))],
        ),
        i32.store(get('target_at'), get('index')),
        set('target_at', i32.add(get('target_at'), i32.const(4))),
        i32.store(get('agent_at'), i32.load(get('q'), stateBytes)),
        set('agent_at', i32.add(get('agent_at'), i32.const(memory.agentBytes))),
        set('q', i32.add(get('q'), i32.const(memory.entry))),
        set('n', i32.add(get('n'), i32.const(4))),
        brIf('insert', i32.ltU(get('n'), get('last'))),
      ]),
    ]),
    setGlobal('queued', i32.add(getGlobal('queued'), i32.sub(get('states'), getGlobal('states')))),
    setGlobal('states', get('states')),
    setGlobal('tail', get('tail')),
    setGlobal('target_at', get('target_at')),
    setGlobal('agent_at', get('agent_at')),
  ]
  return {
    name: 'chunk',
    params: [
      ['p', 'i32'],
      ['end', 'i32'],
    ],
    result: null,
    exported: false,
    locals: [
      ['h', 'i64'],
      ...(['a', 'tag', 'place', 'r', 's', 'q', 'n', 'last', 'touched', 'index', 'states', 'tail', 'target_at', 'agent_at'] as const).map(
        (l) => [l, 'i32'] as const,
      ),
    ],
    body: [...hashPass, ...slotPass, ...statePass, ...insertPass],
  }
}

/** An edge is noted for each entry, whether its state is new or not. */
const inserting = (memory: GraphMemory): Inserting => ({
  counting: [setGlobal('edges', i32.add(getGlobal('edges'), get('count')))],
  rooms: [
    [i32.gtU(i32.add(getGlobal('states'), get('count')), getGlobal('room')), 'grow'],
    [i32.gtU(i32.add(getGlobal('target_at'), i32.const(batch * 4)), i32.const(memory.targetLimit)), 'drain'],
  ],
  insert: call('chunk', get('p'), get('batch_end')),
})

/** `enter(index, count)`: puts states of the array, which are all different, into a table that has grown. */
const enterFunction = (words: number, memory: GraphMemory): WasmFunction => ({
  ...exported(indexTableExports, 'enter'),
  locals: [['h', 'i64'], ...(['a', 'tag', 'at'] as const).map((l) => [l, 'i32'] as const)],
  body: [
    set('at', i32.add(i32.const(memory.ring), i32.mul(get('index'), i32.const(words * 8)))),
    block('done', [
      loop('next', [
        brIf('done', i32.eqz(get('count'))),
        ...hashed(words, get('at')),
        ...located,
        loop('probe', [when(i32.load(get('a')), [...nextSlot, br('probe')])]),
        set('index', i32.add(get('index'), i32.const(1))),
        i32.store(get('a'), i32.or(get('tag'), get('index'))),
        set('at', i32.add(get('at'), i32.const(words * 8))),
        set('count', i32.sub(get('count'), i32.const(1))),
        br('next'),
      ]),
    ]),
  ],
})

/** `place_of(state) -> place` among the states met lately. */
const placeFunction = (words: number, memory: GraphMemory): WasmFunction => ({
  ...exported(indexTableExports, 'place_of'),
  locals: [['h', 'i64']],
  body: [...hashed(words, get('state')), recentPlace(memory)],
})

/**
 * All functions of the numbering store. They call the imports `grow` (a larger table and array) and `drain` (the edges
 * leave), which set `stop` where there is no memory.
 */
export const indexTableFunctions = (words: number, memory: GraphMemory): WasmFunction[] => [
  chunkFunction(words, memory),
  flushFunction(memory, inserting(memory)),
  enterFunction(words, memory),
  placeFunction(words, memory),
]
