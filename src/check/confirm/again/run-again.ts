/**
 * Runs a sample of a model's behaviours again in JavaScript, whatever the verdict. What engines say rests on compiled
 * code, and engines that agree share the compiler: that the author's own functions do the same, in each state on the
 * way and in all that is asked of it, is what stands for that.
 */

import { performance } from 'node:perf_hooks'
import { at } from '../../../at.js'
import { StateTooWide } from '../../../explicit/emit/layout.js'
import { createSampler, type Exploration, type Sampler } from '../../../explicit/sample/sampler.js'
import { CodeTooLarge } from '../../../explicit/wasm/platform.js'
import type { System } from '../../../ir/system.js'
import { type Coverage, countCovered, type Met } from '../../report/coverage.js'
import type { RunAgain } from '../../report/report.js'
import type { Prepared } from '../../request/prepare.js'
import type { Account } from './account.js'
import { createSample, type Sample } from './sample.js'

/** When it is enough. */
export type Enough =
  /** What coverage asks for, and then as long as `others` compute; null where nobody does. */
  | { readonly kind: 'beside'; readonly others: AbortSignal | null }
  | { readonly kind: 'seconds'; readonly seconds: number }
  /** What coverage asks for, and some more, as long as it is not too large a share of all. */
  | { readonly kind: 'share'; readonly account: Account }
  | { readonly kind: 'all' }

export interface RunAgainOptions {
  readonly enough: Enough
  /** Null where no state was enumerated. */
  readonly met: Met | null
  readonly seed: number
  /** No walk is longer. */
  readonly maxDepth: number
  readonly signal: AbortSignal | null
}

/** Of the engine's code and the states that it looks at, in bytes. */
const memory = 2 ** 28

/** Ways are looked for among so many states; among more of them, where something that was met is not among these. */
const states = { enough: 10_000, enoughInShare: 2_000, most: 2 ** 21 } as const

/**
 * Where nobody computes beside it: so many executions of steps, and some for states at random; and so many seconds for
 * what coverage asks for.
 */
const executions = { least: 800, random: 100 } as const
const mostSeconds = 3

const sliceMilliseconds = 15

const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** @throws CodeDisagrees where there is a difference. */
export const runAgain = async (prepared: Prepared, { enough, met, seed, maxDepth, signal }: RunAgainOptions): Promise<RunAgain> => {
  const { system } = prepared
  if (enough.kind === 'share') enough.account.runAgain()
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  const isOverTime = (): boolean => {
    if (signal?.aborted === true) return true
    switch (enough.kind) {
      case 'seconds':
        return elapsed() >= enough.seconds
      case 'share':
        return enough.account.isUsedUp()
      default:
        return false
    }
  }
  const sampler = samplerOf(system)
  if (sampler === null) return { kind: 'nothing', why: 'too large' }
  const explored = sampler.explore({
    maxStates: states.most,
    maxDepth,
    isEnough: (found, count) => isOverTime() || isExplored(system, found, count, met, enough),
  })
  sampler.forget()
  const sample = createSample(prepared, sampler, explored, { seed, maxDepth })
  const isOver = (phase: 'directed' | 'others'): boolean => {
    if (isOverTime()) return true
    switch (enough.kind) {
      case 'all':
      case 'seconds':
        return false
      case 'share':
      case 'beside':
        if (enough.kind === 'beside' && enough.others?.aborted === false) return false
        return phase === 'directed'
          ? elapsed() >= mostSeconds
          : sample.executions() >= Math.max(executions.least, directed + executions.random)
    }
  }
  let directed = 0
  for (const phase of ['directed', 'others'] as const) {
    directed = sample.executions()
    let turn = performance.now()
    for (const _ of sample[phase]()) {
      if (isOver(phase)) break
      if (performance.now() - turn < sliceMilliseconds) continue
      await eventLoopTurn()
      turn = performance.now()
    }
  }
  if (enough.kind === 'share') enough.account.close()
  return { kind: 'run again', ...counted(system, sampler, explored, sample, met), seconds: elapsed() }
}

/** Null where the engine has no code for it. */
const samplerOf = (system: System): Sampler | null => {
  try {
    return createSampler(system, memory)
  } catch (error) {
    if (error instanceof StateTooWide || error instanceof CodeTooLarge) return null
    throw error
  }
}

/** Everything that was met is among these states, and some more were looked at for the values of conditions. */
const isExplored = ({ steps, branches }: System, found: Uint8Array, count: number, met: Met | null, { kind }: Enough): boolean => {
  if (count < (kind === 'share' ? states.enoughInShare : states.enough)) return false
  if (met === null) return true
  return (
    steps.every(({ id }) => met.fired[id] === 0 || found[id] === 1) &&
    branches.every(({ id }) => met.taken[id] === 0 || found[steps.length + id] === 1)
  )
}

const counted = (
  system: System,
  { marks, outcomes, met: metNow }: Sampler,
  explored: Exploration,
  sample: Sample,
  met: Met | null,
): Omit<Extract<RunAgain, { kind: 'run again' }>, 'kind' | 'seconds'> => {
  const { steps, branches, failures } = system
  const done = metNow()
  const from = (of: Uint8Array): Coverage => ({
    fired: steps.map(({ id }) => at(of, marks.step(id))),
    taken: branches.map(({ id }) => at(of, marks.branch(id))),
  })
  const found = from(sample.isComplete() ? done : explored.met)
  const either = (a: ArrayLike<number>, b: ArrayLike<number>): number[] => Array.from(a, (x, i) => x | at(b, i))
  const isAll = explored.complete || sample.isComplete()
  const everything: Coverage = { fired: steps.map(() => 1), taken: branches.map(() => 1) }
  const engine = met ?? (isAll ? found : everything)
  const wanted: Coverage = { fired: either(engine.fired, found.fired), taken: either(engine.taken, found.taken) }
  const count = (ids: readonly number[]): { readonly covered: number; readonly of: number } => {
    const asked = ids.filter((id) => explored.met[id] === 1 || done[id] === 1)
    return { covered: asked.filter((id) => done[id] === 1).length, of: asked.length }
  }
  return {
    states: sample.states(),
    all: sample.isComplete(),
    walks: sample.walks(),
    ...countCovered(system, wanted, from(done)),
    soFar: met !== null && !met.complete && !isAll,
    failures: count(failures.map(({ id }) => marks.failure(id))),
    conditions: count(Array.from({ length: outcomes }, (_, i) => marks.branch(branches.length + i))),
    lookedAt: { states: Math.max(explored.states, sample.states()), all: isAll },
  }
}
