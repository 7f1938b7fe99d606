/**
 * Arrays of bytes that grow at their end without being copied, up to 4 GiB: each lies in a linear memory of its own.
 */
import { createLinearMemory, page } from '../wasm/linear-memory.js'
import { mostMemory } from './ceiling.js'

export interface Growing {
  /** Appends bytes. @throws RangeError where there is no memory. */
  readonly append: (bytes: Uint8Array) => void
  readonly length: () => number
  readonly clear: () => void
  /** Views of what is there, valid until the next `append`. */
  readonly bytes: () => Uint8Array
  readonly words: () => Uint32Array
}

/** Memory grows by so much at least, so that there are few calls; what is not touched costs nothing. */
const leastGrowth = 256 * page

/** An empty one; `most` bytes in it are less for tests. */
export const createGrowing = (most = mostMemory): Growing => {
  const { memory, reach, bytes: all } = createLinearMemory(page)
  let length = 0
  return {
    append: (bytes) => {
      const end = length + bytes.length
      const size = memory.buffer.byteLength
      const isRoom = end <= size || reach(Math.max(end, size + leastGrowth)) || reach(end)
      if (end > most || !isRoom) throw new RangeError(`no memory for ${end} bytes`)
      all().set(bytes, length)
      length = end
    },
    length: () => length,
    clear: () => {
      length = 0
    },
    bytes: () => new Uint8Array(memory.buffer, 0, length),
    words: () => new Uint32Array(memory.buffer, 0, length >>> 2),
  }
}
