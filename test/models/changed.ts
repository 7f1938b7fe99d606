/** A model with one change made by hand, as it is checked: which property notices that a step is gone. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CheckOptions, Report } from '../../src/check.ts'
import { check } from './explored.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * What is said of `models/<name>.ts` once `old`, which must stand in it exactly once, is `replacement`; with the
 * properties that it has.
 */
export const changed = async (name: string, [old, replacement]: readonly [string, string], options: CheckOptions = {}): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-changed-'))
  try {
    for (const part of ['models', 'properties']) cpSync(join(root, part), join(folder, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const file = join(folder, 'models', `${name}.ts`)
    const parts = readFileSync(file, 'utf8').split(old)
    if (parts.length !== 2) throw new Error(`models/${name}.ts has this ${parts.length - 1} times, not once:\n${old}`)
    writeFileSync(file, parts.join(replacement))
    const module = await import(join(folder, 'properties', `${name}.ts`))
    return await check(module.default, options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The properties that are violated, in the order of the report. */
export const violated = ({ properties }: Report): readonly string[] =>
  properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name)
