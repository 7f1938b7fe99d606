/** Whether what holds in a setting says something of it. docs/LANGUAGE.md says what that means. */
import { propertyKinds } from '../../ir/kinds.js'
import type { Report } from './report.js'

/** Why what was asked says nothing. */
export type Vacuity =
  /** The property never comes to ask for anything, or no step changes what decides it. */
  | { readonly why: 'never asked' | 'unchanging'; readonly property: string }
  /** These `sometimes` are never reached: what is to be protected does not happen. */
  | { readonly why: 'not reached'; readonly windows: readonly string[] }

/** Null where all that was asked by these names says something, as far as is known. `windows` have to be reached. */
export const vacuityOf = (
  report: Pick<Report, 'properties' | 'unchanging'>,
  names: readonly string[],
  windows: readonly string[],
): Vacuity | null => {
  const asked = report.properties.filter(({ name, kind }) => names.includes(name) && propertyKinds[kind].finding === 'violates')
  const holding = asked.filter(({ verdict }) => verdict === 'holds')
  if (holding.length === 0) return null
  const idle = holding.find(({ vacuous }) => vacuous)
  if (idle !== undefined) return { why: 'never asked', property: idle.name }
  const fixed = holding.find(({ name }) => report.unchanging.includes(name))
  if (fixed !== undefined) return { why: 'unchanging', property: fixed.name }
  const closed = report.properties.filter(({ name, verdict }) => windows.includes(name) && verdict === 'violated').map(({ name }) => name)
  return closed.length === 0 ? null : { why: 'not reached', windows: closed }
}

/** Completes `vacuous: `. */
export const vacuityText = (vacuity: Vacuity): string => {
  switch (vacuity.why) {
    case 'never asked':
      return `${vacuity.property} never comes to ask for anything`
    case 'unchanging':
      return `no step changes what decides ${vacuity.property}`
    case 'not reached':
      return `${vacuity.windows.join(', ')} never reached`
  }
}
