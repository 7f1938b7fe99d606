/**
 * The thread of the solvers. As source there is none, so tasks run here, by the same protocol; deadlines, signals and
 * memory are tested on the built program.
 */
import { spawnSync } from 'node:child_process'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSession as startHere } from '../../src/session/client.ts'
import { type Response, serve } from '../../src/session/serve.ts'
import { type Work, work } from '../../src/session/tasks.ts'
import { createGuard, isOutOfMemory, outOfMemory } from '../../src/symbolic/solver/out-of-memory.ts'
import type { SolverName } from '../../src/symbolic/solver/solver.ts'

const names: readonly SolverName[] = ['z3', 'cadical']

const builtClient = new URL('../../dist/session/client.js', import.meta.url).href
const { runSymbolic, startSession }: typeof import('../../src/session/client.ts') = await import(builtClient)

/** No solver gets through these within a test's time. */
const tooMany = 40

describe.each(names)('%s in a thread', (solver) => {
  test('gives its result, and serves the next task too', async () => {
    const session = startSession({ solvers: [solver] })
    onTestFinished(session.close)
    const seen: number[] = []
    const onProgress = ({ holes }: { readonly holes: number }): number => seen.push(holes)
    expect(await session.run('pigeons', { solver, holes: 3 }, { onProgress })).toEqual({ kind: 'result', result: { answer: 'unsat' } })
    expect(seen).toEqual([1, 2, 3])
    expect(await session.run('pigeons', { solver, holes: 2 }, { onProgress })).toMatchObject({ kind: 'result' })
    expect(seen).toEqual([1, 2, 3, 1, 2])
  })

  test('ends in the middle of a computation when the time is up, keeps what was established, and leaves this thread free', async () => {
    const session = startSession({ solvers: [solver] })
    onTestFinished(session.close)
    expect(await session.run('pigeons', { solver, holes: 1 })).toMatchObject({ kind: 'result' })
    let beats = 0
    const heart = setInterval(() => beats++, 10)
    onTestFinished(() => clearInterval(heart))
    const from = performance.now()
    const ended = await session.run('pigeons', { solver, holes: tooMany }, { seconds: 1.5 })
    const took = performance.now() - from
    expect(ended.kind).toBe('time')
    expect(ended.kind === 'time' && (ended.last?.holes ?? 0)).toBeGreaterThan(1)
    expect(ended.kind === 'time' && ended.last?.holes).toBeLessThan(tooMany)
    expect(took).toBeGreaterThan(1490)
    expect(took).toBeLessThan(6000)
    expect(beats).toBeGreaterThan(15)
    expect(await session.run('pigeons', { solver, holes: 2 })).toMatchObject({ kind: 'result' })
  })

  test('ends at a signal', async () => {
    const controller = new AbortController()
    const onProgress = ({ holes }: { readonly holes: number }): void => {
      if (holes === 3) controller.abort()
    }
    const ended = await runSymbolic('pigeons', { solver, holes: tooMany }, { signal: controller.signal, onProgress })
    expect(ended.kind).toBe('interrupted')
    expect(ended.kind === 'interrupted' && (ended.last?.holes ?? 0)).toBeGreaterThanOrEqual(3)
    expect(await runSymbolic('pigeons', { solver, holes: 1 }, { signal: controller.signal })).toEqual({ kind: 'interrupted', last: null })
  })

  test('what it posted counts even if this thread was too busy to see it in time', async () => {
    const session = startSession({ solvers: [solver] })
    onTestFinished(session.close)
    await session.run('pigeons', { solver, holes: 3 })
    const running = session.run('pigeons', { solver, holes: 3 }, { seconds: 0.001 })
    const until = performance.now() + 1000
    while (performance.now() < until);
    expect(await running).toEqual({ kind: 'result', result: { answer: 'unsat' } })
  })
})

