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
  /** What it violates: the length of the race, and steps of it in this order. All else holds. */
  readonly races?: Readonly<Record<string, readonly [length: number, ...steps: readonly string[]]>>
}

/**
 * The tests of one model, `rows` being the claims about it. In the variant `fixed` all parts of all properties have to
 * matter; in no variant may a property be vacuous.
 */
export const judge = <P extends Params, F extends Fields>(
  claimed: Properties<P, F>,
  rows: readonly Pick<ClaimRow<never>, 'variant' | 'property' | 'expected'>[],
  variants: Readonly<Record<string, Expected>>,
): void => {
  const model = claimed.model as unknown as Model
  const settings = model.variants ?? {}

  test('all variants are told of', () => expect(Object.keys(variants).sort()).toEqual(Object.keys(settings).sort()))

  describe.each(Object.entries(variants))('%s', (variant, { states, transitions, races = {} }) => {
    const report = check(claimed, { variant })

    test('its verdicts and its size', async () => {
      const { properties, ...all } = await report
      expect({ states: all.states, transitions: all.transitions, complete: all.complete }).toEqual({ states, transitions, complete: true })
      const violated = properties.filter(({ verdict }) => verdict === 'violated').map(({ name, length }) => [name, length])
      expect(Object.fromEntries(violated)).toEqual(Object.fromEntries(Object.entries(races).map(([name, [length]]) => [name, length])))
      expect(properties.filter(({ verdict }) => verdict !== 'violated' && verdict !== 'holds')).toEqual([])
    })

    test.each(Object.entries(races))('the race of %s', async (name, [, ...steps]) => {
      const found = (await report).properties.find((property) => property.name === name)
      const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
      expect(steps.length).toBeGreaterThan(2)
      expect(inOrder(race, ...steps), race.join('\n')).toBe(true)
    })

    test('no property is vacuous', async () => {
      const holding = (await report).properties.filter(({ verdict }) => verdict === 'holds')
      expect(holding.filter(({ vacuous }) => vacuous).map(({ name }) => name)).toEqual([])
    })

    test('the oracle and the engine agree on every state', async () => {
      await explore(model, claimed.properties as never, settings[variant])
    }, 30_000)

    test('its claims', async () => {
      const { properties } = await report
      const claims = rows.filter((row) => row.variant === variant)
      expect(claims.length).toBeGreaterThan(0)
      for (const { property, expected } of claims)
        expect(properties.find(({ name }) => name === property)?.verdict, property).toBe(expected)
    })
  })

  test('of the fixed variant every part of every property matters', async () => {
    const { properties } = await check(claimed, { variant: 'fixed' })
    expect(properties.flatMap(({ name, idle }) => idle.map(({ text }) => `${name}: ${text}`))).toEqual([])
  })
}
