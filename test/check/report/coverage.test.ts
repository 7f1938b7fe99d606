import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { collectCoverage } from '../../../src/check/report/coverage.ts'
import type { Agent, Branch, Location, Step, System } from '../../../src/ir/system.ts'

/** Location keys have absolute paths; files are named relative to the working directory. */
const path = resolve('m.ts')
const text = 'line one\nline two\nline three\nline four\n'
const at = (line: number) => ({
  file: 0,
  start:
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line === 1 ? 0 : 1),
  end: text.length,
})

const location = (id: number, key: string): Location => ({ id, key, label: key, at: at(1), final: false, live: [] })
const step = (id: number, agent: number, where: number | null, label: string, line: number): Step => ({
  id,
  agent,
  location: where,
  label,
  at: at(line),
  body: { body: [], end: { op: 'finish' } },
})
const agent = (id: number, group: string, instance: number | null, kind: Agent['kind']): Agent => ({
  id,
  name: instance === null ? group : `${group}[${instance}]`,
  kind,
  group,
  instance,
  fairness: 'weak',
  cpu: null,
})
const branch = (id: number, line: number, words: string): Branch => ({ id, text: words, at: at(line) })

const system: System = {
  model: 'm',
  files: [{ name: 'm.ts', text }],
  variables: [],
  agents: [agent(0, 'cpu', 0, 'process'), agent(1, 'cpu', 1, 'process'), agent(2, 'walker', null, 'rule')],
  // A helper with one step, called at two places, and in a loop that was unrolled.
  processes: [0, 1].map((id) => ({
    id,
    agent: id,
    pc: 0,
    locations: [location(0, '/x/m.ts:1#0/y/h.ts:9'), location(1, '/x/m.ts:1#1/y/h.ts:9'), location(2, `${path}:9/y/h.ts:9`)],
  })),
  steps: [
    ...[0, 1].flatMap((cpu) => [
      step(cpu * 3, cpu, 0, 'loop', 1),
      step(cpu * 3 + 1, cpu, 1, 'loop', 1),
      step(cpu * 3 + 2, cpu, 2, 'after', 2),
    ]),
    step(6, 2, null, 'fill', 3),
    step(7, 2, null, 'evict', 4),
  ],
  init: { body: [], end: { op: 'finish' } },
  initial: [],
  memory: null,
  safety: [],
  temporal: [],
  extremes: [],
  crossable: [],
  failures: [],
  branches: [branch(0, 2, 'if (...)'), branch(1, 2, 'if (...)'), branch(2, 2, 'else'), branch(3, 4, "case 'x'")],
  deadlock: 'violation',
  radix: 2,
  temps: 0,
}

const of = (fired: number[], taken: number[]) => collectCoverage(system, { fired, taken })

test('what fired everywhere leaves nothing to say', () => {
  expect(of([1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1])).toEqual({ neverFired: [], neverTaken: [] })
})

test('a step that no instance takes is named once for its group; one that some do not take, with their names', () => {
  expect(of([1, 1, 0, 1, 1, 0, 1, 1], [1, 1, 1, 1]).neverFired).toEqual([
    { agents: 'cpu', text: 'after', file: 'm.ts', line: 2, from: { file: 'm.ts', line: 2 } },
  ])
  expect(of([1, 1, 1, 1, 1, 0, 1, 1], [1, 1, 1, 1]).neverFired).toEqual([
    { agents: 'cpu[1]', text: 'after', file: 'm.ts', line: 2, from: { file: 'm.ts', line: 2 } },
  ])
})

test('the rounds of an unrolled loop count as one step', () => {
  expect(of([1, 0, 1, 0, 1, 1, 1, 1], [1, 1, 1, 1]).neverFired).toEqual([])
})

// The first label stood for all: `flush 0 of cpu 0`.
test('a step of which instances have their own labels is named by what these have in common, or by all', () => {
  const named = (...labels: readonly [string, string]) =>
    collectCoverage(
      { ...system, steps: system.steps.map((s) => (s.label === 'after' ? { ...s, label: labels[s.agent] ?? '' } : s)) },
      { fired: [1, 1, 0, 1, 1, 0, 1, 1], taken: [1, 1, 1, 1] },
    ).neverFired.map(({ text }) => text)
  expect(named('set pte[0] of cpu 10', 'set pte[1] of cpu 11')).toEqual(['set pte[…] of cpu …'])
  expect(named('wait', 'wait for the other')).toEqual(['wait | wait for the other'])
})

test('rules are named by their labels', () => {
  expect(of([1, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1]).neverFired).toEqual([
    { agents: 'walker', text: 'fill', file: 'm.ts', line: 3, from: null },
    { agents: 'walker', text: 'evict', file: 'm.ts', line: 4, from: null },
  ])
})

test('a branch counts as taken if any of its copies was', () => {
  expect(of([1, 1, 1, 1, 1, 1, 1, 1], [0, 1, 0, 0]).neverTaken).toEqual([
    { agents: null, text: 'else', file: 'm.ts', line: 2, from: null },
    { agents: null, text: "case 'x'", file: 'm.ts', line: 4, from: null },
  ])
})
