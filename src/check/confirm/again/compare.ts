/** Compares what the engine's compiled code says of a state with what the author's functions do in it. */
import { at, fieldOf } from '../../../at.js'
import type { Question } from '../../../explicit/sample/questions.js'
import type { Sampler } from '../../../explicit/sample/sampler.js'
import type { Move } from '../../../ir/schedule.js'
import type { StepWays, Successors, Way } from '../../../ir/successors.js'
import type { System, Vector } from '../../../ir/system.js'
import type { AnyProperty } from '../../../lang/property.js'
import { answerOf } from '../../../replay/evaluate.js'
import type { Seen } from '../../../replay/labels.js'
import type { ParamRecord } from '../../../replay/oracle.js'
import type { Walk } from '../../../replay/walk.js'
import type { NamedProperties } from '../../request/properties.js'

/** What the two sides say of the same thing, where it is not the same. */
export interface Difference {
  readonly what: string
  readonly compiled: Said
  readonly javascript: Said
}

/** A state, a value, or how a way ends in words. */
export type Said = Vector | number | string

export interface Subject {
  readonly system: System
  readonly properties: NamedProperties
  readonly params: ParamRecord
}

/** A way that leads on, as both sides take it. */
export interface Agreed {
  readonly move: Move
  readonly to: Vector
}

/** All ways that lead on from the state that a walk is in, where both sides say the same of all of it. */
export const compareState = (subject: Subject, sampler: Sampler, walk: Walk, state: Vector): readonly Agreed[] | Difference => {
  const vector = walk.vector()
  if (!isSame(vector, state)) return { what: 'the state', compiled: state, javascript: vector }
  const ofValues = differenceOfValues(subject, sampler, walk, state)
  if (ofValues !== null) return ofValues
  const [compiled, javascript] = [stepsOf(sampler.successors(state)), stepsOf(walk.successors())]
  for (const [i, ways] of compiled.entries()) {
    const difference = differenceOfWays(subject.system, ways, at(javascript, i))
    if (difference !== null) return difference
  }
  return compiled.flatMap(agreedIn)
}

const stepsOf = ({ agents }: Successors): StepWays[] => agents.flatMap(({ steps }) => steps)

const agreedIn = ({ step, ways }: StepWays): Agreed[] =>
  ways.flatMap(({ choice, to }) => (to === null ? [] : [{ move: { step, choice }, to }]))

/** All ways of `init` that lead to a state, where both sides say the same of `init`. */
export const compareStarts = (system: System, compiled: StepWays, javascript: StepWays): readonly Agreed[] | Difference =>
  differenceOfWays(system, compiled, javascript) ?? agreedIn(compiled)

/** Two ways through a step that are told apart by nothing count as one: there is a transition too many. */
const byChoice = ({ ways }: StepWays): ReadonlyMap<number, Way> => new Map(ways.map((way) => [way.choice, way]))

/** The same step has the same place on both sides: both stand where the state says. */
const differenceOfWays = (system: System, compiled: StepWays, javascript: StepWays): Difference | null => {
  const [ours, theirs] = [byChoice(compiled), byChoice(javascript)]
  for (const choice of new Set([...ours.keys(), ...theirs.keys()])) {
    const [our, their] = [ours.get(choice), theirs.get(choice)]
    if (our?.to != null && their?.to != null && isSame(our.to, their.to)) continue
    if (!compiled.hasAllFailing && our === undefined && their?.failure != null) continue
    const [said, done] = [endOf(our), endOf(their)]
    if (typeof said !== 'string' || said !== done)
      return { what: `the way of ${nameOf(system, compiled.step, choice)}`, compiled: said, javascript: done }
  }
  // One that is taken twice would be counted twice as a transition.
  const [many, few] = [compiled.ways.length, javascript.ways.length]
  const isTwice = many !== ours.size || few !== theirs.size
  return isTwice
    ? { what: `the number of ways of ${nameOf(system, compiled.step, null)}`, compiled: `${many}`, javascript: `${few}` }
    : null
}

const nameOf = (system: System, step: number, choice: number | null): string => {
  const code = choice === null ? '' : ` with the choice code ${choice}`
  if (step < 0) return choice === null ? 'init' : `init ${choice}`
  const { agent, label, location } = at(system.steps, step)
  return `${at(system.agents, agent).name}${location === null ? ` '${label}'` : ''}${code}`
}

const endOf = (way: Way | undefined): Said => {
  if (way === undefined) return 'is blocked'
  return way.to ?? `fails (${way.failure?.kind ?? '?'})`
}

const isSame = (a: Vector, b: Vector): boolean => a.length === b.length && a.every((x, i) => x === b[i])

const differenceOfValues = ({ properties, params }: Subject, sampler: Sampler, seen: Seen, vector: Vector): Difference | null => {
  const compiled = sampler.values(vector)
  for (const [i, question] of sampler.questions.entries()) {
    const property = fieldOf(properties, question.property)
    const given = answerOf(functionOf(property, question), seen, params)
    if (given !== compiled[i]) return { what: inWords(question), compiled: compiled[i] ?? 'fails', javascript: given ?? 'fails' }
  }
  return null
}

const inWords = ({ property, part }: Question): string => (part === 'whole' ? `the value of '${property}'` : `the ${part} of '${property}'`)

const functionOf = (property: AnyProperty<never, never>, { part }: Question): Parameters<typeof answerOf>[0] => {
  if (part === 'trigger' && property.kind === 'leadsTo') return property.trigger
  return 'measure' in property ? property.measure : property.predicate
}
