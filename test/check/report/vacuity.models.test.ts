/**
 * Of the properties of this repository's protocols each says something somewhere: one that is vacuous wherever it is
 * asked, or is decided by what no step changes, checks nothing. What is known to be so is listed.
 */
import { expect, test } from 'vitest'
import { rowsOf } from '../../../src/campaign/claims/row.ts'
import { type CheckOptions, check } from '../../../src/check.ts'
import { propertyKinds } from '../../../src/ir/kinds.ts'
import { modelGroups, modelNames } from '../../../src/load/find.ts'
import { loadModel } from '../../../src/load/load.ts'

/** `model: property`. One that is mended has to go from here. */
const knownVacuous: readonly string[] = []

test('each property says something in a variant, or in the setting of a row that claims it', { timeout: 600_000 }, async () => {
  const vacuous: string[] = []
  // Of the races test/models/races/ asks more: none is vacuous in any variant.
  const races = modelGroups(process.cwd()).get('races') ?? []
  for (const name of modelNames(process.cwd()).filter((one) => !races.includes(one))) {
    const loaded = await loadModel(name)
    /** By property whether it says something. */
    const says = new Map<string, boolean>()
    const look = async (options: Pick<CheckOptions, 'variant' | 'settings' | 'properties'>): Promise<void> => {
      const { properties, unchanging } = await check(name, { ...options, engine: 'explicit', oracle: 'none', limits: { seconds: 60 } })
      for (const { name: property, kind, verdict, vacuous: isVacuous } of properties) {
        const { asks, finding } = propertyKinds[kind]
        if (asks === null || finding !== 'violates') continue
        const isSaying = verdict !== 'holds' || !(isVacuous || unchanging.includes(property))
        says.set(property, isSaying || says.get(property) === true)
      }
    }
    for (const variant of [null, ...Object.keys(loaded.model.variants ?? {})]) await look({ variant })
    for (const { property, variant, settings } of rowsOf(loaded))
      if (says.get(property) === false) await look({ variant, settings: Object.entries(settings), properties: [property] })
    vacuous.push(...[...says].flatMap(([property, isSaying]) => (isSaying ? [] : [`${name}: ${property}`])))
  }
  expect(vacuous).toEqual(knownVacuous)
})
