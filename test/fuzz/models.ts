/** Runs of whole models: each is searched by the engines and by the oracle, what differs is made small. */
import { DiagnosticError } from '../../src/diagnostics.ts'
import { type CompareOptions, compareText } from '../differential/compare.ts'
import { loadText } from '../differential/text.ts'
import { type Code, textOf } from './code.ts'
import { seedOf } from './draw.ts'
import type { Feature } from './features.ts'
import { modelModule } from './model-module.ts'
import { shrink } from './shrink.ts'
import { namesOnly } from './steps.ts'

export interface ModelDifference {
  /** The model, made small. */
  readonly source: string
  readonly said: string
  readonly seed: number
}

export interface ModelTally {
  models: number
  states: number
  readonly refused: Record<string, number>
  /** How often each kind of property was found to hold, or not. */
  readonly verdicts: Record<string, number>
  readonly differences: ModelDifference[]
}

export interface ModelRunOptions extends CompareOptions {
  readonly without?: ReadonlySet<Feature>
  readonly shrinking?: number
  readonly source?: (text: string) => void
  readonly onDifference?: (difference: ModelDifference) => void
}

const nothing: ReadonlySet<Feature> = new Set()
const few = 200

/** Runs the model of a seed. */
export const runModel = async (seed: number, tally: ModelTally, options: ModelRunOptions = {}): Promise<void> => {
  const { without = nothing, shrinking = 20_000, source, onDifference, maxStates = few } = options
  const code = modelModule(seed, without)
  const text = textOf(code)
  source?.(text)
  tally.models++
  const count = (of: Record<string, number>, key: string, times = 1): void => {
    of[key] = (of[key] ?? 0) + times
  }
  const saidOf = async (candidate: string): Promise<string | null> => {
    try {
      const compared = await compareText(candidate, { ...options, maxStates })
      if (candidate !== text) return null
      if (compared.kind === 'refused') count(tally.refused, compared.diagnostic.code)
      if (compared.kind === 'skipped') count(tally.refused, 'too many states')
      if (compared.kind !== 'agree') return null
      tally.states += compared.states
      for (const { kind, verdict } of compared.result.properties) count(tally.verdicts, `${kind} ${verdict}`)
      for (const [kind, times] of Object.entries(compared.temporal)) count(tally.verdicts, kind, times)
      return null
    } catch (error) {
      // The loader refuses it: two fields of one name, say.
      if (error instanceof DiagnosticError) {
        if (candidate === text) count(tally.refused, error.diagnostic.code)
        return null
      }
      return error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
  }
  const said = await saidOf(text)
  if (said === null) return
  const kind = kindOf(said)
  let last = said
  const smaller = await shrink(
    code,
    async (candidate: Code) => {
      if (!isWhole(textOf(candidate))) return false
      const now = await saidOf(textOf(candidate))
      if (now === null || kindOf(now) !== kind) return false
      last = now
      return true
    },
    shrinking,
  )
  const difference = { source: textOf(smaller), said: last, seed }
  tally.differences.push(difference)
  onDifference?.(difference)
}

/** Runs so many models, or up to the first difference. */
export const runModels = async (seed: number, count: number, options: ModelRunOptions = {}): Promise<ModelTally> => {
  const tally: ModelTally = { models: 0, states: 0, refused: {}, verdicts: {}, differences: [] }
  for (let i = 0; i < count && tally.differences.length === 0; i++) await runModel(seedOf(seed, i), tally, options)
  return tally
}

/** Whether all variables that are named are in the state. */
const isWhole = (text: string): boolean => {
  try {
    const { model } = loadText(text)
    const params = Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default]))
    return namesOnly(text, Object.keys(model.state(params as never)))
  } catch {
    return false
  }
}

/** What must stay the same while a model gets smaller. */
const kindOf = (said: string): string => said.split('\n')[0]!.replaceAll(/'[^']*'|\d+/g, '*')
