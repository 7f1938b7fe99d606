/** Properties, evaluated by running the author's predicate. */
import type { Measure, Predicate, Property } from '../lang/property.js'
import { judging } from '../load/runtime.js'
import type { Plain } from '../trace/trace.js'
import { failureOf } from './fault.js'
import type { Seen } from './labels.js'
import type { ParamRecord } from './oracle.js'
import { plainCopy } from './state.js'

export type AnyProperty = Property<never, never>

export interface Evaluation {
  /** What the predicate or measure gave; null where it faulted. */
  readonly value: boolean | number | null
  /** Whether the state is as the property claims; for `sometimes`, whether it is a witness. A fault is neither. */
  readonly holds: boolean
  /** The locations that were read last, and their values, in the order of their last read. */
  readonly reads: readonly (readonly [location: string, value: Plain])[]
  /** What went wrong inside the predicate: an index outside its array, a null that was none. */
  readonly fault: string | null
}

/** Evaluates a property in a state. @throws whatever the predicate throws that is no fault. */
export const evaluate = (property: AnyProperty, seen: Seen, params: ParamRecord): Evaluation => {
  const { value, reads, fault } = ask(property.kind === 'bound' ? property.measure : property.predicate, seen, params)
  const holds = value !== null && (property.kind === 'bound' ? Number(value) <= property.max : Boolean(value))
  return { value, holds, reads, fault }
}

/**
 * What an author's predicate or measure gives in a state, null where it faults. @throws whatever it throws that is no
 * fault.
 */
export const answerOf = (predicate: Predicate<never, never> | Measure<never, never>, seen: Seen, params: ParamRecord): number | null => {
  try {
    return Number(judging(() => call(predicate, seen, params)))
  } catch (error) {
    failureOf(error)
    return null
  }
}

/** The same, and what was read. @throws whatever it throws that is no fault. */
export const ask = (
  predicate: Predicate<never, never> | Measure<never, never>,
  seen: Seen,
  params: ParamRecord,
): Omit<Evaluation, 'holds'> => {
  const { value: result, reads } = seen.state.withReads(() => {
    try {
      return { value: judging(() => call(predicate, seen, params)), fault: null }
    } catch (error) {
      return { value: null, fault: failureOf(error)?.message ?? 'the predicate blocks: when(...) belongs in rules' }
    }
  })
  return { ...result, reads: reads.map(([location, read]) => [location, plainCopy(read)]) }
}

const call = (predicate: Predicate<never, never> | Measure<never, never>, { state, at }: Seen, params: ParamRecord): boolean | number =>
  (predicate as (s: unknown, p: unknown, at: unknown) => boolean | number)(state.s, params, at)
