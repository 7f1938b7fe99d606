/** Packing in place against packing word by word. */
import { expect, test } from 'vitest'
import { encodeState, layoutOf } from '../../../src/explicit/emit/layout.ts'
import { packingOf } from '../../../src/explicit/sample/packing.ts'
import type { System, Vector } from '../../../src/ir/system.ts'
import { interpreter } from '../interpreter.ts'
import { builder } from '../ir.ts'
import { randomness, randomSystem } from '../random.ts'

const compare = (system: System, vectors: Iterable<Vector>): number => {
  const layout = layoutOf(system)
  const { read, write } = packingOf(system, layout)
  const view = new DataView(new ArrayBuffer(16 + layout.widths.length * 8))
  let compared = 0
  for (const vector of vectors) {
    write(view, 16, vector)
    expect(layout.widths.map((_, w) => view.getBigUint64(16 + w * 8, true))).toEqual(encodeState(system, layout, vector))
    expect(read(view, 16)).toEqual(vector)
    compared++
  }
  expect(view.getBigUint64(0) + view.getBigUint64(8)).toBe(0n)
  return compared
}

test('states of random systems', () => {
  let states = 0
  for (let seed = 1; seed <= 40; seed++) {
    const system = randomSystem(seed * 17, 1 + (seed % 5))
    states += compare(system, interpreter(system).explore(4, 300)?.states.values() ?? [])
  }
  expect(states).toBeGreaterThan(200)
})

test('elements of all widths, across the middle of a word, of the greatest ranges', () => {
  const b = builder('widths')
  const ranges: (readonly [number, number])[] = [
    [-(2 ** 31), 2 ** 31 - 1],
    [0, 2 ** 31 - 1],
    [5, 5],
  ]
  for (let bits = 1; bits < 32; bits += 3) ranges.push([-3, 2 ** bits - 4])
  for (const [i, [lo, hi]] of ranges.entries()) b.global(`x${i}`, lo, hi, [3])
  const { below } = randomness(5)
  const vector = (): number[] => ranges.flatMap(([lo, hi]) => [lo, hi, lo + Math.min(hi - lo, below(2 ** 31 - 1))])
  expect(compare(b.build(), Array.from({ length: 50 }, vector))).toBe(50)
})
