import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bugReport } from '../../../src/cli/terminal/bug-report.ts'
import { Disagreement } from '../../../src/replay/disagreement.ts'

test('a disagreement is kept in a file with the schedule that shows it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-bug-'))
  const before = process.cwd()
  process.chdir(folder)
  try {
    const schedule = { init: 0, moves: [{ step: 3, choice: 1 }], fails: false }
    const details = { model: 'm', modelHash: 'ab', params: { cpus: 2 }, property: 'p', schedule }
    const hint = await bugReport(new Disagreement('the step is not enabled', details, { cause: new Error('why') }))
    const file = `mmucheck-bug-${process.pid}.json`
    expect(hint).toContain(file)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      name: 'Disagreement',
      message: 'the step is not enabled',
      cause: 'Error: why',
      details,
    })
    // A second report must not overwrite the first.
    expect(await bugReport('something else')).not.toContain(`file ${file} `)
  } finally {
    process.chdir(before)
    rmSync(folder, { recursive: true })
    rmSync(join(tmpdir(), `mmucheck-bug-${process.pid}.json`), { force: true })
  }
})
