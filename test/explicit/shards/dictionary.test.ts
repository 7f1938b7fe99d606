/** The dictionary of words: numbers come back as the words that they were given for, and one that is full says so. */
import { describe, expect, test } from 'vitest'
import { emptyDictionary, openDictionary, type SharedDictionary } from '../../../src/explicit/shards/dictionary.ts'
import { dictionaryMap, dictionaryModule, packedAtOnce } from '../../../src/explicit/shards/dictionary-program.ts'
import { poolEnd } from '../../../src/explicit/shards/pool-map.ts'
import { compiled } from '../../../src/explicit/wasm/interface.ts'
import { page } from '../../../src/explicit/wasm/linear-memory.ts'
import { newSharedMemory } from '../../../src/explicit/wasm/platform.ts'

const widths = [64, 64]

/** Of states of two words, packed into one; numbers have so many bits at most. */
const dictionaryOf = (mostBits: number, perLook: number): SharedDictionary => {
  const whole = dictionaryMap(widths, 1)
  const map = { ...whole, words: whole.words.map((word) => ({ ...word, mostBits })) }
  const memory = newSharedMemory(poolEnd / page)
  const packing = {
    words: [
      { as: 'number', bits: 20, word: 0, shift: 0 },
      { as: 'number', bits: 20, word: 0, shift: 20 },
    ],
    widths: [40],
  } as const
  emptyDictionary({ memory, map }, perLook)
  return { memory, map, code: compiled(dictionaryModule(widths, packing, map)), numbered: [0, 1], raw: 16, packed: 8 }
}

const states = (from: number, count: number): Uint8Array =>
  new Uint8Array(BigUint64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? BigInt(from + (i >> 1)) * 0x9e37n : 7n)).buffer)

describe('a dictionary', () => {
  test('unpacks what it has packed, also when it has grown', () => {
    const { pack, unpack, grow, isNarrow } = openDictionary(dictionaryOf(20, packedAtOnce), 'all', packedAtOnce)
    const entries: Uint8Array[] = []
    for (let i = 0; i < 50; i++) {
      entries.push(pack(states(i * 1000, 1000)).slice())
      grow()
    }
    expect(isNarrow()).toBe(false)
    for (const [i, some] of entries.entries()) expect(unpack(some)).toEqual(states(i * 1000, 1000))
  })

  test('says that it is full before there is a word that has no place', () => {
    const { pack, isNarrow, full } = openDictionary(dictionaryOf(12, 1000), 'all', 1000)
    for (let i = 0; i < 3; i++) {
      pack(states(i * 1000, 1000))
      expect(isNarrow()).toBe(false)
    }
    pack(states(3000, 1000))
    expect([isNarrow(), full()]).toEqual([true, [0]])
  })

  test('writes nothing behind its words, whoever looks too late', () => {
    const { pack, isNarrow, unpack } = openDictionary(dictionaryOf(12, packedAtOnce), 'all', 1)
    const first = pack(states(0, 1000)).slice()
    for (let i = 1; i < 4; i++) pack(states(i * 1000, 1000))
    pack(states(4000, 2000))
    expect(isNarrow()).toBe(true)
    expect(unpack(first)).toEqual(states(0, 1000))
    expect(pack(states(0, 1000))).toEqual(first)
  })
})
