/** From what an engine claims to a trace that people see: only what the oracle has confirmed. */

import { at, fieldOf } from '../../at.js'
import { lineAndColumn } from '../../diagnostics.js'
import { type PropertyKind, propertyKinds, type SafetyKind, stateKinds } from '../../ir/kinds.js'
import type { Schedule } from '../../ir/schedule.js'
import type { Span, System } from '../../ir/system.js'
import { platformAndVariables } from '../../lang/memory.js'
import type { AnyProperty, Property } from '../../lang/property.js'
import { Disagreement, type DisagreementDetails } from '../../replay/disagreement.js'
import { evaluate } from '../../replay/evaluate.js'
import { type Replay, replay } from '../../replay/replay.js'
import type { Outcome, SourcePlace, Trace } from '../../trace/trace.js'
import type { NamedProperties } from '../request/properties.js'
import type { Target } from '../request/target.js'
import { enabledAgents } from './enabled.js'
import { toldLocals } from './told/locals.js'
import { outcomesIn } from './told/outcomes.js'

/** A model as it was compiled. */
export interface Subject {
  readonly target: Target
  readonly variant: string | null
  /** What is set otherwise than the variant, or the defaults, have it. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
  readonly params: Readonly<Record<string, number | boolean | string>>
  readonly properties: NamedProperties
  readonly system: System
}

/** What an engine found out about a property. */
export interface Claim {
  readonly name: string
  readonly kind: SafetyKind
  readonly length: number | null
  /** For a failing step, an index into `System.failures`. */
  readonly failure: number | null
}

/**
 * Runs the author's own functions along the schedule and evaluates the property at its end.
 * @throws Disagreement where a step cannot be taken, or the property is not settled as the engine says.
 */
export const traceOf = (subject: Subject, claim: Claim, schedule: Schedule): Trace => {
  const { target, params, system } = subject
  const details: DisagreementDetails = { model: target.model.name, modelHash: target.hash, params, property: claim.name, schedule }
  const replayed = confirm(details, () => replay(system, target.model, params, schedule))
  if (claim.length !== schedule.moves.length)
    throw new Disagreement(`a schedule of ${schedule.moves.length} steps for a violation after ${claim.length}`, details)
  return assemble(
    subject,
    replayed,
    confirm(details, () => outcomeOf(subject, claim, schedule, replayed)),
  )
}

/** A trace of what was replayed. */
export const assemble = (subject: Subject, replayed: Replay, outcome: Outcome): Trace => {
  const { target, variant, settings, params, system } = subject
  const ghosts = Object.entries(platformAndVariables(target.model, params as never).variables)
    .filter(([, { kind }]) => kind === 'ghost')
    .map(([name]) => name)
  const outcomes = outcomesIn(system, ghosts)
  const told = toldLocals(system, replayed, !endsAtOnce(outcome.kind))
  const places = new Map<string, SourcePlace>()
  const placeOf = (at: Span): SourcePlace => {
    const key = `${at.file}:${at.start}`
    const place = places.get(key) ?? placeAt(system, at)
    places.set(key, place)
    return place
  }
  return {
    model: target.model.name,
    modelFile: target.file,
    modelHash: target.hash,
    variant,
    settings: Object.keys(settings),
    params,
    agents: system.agents.map(({ name, cpu }) => ({ name, cpu })),
    ghosts,
    initial: replayed.initial.view,
    initialChoices: replayed.initialChoices,
    steps: replayed.steps.map(({ agent, label, choices, at: place, happened, after }, i) => ({
      agent,
      label,
      choices,
      at: placeOf(place),
      outcomes: outcomes(happened, at(told, i)),
      told: at(told, i),
      after: after === null ? null : after.view,
    })),
    outcome,
  }
}

/** Whether nothing that is behind the last state matters: who waits there, or goes round. */
const endsAtOnce = (kind: PropertyKind): boolean => {
  switch (kind) {
    case 'always':
    case 'bound':
    case 'sometimes':
    case 'assert':
    case 'range':
    case 'maximum':
    case 'minimum':
      return true
    case 'deadlock':
    case 'stuck':
    case 'eventually':
    case 'leadsTo':
    case 'alwaysPossible':
      return false
  }
}

/** Whatever goes wrong in the oracle on a schedule of ours is a disagreement. */
export const confirm = <T>(details: DisagreementDetails, run: () => T): T => {
  try {
    return run()
  } catch (error) {
    if (error instanceof Disagreement && error.details !== null) throw error
    throw new Disagreement(error instanceof Error ? error.message : String(error), details, { cause: error })
  }
}

const outcomeOf = (subject: Subject, claim: Claim, schedule: Schedule, replayed: Replay): Outcome => {
  const { system, properties } = subject
  switch (claim.kind) {
    case 'always':
    case 'bound':
    case 'sometimes': {
      const at = system.safety.find(({ name }) => name === claim.name)?.at ?? null
      return {
        ...evaluated(claim, properties, subject.params, replayed),
        ...(at === null ? { source: '', at: null } : writtenAt(system, at)),
      }
    }
    case 'deadlock': {
      const enabled = enabledAgents(subject, schedule)
      if (enabled.length > 0) throw new Error(`a deadlock in which ${enabled.join(', ')} can step`)
      const { processes } = (replayed.steps.at(-1)?.after ?? replayed.initial).view
      if (processes.length > 0 && processes.every(({ at }) => at === null))
        throw new Error('a deadlock in which every process has returned')
      return { property: claim.name, kind: claim.kind, source: '', at: null, message: 'no agent can take a step', reads: [] }
    }
    case 'assert':
    case 'range': {
      const { failure } = replayed
      if (failure === null || failure.kind !== claim.kind)
        throw new Error(`the last step should fail (${claim.kind}); it ${failure === null ? 'leads on' : `fails (${failure.kind})`}`)
      const compiled = claim.failure === null ? null : at(system.failures, claim.failure).at
      const place = compiled === null ? failure.place : placeAt(system, compiled)
      return {
        property: claim.name,
        kind: claim.kind,
        source: compiled === null ? '' : sourceAt(system, compiled),
        at: place,
        message: failure.message,
        reads: [],
      }
    }
  }
}

const evaluated = (
  claim: Claim,
  properties: NamedProperties,
  params: Subject['params'],
  replayed: Replay,
): Omit<Outcome, keyof Written> => {
  const property = fieldOf(properties, claim.name)
  if (!isStateProperty(property)) throw new Error(`'${claim.name}' is no property of a state`)
  const { holds, value, reads, fault } = evaluate(property, replayed.end, params)
  if (holds !== (propertyKinds[property.kind].finding === 'fulfils'))
    throw new Error(`'${claim.name}' is settled otherwise: the oracle gives ${fault ?? String(value)}`)
  return { property: claim.name, kind: property.kind, message: messageOf(claim.name, property, value, fault), reads }
}

const isStateProperty = (property: AnyProperty<never, never>): property is Property<never, never> =>
  Object.hasOwn(stateKinds, property.kind)

const messageOf = (name: string, property: Property<never, never>, value: boolean | number | null, fault: string | null): string => {
  if (fault !== null) return `${name} cannot be evaluated: ${fault}`
  switch (property.kind) {
    case 'always':
      return `${name} does not hold`
    case 'sometimes':
      return `${name} holds here`
    case 'bound':
      return `${name} is ${String(value)}, above ${property.max}`
  }
}

/** A property as its author wrote it. */
export type Written = Pick<Outcome, 'source' | 'comment' | 'at'>

export const writtenAt = (system: System, at: Span): Written => {
  const comment = commentBefore(system, at)
  return { source: sourceAt(system, at), ...(comment === null ? {} : { comment }), at: placeAt(system, at) }
}

/** The comment of `name: always(...)`, given where what stands in the brackets is. */
const commentBefore = (system: System, { file, start }: Span): string | null => {
  const { text } = at(system.files, file)
  const from = text.lastIndexOf('/**', start)
  const found = from < 0 ? null : /^\/\*\*(.*?)\*\/\s*(?:[\w$]+|'[^'\n]*'|"[^"\n]*")\s*:\s*(?:\w+\(\s*)?$/s.exec(text.slice(from, start))
  const said =
    found?.[1]
      ?.replaceAll(/^\s*\*/gm, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim() ?? ''
  return said === '' ? null : said
}

const placeAt = (system: System, { file, start }: Span): SourcePlace => ({
  file: at(system.files, file).name,
  ...lineAndColumn(at(system.files, file).text, start),
})

export const sourceAt = (system: System, { file, start, end }: Span): string => at(system.files, file).text.slice(start, end)
