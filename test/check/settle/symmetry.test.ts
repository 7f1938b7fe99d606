/** Which members of a model are interchangeable, as its author is told; and what a check makes of it. */
import {
  always,
  array,
  assert,
  bool,
  choice,
  choose,
  each,
  index,
  model,
  optional,
  properties,
  range,
  set,
  size,
  sometimes,
  until,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import type { Checkable } from '../../../src/check/request/target.ts'
import { confirmWithout } from '../../../src/check/settle/symmetry.ts'
import { check, type Report, symmetry } from '../../../src/check.ts'
import { search } from '../../../src/explicit/search/search.ts'
import { proposeSorts } from '../../../src/ir/symmetry/propose.ts'
import { symmetricSystem } from '../../explicit/symmetric.ts'

const shared = model({
  name: 'shared',
  params: {
    cpus: size(3, { max: 4 }),
    favour: choice(['nobody', 'a step', 'a loop', 'a start', 'an order'], 'nobody'),
  },
  state: (p) => ({
    holder: optional(index(p.cpus)),
    told: array(p.cpus, set(p.cpus)),
    last: array(p.cpus, index(p.cpus)),
    rounds: array(p.cpus, range(0, 2)),
    stale: array(p.cpus, bool),
  }),
  init: (s, p) => {
    for (let cpu = 0; cpu < p.cpus; cpu++) s.last[cpu] = cpu
    if (p.favour === 'a start') s.stale[1] = true
  },
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      for (let round = 0; round < 2; round++) {
        yield until('lock', () => s.holder === null)
        s.holder = cpu
        if (p.favour === 'a loop') {
          for (let other = 0; other < p.cpus; other++) {
            yield 'tell one after the other'
            if (other !== cpu) s.told[cpu].add(other)
          }
        } else {
          yield 'tell'
          const other = yield* choose(p.cpus)
          if (other !== cpu) {
            s.told[cpu].add(other)
            s.last[cpu] = p.favour === 'an order' ? Math.max(other, cpu) : other
            s.stale[other] = true
          }
        }
        yield 'unlock'
        s.holder = null
        s.rounds[cpu]++
        if (p.favour === 'a step' && cpu !== 0) s.stale[cpu] = false
      }
      yield 'check'
      assert(
        s.rounds.some((rounds) => rounds > 0),
        'nobody has done anything',
      )
    }),
  }),
})

const claimed = properties(shared, {
  oneAtATime: always((s) => s.holder === null || s.rounds[s.holder] < 2),
  everybodyIsTold: sometimes((s, p) => s.told.every((told) => told.size === p.cpus - 1)),
  neverTwice: always((s) => s.rounds.every((rounds) => rounds < 2)),
})
const naming = properties(shared, { ofTheFirst: always((s) => s.rounds[0] < 2) })

const sortsOf = async (target: Checkable, favour: string) => (await symmetry(target, { settings: [['favour', favour]] })).sorts

describe('what is interchangeable', () => {
  test('the CPUs, and whatever holds their numbers', async () => {
    const report = await symmetry(claimed)
    expect(report.sorts).toEqual([{ name: 'cpu', members: 3, agents: ['cpu'], verdict: 'interchangeable', why: null, at: null }])
    expect(report).toMatchObject({ model: 'shared', orders: 6, modulo: [{ name: 'cpu', members: 3 }] })
  })

  test.each([
    ['a step', /^'unlock' of cpu\[0\] tells cpu\[0\] and cpu\[1\] apart: what becomes of 'stale\[\d\]' depends on which of them it is$/],
    ['an order', /^'tell' of cpu\[0\] tells cpu\[0\] and cpu\[1\] apart: what becomes of 'last\[\d\]' depends on which of them it is$/],
    [
      'a loop',
      /`for \(let other = 0; other < p\.cpus; other\+\+\)` with a yield visits them in order, `yield\* choose\(\.\.\.\)` would not$/,
    ],
    ['a start', /^cpu\[0\] and cpu\[1\] differ in the initial states: in 'stale\[0\]'$/],
  ])('not where %s favours one of them', async (favour, why) => {
    const [cpu] = await sortsOf(claimed, favour)
    expect(cpu).toMatchObject({ name: 'cpu', verdict: 'not interchangeable' })
    expect(cpu?.why).toMatch(why)
    expect(cpu?.at === null).toBe(favour === 'a start')
  })

  test('not where a step of a helper in another file stands in such a loop, which is named all the same', async () => {
    const { sorts } = await symmetry('lazy-mmu')
    expect(sorts.find(({ name }) => name === 'pte.P[i]')).toMatchObject({
      why: expect.stringContaining('`for (let at = 0; at < p.ptes; at++)` with a yield visits them in order'),
      at: { file: 'models/lazy-mmu.ts' },
    })
  })

  test('not where a property names one of them', async () => {
    const [cpu] = await sortsOf(naming, 'nobody')
    expect(cpu).toMatchObject({ verdict: 'not interchangeable', why: "the property 'ofTheFirst' tells cpu[0] and cpu[1] apart" })
    expect(cpu?.at?.line).toBeGreaterThan(0)
  })
})

