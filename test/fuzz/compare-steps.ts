/**
 * Statement lists: each is a rule of a model of rules alone, whose states can be set at will. What the author's JavaScript does in a state, what the generated WebAssembly does and what
 * the circuit says must be the same ways: the same choices, the same successors, the same kinds of failures.
 */
import { compile } from '../../src/compile/model/compile.ts'
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics.ts'
import { waysThrough } from '../../src/explicit/emit/ways.ts'
import type { System } from '../../src/ir/system.ts'
import type { Model, RuleBody } from '../../src/lang/model.ts'
import { functionInfo } from '../../src/load/registry.ts'
import { createOracle } from '../../src/replay/oracle.ts'
import { toVector } from '../../src/replay/vector.ts'
import { createLanes, type Lane, type Result } from './circuit-lanes.ts'
import { createExpander, oracleWays, setState, type Values, type Ways } from './step-ways.ts'

export type RuleOutcome =
  | { readonly kind: 'agree'; readonly ways: number }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }
  /** It has so many ways that they take longer than they are worth: nothing was compared. */
  | { readonly kind: 'many ways' }
  | { readonly kind: 'differs'; readonly values: Values; readonly said: string }

export interface StepOptions {
  /** Changes the system that the engines get, to see that differences are found. */
  readonly sabotage?: (system: System) => System
}

export type Rules = Readonly<Record<string, RuleBody<never>>>

/** The rule in which the place of a diagnostic is; null where it is somewhere else. */
const ruleAround = (rules: Rules, { place }: Diagnostic): string | null => {
  const found = Object.entries(rules).find(([, rule]) => {
    const info = functionInfo(rule)
    return info !== undefined && place !== null && info.start <= place.start && place.end <= info.end
  })
  return found?.[0] ?? null
}

class TooManySuccessors extends Error {
  override readonly name = 'TooManySuccessors'
}

/** What fewer rules together do not come to. */
const isExpected = (error: unknown): boolean =>
  error instanceof DiagnosticError || error instanceof TooManySuccessors || error instanceof RangeError

const said = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error))

/** Few enough for the engine to write the successors of a state at once. */
const mostWays = 1_000

const withRules = (model: Model, rules: Rules): Model => ({ ...model, rules: () => rules as never })

/** Compares rules of a model, together where the compiler takes all of them, else in halves. */
export const compareSteps = (
  model: Model,
  rules: Rules,
  states: readonly Values[],
  { sabotage = (system) => system }: StepOptions = {},
): Map<string, RuleOutcome> => {
  try {
    const only = withRules(model, rules)
    const system = compile({ model: only, params: {}, properties: {} })
    const long = new Set(system.steps.flatMap(({ label, body }) => (waysThrough(body) > mostWays ? [label] : [])))
    if (long.size > 0) {
      const others = Object.entries(rules).filter(([name]) => !long.has(name))
      const compared = others.length === 0 ? [] : compareSteps(model, Object.fromEntries(others), states, { sabotage })
      return new Map<string, RuleOutcome>([...compared, ...[...long].map((name) => [name, { kind: 'many ways' }] as const)])
    }
    return compareSystem(only, system, sabotage(system), states)
  } catch (error) {
    const names = Object.keys(rules)
    const refused = error instanceof DiagnosticError ? ruleAround(rules, error.diagnostic) : null
    if (error instanceof DiagnosticError && refused !== null && names.length > 1) {
      const others = Object.fromEntries(Object.entries(rules).filter(([name]) => name !== refused))
      return new Map([...compareSteps(model, others, states, { sabotage }), [refused, { kind: 'refused', diagnostic: error.diagnostic }]])
    }
    if (names.length > 1) {
      const half = names.length >> 1
      const part = (some: readonly string[]): [string, RuleOutcome][] => [
        ...compareSteps(model, Object.fromEntries(some.map((name) => [name, rules[name]!])), states, { sabotage }),
      ]
      const parts = new Map([...part(names.slice(0, half)), ...part(names.slice(half))])
      // A crash that takes several rules: no part shows it.
      if (!isExpected(error) && [...parts.values()].every(({ kind }) => kind !== 'differs'))
        parts.set(names[0]!, { kind: 'differs', values: {}, said: `${names.length} rules together: ${said(error)}` })
      return parts
    }
    if (error instanceof DiagnosticError) return new Map([[names[0]!, { kind: 'refused', diagnostic: error.diagnostic }]])
    return new Map([[names[0]!, { kind: 'differs', values: {}, said: said(error) }]])
  }
}

const compareSystem = (model: Model, system: System, given: System, states: readonly Values[]): Map<string, RuleOutcome> => {
  const oracle = createOracle(model, {})
  const { run } = oracle.start(() => null)
  const expander = createExpander(given)
  // In one with fewer rules a state has fewer successors.
  if (expander === null) throw new TooManySuccessors()
  const lanes = createLanes(given)
  const outcomes = new Map<string, RuleOutcome>(system.steps.map(({ label }) => [label, { kind: 'agree', ways: 0 }]))
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
      outcomes.set(step.label, { kind: 'agree', ways: outcome.ways + found.size })
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
