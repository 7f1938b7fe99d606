/** The symbolic engine, as a user runs it: `check --engine prove` and `--engine bmc` in a fresh process. */
import { runCheck } from './mmucheck.js'

/** What the benchmark reads of the object that `check --json` prints. */
export interface SolvedReport {
  readonly complete: boolean
  readonly limit: { readonly kind: string } | null
  readonly states: number | null
  readonly depth: number
  /** Of the explicit search, where there was one. */
  readonly seconds: number
  readonly solved: {
    readonly seconds: number
    readonly bits: number | null
    readonly gates: number | null
    readonly invariant: readonly string[]
    readonly open: readonly { readonly name: string }[]
  } | null
  readonly properties: readonly { readonly name: string; readonly verdict: string; readonly length: number | null }[]
}

/** A model and how it is set. */
export interface Subject {
  readonly model: string
  readonly variant?: string
  readonly params: Readonly<Record<string, number>>
  /** The properties that are asked about, besides deadlocks, assertions and ranges; all where it is missing. */
  readonly properties?: readonly string[]
}

export const flagsOf = ({ variant, properties = [] }: Subject): readonly string[] => [
  ...(variant === undefined ? [] : ['--variant', variant]),
  ...properties.flatMap((name) => ['--property', name]),
]

/** `lazy-mmu flush-before-read cpus=4 ptes=8` */
export const subjectText = ({ model, variant, params }: Pick<Subject, 'model' | 'variant' | 'params'>): string =>
  [model, ...(variant === undefined ? [] : [variant]), ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(' ')

/** Incomplete reports are results too. @throws Error where there is no report. */
export const checkSubject = async (root: string, subject: Subject, flags: readonly string[]): Promise<SolvedReport> => {
  const { stdout, stderr } = await runCheck(root, subject.model, subject.params, [...flagsOf(subject), ...flags])
  const report = readReport(stdout)
  if (report === null) throw new Error(`mmucheck check ${subjectText(subject)} ${flags.join(' ')}:\n${stdout}${stderr}`)
  return report
}

/** Null where it is none, as of an error. */
export const readReport = (stdout: string): SolvedReport | null => {
  if (!stdout.startsWith('{')) return null
  const object: unknown = JSON.parse(stdout)
  return isReport(object) ? object : null
}

const isReport = (object: unknown): object is SolvedReport =>
  typeof object === 'object' && object !== null && 'properties' in object && 'solved' in object
