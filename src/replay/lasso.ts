/**
 * Replays a behaviour that never comes to what it owes: a way to a cycle, and the cycle. Everything that makes it a
 * counterexample is looked at in the author's own functions: that the cycle comes back to its first state, that the
 * goal is nowhere on it, and that it is fair.
 */
import type { Move, Schedule } from '../ir/schedule.js'
import type { System } from '../ir/system.js'
import type { Model } from '../lang/model.js'
import type { Eventually, LeadsTo } from '../lang/property.js'
import type { AgentFairness, Loop, Plain } from '../trace/trace.js'
import { Disagreement } from './disagreement.js'
import { type Ability, abilities, abilityIn, abilityOf } from './enabled.js'
import { ask } from './evaluate.js'
import { lockedIn } from './memory.js'
import { createOracle, type Oracle, type ParamRecord, type Run } from './oracle.js'
import { arriveBy, type Replay, replay, taker } from './replay.js'
import { correspond } from './standing.js'

export interface Lasso {
  readonly stem: Schedule
  /**
   * From the last state of the stem back to it; empty where nothing can take a step there, so that it stays for ever.
   */
  readonly cycle: readonly Move[]
}

export interface ReplayedLasso extends Replay {
  readonly loop: Loop
  /**
   * The number of the state from which on the goal is owed: 0 for `eventually`, for `leadsTo` one in which the trigger
   * holds.
   */
  readonly owedFrom: number
  /** What the goal read last in the state in which the cycle starts. */
  readonly reads: readonly (readonly [location: string, value: Plain])[]
}

/**
 * Replays a lasso that violates the property. Linear in its length; more only where an agent stands at a step on the
 * cycle that it never takes, and only trying tells whether it can.
 * @throws Disagreement if it does not: a step cannot be taken, the cycle does not come back to its first state, the
 * goal is reached, or some agent is left waiting longer than its fairness allows.
 */
export const replayLasso = (
  system: System,
  model: Model,
  params: ParamRecord,
  property: Eventually<never, never> | LeadsTo<never, never>,
  { stem, cycle }: Lasso,
): ReplayedLasso => {
  const start = stem.moves.length
  const schedule: Schedule = { init: stem.init, moves: [...stem.moves, ...cycle], fails: false }
  const goals: ReturnType<typeof ask>[] = []
  const triggers: boolean[] = []
  const replayed = replay(system, model, params, schedule, (seen) => {
    goals.push(ask(property.predicate, seen, params))
    triggers.push(property.kind === 'eventually' ? goals.length === 1 : ask(property.trigger, seen, params).value === true)
  })
  const vectors = [replayed.initial, ...replayed.steps.map(({ after }) => after)].map((state) => state?.vector.join(','))
  if (vectors[start] !== vectors.at(-1))
    throw new Disagreement(`the cycle of ${cycle.length} steps does not come back to the state after step ${start}`)
  const lastGoal = goals.findLastIndex(({ value }) => value === true)
  if (lastGoal >= start) throw new Disagreement(`the goal is reached on the cycle, after step ${lastGoal}`)
  const owedFrom = triggers.findIndex((holds, i) => holds && i > lastGoal)
  if (owedFrom < 0)
    throw new Disagreement(
      lastGoal < 0 ? 'the trigger never holds' : `the goal is reached after step ${lastGoal}, and nothing is owed after that`,
    )
  return {
    ...replayed,
    steps: closed(replayed, start),
    loop: { start, fairness: fairnessOf(system, model, params, schedule, start) },
    owedFrom,
    reads: goals[start]!.reads,
  }
}

/**
 * The cycle ends in the very state in which it starts, with what is shown there: of what is dead, and of labels, the
 * author's functions may hold something else.
 */
const closed = ({ initial, steps }: Replay, start: number): Replay['steps'] => {
  const last = steps.at(-1)
  if (last === undefined || start === steps.length) return steps
  return [...steps.slice(0, -1), { ...last, after: start === 0 ? initial : steps[start - 1]!.after }]
}

/** @throws Disagreement where the cycle is not fair, or something can move where it is said to stay for ever. */
const fairnessOf = (system: System, model: Model, params: ParamRecord, schedule: Schedule, start: number): AgentFairness[] => {
  const oracle = createOracle(model, params, lockedIn(system))
  const { agents } = correspond(system, oracle)
  const arriveAfter = (moves: number) => (): Run => arriveBy(system, oracle, { ...schedule, moves: schedule.moves.slice(0, moves) })
  const length = schedule.moves.length - start
  if (length === 0) {
    const mover = abilities(oracle, arriveAfter(start)).indexOf('moves')
    if (mover >= 0)
      throw new Disagreement(`the behaviour is said to stay in its last state, where '${oracle.agents[mover]!.name}' can move`)
  }
  const stepsOf = (id: number): number[] =>
    schedule.moves.flatMap(({ step }, i) => (i >= start && system.steps[step]!.agent === id ? [i + 1] : []))
  const fair = system.agents.flatMap(({ id, name, fairness }) => (fairness === 'none' ? [] : [{ id, name, fairness, steps: stepsOf(id) }]))
  const idle = fair.flatMap(({ id, steps }) => (steps.length === 0 ? [agents[id]!] : []))
  const seen = length === 0 ? [] : lookAlong(system, oracle, schedule, start, idle)
  return fair.map(({ id, name, fairness, steps }): AgentFairness => {
    if (steps.length > 0) return { agent: name, fairness, reason: { kind: 'taken', steps } }
    if (length === 0) return { agent: name, fairness, reason: { kind: 'disabled', states: [start] } }
    const agent = agents[id]!
    const states = seen.flatMap((able, i) => (able.get(agent) === 'disabled' ? [start + i] : []))
    // Of a weakly fair agent one such state is enough.
    if (fairness === 'strong' || states.length === 0)
      for (const [i, able] of seen.entries())
        if (able.get(agent) === null && abilityOf(agent, arriveAfter(start + i)) === 'disabled') states.push(start + i)
    const isFair = fairness === 'weak' ? states.length > 0 : states.length === length
    if (!isFair)
      throw new Disagreement(
        `the cycle is not fair: '${name}' (${fairness}) takes no step on it and is ${states.length === 0 ? 'always' : 'again and again'} enabled`,
      )
    return { agent: name, fairness, reason: { kind: 'disabled', states: states.sort((a, b) => a - b) } }
  })
}

/** Of each state on the cycle, but for the last one, what these agents can do in it, as far as one execution tells. */
const lookAlong = (
  system: System,
  oracle: Oracle,
  schedule: Schedule,
  start: number,
  agents: readonly number[],
): ReadonlyMap<number, Ability | null>[] => {
  const take = taker(system, oracle)
  const run = arriveBy(system, oracle, { ...schedule, moves: schedule.moves.slice(0, start) })
  return schedule.moves.slice(start).map((move) => {
    const able = new Map(agents.map((agent) => [agent, abilityIn(oracle, run, agent)]))
    take(run, move)
    return able
  })
}
