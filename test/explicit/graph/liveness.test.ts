/** Liveness on small graphs whose answers are known, limits, and the yardstick's verdicts. */
import { describe, expect, it } from 'vitest'
import { type LivenessResult, searchLiveness } from '../../../src/explicit/graph/liveness.ts'
import { buildGraph } from '../../../src/explicit/graph/state-graph.ts'
import { startPace } from '../../../src/explicit/program/pace.ts'
import { type SearchOptions, search } from '../../../src/explicit/search/search.ts'
import type { Agent, Expr, Extreme, Query, System, TemporalProperty } from '../../../src/ir/system.ts'
import { add, and, builder, check, choose, eq, fail, finish, goto, load, lt, not, nowhere, rem, store, sub, temp, when } from '../ir.ts'
import { mach } from '../mach.ts'

const query = (value: Expr): Query => ({ body: [], value, at: nowhere })
const eventually = (goal: Expr): TemporalProperty => ({ name: 'eventually', kind: 'eventually', trigger: null, goal: query(goal) })
const leadsTo = (trigger: Expr, goal: Expr): TemporalProperty => ({
  name: 'leadsTo',
  kind: 'leadsTo',
  trigger: query(trigger),
  goal: query(goal),
})
const alwaysPossible = (goal: Expr): TemporalProperty => ({
  name: 'alwaysPossible',
  kind: 'alwaysPossible',
  trigger: null,
  goal: query(goal),
})

/**
 * A graph over the values of variable 0. Agents are the first letters of the edges: 'a01' leads from 0 to 1, 'a0!'
 * fails in 0.
 */
const graph = (edges: string, fairness: Readonly<Record<string, Agent['fairness']>> = {}, over: Partial<System> = {}): System => {
  const b = builder(edges)
  const x = b.global('x', 0, 9)
  const bad = b.failure('assert', 'bad')
  for (const edge of edges.split(' ').toSorted())
    b.rule(edge[0], edge, when(eq(load(x), Number(edge[1])), edge[2] === '!' ? fail(bad) : finish(store(x, [], Number(edge[2])))))
  const system = b.build(over)
  return { ...system, agents: system.agents.map((a) => ({ ...a, fairness: fairness[a.name] ?? 'none' })) }
}
const at = (n: number): Expr => eq(load(0), n)

const run = (system: System, options: SearchOptions = {}): Promise<LivenessResult> =>
  searchLiveness(system, { limits: { bytes: 2 ** 30 }, ...options })

/** The lengths of stem and cycle, or the verdict where there is none, and why the cycle is fair. */
const verdict = async (system: System, ...temporal: TemporalProperty[]): Promise<unknown[]> => {
  const result = await run({ ...system, temporal })
  return result.temporal.map((t) =>
    t.stem === null
      ? t.verdict
      : {
          stem: t.stem.moves.map((m) => system.steps[m.step].label).join(' '),
          cycle: t.cycle?.map((m) => system.steps[m.step].label).join(' ') ?? null,
          why: t.fairness.map((f) => `${system.agents[f.agent].name} ${f.why}`).join(', '),
        },
  )
}

