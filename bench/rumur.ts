/** Rumur: Murphi -> C -> gcc -> a breadth-first search on one thread. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from './measurement.js'
import { mustExecute } from './process.js'
import type { Instance } from './protocols.js'

export const rumurNeeds = ['rumur', 'gcc'] as const

/**
 * Translates and compiles an instance in the folder `work`, and gives a function that searches it.
 * @throws Error if a tool fails, or the search reports an error.
 */
export const prepareRumur = async (instance: Instance, sources: string, work: string): Promise<() => Promise<Measurement>> => {
  mkdirSync(work, { recursive: true })
  writeFileSync(join(work, 'model.m'), withConstants(readFileSync(join(sources, instance.murphi), 'utf8'), instance.constants))
  const options = ['--threads', '1', '--symmetry-reduction', 'off', '--deadlock-detection', 'off']
  await mustExecute('rumur', [...options, '--output', 'model.c', 'model.m'], { cwd: work })
  await mustExecute('gcc', ['-O3', '-march=native', '-mcx16', '-o', 'model', 'model.c', '-lpthread', '-latomic'], { cwd: work })
  return async () => {
    const { stdout, seconds, peakBytes } = await mustExecute(join(work, 'model'), [], { cwd: work })
    // Rumur prints whole seconds only, so the process is timed from outside: it starts in a millisecond.
    return { ...readRumur(stdout), seconds, peakBytes }
  }
}

/** Replaces the values of a Murphi model's constants. @throws Error if it has no constant of a name. */
export const withConstants = (murphi: string, constants: Readonly<Record<string, number>>): string =>
  Object.entries(constants).reduce((text, [name, value]) => {
    const declaration = new RegExp(`^( +${name}): \\d+;`, 'm')
    if (!declaration.test(text)) throw new Error(`no constant ${name} in the Murphi model`)
    return text.replace(declaration, `$1: ${value};`)
  }, murphi)

/** Reads the report of a Rumur verifier. @throws Error if it found an error. */
export const readRumur = (report: string): Omit<Measurement, 'peakBytes' | 'seconds'> => {
  const found = /(\d+) states, (\d+) rules fired/.exec(report)
  if (found === null || !report.includes('No error found.')) throw new Error(`Rumur:\n${report}`)
  return { tool: 'Rumur', states: Number(found[1]), transitions: Number(found[2]), bytesPerState: null }
}
