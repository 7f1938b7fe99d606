/** Traces made by hand, for the tests of everything that shows or stores one. */
import type { Plain, StateView, Trace, TraceAgent } from '../../src/trace/trace.ts'

const models = (line: number) => ({ file: 'models/lazy-mmu.ts', line, column: 7 })

export const onNone = (...names: readonly string[]): readonly TraceAgent[] => names.map((name) => ({ name, cpu: null }))

const view = (globals: Record<string, Plain>, ...processes: [string, string | null, Record<string, Plain>][]): StateView => ({
  globals,
  processes: processes.map(([agent, at, locals]) => ({ agent, at, locals })),
})

/** Two CPUs increment one page-table entry through their queues; the second reads it before the first has drained. */
export const lostUpdate = (): Trace => {
  const state = (
    owner: number | null,
    pte: number,
    q: readonly Plain[],
    written: number,
    a: [string | null, Record<string, Plain>],
    b: [string | null, Record<string, Plain>],
  ) =>
    view(
      { ptl: { owner }, pte: [pte, 0], deferred: [q, []], written: [written, 0] },
      ['cpu[0]', ...a],
      ['cpu[1]', ...b],
      ['cpu[2]', 'lock ptl', {}],
    )
  const update = { at: 0, value: 1 }
  return {
    model: 'lazy-mmu',
    modelFile: 'models/lazy-mmu.ts',
    modelHash: 'ab'.repeat(32),
    variant: null,
    settings: [],
    params: { cpus: 3, ptes: 2, depth: 2, flushBeforeRead: false, mode: 'direct' },
    agents: onNone('cpu[0]', 'cpu[1]', 'cpu[2]'),
    ghosts: ['written'],
    initial: state(null, 0, [], 0, ['lock ptl', {}], ['lock ptl', {}]),
    initialChoices: [],
    steps: [
      {
        agent: 'cpu[0]',
        label: 'lock ptl',
        choices: [],
        at: models(20),
        after: state(0, 0, [], 0, ['pick an entry', {}], ['lock ptl', {}]),
      },
      {
        agent: 'cpu[0]',
        label: 'pick an entry',
        choices: [0],
        at: models(21),
        after: state(0, 0, [], 0, ['read the entry', { at: 0 }], ['lock ptl', {}]),
      },
      {
        agent: 'cpu[0]',
        label: 'read the entry',
        choices: [],
        at: models(24),
        after: state(0, 0, [], 0, ['queue its new value', { at: 0, old: 0 }], ['lock ptl', {}]),
      },
      {
        agent: 'cpu[0]',
        label: 'queue its new value',
        choices: [],
        at: models(26),
        after: state(0, 0, [update], 1, ['unlock ptl', {}], ['lock ptl', {}]),
      },
      {
        agent: 'cpu[0]',
        label: 'unlock ptl',
        choices: [],
        at: models(28),
        after: state(null, 0, [update], 1, ['drain', {}], ['lock ptl', {}]),
      },
      {
        agent: 'cpu[1]',
        label: 'lock ptl',
        choices: [],
        at: models(20),
        after: state(1, 0, [update], 1, ['drain', {}], ['pick an entry', {}]),
      },
      {
        agent: 'cpu[1]',
        label: 'pick an entry',
        choices: [0],
        at: models(21),
        after: state(1, 0, [update], 1, ['drain', {}], ['read the entry', { at: 0 }]),
      },
      {
        agent: 'cpu[1]',
        label: 'read the entry',
        choices: [],
        at: models(24),
        after: state(1, 0, [update], 1, ['drain', {}], ['unlock ptl', { at: 0, old: 0 }]),
      },
      { agent: 'cpu[1]', label: 'unlock ptl', choices: [], at: models(28), after: state(null, 0, [update], 1, ['drain', {}], [null, {}]) },
    ],
    outcome: {
      property: 'noLostUpdate',
      kind: 'always',
      source: 'always((s) => s.ptl.owner !== null || s.pte.every((value, i) => value === s.written[i]))',
      at: { file: 'properties/lazy-mmu.ts', line: 5, column: 17 },
      message: 'noLostUpdate does not hold',
      reads: [
        ['s.ptl.owner', null],
        ['s.pte[0]', 0],
        ['s.written[0]', 1],
      ],
    },
  }
}

/** Two CPUs take two locks in opposite order. */
export const abba = (): Trace => {
  const state = (a: number | null, b: number | null, p: string, q: string) =>
    view({ a: { owner: a }, b: { owner: b } }, ['cpu[0]', p, {}], ['cpu[1]', q, {}])
  return {
    model: 'abba',
    modelFile: 'models/abba.ts',
    modelHash: 'cd'.repeat(32),
    variant: 'opposite',
    settings: [],
    params: {},
    agents: onNone('cpu[0]', 'cpu[1]'),
    ghosts: [],
    initial: state(null, null, 'lock a', 'lock b'),
    initialChoices: [2, 'slow'],
    steps: [
      {
        agent: 'cpu[0]',
        label: 'lock a',
        choices: [],
        at: { file: 'models/abba.ts', line: 8, column: 7 },
        after: state(0, null, 'lock b', 'lock b'),
      },
      {
        agent: 'cpu[1]',
        label: 'lock b',
        choices: [],
        at: { file: 'models/abba.ts', line: 14, column: 7 },
        after: state(0, 1, 'lock b', 'lock a'),
      },
    ],
    outcome: { property: 'deadlock', kind: 'deadlock', source: '', at: null, message: 'deadlock: no step is enabled', reads: [] },
  }
}