const verdicts = ({ properties: all }: Report) =>
  all.map(({ name, verdict, length, trace }) => ({
    name,
    verdict,
    length,
    steps: trace?.steps.map(({ agent, label, choices }) => [agent, label, choices]),
  }))

describe('a check', () => {
  test('modulo the orders of the CPUs settles the same, with the same races, and says what it did', async () => {
    const [on, off] = [
      await check(claimed, { engine: 'explicit', symmetry: 'on' }),
      await check(claimed, { engine: 'explicit', symmetry: 'off' }),
    ]
    expect(verdicts(on)).toEqual(verdicts(off))
    expect(off.symmetry).toBeNull()
    expect(on.symmetry).toMatchObject({ orders: 6, modulo: [{ name: 'cpu', members: 3 }] })
    expect(on.states).toBeLessThan((off.states ?? 0) / 4)
    expect([on.neverFired, on.neverTaken]).toEqual([off.neverFired, off.neverTaken])
    const { established } = on.properties.find(({ name }) => name === 'oneAtATime') ?? {}
    expect(established).toBe(`explored exhaustively: ${on.states?.toLocaleString('en')} states modulo symmetry`)
    // That no process gets stuck is shown of the same states.
    expect([on.liveness, off.liveness]).toEqual([null, null])
    expect(on.properties.find(({ name }) => name === 'stuck')?.established).toBe(established)
  })

  test('with both engines is confirmed without symmetry too', async () => {
    const report = await check(claimed, { engine: 'both', symmetry: 'on' })
    expect(report.symmetry?.orders).toBe(6)
    expect(report.properties.map(({ verdict }) => verdict)).not.toContain('incomplete')
  }, 60_000)

  test('is small enough without it by default', async () => {
    expect((await check(claimed, { engine: 'explicit', oracle: 'none' })).symmetry).toBeNull()
  })

  test.each(['on', ['cpu']] as const)('asked for with %j fails where members are told apart, with the place', async (choice) => {
    const options = { engine: 'explicit', symmetry: choice, settings: [['favour', 'a step']] } as const
    await expect(check(claimed, options)).rejects.toMatchObject({
      diagnostic: { code: 'MC308', message: expect.stringMatching(/^the 3 members of 'cpu' are not interchangeable: 'unlock' of cpu/) },
    })
    const { diagnostic } = await check(claimed, options).catch((error) => error)
    expect(diagnostic.place.text.slice(diagnostic.place.start, diagnostic.place.end)).toBe("yield 'unlock'")
  })

  test('asked for by two names of one sort has that sort once', async () => {
    const report = await check(claimed, { engine: 'explicit', symmetry: ['cpu', 'cpu'] })
    expect(report.symmetry).toMatchObject({ orders: 6, modulo: [{ name: 'cpu' }] })
  })

  test('asked for with a name that nothing has says what there is', async () => {
    await expect(check(claimed, { symmetry: ['page'] })).rejects.toMatchObject({
      diagnostic: { code: 'MC309', message: "there is no sort 'page'", hint: "there is 'cpu'" },
    })
  })
})

test('a search modulo what is not interchangeable is noticed where all states are searched too', async () => {
  const system = symmetricSystem(1, 'a property')
  const sorts = proposeSorts(system).flatMap((found) => (found.kind === 'sort' && found.sort.agents.length > 0 ? [found.sort] : []))
  let noticed = 0
  for (let seed = 1; seed <= 20; seed++) {
    const wrong = symmetricSystem(seed, 'a property')
    const own = proposeSorts(wrong).flatMap((found) => (found.kind === 'sort' && found.sort.agents.length > 0 ? [found.sort] : []))
    const before = await search(wrong, { sorts: own, schedules: 'none' })
    const found = await confirmWithout({ system: wrong }, before, {}).catch((error: Error) => error)
    if (found instanceof Error) {
      expect(found.message).toMatch(/^'first': modulo symmetry it is .*, of all states /)
      noticed++
    }
  }
  expect(sorts).toHaveLength(1)
  expect(noticed).toBeGreaterThan(3)
}, 60_000)
