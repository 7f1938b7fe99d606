/**
 * Puts findings and what was run again together: one after the other, or side by side where solvers compute in their
 * thread.
 */
import { NoMemory } from '../../../explicit/wasm/platform.js'
import type { Met } from '../../report/coverage.js'
import type { Found } from '../../report/found.js'
import type { Findings, RunAgain } from '../../report/report.js'
import type { CheckOptions, Prepared } from '../../request/prepare.js'
import type { Account } from './account.js'
import { type Enough, runAgain } from './run-again.js'

export interface Confirmed {
  readonly findings: Findings
  readonly oracle: RunAgain
}

/** After the search is over. */
export const alone = async (
  prepared: Prepared,
  { findings, coverage }: Found,
  options: CheckOptions,
  account: Account,
): Promise<Confirmed> => ({
  findings,
  oracle: await again(prepared, coverage, options, null, account),
})

/**
 * While `settle` waits for solvers. Where one of the two throws, the other one is ended.
 * @throws what either of them throws; what `settle` does, where both do.
 */
export const beside = async (
  prepared: Prepared,
  met: Met | null,
  options: CheckOptions,
  account: Account,
  settle: (signal: AbortSignal) => Promise<Found>,
): Promise<Confirmed> => {
  const settled = new AbortController()
  const failed = new AbortController()
  const { signal } = options
  const settling = settle(signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])).finally(() => settled.abort())
  const running = again(prepared, met, options, settled.signal, account)
  running.catch(() => failed.abort())
  const [found, oracle] = await Promise.allSettled([settling, running])
  if (found.status === 'rejected') throw found.reason
  if (oracle.status === 'rejected') throw oracle.reason
  return { findings: found.value.findings, oracle: oracle.value }
}

const again = async (
  prepared: Prepared,
  met: Met | null,
  { oracle = 'beside', seed = 1, limits = {}, signal }: CheckOptions,
  others: AbortSignal | null,
  account: Account,
): Promise<RunAgain> => {
  if (oracle === 'none') return { kind: 'nothing', why: 'not asked for' }
  if (signal?.aborted === true) return { kind: 'nothing', why: 'interrupted' }
  const enough = (): Enough => {
    switch (oracle) {
      case 'beside':
        return { kind: 'beside', others }
      case 'quarter':
        return { kind: 'share', account }
      case 'all':
        return { kind: 'all' }
      default:
        return { kind: 'seconds', seconds: oracle.seconds }
    }
  }
  try {
    return await runAgain(prepared, {
      enough: enough(),
      met,
      seed,
      maxDepth: limits.depth ?? Number.POSITIVE_INFINITY,
      signal: signal ?? null,
    })
  } catch (error) {
    if (error instanceof NoMemory) return { kind: 'nothing', why: 'no memory' }
    throw error
  }
}
