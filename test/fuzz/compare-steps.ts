/**
 * Statement lists: each is a rule of a model of rules alone, whose states can be set at will. What the author's
 * JavaScript does in a state, what the generated WebAssembly does and what the circuit says must be the same ways: the
 * same choices, the same successors, the same kinds of failures.
 */
import { compile } from '../../src/compile/model/compile.ts'
import { waysThrough } from '../../src/explicit/emit/ways.ts'
import type { System } from '../../src/ir/system.ts'
import type { Model, RuleBody } from '../../src/lang/model.ts'
import { createOracle } from '../../src/replay/oracle.ts'
import { toVector } from '../../src/replay/vector.ts'
import { createLanes, type Lane, type Result } from './circuit-lanes.ts'
import { createExpander, oracleWays, setState, type Values, type Ways } from './step-ways.ts'
import { type Outcome, type Outcomes, TooManySuccessors, together } from './together.ts'

export interface StepOptions {
  /** Changes the system that the engines get, to see that differences are found. */
  readonly sabotage?: (system: System) => System
}

export type Rules = Readonly<Record<string, RuleBody<never>>>

/** Few enough for the engine to write the successors of a state at once. */
const mostWays = 1_000

const withRules = (model: Model, rules: Rules): Model => ({ ...model, rules: () => rules as never })

/** Compares rules of a model. */
export const compareSteps = (
  model: Model,
  rules: Rules,
  states: readonly Values[],
  { sabotage = (system) => system }: StepOptions = {},
): Outcomes =>
  together(
    rules,
    (rule) => rule,
    (some) => {
      const only = withRules(model, some)
      const system = compile({ model: only, params: {}, properties: {} })
      const long = new Set(system.steps.flatMap(({ label, body }) => (waysThrough(body) > mostWays ? [label] : [])))
      if (long.size === 0) return compareSystem(only, system, sabotage(system), states)
      const others = Object.fromEntries(Object.entries(some).filter(([name]) => !long.has(name)))
      return new Map([
        ...compareSteps(model, others, states, { sabotage }),
        ...[...long].map((name) => [name, { kind: 'many ways' }] as const),
      ])
    },
  )

const compareSystem = (model: Model, system: System, given: System, states: readonly Values[]): Outcomes => {
  const oracle = createOracle(model, {})
  const { run } = oracle.start(() => null)
  const expander = createExpander(given)
  // In one with fewer rules a state has fewer successors.
  if (expander === null) throw new TooManySuccessors()
  const lanes = createLanes(given)
  const outcomes = new Map<string, Outcome>(system.steps.map(({ label }) => [label, { kind: 'agree', compared: 0 }]))
  const pending: { readonly lane: Lane; readonly expected: string; readonly label: string; readonly values: Values }[] = []
  const differs = (label: string, values: Values, said: string): void => {
    if (outcomes.get(label)?.kind === 'agree') outcomes.set(label, { kind: 'differs', values, said })
  }
  const settle = (): void => {
    const results = lanes.evaluate(pending.map(({ lane }) => lane))
    for (const [i, { lane, expected, label, values }] of pending.entries()) {
      const result = textOfResult(results[i]!)
      if (result !== expected)
        differs(label, values, `choice ${lane.code}: JavaScript ${named(system, expected)}\n the circuit ${named(system, result)}`)
    }
    pending.length = 0
  }
  for (const values of states) {
    setState(run, values)
    const vector = toVector(system, { state: run.state, processes: [] })
    const engine = expander.expand(vector)
    for (const step of system.steps) {
      const outcome = outcomes.get(step.label)!
      if (outcome.kind !== 'agree') continue
      const found = oracleWays(system, oracle, run, values, step.agent)
      outcomes.set(step.label, { kind: 'agree', compared: outcome.compared + found.size })
      const difference = firstDifference(system, found, engine[step.id]!)
      if (difference !== null) {
        differs(step.label, values, difference)
        continue
      }
      for (const code of new Set([0, 1, system.radix, ...found.keys()])) {
        if (!lanes.names(code)) {
          if (found.has(code))
            differs(step.label, values, `choice ${code}: JavaScript ${named(system, found.get(code)!)}\n the circuit has no such choice`)
          continue
        }
        pending.push({ lane: { vector, step: step.id, code }, expected: found.get(code) ?? 'none', label: step.label, values })
        if (pending.length === 32) settle()
      }
    }
  }
  settle()
  return outcomes
}

const textOfResult = (result: Result): string => (result.kind === 'moved' ? result.vector.join() : result.kind)

const firstDifference = (system: System, oracle: Ways, engine: Ways): string | null => {
  for (const code of new Set([...oracle.keys(), ...engine.keys()])) {
    const [a, b] = [oracle.get(code) ?? 'none', engine.get(code) ?? 'none']
    if (a !== b) return `choice ${code}: JavaScript ${named(system, a)}\n the engine ${named(system, b)}`
  }
  return null
}

/** A vector with the names of its variables. */
const named = (system: System, text: string): string => {
  if (!/^-?\d/.test(text)) return text
  const values = text.split(',')
  let at = 0
  return system.variables
    .map(({ name, dims }) => {
      const n = dims.reduce((a, b) => a * b, 1)
      at += n
      return `${name}=${values.slice(at - n, at).join()}`
    })
    .join(' ')
}
