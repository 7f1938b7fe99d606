/** What the steps of a race say, beside what they changed: for the tests of outcomes and locals. */
import { type AnyProperty, type Fields, type Model, type Params, type ParamValues, properties, type ValuesOf } from 'mmucheck'
import { check } from '../../../../src/check.ts'
import type { TraceStep } from '../../../../src/trace/trace.ts'

/** The steps of the shortest race of the one property that is violated. */
export const raceOf = async <P extends Params, F extends Fields, A>(
  m: Model<P, F, A>,
  claimed: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, NoInfer<A>>>>,
): Promise<readonly TraceStep[]> => {
  const report = await check(properties(m, claimed), { engine: 'explicit', oracle: 'none', deadlock: 'allowed' })
  const { trace = null } = report.properties.find(({ verdict }) => verdict === 'violated') ?? {}
  if (trace === null) throw new Error('there is no race')
  return trace.steps
}

/** The outcomes of each step, behind its label. */
export const outcomesOf = (steps: readonly TraceStep[]): readonly string[] =>
  steps.map(({ label, outcomes = [] }) => [label, ...outcomes].join('; '))

/** The locals that each step tells, behind its label. */
export const localsOf = (steps: readonly TraceStep[]): readonly string[] => steps.map(({ label, told = [] }) => [label, ...told].join('; '))
