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
export const prepareRumur = async (
  instance: Instance,
  sources: string,
  work: string,
  symmetry: 'off' | 'exhaustive' = 'off',
): Promise<() => Promise<Measurement>> => {
  mkdirSync(work, { recursive: true })
  const text = withConstants(readFileSync(join(sources, instance.murphi), 'utf8'), instance.constants)
  writeFileSync(join(work, 'model.m'), symmetry === 'off' ? text : withScalarsets(text))
  const options = ['--threads', '1', '--symmetry-reduction', symmetry, '--deadlock-detection', 'off']
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

/**
 * The Mach model with its sorts as scalarsets, of which Rumur keeps one order. No member can be named, so it may start
 * with any pmap, and any entry.
 */
export const withScalarsets = (murphi: string): string =>
  [
    ['Cpu: 0 .. CPUS - 1;', 'Cpu: scalarset(CPUS);'],
    ['Pmap: 0 .. PMAPS - 1;', 'Pmap: scalarset(PMAPS);'],
    ['Entry: 0 .. ENTRIES - 1;', 'Entry: scalarset(ENTRIES);'],
    ['startstate\nbegin', 'ruleset m0: Pmap; e0: Entry do\nstartstate\nbegin'],
    ['upm[p] := 0; wpm[p] := 0; cur[p] := p; tlb[p] := 0;', 'upm[p] := m0; wpm[p] := m0; cur[p] := p; tlb[p] := e0;'],
    ['pent[m] := 0 end;\n  err := false;\nend;', 'pent[m] := e0 end;\n  err := false;\nend;\nend;'],
  ].reduce((text, [from = '', to = '']) => {
    if (!text.includes(from)) throw new Error(`the Murphi model has no '${from}'`)
    return text.replace(from, to)
  }, murphi)

/** Reads the report of a Rumur verifier. @throws Error if it found an error. */
export const readRumur = (report: string): Omit<Measurement, 'peakBytes' | 'seconds'> => {
  const found = /(\d+) states, (\d+) rules fired/.exec(report)
  if (found === null || !report.includes('No error found.')) throw new Error(`Rumur:\n${report}`)
  return { tool: 'Rumur', states: Number(found[1]), transitions: Number(found[2]), bytesPerState: null }
}
