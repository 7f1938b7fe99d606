/** The symbolic engine: what a solver finds, or excludes, without enumerating states. */

import { builtInKinds, isSafetyKind, propertyKinds, type SafetyKind, safetyBuiltIns } from '../../ir/kinds.js'
import type { CompiledProperty, System } from '../../ir/system.js'
import { warmUp, withSession } from '../../session/pool.js'
import type { Answer } from '../../symbolic/search/settle.js'
import { traceOf } from '../confirm/trace-of.js'
import type { Found } from '../report/found.js'
import { notIdle } from '../report/idle.js'
import type { Finding, Findings, PropertyKind, Verdict } from '../report/report.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'
import { type Answers, answersAfter } from './answers.js'
import type { Engine } from './engine.js'

const ofStates: ReadonlySet<PropertyKind> = new Set(
  Object.keys(propertyKinds).filter((kind): kind is SafetyKind => isSafetyKind(kind as PropertyKind)),
)

/** Bounded search: violations within 0 steps, 1, 2, ... */
export const bounded: Engine = {
  settles: ofStates,
  parts: 'fixed',
  computes: 'in a thread',
  warmUp,
  settle: (prepared, before, options) => solve(prepared, 'bmc', before, options),
}

/** Bounded search, and proof of what is never reached. */
export const prover: Engine = {
  settles: ofStates,
  parts: 'fixed',
  computes: 'in a thread',
  warmUp,
  settle: (prepared, before, options) => solve(prepared, 'prove', before, options),
}

const solve = async (prepared: Prepared, engine: 'bmc' | 'prove', before: Findings | null, options: CheckOptions): Promise<Found> => {
  const { system } = prepared
  const { answers, solved } = await asked(prepared, engine, before, options)
  const settledBefore = new Set(before?.properties.flatMap(({ name, verdict }) => (verdict === 'incomplete' ? [] : [name])))
  const byState = [...answers].map(([name, answer]): Finding => {
    const kind = kindOf(system, name)
    const settled = { name, kind, verdict: verdictOf(kind, answer), length: answer.kind === 'reached' ? answer.length : null }
    const trace =
      settled.verdict === 'violated' && answer.kind === 'reached' && !settledBefore.has(name)
        ? traceOf(prepared, { ...settled, failure: null }, answer.schedule)
        : null
    return {
      ...notIdle,
      ...settled,
      evidence: [{ by: 'solver', answer, limit: solved.limit }],
      loop: null,
      extreme: null,
      allowed: propertyOf(system, name)?.max ?? null,
      trace,
      switches: trace === null ? null : 'any',
    }
  })
  const isStuckAsked = prepared.stuck === 'asked for' && system.processes.length > 0
  const stuck = isStuckAsked ? [{ name: 'stuck', kind: 'stuck' } as const] : []
  const open = [...system.temporal, ...system.extremes, ...stuck].map(
    ({ name, kind }): Finding => ({
      ...notIdle,
      name,
      kind,
      verdict: 'incomplete',
      evidence: [{ by: 'nobody', why: 'not of states' }],
      length: null,
      loop: null,
      extreme: null,
      allowed: null,
      trace: null,
      switches: null,
    }),
  )
  const found = new Map([...byState, ...open].map((finding) => [finding.name, finding]))
  const findings: Findings = {
    engine,
    complete: [...found.values()].every(({ verdict }) => verdict !== 'incomplete'),
    limit: solved.limit,
    states: null,
    transitions: null,
    depth: depthOf(answers),
    seconds: solved.seconds,
    bytes: null,
    bytesPerState: null,
    workers: null,
    symmetry: null,
    liveness: null,
    neverFired: [],
    neverTaken: [],
    solved,
    properties: [...Object.keys(prepared.properties), ...builtInKinds].flatMap((name) => found.get(name) ?? []),
  }
  return { findings, coverage: null }
}

const asked = (prepared: Prepared, engine: 'bmc' | 'prove', before: Findings | null, options: CheckOptions): Promise<Answers> =>
  withSession((session) =>
    answersAfter(prepared, session, {
      goal: engine === 'bmc' ? 'bounded' : 'proof',
      expected: before === null ? null : lengthsIn(before),
      invariant: options.invariant ?? 'as found',
      limits: options.limits ?? {},
      signal: options.signal ?? null,
      onProgress: options.onSolving ?? (() => {}),
    }),
  )

const lengthsIn = ({ properties }: Findings): ReadonlyMap<string, number> =>
  new Map(
    properties.flatMap((property) => {
      const length = reachedLength(property)
      return length === null ? [] : [[property.name, length] as const]
    }),
  )

/**
 * The steps after which a state that settles the property is reached, as an engine found; null where it is never
 * reached, or not known to be.
 */
export const reachedLength = ({ kind, verdict, length }: Pick<Finding, 'kind' | 'verdict' | 'length'>): number | null =>
  verdict === (propertyKinds[kind].finding === 'fulfils' ? 'holds' : 'violated') ? length : null

const propertyOf = (system: System, name: string): CompiledProperty | null => system.safety.find((p) => p.name === name) ?? null

const kindOf = (system: System, name: string): SafetyKind => {
  const builtIn = safetyBuiltIns(system).find((one) => one === name)
  if (builtIn !== undefined) return builtIn
  const property = propertyOf(system, name)
  if (property === null) throw new Error(`there is no property '${name}'`)
  return property.kind
}

const verdictOf = (kind: PropertyKind, { kind: answer }: Answer): Verdict => {
  if (answer === 'open') return 'incomplete'
  return (answer === 'reached') === (propertyKinds[kind].finding === 'fulfils') ? 'holds' : 'violated'
}

/** Everything that is reached at all within this many steps is known. */
const depthOf = (answers: Answers['answers']): number => {
  const depths = [...answers.values()].flatMap((answer) => (answer.kind === 'open' ? [answer.depth] : []))
  return depths.length > 0 ? Math.min(...depths) : Math.max(0, ...[...answers.values()].map(lengthOf))
}

const lengthOf = (answer: Answer): number =>
  answer.kind === 'reached' ? answer.length : answer.kind === 'never' && answer.because.kind === 'length' ? answer.because.length : 0
