/** A small model, and its system written by hand: what the compiler would make of it, without the code of its steps. */
import { fileURLToPath } from 'node:url'
import { array, assert, choose, each, index, model, oneOf, optional, range, record, type Steps, size, until, when } from 'mmucheck'
import type { Block, Location, Step, System, Variable } from '../../src/ir/system.ts'
import { sourceOf } from '../../src/load/source.ts'

export const file = fileURLToPath(import.meta.url)

interface Lock {
  owner: number | null
}

function* take(lock: Lock, cpu: number): Steps {
  yield until('take', () => lock.owner === null)
  lock.owner = cpu
}

export const counter = model({
  name: 'counter',
  params: { most: size(3) },
  state: (p) => ({
    lock: record({ owner: optional(index(2)) }),
    pte: array(2, range(0, p.most)),
    mood: oneOf('calm', 'busy'),
  }),
  init: function* (s) {
    s.pte[1] = yield* choose(2)
  },
  processes: (_p) => ({
    cpu: each(2, function* (s, cpu) {
      yield* take(s.lock, cpu)
      for (const entry of [1, 0]) {
        yield `read ${entry}`
        const old = s.pte[entry]
        const how = yield* choose(['keep', 'add'] as const)
        yield 'write'
        if (how === 'add') s.pte[entry] = old + 1
      }
      yield 'release'
      assert(s.lock.owner === cpu)
      s.lock.owner = null
    }),
  }),
  rules: () => ({
    timer: {
      calm: (s) => {
        when(s.mood === 'busy')
        s.mood = 'calm'
      },
      busy: (s) => {
        when(s.mood === 'calm')
        s.mood = 'busy'
      },
    },
  }),
})

const { text } = sourceOf(file)
const offset = (source: string, from = 'function* take'): number => text.indexOf(source, text.indexOf(from))
const at = (source: string): { file: number; start: number; end: number } => ({
  file: 0,
  start: offset(source),
  end: offset(source) + source.length,
})

const empty: Block = { body: [], end: { op: 'finish' } }
const sites = { take: "yield until('take'", read: 'yield `read', write: "yield 'write'", release: "yield 'release'" } as const
const helper = `${file}:${offset('yield* take')}/${file}:${offset(sites.take)}`

/** Variables 0..3 are those of the state, 4 to 7 those of cpu[0], 8 to 11 those of cpu[1]. */
const variables: Variable[] = [
  { name: 'lock.owner?', lo: 0, hi: 1, dims: [], role: { kind: 'global' } } as const,
  { name: 'lock.owner', lo: 0, hi: 1, dims: [], role: { kind: 'global' } } as const,
  { name: 'pte', lo: 0, hi: 3, dims: [2], role: { kind: 'global' } } as const,
  { name: 'mood', lo: 0, hi: 1, dims: [], role: { kind: 'global' } } as const,
  ...[0, 1].flatMap((process): Omit<Variable, 'id'>[] => [
    { name: `cpu[${process}]`, lo: 0, hi: 6, dims: [], role: { kind: 'location', process } },
    { name: `cpu[${process}].cpu`, lo: 0, hi: 1, dims: [], role: { kind: 'local', process } },
    { name: `cpu[${process}].old`, lo: 0, hi: 3, dims: [], role: { kind: 'local', process } },
    { name: `cpu[${process}].how`, lo: 0, hi: 1, dims: [], role: { kind: 'local', process }, values: ['keep', 'add'] },
  ]),
].map((variable, id) => ({ ...variable, id }))

const locations = (process: number): Location[] => {
  const first = 5 + process * 4
  const cpu = { variable: first, frame: 0, name: 'cpu', suffix: '' }
  const both = [cpu, { variable: first + 1, frame: 0, name: 'old', suffix: '' }, { variable: first + 2, frame: 0, name: 'how', suffix: '' }]
  const here = (source: string, round: string): string => `${file}:${offset(source)}${round}`
  const all = [
    { key: helper, label: 'take', at: at(sites.take), live: [{ variable: first, frame: 1, name: 'cpu', suffix: '' }] },
    { key: here(sites.read, '#0'), label: 'read …', at: at(sites.read), live: [cpu] },
    { key: here(sites.write, '#0'), label: 'write', at: at(sites.write), live: both },
    { key: here(sites.read, '#1'), label: 'read …', at: at(sites.read), live: [cpu] },
    { key: here(sites.write, '#1'), label: 'write', at: at(sites.write), live: both },
    { key: here(sites.release, ''), label: 'release', at: at(sites.release), live: [cpu] },
    { key: 'end', label: 'end', at: at(sites.release), live: [] },
  ]
  return all.map((location, id): Location => ({ ...location, id, final: id === 6 }))
}

const steps: Step[] = [
  ...[0, 1].flatMap((agent) =>
    locations(agent)
      .slice(0, 6)
      .map(({ id, label, at: span }) => ({ agent, location: id, label, at: span })),
  ),
  { agent: 2, location: null, label: 'calm', at: at('calm: (s)') },
  { agent: 2, location: null, label: 'busy', at: at('busy: (s)') },
].map((step, id) => ({ ...step, id, body: empty }))

export const system: System = {
  model: 'counter',
  files: [{ name: 'test/replay/fixture.ts', text }],
  variables,
  agents: [
    { id: 0, name: 'cpu[0]', kind: 'process', group: 'cpu', instance: 0, fairness: 'weak', cpu: null },
    { id: 1, name: 'cpu[1]', kind: 'process', group: 'cpu', instance: 1, fairness: 'weak', cpu: null },
    { id: 2, name: 'timer', kind: 'rule', group: 'timer', instance: null, fairness: 'none', cpu: null },
  ],
  processes: [0, 1].map((id) => ({ id, agent: id, pc: 4 + id * 4, locations: locations(id) })),
  steps,
  init: empty,
  initial: variables.map(({ lo }) => lo),
  safety: [],
  temporal: [],
  memory: null,
  extremes: [],
  crossable: [],
  failures: [],
  branches: [],
  deadlock: 'violation',
  radix: 2,
  temps: 0,
}

/** The step of `System.steps` of an agent by its label and, for processes, its location. */
export const stepOf = (agent: number, label: string, location: number | null = null): number =>
  system.steps.findIndex((step) => step.agent === agent && step.label === label && (location === null || step.location === location))
