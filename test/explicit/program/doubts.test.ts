/** What a search shows about stuck processes by itself, against the definition and the graph. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchLiveness } from '../../../src/explicit/graph/liveness.ts'
import { type SearchOptions, type SearchResult, search } from '../../../src/explicit/search/search.ts'
import type { Block, System } from '../../../src/ir/system.ts'
import { canReach, type Explored, enabledIn, exploreSystem, offsetsOf } from '../behaviours.ts'
import { add, and, blocked, branch, builder, choose, cover, eq, fail, finish, goto, load, rem, store, temp, when } from '../ir.ts'
import { randomness, randomSystem } from '../random.ts'

const runs = Number(process.env.MMUCHECK_RUNS ?? 150)

const asking: SearchOptions = { stuck: true, schedules: 'none', limits: { bytes: 2 ** 30 } }
/** The same with workers from the start, each with shards. */
const divided: SearchOptions = {
  ...asking,
  workers: 3,
  large: { from: 1, tiny: { exchange: 2 ** 16, partBytes: 2 ** 12, shardLog: 2, numberBits: 20, slack: 1 } },
}

/** Whether some process gets stuck, by the definition; and whether there is an end in which one has not returned. */
const byDefinition = (system: System, { behaviours: g, vectors }: Explored): { readonly isStuck: boolean; readonly isOver: boolean } => {
  const offsets = offsetsOf(system)
  const isWaiting = (s: number, p: System['processes'][number]): boolean => !p.locations[vectors[s][offsets[p.pc]]].final
  const somewhere = (is: (s: number, p: System['processes'][number]) => boolean): boolean =>
    vectors.some((_, s) => system.processes.some((p) => isWaiting(s, p) && is(s, p)))
  return {
    isStuck: somewhere((s, p) => enabledIn(g, s).size > 0 && !canReach(g, s, (t) => enabledIn(g, t).has(p.agent))),
    isOver: somewhere((s) => enabledIn(g, s).size === 0),
  }
}

/** Processes that wait for what others, or a rule, make of two variables. */
const waiting = (seed: number): System => {
  const { below, chance, pick } = randomness(seed)
  const b = builder(`waiting ${seed}`)
  const [x, y] = [b.global('x', 0, 3), b.global('y', 0, 1)]
  const bad = b.failure('assert', 'bad')
  const changed = (): ReturnType<typeof store>[] =>
    chance(70) ? [store(x, [], rem(add(load(x), pick([1, 1, 2, below(4)])), 4))] : chance(50) ? [store(y, [], below(2))] : []
  const guarded = (rest: Block): Block =>
    chance(70) ? when(chance(20) ? and(eq(load(x), below(4)), eq(load(y), below(2))) : eq(load(x), below(4)), rest) : rest
  for (let i = 0; i < 1 + below(4); i++)
    b.process(`p${i}`, () => {
      const count = 1 + below(4)
      const ends = chance(40)
      const bodies = Array.from({ length: count }, (_, l) => {
        const to = l + 1 < count ? l + 1 : ends ? count : 0
        return guarded(chance(3) ? branch(eq(load(x), below(4)), fail(bad), goto(to, [], changed())) : goto(to, [], changed()))
      })
      return ends ? [...bodies, null] : bodies
    })
  if (chance(30)) b.rule('r', 'r', guarded(finish(...changed())))
  return b.build()
}

/** What is said never contradicts the definition; gives what it was. */
const compare = async (system: System, explored: Explored): Promise<string> => {
  const { isStuck, isOver } = byDefinition(system, explored)
  const [alone, together] = [await search(system, asking), await search(system, divided)]
  for (const { neverStuck, complete } of [alone, together]) {
    expect(complete).toBe(true)
    if (neverStuck) expect(isStuck).toBe(false)
  }
  const isShown = alone.neverStuck && together.neverStuck
  return isStuck ? 'stuck' : isOver ? 'over' : isShown ? 'shown' : 'open'
}

/** All that a search finds besides. */
const findings = ({ properties, fired, taken, idle, states, transitions, depth }: SearchResult): object => ({
  ...{ properties, fired, taken, idle, states, transitions, depth },
})

