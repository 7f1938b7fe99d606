/** Spin's verdict on an LTL formula of a Promela model. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, missing, mustExecute } from '../../bench/process.ts'

/** What is not installed of Spin and what it needs. */
export const spinMissing = (): string[] => missing(['spin', 'gcc'])

/**
 * `-a` looks for acceptance cycles, `-f` for weakly fair ones only. @throws Error where Spin's search is not
 * exhaustive.
 */
export const spinSays = async (promela: string, fairness: 'weak' | 'none'): Promise<'holds' | 'violated'> => {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-spin-'))
  try {
    writeFileSync(join(folder, 'model.pml'), promela)
    await mustExecute('spin', ['-a', 'model.pml'], { cwd: folder })
    await mustExecute('gcc', ['-O1', '-w', '-DNOREDUCE', '-o', 'pan', 'pan.c'], { cwd: folder })
    const { stdout } = await execute(join(folder, 'pan'), ['-a', ...(fairness === 'weak' ? ['-f'] : []), '-m100000'], { cwd: folder })
    const errors = /errors: (\d+)/.exec(stdout)?.[1]
    if (errors === undefined || /max search depth too small|out of memory/.test(stdout)) throw new Error(`Spin:\n${stdout}`)
    return errors === '0' ? 'holds' : 'violated'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
