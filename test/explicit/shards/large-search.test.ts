/**
 * Searches that workers go on with: on small systems, with tiny shards, buckets and exchanges, so that every path is
 * walked. They find what one machine finds, whatever the number of workers and shards.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SearchOptions, type SearchResult, search } from '../../../src/explicit/search/search.ts'
import type { System } from '../../../src/ir/system.ts'
import { add, builder, eq, finish, load, lt, ne, store, value, when } from '../ir.ts'
import { mach } from '../mach.ts'
import { randomSystem } from '../random.ts'
import { odometer, wide } from './systems.ts'

const runs = Number(process.env.MMUCHECK_RUNS ?? 60)

const tiny = (shardLog: number, numberBits = 20) => ({ exchange: 2 ** 13, partBytes: 2 ** 11, shardLog, numberBits, slack: 1 })
const largeFrom = (from: number, shardLog: number): NonNullable<SearchOptions['large']> => ({ from, tiny: tiny(shardLog) })

/** All that may not depend on who searches. */
const told = ({ complete, limit, states, transitions, depth, properties, idle, fired, taken }: SearchResult) => ({
  complete,
  limit,
  states,
  transitions,
  depth,
  // Of several failures after as many steps it may be another one.
  properties: properties.map(({ failure: _failure, ...property }) => property),
  idle,
  fired: [...fired],
  taken: [...taken],
})

/** `x` and `y` count up to `n - 1` each, in any order: `n * n` states, the deepest after `2 n - 2` steps. */
const grid = (n: number): System => {
  const b = builder('grid')
  for (const name of ['x', 'y']) {
    const v = b.global(name, 0, n - 1)
    b.rule(name, 'up', when(lt(load(v), n - 1), finish(store(v, [], add(load(v), 1)))))
  }
  b.property('never', 'always', ne(load(0), value(n - 2)))
  b.property('reached', 'sometimes', eq(load(1), value(n - 1)))
  b.property('greatest', 'bound', add(load(0), load(1)), [], 2 * n)
  return { ...b.build(), deadlock: 'allowed' }
}

describe('as one machine finds it', () => {
  it.each([1, 2, 3])('on random systems, by %i workers', async (workers) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 200 }), async (seed, size, from) => {
        const system = randomSystem(seed, size)
        const limits = { depth: 6 }
        const alone = await search(system, { limits, schedules: 'all' })
        if (alone.states > 3000) return
        const together = await search(system, { limits, schedules: 'all', workers, large: largeFrom(from, from % 5) })
        expect(told(together)).toEqual(told(alone))
        expect(together.properties.map(({ failure }) => failure === null)).toEqual(alone.properties.map(({ failure }) => failure === null))
      }),
      { numRuns: runs },
    )
  })

  it.each([
    [1, 0],
    [1, 3],
    [2, 1],
    [3, 2],
    [3, 5],
  ])('on the yardstick, by %i workers with 2^%i shards', async (workers, shardLog) => {
    const result = await search(mach(2, 1, 2), { workers, large: largeFrom(100, shardLog) })
    const alone = await search(mach(2, 1, 2), { workers: 1 })
    expect(result.workers).toBe(workers)
    expect(alone.workers).toBe(1)
    expect(told(result)).toEqual(told(alone))
  })

  it('where a table grows through slots of every size', async () => {
    const result = await search(grid(700), { workers: 2, large: largeFrom(1000, 1) })
    expect(result).toMatchObject({ complete: true, states: 490_000, transitions: 2 * 700 * 699, depth: 1398 })
    expect(result.properties.map(({ verdict, length, maximum }) => [verdict, length, maximum])).toEqual([
      ['violated', 698, null],
      ['holds', 699, null],
      ['holds', null, 1398],
      ['holds', null, null],
      ['holds', null, null],
    ])
  })

  it.each([
    [2, 20],
    [3, 20],
    [5, 20],
    [3, 10],
    [5, 10],
  ])('where a state has %i words, whose numbers have %i bits at first', async (words, bits) => {
    const system = wide(words, 5000)
    const alone = await search(system, {})
    expect(alone.states).toBe(5000)
    const large = { from: 10, tiny: tiny(2, bits) }
    for (const workers of [1, 2]) expect(told(await search(system, { workers, large }))).toEqual(told(alone))
  })

  it('where the words of a state change one by one', async () => {
    const system = odometer(40)
    const alone = await search(system, {})
    expect(alone.states).toBe(40 ** 3)
    for (const workers of [1, 2, 3])
      expect(told(await search(system, { workers, large: { from: 100, tiny: tiny(2) } }))).toEqual(told(alone))
  })
})

describe('limits', () => {
  const large = largeFrom(1000, 2)

  it.each([1, 2, 3])('of states: the level in which it is passed is finished (%i workers)', async (workers) => {
    const result = await search(grid(300), { workers, large, limits: { states: 5_000 } })
    // The level of depth d has d + 1 states.
    expect(result).toMatchObject({ complete: false, limit: { kind: 'states', states: 5_000 }, states: 5_050, depth: 99 })
  })

  it.each([1, 2, 3])('of depth, by %i workers', async (workers) => {
    const limits = { depth: 80 }
    const result = await search(grid(300), { workers, large, limits })
    expect(told(result)).toEqual(told(await search(grid(300), { limits })))
    expect(result).toMatchObject({ complete: false, limit: { kind: 'depth', depth: 80 }, states: (81 * 82) / 2 })
  })

  it.each([1, 2, 3])('of memory: what waits is looked at all the same (%i workers)', async (workers) => {
    const result = await search(grid(1500), { workers, large, limits: { bytes: 6 * 2 ** 20 } })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'memory', bytes: 6 * 2 ** 20 } })
    expect(result.states).toBeGreaterThan(10_000)
    expect(result.bytes).toBeLessThanOrEqual(6 * 2 ** 20)
    expect(result.properties.find(({ name }) => name === 'reached')?.verdict).toBe('incomplete')
  })

  it.each([1, 2, 3])('the first violation, by %i workers', async (workers) => {
    const result = await search(grid(300), { workers, large, stop: 'first violation' })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'first' }, depth: 298 })
    expect(result.properties[0]).toMatchObject({ verdict: 'violated', length: 298 })
    // The level in which it lies is finished: 299 states of it, and 300 of the next.
    expect(result.states).toBe((299 * 300) / 2 + 300)
  })

  it('of time, and the signal', async () => {
    const late = await search(grid(3000), { workers: 2, large, limits: { seconds: 0.2 } })
    expect(late).toMatchObject({ complete: false, limit: { kind: 'time', seconds: 0.2 } })
    const stop = new AbortController()
    const interrupted = await search(grid(3000), { workers: 2, large, signal: stop.signal, onProgress: () => stop.abort() })
    expect(interrupted).toMatchObject({ complete: false, limit: { kind: 'interrupted' } })
    expect(interrupted.states).toBeGreaterThan(0)
  })

  it('progress goes up', async () => {
    const seen: number[] = []
    const result = await search(grid(1200), { workers: 2, large, onProgress: ({ states }) => seen.push(states) })
    expect(result.states).toBe(1_440_000)
    expect(seen.length).toBeGreaterThan(1)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })
})
