/** The table of states against a JavaScript Set. */
import { describe, expect, it } from 'vitest'
import { type MemoryMap, storeMemory } from '../../../src/explicit/emit/memory-map.ts'
import { createMachine, type Machine as MachineOf } from '../../../src/explicit/program/machine.ts'
import { wordsAt } from '../../../src/explicit/program/start.ts'
import { type TableInterface, tableFunctions, tableInterface } from '../../../src/explicit/store/table.ts'
import { homes, isPossible, nextSizes, slotKinds, type TableSize, tableBytes, tableShape } from '../../../src/explicit/store/table-size.ts'
import { moduleOf } from '../../../src/explicit/wasm/interface.ts'
import { randomness } from '../random.ts'

type Machine = MachineOf<TableInterface>

const storeOf = (widths: readonly number[], log: number, limit = 2 ** 30, frugal?: number): { machine: Machine; memory: MemoryMap } => {
  const memory = storeMemory(widths.length)
  const shape = tableShape(widths)
  const machine = createMachine(
    {
      module: moduleOf(
        tableInterface,
        [
          ['grow', []],
          ['widen', []],
        ],
        tableFunctions(shape, memory),
      ),
      memory,
      shape,
      words: widths.length,
    },
    { bytes: limit, keep: true, log, ...(frugal === undefined ? {} : { frugal }) },
  )
  return { machine, memory }
}

const insert = (machine: Machine, memory: MemoryMap, states: readonly (readonly bigint[])[]): void => {
  const view = machine.view()
  for (const [i, state] of states.entries())
    for (const [w, word] of state.entries()) view.setBigUint64(memory.buffer + i * memory.entry + w * 8, word, true)
  machine.exports.flush(memory.buffer + states.length * memory.entry)
}

const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** States of the given widths: random ones, counters, single bits, and few values far apart; with repetitions. */
const statesOf = (widths: readonly number[], count: number, seed: number): bigint[][] => {
  const { next, below } = randomness(seed)
  const word = (bits: number): bigint => ((BigInt(next()) << 32n) | BigInt(next())) & mask(bits)
  const states: bigint[][] = []
  for (let i = 0; i < count; i++) {
    const kind = below(6)
    if (kind === 0 && i > 0) states.push(states[below(i)])
    else if (kind === 1) states.push(widths.map((w) => BigInt(i) & mask(w)))
    else if (kind === 2) states.push(widths.map((w) => (1n << BigInt(below(64))) & mask(w)))
    else if (kind === 3)
      states.push(widths.map((w, k) => (k === below(widths.length) ? (BigInt(i) << BigInt(Math.max(0, w - 16))) & mask(w) : 0n)))
    else states.push(widths.map(word))
  }
  return states
}

const contents = (machine: Machine, memory: MemoryMap, words: number): string[] =>
  Array.from({ length: machine.globals.states }, (_, i) => wordsAt(machine, memory.ring + i * words * 8, words).join())

const widthsTried: readonly (readonly number[])[] = [
  ...[0, 1, 2, 3, 5, 8, 13, 24, 25, 26, 32, 33, 40, 48, 54, 55, 56, 57, 60, 61, 62, 63, 64].map((w) => [w]),
  ...[
    [3, 1],
    [32, 1],
    [33, 32],
    [46, 32],
    [46, 64],
    [64, 64],
    [20, 64],
    [46, 64, 32],
    [64, 64, 64],
    [46, 64, 64, 8],
    [50, 60, 33, 32, 31, 64, 1],
  ],
]

