/** Which members are interchangeable, and where not what makes it so, in words. */
import { at } from '../../at.js'
import { lineAndColumn } from '../../diagnostics.js'
import type { Unlike } from '../../ir/symmetry/propose.js'
import { ordersOf, type Sort } from '../../ir/symmetry/sort.js'
import { type Span, type Step, type System, unflatten, type Variable, vectorOffsets } from '../../ir/system.js'
import type { Judged } from '../../session/tasks.js'
import type { Difference, Proof } from '../../symbolic/symmetry/prove.js'

/** Things of one kind, by the name of the agents, or of a variable that has one element for each of them. */
export interface SortReport {
  readonly name: string
  readonly members: number
  /** The groups of agents among them. */
  readonly agents: readonly string[]
  readonly verdict: 'interchangeable' | 'not interchangeable' | 'open'
  /** What tells members apart; null where they are interchangeable. */
  readonly why: string | null
  /** Where it does. */
  readonly at: { readonly file: string; readonly line: number } | null
}

/** What is said of a search in which members were looked for that are interchangeable. */
export interface SymmetryReport {
  /** States are counted modulo the orders of these; of many members only the first ones are exchanged. */
  readonly modulo: readonly { readonly name: string; readonly members: number }[]
  /** The product of the numbers of their orders; 1 where each state was counted. */
  readonly orders: number
  /** Of finding and proving them. */
  readonly seconds: number
  /** A search of all states that was given up for the one modulo symmetry; null where there was none. */
  readonly givenUp: { readonly states: number; readonly seconds: number } | null
  readonly sorts: readonly SortReport[]
}

export const symmetryReport = (
  system: System,
  judged: readonly Judged[],
  used: readonly Sort[],
  seconds: number,
  givenUp: SymmetryReport['givenUp'] = null,
): SymmetryReport => ({
  givenUp,
  modulo: used.map(({ name, size }) => ({ name, members: size })),
  orders: ordersOf(used),
  seconds,
  sorts: judged.map((one) => sortReport(system, one)),
})

export const sortReport = (system: System, { proposal, proof }: Judged): SortReport => {
  if (proposal.kind === 'unlike') {
    const { name, size, agents, unlike } = proposal
    const step = unlike.step === null ? null : at(system.steps, unlike.step)
    return {
      ...{ name, members: size, agents, verdict: 'not interchangeable' },
      why: unlikeWords(unlike, step),
      at: placeOf(system, step?.at ?? null),
    }
  }
  const { name, size, agents } = proposal.sort
  const about = { name, members: size, agents }
  if (proof === null || proof.kind === 'open') return { ...about, verdict: 'open', why: 'the solver gave up', at: null }
  if (proof.kind === 'proved') return { ...about, verdict: 'interchangeable', why: null, at: null }
  return { ...about, verdict: 'not interchangeable', ...refusal(system, proposal.sort, proof) }
}

const unlikeWords = ({ what, members: [a, b] }: Unlike['unlike'], step: Step | null): string => {
  const where = step === null ? '' : ` from '${step.label}' on`
  return what === 'steps' ? `${a} and ${b} have different steps${where}` : `${a} and ${b} keep different locals${where}`
}

const refusal = (
  system: System,
  sort: Sort,
  { k, subject, difference }: Extract<Proof, { kind: 'refused' }>,
): Pick<SortReport, 'why' | 'at'> => {
  const both = `${memberName(sort, k)} and ${memberName(sort, k + 1)}`
  switch (subject.kind) {
    case 'init':
      return {
        why: `${both} differ in the initial states${difference.kind === 'element' ? `: in ${elementName(system, difference.element)}` : ''}`,
        at: null,
      }
    case 'property': {
      const { at: place = null } = system.safety.find(({ name }) => name === subject.name) ?? {}
      return { why: `the property '${subject.name}' tells ${both} apart`, at: placeOf(system, place) }
    }
    case 'step': {
      const step = at(system.steps, subject.step)
      const agent = at(system.agents, step.agent).name
      const loop = loopOf(system, sort, step, difference)
      const because = loop === null ? '' : `; \`${loop.head}\` with a yield visits them in order, \`yield* choose(...)\` would not`
      return {
        why: `'${step.label}' of ${agent} tells ${both} apart: ${differenceWords(system, difference)}${because}`,
        at: placeOf(system, loop === null ? step.at : { file: loop.file, start: loop.offset }),
      }
    }
  }
}

