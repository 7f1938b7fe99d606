/**
 * Workers in threads of their own, which only built code can start: they find what one machine finds, and a thread that
 * ends, or a block that gets lost, ends the search as incomplete.
 */
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SearchResult } from '../../../src/explicit/search/search.ts'
import type { Setup } from '../../../src/explicit/shards/work.ts'
import { mach } from '../mach.ts'
import { odometer, wide } from './systems.ts'

const built = new URL('../../../dist/explicit/search/search.js', import.meta.url)
const { search }: typeof import('../../../src/explicit/search/search.ts') = await import(/* @vite-ignore */ built.href)

const numbers = ({ complete, limit, states, transitions, depth, properties }: SearchResult) => ({
  complete,
  limit,
  states,
  transitions,
  depth,
  properties,
})
const large = { from: 100, tiny: { exchange: 2 ** 13, partBytes: 2 ** 11, shardLog: 3, numberBits: 20, slack: 1 } }

afterEach(() => void vi.restoreAllMocks())

/** What is done to the worker with this number, and what it is sent, when the work begins. */
const sabotage = (number: number, act: (worker: Worker, setup: Setup) => void): void => {
  const post = Worker.prototype.postMessage
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, setup: Setup) {
    if (setup.worker === number) act(this, setup)
    post.call(this, setup)
  })
}

describe('threads', () => {
  it.each([2, 3, 4])('%i of them find what one machine finds', async (workers) => {
    const together = await search(mach(2, 1, 2), { workers, large })
    expect(together.workers).toBe(workers)
    expect(numbers(together)).toEqual(numbers(await search(mach(2, 1, 2))))
  })

  it.each([20, 10])('share the numbers of words, where states are wide; of %i bits at first', async (numberBits) => {
    const system = wide(3, 6_000)
    const alone = numbers(await search(system))
    expect(alone.states).toBe(6_000)
    for (const workers of [2, 3])
      expect(numbers(await search(system, { workers, large: { from: 10, tiny: { ...large.tiny, numberBits } } }))).toEqual(alone)
  })

  it('share them where several find the same words', async () => {
    const system = odometer(50)
    const alone = numbers(await search(system))
    expect(alone.states).toBe(125_000)
    for (const workers of [2, 3]) expect(numbers(await search(system, { workers, large }))).toEqual(alone)
  })

  it('obey limits of time, and the signal', async () => {
    const limits = { seconds: 1 }
    const late = await search(mach(3, 1, 3), { workers: 2, large: { from: 1000 }, limits })
    expect(late.limit).toEqual({ kind: 'time', seconds: 1 })
    const stop = new AbortController()
    const interrupted = await search(mach(3, 1, 3), {
      workers: 2,
      large: { from: 1000 },
      signal: stop.signal,
      onProgress: ({ states }) => {
        if (states > 100_000) stop.abort()
      },
    })
    expect(interrupted.limit).toEqual({ kind: 'interrupted' })
    expect(interrupted.states).toBeGreaterThan(100_000)
  })

  it('a thread that is killed ends the search as incomplete, and what was found so far stays', async () => {
    sabotage(1, (worker) => void setTimeout(() => void worker.terminate(), 300))
    const result = await search(mach(3, 1, 3), { workers: 3, large: { from: 1000 } })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'died', why: 'it ended with code 1' } })
    expect(result.states).toBeGreaterThan(1000)
    expect(result.properties.every(({ verdict, kind }) => verdict !== (kind === 'sometimes' ? 'violated' : 'holds'))).toBe(true)
  })

  it('what a watcher throws ends the search, and is thrown', async () => {
    const onProgress = ({ states }: { readonly states: number }): void => {
      if (states > 2000) throw new Error('no more')
    }
    await expect(search(mach(3, 1, 3), { workers: 2, large: { from: 1000 }, onProgress })).rejects.toThrow('no more')
  })

  it('where threads cannot be started the workers take turns', async () => {
    const unref = Worker.prototype.unref
    let started = 0
    vi.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
      unref.call(this)
      if (++started === 2) throw new Error('no second thread')
    })
    const inTurns = await search(mach(2, 1, 2), { workers: 2, large })
    expect(numbers(inTurns)).toEqual(numbers(await search(mach(2, 1, 2))))
  })

  it('the first violation ends it with its level, however late a worker looks', async () => {
    const options = { workers: 3, large, stop: 'first violation' } as const
    const system = mach(2, 1, 2)
    const first = await search(system, options)
    for (let i = 0; i < 5; i++) expect(numbers(await search(system, options))).toEqual(numbers(first))
  })

  it('a thread that fails ends it too', async () => {
    sabotage(0, (_worker, setup) => void Object.assign(setup, { pool: null }))
    const result = await search(mach(2, 1, 2), { workers: 2, large })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'died' } })
  })

  it('a block that gets lost is noticed', async () => {
    // Worker 1 reads the buckets of worker 0 where there is nothing.
    sabotage(1, (_worker, setup) => {
      const [, own] = setup.memories
      Object.assign(setup, { memories: [own, own] })
    })
    const result = await search(mach(2, 1, 2), { workers: 2, large })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'died' } })
    expect(result.limit?.kind === 'died' ? result.limit.why : '').toContain('successors were lost between workers')
  })
})
