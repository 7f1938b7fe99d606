/**
 * An instance of a graph program: its memory, and the policies by which its array of states, its table and its edges
 * grow.
 */

import { at } from '../../at.js'
import { batch } from '../emit/memory-map.js'
import { stopReasons } from '../store/store.js'
import { type Instance, instanceOf } from '../wasm/interface.js'
import { createLinearMemory, page } from '../wasm/linear-memory.js'
import { mostMemory } from './ceiling.js'
import type { GraphInterface, GraphProgram } from './graph-program.js'
import { createGrowing, type Growing } from './growing.js'

/** How full the table gets. */
const load = 0.6
/**
 * States are entered into a grown table in slices, so that V8 gets to replace the code that does it by optimised code.
 */
const slice = 10_000

export interface GraphMachine extends Instance<GraphInterface> {
  /** The instance's memory. Valid until the next call, which may make it grow. */
  readonly view: () => DataView<ArrayBuffer>
  /** Copies what waits in the linear memory to the arrays below. */
  readonly drain: () => void
  /** Forgets what waits in the linear memory. */
  readonly forget: () => void
  readonly targets: Growing
  readonly agents: Growing
  readonly offsets: Growing
  readonly labels: Growing
  /** Pairs of a state and an agent, 4 bytes each. */
  readonly failing: Growing
  /** In use: states, table, edges, labels. */
  readonly bytes: () => number
  /** Of a machine that has stopped for memory: a part of the graph has no more, while the limit would allow it. */
  readonly isFull: () => boolean
}

/**
 * Compiles and instantiates the module; there is no state yet. `limit` is for all of it, in bytes, and `part` for each
 * of its memories: one has the states and their table, and each array that grows is another. @throws NoMemory
 */
export const createGraphMachine = (
  { module, memory: map, layout }: GraphProgram,
  limit: number,
  part: number = mostMemory,
): GraphMachine => {
  const stateBytes = layout.widths.length * 8
  const { memory, reach, bytes: all, view } = createLinearMemory(map.ring + page)
  const array = (): Growing => createGrowing(part)
  const [targets, agents, offsets, labels, failing] = [array(), array(), array(), array(), array()]
  const staged = [targets, agents, offsets, labels, failing]
  let slots = 0
  let isFull = false

  const tableAtFor = (room: number): number => Math.ceil((map.ring + room * stateBytes) / 64) * 64
  const roomFor = (n: number): number => Math.floor(n * load)
  const memoryFor = (n: number): number => tableAtFor(roomFor(n)) + n * 4
  const bytes = (): number => memoryFor(slots) + staged.reduce((sum, g) => sum + g.length(), 0)

  const growTo = (next: number): boolean => {
    const tableAt = tableAtFor(roomFor(next))
    const end = tableAt + next * 4
    const fresh = memory.buffer.byteLength
    isFull = bytes() - memoryFor(slots) + end <= limit
    if (!isFull || end > part || !reach(end)) return false
    if (tableAt < fresh) all().fill(0, tableAt, Math.min(fresh, end))
    slots = next
    const indexBits = 32 - Math.clz32(roomFor(next) + 1)
    globals.table_at = tableAt
    globals.table_end = end
    globals.slots = next
    globals.index_mask = 2 ** indexBits - 1
    globals.room = roomFor(next)
    const states = globals.states
    for (let i = 0; i < states; i += slice) exports.enter(i, Math.min(slice, states - i))
    return true
  }
  const grow = (): void => {
    const ratios = slots < 2 ** 22 ? [4, 2, 1.5, 1.2] : [2, 1.5, 1.2, 1.05]
    if (!ratios.some((ratio) => growTo(Math.floor(slots * ratio)))) globals.stop = stopReasons.memory
  }
  const starts = [
    ['target_at', map.targets],
    ['agent_at', map.agents],
    ['offset_at', map.offsets],
    ['label_at', map.labels],
    ['failing_at', map.failing],
  ] as const
  const forget = (): void => {
    for (const [global, start] of starts) globals[global] = start
  }
  const drain = (): void => {
    try {
      for (const [i, [global, start]] of starts.entries())
        at(staged, i).append(new Uint8Array(memory.buffer, start, globals[global] - start))
      if (bytes() > limit) {
        isFull = false
        globals.stop = stopReasons.memory
      }
    } catch (e) {
      if (!(e instanceof RangeError)) throw e
      isFull = true
      globals.stop = stopReasons.memory
    }
    forget()
  }

  const instance = instanceOf(module, memory, { grow, drain })
  const { globals, exports } = instance
  // Zeros are taken for met where no state was. Only the state of zeros belongs to place 0, so one that belongs
  // elsewhere is put there.
  let elsewhere = 1n
  do view().setBigUint64(map.recent, elsewhere++, true)
  while (exports.place_of(map.recent) === 0)
  globals.head = map.ring
  globals.tail = map.ring
  forget()
  growTo(Math.ceil((4 * batch) / load))
  return { ...instance, view, drain, forget, targets, agents, offsets, labels, failing, bytes, isFull: () => isFull }
}
