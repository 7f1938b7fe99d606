/**
 * What the oracle accepts as a behaviour that never comes to what it owes. The lassos are made by hand; most of them
 * are wrong.
 */
import { bool, eventually, type Fairness, leadsTo, type Model, model, until } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import type { System } from '../../src/ir/system.ts'
import { type Lasso, type ReplayedLasso, replayLasso } from '../../src/replay/lasso.ts'

/** A gate that opens and closes for ever, and a worker that can pass while it is open. */
const gated = (worker: Fairness, gate: Fairness): Model =>
  model({
    name: 'gated',
    fairness: { worker, gate },
    state: () => ({ open: bool, done: bool }),
    processes: () => ({
      worker: function* (s) {
        yield until('pass', () => s.open)
        s.done = true
        yield 'rest'
        s.done = false
      },
    }),
    rules: () => ({
      gate: (s) => {
        s.open = !s.open
      },
    }),
  }) as unknown as Model

const named = (system: System, ...agents: ('gate' | 'pass' | 'rest')[]): Lasso['cycle'] =>
  agents.map((label) => ({ step: system.steps.findIndex((step) => step.label === label), choice: 0 }))

const done = eventually((s: { done: boolean }) => s.done) as ReturnType<typeof eventually<never, never>>
const opened = (from: boolean) =>
  leadsTo(
    (s: { done: boolean; open: boolean }) => s.open === from,
    (s: { done: boolean; open: boolean }) => s.done,
  ) as ReturnType<typeof leadsTo<never, never>>

const run = (
  fairness: readonly [worker: Fairness, gate: Fairness],
  stem: readonly ('gate' | 'pass' | 'rest')[],
  cycle: readonly ('gate' | 'pass' | 'rest')[],
  property: Parameters<typeof replayLasso>[3] = done,
): ReplayedLasso => {
  const m = gated(...fairness)
  const system = compile({ model: m, params: {}, properties: {} })
  return replayLasso(system, m, {}, property, {
    stem: { init: 0, moves: named(system, ...stem), fails: false },
    cycle: named(system, ...cycle),
  })
}

test('a fair cycle that avoids the goal, and why it is fair', () => {
  const { loop, owedFrom, steps } = run(['weak', 'weak'], [], ['gate', 'gate'])
  expect(loop).toEqual({
    start: 0,
    fairness: [
      { agent: 'worker', fairness: 'weak', reason: { kind: 'disabled', states: [0] } },
      { agent: 'gate', fairness: 'weak', reason: { kind: 'taken', steps: [1, 2] } },
    ],
  })
  expect([owedFrom, steps.length]).toEqual([0, 2])
})

test('of an agent without fairness nothing is said', () => {
  expect(run(['none', 'none'], ['gate'], ['gate', 'gate']).loop).toEqual({ start: 1, fairness: [] })
})

test('leadsTo: owed from the first state with the trigger after the last one with the goal', () => {
  expect(run(['weak', 'weak'], ['gate', 'pass', 'rest'], ['gate', 'gate'], opened(true)).owedFrom).toBe(3)
  expect(run(['weak', 'weak'], ['gate', 'pass', 'rest'], ['gate', 'gate'], opened(false)).owedFrom).toBe(4)
})

describe('is refused:', () => {
  test.each([
    ['a cycle that does not come back', ['none', 'none'], [], ['gate'], done, 'does not come back'],
    ['a step that is not enabled', ['none', 'none'], ['pass'], ['gate', 'gate'], done, 'is not enabled'],
    ['the goal on the cycle', ['none', 'none'], ['gate', 'pass'], ['gate', 'gate'], done, 'the goal is reached on the cycle'],
    [
      'the goal on the way, for eventually',
      ['none', 'none'],
      ['gate', 'pass', 'rest'],
      ['gate', 'gate'],
      done,
      'nothing is owed after that',
    ],
    [
      'a trigger that never holds',
      ['none', 'none'],
      [],
      ['gate', 'gate'],
      leadsTo(
        () => false,
        () => false,
      ),
      'the trigger never holds',
    ],
    ['a strongly fair agent that is enabled now and then', ['strong', 'weak'], [], ['gate', 'gate'], done, "not fair: 'worker' (strong)"],
    ['staying for ever where something can move', ['none', 'none'], [], [], done, "where 'gate' can move"],
  ] as const)('%s', (_, fairness, stem, cycle, property, message) => {
    expect(() => run(fairness, stem, cycle, property)).toThrow(message)
  })

  test('a weakly fair agent that is enabled all along', () => {
    // After `pass` the worker can rest at any time.
    const never = eventually(() => false) as ReturnType<typeof eventually<never, never>>
    expect(() => run(['weak', 'weak'], ['gate', 'pass'], ['gate', 'gate'], never)).toThrow(
      "'worker' (weak) takes no step on it and is always enabled",
    )
  })
})
