/** How wide states are packed: in as few words as there can be, with as much room for new words as that leaves. */
import { describe, expect, test } from 'vitest'
import { packingFor } from '../../../src/explicit/shards/packing.ts'

const bitsOf = (packing: ReturnType<typeof packingFor>) => packing?.words.map(({ as, bits, word }) => [as, bits, word])

describe('a packing', () => {
  test('takes fewer bits for numbers where states take fewer words then', () => {
    // 13, 25, 17 and 13 bits, which are 68, with room for 128 times as many; 64 with room for 64 times.
    const packing = packingFor([64, 64, 64, 12], [59, 2 ** 18, 690, 56], [26, 26, 26, 26])
    expect(packing?.widths).toEqual([64])
    const bits = packing?.words.map((word) => word.bits) ?? []
    expect(bits.reduce((sum, n) => sum + n, 0)).toBe(64)
    expect(bits[1]).toBeGreaterThanOrEqual(18 + 5)
  })

  test('keeps a word whose number would take as many bits, or more than there can be', () => {
    expect(bitsOf(packingFor([10, 64, 64], [1000, 2 ** 20, 4], [26, 26, 26]))).toEqual([
      ['itself', 10, 1],
      ['itself', 64, 0],
      ['number', 26, 1],
    ])
  })

  test('is none where nothing is gained', () => {
    expect(packingFor([64, 64], [2 ** 20, Number.POSITIVE_INFINITY], [26, 26])).toBeNull()
  })

  test('with room for no more takes what it is given', () => {
    expect(bitsOf(packingFor([64, 64, 64], [2 ** 26, 2 ** 26, Number.POSITIVE_INFINITY], [26, 26, 26], [0]))).toEqual([
      ['number', 26, 1],
      ['number', 26, 1],
      ['itself', 64, 0],
    ])
  })
})
