/** The same proofs with either solver behind IC3. In both cases it is Z3 that judges the invariant. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Subject, subjectText } from './solving.js'
import { formatTable } from './table.js'

/**
 * What is used of the built program: `prepare` of `mmucheck/check`, and the thread of the solvers, which is no part of
 * the public interface.
 */
interface Built {
  readonly prepare: (target: string, options: object) => Promise<{ readonly system: object; readonly params: object }>
  readonly startSession: (options: object) => {
    readonly run: (task: 'settle', input: object, options: { readonly seconds: number }) => Promise<Ended>
    readonly close: () => Promise<void>
  }
}

type Ended =
  | { readonly kind: 'result'; readonly result: { readonly answers: ReadonlyMap<string, { readonly kind: string }> } }
  | { readonly kind: 'time' | 'memory' | 'interrupted' }

export type ProofSolver = 'cadical' | 'z3'

export const proofSolvers: readonly ProofSolver[] = ['cadical', 'z3']

/** Ones whose properties hold. */
export const solvedByBoth: readonly Subject[] = [
  { model: 'two-phase-commit', params: { rms: 4 }, properties: ['consistent'] },
  { model: 'tlb-shootdown', params: { cpus: 2, pages: 2 }, properties: ['noWriteAfterMprotect'] },
  { model: 'lazy-mmu', variant: 'flush-before-read', params: { cpus: 2, ptes: 2 }, properties: ['noLostUpdate', 'noUseAfterFree'] },
  { model: 'mach-shootdown', params: { cpus: 2 }, properties: ['activeMeansCurrent'] },
]

export interface ProofSolverMeasurement {
  readonly subject: Subject
  /** In the order of `proofSolvers`; null where it took longer than it may. */
  readonly seconds: readonly (number | null)[]
}

/** Times proofs, of solvers that are loaded. @throws Error where a property does not hold. */
export const measureProofSolvers = async (root: string, subject: Subject, seconds: number): Promise<ProofSolverMeasurement> => {
  const { prepare, startSession } = await built(root)
  const { model, variant = null, params, properties = null } = subject
  const settings = Object.entries(params)
  const prepared = await prepare(join(root, 'models', `${model}.ts`), { variant, settings, properties })
  const times: (number | null)[] = []
  for (const proof of proofSolvers) {
    const session = startSession({ solvers: ['z3', 'cadical'] })
    try {
      // Loads what is loaded only when first used.
      await session.run('settle', { ...inputOf(prepared, proof), goal: 'bounded', limits: { depth: 0 } }, { seconds })
      const start = process.hrtime.bigint()
      const ended = await session.run('settle', { ...inputOf(prepared, proof), goal: 'proof', limits: {} }, { seconds })
      const took = Number(process.hrtime.bigint() - start) / 1e9
      if (ended.kind === 'result') {
        for (const [name, { kind }] of ended.result.answers)
          if (kind !== 'never') throw new Error(`${subjectText(subject)}: ${name} is ${kind} with ${proof}`)
      }
      times.push(ended.kind === 'result' ? took : null)
    } finally {
      await session.close()
    }
  }
  return { subject, seconds: times }
}

const inputOf = ({ system, params }: { readonly system: object; readonly params: object }, proof: ProofSolver) => ({
  system,
  solvers: { search: 'z3', proof },
  subject: { engine: 'bench', variant: null, params },
  invariant: 'as found',
  expected: null,
})

const built = async (root: string): Promise<Built> => {
  const load = (file: string): Promise<Built> => import(pathToFileURL(join(root, 'dist', file)).href)
  return { prepare: (await load('check.js')).prepare, startSession: (await load('session/client.js')).startSession }
}

export const proofSolverTable = (measurements: readonly ProofSolverMeasurement[], seconds: number): string =>
  `The solver behind IC3, at most ${seconds} s each (Z3 judges the invariant of either)\n${formatTable(
    ['model', ...proofSolvers.map((name) => `${name} s`)],
    measurements.map((one) => [subjectText(one.subject), ...one.seconds.map((took) => (took === null ? `> ${seconds}` : took.toFixed(1)))]),
  )}`
