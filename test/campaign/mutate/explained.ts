/** The settings of the repository's protocols whose survivors of `mmucheck mutate` are explained. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { loadModel } from '../../../src/load/load.ts'

const root = resolve(import.meta.dirname, '../../..')

/** A model and a variant of it; null for the params as they are by default. */
export type Setting = readonly [model: string, variant: string | null]

/** No protocols of the literature on MMUs. */
const others: readonly string[] = ['two-phase-commit']

/**
 * What takes more than some ten seconds of a processor. Another variant of the model does not, or another model:
 * mach-shootdown-rules is the protocol of mach-shootdown again.
 */
export const large: readonly Setting[] = [
  ['kvm-fast-page-fault', null],
  ['mach-shootdown-rules', null],
]

const isLarge = ([model, variant]: Setting): boolean => large.some(([name, of]) => name === model && of === variant)

const files = readdirSync(join(root, 'models')).filter((file) => file.endsWith('.ts'))
const loaded = await Promise.all(files.map((file) => loadModel(join(root, 'models', file))))
const protocolModels = loaded.filter(({ model }) => !others.includes(model.name))

export const protocols: readonly string[] = protocolModels.map(({ model }) => model.name)

export const explained: readonly Setting[] = protocolModels.flatMap(({ model, accepted }) =>
  [...new Set(accepted.map(({ variant }) => variant ?? null))].map((variant): Setting => [model.name, variant]),
)

export const small: readonly Setting[] = explained.filter((setting) => !isLarge(setting))

interface Judgement {
  readonly setting: Setting
  readonly killed: number
  /** Their lines, and the changes there. */
  readonly unsettled: readonly string[]
  readonly unexplained: readonly string[]
}

/** Judges the mutants of all settings, built, one after the other in one process. */
export const judge = async (settings: readonly Setting[]): Promise<Judgement[]> => {
  const program = join(import.meta.dirname, 'judge-settings.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(settings)], { cwd: root })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Judgement)
}
