/**
 * What both sets of states have in common, the exact table of a search (table.ts) and the one of a graph, which numbers
 * states (index-table.ts): states wait in a queue in the order in which they were found, and new ones come a batch at a
 * time, so that as many cache misses are under way together.
 */
import { batch, type MemoryMap } from '../emit/memory-map.js'
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
  set,
  setGlobal,
  type WasmFunction,
  when,
} from '../wasm/instruction.js'
import { exported, global32, global64, procedure } from '../wasm/interface.js'

/** Values of the global `stop`. */
export const stopReasons = { states: 1, memory: 2, settled: 3 } as const

export const storeGlobals = {
  table_at: global32(),
  /** The table grows before it holds more states than this. */
  room: global32(),
  states: global32(),
  state_limit: global32(-1n),
  /** The queue: the next state to be expanded, and the place behind the last one. */
  head: global32(),
  tail: global32(),
  /** States of the level being expanded that wait, and states of the next level. */
  left: global32(),
  queued: global32(),
  transitions: global64(),
  stop: global32(),
  /** Where what is read ahead goes. */
  sink: global32(),
} as const

export const storeExports = { flush: procedure(['end', 'i32']) } as const

export interface Inserting {
  /** What else is done about the `count` entries of the buffer. */
  readonly counting: readonly Node[]
  /** Where the `count` entries of a batch need room, the import that makes it; it sets `stop` where there is none. */
  readonly rooms: readonly (readonly [isNeeded: Node, by: string])[]
  /** Inserts the batch from `p` to `batch_end`. */
  readonly insert: Node
}

/** `flush(end)`: inserts all entries of the buffer up to `end`, and queues those that are new. */
export const flushFunction = (memory: MemoryMap, { counting, rooms, insert }: Inserting): WasmFunction => {
  const entriesTo = (end: Node): Node => i32.divU(i32.sub(end, get('p')), i32.const(memory.entry))
  return {
    ...exported(storeExports, 'flush'),
    locals: [
      ['p', 'i32'],
      ['batch_end', 'i32'],
      ['count', 'i32'],
    ],
    body: [
      set('p', i32.const(memory.buffer)),
      set('count', entriesTo(get('end'))),
      setGlobal('transitions', i64.add(getGlobal('transitions'), i64.extend(get('count')))),
      ...counting,
      block('done', [
        loop('more', [
          brIf('done', i32.geU(get('p'), get('end'))),
          brIf('done', getGlobal('stop')),
          set('batch_end', i32.add(get('p'), i32.const(batch * memory.entry))),
          when(i32.gtU(get('batch_end'), get('end')), [set('batch_end', get('end'))]),
          set('count', entriesTo(get('batch_end'))),
          ...rooms.map(([isNeeded, by]) => when(isNeeded, [call(by), brIf('done', getGlobal('stop'))])),
          insert,
          set('p', get('batch_end')),
          br('more'),
        ]),
      ]),
    ],
  }
}
