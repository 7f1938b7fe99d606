/** What a test of a model shows when it fails. */
import { diagram } from '../../trace/diagram.js'
import type { Report } from './report.js'

/**
 * What does not hold, as text: each violated property with its race, drawn as on the command line, and each that a
 * limit left open. Empty where everything holds: `expect(failuresOf(report)).toBe('')`.
 */
export const failuresOf = ({ properties }: Pick<Report, 'properties'>): string =>
  properties
    .filter(({ verdict }) => verdict !== 'holds')
    .map(({ name, verdict, established, trace }) => (trace === null ? `${name}: ${verdict}: ${established}\n` : diagram(trace)))
    .join('\n')