describe('eventually', () => {
  it('holds where the initial states have the goal, and only then for all of them', async () => {
    expect(await verdict(graph('a01 a10'), eventually(at(0)))).toEqual(['holds'])
    const two = choose(0, 2, finish(store(0, [], temp(0))))
    expect(await verdict(graph('a02 a22 a13 a33', {}, { init: two }), eventually(lt(load(0), 2)))).toEqual(['holds'])
    expect(await verdict(graph('a02 a22 a13 a33', {}, { init: two }), eventually(at(0)))).toEqual([
      { stem: 'a13', cycle: 'a33', why: 'a taken' },
    ])
  })

  it('is violated by a behaviour that stops short of the goal', async () => {
    expect(await verdict(graph('a01 a12', { a: 'weak' }), eventually(at(3)))).toEqual([{ stem: 'a01 a12', cycle: '', why: 'a disabled' }])
    expect(await verdict(graph('a01 a12', { a: 'weak' }), eventually(at(2)))).toEqual(['holds'])
  })

  it('takes a state with failing ways only for an end', async () => {
    expect(await verdict(graph('a01 b1!', { b: 'weak' }), eventually(at(2)))).toEqual([
      { stem: 'a01', cycle: '', why: 'a not fair, b disabled' },
    ])
  })

  it('asks weak fairness to leave a state in which the step is always enabled', async () => {
    expect(await verdict(graph('a00 b01'), eventually(at(1)))).toEqual([{ stem: '', cycle: 'a00', why: 'a taken, b not fair' }])
    expect(await verdict(graph('a00 b01', { b: 'weak' }), eventually(at(1)))).toEqual(['holds'])
  })

  it('needs strong fairness where the step is disabled now and then: a lasso through the initial state', async () => {
    const system = (b: Agent['fairness']): System => graph('a01 a10 b12', { b })
    expect(await verdict(system('weak'), eventually(at(2)))).toEqual([{ stem: '', cycle: 'a01 a10', why: 'a taken, b disabled' }])
    expect(await verdict(system('strong'), eventually(at(2)))).toEqual(['holds'])
  })

  it('finds the cycle that avoids the states where a strongly fair step is enabled', async () => {
    // 0-1 and 0-2 are cycles of one component; only in 2 can b step.
    expect(await verdict(graph('a01 a10 a02 a20 b23', { b: 'strong' }), eventually(at(3)))).toEqual([
      { stem: '', cycle: 'a01 a10', why: 'a taken, b disabled' },
    ])
    // c is enabled in 0 and 1, and taken in 2 only: what avoids 2 is unfair to c, what does not to b.
    expect(await verdict(graph('a01 a10 a02 b23 c20 c04 c14', { b: 'strong', c: 'weak' }), eventually(lt(2, load(0))))).toEqual(['holds'])
    // Two strongly fair agents, each of which takes states away: what is left is 0-1.
    expect(await verdict(graph('a01 a10 a02 a20 a23 a32 b25 c35', { b: 'strong', c: 'strong' }), eventually(at(5)))).toEqual([
      { stem: '', cycle: 'a01 a10', why: 'a taken, b disabled, c disabled' },
    ])
  })

  it('goes round through what fairness demands', async () => {
    const system = graph('a01 a12 a20 a11 b13', { b: 'weak' })
    // a11 alone is unfair to b, which is enabled in 1 and nowhere else.
    expect(await verdict(system, eventually(at(3)))).toEqual([{ stem: '', cycle: 'a01 a12 a20', why: 'a taken, b disabled' }])
    const both = graph('a00 b01 b10 c02 c20', { b: 'weak', c: 'weak' })
    expect(await verdict(both, eventually(at(3)))).toMatchObject([{ stem: '', cycle: 'b01 b10', why: 'a not fair, b taken, c disabled' }])
    const strong = graph('a00 b01 b10 c02 c20', { a: 'none', b: 'strong', c: 'strong' })
    const [found] = await verdict(strong, eventually(at(3)))
    expect(found).toMatchObject({ why: 'a not fair, b taken, c taken' })
  })

  it('counts a step that would fail as enabled, and never as taken', async () => {
    expect(await verdict(graph('a00 b0!', { b: 'weak' }), eventually(at(1)))).toEqual(['holds'])
    expect(await verdict(graph('a00 b0!'), eventually(at(1)))).toMatchObject([{ cycle: 'a00' }])
  })

  it('has room for more agents with demands than there are bits in a word', async () => {
    const names = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
    const fairness = Object.fromEntries([...names].map((n) => [n, n < 'a' ? 'strong' : 'weak'] as const))
    const looped = graph([...names].map((n) => `${n}00`).join(' '), fairness)
    const [found] = (await run({ ...looped, temporal: [eventually(at(1))] })).temporal
    expect(found.cycle?.length).toBe(52)
    expect(new Set(found.cycle?.map((m) => m.step)).size).toBe(52)
    for (const out of ['Z', 'a', 'f', 'g', 'z'])
      expect(
        await verdict(graph([...names].map((n) => (n === out ? `${n}01` : `${n}00`)).join(' '), fairness), eventually(at(1))),
        out,
      ).toEqual(['holds'])
  })
})

