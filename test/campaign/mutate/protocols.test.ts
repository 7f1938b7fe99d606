/**
 * Every step of every protocol is needed by some property, or the file of properties says why not: `mmucheck mutate`,
 * built, on each variant that explains its survivors, at least one of each protocol.
 */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadModel } from '../../../src/load/load.ts'

const root = resolve(import.meta.dirname, '../../..')

/** No protocols of the literature on MMUs. */
const others: readonly string[] = ['two-phase-commit']

/** Nobody has looked at their survivors yet. */
const open: readonly string[] = ['kvm-fast-page-fault']

const settings = (
  await Promise.all(
    readdirSync(join(root, 'models')).map(async (file) => {
      const { model, accepted } = await loadModel(join(root, 'models', file))
      return { model: model.name, variants: [...new Set(accepted.map(({ variant }) => variant ?? null))] }
    }),
  )
).filter(({ model }) => !others.includes(model))

test('every protocol has a setting whose survivors are explained', () => {
  expect(settings.length).toBeGreaterThan(10)
  expect(settings.filter(({ variants }) => variants.length === 0).map(({ model }) => model)).toEqual(open)
})

interface Mutants {
  readonly mutants: readonly { readonly line: number; readonly change: string; readonly outcome: string; readonly why: string | null }[]
}

/** Throws where it ends with another code than 0: with 12 where a survivor is not explained. */
const mutantsOf = async (model: string, variant: string | null): Promise<Mutants['mutants']> => {
  const asked = ['mutate', model, '--json', ...(variant === null ? [] : ['--variant', variant])]
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/cli/main.js', ...asked], { cwd: root, maxBuffer: 2 ** 26 })
  return (JSON.parse(stdout) as Mutants).mutants
}

describe.each(settings.filter(({ variants }) => variants.length > 0))('$model', ({ model, variants }) => {
  test.each(variants.map((variant) => [variant]))('variant %s', { timeout: 600_000 }, async (variant) => {
    const mutants = await mutantsOf(model, variant)
    expect(mutants.filter(({ outcome }) => outcome === 'killed').length).toBeGreaterThan(10)
  })
})
