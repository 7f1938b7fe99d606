/** The settings of the repository's protocols whose survivors of `mmucheck mutate` are explained. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { loadModel } from '../../../src/load/load.ts'

const root = resolve(import.meta.dirname, '../../..')

/** No protocols of the literature on MMUs. */
const others: readonly string[] = ['two-phase-commit']

/**
 * By model and variant, what takes more than some ten seconds of a processor. Another variant of the model does not, or
 * another model: mach-shootdown-rules is the protocol of mach-shootdown again.
 */
export const large: readonly (readonly [string, string | null])[] = [
  ['kvm-fast-page-fault', null],
  ['mach-shootdown-rules', null],
]

const isLarge = (model: string, variant: string | null): boolean => large.some(([name, of]) => name === model && of === variant)

interface Protocol {
  readonly model: string
  /** Null for the params as they are by default. */
  readonly variants: readonly (string | null)[]
}

export const protocols: readonly Protocol[] = (
  await Promise.all(
    readdirSync(join(root, 'models')).map(async (file) => {
      const { model, accepted } = await loadModel(join(root, 'models', file))
      return { model: model.name, variants: [...new Set(accepted.map(({ variant }) => variant ?? null))] }
    }),
  )
).filter(({ model }) => !others.includes(model))

/** The settings of one size, by protocol. */
export const explained = (size: 'small' | 'large'): readonly Protocol[] =>
  protocols
    .map(({ model, variants }) => ({ model, variants: variants.filter((variant) => isLarge(model, variant) === (size === 'large')) }))
    .filter(({ variants }) => variants.length > 0)

interface Mutants {
  readonly mutants: readonly { readonly line: number; readonly change: string; readonly outcome: string; readonly why: string | null }[]
}

/** Throws where it ends with another code than 0: with 12 where a survivor is not explained. */
export const mutantsOf = async (model: string, variant: string | null): Promise<Mutants['mutants']> => {
  const asked = ['mutate', model, '--json', ...(variant === null ? [] : ['--variant', variant])]
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/cli/main.js', ...asked], { cwd: root, maxBuffer: 2 ** 26 })
  return (JSON.parse(stdout) as Mutants).mutants
}
