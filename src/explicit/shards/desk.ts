/** Where the entries of a worker become states that its expander looks at, and states that it has found entries. */
import type { Instance } from '../wasm/interface.js'
import type { Control } from './control.js'
import { dictionaryBytes, openDictionary } from './dictionary.js'
import type { ExpanderInterface } from './expander-program.js'
import type { Run } from './pool.js'
import type { Setup } from './work.js'

export interface Desk {
  readonly visit: (run: Run) => void
  /** Packs and distributes what waits for it. */
  readonly finish: () => void
  readonly isNarrow: () => boolean
  readonly isCrowded: () => boolean
  /** False where there is no memory. */
  readonly grow: () => boolean
}

/** Worker 0 takes the memory of the dictionary for all. */
export const deskOf = (
  { dictionary: shared, worker, pool, perLook }: Pick<Setup, 'dictionary' | 'worker' | 'pool' | 'perLook'>,
  { exports, globals, memory }: Instance<ExpanderInterface>,
  { take }: Pick<Control, 'take'>,
): Desk => {
  if (shared === null)
    return {
      visit: ({ at: from, end }) => exports.visit(from, end),
      finish: () => {},
      isNarrow: () => false,
      isCrowded: () => false,
      grow: () => true,
    }
  const bytes = new Uint8Array(memory.buffer)
  const { pack, unpack, isNarrow, isCrowded, grow } = openDictionary(shared, worker, perLook)
  /** Bytes of the dictionary that were taken. */
  let counted = 0
  return {
    visit: ({ at: from, end }) => {
      const states = unpack(bytes.subarray(from, end))
      bytes.set(states, pool.unpacked)
      exports.visit(pool.unpacked, pool.unpacked + states.length)
    },
    finish: () => {
      if (globals.raw_end === pool.raw) return
      const entries = pack(bytes.subarray(pool.raw, globals.raw_end))
      globals.raw_end = pool.raw
      bytes.set(entries, pool.packed)
      exports.distribute(pool.packed, pool.packed + entries.length)
    },
    isNarrow,
    isCrowded,
    grow: () => {
      grow()
      if (worker !== 0) return true
      const before = counted
      counted = dictionaryBytes(shared)
      return take(counted - before)
    },
  }
}
