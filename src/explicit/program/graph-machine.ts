/** An instance of a graph program: its memory, and the policies by which its array of states, its table and its edges grow. */

import { batch } from '../emit/memory-map.js'
import { stopReasons } from '../store/table.js'
import { encode } from '../wasm/encode.js'
import { compileModule, newInstance, newMemory, type WasmGlobalObject, type WasmMemory, wasm } from '../wasm/platform.js'
import type { GraphProgram } from './graph-program.js'
import { createGrowing, type Growing } from './growing.js'

const page = 65_536
const wholeMemory = 65_536 * page - page

/** How full the table gets. */
const load = 0.6
/** States are entered into a grown table in slices, so that V8 gets to replace the code that does it by optimised code. */
const slice = 10_000

export interface GraphMachine {
  readonly memory: WasmMemory
  readonly call: (name: string, ...args: readonly number[]) => number
  readonly read: (global: string) => number
  readonly write: (global: string, value: number) => void
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
}

/** Compiles and instantiates the module; there is no state yet. `limit` is in bytes. @throws NoMemory */
export const createGraphMachine = ({ module, memory: map, layout }: GraphProgram, limit: number): GraphMachine => {
  const stateBytes = layout.widths.length * 8
  const memory = newMemory(Math.ceil((map.ring + page) / page))
  const [targets, agents, offsets, labels, failing] = [createGrowing(), createGrowing(), createGrowing(), createGrowing(), createGrowing()]
  const staged = [targets, agents, offsets, labels, failing]
  let slots = 0

  const tableAtFor = (room: number): number => Math.ceil((map.ring + room * stateBytes) / 64) * 64
  const roomFor = (n: number): number => Math.floor(n * load)
  const memoryFor = (n: number): number => tableAtFor(roomFor(n)) + n * 4
  const bytes = (): number => memoryFor(slots) + staged.reduce((sum, g) => sum + g.length(), 0)

  const growTo = (next: number): boolean => {
    const tableAt = tableAtFor(roomFor(next))
    const end = tableAt + next * 4
    if (end > wholeMemory || bytes() - memoryFor(slots) + end > limit) return false
    const missing = Math.ceil((end - memory.buffer.byteLength) / page)
    const fresh = memory.buffer.byteLength
    try {
      if (missing > 0) memory.grow(missing)
    } catch {
      return false
    }
    if (tableAt < fresh) new Uint8Array(memory.buffer).fill(0, tableAt, Math.min(fresh, end))
    slots = next
    const indexBits = 32 - Math.clz32(roomFor(next) + 1)
    write('table_at', tableAt)
    write('table_end', end)
    write('slots', next)
    write('index_mask', 2 ** indexBits - 1)
    write('room', roomFor(next))
    const states = read('states')
    for (let i = 0; i < states; i += slice) call('enter', i, Math.min(slice, states - i))
    return true
  }
  const grow = (): void => {
    const ratios = slots < 2 ** 22 ? [4, 2, 1.5, 1.2] : [2, 1.5, 1.2]
    if (!ratios.some((ratio) => growTo(Math.floor(slots * ratio)))) write('stop', stopReasons.memory)
  }
  const starts = [
    ['target_at', map.targets],
    ['agent_at', map.agents],
    ['offset_at', map.offsets],
    ['label_at', map.labels],
    ['failing_at', map.failing],
  ] as const
  const forget = (): void => {
    for (const [global, start] of starts) write(global, start)
  }
  const drain = (): void => {
    try {
      for (const [i, [global, start]] of starts.entries()) staged[i].append(new Uint8Array(memory.buffer, start, read(global) - start))
      if (bytes() > limit) write('stop', stopReasons.memory)
    } catch (e) {
      if (!(e instanceof RangeError)) throw e
      write('stop', stopReasons.memory)
    }
    forget()
  }

  const exported = newInstance(compileModule(encode(module)), { env: { memory, grow, drain } })
  const globals = new Map<string, WasmGlobalObject>()
  const functions = new Map<string, (...args: readonly number[]) => number>()
  for (const [name, value] of Object.entries(exported)) {
    if (value instanceof wasm.Global) globals.set(name, value)
    else if (typeof value === 'function') functions.set(name, value as (...args: readonly number[]) => number)
  }
  const globalOf = (name: string): WasmGlobalObject => {
    const g = globals.get(name)
    if (g === undefined) throw new Error(`no global ${name} in the module`)
    return g
  }
  const read = (name: string): number => {
    const { value } = globalOf(name)
    return typeof value === 'bigint' ? Number(value) : value >>> 0
  }
  const write = (name: string, value: number): void => {
    const g = globalOf(name)
    g.value = typeof g.value === 'bigint' ? BigInt(value) : value | 0
  }
  const call = (name: string, ...args: readonly number[]): number => {
    const f = functions.get(name)
    if (f === undefined) throw new Error(`no function ${name} in the module`)
    return f(...args)
  }
  // Zeros are taken for met where no state was. Only the state of zeros belongs to place 0, so one that belongs elsewhere is put there.
  const view = new DataView(memory.buffer)
  let elsewhere = 1n
  do view.setBigUint64(map.recent, elsewhere++, true)
  while (call('place_of', map.recent) === 0)
  write('head', map.ring)
  write('tail', map.ring)
  forget()
  growTo(Math.ceil((4 * batch) / load))
  return { memory, call, read, write, drain, forget, targets, agents, offsets, labels, failing, bytes }
}
