/** The verbs `check` and its dumps: search, store the traces, report. */

import { certificateText } from '../../check/certify.js'
import type { PropertyReport, Race, Report } from '../../check/report/report.js'
import { check, dump } from '../../check.js'
import { DiagnosticError, formatDiagnostic } from '../../diagnostics.js'
import { formatItf } from '../../trace/itf.js'
import { certificatePaths, exists, storeTrace, tracePaths, writeWhole } from '../../trace/store.js'
import { exitCodeOf, exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { progressLine } from '../terminal/progress.js'
import { watched } from '../terminal/watched.js'
import type { CheckRequest, DumpRequest } from '../verbs/check.js'
import { reportJson } from '../views/report-json.js'
import { formatMail, formatReport, raceText, summary } from '../views/report-text.js'

/**
 * Runs `check`. A trace that cannot be written takes nothing from the report, which is printed first; the exit code is
 * then 73.
 */
export const runCheck = async (request: CheckRequest, output: Output): Promise<number> => {
  const { target, search, format, volume, places, width, hints } = request
  const shown = volume === 'quiet' ? { ...output, terminal: null } : output
  const line = progressLine(shown, volume === 'quiet' ? 'never' : 'where it takes long')
  const early = new Set<string>()
  const onRace = ({ property, trace }: Race): void => {
    line.clear()
    early.add(property)
    output.out(`${raceText(trace, { places, width }, output)}\n`)
  }
  const invariant = isProofWanted(search) ? 'minimal' : 'as found'
  const { result: report } = await watched(shown, line, (signal) =>
    check(target, {
      ...search,
      invariant,
      onProgress: line.show,
      onSolving: line.showSolving,
      ...(format === 'text' && volume === 'normal' ? { onRace } : {}),
      signal,
    }),
  )
  const stored = await storeTraces(report, request)
  const exitCode = stored.failed === null ? exitCodeOf(report) : exitCodes.cannotWrite
  if (format === 'json') output.out(reportJson(report, (property) => stored.files.get(property)?.itf ?? null, stored.certificate, exitCode))
  else if (format === 'mail') output.out(formatMail(report, { places, width }))
  else if (volume === 'quiet') output.out(`${summary(report, output)}\n`)
  else
    output.out(
      formatReport(
        report,
        {
          places,
          width,
          hints,
          storedAt: (property) => stored.files.get(property)?.text ?? null,
          shown: early,
          certificate: stored.certificate,
        },
        output,
      ),
    )
  if (stored.failed !== null) output.err(`${formatDiagnostic(stored.failed.diagnostic)}\n`)
  const isTraced = report.properties.some(({ verdict, trace }) => verdict === 'violated' && trace !== null)
  if (request.itf !== null && !isTraced && stored.failed === null)
    output.err(`note: there is no violation with a trace, so ${request.itf} was not written\n`)
  if (volume === 'normal') for (const note of await staleTraces(report, request)) output.err(`${note}\n`)
  return exitCode
}

interface Stored {
  readonly files: ReadonlyMap<string, { readonly itf: string; readonly text: string }>
  /** The file of the certificate, if one was wanted and there is one. */
  readonly certificate: string | null
  /** The first failure to write. */
  readonly failed: DiagnosticError | null
}

const keyOf = ({ home, variant, settings }: Report, { name }: PropertyReport) => ({ home, variant, settings, property: name })

const storeTraces = async (report: Report, request: CheckRequest): Promise<Stored> => {
  const { folder, itf } = request
  const files = new Map<string, { itf: string; text: string }>()
  const traces = report.properties.flatMap((property) => (property.trace === null ? [] : [{ property, trace: property.trace }]))
  try {
    for (const { property, trace } of traces) files.set(property.name, await storeTrace(folder, keyOf(report, property), trace))
    const violation = traces.find(({ property }) => property.verdict === 'violated')
    if (itf !== null && violation !== undefined) await writeWhole(itf, formatItf(violation.trace))
    return { files, certificate: await storeCertificate(report, request), failed: null }
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    return { files, certificate: null, failed: error }
  }
}

const isProofWanted = ({ engine }: CheckRequest['search']): boolean => engine === 'prove' || engine === 'both'

/** A proof that nobody asked for leaves no file. */
const storeCertificate = async (report: Report, { folder, search }: CheckRequest): Promise<string | null> => {
  const text = isProofWanted(search) ? certificateText(report) : null
  if (text === null) return null
  const paths = certificatePaths(folder, report)
  await writeWhole(paths.json, text)
  await writeWhole(paths.text, `${(report.solved?.invariant ?? []).join('\n')}\n`)
  return paths.json
}

/** Traces of earlier runs whose property holds now: they are kept, but should mislead nobody. */
const staleTraces = async (report: Report, { folder }: CheckRequest): Promise<string[]> => {
  const notes: string[] = []
  for (const property of report.properties.filter(({ verdict, trace }) => verdict === 'holds' && trace === null)) {
    const { text } = tracePaths(folder, keyOf(report, property))
    if (await exists(text)) notes.push(`note: ${property.name} holds now; ${text} is of an earlier run`)
  }
  return notes
}

/** Prints what an engine makes of the model, and searches nothing. */
export const runDump = async ({ target, search, what }: DumpRequest, output: Output): Promise<number> => {
  output.out(await dump(target, what, search))
  return exitCodes.holds
}