const memberName = ({ name, agents }: Sort, member: number): string => {
  if (agents.length > 0) return `${agents[0]}[${member}]`
  return name.includes('[i]') ? name.replace('[i]', `[${member}]`) : `${member} among the ${name}`
}

const differenceWords = (system: System, difference: Difference): string => {
  switch (difference.kind) {
    case 'enabled':
      return 'it is enabled for one where it is not for the other'
    case 'failing':
      return 'it fails for one where it does not for the other'
    case 'branches':
      return 'it takes other branches for one than for the other'
    case 'value':
      return 'what follows is another state'
    case 'element':
      return `what becomes of ${elementName(system, difference.element)} depends on which of them it is`
  }
}

/** The element of a vector, as its author calls it. */
const elementName = (system: System, element: number): string => {
  const { agents, processes } = system
  const variable = variableAt(system, element)
  if (variable.role.kind === 'location') return `where ${at(agents, at(processes, variable.role.process).agent).name} is`
  const index = unflatten(element - at(vectorOffsets(system), variable.id), variable.dims)
  return `'${variable.name.replace(/#(len|idx)$/, '')}${index.map((i) => `[${i}]`).join('')}'`
}

const variableAt = (system: System, element: number): Variable => {
  const offsets = vectorOffsets(system)
  const found = system.variables.findLast((variable) => at(offsets, variable.id) <= element)
  if (found === undefined) throw new Error(`there is no element ${element}`)
  return found
}

const placeOf = (system: System, span: Pick<Span, 'file' | 'start'> | null): SortReport['at'] => {
  if (span === null) return null
  const file = system.files[span.file]
  return file === undefined ? null : { file: file.name, line: lineAndColumn(file.text, span.start).line }
}

interface Loop {
  /** Its head, on one line. */
  readonly head: string
  readonly file: number
  readonly offset: number
}

/**
 * The loop with yields whose rounds differ: the nearest one before the step that counts by the local that differs, or
 * where something else does by one that is alive there and means a member; or one over a list, if the step stands in a
 * round of such. A step of a helper in another file stands where its process is written.
 */
const loopOf = (system: System, { holders }: Sort, step: Step, difference: Difference): Loop | null => {
  const process = system.processes.find(({ agent }) => agent === step.agent)
  if (process === undefined || step.location === null) return null
  const { key, live } = at(process.locations, step.location)
  const local = difference.kind === 'element' ? localAt(system, difference.element) : null
  const isHolder = (variable: number): boolean => holders.some(({ element }) => variableAt(system, element).id === variable)
  const counters = local === null ? live.filter(({ variable }) => isHolder(variable)).map(({ name }) => name) : [local]
  const whole = at(process.locations, process.locations.length - 1).at
  const here = step.at.file === whole.file ? step.at : { file: whole.file, start: whole.end }
  const heads = [...at(system.files, here.file).text.matchAll(/\bfor \((?:let|const) ([\w$]+)(?:[^()]|\([^()]*\))*\)/g)]
  const counting = heads.filter(({ 1: name = '', index }) => counters.includes(name) && (local !== null || index < here.start))
  // `#i`: it stands in round i of a loop over a list.
  const listing = /#\d/.test(key) ? heads.filter(({ 0: head, index }) => head.includes(' of ') && index < here.start) : []
  const distance = ({ index }: RegExpExecArray): number => Math.abs(index - here.start)
  const [nearest] = [counting, listing].flatMap((some) => some.toSorted((a, b) => distance(a) - distance(b)).slice(0, 1))
  return nearest === undefined ? null : { head: nearest[0].replaceAll(/\s+/g, ' '), file: here.file, offset: nearest.index }
}

/** The name of the local that an element belongs to, as its author wrote it. */
const localAt = (system: System, element: number): string | null => {
  const { name, role } = variableAt(system, element)
  return role.kind === 'local' ? (/\.([\w$]+)(@\d+)?(#idx)?$/.exec(name)?.[1] ?? null) : null
}
