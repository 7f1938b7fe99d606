/** ABC's implementation of IC3 (`pdr`; Een, Mishchenko, Brayton, FMCAD 2011) on the circuit that mmucheck exports. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './mmucheck.js'
import { execute } from './process.js'
import { flagsOf, type Subject } from './solving.js'

export const abcNeeds = ['berkeley-abc'] as const

export interface AbcMeasurement {
  readonly verdict: 'proved' | 'violated' | 'open'
  /** Of the process, which starts in milliseconds. */
  readonly seconds: number
  /** Of the invariant, over bits; null where there is none. */
  readonly clauses: number | null
}

/**
 * Asks for a proof of all properties of the subject together, which have to be ones that hold if reached states are not
 * to end the search.
 * @throws Error where the circuit cannot be written, or ABC says something else than how it ended.
 */
export const proveWithAbc = async (root: string, subject: Subject, work: string, seconds: number): Promise<AbcMeasurement> => {
  mkdirSync(work, { recursive: true })
  const file = join(work, 'circuit.aig')
  const written = await runCheck(root, subject.model, subject.params, [...flagsOf(subject), '--out-aiger', file])
  if (written.code !== 0) throw new Error(`--out-aiger ${file} ended with ${written.code}:\n${written.stdout}${written.stderr}`)
  const done = await execute('berkeley-abc', ['-c', `read_aiger ${file}; pdr`], { cwd: work, seconds })
  return { ...(done.code === null ? { verdict: 'open', clauses: null } : readAbc(done.stdout)), seconds: done.seconds }
}

/** Reads what `pdr` says of how it ended. @throws Error where it says nothing of it. */
export const readAbc = (text: string): Pick<AbcMeasurement, 'verdict' | 'clauses'> => {
  const clauses = /Invariant F\[\d+\] : (\d+) clauses/.exec(text)?.[1]
  if (/Property proved\./.test(text)) return { verdict: 'proved', clauses: clauses === undefined ? null : Number(clauses) }
  if (/was asserted in frame/.test(text)) return { verdict: 'violated', clauses: null }
  throw new Error(`ABC:\n${text}`)
}
