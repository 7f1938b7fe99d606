/** What stands below the steps of a race: what failed, the values that made it fail, why a cycle is fair, who waits. */
import { longest } from './longest.js'
import { formatPlain, printable } from './plain.js'
import { readingsOf } from './readings.js'
import type { FairnessReason, SourcePlace, Trace } from './trace.js'
import { indent, wrap } from './wrap.js'

export const ending = (trace: Trace, width: number): string[] => {
  const { message, source, comment = '', at: place } = trace.outcome
  const where = place === null ? '' : ` (${lineOf(place)})`
  return [
    ...wrap(`${printable(message)}${where}`, width, 4),
    ...(comment === '' ? [] : indent(4, wrap(printable(comment), width - 4))),
    ...(source === ''
      ? []
      : indent(
          4,
          dedent(source).flatMap((line) => wrapSource(line, width - 4)),
        )),
    ...readings(trace, width),
    ...fairness(trace, width),
    ...waiting(trace, width),
  ]
}

/** Why nobody can say that the cycle ends because some agent gets its turn at last. */
const fairness = ({ loop, steps }: Trace, width: number): string[] => {
  if (loop === undefined || loop.start === steps.length) return []
  if (loop.fairness.length === 0) return ['  fair: the model asks for the fairness of no agent']
  const names = longest(loop.fairness.map(({ agent }) => agent))
  return [
    '  fair, because on the cycle',
    ...loop.fairness.flatMap(({ agent, fairness: demand, reason }) =>
      indent(4, wrap(`${printable(agent).padEnd(names)} ${reasonText(reason, demand)}`, width - 4, 6)),
    ),
  ]
}

const reasonText = (reason: FairnessReason, demand: 'weak' | 'strong'): string => {
  if (reason.kind === 'taken') return `takes ${numbered('step', reason.steps)}`
  if (demand === 'strong') return 'is never enabled'
  const [first, ...others] = reason.states
  if (first !== 0) return `is not enabled after ${numbered('step', reason.states)}`
  return `is not enabled in the initial state${others.length === 0 ? '' : ` and after ${numbered('step', others)}`}`
}

/** `step 5`, `steps 5, 7`; of many the first ones. */
const numbered = (what: string, numbers: readonly number[]): string => {
  const shown = numbers.slice(0, 8).join(', ')
  return `${what}${numbers.length === 1 ? '' : 's'} ${shown}${numbers.length > 8 ? ', ...' : ''}`
}

/**
 * A property's source as it stands in the file, its further lines moved left together: under the first where they close
 * it, else a little in.
 */
const dedent = (source: string): string[] => {
  const [first = '', ...rest] = source.replaceAll('\t', '  ').split('\n')
  const indentOf = (line: string): number => line.length - line.trimStart().length
  const common = Math.min(...rest.filter((line) => line.trim() !== '').map(indentOf))
  const closes = rest.filter((line) => indentOf(line) === common).every((line) => /^\s*[)}\]]/.test(line))
  return [first, ...rest.map((line) => `${closes ? '' : '  '}${line.slice(common)}`)].map((line) => line.trimEnd())
}

const wrapSource = (line: string, width: number): string[] => {
  const lead = line.length - line.trimStart().length
  return line.length <= width ? [line] : wrap(line.trimStart(), width - lead, 4).map((part) => ' '.repeat(lead) + part)
}

const readings = (trace: Trace, width: number): string[] => {
  const { shown, more } = readingsOf(trace)
  if (shown.length === 0) return []
  const names = Math.min(40, longest(shown.map(([location]) => location)))
  return [
    '  where',
    ...(more === 0 ? [] : [`    (${more} more that were read before)`]),
    ...shown.flatMap(([location, value]) => indent(4, wrap(`${printable(location).padEnd(names)} = ${formatPlain(value)}`, width - 4, 6))),
  ]
}

/** Where something stops for good: who stands where. */
const waiting = (trace: Trace, width: number): string[] => {
  const { kind } = trace.outcome
  const nobodySteps = kind === 'deadlock' || trace.loop?.start === trace.steps.length
  if (!nobodySteps && kind !== 'stuck' && kind !== 'alwaysPossible') return []
  const last = trace.steps.at(-1)?.after ?? trace.initial
  const names = longest(last.processes.map(({ agent }) => agent))
  return last.processes.flatMap(({ agent, at: label }) => {
    const doing = label === null ? 'has returned' : `${nobodySteps ? 'waits' : 'stands at'}: ${printable(label)}`
    return indent(4, wrap(`${agent.padEnd(names)} ${doing}`, width - 4, 6))
  })
}

const lineOf = ({ file, line }: SourcePlace): string => `${printable(file)}:${line}`
