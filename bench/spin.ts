/** Spin: Promela -> C (`spin -a`) -> gcc -> a depth-first search. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from './measurement.js'
import { mustExecute } from './process.js'
import type { Instance } from './protocols.js'

export const spinNeeds = ['spin', 'gcc'] as const

/**
 * Exact, no partial-order reduction (it gains nothing on these), no progress or fairness bookkeeping, the smallest
 * state vector that fits.
 */
const compilerFlags = ['-O3', '-march=native', '-DSAFETY', '-DNOREDUCE', '-DNOFAIR', '-DVECTORSZ=64']

/**
 * Translates and compiles an instance in the folder `work`, and gives a function that searches it.
 * @throws Error if a tool fails, or the search was not exhaustive.
 */
export const prepareSpin = async (instance: Instance, sources: string, work: string): Promise<() => Promise<Measurement>> => {
  mkdirSync(work, { recursive: true })
  const defines = Object.entries(instance.defines).map(([name, value]) => `-D${name}=${value}`)
  await mustExecute('spin', [...defines, '-a', join(sources, instance.promela)], { cwd: work })
  await mustExecute('gcc', [...compilerFlags, '-o', 'pan', 'pan.c'], { cwd: work })
  return async () => {
    const { stdout, peakBytes } = await mustExecute(join(work, 'pan'), [`-m${instance.depth}`, `-w${instance.hash}`, '-n', '-E'], {
      cwd: work,
    })
    return { ...readSpin(stdout), peakBytes }
  }
}

/**
 * Reads the report of a Spin verifier. Spin counts the initial state as a transition. Bytes per state: the states as
 * stored and the hash table, without the stack of the depth-first search. @throws Error if the search was cut or
 * reported an error.
 */
export const readSpin = (report: string): Omit<Measurement, 'peakBytes'> => {
  if (!/errors: 0\b/.test(report) || /max search depth too small|Search not completed|out of memory/.test(report))
    throw new Error(`Spin:\n${report}`)
  const states = spinNumber(report, /^\s*([\d.e+]+) states, stored/m)
  const megabytes =
    spinNumber(report, /^\s*([\d.]+)\s+(?:actual|equivalent) memory usage for states(?! \(stored)/m) +
    spinNumber(report, /^\s*([\d.]+)\s+memory used for hash table/m)
  return {
    tool: 'Spin',
    states,
    transitions: spinNumber(report, /^\s*([\d.e+]+) transitions/m) - 1,
    seconds: spinNumber(report, /elapsed time ([\d.]+) seconds/),
    bytesPerState: (megabytes * 2 ** 20) / states,
  }
}

const spinNumber = (report: string, pattern: RegExp): number => {
  const found = pattern.exec(report)?.[1]
  if (found === undefined) throw new Error(`Spin's report has no ${pattern.source}:\n${report}`)
  return Number(found)
}
