/**
 * Which settings are safe: `synthesize`, which asks a solver about all of them at once, beside `sweep`, which
 * enumerates the states of one after the other.
 */
import { join } from 'node:path'
import { execute } from './process.js'
import { formatCount, formatTable } from './table.js'

export interface Knobs {
  readonly model: string
  /** Null for all flags and choices. */
  readonly over: string | null
  readonly property: string
}

export const measuredKnobs: readonly Knobs[] = [
  { model: 'lazy-mmu-nesting', over: null, property: 'noLostUpdate' },
  { model: 'mmu-notifier', over: 'block', property: 'noUseAfterFree' },
  {
    model: 'superpage-types',
    over: 'scheme,publishCount,doPagesReset,freeConsultsSuperpage,ownerCheckedAtMap',
    property: 'countsExact',
  },
]

export interface KnobsMeasurement extends Knobs {
  readonly settings: number
  readonly safe: number
  /** Of the whole process; null where it did not end in time. */
  readonly synthesizeSeconds: number | null
  readonly sweepSeconds: number
}

interface Cell {
  readonly settings: Readonly<Record<string, unknown>>
  readonly verdict: string
}

/** @throws Error where the two differ about a setting. */
export const measureKnobs = async (root: string, knobs: Knobs, seconds: number): Promise<KnobsMeasurement> => {
  const { model, over, property } = knobs
  const ask = async (verb: string, flags: readonly string[]) => {
    const args = [verb, model, ...(over === null ? [] : ['--over', over]), '--property', property, '--json', ...flags]
    const { stdout, stderr, seconds: took } = await execute(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { cwd: root })
    const table = readCells(stdout)
    if (table === null) throw new Error(`mmucheck ${args.join(' ')}:\n${stdout}${stderr}`)
    return { table, took }
  }
  const synthesized = await ask('synthesize', ['--time', `${seconds}s`])
  const swept = await ask('sweep', [])
  const isOpen = [...synthesized.table.values()].includes('open')
  for (const [setting, verdict] of swept.table) {
    const other = synthesized.table.get(setting)
    if (other !== verdict && other !== 'open') throw new Error(`${model} ${setting}: ${verdict}, says sweep; ${other}, says synthesize`)
  }
  return {
    ...knobs,
    settings: swept.table.size,
    safe: [...swept.table.values()].filter((verdict) => verdict === 'safe').length,
    synthesizeSeconds: isOpen ? null : synthesized.took,
    sweepSeconds: swept.took,
  }
}

/** The verdict of each setting; null where the output is no table. */
export const readCells = (stdout: string): ReadonlyMap<string, string> | null => {
  if (!stdout.startsWith('{')) return null
  const object: unknown = JSON.parse(stdout)
  if (!hasCells(object)) return null
  return new Map(
    object.cells.map(({ settings, verdict }) => [
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(' '),
      verdict,
    ]),
  )
}

const hasCells = (object: unknown): object is { readonly cells: readonly Cell[] } =>
  typeof object === 'object' && object !== null && 'cells' in object && Array.isArray(object.cells)

export const knobsTable = (measurements: readonly KnobsMeasurement[], seconds: number): string =>
  `All settings of the knobs: synthesize (at most ${seconds} s of solving) and sweep (a process for each core), whole processes\n${formatTable(
    ['model', 'property', 'knobs', 'settings', 'safe', 'synthesize s', 'sweep s'],
    measurements.map(({ model, over, property, settings, safe, synthesizeSeconds, sweepSeconds }) => [
      model,
      property,
      over === null ? 'all' : `${over.split(',').length}`,
      formatCount(settings),
      formatCount(safe),
      synthesizeSeconds === null ? `> ${seconds}` : synthesizeSeconds.toFixed(1),
      sweepSeconds.toFixed(1),
    ]),
  )}`
