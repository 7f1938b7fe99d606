/** Runs of statement lists: many from one seed, what differs made small. */
import type { Model } from '../../src/lang/model.ts'
import { loadText } from '../differential/text.ts'
import { type Code, textOf } from './code.ts'
import { comparePredicates, type Predicates } from './compare-predicates.ts'
import { compareSteps, type Rules, type StepOptions } from './compare-steps.ts'
import { createDraw, seedOf } from './draw.ts'
import type { Feature } from './features.ts'
import { shrink } from './shrink.ts'
import { type StepModule, stepModule } from './step-module.ts'
import type { Values } from './step-ways.ts'
import type { Outcome, Outcomes } from './together.ts'
import { randomValue, type Type } from './types.ts'

export const rulesPerModule = 64
export const predicatesPerModule = 24
const statesPerModule = 8
/** Compiled together: one that is refused costs the others a second time. */
const rulesTogether = 32

export interface Difference {
  /** The module, made small. */
  readonly source: string
  /** The state before. */
  readonly values: Values
  readonly said: string
  readonly seed: number
  /** Of the rule or the property. */
  readonly name: string
}

export interface StepTally {
  lists: number
  ways: number
  predicates: number
  values: number
  readonly refused: Record<string, number>
  readonly differences: Difference[]
}

export interface StepRunOptions extends StepOptions {
  readonly without?: ReadonlySet<Feature>
  /** How long a difference is made smaller. */
  readonly shrinking?: number
  readonly source?: (text: string) => void
  readonly onDifference?: (difference: Difference) => void
}

const nothing: ReadonlySet<Feature> = new Set()

export const randomStates = (seed: number, types: Readonly<Record<string, Type>>): Values[] => {
  const draw = createDraw(seed ^ 0x5bd1e995)
  return Array.from({ length: statesPerModule }, () =>
    Object.fromEntries(Object.entries(types).map(([name, type]) => [name, randomValue(draw, type)])),
  )
}

interface Loaded {
  readonly model: Model
  readonly rules: Rules
  readonly predicates: Predicates
}

const loaded = (text: string): Loaded => {
  const { model, properties } = loadText(text)
  return { model, rules: (model.rules?.({} as never) ?? {}) as Rules, predicates: properties as Predicates }
}

/** Runs all statement lists and predicates of one module. */
export const runSteps = async (seed: number, tally: StepTally, options: StepRunOptions = {}): Promise<void> => {
  const { without = nothing, shrinking = 20_000, source, onDifference } = options
  const made = stepModule(seed, rulesPerModule, predicatesPerModule, without)
  const text = textOf(made.code)
  source?.(text)
  const { model, rules, predicates } = loaded(text)
  const states = randomStates(seed, made.types)
  const names = Object.keys(rules)
  const differing: [string, Differing][] = []
  const note = (outcomes: Outcomes, compared: (n: number) => void): void => {
    for (const [name, outcome] of outcomes) {
      if (outcome.kind === 'agree') compared(outcome.compared)
      const left = outcome.kind === 'refused' ? outcome.diagnostic.code : outcome.kind === 'many ways' ? outcome.kind : null
      if (left !== null) tally.refused[left] = (tally.refused[left] ?? 0) + 1
      if (outcome.kind === 'differs') differing.push([name, outcome])
    }
  }
  for (let i = 0; i < names.length; i += rulesTogether) {
    const together = Object.fromEntries(names.slice(i, i + rulesTogether).map((name) => [name, rules[name]!]))
    const outcomes = compareSteps(model, together, states, options)
    tally.lists += outcomes.size
    note(outcomes, (n) => {
      tally.ways += n
    })
  }
  const outcomes = comparePredicates(model, predicates, states, options)
  tally.predicates += outcomes.size
  note(outcomes, (n) => {
    tally.values += n
  })
  for (const [i, [name, outcome]] of differing.entries()) {
    // One fault often shows in many rules of a module.
    const smaller = await smallest(made, name, outcome, states, i < 2 ? shrinking : 0, options)
    const difference = { ...smaller, seed, name }
    tally.differences.push(difference)
    if (i < 2) onDifference?.(difference)
  }
}

/** Runs so many modules, or up to the first difference. */
export const runModules = async (seed: number, modules: number, options: StepRunOptions = {}): Promise<StepTally> => {
  const tally: StepTally = { lists: 0, ways: 0, predicates: 0, values: 0, refused: {}, differences: [] }
  for (let i = 0; i < modules && tally.differences.length === 0; i++) await runSteps(seedOf(seed, i), tally, options)
  return tally
}

type Differing = Extract<Outcome, { kind: 'differs' }>

/** The same kind of difference: that JavaScript goes on is another thing than that it fails. */
const kindOf = (said: string): string =>
  said
    .split('\n')
    .slice(0, 2)
    .map((line) => line.replaceAll(/choice \d+: /g, '').replaceAll(/(\S+=\S* ?)+/g, 'a state'))
    .join('\n')
    .replaceAll(/'[^']*'|\d+/g, '*')

/**
 * Whether the variables that a text names are all there: what is not compiled may name others, and would fail for that.
 */
export const namesOnly = (text: string, variables: readonly string[]): boolean =>
  [...text.matchAll(/\bs\.(\w+)/g)].every(([, name]) => variables.includes(name!))

const smallest = async (
  made: StepModule,
  name: string,
  found: Differing,
  states: readonly Values[],
  milliseconds: number,
  options: StepOptions,
): Promise<Pick<Difference, 'source' | 'values' | 'said'>> => {
  let last: Differing = found
  const kind = kindOf(found.said)
  const shows = (candidate: Code): boolean => {
    try {
      const text = textOf(candidate)
      const { model, rules, predicates } = loaded(text)
      const domains = Object.keys(model.state({} as never))
      if (!namesOnly(text, domains)) return false
      const only = states.map((values) => Object.fromEntries(Object.entries(values).filter(([variable]) => domains.includes(variable))))
      const outcomes = name in predicates ? comparePredicates(model, predicates, only, options) : compareSteps(model, rules, only, options)
      const outcome = outcomes.get(name)
      if (outcome?.kind !== 'differs' || kindOf(outcome.said) !== kind) return false
      last = outcome
      return true
    } catch {
      return false
    }
  }
  const source = textOf(await shrink(made.only(name), shows, milliseconds))
  return { source, values: last.values, said: last.said }
}
