/** Runs a schedule that an engine found through the author's own functions. */

import type { FailureKind } from '../ir/kinds.js'
import type { Move, Schedule } from '../ir/schedule.js'
import type { Span, System, Vector } from '../ir/system.js'
import type { Model } from '../lang/model.js'
import { type Happening, listening } from '../load/runtime.js'
import type { Plain, SourcePlace, StateView } from '../trace/trace.js'
import { Disagreement } from './disagreement.js'
import type { StepFailure } from './fault.js'
import type { Seen } from './labels.js'
import { lockedIn } from './memory.js'
import { chooseByCode, createOracle, type Oracle, type Outcome, type ParamRecord, type Run, readCode } from './oracle.js'
import { placeOf } from './place.js'
import { processView } from './process-view.js'
import { correspond } from './standing.js'
import { plainCopy } from './state.js'
import { globalsIn, toVector } from './vector.js'

export interface ReplayedState {
  readonly vector: Vector
  readonly view: StateView
}

export interface ReplayedStep {
  /** Its number in the system. */
  readonly step: number
  /** The agent's name. */
  readonly agent: string
  /** As it was yielded, computed labels computed; for a rule its key. */
  readonly label: string
  /** The values chosen, in order. */
  readonly choices: readonly Plain[]
  readonly at: Span
  /** What it read and decided, in this order. */
  readonly happened: readonly Happening[]
  /** The state after the step; null for a last step that fails. */
  readonly after: ReplayedState | null
}

export interface Replay {
  readonly initial: ReplayedState
  readonly initialChoices: readonly Plain[]
  readonly steps: readonly ReplayedStep[]
  /** How the last step failed; null where all steps led on. */
  readonly failure: { readonly kind: FailureKind; readonly message: string; readonly place: SourcePlace | null } | null
  /** The last state, for `evaluate`. Where the last step fails it is what the step had made of it up to there. */
  readonly end: Seen
}

/** Looks at a state of a replay while the oracle is in it; `index` is 0 for the initial one. */
export type Visit = (seen: Seen, index: number) => void

/**
 * Replays a schedule. Linear in its length. `visit` is called for every state that it comes through.
 * @throws Disagreement if the oracle cannot take a step of it, or a step fails in one and not in the other: a bug of
 * ours.
 */
export const replay = (system: System, model: Model, params: ParamRecord, schedule: Schedule, visit: Visit = () => {}): Replay => {
  const oracle = createOracle(model, params, lockedIn(system))
  const { agents, stateOf } = correspond(system, oracle)
  const first = readCode(schedule.init, system.radix)
  const { outcome, run } = oracle.start(first.choose)
  if (outcome.kind !== 'moved' || first.left() !== 0) {
    if (outcome.kind === 'failed' && schedule.fails && schedule.moves.length === 0) {
      const initial = { vector: [], view: { globals: {}, processes: [] } }
      return { initial, initialChoices: plainChoices(outcome.choices), steps: [], failure: failed(outcome.failure), end: run }
    }
    throw new Disagreement(`init with the choice code ${schedule.init} ${inWords(outcome)}, with ${first.left()} left of the code`)
  }
  const look = (): ReplayedState => {
    const here = stateOf(run)
    const vector = toVector(system, here)
    const processes = system.processes.map(({ agent }, i) =>
      processView(system, i, here.processes[i] ?? null, run.processes[agents[agent]!]?.label ?? null),
    )
    return { vector, view: { globals: globalsIn(system, oracle.domains, vector), processes } }
  }
  const initial = look()
  visit(run, 0)
  const steps: ReplayedStep[] = []
  let failure: Replay['failure'] = null
  for (const [i, move] of schedule.moves.entries()) {
    const step = system.steps[move.step]!
    const { name, kind } = system.agents[step.agent]!
    const mustFail = schedule.fails && i === schedule.moves.length - 1
    const { choose, left } = readCode(move.choice, system.radix)
    const { value: taken, happened } = listening((read) =>
      run.state.listen(read, () => run.step(agents[step.agent]!, kind === 'rule' ? step.label : null, choose)),
    )
    if (taken.kind === 'blocked' || left() !== 0 || (taken.kind === 'failed') !== mustFail)
      throw new Disagreement(
        `step ${i + 1}, '${step.label}' of '${name}' with the choice code ${move.choice}, ${inWords(taken)} in the oracle${mustFail ? ', and should fail' : ''}`,
      )
    if (taken.kind === 'failed') failure = failed(taken.failure)
    const choices = plainChoices(taken.choices)
    steps.push({ step: step.id, agent: name, label: taken.label, choices, at: step.at, happened, after: mustFail ? null : look() })
    if (!mustFail) visit(run, i + 1)
  }
  return { initial, initialChoices: plainChoices(outcome.choices), steps, failure, end: run }
}

/** Runs a schedule that is known to be one, and nothing else. */
export const arriveBy = (system: System, oracle: Oracle, { init, moves }: Schedule): Run => {
  const take = taker(system, oracle)
  const { run } = oracle.start(chooseByCode(init, system.radix))
  for (const move of moves) take(run, move)
  return run
}

/** Takes a move that is known to be one. */
export const taker = (system: System, oracle: Oracle): ((run: Run, move: Move) => void) => {
  const { agents } = correspond(system, oracle)
  return (run, { step, choice }) => {
    const { agent, label } = system.steps[step]!
    run.step(agents[agent]!, system.agents[agent]!.kind === 'rule' ? label : null, chooseByCode(choice, system.radix))
  }
}

const plainChoices = (choices: readonly unknown[]): Plain[] => choices.map((choice) => plainCopy(choice))

const failed = ({ kind, message, error }: StepFailure): NonNullable<Replay['failure']> => ({ kind, message, place: placeOf(error) })

const inWords = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'moved':
      return 'leads on'
    case 'blocked':
      return 'is not enabled'
    case 'failed':
      return `fails (${outcome.failure.message})`
  }
}
