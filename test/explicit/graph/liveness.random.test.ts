/** Temporal properties, stuck processes and extremes on random systems, against the definitions in `behaviours.ts`. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LivenessResult, searchLiveness } from '../../../src/explicit/graph/liveness.ts'
import type { Move, Schedule } from '../../../src/ir/schedule.ts'
import type { CompiledProperty, Query, System, TemporalProperty } from '../../../src/ir/system.ts'
import {
  type Behaviours,
  canReach,
  distance,
  type Explored,
  enabledIn,
  exploreSystem,
  offsetsOf,
  recurrent,
  recurrentByDefinition,
  stemLength,
} from '../behaviours.ts'
import { interpreter } from '../interpreter.ts'
import { blocked, branch, builder, choose, eq, fail, finish, goto, load, nowhere, store, temp, when } from '../ir.ts'
import { randomness, randomSystem } from '../random.ts'

const runs = Number(process.env.MMUCHECK_RUNS ?? 150)
const fairnesses = ['weak', 'strong', 'none'] as const

/** The predicates and measures of a system under test: where each query holds, what it measures. */
interface Judged {
  readonly holds: (query: Query, vector: readonly number[]) => boolean
  /** Null where the measure fails: then it has no value there. */
  readonly value: (query: Query, vector: readonly number[]) => number | null
}

const judged = (system: System): Judged => {
  const judge = (query: Query, kind: CompiledProperty['kind'], vector: readonly number[]) =>
    interpreter({ ...system, safety: [{ name: 'q', kind, max: 0, body: query.body, value: query.value, at: nowhere }] }).judge(vector, 0)
  return {
    holds: (query, vector) => judge(query, 'sometimes', vector).found,
    value: (query, vector) => judge(query, 'bound', vector).value,
  }
}

const follow = (system: System, from: readonly number[], moves: readonly Move[]): (readonly number[])[] => {
  const { successors } = interpreter(system)
  const states = [from]
  for (const { step, choice } of moves) {
    const way = successors(states[states.length - 1]).find((w) => w.step === step && w.choice === choice)
    if (way === undefined || way.to === null) throw new Error('a move cannot be made')
    states.push(way.to)
  }
  return states
}

const followSchedule = (system: System, { init, moves, fails }: Schedule): (readonly number[])[] => {
  expect(fails).toBe(false)
  const start = interpreter(system)
    .initialStates()
    .find((w) => w.choice === init)
  if (start === undefined || start.to === null) throw new Error('no such initial state')
  return follow(system, start.to, moves)
}

/**
 * Compares one result with the definitions. `recurs` finds the states in which a fair behaviour can be again and again.
 */
