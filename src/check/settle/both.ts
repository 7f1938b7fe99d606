/**
 * Both engines on one model: every state is enumerated, and a solver is asked the same questions. They share no search code and have to agree on every verdict and on every
 * shortest length.
 */
import type { Session } from '../../session/client.js'
import type { Answer } from '../../symbolic/search/settle.js'
import { EnginesDisagree } from '../confirm/disagreement.js'
import type { Findings, PropertyReport } from '../report/report.js'
import type { CheckOptions, Engine, Prepared } from '../request/prepare.js'
import { type Answers, answersAfter } from './answers.js'
import { neverWords } from './symbolic.js'

/** In seconds. Where it is not asked for, longer searches are not confirmed, and confirming takes no longer. */
const moments = { search: 3, solving: 5 } as const

/** Whether an exploration is to be confirmed. */
export const isToBeConfirmed = ({ limit, seconds }: Findings, engine: Engine): boolean => {
  if (limit?.kind === 'interrupted') return false
  return engine === 'both' || (engine === 'both in time' && seconds <= moments.search)
}

/** @throws EnginesDisagree where the engines do not agree; Disagreement where one of them and the oracle do not. */
export const confirm = async (
  prepared: Prepared,
  explored: Findings,
  session: Session,
  engine: 'both' | 'both in time',
  options: CheckOptions,
): Promise<Findings> => {
  const { limits = {}, signal, onSolving } = options
  const given = limits.seconds === undefined ? null : Math.max(0, limits.seconds - explored.seconds)
  const seconds = engine === 'both in time' ? Math.min(given ?? moments.solving, moments.solving) : given
  const found = await answersAfter(prepared, session, {
    goal: 'proof',
    expected: expectedOf(explored),
    invariant: options.invariant ?? 'as found',
    limits: { ...(limits.depth === undefined ? {} : { depth: limits.depth }), ...(seconds === null ? {} : { seconds }) },
    signal: signal ?? null,
    onProgress: onSolving ?? (() => {}),
  })
  const properties = explored.properties.map((property) => {
    const answer = found.answers.get(property.name)
    if (answer === undefined) return property
    requireAgreement(prepared, property, answer, found)
    return withConfirmation(property, answer)
  })
  const isSettled = properties.every(({ verdict }) => verdict !== 'incomplete')
  return { ...explored, engine: 'both', limit: isSettled ? null : explored.limit, solved: found.solved, properties }
}

/** The length with which the explicit engine reached what the solver is asked for; null where it saw that this is never reached. */
const reachedLength = ({ kind, verdict, length }: PropertyReport): number | null =>
  verdict === (kind === 'sometimes' ? 'holds' : 'violated') ? length : null

const expectedOf = ({ properties }: Findings): ReadonlyMap<string, number> =>
  new Map(
    properties.flatMap((property) => {
      const length = reachedLength(property)
      return length === null ? [] : [[property.name, length] as const]
    }),
  )

const requireAgreement = ({ target, params }: Prepared, property: PropertyReport, answer: Answer, { solved }: Answers): void => {
  if (property.verdict === 'incomplete') return
  const length = reachedLength(property)
  const said = length === null ? 'never' : `after ${length} steps`
  const disagree = (solver: string): never => {
    throw new EnginesDisagree(`'${property.name}': the explicit engine reaches it ${said}, the solver ${solver}`, {
      model: target.model.name,
      modelHash: target.hash,
      params,
      property: property.name,
      explicit: { verdict: property.verdict, length, established: property.established, trace: property.trace },
      solver: { ...answer, certificate: answer.kind === 'never' ? solved.certificate : null },
    })
  }
  switch (answer.kind) {
    case 'reached':
      if (answer.length !== length) disagree(`after ${answer.length}`)
      return
    case 'never':
      if (length !== null) disagree('never')
      return
    case 'open':
      if (length !== null && answer.depth >= length) disagree(`not within ${answer.depth}`)
  }
}

const withConfirmation = (property: PropertyReport, answer: Answer): PropertyReport => {
  const { verdict, kind, established } = property
  const and = (words: string): PropertyReport => ({ ...property, established: `${established}; ${words}` })
  switch (answer.kind) {
    case 'never':
      if (verdict !== 'incomplete') return and(neverWords(answer))
      return { ...property, verdict: kind === 'sometimes' ? 'violated' : 'holds', established: `${neverWords(answer)}; ${established}` }
    case 'reached':
      return and(answer.length === 0 ? 'confirmed by Z3' : `confirmed by Z3: none of ${answer.length - 1} or fewer`)
    // The report lists these once for all.
    case 'open':
      return property
  }
}
