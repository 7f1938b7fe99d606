/**
 * Properties of behaviours: mmucheck's search for fair cycles beside Spin's `-a -f` on the same property of the same
 * protocol.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './mmucheck.js'
import { mustExecute } from './process.js'

/**
 * A property of Mach's shootdown under weak fairness of every CPU: its name in properties/mach-shootdown-rules.ts and
 * in mach.pml.
 */
export interface Behaviour {
  readonly cpus: number
  readonly property: string
  readonly verdict: 'holds' | 'violated'
  /** For Spin: log2 of its hash table's slots, and a depth that its stack never reaches. */
  readonly hash: number
  readonly depth: number
}

/** In a test both take a moment. */
export const smallBehaviours: readonly Behaviour[] = [
  { cpus: 2, property: 'changeHappens', verdict: 'violated', hash: 20, depth: 100_000 },
  { cpus: 2, property: 'lockIsReleased', verdict: 'holds', hash: 20, depth: 100_000 },
]

export const measuredBehaviours: readonly Behaviour[] = [
  { cpus: 3, property: 'changeHappens', verdict: 'violated', hash: 25, depth: 5_000_000 },
  { cpus: 3, property: 'lockIsReleased', verdict: 'holds', hash: 25, depth: 5_000_000 },
]

export interface LivenessMeasurement {
  readonly tool: string
  readonly verdict: 'holds' | 'violated'
  /** Of the property, without what settles the states alone. */
  readonly seconds: number
  /** Of mmucheck's search of the states before it; null for Spin, which does both in one. */
  readonly safetySeconds: number | null
  readonly peakBytes: number | null
}

interface CheckReport {
  readonly complete: boolean
  readonly seconds: number
  readonly liveness: { readonly seconds: number } | null
  readonly properties: readonly { readonly name: string; readonly verdict: string }[]
}

/** @throws Error if the search was not complete, or gives another verdict than the known one. */
export const checkBehaviour = async (root: string, { cpus, property, verdict }: Behaviour): Promise<LivenessMeasurement> => {
  const flags = ['--engine', 'explicit', '--set', 'fairness=weak', '--property', property]
  const { stdout, stderr, peakBytes } = await runCheck(root, 'mach-shootdown-rules', { cpus }, flags)
  const report = JSON.parse(stdout) as CheckReport
  const found = report.properties.find(({ name }) => name === property)?.verdict
  if (!report.complete || report.liveness === null || found !== verdict)
    throw new Error(`mmucheck says that ${property} ${found}, not ${verdict}:\n${stdout}${stderr}`)
  return { tool: 'mmucheck', verdict, seconds: report.liveness.seconds, safetySeconds: report.seconds, peakBytes }
}

const compilerFlags = ['-O3', '-march=native', '-w', '-DNOREDUCE', '-DVECTORSZ=64', '-DMEMLIM=16000']

/**
 * Translates and compiles in the folder `work`, and gives a function that searches. @throws Error as `checkBehaviour`.
 */
export const prepareSpinBehaviour = async (
  { cpus, property, verdict, hash, depth }: Behaviour,
  sources: string,
  work: string,
): Promise<() => Promise<LivenessMeasurement>> => {
  mkdirSync(work, { recursive: true })
  await mustExecute('spin', ['-DLIVENESS', `-DN=${cpus}`, '-a', join(sources, 'mach.pml')], { cwd: work })
  await mustExecute('gcc', [...compilerFlags, '-o', 'pan', 'pan.c'], { cwd: work })
  return async () => {
    const { stdout, peakBytes } = await mustExecute(
      join(work, 'pan'),
      ['-a', '-f', '-N', property, `-m${depth}`, `-w${hash}`, '-n', '-E'],
      { cwd: work },
    )
    const found = readVerdict(stdout)
    if (found !== verdict) throw new Error(`Spin says that ${property} ${found}, not ${verdict}:\n${stdout}`)
    return { tool: 'Spin', verdict, seconds: Number(/elapsed time ([\d.e+-]+) seconds/.exec(stdout)?.[1]), safetySeconds: null, peakBytes }
  }
}

/** @throws Error where Spin's search was cut: then it shows nothing. */
export const readVerdict = (report: string): 'holds' | 'violated' => {
  const errors = /errors: (\d+)/.exec(report)?.[1]
  if (errors === undefined || /max search depth too small|out of memory|pan: reached/.test(report)) throw new Error(`Spin:\n${report}`)
  return errors === '0' ? 'holds' : 'violated'
}