const compare = (
  system: System,
  { behaviours: g, vectors, numberOf }: Explored,
  result: LivenessResult,
  recurs: (g: Behaviours, avoided: ReadonlySet<number>) => Set<number>,
): void => {
  expect(result).toMatchObject({ complete: true, limit: null, states: g.count, transitions: g.edges.length })
  const { holds, value } = judged(system)
  const where = (query: Query): Set<number> => new Set([...vectors.keys()].filter((s) => holds(query, vectors[s])))
  for (const [i, { name, kind, trigger, goal }] of system.temporal.entries()) {
    const found = result.temporal[i]
    expect(found).toMatchObject({ name, kind })
    const met = where(goal)
    if (kind === 'alwaysPossible') {
      const length = distance(g, (s) => !canReach(g, s, (t) => met.has(t)))
      expect(found.verdict, name).toBe(length === null ? 'holds' : 'violated')
      expect(found.cycle).toBe(null)
      expect(found.stem?.moves.length ?? null, name).toBe(length)
      if (found.stem === null) continue
      const states = followSchedule(system, found.stem)
      expect(canReach(g, numberOf(states[states.length - 1]), (t) => met.has(t))).toBe(false)
      continue
    }
    const owed = trigger === null ? g.initial : where(trigger)
    const length = stemLength(g, owed, met, recurs(g, met))
    expect(found.verdict, name).toBe(length === null ? 'holds' : 'violated')
    expect(found.stem?.moves.length ?? null, name).toBe(length)
    if (found.stem === null || found.cycle === null) continue
    const stem = followSchedule(system, found.stem).map(numberOf)
    const cycle = follow(system, vectors[stem[stem.length - 1]], found.cycle).map(numberOf)
    expect(cycle[cycle.length - 1], 'the cycle comes back').toBe(cycle[0])
    const since = stem.findLastIndex((s, k) => owed.has(s) && (trigger !== null || k === 0) && stem.slice(k).every((t) => !met.has(t)))
    expect(since, 'it is owed').toBeGreaterThanOrEqual(0)
    expect(
      cycle.some((s) => met.has(s)),
      'it is never paid',
    ).toBe(false)
    if (found.cycle.length === 0) expect(g.edges.some((e) => e.from === cycle[0])).toBe(false)
    const taken = new Set(found.cycle.map((m) => system.steps[m.step].agent))
    expect(found.fairness.map((f) => f.agent)).toEqual(system.agents.map((a) => a.id))
    for (const { agent, why } of found.fairness) {
      const disabled = cycle.map((s) => found.cycle?.length === 0 || !enabledIn(g, s).has(agent))
      const { fairness } = system.agents[agent]
      if (why === 'taken') expect(taken.has(agent)).toBe(true)
      else if (why === 'not fair') expect(fairness).toBe('none')
      else expect(fairness === 'weak' ? disabled.includes(true) : fairness === 'strong' && !disabled.includes(false)).toBe(true)
    }
  }
  compareStuck(system, { behaviours: g, vectors, numberOf }, result)
  const offsets = offsetsOf(system)
  const isFinal = (v: readonly number[]): boolean => system.processes.every((p) => p.locations[v[offsets[p.pc]]].final)
  for (const [i, { kind, over, measure }] of system.extremes.entries()) {
    const values = new Map<number, number>()
    for (const [s, v] of vectors.entries()) {
      const measured = over === 'all' || isFinal(v) ? value(measure, v) : null
      if (measured !== null) values.set(s, measured)
    }
    const best = values.size === 0 ? null : Math[kind === 'maximum' ? 'max' : 'min'](...values.values())
    const found = result.extremes[i]
    expect(found.value).toBe(best)
    expect(found.schedule?.moves.length ?? null).toBe(best === null ? null : distance(g, (s) => values.get(s) === best))
    if (found.schedule === null) continue
    const states = followSchedule(system, found.schedule)
    expect(values.get(numberOf(states[states.length - 1]))).toBe(best)
  }
}

const compareStuck = (system: System, { behaviours: g, vectors, numberOf }: Explored, { stuck }: LivenessResult): void => {
  const offsets = offsetsOf(system)
  const isStuck = (p: System['processes'][number], s: number): boolean =>
    !p.locations[vectors[s][offsets[p.pc]]].final && enabledIn(g, s).size > 0 && !canReach(g, s, (t) => enabledIn(g, t).has(p.agent))
  const length = distance(g, (s) => system.processes.some((p) => isStuck(p, s)))
  expect(stuck?.verdict).toBe(length === null ? 'holds' : 'violated')
  expect(stuck?.schedule?.moves.length ?? null).toBe(length)
  if (stuck === null || stuck.schedule === null || stuck.process === null) return
  const states = followSchedule(system, stuck.schedule)
  expect(isStuck(system.processes[stuck.process], numberOf(states[states.length - 1]))).toBe(true)
}

/**
 * A graph drawn at random: a global says the state, every edge is a rule. `x` is turned about, so that numbers say
 * nothing about the order of discovery.
 */
const drawn = (seed: number): System => {
  const { below, chance, pick } = randomness(seed)
  const b = builder(`drawn ${seed}`)
  const count = 1 + below(8)
  const x = b.global('x', 0, count - 1)
  const bad = b.failure('assert', 'bad')
  const agents = 1 + below(4)
  for (let a = 0; a < agents; a++)
    for (let k = below(2 + count); k >= 0; k--) {
      const rest = chance(8)
        ? fail(bad)
        : chance(15)
          ? choose(0, 2, finish(store(x, [], pick([temp(0), load(x)]))))
          : finish(store(x, [], below(count)))
      b.rule(`a${a}`, `k${k}`, when(eq(load(x), below(count)), count === 1 ? finish() : rest))
    }
  if (chance(30))
    b.process('p', () => [
      when(eq(load(x), below(count)), goto(1)),
      branch(eq(load(x), below(count)), goto(chance(50) ? 0 : 2), blocked),
      null,
    ])
  const system = b.build()
  const among = (): Query => {
    const mask = below(2 ** count)
    return {
      body: [],
      value: { op: 'and', a: { op: 'shr', a: { op: 'const', value: mask }, b: load(x) }, b: { op: 'const', value: 1 } },
      at: nowhere,
    }
  }
  const few = (): Query => ({ body: [], value: eq(load(x), below(count)), at: nowhere })
  const temporal: TemporalProperty[] = [
    { name: 'eventually', kind: 'eventually', trigger: null, goal: few() },
    { name: 'eventually some', kind: 'eventually', trigger: null, goal: among() },
    { name: 'leadsTo', kind: 'leadsTo', trigger: few(), goal: few() },
    { name: 'leadsTo some', kind: 'leadsTo', trigger: among(), goal: among() },
    { name: 'alwaysPossible', kind: 'alwaysPossible', trigger: null, goal: few() },
  ]
  return {
    ...system,
    agents: system.agents.map((a) => ({ ...a, fairness: pick(fairnesses) })),
    init: chance(30) && count > 1 ? choose(0, 2, finish(store(x, [], temp(0)))) : finish(),
    temporal,
  }
}

