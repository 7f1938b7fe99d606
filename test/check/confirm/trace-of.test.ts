/** The oracle confirms or refuses what an engine claims; here the claims are made by hand. */
import { always, bound, type Model, model, range } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { type Claim, type Subject, traceOf } from '../../../src/check/confirm/trace-of.ts'
import type { NamedProperties } from '../../../src/check/request/properties.ts'
import type { Schedule } from '../../../src/ir/schedule.ts'
import type { System } from '../../../src/ir/system.ts'
import { Disagreement } from '../../../src/replay/disagreement.ts'
import { diagram } from '../../../src/trace/diagram.ts'

const counter = model({
  name: 'counter',
  state: () => ({ n: range(0, 2) }),
  rules: () => ({
    tick: (s) => {
      s.n = s.n + 1
    },
  }),
}) as unknown as Model

const text = 'always((s) => s.n < 2)\ns.n = s.n + 1\n'
const whole = { file: 0, start: 0, end: 22 }
const store = { file: 0, start: 23, end: 36 }
const property = (name: string) => ({ name, kind: 'always', max: null, body: [], value: { op: 'const', value: 1 }, at: whole }) as const

const system: System = {
  model: 'counter',
  files: [{ name: 'counter.ts', text }],
  variables: [{ id: 0, name: 'n', lo: 0, hi: 2, dims: [], role: { kind: 'global' } }],
  agents: [{ id: 0, name: 'tick', kind: 'rule', group: 'tick', instance: null, fairness: 'none', cpu: null }],
  processes: [],
  steps: [{ id: 0, agent: 0, location: null, label: 'tick', at: store, body: { body: [], end: { op: 'finish' } } }],
  init: { body: [], end: { op: 'finish' } },
  initial: [0],
  safety: [property('small'), property('few')],
  temporal: [],
  memory: null,
  extremes: [],
  crossable: [],
  failures: [{ id: 0, kind: 'range', message: 'n', at: store }],
  branches: [],
  deadlock: 'violation',
  radix: 1,
  temps: 0,
}

const properties: NamedProperties = { small: always((s: { n: number }) => s.n < 2), few: bound((s: { n: number }) => s.n, 1) }
const subject: Subject = {
  target: { model: counter, properties: null, file: 'counter.ts', home: 'counter', hash: 'ab'.repeat(32) },
  variant: null,
  settings: {},
  params: {},
  properties,
  system,
}
const ticks = (n: number, fails = false): Schedule => ({ init: 0, moves: Array.from({ length: n }, () => ({ step: 0, choice: 0 })), fails })
const claim = (name: string, kind: Claim['kind'], length: number): Claim => ({ name, kind, length, failure: null })

test('what the oracle confirms becomes a trace', () => {
  const trace = traceOf(subject, claim('small', 'always', 2), ticks(2))
  expect(trace.steps.map(({ after }) => after?.globals)).toEqual([{ n: 1 }, { n: 2 }])
  expect(trace.outcome).toEqual({
    property: 'small',
    kind: 'always',
    source: 'always((s) => s.n < 2)',
    at: { file: 'counter.ts', line: 1, column: 1 },
    message: 'small does not hold',
    reads: [['s.n', 2]],
  })
  expect(diagram(trace)).toMatchInlineSnapshot(`
    "counter: small is violated after 2 steps

       tick
       ----
    1  tick  n: 0 -> 1
    2  tick  n: 1 -> 2  <- violates small

    small does not hold (counter.ts:1)
        always((s) => s.n < 2)
      where
        s.n = 2
    "
  `)
})

test("what the author says of a property, in the comment before it, is part of the trace, and drawn above the property's source", () => {
  const said = (before: string): string | undefined => {
    const at = { file: 0, start: before.length, end: before.length + 14 }
    const files = [{ name: 'counter.ts', text: `${before}(s) => s.n < 2)\n` }]
    const own: System = { ...system, files, safety: [{ ...property('small'), at }] }
    const trace = traceOf({ ...subject, system: own }, claim('small', 'always', 2), ticks(2))
    expect(diagram(trace)).toContain(`small does not hold (counter.ts:`)
    const { comment } = trace.outcome
    if (comment !== undefined) expect(diagram(trace)).toContain(`)\n    ${comment}\n    (s) => s.n < 2\n`)
    return comment
  }
  expect(said('/** n never\n   * gets far. */\n  small: always(')).toBe('n never gets far.')
  expect(said("/** n. */ 'small': always(\n")).toBe('n.')
  expect(said('/** Of another. */\n few: bound((s) => s.n, 1),\n small: always(')).toBeUndefined()
  expect(said('/** The file. */\nexport default properties(counter, {\n small: always(')).toBeUndefined()
})

test('a bound says the value, a failing step what it stored', () => {
  expect(traceOf(subject, claim('few', 'bound', 2), ticks(2)).outcome.message).toBe('few is 2, above 1')
  const { outcome, steps } = traceOf(subject, { ...claim('range', 'range', 3), failure: 0 }, ticks(3, true))
  expect(outcome).toMatchObject({ kind: 'range', source: 's.n = s.n + 1', at: { line: 2, column: 1 } })
  expect(outcome.message).toContain('3')
  expect(steps.at(-1)?.after).toBeNull()
})

describe('a disagreement is an error that keeps the schedule', () => {
  test.each([
    ['the property holds there', claim('small', 'always', 1), ticks(1), 'settled otherwise'],
    ['the bound is kept there', claim('few', 'bound', 1), ticks(1), 'settled otherwise'],
    ['the length is another one', claim('small', 'always', 3), ticks(2), '2 steps for a violation after 3'],
    ['the last step does not fail', claim('range', 'range', 2), ticks(2, true), 'leads on'],
    ['a step in the middle fails', claim('small', 'always', 4), ticks(4), 'fails'],
    ['the step fails otherwise', claim('assert', 'assert', 3), ticks(3, true), 'should fail (assert)'],
    ['an agent can still step', claim('deadlock', 'deadlock', 1), ticks(1), 'tick can step'],
    ['a step that fails counts as one', claim('deadlock', 'deadlock', 2), ticks(2), 'tick can step'],
  ])('%s', (_, claimed, schedule, message) => {
    const run = (): unknown => traceOf(subject, claimed, schedule)
    expect(run).toThrow(Disagreement)
    expect(run).toThrow(message)
    try {
      run()
    } catch (error) {
      expect((error as Disagreement).details).toMatchObject({ model: 'counter', property: claimed.name, schedule })
    }
  })
})
