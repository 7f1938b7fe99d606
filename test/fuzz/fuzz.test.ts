/**
 * A little of `npm run fuzz`, from a fixed seed: statement lists and whole models through JavaScript, WebAssembly and
 * circuits. And that the fuzzer notices what is wrong, and shows it small.
 */
import { describe, expect, test } from 'vitest'
import type { Expr, System } from '../../src/ir/system.ts'
import { mapBlock } from '../../src/ir/walk.ts'
import { open } from './features.ts'
import { runModels } from './models.ts'
import { predicatesPerModule, rulesPerModule, runModules, type StepRunOptions, type StepTally } from './steps.ts'

const runLists = (seed: number, modules: number, options: StepRunOptions = {}): Promise<StepTally> =>
  runModules(seed, modules, { without: open, ...options })

test('statement lists', { timeout: 120_000 }, async () => {
  const tally = await runLists(20_261_202, 20)
  expect(tally.differences.map(({ source, said }) => `${source}\n${said}`)).toEqual([])
  expect([tally.lists, tally.predicates]).toEqual([20 * rulesPerModule, 20 * predicatesPerModule])
  // Else little is compared: what is refused is what the generator does not see, as an integer that grows too large.
  expect(Object.values(tally.refused).reduce((a, b) => a + b, 0) / tally.lists).toBeLessThan(0.02)
  expect(tally.ways / tally.lists).toBeGreaterThan(3)
  expect(tally.values / tally.predicates).toBeGreaterThan(7)
})

test('whole models', { timeout: 180_000 }, async () => {
  const tally = await runModels(20_261_203, 120, { without: open })
  expect(tally.differences.map(({ source, said }) => `${source}\n${said}`)).toEqual([])
  expect(Object.values(tally.refused).reduce((a, b) => a + b, 0) / tally.models).toBeLessThan(0.06)
  expect(tally.states / tally.models).toBeGreaterThan(4)
  for (const kind of ['always', 'sometimes', 'bound', 'eventually', 'leadsTo', 'range', 'assert'])
    for (const verdict of ['holds', 'violated']) expect(tally.verdicts[`${kind} ${verdict}`] ?? 0, `${kind} ${verdict}`).toBeGreaterThan(0)
})

describe('what is wrong is noticed', () => {
  /** The system with expressions changed in all steps. */
  const rewritten =
    (change: (e: Expr) => Expr) =>
    (system: System): System => ({
      ...system,
      steps: system.steps.map((step) => ({ ...step, body: mapBlock(step.body, (e) => deep(e, change)) })),
    })

  const deep = (e: Expr, change: (e: Expr) => Expr): Expr => {
    switch (e.op) {
      case 'const':
      case 'temp':
        return change(e)
      case 'load':
        return change({ ...e, index: e.index.map((i) => deep(i, change)) })
      case 'not':
        return change({ ...e, a: deep(e.a, change) })
      case 'select':
        return change({ ...e, condition: deep(e.condition, change), a: deep(e.a, change), b: deep(e.b, change) })
      default:
        return change({ ...e, a: deep(e.a, change), b: deep(e.b, change) })
    }
  }
  const mistaken = (from: Expr['op'], to: Expr['op']) => rewritten((e) => (e.op === from ? ({ ...e, op: to } as Expr) : e))

  test.each([
    ['add', 'sub'],
    ['lt', 'le'],
    ['shr', 'shl'],
    ['rem', 'div'],
    ['xor', 'or'],
    ['min', 'max'],
    ['eq', 'ne'],
  ] as const)('%s taken for %s', { timeout: 60_000 }, async (from, to) => {
    const { differences } = await runLists(7, 30, { sabotage: mistaken(from, to), shrinking: 0 })
    expect(differences.length).toBeGreaterThan(0)
  })

  test('a failure of another kind, a check left out, a branch the wrong way', { timeout: 60_000 }, async () => {
    const kinds = (system: System): System => ({
      ...system,
      failures: system.failures.map((f) => ({ ...f, kind: f.kind === 'assert' ? 'range' : 'assert' })),
    })
    const choices = (system: System): System => ({ ...system, radix: system.radix + 1 })
    for (const sabotage of [kinds, choices])
      expect((await runLists(7, 30, { sabotage, shrinking: 0 })).differences.length).toBeGreaterThan(0)
  })

  test('a predicate turned round, a measure that is one more, a check in one left out', { timeout: 60_000 }, async () => {
    const turned = (system: System): System => ({
      ...system,
      safety: system.safety.map((p) => ({
        ...p,
        value: p.kind === 'bound' ? { op: 'add', a: p.value, b: { op: 'const', value: 1 } } : { op: 'not', a: p.value },
      })),
    })
    const unchecked = (system: System): System => ({
      ...system,
      safety: system.safety.map((p) => ({ ...p, body: p.body.filter(({ op }) => op !== 'check') })),
    })
    for (const sabotage of [turned, unchecked]) {
      const { differences } = await runLists(7, 30, { sabotage, shrinking: 0 })
      expect(differences.length).toBeGreaterThan(0)
      expect(differences.every(({ name }) => name.startsWith('k'))).toBe(true)
    }
  })

  test('what is shown is small, and still wrong', { timeout: 60_000 }, async () => {
    const { differences } = await runLists(8, 30, { sabotage: mistaken('mul', 'add'), shrinking: 5_000 })
    const [first] = differences
    const rules = first?.source.slice(first.source.indexOf('rules:')) ?? ''
    expect(rules).toMatch(/\*/)
    expect(rules.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(12)
  })
})
