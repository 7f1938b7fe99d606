/** Traces of what only whole behaviours, or the whole graph of states, settle: only what the oracle has confirmed. */
import { at, fieldOf } from '../../at.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { Query, System } from '../../ir/system.js'
import type { DisagreementDetails } from '../../replay/disagreement.js'
import { ask } from '../../replay/evaluate.js'
import { type SlowGraph, slowGraph } from '../../replay/graph.js'
import type { Seen } from '../../replay/labels.js'
import { replayLasso } from '../../replay/lasso.js'
import type { Run } from '../../replay/oracle.js'
import { replay } from '../../replay/replay.js'
import type { Outcome, Trace } from '../../trace/trace.js'
import type { Evidence } from '../report/evidence.js'
import { assemble, confirm, type Subject, sourceAt, type Written, writtenAt } from './trace-of.js'

/** A trace, and what was done beyond replaying it. */
export interface ConfirmedTrace {
  readonly trace: Trace
  readonly confirmation: Evidence
}

const detailsOf = ({ target, params }: Subject, property: string, schedule: Schedule): DisagreementDetails => ({
  model: target.model.name,
  modelHash: target.hash,
  params,
  property,
  schedule,
})

const whereOf = (system: System, { at }: Query): Written => writtenAt(system, at)

/** Of a `leadsTo` both predicates, as the author wrote them where they stand side by side. */
const whereOfTemporal = (system: System, name: string): Written => {
  const property = system.temporal.find((temporal) => temporal.name === name)
  if (property === undefined) throw new Error(`the system has no property '${name}'`)
  const { trigger, goal } = property
  if (trigger === null) return whereOf(system, goal)
  const [first, second] = [trigger.at, goal.at]
  const together = first.file === second.file && second.start >= first.end && second.start - first.end < 20
  const source = together
    ? sourceAt(system, { ...first, end: second.end })
    : `${sourceAt(system, first)}\nleads to ${sourceAt(system, second)}`
  return { ...writtenAt(system, first), source }
}

/**
 * An `eventually` or `leadsTo` that is violated.
 * @throws Disagreement where the oracle does not confirm the lasso, its fairness included.
 */
export const traceOfLasso = (subject: Subject, name: string, stem: Schedule, cycle: readonly Move[]): Trace => {
  const { system, target, params, properties } = subject
  const property = fieldOf(properties, name)
  if (property.kind !== 'eventually' && property.kind !== 'leadsTo') throw new Error(`'${name}' is no property of fair behaviours`)
  const details = detailsOf(subject, name, { ...stem, moves: [...stem.moves, ...cycle] })
  const replayed = confirm(details, () => replayLasso(system, target.model, params, property, { stem, cycle }))
  const { owedFrom, reads, loop } = replayed
  const since = owedFrom === 0 ? 'from the initial state on' : `from the state after step ${owedFrom} on`
  const message =
    property.kind === 'eventually' ? `${name}: what must come at last never does` : `${name}: what is owed ${since} never comes`
  const outcome: Outcome = { property: name, kind: property.kind, ...whereOfTemporal(system, name), message, reads }
  return { ...assemble(subject, replayed, outcome), loop }
}

/** So many states behind the end of a trace are looked at by the oracle, to confirm that no path leads out. */
const mostConfirmed = 1_000

const confirmAbsence = <T>(
  { system, target, params }: Subject,
  schedule: Schedule,
  look: (run: Run) => T,
  refute: (graph: SlowGraph<T>) => string | null,
): Evidence => {
  const graph = slowGraph(system, target.model, params, look, { from: schedule, maxStates: mostConfirmed })
  const confirmed = (states: number | null): Evidence => ({ by: 'oracle', states, most: mostConfirmed })
  if (graph === null) return confirmed(null)
  const refutation = refute(graph)
  if (refutation !== null) throw new Error(refutation)
  return confirmed(graph.nodes.length)
}