/** A store outside its range in the second step. */
export const outOfRange = (): Trace => ({
  model: 'counter',
  modelFile: 'counter.ts',
  modelHash: '01'.repeat(32),
  variant: null,
  settings: [],
  params: { limit: 1 },
  agents: onNone('tick'),
  ghosts: [],
  initial: view({ n: 0 }),
  initialChoices: [],
  steps: [
    { agent: 'tick', label: 'tick', choices: [], at: { file: 'counter.ts', line: 7, column: 5 }, after: view({ n: 1 }) },
    { agent: 'tick', label: 'tick', choices: [], at: { file: 'counter.ts', line: 7, column: 5 }, after: null },
  ],
  outcome: {
    property: 'range',
    kind: 'range',
    source: 's.n = s.n + 1',
    at: { file: 'counter.ts', line: 7, column: 12 },
    message: 'n = 2 is outside range(0, 1)',
    reads: [],
  },
})

/** A CPU with hardware beside it, one with a store buffer, and a thread and a walker on a third. */
export const shared = (): Trace => {
  const state = (pte: number, tlb: boolean): StateView =>
    view({ pte: [pte, 0], tlb: [tlb, false] }, ...agents.map(({ name }) => [name, 'go', {}] as [string, string, Record<string, Plain>]))
  const agents: readonly TraceAgent[] = [
    { name: 'munmap', cpu: 2 },
    { name: 'device', cpu: null },
    { name: 'cpu[0]', cpu: 0 },
    { name: 'cpu[1]', cpu: 1 },
    { name: 'cpu[3]', cpu: 3 },
    { name: 'walker[0]', cpu: 0 },
    { name: 'walker[2]', cpu: 2 },
    { name: 'reclaim', cpu: 4 },
    { name: 'storeBuffer[1]', cpu: 1 },
    { name: 'storeBuffer[4]', cpu: 4 },
    { name: 'storeBuffer[0]', cpu: 0 },
  ]
  const take = (agent: string, label: string, pte: number, tlb: boolean) => ({
    agent,
    label,
    choices: [],
    at: models(20),
    after: state(pte, tlb),
  })
  return {
    ...lostUpdate(),
    agents,
    ghosts: [],
    initial: state(0, false),
    steps: [
      take('cpu[0]', 'WRITE_ONCE(*ptep, 1)', 1, false),
      take('walker[0]', 'walk', 1, true),
      take('cpu[1]', 'WRITE_ONCE(*ptep, 2)', 1, true),
      take('storeBuffer[1]', 'store reaches memory: pte[0]', 2, true),
      take('munmap', 'ptep_get_and_clear()', 0, true),
      take('walker[2]', 'TLB hit', 0, true),
      take('walker[2]', 'access', 0, true),
      take('munmap', 'flush_tlb_page()', 0, false),
      take('reclaim', 'free the frame', 0, false),
      take('device', 'DMA', 3, false),
    ],
  }
}

/** Many agents, each with a long label: too many for columns. */
export const crowd = (count: number): Trace => {
  const base = lostUpdate()
  const agents = Array.from({ length: count }, (_, i) => `cpu[${i}]`)
  return {
    ...base,
    agents: onNone(...agents),
    steps: agents.map((agent, i) => ({
      agent,
      label: 'invalidate the remote translations and wait for every acknowledgement',
      choices: [i],
      at: models(40 + i),
      after: view({ ...base.initial.globals, pte: [i + 1, 0] }),
    })),
  }
}

/**
 * Two CPUs retry a compare-and-swap: one fails for ever, because the other changes the entry under it again and again.
 */
export const livelock = (): Trace => {
  const state = (pte: number, a: string, b: string, old: Record<string, Plain> = {}) => view({ pte }, ['cpu[0]', a, old], ['cpu[1]', b, {}])
  const at = (line: number) => ({ file: 'models/retry.ts', line, column: 7 })
  const step = (agent: string, label: string, line: number, after: StateView) => ({ agent, label, choices: [], at: at(line), after })
  return {
    model: 'retry',
    modelFile: 'models/retry.ts',
    modelHash: 'ef'.repeat(32),
    variant: null,
    settings: [],
    params: { cpus: 2 },
    agents: onNone('cpu[0]', 'cpu[1]', 'walker'),
    ghosts: [],
    initial: state(0, 'start', 'toggle'),
    initialChoices: [],
    steps: [
      step('cpu[0]', 'start', 4, state(0, 'read', 'toggle')),
      step('cpu[0]', 'read', 6, state(0, 'cmpxchg', 'toggle', { old: 0 })),
      step('cpu[1]', 'toggle', 12, state(1, 'cmpxchg', 'toggle', { old: 0 })),
      step('cpu[0]', 'cmpxchg', 8, state(1, 'read', 'toggle')),
      step('cpu[1]', 'toggle', 12, state(0, 'read', 'toggle')),
    ],
    loop: {
      start: 1,
      fairness: [
        { agent: 'cpu[0]', fairness: 'weak', reason: { kind: 'taken', steps: [2, 4] } },
        { agent: 'cpu[1]', fairness: 'strong', reason: { kind: 'taken', steps: [3, 5] } },
        { agent: 'walker', fairness: 'weak', reason: { kind: 'disabled', states: [1, 2] } },
      ],
    },
    outcome: {
      property: 'updates',
      kind: 'eventually',
      source: '(s) => s.done',
      at: { file: 'properties/retry.ts', line: 5, column: 23 },
      message: 'updates: what must come at last never does',
      reads: [['s.done', false]],
    },
  }
}

/** Everything stops after the first step of `livelock`. */
export const standstill = (): Trace => {
  const { loop: _, ...trace } = livelock()
  return {
    ...trace,
    steps: trace.steps.slice(0, 2),
    loop: { start: 2, fairness: [{ agent: 'cpu[0]', fairness: 'weak', reason: { kind: 'disabled', states: [2] } }] },
  }
}
