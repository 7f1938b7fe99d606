/** A linear memory that grows as far as it is asked to reach. */
import { newMemory, type WasmMemory } from './platform.js'

export const page = 65_536
/**
 * How far one can reach: a page less than 4 GiB, so that every address in it, and behind it, is a number of 32 bits.
 */
const furthest = 65_536 * page - page

export interface LinearMemory {
  readonly memory: WasmMemory
  /** Makes it reach up to an address; false where it cannot. */
  readonly reach: (end: number) => boolean
  /** Views of it, valid until it grows. */
  readonly bytes: () => Uint8Array<ArrayBuffer>
  readonly view: () => DataView<ArrayBuffer>
}

/** One of at least so many bytes. @throws NoMemory */
export const createLinearMemory = (bytes: number): LinearMemory => {
  const memory = newMemory(Math.ceil(bytes / page))
  return {
    memory,
    reach: (end) => {
      if (end > furthest) return false
      const missing = Math.ceil((end - memory.buffer.byteLength) / page)
      if (missing <= 0) return true
      try {
        memory.grow(missing)
        return true
      } catch {
        return false
      }
    },
    bytes: () => new Uint8Array(memory.buffer),
    view: () => new DataView(memory.buffer),
  }
}
