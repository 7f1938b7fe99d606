/**
 * Asks the symbolic engine in its thread, within limits, and gives what it settled, also where it did not get to the
 * end.
 */

import { performance } from 'node:perf_hooks'
import { safetyBuiltIns } from '../../ir/kinds.js'
import type { Limits } from '../../ir/limits.js'
import type { Ended, Session } from '../../session/client.js'
import { printInvariant } from '../../symbolic/certificate/certificate.js'
import type { Answer, Progress, SettleOptions, SolverNames } from '../../symbolic/search/settle.js'
import { packageVersion } from '../../version.js'
import type { ReportLimit, Solved } from '../report/report.js'
import type { Prepared } from '../request/prepare.js'

export interface Asked extends Pick<SettleOptions, 'goal' | 'expected'> {
  readonly invariant: 'as found' | 'minimal'
  readonly limits: Limits
  readonly signal: AbortSignal | null
  readonly onProgress: (progress: Progress) => void
}

export interface Answers {
  readonly answers: ReadonlyMap<string, Answer>
  readonly solved: Solved
}

/**
 * Z3 searches. CaDiCaL answers the many small questions of a proof, up to 1.7 times as fast (docs/BENCHMARKS.md); what
 * comes of them is an invariant, which Z3 checks.
 */
export const solvers: SolverNames = { search: 'z3', proof: 'cadical' }

/** The session is left open. */
export const answersAfter = async (
  prepared: Prepared,
  session: Session,
  { goal, expected, invariant, limits, signal, onProgress }: Asked,
): Promise<Answers> => {
  const { system } = prepared
  const started = performance.now()
  const subject = { engine: `mmucheck ${packageVersion()}`, variant: prepared.variant, params: prepared.params }
  const ended = await session.run(
    'settle',
    { system, goal, limits, expected, solvers, subject, invariant },
    {
      ...(limits.seconds === undefined ? {} : { seconds: limits.seconds }),
      ...(signal === null ? {} : { signal }),
      onProgress,
    },
  )
  const seconds = (performance.now() - started) / 1000
  const known = ended.kind === 'result' ? ended.result : ended.last
  const answers = known?.answers ?? nothingKnown(prepared)
  const certificate = ended.kind === 'result' ? ended.result.certificate : null
  const open = [...answers].flatMap(([name, answer]) => (answer.kind === 'open' ? [{ name, depth: answer.depth }] : []))
  return {
    answers,
    solved: {
      seconds,
      bits: known?.bits ?? null,
      gates: known?.gates ?? null,
      solvers,
      certificate,
      invariant: certificate === null ? [] : printInvariant(system, certificate),
      open,
      limit: open.length === 0 ? null : limitOf(ended.kind, limits),
    },
  }
}

const nothingKnown = ({ system }: Prepared): ReadonlyMap<string, Answer> => {
  const names = [...system.safety.map(({ name }) => name), ...safetyBuiltIns(system)]
  return new Map(names.map((name) => [name, { kind: 'open', depth: -1 }]))
}

const limitOf = (ended: Ended<'settle'>['kind'], { depth, seconds }: Limits): ReportLimit => {
  switch (ended) {
    case 'result':
      return depth === undefined ? { kind: 'solver', why: 'gave up' } : { kind: 'depth', depth }
    case 'time':
      return { kind: 'time', seconds: seconds ?? 0 }
    case 'memory':
      return { kind: 'solver', why: 'memory' }
    case 'unavailable':
      return { kind: 'solver', why: 'unavailable' }
    case 'interrupted':
      return { kind: 'interrupted' }
  }
}