describe('leadsTo', () => {
  it('is owed from where the trigger holds and the goal does not', async () => {
    const system = graph('a01 a12 a20 a13 a33', { a: 'weak' })
    expect(
      await verdict(system, leadsTo(at(1), at(2)), leadsTo(at(2), at(1)), leadsTo(at(4), at(0)), leadsTo(at(0), lt(load(0), 2))),
    ).toEqual([{ stem: 'a01 a13', cycle: 'a33', why: 'a taken' }, 'holds', 'holds', 'holds'])
  })

  it('does not mind a goal before the trigger, and looks for the trigger after it', async () => {
    // The goal 1 is passed on the way to the trigger 2.
    expect(await verdict(graph('a01 a12 a23 a32'), leadsTo(at(2), at(1)))).toEqual([{ stem: 'a01 a12', cycle: 'a23 a32', why: 'a taken' }])
    // The cycle has no trigger in it: the stem does.
    expect(await verdict(graph('a01 a12 a22 a02'), leadsTo(at(1), at(3)))).toEqual([{ stem: 'a01 a12', cycle: 'a22', why: 'a taken' }])
  })
})

describe('alwaysPossible', () => {
  it('looks for a path from every reachable state, whatever is fair', async () => {
    const system = graph('a01 a10 a12 a23 b30')
    expect(await verdict(system, alwaysPossible(at(2)), alwaysPossible(at(0)))).toEqual(['holds', 'holds'])
    expect(await verdict(graph('a01 a10 a12 a23 b3!'), alwaysPossible(at(0)), alwaysPossible(at(3)), alwaysPossible(at(7)))).toEqual([
      { stem: 'a01 a12', cycle: null, why: '' },
      'holds',
      { stem: '', cycle: null, why: '' },
    ])
  })
})

describe('alwaysPossible in graphs whose edges all lead to states found before', () => {
  // Pins the backward search: passes from the last state to the first settle one state each here.
  const backwards = (broken: number): System => {
    const b = builder('backwards')
    const x = b.global('x', 0, 199)
    b.rule('r', 'down', when(and(lt(0, load(x)), not(eq(load(x), broken))), finish(store(x, [], sub(load(x), 1)))))
    return {
      ...b.build({ radix: 200 }),
      init: choose(0, 200, finish(store(x, [], temp(0)))),
      temporal: [alwaysPossible(eq(load(x), 0)), alwaysPossible(eq(load(x), 3))],
    }
  }

  it('finds the way all the way down', async () => {
    expect((await run(backwards(-1))).temporal).toMatchObject([{ verdict: 'holds' }, { verdict: 'violated', stem: { init: 0, moves: [] } }])
    expect((await run(backwards(150))).temporal).toMatchObject([
      { verdict: 'violated', stem: { init: 150, moves: [] } },
      { verdict: 'violated', stem: { init: 0, moves: [] } },
    ])
  })
})

