/** Compares what the engine's compiled code says of a state with what the author's functions do in it. */
import { at, fieldOf } from '../../../at.js'
import type { Question } from '../../../explicit/sample/questions.js'
import type { Place, Sampler, Way, Ways } from '../../../explicit/sample/sampler.js'
import type { System, Vector } from '../../../ir/system.js'
import type { AnyProperty } from '../../../lang/property.js'
import { answerOf } from '../../../replay/evaluate.js'
import type { ParamRecord } from '../../../replay/oracle.js'
import type { State } from '../../../replay/state.js'
import type { Walk, WayOn } from '../../../replay/walk.js'
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
  readonly way: Way
  readonly on: WayOn
  readonly to: Place
}

/** All ways that lead on from the state that a walk is in, where both sides say the same of all of it. */
export const compareState = (subject: Subject, sampler: Sampler, walk: Walk, place: Place): readonly Agreed[] | Difference => {
  const { system } = subject
  const vector = walk.vector()
  if (!isSame(vector, place.vector)) return { what: 'the state', compiled: place.vector, javascript: vector }
  const ofValues = differenceOfValues(subject, sampler, walk.state, place)
  if (ofValues !== null) return ofValues
  const ways = sampler.ways(place)
  const compiled = byName(system, ways)
  const given = new Map(walk.ways().map((way) => [nameOf(system, way.agent, way.rule, codeOf(system, way.numbers)), way]))
  const difference = differenceOfWays(system, compiled, given, ways.hasAllFailing)
  if (difference !== null) return difference
  // One that the compiled code takes twice would be counted twice as a transition.
  if (ways.all.length !== compiled.size) return { what: 'the number of ways', compiled: `${ways.all.length}`, javascript: `${given.size}` }
  return [...compiled].flatMap(([name, way]) => {
    const on = given.get(name)
    return way.to === null || on === undefined ? [] : [{ way, on, to: way.to }]
  })
}

/** A start that both sides come to. */
export interface Start {
  readonly choice: number
  readonly numbers: readonly number[]
  readonly to: Place
}

type Begun = Omit<WayOn, 'agent' | 'rule'>

/** All initial states, where both sides say the same of `init`. */
export const compareStarts = (system: System, sampler: Sampler, begun: readonly Begun[]): readonly Start[] | Difference => {
  const ways = sampler.initial()
  const compiled = byName(system, ways)
  const given = new Map(begun.map((way) => [`init ${codeOf(system, way.numbers)}`, way]))
  const difference = differenceOfWays(system, compiled, given, ways.hasAllFailing)
  if (difference !== null) return difference
  return [...compiled].flatMap(([name, { move, to }]) => {
    const numbers = given.get(name)?.numbers
    return to === null || numbers === undefined ? [] : [{ choice: move.choice, numbers, to }]
  })
}

/** The choices of a way as the engine's code for them; see `End` in ir/system.ts. */
const codeOf = (system: System, numbers: readonly number[]): number =>
  numbers.reduceRight((code, number) => number + system.radix * code, 0)

const byName = (system: System, { all }: Ways): ReadonlyMap<string, Way> => new Map(all.map((way) => [nameOfCompiled(system, way), way]))

const nameOfCompiled = (system: System, { move: { step, choice } }: Way): string => {
  if (step < 0) return `init ${choice}`
  const { agent, label, location } = at(system.steps, step)
  return nameOf(system, agent, location === null ? label : null, choice)
}

const nameOf = (system: System, agent: number, rule: string | null, choice: number): string =>
  `${at(system.agents, agent).name}${rule === null ? '' : ` '${rule}'`} with the choice code ${choice}`

const differenceOfWays = (
  system: System,
  compiled: ReadonlyMap<string, Way>,
  given: ReadonlyMap<string, Begun>,
  hasAllFailing: boolean,
): Difference | null => {
  for (const name of new Set([...compiled.keys(), ...given.keys()])) {
    const [ours, theirs] = [compiled.get(name), given.get(name)]
    if (ours?.to != null && theirs?.to != null && isSame(ours.to.vector, theirs.to)) continue
    if (!hasAllFailing && ours === undefined && theirs?.failure != null) continue
    const [said, done] = [endOfCompiled(system, ours), endOf(theirs)]
    if (typeof said !== 'string' || said !== done) return { what: `the way of ${name}`, compiled: said, javascript: done }
  }
  return null
}

const endOfCompiled = (system: System, way: Way | undefined): Said => {
  if (way === undefined) return 'is blocked'
  return way.to?.vector ?? `fails (${way.failure === null ? '?' : at(system.failures, way.failure).kind})`
}

const endOf = (way: Begun | undefined): Said => {
  if (way === undefined) return 'is blocked'
  return way.to ?? `fails (${way.failure?.kind ?? '?'})`
}

const isSame = (a: Vector, b: Vector): boolean => a.length === b.length && a.every((x, i) => x === b[i])

const differenceOfValues = ({ properties, params }: Subject, sampler: Sampler, state: State, place: Place): Difference | null => {
  const compiled = sampler.values(place)
  for (const [i, question] of sampler.questions.entries()) {
    const given = answerOf(functionOf(fieldOf(properties, question.property), question), state, params)
    if (given !== compiled[i]) return { what: inWords(question), compiled: compiled[i] ?? 'fails', javascript: given ?? 'fails' }
  }
  return null
}

const inWords = ({ property, part }: Question): string => (part === 'whole' ? `the value of '${property}'` : `the ${part} of '${property}'`)

const functionOf = (property: AnyProperty<never, never>, { part }: Question): Parameters<typeof answerOf>[0] => {
  if (part === 'trigger' && property.kind === 'leadsTo') return property.trigger
  return 'measure' in property ? property.measure : property.predicate
}
