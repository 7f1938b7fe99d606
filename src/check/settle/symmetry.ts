/** Which sorts a search counts states modulo: found and proved in the thread of the solvers, when it is worth it. */
import { performance } from 'node:perf_hooks'
import { DiagnosticError, type Place } from '../../diagnostics.js'
import { isBounded } from '../../explicit/emit/memory-map.js'
import { type PropertyResult, type SearchOptions, type SearchResult, search } from '../../explicit/search/search.js'
import { withAlikeLocals } from '../../ir/symmetry/alike.js'
import { exchangeable, type Modulo, type Sort } from '../../ir/symmetry/sort.js'
import type { System } from '../../ir/system.js'
import { Disagreement } from '../../replay/disagreement.js'
import { withSession } from '../../session/pool.js'
import type { Judged } from '../../session/tasks.js'
import { type SortReport, type SymmetryReport, sortReport, symmetryReport } from '../report/symmetry.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'

/**
 * A search of so many states takes some tenths of a second, and so does a proof. Smaller ones are over before anybody
 * would have noticed; and which they are does not depend on the machine.
 */
const statesWorthAProof = 1_000_000

/** A proof takes a fraction of a second, unless a model is very large. Nobody waits longer who has not asked for it. */
const mostSeconds = { asked: 60, auto: 5 } as const

export interface Symmetry {
  /** What the search is told. */
  readonly options: Pick<SearchOptions, 'sorts' | 'later' | 'limits'>
  /** What it searches. */
  readonly system: System
  /** What is said of it after the search, given what it used; null where nothing was asked. */
  readonly report: (searched: Pick<SearchResult, 'sorts' | 'givenUp'>) => SymmetryReport | null
}

/**
 * @throws DiagnosticError MC308 where members are asked for that are not interchangeable, MC309 where there are none to
 * ask for.
 */
export const symmetryOf = async (
  { system: given }: Pick<Prepared, 'system'>,
  { symmetry = 'auto', signal, limits = {} }: CheckOptions,
): Promise<Symmetry> => {
  const system = withAlikeLocals(given)
  let known: { readonly judged: readonly Judged[]; readonly seconds: number } | null = null
  const judge = async (seconds: number): Promise<readonly Judged[]> => {
    const started = performance.now()
    const judged = await judgeSorts(system, seconds, signal)
    known = { judged, seconds: (performance.now() - started) / 1000 }
    return judged
  }
  const report: Symmetry['report'] = ({ sorts, givenUp }) =>
    known === null ? null : symmetryReport(system, known.judged, sorts, known.seconds, givenUp)
  const modulo = async (left: number): Promise<Modulo> => ({
    system,
    sorts: provedOf(system, await judge(Math.min(mostSeconds.auto, left))),
  })
  switch (symmetry) {
    case 'off':
      return { options: {}, system: given, report }
    case 'auto':
      return { options: { later: { states: statesWorthAProof, modulo } }, system: given, report }
    default: {
      const { seconds: most = Number.POSITIVE_INFINITY } = limits
      const started = performance.now()
      const judged = await judge(Math.min(mostSeconds.asked, most))
      const left = Math.max(0, most - (performance.now() - started) / 1000)
      const timed = limits.seconds === undefined ? {} : { limits: { ...limits, seconds: left } }
      return { options: { sorts: provedOf(system, asked(system, judged, symmetry)), ...timed }, system, report }
    }
  }
}

/** What a search would count states modulo, whatever is asked for. */
export const reportSymmetry = async ({ system: given }: Pick<Prepared, 'system'>, { signal }: CheckOptions): Promise<SymmetryReport> => {
  const system = withAlikeLocals(given)
  const started = performance.now()
  const judged = await judgeSorts(system, mostSeconds.asked, signal)
  return symmetryReport(system, judged, provedOf(system, judged), (performance.now() - started) / 1000)
}

/**
 * The same search of all states. @throws Disagreement where it does not settle what both settle in the same way.
 */
