/**
 * Jobs without processes of their own: run from source there are none. With them: test/claims and test/sweep, on the
 * built command line.
 */
import { describe, expect, test } from 'vitest'
import { errorOf, failureOf, type Job } from '../../../src/campaign/jobs/job.ts'
import { runJobs } from '../../../src/campaign/jobs/run.ts'
import { DiagnosticError } from '../../../src/diagnostics.ts'
import { Disagreement } from '../../../src/replay/disagreement.ts'

const job = (rms: number): Job => ({ task: 'check', target: 'two-phase-commit', options: { settings: [['rms', rms]], stuck: 'allowed' } })

describe('jobs', () => {
  test('answers stand where the questions stood; a wrong setting is an answer', async () => {
    const seen: string[] = []
    const ended = await runJobs([job(2), job(999), job(1)], { onDone: (done, of) => seen.push(`${done}/${of}`) })
    expect(ended.map((one) => one?.kind)).toEqual(['report', 'refused', 'report'])
    const states = ended.map((one) => (one?.kind === 'report' ? one.report.states : null))
    expect(states[0]).toBeGreaterThan(states[2] ?? 0)
    expect(seen).toEqual(['1/3', '2/3', '3/3'])
  })

  test('none is started after the signal', async () => {
    const controller = new AbortController()
    const ended = await runJobs([job(1), job(2)], { signal: controller.signal, onDone: () => controller.abort() })
    expect(ended.map((one) => one?.kind ?? null)).toEqual(['report', null])
  })

  test('no jobs', async () => expect(await runJobs([])).toEqual([]))
})

describe('what was thrown, in another process', () => {
  const across = (error: unknown) => structuredClone(failureOf(error))

  test('a bug of ours keeps its name, its stack and its details', () => {
    const details = { model: 'm', modelHash: '', params: {}, property: 'p', schedule: { init: 0, moves: [], fails: false } }
    const ended = across(new Disagreement('they differ', details))
    const error = ended.kind === 'failed' ? errorOf(ended.failure) : null
    expect(error).toBeInstanceOf(Disagreement)
    expect(error).toMatchObject({ message: 'they differ', details })
    const other = across(new TypeError('x is not a function'))
    expect(other.kind === 'failed' ? errorOf(other.failure) : null).toMatchObject({ name: 'TypeError', message: 'x is not a function' })
  })

  test('a wrong model stays one', () => {
    const ended = across(new DiagnosticError('MC401', 'too wide', 'smaller'))
    expect(ended).toMatchObject({ kind: 'refused', diagnostic: { code: 'MC401', hint: 'smaller' } })
  })
})