/** An `alwaysPossible` that is violated. @throws Disagreement where the oracle sees it reached. */
export const traceOfImpossible = (subject: Subject, name: string, schedule: Schedule): ConfirmedTrace => {
  const { system, target, params, properties } = subject
  const property = fieldOf(properties, name)
  if (property.kind !== 'alwaysPossible') throw new Error(`'${name}' is of another kind`)
  return confirm(detailsOf(subject, name, schedule), () => {
    const goalAt = (seen: Seen): ReturnType<typeof ask> => ask(property.predicate, seen, params)
    const replayed = replay(system, target.model, params, schedule)
    const confirmation = confirmAbsence(
      subject,
      schedule,
      (run) => goalAt(run).value === true,
      ({ nodes }) => {
        const reached = nodes.find(({ seen }) => seen)
        return reached === undefined ? null : `it is said to be out of reach, and comes true after ${reached.depth} more steps`
      },
    )
    const message = `${name}: no path from here comes to it`
    const outcome: Outcome = {
      ...{ property: name, kind: 'alwaysPossible', message, ...whereOfTemporal(system, name) },
      reads: goalAt(replayed.end).reads,
    }
    return { trace: assemble(subject, replayed, outcome), confirmation }
  })
}

/**
 * A process of `System.processes` that can never take a step again. @throws Disagreement where the oracle sees it take
 * one, or return.
 */
export const traceOfStuck = (subject: Subject, process: number, schedule: Schedule): ConfirmedTrace => {
  const { system, target, params } = subject
  const { agent } = at(system.processes, process)
  const { name } = at(system.agents, agent)
  return confirm(detailsOf(subject, 'stuck', schedule), () => {
    const replayed = replay(system, target.model, params, schedule)
    const { processes } = (replayed.steps.at(-1)?.after ?? replayed.initial).view
    if (at(processes, process).at === null) throw new Error(`'${name}' is said to be stuck, and has returned`)
    const confirmation = confirmAbsence(
      subject,
      schedule,
      () => null,
      ({ nodes }) => {
        const reached = nodes.find(({ enabled }) => enabled.has(agent))
        if (reached !== undefined) return `'${name}' is said to be stuck, and can take a step after ${reached.depth} more`
        return at(nodes, 0).enabled.size === 0 ? 'it is a deadlock, and not a process that is stuck while others go on' : null
      },
    )
    const outcome: Outcome = {
      property: 'stuck',
      kind: 'stuck',
      source: '',
      at: null,
      message: `${name} can never take a step again`,
      reads: [],
    }
    return { trace: assemble(subject, replayed, outcome), confirmation }
  })
}

/**
 * A state in which a `maximum` or `minimum` has its extreme value. @throws Disagreement where it has another value
 * there.
 */
export const traceOfExtreme = (subject: Subject, name: string, value: number, schedule: Schedule): Trace => {
  const { system, target, params, properties } = subject
  const property = fieldOf(properties, name)
  if (property.kind !== 'maximum' && property.kind !== 'minimum') throw new Error(`'${name}' has no extreme value`)
  return confirm(detailsOf(subject, name, schedule), () => {
    const replayed = replay(system, target.model, params, schedule)
    const { value: measured, fault, reads } = ask(property.measure, replayed.end, params)
    if (measured !== value) throw new Error(`'${name}' is said to be ${value}: the oracle gives ${fault ?? String(measured)}`)
    const { processes } = (replayed.steps.at(-1)?.after ?? replayed.initial).view
    const waits = system.memory !== null && replayed.end.at.storeBuffer.some(({ length }) => length > 0)
    if (property.over === 'final states' && (waits || processes.some(({ at }) => at !== null)))
      throw new Error(`'${name}' is of a state that is not final`)
    const extreme = system.extremes.find((e) => e.name === name)
    const where = extreme === undefined ? { source: '', at: null } : whereOf(system, extreme.measure)
    return assemble(subject, replayed, { property: name, kind: property.kind, ...where, message: `${name} is ${value}`, reads })
  })
}