describe('never stuck', () => {
  it('is shown of nearly all systems of processes that wait of which it is true, and of no others', async () => {
    const found = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const system = waiting(seed)
        const explored = exploreSystem(system, 300)
        if (explored === null) return
        const how = await compare(system, explored)
        found.set(how, (found.get(how) ?? 0) + 1)
      }),
      { numRuns: 2 * runs },
    )
    const of = (how: string): number => found.get(how) ?? 0
    for (const how of ['stuck', 'over', 'shown']) expect(of(how), how).toBeGreaterThan(runs / 50)
    expect(of('open')).toBeLessThan(of('shown') / 10)
  }, 120_000)

  it('is what the definition says on random systems', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 5 }), async (seed, size) => {
        const system = { ...randomSystem(seed, size), safety: [], crossable: [] }
        const explored = exploreSystem(system, 200)
        if (explored === null || explored.vectors.length === 0) return
        compared++
        await compare(system, explored)
      }),
      { numRuns: runs },
    )
    expect(compared).toBeGreaterThan(runs / 10)
  }, 120_000)

  it('takes nothing from the search and adds nothing to it, where it is whole and where a limit cuts it', async () => {
    for (let seed = 0; seed < 60; seed++)
      for (const states of [1, 5, 20, 2 ** 20]) {
        const system = seed % 2 === 0 ? waiting(seed) : randomSystem(seed, 3)
        const limits = { bytes: 2 ** 30, states }
        const [asked, unasked] = [await search(system, { ...asking, limits }), await search(system, { ...asking, stuck: false, limits })]
        expect(findings(asked), `seed ${seed}, ${states} states`).toEqual(findings(unasked))
        expect(unasked.neverStuck).toBe(false)
        if (!asked.complete) expect(asked.neverStuck).toBe(false)
      }
  })
})

/**
 * Everybody waits for a turn, again and again, from each of 100 initial states. Only far ahead a branch is taken, or a
 * step fails.
 */
const turns = (processes: number, rounds: number, far: 'covered' | 'failing' = 'covered'): System => {
  const b = builder('turns')
  const turn = b.global('turn', 0, processes - 1)
  const round = b.global('round', 0, rounds)
  const late = b.branch()
  const bad = b.failure('assert', 'bad')
  for (let i = 0; i < processes; i++)
    b.process(`p${i}`, () => [
      when(
        eq(load(turn), i),
        branch(
          eq(load(round), rounds),
          far === 'failing' ? fail(bad) : goto(0, [], [cover(late), store(turn, [], (i + 1) % processes)]),
          goto(0, [], [store(turn, [], (i + 1) % processes), store(round, [], add(load(round), 1))]),
        ),
      ),
    ])
  const lane = b.global('lane', 0, 99)
  return b.build({ init: choose(0, 100, finish(store(lane, [], temp(0)))) })
}

/** A lock, which one process takes only as long as nobody has had it. */
const locking = (processes: number, lost: number | null): System => {
  const b = builder('locking')
  const [lock, had] = [b.global('lock', 0, 1), b.global('had', 0, 1)]
  const taken = goto(1, [], [store(lock, [], 1), store(had, [], 1)])
  for (let i = 0; i < processes; i++)
    b.process(`p${i}`, () => [
      when(i === lost ? and(eq(load(lock), 0), eq(load(had), 0)) : eq(load(lock), 0), taken),
      goto(0, [], [store(lock, [], 0)]),
    ])
  return b.build()
}

/**
 * The first process has returned; each other waits for its turn and returns, but for one that waits for ever. A rule
 * goes on.
 */
const relay = (processes: number, lost: number | null): System => {
  const b = builder('relay')
  const [turn, tick] = [b.global('turn', 1, processes), b.global('tick', 0, 1)]
  b.process('p0', () => [null])
  for (let i = 1; i < processes; i++)
    b.process(`p${i}`, () => [
      i === lost ? blocked : when(eq(load(turn), i), goto(1, [], [store(turn, [], i + 1 === lost ? i + 2 : i + 1)])),
      null,
    ])
  b.rule('clock', 'tick', finish(store(tick, [], rem(add(load(tick), 1), 2))))
  return b.build()
}

/** Processes of which the first always fails; the last waits for ever, or is always able to step. */
const failing = (processes: number, last: 'waits' | 'steps'): System => {
  const b = builder('failing')
  const tick = b.global('tick', 0, 1)
  const bad = b.failure('assert', 'bad')
  const ticks = goto(0, [], [store(tick, [], rem(add(load(tick), 1), 2))])
  for (let i = 0; i < processes; i++)
    b.process(`p${i}`, () => [i === 0 ? fail(bad) : i + 1 === processes && last === 'waits' ? blocked : ticks])
  return b.build()
}

