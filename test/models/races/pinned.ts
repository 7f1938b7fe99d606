/**
 * What is pinned of each variant of a real race: its states, what is violated in how many steps, and the steps of the
 * commit's diagram, which the race that is found must take in that order.
 */
import type { Fields, Params, ParamValues, Properties } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from '../../semantics/harness.ts'
import { check } from '../explored.ts'
import { inOrder, settle } from '../settle.ts'

export interface Pinned {
  readonly states: number
  /** By violated property; all others hold. */
  readonly violated: Readonly<Record<string, { readonly length: number; readonly diagram: readonly string[] }>>
}

/** What a commit says of variants: a row for each of them and each property. */
interface Rows {
  readonly rows: readonly { readonly variant?: string | undefined; readonly property: string; readonly expected: string }[]
}

export const testPinned = <P extends Params, F extends Fields>(
  claimed: Properties<P, F>,
  commits: Rows,
  pinned: Readonly<Record<string, Pinned>>,
): void => {
  const variants = Object.entries(claimed.model.variants ?? {}) as [string, Partial<ParamValues<P>>][]

  test('all variants are pinned', () => expect(variants.map(([name]) => name).sort()).toEqual(Object.keys(pinned).sort()))

  test.each(commits.rows)('the commit says of $variant: $property $expected', ({ variant, property, expected }) => {
    expect(Object.keys(claimed.properties)).toContain(property)
    expect(property in pinned[variant!]!.violated ? 'violated' : 'holds').toBe(expected)
  })

  describe.each(variants)('%s', (name, settings) => {
    const { states, violated } = pinned[name]!

    test('the oracle and the engine agree on every state, and on the length of each race', async () => {
      const found = await explore(claimed.model, claimed.properties as never, settings, 10)
      expect(found.states).toHaveLength(states)
      for (const [property, { length }] of Object.entries(violated)) expect(found.verdicts[property]).toBe(`violated ${length}`)
    })

    test('all else holds, is not vacuous, and where nothing is violated needs all its parts', async () => {
      const report = await check(claimed, { variant: name, oracle: 'none' })
      const notHeld = report.properties.filter(({ verdict }) => verdict !== 'holds')
      expect(notHeld.map((one) => `${one.name}: ${one.verdict}`).sort()).toEqual(
        Object.keys(violated)
          .map((property) => `${property}: violated`)
          .sort(),
      )
      expect(report.properties.filter(({ vacuous }) => vacuous).map((one) => one.name)).toEqual([])
      if (notHeld.length === 0) expect(report.properties.flatMap(({ idle }) => idle)).toEqual([])
    })

    test.each(Object.entries(violated))('the race of %s is the one of the commit', async (property, { diagram }) => {
      const race = (await settle(claimed, settings)).races[property] ?? []
      expect(inOrder(race, ...diagram), race.join('\n')).toBe(true)
    })
  })
}
