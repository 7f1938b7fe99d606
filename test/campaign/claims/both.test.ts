/**
 * Every row of this repository is settled by both engines, as far as single states settle it: where a solver gets to
 * the end it agrees with the verdict and the shortest length, or the command ends with exit code 70. Most rows are
 * confirmed in a second or two; a few take longer than there is time for here.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { program } from '../../cli/project.ts'

interface Row {
  readonly id: string
  readonly property: string
  readonly expected: string
  readonly found: string
  readonly confirmation: 'confirmed' | 'open' | 'not asked'
}

const seconds = 4

test('no engine contradicts the other', { timeout: 1_200_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-both-'))
  try {
    const words = ['claims', '--engine', 'both', '--time', `${seconds}s`, '--json', '--out', folder]
    const ended = spawnSync(process.execPath, [program, ...words], {
      cwd: resolve(import.meta.dirname, '../../..'),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })
    expect(ended.stderr).toBe('')
    const rows = (JSON.parse(ended.stdout) as { models: { rows: Row[] }[] }).models.flatMap((model) => model.rows)
    const counted = (wanted: Row['confirmation']): number => rows.filter(({ confirmation }) => confirmation === wanted).length
    console.log(
      `${counted('confirmed')} rows confirmed, ${counted('open')} not within ${seconds} s, ${counted('not asked')} about behaviours`,
    )
    expect(rows.filter(({ found, expected }) => found !== expected)).toEqual([])
    expect(rows.length).toBeGreaterThan(300)
    expect(counted('confirmed')).toBeGreaterThan(0.6 * (rows.length - counted('not asked')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
