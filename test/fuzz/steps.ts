/** Runs of statement lists: many from one seed, what differs made small. */
import { loadText } from '../differential/text.ts'
import { type Code, textOf } from './code.ts'
import { compareSteps, type RuleOutcome, type Rules, type StepOptions } from './compare-steps.ts'
import { createDraw } from './draw.ts'
import type { Feature } from './features.ts'
import { shrink } from './shrink.ts'
import { type StepModule, stepModule } from './step-module.ts'
import type { Values } from './step-ways.ts'
import { randomValue, type Type } from './types.ts'

export const rulesPerModule = 64
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
  readonly rule: string
}

export interface StepTally {
  lists: number
  ways: number
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

const rulesOf = (text: string): { readonly model: ReturnType<typeof loadText>['model']; readonly rules: Rules } => {
  const { model } = loadText(text)
  return { model, rules: (model.rules?.({} as never) ?? {}) as Rules }
}

/** Runs all statement lists of one module. */
export const runSteps = async (seed: number, tally: StepTally, options: StepRunOptions = {}): Promise<void> => {
  const { without = nothing, shrinking = 20_000, source, onDifference } = options
  const made = stepModule(seed, rulesPerModule, without)
  const text = textOf(made.code)
  source?.(text)
  const { model, rules } = rulesOf(text)
  const states = randomStates(seed, made.types)
  const names = Object.keys(rules)
  const differing: [string, Differing][] = []
  for (let i = 0; i < names.length; i += rulesTogether) {
    const together = Object.fromEntries(names.slice(i, i + rulesTogether).map((name) => [name, rules[name]!]))
    for (const [name, outcome] of compareSteps(model, together, states, options)) {
      tally.lists++
      note(tally, outcome)
      if (outcome.kind === 'differs') differing.push([name, outcome])
    }
  }
  for (const [i, [rule, outcome]] of differing.entries()) {
    // One fault often shows in many rules of a module.
    const smaller = await smallest(made, rule, outcome, states, i < 2 ? shrinking : 0, options)
    const difference = { ...smaller, seed, rule }
    tally.differences.push(difference)
    if (i < 2) onDifference?.(difference)
  }
}

type Differing = Extract<RuleOutcome, { kind: 'differs' }>

const note = (tally: StepTally, outcome: RuleOutcome): void => {
  if (outcome.kind === 'agree') tally.ways += outcome.ways
  const left = outcome.kind === 'refused' ? outcome.diagnostic.code : outcome.kind === 'many ways' ? outcome.kind : null
  if (left !== null) tally.refused[left] = (tally.refused[left] ?? 0) + 1
}

/** The same kind of difference: that JavaScript goes on is another thing than that it fails. */
const kindOf = (said: string): string =>
  said
    .split('\n')
    .slice(0, 2)
    .map((line) => line.replaceAll(/choice \d+: /g, '').replaceAll(/(\S+=\S* ?)+/g, 'a state'))
    .join('\n')
    .replaceAll(/'[^']*'|\d+/g, '*')

/** Whether the variables that a text names are all there: what is not compiled may name others, and would fail for that. */
export const namesOnly = (text: string, variables: readonly string[]): boolean =>
  [...text.matchAll(/\bs\.(\w+)/g)].every(([, name]) => variables.includes(name!))

const smallest = async (
  made: StepModule,
  rule: string,
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
      const { model, rules } = rulesOf(text)
      const one = rules[rule]
      const domains = Object.keys(model.state({} as never))
      if (one === undefined || !namesOnly(text, domains)) return false
      const only = states.map((values) => Object.fromEntries(Object.entries(values).filter(([name]) => domains.includes(name))))
      const outcome = compareSteps(model, { [rule]: one }, only, options).get(rule)
      if (outcome?.kind !== 'differs' || kindOf(outcome.said) !== kind) return false
      last = outcome
      return true
    } catch {
      return false
    }
  }
  const source = textOf(await shrink(made.only(rule), shows, milliseconds))
  return { source, values: last.values, said: last.said }
}