describe('who is blocked', () => {
  it('is not who has returned, whoever shares its bit', async () => {
    for (const options of [asking, divided])
      for (const processes of [3, 32, 33, 70])
        for (const lost of [1, 2, processes - 1]) expect((await search(relay(processes, lost), options)).neverStuck).toBe(false)
    expect((await search(relay(32, null), asking)).neverStuck).toBe(true)
  })

  it('is not who has a failing way, whoever shares its bit', async () => {
    for (const processes of [3, 32, 33]) {
      expect((await search(failing(processes, 'waits'), asking)).neverStuck).toBe(false)
      const { stuck } = await searchLiveness(failing(processes, 'steps'), { stuck: true })
      expect(stuck?.verdict).toBe('holds')
    }
    expect((await search(failing(3, 'steps'), asking)).neverStuck).toBe(true)
  })

  it('is who has no steps at all', async () => {
    const b = builder('none')
    const x = b.global('x', 0, 1)
    b.rule('clock', 'tick', finish(store(x, [], rem(add(load(x), 1), 2))))
    b.process('p', () => [blocked])
    const system = b.build()
    const without = { ...system, steps: system.steps.filter(({ location }) => location === null) }
    for (const one of [system, without]) {
      expect((await search(one, asking)).neverStuck).toBe(false)
      expect((await searchLiveness(one, { stuck: true })).stuck?.verdict).toBe('violated')
    }
  })
})

describe('a walk', () => {
  it('shows it of processes of which all but one always wait, where each has a bit of the mask', async () => {
    for (const options of [asking, divided])
      for (const processes of [2, 31, 32, 33, 70])
        expect((await search(turns(processes, 3), options)).neverStuck, `${processes} processes`).toBe(processes <= 32)
  })

  it('shows it of more processes where those that share a bit can all step at once, and only where none is stuck', async () => {
    for (const options of [asking, divided])
      for (const processes of [33, 70])
        for (const lost of [null, 0, 31, 32, processes - 1])
          expect((await search(locking(processes, lost), options)).neverStuck, `${processes} processes, ${lost}`).toBe(lost === null)
  })

  it('leaves no trace of the steps that it takes ahead of the search', async () => {
    for (let rounds = 20; rounds < 60; rounds++) {
      const options = { ...(rounds % 2 === 0 ? asking : divided), limits: { bytes: 2 ** 30, depth: rounds } }
      expect((await search(turns(9, rounds), options)).taken).toEqual(new Uint8Array(1))
      const { properties } = await search(turns(9, rounds, 'failing'), options)
      expect(properties.find(({ name }) => name === 'assert')).toMatchObject({ verdict: 'incomplete', length: null })
    }
    expect((await search(turns(9, 20), asking)).taken).toEqual(new Uint8Array([1]))
  })

  it('does not go on for ever where who waits comes on only by a way that is hard to find', async () => {
    // A process waits for a counter to get far, which a rule takes back to the start half of the time.
    const b = builder('far')
    const n = b.global('n', 0, 60)
    b.process('waits', () => [when(eq(load(n), 60), goto(0, [], [store(n, [], 0)]))])
    b.rule('up', 'up', finish(store(n, [], rem(add(load(n), 1), 61))))
    b.rule('back', 'back', choose(0, 3, finish(store(n, [], rem(temp(0), 1)))))
    const system = b.build()
    const { complete, neverStuck, seconds } = await search(system, asking)
    expect({ complete, neverStuck }).toEqual({ complete: true, neverStuck: false })
    expect(seconds).toBeLessThan(20)
    expect((await searchLiveness(system, { stuck: true })).stuck?.verdict).toBe('holds')
  })

  it('takes no end in which nothing can step for a way on', async () => {
    // Two locks, taken in either order.
    const b = builder('deadlock')
    const locks = [b.global('a', 0, 1), b.global('b', 0, 1)]
    const taking = (lock: number, to: number): Block => when(eq(load(lock), 0), goto(to, [], [store(lock, [], 1)]))
    for (const [name, first, second] of [['p', 0, 1] as const, ['q', 1, 0] as const])
      b.process(name, () => [
        taking(locks[first], 1),
        taking(locks[second], 2),
        goto(0, [], [store(locks[0], [], 0), store(locks[1], [], 0)]),
      ])
    const system = b.build()
    expect((await search(system, asking)).neverStuck).toBe(false)
    expect((await searchLiveness(system, { stuck: true })).stuck?.verdict).toBe('holds')
  })

  it('says nothing of states with more successors than there is room for', async () => {
    const b = builder('many')
    const n = b.global('n', 0, 4999)
    b.process('waits', () => [when(eq(load(n), 1), goto(0)), null])
    b.rule('any', 'any', choose(0, 5000, finish(store(n, [], temp(0)))))
    expect((await search(b.build(), asking)).neverStuck).toBe(false)
    expect((await searchLiveness(b.build(), { stuck: true })).stuck?.verdict).toBe('holds')
  })
})
