/**
 * What can be done in the thread of the solvers. A task's input, what it reports on the way and its result are plain
 * data, because they cross the border between threads; what it reports last is what is known where the time or the
 * memory did not suffice.
 */

import { performance } from 'node:perf_hooks'
import { at } from '../at.js'
import { type Proposal, proposeSorts } from '../ir/symmetry/propose.js'
import type { System } from '../ir/system.js'
import { type Certificate, createCertificate, type Subject } from '../symbolic/certificate/certificate.js'
import { checkCertificate, explainRefusal } from '../symbolic/certificate/check-certificate.js'
import { minimise } from '../symbolic/certificate/minimise.js'
import { translate } from '../symbolic/circuit/translate.js'
import {
  checkSafeSettings,
  type Question,
  type SynthesizeProgress,
  type SystemTable,
  synthesizeSystem,
  withoutSafeSettings,
} from '../symbolic/free/settings.js'
import { type Answer, type Progress, type SettleOptions, type SolverNames, settle } from '../symbolic/search/settle.js'
import type { Solver, SolverFactory, SolverName } from '../symbolic/solver/solver.js'
import { type Proof, proveSort } from '../symbolic/symmetry/prove.js'

/** A sort that was proposed, and what the solver says of it; null where nobody had to be asked. */
export interface Judged {
  readonly proposal: Proposal
  readonly proof: Proof | null
}

export interface Tasks {
  /**
   * The safety properties of a system; see `settle`. What is proved by an invariant counts only after Z3 has checked it
   * afresh.
   */
  readonly settle: {
    readonly input: SettleOptions & {
      readonly system: System
      readonly solvers: SolverNames
      readonly subject: Subject
      /** A minimal invariant takes longer, and is easier to read. */
      readonly invariant: 'as found' | 'minimal'
    }
    readonly progress: Progress
    readonly result: Progress & { readonly certificate: Certificate | null }
  }
  /**
   * All settings of a system's free params; see `synthesizeSystem`. What a proof says counts only after Z3 has checked
   * its invariant.
   */
  readonly synthesize: {
    readonly input: {
      readonly system: System
      readonly properties: readonly string[]
      readonly question: Question
      readonly solvers: SolverNames
    }
    readonly progress: SynthesizeProgress
    readonly result: SystemTable
  }
  /** Checks a certificate with Z3. Null: it is right. */
  readonly certify: {
    readonly input: { readonly system: System; readonly certificate: Certificate }
    readonly progress: never
    readonly result: { readonly refusal: string | null; readonly gaveUp: boolean }
  }
  /** The sorts that a system may have, and of each whether its members are interchangeable; one after the other. */
  readonly symmetry: {
    readonly input: { readonly system: System }
    readonly progress: readonly Judged[]
    readonly result: readonly Judged[]
  }
  /**
   * Whether one pigeon more than there are holes fits in: it never does, and each hole more takes a solver several
   * times as long (Haken 1985).
   */
  readonly pigeons: {
    readonly input: { readonly solver: SolverName; readonly holes: number }
    /** So many pigeons, and any smaller number, do not fit. */
    readonly progress: { readonly holes: number }
    readonly result: { readonly answer: 'sat' | 'unsat' | 'unknown' }
  }
}

export type TaskName = keyof Tasks

/** What a task can do besides computing. */
export interface Context<Reported> {
  /** Loads a solver, or takes the one that is loaded. */
  readonly solver: (name: SolverName) => Promise<SolverFactory>
  readonly report: (progress: Reported) => void
}

export type Work = {
  readonly [Name in TaskName]: (input: Tasks[Name]['input'], context: Context<Tasks[Name]['progress']>) => Promise<Tasks[Name]['result']>
}

export const work: Work = {
  settle: async ({ system, solvers, subject, invariant: wanted, ...options }, context) => {
    const [search, proof] = await Promise.all([context.solver(solvers.search), context.solver(solvers.proof)])
    const translation = translate(system)
    const { invariant, ...found } = settle(translation, { search, proof }, options, context.report)
    if (invariant === null) return { ...found, certificate: null }
    const { circuit } = translation
    const proved = circuit.targets.filter(({ name }) => isProved(found.answers.get(name)))
    const small = wanted === 'minimal' ? minimise(circuit, proved, invariant, proof) : invariant
    const certificate = createCertificate(system, subject, proved, small)
    // Nothing of what the proof was found with is used to judge it.
    const refusal = checkCertificate(system, translate(system), certificate, await context.solver('z3'))
    if (refusal?.kind === 'gave up') return { ...found, answers: withoutProof(found.answers), certificate: null }
    if (refusal !== null) throw new Error(`Z3 refuses the certificate of our proof: ${explainRefusal(system, certificate, refusal)}`)
    return { ...found, certificate }
  },
  synthesize: async ({ system, properties, question, solvers }, context) => {
    const [search, proof] = await Promise.all([context.solver(solvers.search), context.solver(solvers.proof)])
    const table = synthesizeSystem(system, properties, { search, proof, question, onProgress: seldom(context.report) })
    const refusal = checkSafeSettings(system, properties, table, await context.solver('z3'), question)
    if (refusal?.kind === 'gave up') return withoutSafeSettings(table)
    if (refusal !== null) throw new Error(`Z3 refuses the invariant of our proof: ${refusal.kind}`)
    return table
  },
  certify: async ({ system, certificate }, context) => {
    const refusal = checkCertificate(system, translate(system), certificate, await context.solver('z3'))
    return { refusal: refusal === null ? null : explainRefusal(system, certificate, refusal), gaveUp: refusal?.kind === 'gave up' }
  },
  symmetry: async ({ system }, context) => {
    const solver = await context.solver('cadical')
    const judged: Judged[] = []
    for (const proposal of proposeSorts(system)) {
      judged.push({ proposal, proof: proposal.kind === 'sort' ? proveSort(system, proposal.sort, solver) : null })
      context.report(judged)
    }
    return judged
  },
  pigeons: async ({ solver, holes }, context) => {
    const create = await context.solver(solver)
    for (let n = 1; n <= holes; n++) {
      const answer = placed(create(), n)
      if (answer !== 'unsat') return { answer }
      context.report({ holes: n })
    }
    return { answer: 'unsat' }
  },
}

/** Tables are large, and posting them takes time: twice a second is enough. */
const seldom = <T>(report: (progress: T) => void): ((progress: T) => void) => {
  let last = Number.NEGATIVE_INFINITY
  return (progress) => {
    const now = performance.now()
    if (now - last < 500) return
    last = now
    report(progress)
  }
}

const isProved = (answer: Answer | undefined): boolean => answer?.kind === 'never' && answer.because.kind === 'invariant'

/** Where Z3 could not judge it, a proof counts for nothing. */
const withoutProof = (answers: ReadonlyMap<string, Answer>): ReadonlyMap<string, Answer> =>
  new Map([...answers].map(([name, answer]) => [name, isProved(answer) ? { kind: 'open', depth: -1 } : answer]))

const placed = (solver: Solver, holes: number): 'sat' | 'unsat' | 'unknown' => {
  const pigeons = Array.from({ length: holes + 1 }, () => Array.from({ length: holes }, solver.variable))
  for (const row of pigeons) solver.clause(row)
  for (let hole = 0; hole < holes; hole++) {
    for (let a = 0; a <= holes; a++) {
      for (let b = 0; b < a; b++) solver.clause([-at(at(pigeons, a), hole), -at(at(pigeons, b), hole)])
    }
  }
  const answer = solver.solve([])
  solver.dispose()
  return answer
}
