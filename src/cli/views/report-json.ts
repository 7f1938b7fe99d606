/** The report of a check, and diagnostics, as the one JSON object that `--json` prints. */
import type { MemoryReport } from '../../check/report/memory.js'
import type { PropertyReport, Report, Solved, Unreached } from '../../check/report/report.js'
import { type Diagnostic, lineAndColumn } from '../../diagnostics.js'
import { exitCodeOf } from '../terminal/exit.js'

/**
 * One line, ending in a newline. `storedAt` gives the ITF file of a property's trace; `certificate` is the file of what
 * was proved.
 */
export const reportJson = (
  report: Report,
  storedAt: (property: string) => string | null,
  certificate: string | null = null,
  exitCode: number = exitCodeOf(report),
): string => {
  const { model, title, variant, params, engine, complete, limit, states, transitions, depth, seconds, bytes, bytesPerState } = report
  const object = {
    model,
    title,
    variant,
    params,
    engine,
    complete,
    limit,
    states,
    transitions,
    depth,
    seconds,
    bytes,
    bytesPerState,
    workers: report.workers,
    memory: report.memory === null ? null : memoryObject(report.memory),
    symmetry: report.symmetry,
    liveness: report.liveness,
    solved: report.solved === null ? null : solvedObject(report.solved, certificate),
    oracle: report.oracle,
    neverFired: report.neverFired.map(step),
    neverTaken: report.neverTaken.map(({ text, file, line }) => ({ branch: text, file, line })),
    unchanging: report.unchanging,
    notChecked: report.notChecked,
    unreadGhosts: report.unreadGhosts,
    properties: report.properties.map((property) => ({
      name: property.name,
      kind: property.kind,
      verdict: property.verdict,
      established: property.established,
      length: property.length,
      switches: property.switches,
      ...ownFields(property),
      vacuous: property.vacuous,
      idle: property.idle,
      trace: storedAt(property.name),
    })),
    exitCode,
  }
  return `${JSON.stringify(object)}\n`
}

/** The invariant as text; the certificate itself is in its file. */
const solvedObject = ({ certificate: _, ...solved }: Solved, certificate: string | null): object => ({ ...solved, certificate })

/** What only properties of this kind have. */
const ownFields = ({ kind, verdict, extreme, allowed, loop }: PropertyReport): object => {
  switch (kind) {
    case 'bound':
      return { maximum: extreme, allowed, tight: verdict === 'holds' ? extreme === allowed : null }
    case 'maximum':
      return { maximum: extreme }
    case 'minimum':
      return { minimum: extreme }
    case 'eventually':
    case 'leadsTo':
      return { loop }
    default:
      return {}
  }
}

const memoryObject = (memory: MemoryReport): object =>
  memory.model === 'sc' ? memory : { ...memory, locked: memory.locked.map(step), fences: memory.fences.map(step) }

const step = ({ agents, text, file, line, from }: Unreached): object => ({ agents, label: text, file, line, from })

type Shown = Pick<Diagnostic, 'message' | 'hint'> & Partial<Diagnostic>

/** What `--json` prints instead of a report: the first error, and all of them. */
export const errorJson = (error: Shown, exitCode: number, others: readonly Diagnostic[] = []): string => {
  const [first, ...more] = [error, ...others].map(errorObject)
  return `${JSON.stringify({ error: first, errors: [first, ...more], exitCode })}\n`
}

const errorObject = ({ code = null, message, hint, place = null }: Omit<Shown, 'code'> & { readonly code?: string | null }): object => {
  const where = place === null ? { file: null, line: null, column: null } : { file: place.file, ...lineAndColumn(place.text, place.start) }
  return { code, message, hint, ...where }
}
