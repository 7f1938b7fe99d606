/**
 * As protocols.test.ts, of the races in models/races/: every step of the kernel as it was fixed is needed by some
 * property, or the file of properties says why not.
 */
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { modelGroups } from '../../../src/load/find.ts'
import { judge, type Setting } from './explained.ts'

const races = (modelGroups(resolve(import.meta.dirname, '../../..')).get('races') ?? []).map((name): Setting => [`races/${name}`, 'fixed'])

test('every step of a race as it was fixed is needed, or explained', { timeout: 1_200_000 }, async () => {
  expect(races.length).toBeGreaterThan(20)
  const judged = await judge(races)
  expect(judged.map(({ setting }) => setting)).toEqual(races)
  expect(judged.filter(({ killed }) => killed <= 10)).toEqual([])
  expect(judged.filter(({ unsettled, unexplained }) => unsettled.length + unexplained.length > 0)).toEqual([])
})
