/**
 * A model of this repository with one change to its source: what a reviewer would reject must not pass the properties
 * either.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CheckOptions, Report } from '../../src/check.ts'
import { check } from './explored.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * What a check says of `models/<name>.ts`, with its properties, once `old` has become `now` there.
 * @throws Error where `old` does not stand there exactly once.
 */
export const changed = async (name: string, [old, now]: readonly [string, string], options: CheckOptions = {}): Promise<Report> => {
  const text = readFileSync(join(root, `models/${name}.ts`), 'utf8')
  if (text.split(old).length !== 2) throw new Error(`${name} has this not once, but ${text.split(old).length - 1} times: ${old}`)
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-changed-'))
  try {
    for (const kind of ['models', 'properties']) mkdirSync(join(folder, kind))
    writeFileSync(
      join(folder, `models/${name}.ts`),
      text.replace(old, () => now),
    )
    for (const file of [name, 'sources']) copyFileSync(join(root, `properties/${file}.ts`), join(folder, `properties/${file}.ts`))
    return await check(join(folder, `models/${name}.ts`), { oracle: 'none', ...options })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The properties that a check found violated. */
export const violated = ({ properties }: Report): string[] =>
  properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)