describe('stuck', () => {
  /** A rule that never stops, and a process that waits for what nobody does once `x` is 1. */
  const waiting = (free: boolean): System => {
    const b = builder('waiting')
    const x = b.global('x', 0, 1)
    const y = b.global('y', 0, 1)
    b.process('waits', () => [when(not(load(x)), goto(1)), goto(2), null])
    b.process('other', () => [goto(1, [], [store(x, [], 1)]), free ? goto(2, [], [store(x, [], 0)]) : goto(2), null])
    b.rule('hardware', 'toggle', finish(store(y, [], sub(1, load(y)))))
    return b.build()
  }

  it('finds a process that can never step again while rules go on', async () => {
    const system = waiting(false)
    const { stuck } = await run(system, { stuck: true })
    expect(stuck).toMatchObject({ verdict: 'violated', process: 0 })
    expect(stuck?.schedule?.moves.map((m) => system.agents[system.steps[m.step].agent].name)).toEqual(['other'])
    expect((await search(system)).properties.find((p) => p.name === 'deadlock')?.verdict).toBe('holds')
  })

  it('does not take waiting for somebody, or having returned, for being stuck', async () => {
    expect((await run(waiting(true), { stuck: true })).stuck).toEqual({ verdict: 'holds', process: null, schedule: null })
    expect((await run(waiting(false))).stuck).toBe(null)
  })

  it('leaves to deadlock what is one, and takes a failing step for a step', async () => {
    const b = builder('deadlock')
    const x = b.global('x', 0, 1)
    b.process('p', () => [when(load(x), goto(1)), null])
    expect((await run(b.build(), { stuck: true })).stuck?.verdict).toBe('holds')
    const c = builder('failing')
    const y = c.global('y', 0, 1)
    const bad = c.failure('assert', 'bad')
    c.process('p', () => [fail(bad), null])
    c.rule('r', 'toggle', finish(store(y, [], sub(1, load(y)))))
    expect((await run(c.build(), { stuck: true })).stuck?.verdict).toBe('holds')
  })

  it('tells more processes apart than there are bits in a byte', async () => {
    const b = builder('many')
    const x = b.global('x', 0, 1)
    for (let i = 0; i < 19; i++) b.process(`p${i}`, () => [i === 17 ? when(eq(load(x), 2), goto(1)) : goto(0), null])
    const system = b.build()
    expect((await run(system, { stuck: true })).stuck).toMatchObject({ verdict: 'violated', process: 17, schedule: { moves: [] } })
  })
})

describe('extremes', () => {
  const extreme = (kind: Extreme['kind'], over: Extreme['over'], value: Expr, measured: Query = query(value)): Extreme => ({
    name: `${kind} ${over}`,
    kind,
    over,
    measure: measured,
  })
  const counting = (): System => {
    const b = builder('counting')
    const x = b.global('x', -5, 5)
    b.process('up', () => [when(lt(load(x), 3), goto(0, [], [store(x, [], add(load(x), 1))])), null])
    b.process('end', () => [goto(1), null])
    const bad = b.failure('range', 'bad')
    b.rule('down', 'down', when(eq(load(x), -5), finish()))
    const system = b.build()
    return { ...system, failures: system.failures.slice(0, bad + 1) }
  }

  it('are the greatest and least values, each with a shortest witness', async () => {
    const x = load(0)
    const failing: Query = { body: [check(lt(x, 0), 0)], value: x, at: nowhere }
    const system = {
      ...counting(),
      extremes: [
        extreme('maximum', 'all', x),
        extreme('minimum', 'all', x),
        extreme('maximum', 'final', x),
        extreme('minimum', 'all', sub(0, x)),
        // Where x is not negative the check fails, and there is no value.
        extreme('maximum', 'all', x, failing),
        extreme('minimum', 'all', x, failing),
      ],
    }
    const result = await run(system)
    expect(result.extremes.map((e) => [e.value, e.schedule?.moves.length])).toEqual([
      [3, 8],
      [-5, 0],
      [null, undefined],
      [-3, 8],
      [-1, 4],
      [-5, 0],
    ])
    expect(result).toMatchObject({ complete: true, limit: null, states: 18 })
  })

  it('over final states look at states in which all processes have returned', async () => {
    const b = builder('final')
    const x = b.global('x', 0, 9)
    for (const by of [2, 3])
      b.process(`by${by}`, () => [
        choose(0, 2, goto(1, [], [store(x, [], add(load(x), temp(0)))])),
        goto(2, [], [store(x, [], rem(add(load(x), by), 10))]),
        null,
      ])
    const system = {
      ...b.build(),
      extremes: [extreme('maximum', 'final', load(x)), extreme('minimum', 'final', load(x)), extreme('minimum', 'all', load(x))],
    }
    expect((await run(system)).extremes.map((e) => [e.value, e.schedule?.moves.length])).toEqual([
      [7, 4],
      [5, 4],
      [0, 0],
    ])
  })

  it('say what was seen where a limit is hit', async () => {
    const result = await run({ ...counting(), extremes: [extreme('maximum', 'all', load(0))] }, { limits: { depth: 2 } })
    expect(result).toMatchObject({ complete: false, limit: { kind: 'depth' }, extremes: [{ value: -3 }] })
  })
})

