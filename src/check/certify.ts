/** Certificates as files: what `check --engine prove` writes, and `certify` checks again against the model as it is today. */
import { readFile } from 'node:fs/promises'
import { DiagnosticError } from '../diagnostics.js'
import { runSymbolic } from '../session/client.js'
import type { Certificate } from '../symbolic/certificate.js'
import { parseCertificate } from '../symbolic/check-certificate.js'
import { prepare } from './prepare.js'
import { builtIns } from './properties.js'
import type { Report } from './report.js'

/** The certificate of a report, with the file that the model is in. Null where the report has none, or it is about a predicate of the command line, which no file has. */
export const certificateText = ({ solved, modelFile, properties }: Report): string | null => {
  const certificate = solved?.certificate ?? null
  if (certificate === null || properties.some(({ name }) => adHoc.test(name))) return null
  return `${JSON.stringify({ ...certificate, modelFile }, null, 1)}\n`
}

const adHoc = /^invariant-\d+$/

export interface Certified {
  readonly certificate: Certificate
  readonly modelFile: string
  /** Null where it is right. */
  readonly refusal: string | null
  readonly gaveUp: boolean
}

/**
 * Reads a certificate, compiles its model as it is today with the certificate's params, and asks Z3.
 * @throws DiagnosticError MC018 for a damaged file; as `prepare` where the model does not compile, as it may if it has changed.
 */
export const certify = async (file: string, signal: AbortSignal): Promise<Certified | 'interrupted'> => {
  const { certificate, modelFile } = await load(file)
  const own = certificate.proved.filter((name) => !builtIns.some((builtIn) => builtIn === name))
  const { system } = await prepare(modelFile, {
    variant: certificate.variant,
    settings: Object.entries(certificate.params),
    properties: own,
    ...(certificate.proved.includes('deadlock') ? { deadlock: 'violation' } : {}),
  })
  const ended = await runSymbolic('certify', { system, certificate }, { solvers: ['z3'], signal })
  if (ended.kind === 'interrupted') return 'interrupted'
  return ended.kind === 'result'
    ? { certificate, modelFile, ...ended.result }
    : {
        certificate,
        modelFile,
        refusal: ended.kind === 'unavailable' ? 'the machine gives the solver no memory' : 'the solver ran out of memory',
        gaveUp: true,
      }
}

const load = async (file: string): Promise<{ readonly certificate: Certificate; readonly modelFile: string }> => {
  const damaged = (problem: string): DiagnosticError =>
    new DiagnosticError('MC018', `${file} is no certificate: ${problem}`, 'make it again: mmucheck check <model> --engine prove')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw damaged(error instanceof Error ? error.message : String(error))
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw damaged('it is cut short, or no JSON')
  }
  const certificate = parseCertificate(json)
  if (typeof certificate === 'string') throw damaged(certificate)
  const modelFile = (json as { readonly modelFile?: unknown }).modelFile
  return { certificate, modelFile: typeof modelFile === 'string' ? modelFile : certificate.model }
}
