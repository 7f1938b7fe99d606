/**
 * The fewest switches between agents with which a shortest schedule can do, found by trying all of them in the oracle.
 */

import type { System } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { type AnyProperty, evaluate } from '../../src/replay/evaluate.ts'
import { lockedIn } from '../../src/replay/memory.ts'
import { createOracle, type Outcome, type ParamRecord, type Run } from '../../src/replay/oracle.ts'
import { ways } from '../../src/replay/search.ts'
import { correspond } from '../../src/replay/standing.ts'
import { toVector } from '../../src/replay/vector.ts'

interface Path {
  readonly init: readonly number[]
  readonly moves: readonly { readonly agent: number; readonly rule: string | null; readonly numbers: readonly number[] }[]
  readonly switches: number
}

/** What a schedule is to end in: a state, or the failure of its last step. */
export type Target = { readonly property: AnyProperty } | { readonly kind: 'deadlock' | 'assert' | 'range' }

/** Null where no schedule of that length ends so. Time grows with the states within `length`, and its square. */
export const fewestSwitches = (system: System, model: Model, params: ParamRecord, length: number, target: Target): number | null => {
  const oracle = createOracle(model, params, lockedIn(system))
  const { stateOf } = correspond(system, oracle)
  const again = ({ init, moves }: Path): Run => {
    const { run } = oracle.start(chosen(init))
    for (const { agent, rule, numbers } of moves) run.step(agent, rule, chosen(numbers))
    return run
  }
  /** By state and last agent, the path with the fewest switches. */
  let level = new Map<string, Path>()
  const keep = (into: Map<string, Path>, run: Run, path: Path): void => {
    const key = `${toVector(system, stateOf(run)).join(',')} ${path.moves.at(-1)?.agent ?? ''}`
    const known = into.get(key)
    if (known === undefined || path.switches < known.switches) into.set(key, path)
  }
  for (const { outcome, run, numbers } of ways(
    (choose) => oracle.start(choose),
    ({ outcome }) => outcome,
  ))
    if (outcome.kind === 'moved') keep(level, run, { init: numbers, moves: [], switches: 0 })

  let best: number | null = null
  const found = (switches: number): void => {
    best = best === null ? switches : Math.min(best, switches)
  }
  const steps = (path: Path): { outcome: Outcome; run: Run; to: Path }[] =>
    oracle.agents.flatMap(({ rules }, agent) =>
      (rules.length === 0 ? [null] : rules).flatMap((rule) =>
        [
          ...ways(
            (choose) => {
              const run = again(path)
              return { run, outcome: run.step(agent, rule, choose) }
            },
            ({ outcome }) => outcome,
          ),
        ].map(({ outcome, run, numbers }) => {
          const last = path.moves.at(-1)?.agent ?? agent
          return {
            outcome,
            run,
            to: { init: path.init, moves: [...path.moves, { agent, rule, numbers }], switches: path.switches + Number(last !== agent) },
          }
        }),
      ),
    )
  for (let depth = 0; depth < length; depth++) {
    const next = new Map<string, Path>()
    for (const path of level.values())
      for (const { outcome, run, to } of steps(path)) {
        if (outcome.kind === 'moved') keep(next, run, to)
        if (outcome.kind === 'failed' && depth === length - 1 && 'kind' in target && outcome.failure.kind === target.kind)
          found(to.switches)
      }
    level = next
  }
  for (const path of level.values()) {
    if ('property' in target) {
      const { holds } = evaluate(target.property, again(path), params)
      if (holds === (target.property.kind === 'sometimes')) found(path.switches)
    } else if (target.kind === 'deadlock' && steps(path).length === 0) found(path.switches)
  }
  return best
}

const chosen = (numbers: readonly number[]): ((choice: unknown) => number | null) => {
  let i = 0
  return () => numbers[i++] ?? null
}