describe('limits', () => {
  const system = { ...mach(2, 2, 2), temporal: [eventually(eq(load(0, 0), 4)), alwaysPossible(eq(load(0, 0), 4))] }
  const everythingIncomplete = { complete: false, temporal: [{ verdict: 'incomplete' }, { verdict: 'incomplete' }] }

  it('leave everything incomplete', async () => {
    expect(await run(system, { limits: { states: 1000 } })).toMatchObject({
      ...everythingIncomplete,
      limit: { kind: 'states', states: 1000 },
      states: 1000,
    })
    expect(await run(system, { limits: { depth: 5 } })).toMatchObject({ ...everythingIncomplete, limit: { kind: 'depth', depth: 5 } })
    expect(await run(system, { limits: { bytes: 2 ** 20 } })).toMatchObject({
      ...everythingIncomplete,
      limit: { kind: 'memory', bytes: 2 ** 20 },
    })
    expect(await run(system, { limits: { seconds: 0.001 } })).toMatchObject({ ...everythingIncomplete, limit: { kind: 'time' } })
    expect(await run(system, { signal: AbortSignal.abort() })).toMatchObject({ ...everythingIncomplete, limit: { kind: 'interrupted' } })
    const process = builder('p')
    process.process('p', () => [goto(0), null])
    expect(await run(process.build(), { stuck: true, limits: { depth: 0 } })).toMatchObject({ stuck: { verdict: 'incomplete' } })
  })

  it('on memory count what is computed about the graph', async () => {
    const whole = await run(system)
    expect(whole.temporal.map((t) => t.verdict)).toEqual(['violated', 'holds'])
    expect(whole.bytesPerEdge).toBe(5)
    const graphOnly = await run({ ...system, temporal: [system.temporal[1]] })
    expect(graphOnly.bytes).toBeLessThan(whole.bytes)
    // What is violated is known before the way there is looked for.
    const withoutStem = await run(system, { limits: { bytes: whole.bytes - 1 } })
    expect(withoutStem).toMatchObject({
      complete: true,
      temporal: [{ verdict: 'violated', stem: null, cycle: null }, { verdict: 'holds' }],
    })
    const less = await run(system, { limits: { bytes: withoutStem.bytes - 1 } })
    expect(less).toMatchObject({ complete: false, limit: { kind: 'memory' }, temporal: [{ verdict: 'incomplete' }, { verdict: 'holds' }] })
  })
})