describe('the table of states', () => {
  it.each(widthsTried.map((widths) => [widths.join('+'), widths] as const))(
    'keeps exactly the states that were put in, of %s bits',
    (_, widths) => {
      for (const log of [0, 3, 9]) {
        const { machine, memory } = storeOf(widths, log)
        const states = statesOf(widths, 6000, log + 1)
        const { below } = randomness(log)
        const expected = new Set<string>()
        for (let i = 0; i < states.length; ) {
          const some = states.slice(i, i + 1 + below(500))
          insert(machine, memory, some)
          for (const state of some) expected.add(state.join())
          i += some.length
          if (machine.globals.states !== expected.size) break
        }
        expect(contents(machine, memory, widths.length)).toEqual([...expected])
        // Everything is found where it is, and nothing else is found.
        const view = machine.view()
        for (let i = 0; i < expected.size; i += 17) expect(machine.exports.find(memory.ring + i * widths.length * 8)).not.toBe(0)
        for (const absent of statesOf(widths, 300, 99).filter((s) => !expected.has(s.join()))) {
          for (const [w, word] of absent.entries()) view.setBigUint64(memory.current + w * 8, word, true)
          expect(machine.exports.find(memory.current)).toBe(0)
        }
      }
    },
  )

  it('holds every state there is of a few bits', () => {
    for (const bits of [1, 4, 11, 16]) {
      const { machine, memory } = storeOf([bits], 2)
      const all = Array.from({ length: 2 ** bits }, (_, i) => [BigInt(i)])
      for (let i = 0; i < all.length; i += 1000) insert(machine, memory, all.slice(i, i + 1000))
      for (let i = 0; i < all.length; i += 1000) insert(machine, memory, all.slice(i, i + 1000))
      expect(machine.globals.states).toBe(2 ** bits)
    }
  })

  it('grows through wide and narrow slots, and by quarters when it is large', () => {
    const { machine, memory } = storeOf([40], 10)
    const { next } = randomness(5)
    const expected = new Set<bigint>()
    const kinds = new Set<string>()
    for (let round = 0; round < 400; round++) {
      const some = Array.from({ length: 500 }, () => [((BigInt(next()) << 32n) | BigInt(next())) & mask(40)])
      insert(machine, memory, some)
      for (const [s] of some) expected.add(s)
      kinds.add(machine.size().kind)
    }
    expect(machine.globals.states).toBe(expected.size)
    expect([...kinds]).toEqual(['wide', 'narrow'])
  })

  it('grows without losing anything at every factor', () => {
    // 1.25, 1.5, 1.75 and 2 times a power of two.
    for (const widths of [[64], [58], [46, 32], [40, 64], [61], [62]]) {
      const { machine, memory } = storeOf(widths, 10, 2 ** 30, 0)
      const factors = new Set<number>()
      const expected = new Set<string>()
      const { next } = randomness(7)
      for (let round = 0; round < 60; round++) {
        const some = Array.from({ length: 1000 }, () => widths.map((w) => ((BigInt(next()) << 32n) | BigInt(next())) & mask(w)))
        insert(machine, memory, some)
        for (const s of some) expected.add(s.join())
        factors.add(machine.size().factor)
      }
      expect(contents(machine, memory, widths.length)).toEqual([...expected])
      expect([...factors].sort()).toEqual([1, 3, 5, 7])
    }
  })

  it('stops where memory runs out, and keeps what it has', () => {
    const limit = 600_000
    const { machine, memory } = storeOf([64], 10, limit)
    const { next } = randomness(3)
    const given: string[] = []
    for (let round = 0; round < 200 && machine.globals.stop === 0; round++) {
      const some = Array.from({ length: 500 }, () => [(BigInt(next()) << 32n) | BigInt(next())])
      insert(machine, memory, some)
      given.push(...some.map((s) => s.join()))
    }
    expect(machine.globals.stop).toBe(2)
    expect(machine.bytes()).toBeLessThanOrEqual(limit)
    const kept = contents(machine, memory, 1)
    expect(kept.length).toBeGreaterThan(limit / 40)
    expect(kept).toEqual([...new Set(given)].slice(0, kept.length))
  })

  it('knows sizes that grow, that are possible, and that are worth it', () => {
    for (const widths of widthsTried) {
      const shape = tableShape(widths)
      for (let log = 0; log < 24; log++)
        for (const kind of slotKinds(shape)) {
          const size: TableSize = { log, factor: 1, kind }
          if (!isPossible(shape, size)) continue
          const sizes = nextSizes(shape, size)
          for (const larger of sizes) {
            expect(homes(larger)).toBeGreaterThan(homes(size))
            expect(isPossible(shape, larger)).toBe(true)
          }
          if (sizes.length > 0) expect(tableBytes(shape, sizes[0])).toBeLessThanOrEqual(2 * tableBytes(shape, size))
        }
    }
  })
})
