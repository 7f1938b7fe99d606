/** Reports made by hand. */
import { type Evidence, evidenceWords } from '../../src/check/report/evidence.ts'
import type { PropertyReport, Report, ReportLimit } from '../../src/check/report/report.ts'
import { lostUpdate } from '../trace/sample.ts'

type Given = Pick<PropertyReport, 'name' | 'kind' | 'verdict'> & {
  readonly [K in 'length' | 'loop' | 'extreme' | 'allowed' | 'trace' | 'switches']?: Exclude<PropertyReport[K], undefined>
}

export const report = (given: readonly Given[], limit: ReportLimit | null = null): Report => {
  const explored = { complete: limit === null, states: 12_345, depth: 37 }
  const base = { idle: [], vacuous: false, length: null, loop: null, extreme: null, allowed: null, trace: null, switches: null } as const
  return {
    model: 'lazy-mmu',
    home: 'lazy-mmu',
    modelFile: 'models/lazy-mmu.ts',
    title: 'Page-table updates deferred until lazy MMU mode is left',
    source: 'Zachary Amsden, "lazy-mmu-batching", 28 Jul 2006',
    variant: null,
    params: { cpus: 3, ptes: 2, depth: 2, flushBeforeRead: false, mode: 'direct' },
    settings: { cpus: 3 },
    engine: 'explicit',
    ...explored,
    limit,
    transitions: 23_456,
    seconds: 0.0123,
    bytes: 131_072,
    bytesPerState: 10.6,
    workers: 1,
    notChecked: [],
    symmetry: null,
    liveness: null,
    solved: null,
    oracle: {
      kind: 'run again',
      states: 412,
      all: false,
      walks: 35,
      steps: { covered: 12, of: 12 },
      branches: { covered: 40, of: 41 },
      soFar: false,
      failures: { covered: 1, of: 1 },
      conditions: { covered: 20, of: 20 },
      lookedAt: { states: 10_245, all: true },
      seconds: 0.1,
    },
    neverFired: [],
    neverTaken: [],
    memory: null,
    unchanging: [],
    unreadGhosts: [],
    properties: given.map((property) => {
      const full = { ...base, ...property }
      const evidence: readonly Evidence[] = [{ by: 'search', modulo: 1, ...explored, limit }]
      return { ...full, evidence, established: evidenceWords(full, evidence) }
    }),
  }
}

export const violated = (): Report => ({
  ...report([
    { name: 'noLostUpdate', kind: 'always', verdict: 'violated', length: 9, trace: lostUpdate(), switches: 'fewest' },
    { name: 'queueFills', kind: 'sometimes', verdict: 'holds', length: 4 },
    { name: 'neverFull', kind: 'sometimes', verdict: 'violated' },
    { name: 'attempts', kind: 'bound', verdict: 'holds', extreme: 3, allowed: 3 },
    { name: 'deadlock', kind: 'deadlock', verdict: 'holds' },
    { name: 'assert', kind: 'assert', verdict: 'holds' },
    { name: 'range', kind: 'range', verdict: 'holds' },
  ]),
  neverFired: [
    { agents: 'cpu', text: 'drain before the read', file: 'models/lazy-mmu.ts', line: 33, from: { file: 'models/lazy-mmu.ts', line: 20 } },
  ],
  neverTaken: [{ agents: null, text: 'else', file: 'models/lazy-mmu.ts', line: 41, from: null }],
  unchanging: [],
})

export const holding = (): Report => report([{ name: 'noLostUpdate', kind: 'always', verdict: 'holds' }])

export const cutShort = (): Report =>
  report(
    [
      { name: 'noLostUpdate', kind: 'always', verdict: 'incomplete' },
      { name: 'attempts', kind: 'bound', verdict: 'incomplete', extreme: 2 },
      { name: 'queueFills', kind: 'sometimes', verdict: 'holds', length: 4 },
    ],
    { kind: 'states', states: 12_345 },
  )
