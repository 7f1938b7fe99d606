/** A whole command line: parses it, runs a verb, and turns every way of failing into text and an exit code. */
import { type Diagnostic, DiagnosticError, formatDiagnostics } from '../diagnostics.js'
import { contained } from '../load/contained.js'
import { packageVersion } from '../version.js'
import { exitCodeOfDiagnostic, exitCodes } from './terminal/exit.js'
import type { Output, ProcessOutput } from './terminal/output.js'
import { UsageError } from './terminal/units.js'
import { runProgram, type Verbs } from './verbs/program.js'

/** The parts that a verb needs are imported when it runs: a wrong flag costs no compiler. */
const verbsTo = (output: Output): Verbs => ({
  check: async (request) => (await import('./run/check.js')).runCheck(request, output),
  export: async (request) => (await import('./run/export.js')).runExport(request, output),
  certify: async (request) => (await import('./run/certify.js')).runCertify(request, output),
  synthesize: async (request) => (await import('./run/synthesize.js')).runSynthesize(request, output),
  dump: async (request) => (await import('./run/check.js')).runDump(request, output),
  symmetry: async (request) => (await import('./run/symmetry.js')).runSymmetry(request, output),
  inspect: async (request) => (await import('./run/inspect.js')).runInspect(request, output),
  claims: async (request) => (await import('./run/claims.js')).runClaims(request, output),
  mutate: async (request) => (await import('./run/mutate.js')).runMutate(request, output),
  sweep: async (request) => (await import('./run/sweep.js')).runSweep(request, output),
  list: async (request) => (await import('./run/list.js')).runList(request, output),
})

/** Runs the words of a command line, and waits until all is written. @returns the exit code; throws nothing. */
export const run = async (words: readonly string[], output: ProcessOutput): Promise<number> => {
  try {
    return await contained(async () => output.end(await runProgram(words, packageVersion(), verbsTo(output), output)))
  } catch (error) {
    return output.end(await fail(error, words.includes('--json'), output))
  }
}

const fail = async (error: unknown, json: boolean, output: Output): Promise<number> => {
  if (error instanceof DiagnosticError) {
    const exitCode = exitCodeOfDiagnostic(error.diagnostic.code)
    output.err(`${formatDiagnostics([error.diagnostic, ...error.others])}\n`)
    return finish(exitCode, json, output, error.diagnostic, error.others)
  }
  if (error instanceof UsageError) {
    output.err(`error: ${error.message}\n  = help: mmucheck --help\n`)
    return finish(exitCodes.usage, json, output, { message: error.message, hint: 'mmucheck --help' })
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const { bugReport } = await import('./terminal/bug-report.js')
  const hint = await bugReport(error)
  output.err(`error: this is a bug of mmucheck: ${message}\n  = help: ${hint}\n`)
  return finish(exitCodes.internal, json, output, { message, hint })
}

const finish = async (
  exitCode: number,
  json: boolean,
  output: Output,
  error: Parameters<typeof import('./views/report-json.js').errorJson>[0],
  others: readonly Diagnostic[] = [],
): Promise<number> => {
  if (json) output.out((await import('./views/report-json.js')).errorJson(error, exitCode, others))
  return exitCode
}
