/** mmucheck, as a user runs it: the built command line in a fresh process. */
import { join } from 'node:path'
import type { Measurement } from './measurement.js'
import { execute, type Finished } from './process.js'

/** What the benchmark reads of the object that `check --json` prints. */
interface CheckReport {
  readonly complete: boolean
  readonly states: number
  readonly transitions: number
  readonly seconds: number
  readonly bytesPerState: number
  readonly exitCode: number
}

/** Runs `mmucheck check <model> --set ... --json` in the repository at `root`. */
export const runCheck = (
  root: string,
  model: string,
  params: Readonly<Record<string, number | string>>,
  flags: readonly string[] = [],
): Promise<Finished> => {
  const sets = Object.entries(params).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  return execute(
    process.execPath,
    [join(root, 'dist/cli/main.js'), 'check', model, ...sets, ...flags, '--json', '--out', 'bench/out/counterexamples'],
    { cwd: root },
  )
}

/** What single states settle, of models that have more: the peers do no more here either. */
const ofStates: Readonly<Record<string, readonly string[]>> = {
  'mach-shootdown-rules': ['noError', 'activeMeansCurrent', 'somebodyIsStale', 'somebodyResponds'],
}

/**
 * The exit codes of a search that came to its end: some protocols are shown with the settings that their mails warn of.
 */
const ended: ReadonlySet<number> = new Set([0, 11, 12, 13, 14])

/** One search of the states. @throws Error if the search was not complete. */
export const searchMmucheck = async (
  root: string,
  model: string,
  params: Readonly<Record<string, number | string>>,
): Promise<Measurement> => {
  const { stdout, stderr, code, peakBytes } = await runCheck(...([root, model, params] as const), [
    ...['--engine', 'explicit', '--no-stuck', '--workers', '1', '--symmetry', 'off'],
    ...(ofStates[model] ?? []).flatMap((name) => ['--property', name]),
  ])
  if (code === null || !ended.has(code)) throw new Error(`mmucheck check ${model} ended with ${code}:\n${stdout}${stderr}`)
  const report = JSON.parse(stdout) as CheckReport
  if (!report.complete) throw new Error(`mmucheck check ${model} was not complete:\n${stdout}`)
  const { states, transitions, seconds, bytesPerState } = report
  return { tool: 'mmucheck', states, transitions, seconds, bytesPerState, peakBytes }
}
