/** A linear memory that grows as far as it is asked to reach. */
import { expect, test } from 'vitest'
import { createLinearMemory, page } from '../../../src/explicit/wasm/linear-memory.ts'

test('it reaches as far as it must, in whole pages, and keeps what is in it', () => {
  const { memory, reach, bytes, view } = createLinearMemory(1)
  expect(memory.buffer.byteLength).toBe(page)
  view().setUint32(8, 0x01020304, true)
  expect(reach(page)).toBe(true)
  expect(memory.buffer.byteLength).toBe(page)
  expect(reach(3 * page + 1)).toBe(true)
  expect(memory.buffer.byteLength).toBe(4 * page)
  expect([...bytes().subarray(8, 12)]).toEqual([4, 3, 2, 1])
})

test('it reaches no further than an address can', () => {
  const { memory, reach } = createLinearMemory(page)
  expect(reach(2 ** 32)).toBe(false)
  expect(memory.buffer.byteLength).toBe(page)
})