describe('the graph', () => {
  it('ends where one of its parts cannot grow, be it the states or the edges, and says so', async () => {
    const built = (system: System, part: number, bytes = 2 ** 30) =>
      buildGraph(system, { limits: { bytes }, part }, startPace({ bytes: 2 ** 30 }))
    const many = mach(2, 2, 2)
    expect(await built(many, 2 ** 22)).toMatchObject({ graph: null, limit: { kind: 'part of the graph' } })
    expect(await built(many, 2 ** 30, 2 ** 22)).toMatchObject({ graph: null, limit: { kind: 'memory', bytes: 2 ** 22 } })
    const b = builder('dense')
    const x = b.global('x', 0, 999)
    b.rule('any', 'any', choose(0, 1000, finish(store(x, [], temp(0)))))
    const dense = b.build()
    expect(await built(dense, 2 ** 21)).toMatchObject({ graph: null, limit: { kind: 'part of the graph' }, states: 1000 })
    expect(await built(dense, 2 ** 21, 3 * 2 ** 19)).toMatchObject({ graph: null, limit: { kind: 'memory' }, states: 1000 })
    expect(await built(dense, 2 ** 22)).toMatchObject({ limit: null, states: 1000, transitions: 1_000_000 })
  })

  it('has the states and transitions of the search, in states of any width', async () => {
    for (const words of [1, 2, 17, 56]) {
      const b = builder('wide')
      const ballast = b.global('ballast', 0, 2 ** 31 - 1, [words * 2])
      const x = b.global('x', 0, 999)
      b.rule(
        'r',
        'up',
        choose(0, 3, finish(store(x, [], rem(add(load(x), add(temp(0), 1)), 1000)), store(ballast, [words], rem(load(x), 7)))),
      )
      const wide = { ...b.build(), temporal: [eventually(eq(load(x), 1001)), alwaysPossible(eq(load(x), 999))] }
      const safe = await search(wide)
      const live = await run(wide)
      expect(live, `${words} words`).toMatchObject({
        states: safe.states,
        transitions: safe.transitions,
        temporal: [{ verdict: 'violated' }, { verdict: 'holds' }],
      })
    }
  })

  it('finds moves again where a state has more successors than the buffer holds', async () => {
    const b = builder('fan')
    const x = b.global('x', 0, 4999)
    b.rule('r', 'any', choose(0, 5000, finish(store(x, [], temp(0)))))
    const system = { ...b.build({ radix: 5000 }), temporal: [leadsTo(eq(load(x), 3333), eq(load(x), 0))] }
    const [found] = (await run(system)).temporal
    expect(found).toMatchObject({ verdict: 'violated', stem: { moves: [{ step: 0, choice: 3333 }] }, cycle: [{ step: 0, choice: 3333 }] })
  })

  it('tells more agents apart than a byte does', async () => {
    const b = builder('agents')
    const x = b.global('x', 0, 300)
    for (let i = 0; i < 300; i++) b.rule(`r${i}`, 'go', when(eq(load(x), i), finish(store(x, [], i + 1))))
    const system = b.build()
    const last = { ...system, temporal: [eventually(eq(load(x), 301))] }
    const result = await run(last)
    expect(result.bytesPerEdge).toBe(6)
    expect(result.temporal[0].stem?.moves.map((m) => m.step)).toEqual(Array.from({ length: 300 }, (_, i) => i))
  })
})

describe('Mach shootdown: a CPU that wants to change a mapping eventually has', () => {
  const [first, last] = [4, 16]
  const changing = (cpus: number, pmaps: number, values: number, fairness: Agent['fairness']): System => {
    const system = mach(cpus, pmaps, values)
    const pc = load(0, 0)
    return {
      ...system,
      safety: [],
      agents: system.agents.map((a) => ({ ...a, fairness })),
      temporal: [leadsTo(and(lt(first - 1, pc), lt(pc, last)), eq(pc, last))],
    }
  }

  it.each([
    [2, 1, 8799, 'none', [4, 3]],
    [2, 1, 8799, 'weak', [15, 18]],
    [2, 1, 8799, 'strong', null],
    [2, 2, 266_969, 'none', [4, 3]],
    [2, 2, 266_969, 'weak', [10, 14]],
    [2, 2, 266_969, 'strong', null],
  ] as const)('(%i, %i, 2) with %i states, %s fairness', async (cpus, pmaps, states, fairness, lasso) => {
    const result = await run(changing(cpus, pmaps, 2, fairness))
    expect(result.states).toBe(states)
    const [found] = result.temporal
    expect(found.verdict).toBe(lasso === null ? 'holds' : 'violated')
    if (lasso !== null) expect([found.stem?.moves.length, found.cycle?.length]).toEqual(lasso)
  })
})
