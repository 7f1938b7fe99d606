/** The report of the symbolic engine alone: what a solver found, or excluded, without enumerating states. */
import { builtIns, type StateKind, stateBuiltIns } from '../../ir/built-in.js'
import type { CompiledProperty, System } from '../../ir/system.js'
import { withSession } from '../../session/pool.js'
import type { Answer } from '../../symbolic/search/settle.js'
import { traceOf } from '../confirm/trace-of.js'
import { after } from '../report/established.js'
import { limitText } from '../report/limit.js'
import type { Findings, PropertyKind, PropertyReport, ReportLimit, Verdict } from '../report/report.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'
import { subjectOf } from '../request/subject.js'
import { type Answers, answersAfter } from './answers.js'

/**
 * Settles the properties of states by bounded search, or by proof too. Properties of behaviours and extremes stay open, and processes that are stuck are not looked for.
 * @throws Disagreement where the oracle does not confirm what a solver found.
 */
export const reportSolved = async (prepared: Prepared, engine: 'bmc' | 'prove', options: CheckOptions): Promise<Findings> => {
  const { system } = prepared
  const { answers, solved } = await asked(prepared, engine, options)
  const byState = [...answers].map(([name, answer]): PropertyReport => {
    const kind = kindOf(system, name)
    const settled = { name, kind, verdict: verdictOf(kind, answer), length: answer.kind === 'reached' ? answer.length : null }
    const trace =
      settled.verdict === 'violated' && answer.kind === 'reached' ? traceOf(prepared, { ...settled, failure: null }, answer.schedule) : null
    const allowed = propertyOf(system, name)?.max ?? null
    return {
      ...settled,
      established: words(kind, answer, solved.limit),
      loop: null,
      maximum: null,
      allowed,
      trace,
      switches: trace === null ? null : 'any',
    }
  })
  const open = [...system.temporal, ...system.extremes].map(({ name, kind }): PropertyReport => {
    const established = `not settled: this engine settles properties of states only (--engine explicit)`
    return {
      name,
      kind,
      verdict: 'incomplete',
      established,
      length: null,
      loop: null,
      maximum: null,
      allowed: null,
      trace: null,
      switches: null,
    }
  })
  const reports = new Map([...byState, ...open].map((report) => [report.name, report]))
  return {
    ...subjectOf(prepared),
    engine,
    complete: [...reports.values()].every(({ verdict }) => verdict !== 'incomplete'),
    limit: solved.limit,
    states: null,
    transitions: null,
    depth: depthOf(answers),
    seconds: solved.seconds,
    bytes: null,
    bytesPerState: null,
    liveness: null,
    neverFired: [],
    neverTaken: [],
    solved,
    properties: [...Object.keys(prepared.properties), ...builtIns].flatMap((name) => reports.get(name) ?? []),
  }
}

const asked = (prepared: Prepared, engine: 'bmc' | 'prove', options: CheckOptions): Promise<Answers> =>
  withSession((session) =>
    answersAfter(prepared, session, {
      goal: engine === 'bmc' ? 'bounded' : 'proof',
      expected: null,
      invariant: options.invariant ?? 'as found',
      limits: options.limits ?? {},
      signal: options.signal ?? null,
      onProgress: options.onSolving ?? (() => {}),
    }),
  )

const propertyOf = (system: System, name: string): CompiledProperty | null => system.properties.find((p) => p.name === name) ?? null

const kindOf = (system: System, name: string): StateKind => {
  const builtIn = stateBuiltIns(system).find((one) => one === name)
  if (builtIn !== undefined) return builtIn
  const property = propertyOf(system, name)
  if (property === null) throw new Error(`there is no property '${name}'`)
  return property.kind
}

const verdictOf = (kind: PropertyKind, { kind: answer }: Answer): Verdict => {
  if (answer === 'open') return 'incomplete'
  return (answer === 'reached') === (kind === 'sometimes') ? 'holds' : 'violated'
}

const words = (kind: StateKind, answer: Answer, limit: ReportLimit | null): string => {
  switch (answer.kind) {
    case 'reached':
      return `${reachedWord(kind)} ${after(answer.length)}`
    case 'never':
      return `${kind === 'sometimes' ? 'never reached: ' : ''}${neverWords(answer)}`
    case 'open':
      return `not settled: ${limit === null ? 'the search did not end' : limitText(limit)}; ${withinWords(answer.depth)}`
  }
}

/** Everything that is reached at all within this many steps is known. */
const depthOf = (answers: Answers['answers']): number => {
  const depths = [...answers.values()].flatMap((answer) => (answer.kind === 'open' ? [answer.depth] : []))
  return depths.length > 0 ? Math.min(...depths) : Math.max(0, ...[...answers.values()].map(lengthOf))
}

const lengthOf = (answer: Answer): number =>
  answer.kind === 'reached' ? answer.length : answer.kind === 'never' && answer.because.kind === 'length' ? answer.because.length : 0

const reachedWord = (kind: StateKind): string => {
  switch (kind) {
    case 'sometimes':
      return 'reached'
    case 'always':
      return 'false'
    case 'bound':
      return 'exceeded'
    case 'deadlock':
      return 'deadlock'
    case 'assert':
    case 'range':
      return 'fails'
  }
}

/** How it was established that something is never reached. */
export const neverWords = ({ because }: Extract<Answer, { kind: 'never' }>): string => {
  switch (because.kind) {
    case 'invariant':
      return 'proved by induction, certificate checked by Z3'
    case 'induction':
      return because.k === 0 ? 'excluded by Z3 in any state whose values are in their ranges' : `proved by ${because.k}-induction with Z3`
    case 'length':
      return `no way is ${because.length} ${because.length === 1 ? 'step' : 'steps'} long, and none of them reaches it`
  }
}

export const withinWords = (depth: number): string =>
  depth < 0 ? 'nothing is known yet' : depth === 0 ? 'not in an initial state' : `none within ${depth} ${depth === 1 ? 'step' : 'steps'}`
