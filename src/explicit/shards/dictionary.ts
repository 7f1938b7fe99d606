/** The dictionary by which wide states are packed, as one worker has it. */
import { at } from '../../at.js'
import { type Compiled, type Instance, instantiated } from '../wasm/interface.js'
import type { WasmMemory } from '../wasm/platform.js'
import { type DictionaryInterface, type DictionaryMap, firstSlots } from './dictionary-program.js'

/** What workers share of it. */
export interface SharedDictionary {
  readonly memory: WasmMemory
  readonly map: DictionaryMap
  readonly code: Compiled<DictionaryInterface>
  /** The words that have numbers. */
  readonly numbered: readonly number[]
  /** Bytes of a state, and of its entry. */
  readonly raw: number
  readonly packed: number
}

export interface Dictionary {
  /** The entries of so many states, at most `packedAtOnce`; valid until the next call. */
  readonly pack: (states: Uint8Array) => Uint8Array
  /** The states of so many entries. */
  readonly unpack: (entries: Uint8Array) => Uint8Array
  /** Some number did not fit into its bits: what was packed since is of no use. */
  readonly isNarrow: () => boolean
  /** Words of which there are about as many as there can be numbers. */
  readonly full: () => readonly number[]
  /** A hash table is so full that it has to grow before more is packed. */
  readonly isCrowded: () => boolean
  /** Makes the hash tables grow that are this worker's share; nobody may pack meanwhile. */
  readonly grow: () => void
}

/** How many numbers were given for each word. */
export const countsOf = ({ memory, map }: Pick<SharedDictionary, 'memory' | 'map'>): number[] => {
  const words = new Uint32Array(memory.buffer)
  return map.words.map(({ count }) => words[count / 4]!)
}

/** Bytes in use: of numbers, and of slots. */
export const dictionaryBytes = ({ memory, map }: Pick<SharedDictionary, 'memory' | 'map'>): number => {
  const words = new Uint32Array(memory.buffer)
  return map.words.reduce((sum, { count, mask }) => sum + words[count / 4]! * 8 + (words[mask / 4]! + 1) * 4, 0)
}

/** An empty one; before anybody uses it. Each worker packs `perLook` states at most before it looks how full it is. */
export const emptyDictionary = ({ memory, map }: Pick<SharedDictionary, 'memory' | 'map'>, perLook: number): void => {
  const words = new Uint32Array(memory.buffer)
  for (const { mask, mostBits } of map.words) words[mask / 4] = firstSlots(map.desks.length * perLook, mostBits) - 1
}

/**
 * Words of which there are about as many as there can be numbers: all workers together can add `perLook` each before
 * everybody has looked again.
 */
export const fullWords = ({ memory, map }: Pick<SharedDictionary, 'memory' | 'map'>, perLook: number): ReadonlySet<number> => {
  const counts = countsOf({ memory, map })
  return new Set(map.words.flatMap(({ mostBits }, i) => (at(counts, i) > 2 ** mostBits - map.desks.length * perLook ? [i] : [])))
}

/** A hash table grows when more than this part of it is taken, and nobody packs while more than that is. */
const [loose, crowded] = [0.5, 0.75]
const growth = 2

/**
 * For one worker, or for whoever is alone with it, who packs `perLook` states at most before looking at `isNarrow` and
 * `isCrowded`. @throws NoMemory
 */
export const openDictionary = (shared: SharedDictionary, worker: number | 'all', perLook: number): Dictionary => {
  const { memory, map, code, numbered, raw, packed } = shared
  const bytes = new Uint8Array(memory.buffer)
  const words = new Uint32Array(memory.buffer)
  const { exports, globals }: Instance<DictionaryInterface> = instantiated(code, memory, {})
  const desk = at(map.desks, worker === 'all' ? 0 : worker)
  const full = (): number[] => {
    const all = fullWords(shared, perLook)
    return numbered.filter((i) => all.has(i))
  }
  return {
    pack: (states) => {
      bytes.set(states, desk.raw)
      const end = exports.pack(desk.raw, desk.raw + states.length, desk.packed, desk.spares) >>> 0
      return bytes.subarray(desk.packed, end)
    },
    unpack: (entries) => {
      bytes.set(entries, desk.packed)
      exports.unpack(desk.packed, desk.packed + entries.length, desk.raw)
      return bytes.subarray(desk.raw, desk.raw + (entries.length / packed) * raw)
    },
    isNarrow: () => globals.narrow === 1 || full().length > 0,
    full,
    isCrowded: () => map.words.some(({ count, mask }) => words[count / 4]! > (words[mask / 4]! + 1) * crowded),
    grow: () => {
      for (const [i, { count, mask, slots, mostBits }] of map.words.entries()) {
        if (worker !== 'all' && i % map.desks.length !== worker) continue
        const known = words[count / 4]!
        const before = words[mask / 4]! + 1
        if (known <= before * loose || before === 2 ** (mostBits + 1)) continue
        words[mask / 4] = before * growth - 1
        bytes.fill(0, slots, slots + before * 4)
        // A number to spare has no word.
        const spare = map.desks.map(({ spares }) => words[spares / 4 + i]! - 1).filter((number) => number >= 0)
        let number = 0
        for (const end of [...spare.toSorted((a, b) => a - b), known]) {
          exports.enter(i, number, end)
          number = end + 1
        }
      }
    },
  }
}
