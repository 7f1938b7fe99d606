/** What a search has found out about each property, from what it has noted. */
import type { SafetyKind } from '../../ir/kinds.js'
import type { Unchosen } from '../../ir/limits.js'
import type { Schedule } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import type { Program } from '../program/program.js'

export interface PropertyResult {
  readonly name: string
  readonly kind: SafetyKind
  readonly verdict: 'holds' | 'violated' | 'incomplete'
  /** Steps of the shortest violation, or of the shortest witness of a `sometimes`; null where there is none. */
  readonly length: number | null
  /** A shortest way there. */
  readonly schedule: Schedule | null
  /**
   * Null where the schedule has the fewest switches between agents; else what ended the choice among the shortest ones.
   */
  readonly unchosen: Unchosen | null
  /** An index into `System.failures`, where a step fails. */
  readonly failure: number | null
  /** The greatest value of a `bound` in the states looked at; null where none was. */
  readonly maximum: number | null
}

/** By the number that a property has in the program. */
export const kindsOf = (system: System): { readonly name: string; readonly kind: SafetyKind }[] => [
  ...system.safety,
  { name: 'deadlock', kind: 'deadlock' },
  { name: 'assert', kind: 'assert' },
  { name: 'range', kind: 'range' },
]

/** `view` is of the memory in front of the queue. */
export const resultsOf = (
  { system, memory }: Pick<Program, 'system' | 'memory'>,
  view: DataView,
  complete: boolean,
  deadlock: System['deadlock'],
): PropertyResult[] => {
  return kindsOf(system)
    .map(({ name, kind }, i): PropertyResult => {
      const at = memory.records + i * recordBytes
      const settled = view.getInt32(at + recordFields.settled, true) === 1
      const failure = view.getInt32(at + recordFields.failure, true)
      const maximum = view.getInt32(at + recordFields.maximum, true)
      const [found, notFound] = kind === 'sometimes' ? (['holds', 'violated'] as const) : (['violated', 'holds'] as const)
      return {
        name,
        kind,
        verdict: settled ? found : complete ? notFound : 'incomplete',
        length: settled ? view.getInt32(at + recordFields.length, true) : null,
        schedule: null,
        unchosen: null,
        failure: settled && failure >= 0 && (kind === 'assert' || kind === 'range') ? failure : null,
        maximum: view.getInt32(at + recordFields.measured, true) === 1 ? maximum : null,
      }
    })
    .filter((r) => r.kind !== 'deadlock' || deadlock === 'violation')
}
