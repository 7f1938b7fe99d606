/** Arrays of bytes that grow at their end without being copied, up to 4 GiB: each lies in a linear memory of its own. */
import { newMemory } from '../wasm/platform.js'

const page = 65_536

export interface Growing {
  /** Appends bytes. @throws RangeError where there is no memory. */
  readonly append: (bytes: Uint8Array) => void
  readonly length: () => number
  readonly clear: () => void
  /** Views of what is there, valid until the next `append`. */
  readonly bytes: () => Uint8Array
  readonly words: () => Uint32Array
}

export const createGrowing = (): Growing => {
  const memory = newMemory(1)
  let length = 0
  return {
    append: (bytes) => {
      const missing = Math.ceil((length + bytes.length - memory.buffer.byteLength) / page)
      // Some more than is missing, so that there are few calls; what is not touched costs nothing.
      if (missing > 0) memory.grow(Math.min(Math.max(missing, 256), 65_536 - memory.buffer.byteLength / page))
      new Uint8Array(memory.buffer).set(bytes, length)
      length += bytes.length
    },
    length: () => length,
    clear: () => {
      length = 0
    },
    bytes: () => new Uint8Array(memory.buffer, 0, length),
    words: () => new Uint32Array(memory.buffer, 0, length >>> 2),
  }
}
