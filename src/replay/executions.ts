/**
 * Executions of a model, as lists of moves. Generators cannot be copied, so whoever wants to go on from a state in two
 * ways runs to it twice.
 */
import { Disagreement } from './disagreement.js'
import type { Chooser, Oracle, Outcome, Run } from './oracle.js'

export interface Move {
  readonly agent: number
  readonly rule: string | null
  /** The numbers chosen, in order. */
  readonly numbers: readonly number[]
}

/** How a state was reached: `init` with choices, or a move from another state. */
export interface Arrival {
  readonly from: Arrival | null
  readonly move: Move
}

/** The execution that an arrival describes. */
export const execute = (oracle: Oracle, arrival: Arrival): Run => {
  const moves: Move[] = []
  let first = arrival
  for (; first.from !== null; first = first.from) moves.push(first.move)
  const { run } = oracle.start(chooseNumbers(first.move.numbers))
  for (const { agent, rule, numbers } of moves.reverse()) {
    const outcome = run.step(agent, rule, chooseNumbers(numbers))
    if (outcome.kind !== 'moved')
      throw new Disagreement('an execution cannot be repeated: the model depends on something outside its state')
  }
  return run
}

/**
 * All ways on from a state: each with the run that took it, good until the next one is asked for. Blocked ways are left
 * out. What a rule does can be taken back, so one execution serves all rules; a process's step moves its generators,
 * and needs an execution for each way.
 */
export function* expand(
  oracle: Oracle,
  arrival: Arrival,
): Generator<{ readonly outcome: Exclude<Outcome, { kind: 'blocked' }>; readonly run: Run; readonly move: Move }> {
  const shared = execute(oracle, arrival)
  const restore = shared.state.save()
  for (const [agent, { kind, rules }] of oracle.agents.entries()) {
    restore()
    if (kind === 'process' && !shared.processes[agent]!.ready()) continue
    for (const rule of kind === 'process' ? [null] : rules) {
      const attempt = (choose: Chooser): { readonly run: Run; readonly outcome: Outcome } => {
        restore()
        const run = kind === 'process' ? execute(oracle, arrival) : shared
        return { run, outcome: run.step(agent, rule, choose) }
      }
      for (const { run, outcome, numbers } of ways(attempt, (tried) => tried.outcome))
        if (outcome.kind !== 'blocked') yield { run, outcome, move: { agent, rule, numbers } }
    }
  }
}

/** Tries a step with all combinations of choices, in ascending order; each try tells what there was to choose from. */
export function* ways<T>(
  attempt: (choose: Chooser) => T,
  outcomeOf: (tried: T) => Outcome,
): Generator<T & { readonly numbers: readonly number[] }> {
  const open: number[][] = [[]]
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const numbers = [...prefix]
    let i = 0
    const tried = attempt((choice) => {
      const known = numbers[i]
      if (known === undefined) {
        const available = Array.from({ length: choice.count }, (_, n) => n).filter((n) => choice.option(n) !== undefined)
        const [first, ...others] = available
        if (first === undefined) return null
        for (const other of others.reverse()) open.push([...numbers.slice(0, i), other])
        numbers[i] = first
      }
      return numbers[i++]!
    })
    if (outcomeOf(tried).kind !== 'blocked') yield { ...tried, numbers }
  }
}

/** Chooses these numbers, in order. */
const chooseNumbers = (numbers: readonly number[]): Chooser => {
  let i = 0
  return () => numbers[i++] ?? null
}
