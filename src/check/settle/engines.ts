/** Which engines settle what is asked for, one after the other. */
import type { Findings } from '../report/report.js'
import type { EngineChoice } from '../request/engine-choice.js'
import type { CheckOptions } from '../request/prepare.js'
import type { Engine } from './engine.js'
import { explicit } from './explicit.js'
import { bounded, prover } from './symbolic.js'

export interface Stage {
  readonly engine: Engine
  /** Whether anything is left for it, after what the ones before it found. */
  readonly isWanted: (before: Findings) => boolean
  /** What is left of the limits. */
  readonly options: (options: CheckOptions, before: Findings | null) => CheckOptions
}

/**
 * In seconds. Where nobody asked for both engines, longer searches are not confirmed, and confirming takes no longer.
 */
const inTime = { search: 3, solving: 5 } as const

export const stagesOf = (choice: EngineChoice): readonly Stage[] => {
  switch (choice) {
    case 'explicit':
      return [alone(explicit)]
    case 'bmc':
      return [alone(bounded)]
    case 'prove':
      return [alone(prover)]
    case 'both':
      return [alone(explicit), confirming(() => true, Number.POSITIVE_INFINITY)]
    case 'both in time':
      return [alone(explicit), confirming(({ seconds }) => seconds <= inTime.search, inTime.solving)]
  }
}

const alone = (engine: Engine): Stage => ({ engine, isWanted: () => true, options: (options) => options })

const confirming = (isWorthIt: (before: Findings) => boolean, mostSeconds: number): Stage => ({
  engine: prover,
  isWanted: (before) => before.limit?.kind !== 'interrupted' && isWorthIt(before),
  options: (options, before) => {
    const { limits: { seconds: given, depth } = {} } = options
    const left = given === undefined ? Number.POSITIVE_INFINITY : Math.max(0, given - (before?.seconds ?? 0))
    const seconds = Math.min(left, mostSeconds)
    return { ...options, limits: { ...(depth === undefined ? {} : { depth }), ...(Number.isFinite(seconds) ? { seconds } : {}) } }
  },
})
