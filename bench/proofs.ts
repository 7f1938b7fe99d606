/** Proofs by induction without enumerating states: mmucheck's IC3 beside ABC's on the same circuits. */
import { join } from 'node:path'
import { type AbcMeasurement, proveWithAbc } from './abc.js'
import { checkSubject, type Subject, subjectText } from './solving.js'
import { formatCount, formatTable } from './table.js'

const safety: Readonly<Record<string, readonly string[]>> = {
  'mach-shootdown': ['activeMeansCurrent'],
  'mach-shootdown-rules': ['noError', 'activeMeansCurrent'],
}

/** Each list grows. */
export const proofSizes: readonly (readonly Subject[])[] = Object.entries(safety).map(([model, properties]) =>
  [2, 3, 4].map((cpus) => ({ model, params: { cpus, pmaps: 1, entries: 2 }, properties })),
)

export interface ProofMeasurement {
  readonly subject: Subject
  readonly verdict: 'proved' | 'open'
  /** Of translating, the proof, making its invariant minimal, and Z3's check of it. */
  readonly seconds: number
  readonly bits: number | null
  readonly gates: number | null
  /** Of the minimal invariant; null where there is none. */
  readonly clauses: number | null
}

/** A proof of all the subject's safety properties. @throws Error if one of them does not hold. */
export const prove = async (root: string, subject: Subject, seconds: number): Promise<ProofMeasurement> => {
  const { properties, complete, solved } = await checkSubject(root, subject, ['--engine', 'prove', '--time', `${seconds}s`])
  const wrong = properties.find(({ verdict }) => verdict === 'violated')
  if (wrong !== undefined) throw new Error(`${subjectText(subject)}: ${wrong.name} is violated`)
  if (solved === null) throw new Error(`${subjectText(subject)}: no solver was asked`)
  return {
    subject,
    verdict: complete ? 'proved' : 'open',
    seconds: solved.seconds,
    bits: solved.bits,
    gates: solved.gates,
    clauses: complete ? solved.invariant.length : null,
  }
}

export interface ProofComparison {
  readonly subject: Subject
  /** Null: not tried, because a smaller size was not settled in time. */
  readonly own: ProofMeasurement | null
  /** Null: not installed, or as above. */
  readonly abc: AbcMeasurement | null
}

export interface ProofOptions {
  readonly root: string
  /** For each proof. */
  readonly seconds: number
  readonly abc: boolean
  readonly work: string
  readonly say: (text: string) => void
}

/**
 * Each size side by side, on a core each. Where a size is not settled within the limit the tool is not asked about
 * larger ones.
 * @throws Error as `prove` and `proveWithAbc`, and where ABC finds a violation.
 */
export const compareProofs = async (
  sizes: readonly (readonly Subject[])[],
  { root, seconds, abc, work, say }: ProofOptions,
): Promise<readonly ProofComparison[]> => {
  const comparisons: ProofComparison[] = []
  for (const growing of sizes) {
    let [isOwnTried, isAbcTried] = [true, abc]
    for (const subject of growing) {
      const text = subjectText(subject)
      say(`${text}: proofs, at most ${seconds} s each`)
      const [own, theirs] = await Promise.all([
        isOwnTried ? prove(root, subject, seconds) : null,
        isAbcTried ? proveWithAbc(root, subject, join(work, text.replaceAll(/[^a-z0-9]+/gi, '-')), seconds) : null,
      ])
      if (theirs?.verdict === 'violated') throw new Error(`${text}: ABC finds a violation`)
      isOwnTried = own?.verdict === 'proved'
      isAbcTried = theirs?.verdict === 'proved'
      comparisons.push({ subject, own, abc: theirs })
    }
  }
  return comparisons
}

export const proofTable = (comparisons: readonly ProofComparison[], seconds: number): string => {
  const time = (one: { readonly verdict: string; readonly seconds: number } | null): string =>
    one === null ? '-' : one.verdict === 'open' ? `> ${seconds}` : one.seconds.toFixed(1)
  const count = (n: number | null | undefined): string => (typeof n === 'number' ? formatCount(n) : '-')
  return `Proofs: all safety properties by induction, at most ${seconds} s each\n${formatTable(
    ['model', 'bits', 'gates', 'mmucheck s', 'clauses', 'ABC s', 'ABC clauses'],
    comparisons.map(({ subject, own, abc }) => [
      subjectText(subject),
      count(own?.bits),
      count(own?.gates),
      time(own),
      count(own?.clauses),
      time(abc),
      count(abc?.clauses),
    ]),
  )}`
}
