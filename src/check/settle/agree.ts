/**
 * Two engines on one model: they share no search code, and have to agree on every verdict and on every shortest length.
 */
import type { Answer } from '../../symbolic/search/settle.js'
import { EnginesDisagree } from '../confirm/disagreement.js'
import { type Evidence, evidenceWords } from '../report/evidence.js'
import type { Finding, Findings } from '../report/report.js'
import type { Prepared } from '../request/prepare.js'
import { reachedLength } from './symbolic.js'

/**
 * What two engines found together; the second one, a solver, was told what the first had found.
 * @throws EnginesDisagree where they do not say the same.
 */
export const agreed = (prepared: Prepared, before: Findings, now: Findings): Findings => {
  const found = new Map(now.properties.map((finding) => [finding.name, finding]))
  const properties = before.properties.map((finding) => {
    const second = found.get(finding.name)
    const answer = second === undefined ? null : answerOf(second)
    if (second === undefined || answer === null) return finding
    requireAgreement(prepared, finding, answer, now)
    return together(finding, second, answer)
  })
  const isSettled = properties.every(({ verdict }) => verdict !== 'incomplete')
  return { ...before, engine: 'both', limit: isSettled ? null : before.limit, solved: now.solved, properties }
}

/** Null where the solver was not asked. */
const answerOf = ({ evidence }: Finding): Answer | null => {
  const solver = evidence.find((one): one is Extract<Evidence, { by: 'solver' }> => one.by === 'solver')
  return solver?.answer ?? null
}

const requireAgreement = ({ target, params }: Prepared, before: Finding, answer: Answer, { solved }: Findings): void => {
  if (before.verdict === 'incomplete') return
  const length = reachedLength(before)
  const said = length === null ? 'never' : `after ${length} steps`
  const disagree = (solver: string): never => {
    throw new EnginesDisagree(`'${before.name}': the explicit engine reaches it ${said}, the solver ${solver}`, {
      model: target.model.name,
      modelHash: target.hash,
      params,
      property: before.name,
      explicit: { verdict: before.verdict, length, established: evidenceWords(before, before.evidence), trace: before.trace },
      solver: { ...answer, certificate: answer.kind === 'never' ? (solved?.certificate ?? null) : null },
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

/** What the first engine left open the second one may settle: its verdict and its trace count then. */
const together = (before: Finding, second: Finding, answer: Answer): Finding => {
  // The report lists what the solver left open once for all.
  if (answer.kind === 'open') return before
  const confirmation: Evidence = { by: 'second engine', answer }
  if (before.verdict !== 'incomplete') return { ...before, evidence: [...before.evidence, confirmation] }
  return { ...second, extreme: before.extreme }
}
