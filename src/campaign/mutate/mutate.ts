/** Makes every small change to a protocol, and looks which some property notices: what `mmucheck mutate` does. */
import type { ParamSetting } from '../../check/request/params.js'
import { type CheckOptions, check, type Limits, prepare } from '../../check.js'
import { DiagnosticError } from '../../diagnostics.js'
import type { Acceptance } from '../../lang/accepted.js'
import { loadModel } from '../../load/load.js'
import { shown } from '../../load/shown.js'
import { sourceOf } from '../../load/source.js'
import type { Job } from '../jobs/job.js'
import { type RunOptions, runJobs } from '../jobs/run.js'
import type { Outcome } from '../judge/judge.js'
import { codeOfMutant } from './code.js'
import type { ChangedLine, Mutant } from './mutant.js'
import { mutantsOfModel } from './mutants-of-model.js'

export interface MutateOptions extends RunOptions, Pick<CheckOptions, 'variant' | 'settings' | 'properties'> {
  /** Of each search. */
  readonly limits?: Limits
}

export interface Judged extends Mutant {
  /** As it is shown to people. */
  readonly shownFile: string
  readonly code: readonly ChangedLine[]
  /** The author's line that the change begins on, without its indentation. */
  readonly source: string
  /** Null where the signal came first. */
  readonly outcome: Outcome | null
  /** What explains that it survived; null where nothing does. */
  readonly accepted: Acceptance | null
}

export interface Kills {
  readonly property: string
  /** Mutants of which it is among the first to notice. */
  readonly first: number
  /** Mutants that no other property notices. */
  readonly alone: number
}

export interface Mutated {
  readonly model: string
  readonly title: string | null
  /** As the command line names it. */
  readonly target: string
  readonly variant: string | null
  /** The params that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, ParamSetting>>
  /** In the order of files and lines. */
  readonly mutants: readonly Judged[]
  /** All that was asked about, those that kill nothing too. */
  readonly kills: readonly Kills[]
}

/**
 * Judges all mutants of a model in one setting, side by side.
 * @throws DiagnosticError as `check`; MC027 where not everything holds before anything is changed, MC026 where an
 * explained survivor is none; whatever else is a bug of ours.
 */
export const mutate = async (target: string, options: MutateOptions = {}): Promise<Mutated> => {
  const { variant = null, settings = [], properties = null, limits = {} } = options
  const asked: Job['options'] = { variant, settings, properties, limits }
  const prepared = await prepare(target, asked)
  const { model } = prepared.target
  await requireSafe(target, asked, model.name)
  // What explains a setting says nothing of another.
  const isNamed = Object.keys(prepared.settings).length === 0
  const { accepted } = await loadModel(target)
  const homeless = accepted.find((one) => one.variant !== undefined && !Object.hasOwn(model.variants ?? {}, one.variant))
  if (homeless !== undefined) throw acceptedInVain(homeless, `there is no variant '${homeless.variant}'`)
  const explanations = accepted.filter((one) => isNamed && (one.variant ?? null) === variant)
  const planned = mutantsOfModel(prepared)
  const ended = await runJobs(
    planned.map(
      ({ file, edits, rules, runsWhileBuilt }): Job => ({
        ...{ task: 'judge', target, options: asked },
        mutation: { file, edits, rules, runsWhileBuilt },
      }),
    ),
    options,
  )
  const outcomes = planned.map((_, i): Outcome | null => {
    const one = ended[i] ?? null
    return one?.kind === 'outcome' ? one.outcome : null
  })
  const isWhole = outcomes.every((outcome) => outcome !== null && outcome.kind !== 'incomplete')
  const used = new Set<Acceptance>()
  const mutants = planned.map((mutant, i): Judged => {
    const outcome = outcomes[i] ?? null
    const accepted = (outcome?.kind === 'survived' ? explanations.find((one) => explains(one, mutant)) : undefined) ?? null
    if (accepted !== null) used.add(accepted)
    return { ...mutant, shownFile: shown(mutant.file), code: codeOfMutant(mutant), source: sourceLine(mutant), outcome, accepted }
  })
  const isAsWritten = properties === null
  const idle = explanations.find((one) => !used.has(one))
  if (isWhole && isAsWritten && idle !== undefined) throw explainsNothing(idle, mutants)
  const names = [...prepared.system.safety, ...prepared.system.temporal].map(({ name }) => name)
  return {
    model: model.name,
    title: model.title ?? null,
    target,
    variant,
    settings: prepared.settings,
    mutants,
    kills: killsOf(mutants, names),
  }
}

const sourceLine = ({ file, line }: Mutant): string => sourceOf(file).text.split('\n')[line - 1]?.trim() ?? ''

/** Whether a survivor is explained: it by itself, or all changes of its kind. */
const explains = ({ change }: Acceptance, mutant: Mutant): boolean => change === mutant.change || change === mutant.operator

/** A merged step does less than the two that it was: where it survives, nothing is missing. */
export const asksWhy = ({ operator, outcome, accepted }: Judged): boolean =>
  outcome?.kind === 'survived' && accepted === null && operator !== 'steps merged'

const killsOf = (mutants: readonly Judged[], names: readonly string[]): Kills[] => {
  const killed = mutants.flatMap(({ outcome }) => (outcome?.kind === 'killed' ? [outcome] : []))
  const others = killed.flatMap(({ by }) => by.map(({ property }) => property)).filter((name) => !names.includes(name))
  return [...names, ...new Set(others)].map((property) => {
    const first = killed.filter(({ by }) => by.some((one) => one.property === property))
    return { property, first: first.length, alone: first.filter(({ alone }) => alone === true).length }
  })
}

const requireSafe = async (target: string, options: Job['options'], name: string): Promise<void> => {
  const { properties } = await check(target, { ...options, engine: 'explicit', oracle: 'quarter', symmetry: 'off' })
  const not = properties.find(({ verdict }) => verdict !== 'holds')
  if (not === undefined) return
  throw new DiagnosticError(
    'MC027',
    `in this setting of '${name}' ${not.name} ${not.verdict === 'violated' ? 'is violated' : 'is not settled'}: there is nothing that a mutant could break`,
    'name a variant or set params in which everything holds: --variant, --set; or leave properties out: --property',
  )
}

const explainsNothing = (acceptance: Acceptance, mutants: readonly Judged[]): DiagnosticError => {
  const one = mutants.find((mutant) => mutant.change === acceptance.change)
  switch (one?.outcome?.kind) {
    case undefined:
      return acceptedInVain(acceptance, 'there is no such change')
    case 'killed':
      return acceptedInVain(acceptance, 'some property notices it')
    case 'survived':
      return acceptedInVain(acceptance, 'it is explained before')
    default:
      return acceptedInVain(acceptance, `it is ${one?.outcome?.kind}`)
  }
}

const acceptedInVain = ({ change }: Acceptance, how: string): DiagnosticError =>
  new DiagnosticError('MC026', `the explanation of '${change}' explains no survivor: ${how}`, 'remove the explanation')
