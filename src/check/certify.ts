/**
 * Certificates as files: what `check --engine prove` writes, and `certify` checks again against the model as it is
 * today.
 */
import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import { DiagnosticError } from '../diagnostics.js'
import { isBuiltIn } from '../ir/kinds.js'
import { findTarget } from '../load/find.js'
import { runSymbolic } from '../session/client.js'
import type { Certificate } from '../symbolic/certificate/certificate.js'
import { parseCertificate } from '../symbolic/certificate/check-certificate.js'
import type { Report } from './report/report.js'
import { prepare } from './request/prepare.js'

/**
 * The certificate of a report, with the file that the model is in. Null where the report has none, or it is about a
 * predicate of the command line, which no file has.
 */
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
 * Reads a certificate, compiles its model as it is today with the certificate's params, and asks Z3. The model is
 * `target`, or the file that the certificate names, which must lie below the working directory: checking runs it, and a
 * certificate may come from anyone.
 * @throws DiagnosticError MC018 for a damaged file, MC024 for a module elsewhere; as `prepare` where the model does not
 * compile, as it may if it has changed.
 */
export const certify = async (file: string, target: string | null, signal: AbortSignal): Promise<Certified | 'interrupted'> => {
  const { certificate, named } = await load(file)
  const modelFile = target ?? belowHere(named)
  const own = certificate.proved.filter((name) => !isBuiltIn(name))
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

const belowHere = (named: string): string => {
  const { file } = findTarget(named, process.cwd())
  const path = relative(realpathSync(process.cwd()), file)
  if (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)) return named
  throw new DiagnosticError(
    'MC024',
    `the certificate is about ${named}, which is not below this folder`,
    `checking runs that module: if you trust it, name it: mmucheck certify <file> ${named}`,
  )
}

const load = async (file: string): Promise<{ readonly certificate: Certificate; readonly named: string }> => {
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
  return { certificate, named: typeof modelFile === 'string' ? modelFile : certificate.model }
}