export const confirmWithout = async ({ system }: Pick<Prepared, 'system'>, before: SearchResult, options: SearchOptions): Promise<void> => {
  if (before.sorts.length === 0) return
  const { limits: { seconds, ...limits } = {} } = options
  const left = seconds === undefined ? {} : { seconds: Math.max(0, seconds - before.seconds) }
  const all = await search(system, { ...options, limits: { ...limits, ...left }, schedules: 'none' })
  for (const [i, { name, verdict, length }] of before.properties.entries()) {
    const other = all.properties[i]
    if (other === undefined || verdict === 'incomplete' || other.verdict === 'incomplete') continue
    if (other.verdict === verdict && other.length === length) continue
    const said = (one: PropertyResult): string => `${one.verdict}${one.length === null ? '' : ` after ${one.length} steps`}`
    throw new Disagreement(`'${name}': modulo symmetry it is ${said({ ...other, verdict, length })}, of all states ${said(other)}`)
  }
}

/** All sorts that a system may have; those that there was no time for are left out. */
const judgeSorts = async (system: System, seconds: number, signal?: AbortSignal): Promise<readonly Judged[]> =>
  withSession(async (session) => {
    const ended = await session.run('symmetry', { system }, { seconds, ...(signal === undefined ? {} : { signal }) })
    return ended.kind === 'result' ? ended.result : (ended.last ?? [])
  })

/** Those whose members are interchangeable, as a search takes them. */
const provedOf = (system: System, judged: readonly Judged[]): readonly Sort[] =>
  // A way that is looked for in the buffer has to be there still.
  !isBounded(system)
    ? []
    : judged.flatMap(({ proposal, proof }) => (proof?.kind === 'proved' && proposal.kind === 'sort' ? exchangeable(proposal.sort) : []))

/** What is asked for by name has to be interchangeable; 'on' asks for all agents. */
const asked = (system: System, judged: readonly Judged[], wanted: 'on' | readonly string[]): readonly Judged[] => {
  const reports = judged.map((one) => ({ one, report: sortReport(system, one) }))
  const chosen =
    wanted === 'on'
      ? reports
      : wanted.map(
          (name) =>
            reports.find(({ report }) => report.name === name || report.agents.includes(name)) ??
            unknown(
              name,
              reports.map(({ report }) => report),
            ),
        )
  for (const { report } of chosen)
    if (report.verdict !== 'interchangeable' && (wanted !== 'on' || report.agents.length > 0)) throw notInterchangeable(system, report)
  if (!isBounded(system))
    throw new DiagnosticError(
      'MC309',
      'a state of this model can have thousands of successors: no search modulo symmetry keeps them all',
      'leave --symmetry out; or make what is chosen from smaller',
    )
  if (!chosen.some(({ report }) => report.verdict === 'interchangeable'))
    throw new DiagnosticError(
      'MC309',
      'nothing in this model is interchangeable',
      'agents of `each(n)` and what is indexed by them can be; leave --symmetry out',
    )
  // Several names may be one sort's.
  return [...new Set(chosen.map(({ one }) => one))]
}

const unknown = (name: string, reports: readonly SortReport[]): never => {
  const names = reports.map((report) => `'${report.name}'`)
  throw new DiagnosticError(
    'MC309',
    `there is no sort '${name}'`,
    names.length === 0 ? 'this model has none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
  )
}

const notInterchangeable = (system: System, { name, members, why, at: place }: SortReport): DiagnosticError =>
  new DiagnosticError(
    'MC308',
    `the ${members} members of '${name}' are not interchangeable: ${why ?? 'nothing is known of them'}`,
    'a proof is about all states, reachable or not; --symmetry report lists what is interchangeable, and why the rest is not',
    placeOf(system, place),
  )

/** The line, as a place. */
const placeOf = ({ files }: System, place: SortReport['at']): Place | null => {
  const file = files.find(({ name }) => name === place?.file)
  if (file === undefined || place === null) return null
  const start =
    file.text
      .split('\n')
      .slice(0, place.line - 1)
      .join('\n').length + (place.line > 1 ? 1 : 0)
  const [line = ''] = file.text.slice(start).split('\n')
  const indent = line.length - line.trimStart().length
  return { file: file.name, text: file.text, start: start + indent, end: start + line.length }
}
