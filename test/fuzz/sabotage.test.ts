/**
 * That the comparison can fail: the engine is given systems in which one thing is wrong, and each of them has to be
 * noticed.
 */
import { expect, test } from 'vitest'
import type { BinaryOp, Expr, System } from '../../src/ir/system.ts'
import { mapBlock } from '../../src/ir/walk.ts'
import type { CompareOptions } from '../differential/compare.ts'
import { runModels } from './models.ts'

const replaced = (from: BinaryOp, to: BinaryOp, e: Expr): Expr => {
  const inner = (x: Expr): Expr => replaced(from, to, x)
  switch (e.op) {
    case 'const':
    case 'temp':
      return e
    case 'load':
      return { ...e, index: e.index.map(inner) }
    case 'not':
      return { ...e, a: inner(e.a) }
    case 'select':
      return { ...e, condition: inner(e.condition), a: inner(e.a), b: inner(e.b) }
    default:
      return { op: e.op === from ? to : e.op, a: inner(e.a), b: inner(e.b) }
  }
}

const inSteps =
  (f: (e: Expr) => Expr) =>
  (system: System): System => ({ ...system, steps: system.steps.map((step) => ({ ...step, body: mapBlock(step.body, f) })) })

const sabotages: Readonly<Record<string, NonNullable<CompareOptions['sabotage']>>> = {
  'equal for unequal': inSteps((e) => replaced('eq', 'ne', e)),
  'less for at most': inSteps((e) => replaced('lt', 'le', e)),
  'the remainder for the quotient': inSteps((e) => replaced('rem', 'div', e)),
  'or for and': inSteps((e) => replaced('and', 'or', e)),
  'a local that is lost on the way': (system) => ({
    ...system,
    steps: system.steps.map((step) => ({
      ...step,
      body: mapBlock(
        step.body,
        (e) => e,
        (end) => ({ ...end, frame: end.frame.slice(1) }),
      ),
    })),
  }),
  'a step that is never taken': (system) => ({
    ...system,
    steps: system.steps.map((step, i) => (i === system.steps.length - 1 ? { ...step, body: { body: [], end: { op: 'blocked' } } } : step)),
  }),
  'a property turned round': (system) => ({
    ...system,
    safety: system.safety.map((property) =>
      property.kind === 'bound' ? property : { ...property, value: { op: 'not', a: property.value } },
    ),
  }),
  'a step that ends elsewhere': (system) => ({
    ...system,
    steps: system.steps.map((step) => ({
      ...step,
      body: mapBlock(
        step.body,
        (e) => e,
        (end) => ({ ...end, location: 0, frame: [] }),
      ),
    })),
  }),
}

test.each(Object.entries(sabotages))('%s is noticed', { timeout: 60_000 }, async (_, sabotage) => {
  const { differences } = await runModels(7, 300, { sabotage, shrinking: 0 })
  expect(differences[0]?.said).toMatch(/^Differs: /)
})

test('a difference is shown with a small model', { timeout: 60_000 }, async () => {
  const { differences } = await runModels(7, 300, { sabotage: sabotages['a step that is never taken']!, shrinking: 5_000 })
  const model = differences[0]?.source.split("from 'ts-pattern'\n")[1] ?? ''
  expect(model).toContain('export default properties(m, {')
  expect(model.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(30)
})
