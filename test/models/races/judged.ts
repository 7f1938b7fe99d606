/** What all models of races/ are asked: every variant's verdicts, its size, its race, and what the oracle says. */
import type { ClaimRow, Fields, Model, Params, Properties } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from '../../semantics/harness.ts'
import { check } from '../explored.ts'
import { inOrder } from '../settle.ts'

/** What is expected of one variant. */
export interface Expected {
  readonly states: number
  readonly transitions: number
  /** What it violates: the length of the race, and steps of it in this order, if it is drawn. All else holds. */
  readonly races?: Readonly<Record<string, readonly [length: number, ...steps: readonly string[]]>>
  /** Parts of its properties that do not matter, where nothing is violated. */
  readonly idle?: readonly string[]
}

/** Of a claim about the model. */
interface Row extends Pick<ClaimRow<never>, 'variant' | 'property' | 'expected'> {
  readonly settings?: Readonly<Record<string, number | boolean | string>>
}

/** The tests of one model, `rows` being the claims about it. In no variant may a property be vacuous. */
export const judge = <P extends Params, F extends Fields>(
  claimed: Properties<P, F>,
  rows: readonly Row[],
  variants: Readonly<Record<string, Expected>>,
): void => {
  const model = claimed.model as unknown as Model
  const settings = model.variants ?? {}

  test('all variants are told of', () => expect(Object.keys(variants).sort()).toEqual(Object.keys(settings).sort()))

  describe.each(Object.entries(variants))('%s', (variant, { states, transitions, races = {}, idle = [] }) => {
    const report = check(claimed, { variant })

    test('its verdicts and its size', async () => {
      const { properties, ...all } = await report
      expect({ states: all.states, transitions: all.transitions, complete: all.complete }).toEqual({ states, transitions, complete: true })
      const violated = properties.filter(({ verdict }) => verdict === 'violated').map(({ name, length }) => [name, length])
      expect(Object.fromEntries(violated)).toEqual(Object.fromEntries(Object.entries(races).map(([name, [length]]) => [name, length])))
      expect(properties.filter(({ verdict }) => verdict !== 'violated' && verdict !== 'holds')).toEqual([])
    })

    const drawn = Object.entries(races).filter(([, [, ...steps]]) => steps.length > 0)
    test.each(drawn)('the race of %s', async (name, [, ...steps]) => {
      const found = (await report).properties.find((property) => property.name === name)
      const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
      expect(steps.length).toBeGreaterThan(2)
      expect(inOrder(race, ...steps), race.join('\n')).toBe(true)
    })

    test('no property is vacuous, and where nothing is violated every part of every property matters', async () => {
      const { properties } = await report
      expect(properties.filter(({ vacuous }) => vacuous).map(({ name }) => name)).toEqual([])
      if (Object.keys(races).length > 0) return
      expect(properties.flatMap((property) => property.idle.map(({ text }) => `${property.name}: ${text}`))).toEqual(idle)
    })

    test('the oracle and the engine agree on every state, and on the length of each race', async () => {
      const found = await explore(model, claimed.properties as never, settings[variant])
      expect(found.states).toHaveLength(states)
      for (const [property, [length]] of Object.entries(races)) expect(found.verdicts[property]).toBe(`violated ${length}`)
    }, 60_000)

    test('has claims', () => expect(rows.filter((row) => row.variant === variant)).not.toEqual([]))
  })

  test.each(rows)('$variant $settings: $property $expected', async ({ variant, settings: changed = {}, property, expected }) => {
    const { properties } = await check(claimed, { ...(variant === undefined ? {} : { variant }), settings: Object.entries(changed) })
    expect(properties.find(({ name }) => name === property)?.verdict).toBe(expected)
  })
}
