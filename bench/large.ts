/**
 * Sizes that no enumeration reaches: proofs and shortest violations there, and what speaks for their number of states.
 */
import { checkSubject, type SolvedReport, type Subject, subjectText } from './solving.js'
import { formatCount, formatTable } from './table.js'

/** A size, and smaller ones that are counted: they differ in one param, by 1 each. */
export interface Large {
  readonly subject: Subject
  readonly grows: string
  readonly counted: readonly number[]
  readonly how: { readonly kind: 'proof' } | { readonly kind: 'violation'; readonly property: string; readonly length: number }
}

export const large: readonly Large[] = [
  {
    subject: { model: 'lazy-mmu', variant: 'flush-before-read', params: { cpus: 4, ptes: 8 } },
    grows: 'ptes',
    counted: [2, 3, 4, 5],
    how: { kind: 'proof' },
  },
  {
    subject: {
      model: 'pte-modify',
      params: { ptes: 9 },
      properties: ['noLostDirty', 'noLostAccessed', 'noResurrection', 'protectionEffective', 'absentEntryHasNoBits'],
    },
    grows: 'ptes',
    counted: [2, 3, 4, 5, 6],
    how: { kind: 'proof' },
  },
  {
    subject: { model: 'tlb-shootdown', params: { cpus: 4, pages: 4 }, properties: ['noWriteAfterMprotect'] },
    grows: 'pages',
    counted: [1, 2],
    how: { kind: 'proof' },
  },
  {
    subject: { model: 'lazy-mmu', params: { cpus: 4, ptes: 8 }, properties: ['noLostUpdate'] },
    grows: 'ptes',
    counted: [1, 2, 3, 4],
    how: { kind: 'violation', property: 'noLostUpdate', length: 8 },
  },
]

/** How far an enumeration gets that is cut after some seconds. */
export interface Cut {
  readonly seconds: number
  readonly states: number
  readonly depth: number
}

export interface LargeMeasurement extends Pick<Large, 'subject' | 'grows' | 'how'> {
  readonly settled: boolean
  readonly seconds: number
  readonly bits: number | null
  readonly gates: number | null
  /** Of a proof that was found. */
  readonly clauses: number | null
  /** How many properties were settled. */
  readonly properties: number
  readonly counted: readonly { readonly size: number; readonly states: number }[]
  readonly enumeration: Cut
}

export interface LargeOptions {
  readonly root: string
  /** For the solver. */
  readonly seconds: number
  /** For the enumeration that does not end. */
  readonly enumerationSeconds: number
}

/**
 * @throws Error where a smaller size is not counted to its end, the large one is, or a verdict is not the known one.
 */
export const measureLarge = async (
  { subject, grows, counted, how }: Large,
  { root, seconds, enumerationSeconds }: LargeOptions,
): Promise<LargeMeasurement> => {
  const report = await checkSubject(root, subject, [...flagsOf(how), '--time', `${seconds}s`])
  const counts: { size: number; states: number }[] = []
  for (const size of counted) {
    const smaller = { ...subject, params: { ...subject.params, [grows]: size } }
    const { complete, states } = await checkSubject(root, smaller, ['--engine', 'explicit', '--no-stuck', '--symmetry', 'off'])
    if (!complete || states === null) throw new Error(`${subjectText(smaller)} was not counted to its end`)
    counts.push({ size, states })
  }
  const cut = await checkSubject(root, subject, [
    '--engine',
    'explicit',
    '--no-stuck',
    '--symmetry',
    'off',
    '--time',
    `${enumerationSeconds}s`,
  ])
  if (cut.limit === null) throw new Error(`${subjectText(subject)} is no size that no enumeration reaches: ${cut.states} states`)
  const { bits = null, gates = null, seconds: took = 0, invariant = [] } = report.solved ?? {}
  const settled = isSettled(subject, how, report)
  return {
    ...{ subject, grows, how, settled, bits, gates },
    seconds: took,
    clauses: how.kind === 'proof' && settled ? invariant.length : null,
    properties: report.properties.filter(({ verdict }) => verdict !== 'incomplete').length,
    counted: counts,
    enumeration: { seconds: cut.seconds, states: cut.states ?? 0, depth: cut.depth },
  }
}

const flagsOf = (how: Large['how']): readonly string[] => {
  switch (how.kind) {
    case 'proof':
      return ['--engine', 'prove']
    case 'violation':
      return ['--engine', 'bmc', '--max-depth', `${how.length}`]
  }
}

const isSettled = (subject: Subject, how: Large['how'], { complete, properties }: SolvedReport): boolean => {
  switch (how.kind) {
    case 'proof': {
      const wrong = properties.find(({ verdict }) => verdict === 'violated')
      if (wrong !== undefined) throw new Error(`${subjectText(subject)}: ${wrong.name} is violated`)
      return complete
    }
    case 'violation': {
      const found = properties.find(({ name }) => name === how.property)
      if (found === undefined || found.verdict === 'holds' || (found.length !== null && found.length !== how.length))
        throw new Error(`${subjectText(subject)}: ${how.property} ${found?.verdict} after ${found?.length} steps`)
      return found.verdict === 'violated'
    }
  }
}

/** What the counts of growing sizes say about a size that is `steps` steps above the last one. */
export interface Growth {
  /** By how much each of the counts exceeds the one before. */
  readonly factors: readonly number[]
  /** The factor of every further step with which there would be so many states. */
  readonly needed: number
  /** If every further step multiplied by the last factor. */
  readonly extrapolated: number
}

export const growthTo = (counts: readonly number[], steps: number, states: number): Growth => {
  const last = counts.at(-1) ?? Number.NaN
  const factors = counts.slice(1).map((count, i) => count / (counts[i] ?? Number.NaN))
  return { factors, needed: (states / last) ** (1 / steps), extrapolated: last * (factors.at(-1) ?? Number.NaN) ** steps }
}

const most = 1e9

export const largeTables = (measurements: readonly LargeMeasurement[], seconds: number): string => {
  const solved = formatTable(
    ['model', 'what', 'bits', 'gates', 'seconds', 'clauses'],
    measurements.map(({ subject, how, settled, bits, gates, seconds: took, clauses, properties }) => [
      subjectText(subject),
      how.kind === 'proof' ? `${properties} properties settled` : `violation of ${how.length} steps, none shorter`,
      bits === null ? '-' : formatCount(bits),
      gates === null ? '-' : formatCount(gates),
      settled ? took.toFixed(1) : `> ${seconds}`,
      clauses === null ? '-' : formatCount(clauses),
    ]),
  )
  const evidence = formatTable(
    ['model', 'states counted', 'each times', '10^9 if times', 'extrapolated', 'enumeration cut'],
    measurements.map(({ subject, grows, counted, enumeration }) => {
      const { factors, needed, extrapolated } = growthTo(
        counted.map(({ states }) => states),
        (subject.params[grows] ?? 0) - (counted.at(-1)?.size ?? 0),
        most,
      )
      const first = counted[0]?.size
      return [
        subjectText(subject),
        `${grows}=${first}..${counted.at(-1)?.size}: ${counted.map(({ states }) => formatCount(states)).join(' ')}`,
        factors.map((factor) => factor.toFixed(1)).join(' '),
        needed.toFixed(1),
        extrapolated.toExponential(0),
        `${enumeration.seconds.toFixed(0)} s: ${formatCount(enumeration.states)}, depth ${enumeration.depth}`,
      ]
    }),
  )
  return `Sizes that no enumeration reaches\n${solved}\n\nwhat speaks for more than 10^9 states there: smaller sizes counted, and how they grow\n${evidence}`
}
