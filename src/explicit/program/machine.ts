/** An instance of a program that searches, with its memory. */
import type { TableInterface } from '../store/table.js'
import type { TableSize } from '../store/table-size.js'
import { type Instance, instanceOf, type Module } from '../wasm/interface.js'
import type { Interfaces, Program } from './program.js'
import {
  bytesIn,
  clearTable,
  createSpace,
  growTable,
  type Held,
  reserve,
  type SpaceOptions,
  type SpaceParts,
  settleIn,
  widenQueue,
} from './space.js'

/** `I` is what JavaScript sees of the program, a search unless it says otherwise. */
export interface Machine<I extends TableInterface = Interfaces['search']> extends Instance<I> {
  /** The instance's memory. Valid until the next call, which may make it grow. */
  readonly view: () => DataView<ArrayBuffer>
  readonly size: () => TableSize
  /** Bytes in use: table, queue, buffers. */
  readonly bytes: () => number
  /**
   * Empties the table and makes it large enough for so many states; false where there is no memory for it. The queue
   * stays as it is.
   */
  readonly clearTable: (count: number) => boolean
  /**
   * Addresses of areas of so many bytes, behind the table; they last until the table is cleared. Null where there is no
   * memory.
   */
  readonly reserve: (...bytes: readonly number[]) => number[] | null
}

export interface MachineParts<I extends TableInterface> extends SpaceParts {
  readonly module: Module<I>
}

export interface MachineOptions extends SpaceOptions {
  /** Of a program for samples: takes the successors in the buffer, up to an address. */
  readonly take?: (end: number) => void
  /** Of a program with properties in which something can be crossed out: some group of such parts matters after all. */
  readonly narrow?: (crossable: number) => void
}

/** What a machine needs of a program. */
export const partsOf = <I extends TableInterface>(program: Program<I>): MachineParts<I> => ({
  module: program.module,
  memory: program.memory,
  shape: program.shape,
  words: program.layout.widths.length,
})

/** Compiles and instantiates a module; its table and queue are empty. @throws NoMemory */
export const createMachine = <I extends TableInterface>(parts: MachineParts<I>, options: MachineOptions): Machine<I> => {
  const space = createSpace(parts, options)
  const { take = () => {}, narrow = () => {} } = options
  const instance = instanceOf(parts.module, space.linear.memory, {
    grow: () => growTable(held),
    widen: () => widenQueue(held),
    take,
    narrow,
  })
  // Whatever else there is, the table is in it.
  const held: Held = { ...(instance as unknown as Instance<TableInterface>), space }
  settleIn(held)
  return {
    ...instance,
    view: space.linear.view,
    size: () => space.size,
    bytes: () => bytesIn(space),
    clearTable: (count) => clearTable(held, count),
    reserve: (...bytes) => reserve(space, bytes),
  }
}