describe('a thread', () => {
  // Less than 4 does not suffice to start one, in Node 22 and later: that ends the process.
  test('that runs out of memory ends alone', async () => {
    expect(await runSymbolic('pigeons', { solver: 'cadical', holes: 2 }, { megabytes: 4 })).toEqual({ kind: 'memory', last: null })
  })

  test('throws here what a task threw there', async () => {
    const broken = runSymbolic('pigeons', { solver: 'minisat' as SolverName, holes: 2 })
    await expect(broken).rejects.toThrow(TypeError)
  })

  test('does one task at a time', async () => {
    const session = startSession()
    onTestFinished(session.close)
    const first = session.run('pigeons', { solver: 'cadical', holes: 2 })
    await expect(session.run('pigeons', { solver: 'cadical', holes: 2 })).rejects.toThrow('under way')
    expect(await first).toMatchObject({ kind: 'result' })
  })

  test.each([
    ['that was used and never closed', `await session.run('pigeons', { solver: 'z3', holes: 2 }); console.log('done')`],
    ['that was never used', `console.log('done')`],
    ['that ran out of time', `await session.run('pigeons', { solver: 'z3', holes: ${tooMany} }, { seconds: 0.5 }); console.log('done')`],
  ])('%s lets the process end', (_, use) => {
    const program = `import { startSession } from ${JSON.stringify(builtClient)}\nconst session = startSession({ solvers: ['z3', 'cadical'] })\n${use}`
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', timeout: 30_000 })
    expect(ended).toMatchObject({ status: 0, signal: null, stdout: 'done\n', stderr: '' })
  })
})

describe('as source', () => {
  test('a task runs here, with the same answers', async () => {
    const session = startHere({ solvers: ['cadical'] })
    onTestFinished(session.close)
    const seen: number[] = []
    const ended = await session.run('pigeons', { solver: 'cadical', holes: 4 }, { onProgress: ({ holes }) => seen.push(holes) })
    expect(ended).toEqual({ kind: 'result', result: { answer: 'unsat' } })
    expect(seen).toEqual([1, 2, 3, 4])
    await expect(session.run('pigeons', { solver: 'minisat' as SolverName, holes: 2 })).rejects.toThrow(TypeError)
  })
})

describe('running out of memory', () => {
  const answerTo = (thrown: unknown): Promise<Response> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      const failing: Work = {
        ...work,
        pigeons: async () => {
          throw thrown
        },
      }
      serve(port2, failing)
      port1.once('message', (response: Response) => {
        port1.close()
        resolve(response)
      })
      port1.postMessage({ kind: 'task', name: 'pigeons', input: { solver: 'z3', holes: 1 } })
    })

  test('of a solver, of a map, of an array is an end; other errors are bugs', async () => {
    const thrownBy = (work: () => unknown): unknown => {
      try {
        return work()
      } catch (error) {
        return error
      }
    }
    expect(await answerTo(outOfMemory('z3'))).toEqual({ kind: 'memory' })
    expect(await answerTo(thrownBy(() => new ArrayBuffer(2 ** 53 - 1)))).toEqual({ kind: 'memory' })
    expect(await answerTo(thrownBy(() => new Uint8Array(2 ** 53 - 1)))).toEqual({ kind: 'memory' })
    expect(await answerTo(new RangeError('Map maximum size exceeded'))).toEqual({ kind: 'memory' })
    expect(await answerTo(new RangeError('x'))).toMatchObject({ kind: 'failed', error: { name: 'RangeError', message: 'x' } })
    expect(await answerTo('a string')).toMatchObject({ kind: 'failed', error: { message: 'a string' } })
  })

  const trap = (message: string): Error => Object.assign(new Error(message), { name: 'RuntimeError' })
  const failWith = (error: Error) => () => {
    throw error
  }

  // CaDiCaL, out of memory, aborts with no more than this, and afterwards answers "sat" to clauses of which one was
  // lost.
  test('leaves a solver that refuses to go on', () => {
    const { call, complaint, isBroken } = createGuard('cadical')
    expect(call(() => 5)).toBe(5)
    complaint('Aborted()')
    const first = (): unknown => call(failWith(trap('Aborted(). Build with -sASSERTIONS for more info.')))
    expect(first).toThrow('cadical ran out of memory')
    expect(isBroken()).toBe(true)
    expect(() => call(() => 5)).toThrow('cadical ran out of memory')
  })

  test('is what Z3 calls OOM; an abort with a reason is a bug', () => {
    const z3 = createGuard('z3')
    expect(() => z3.call(failWith(trap('Aborted(Cannot enlarge memory arrays to size 2148835328 bytes (OOM).')))).toThrow(
      'z3 ran out of memory',
    )
    const misused = createGuard('cadical')
    misused.complaint("cadical: fatal error: invalid API usage of 'failed'")
    misused.complaint('Aborted()')
    const call = (): unknown => misused.call(failWith(trap('Aborted(). Build with -sASSERTIONS for more info.')))
    expect(call).toThrow('invalid API usage')
    expect(isOutOfMemory(new Error('cadical ran out of memory'))).toBe(false)
    const other = createGuard('z3')
    expect(() => other.call(failWith(new TypeError('x')))).toThrow(TypeError)
    expect(other.isBroken()).toBe(false)
  })
})
