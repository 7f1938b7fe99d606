/** What somebody might take for checked, and why it was not. */

import type { NotChecked, PropertyKind } from '../report/report.js'
import type { Prepared } from './prepare.js'

export const notChecked = (prepared: Prepared, settles: ReadonlySet<PropertyKind>): NotChecked[] => {
  const why = { deadlock: whyNoDeadlock(prepared), stuck: whyNotStuck(prepared, settles) }
  const builtIn = (['deadlock', 'stuck'] as const).flatMap((name) => (why[name] === null ? [] : [{ name, why: why[name] }]))
  return [...prepared.notAsked, ...builtIn]
}

const whyNoDeadlock = ({ target: { model }, system: { deadlock, processes, agents } }: Prepared): string | null => {
  if (deadlock === 'violation') return null
  if (processes.length > 0 || model.deadlock === 'allowed') return 'it is allowed here'
  return `there are ${agents.length > 0 ? 'no processes, only rules' : 'neither processes nor rules'} (--deadlock)`
}

/** Where it is asked for, and no engine can say it, it is among the properties, and open. */
const whyNotStuck = ({ stuck, system: { processes } }: Prepared, settles: ReadonlySet<PropertyKind>): string | null => {
  if (processes.length === 0) return stuck === 'asked for' ? 'there are no processes' : null
  if (stuck === 'allowed') return 'processes may stop for good here'
  return stuck === 'violation' && !settles.has('stuck') ? 'only the explicit engine does' : null
}