/** A random system whose properties became the queries. */
const queried = (seed: number, size: number): System => {
  const { pick, chance } = randomness(seed)
  const system = randomSystem(seed, size)
  const query = (): Query => pick(system.safety)
  return {
    ...system,
    safety: [],
    agents: system.agents.map((a) => ({ ...a, fairness: pick(fairnesses) })),
    temporal: [
      { name: 'eventually', kind: 'eventually', trigger: null, goal: query() },
      { name: 'leadsTo', kind: 'leadsTo', trigger: query(), goal: query() },
      { name: 'alwaysPossible', kind: 'alwaysPossible', trigger: null, goal: query() },
    ],
    extremes: chance(50)
      ? [
          { name: 'maximum', kind: 'maximum', over: pick(['all', 'final']), measure: query() },
          { name: 'minimum', kind: 'minimum', over: pick(['all', 'final']), measure: query() },
        ]
      : [],
  }
}

describe('liveness', () => {
  it('is what the definitions say on random graphs, with every set of states tried', async () => {
    const verdicts = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const system = drawn(seed)
        const explored = exploreSystem(system, 12)
        if (explored === null) return
        const result = await searchLiveness(system, { stuck: true, limits: { bytes: 2 ** 30 } })
        compare(system, explored, result, recurrentByDefinition)
        for (const t of result.temporal) {
          const how = t.cycle === null ? '' : t.cycle.length === 0 ? ' at an end' : ' in a cycle'
          verdicts.set(`${t.kind} ${t.verdict}${how}`, (verdicts.get(`${t.kind} ${t.verdict}${how}`) ?? 0) + 1)
        }
        verdicts.set(`stuck ${result.stuck?.verdict}`, (verdicts.get(`stuck ${result.stuck?.verdict}`) ?? 0) + 1)
      }),
      { numRuns: runs },
    )
    for (const kind of ['eventually', 'leadsTo'])
      for (const verdict of ['holds', 'violated at an end', 'violated in a cycle'])
        expect(verdicts.get(`${kind} ${verdict}`) ?? 0, `${kind} ${verdict}`).toBeGreaterThan(runs / 50)
    for (const other of ['alwaysPossible holds', 'alwaysPossible violated', 'stuck holds', 'stuck violated'])
      expect(verdicts.get(other) ?? 0, other).toBeGreaterThan(runs / 50)
  }, 120_000)

  it('is the same by two definitions', () => {
    for (let seed = 0; seed < 60; seed++) {
      const explored = exploreSystem(drawn(seed), 9)
      if (explored === null) continue
      for (const avoided of [new Set<number>(), new Set([0]), new Set([1, 2])])
        expect(recurrent(explored.behaviours, avoided), `seed ${seed}`).toEqual(recurrentByDefinition(explored.behaviours, avoided))
    }
  })

  it('is what the definitions say on random systems', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 5 }), async (seed, size) => {
        const system = queried(seed, size)
        const explored = exploreSystem(system, 60)
        if (explored === null || explored.behaviours.edges.length > 3000) return
        compared++
        compare(system, explored, await searchLiveness(system, { stuck: true, limits: { bytes: 2 ** 30 } }), recurrent)
      }),
      // A maximum of -2^31 in a state that comes after others without a value.
      { numRuns: runs, examples: [[1356293943, 4]] },
    )
    expect(compared).toBeGreaterThan(runs / 10)
  }, 120_000)
})
