/** The engine against the interpreter, on random systems. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reachable, search } from '../../../src/explicit/search/search.ts'
import type { Schedule } from '../../../src/ir/schedule.ts'
import type { System } from '../../../src/ir/system.ts'
import { interpreter } from '../interpreter.ts'
import { randomSystem } from '../random.ts'

const runs = Number(process.env.MMUCHECK_RUNS ?? 150)

/** The fewest switches of a schedule of the given length that settles a property, by trying all. */
const fewestSwitches = (system: System, property: number, length: number): number => {
  const { successors, initialStates, judge, isDeadlock } = interpreter(system)
  const n = system.safety.length
  const agentOf = (step: number): number => system.steps[step].agent
  let level = new Map<string, { state: readonly number[]; agent: number; switches: number }>()
  for (const { to } of initialStates()) if (to !== null) level.set(`${to.join()}/-`, { state: to, agent: -1, switches: 0 })
  let best = Infinity
  const isFailure = property > n
  for (let d = 0; d < length; d++) {
    const next: typeof level = new Map()
    for (const { state, agent, switches } of level.values())
      for (const way of successors(state)) {
        const a = agentOf(way.step)
        const cost = switches + (agent === -1 || agent === a ? 0 : 1)
        if (way.to === null) {
          const kind = system.failures[way.failure].kind === 'assert' ? n + 1 : n + 2
          if (d === length - 1 && isFailure && kind === property) best = Math.min(best, cost)
          continue
        }
        const key = `${way.to.join()}/${a}`
        const known = next.get(key)
        if (known === undefined || known.switches > cost) next.set(key, { state: way.to, agent: a, switches: cost })
      }
    level = next
  }
  if (isFailure) return best
  for (const { state, switches } of level.values())
    if (property === n ? isDeadlock(state) : judge(state, property).found) best = Math.min(best, switches)
  return best
}

/**
 * Follows a schedule in the interpreter: the switches it takes. @throws where it is none, or does not end as it should.
 */
const followed = (system: System, property: number, schedule: Schedule): number => {
  const { successors, initialStates, judge, isDeadlock } = interpreter(system)
  const n = system.safety.length
  const start = initialStates().find((w) => w.choice === schedule.init)
  if (start === undefined) throw new Error('no such initial state')
  const kindOf = (failure: number): number => (system.failures[failure].kind === 'assert' ? n + 1 : n + 2)
  if (start.to === null) {
    expect(schedule).toMatchObject({ moves: [], fails: true })
    expect(kindOf(start.failure)).toBe(property)
    return 0
  }
  let state = start.to
  let switches = 0
  let agent = -1
  for (const [i, { step, choice }] of schedule.moves.entries()) {
    const way = successors(state).find((w) => w.step === step && w.choice === choice)
    if (way === undefined) throw new Error(`move ${i} cannot be made`)
    const a = system.steps[step].agent
    if (agent !== -1 && a !== agent) switches++
    agent = a
    if (way.to === null) {
      expect(i).toBe(schedule.moves.length - 1)
      expect(schedule.fails).toBe(true)
      expect(kindOf(way.failure)).toBe(property)
      return switches
    }
    state = way.to
  }
  expect(schedule.fails).toBe(false)
  expect(property === n ? isDeadlock(state) : judge(state, property).found).toBe(true)
  return switches
}

describe('random systems', () => {
  it('have the states, transitions, depth and verdicts that the interpreter finds', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 6 }), async (seed, size) => {
        const system = randomSystem(seed, size)
        const maxDepth = 6
        const slow = interpreter(system).explore(maxDepth, 3000)
        if (slow === null) return
        compared++
        const fast = await search(system, { limits: { depth: maxDepth }, schedules: 'all' })
        const n = system.safety.length
        const all = new Map(fast.properties.map((p, i) => [i < n ? i : { deadlock: n, assert: n + 1, range: n + 2 }[p.name], p]))
        expect({
          states: fast.states,
          transitions: fast.transitions,
          depth: fast.depth,
          lengths: slow.verdicts.map((_, i) => all.get(i)?.length ?? null),
          maxima: slow.verdicts.map((_, i) => all.get(i)?.maximum ?? null),
          fired: [...fast.fired.keys()].filter((i) => fast.fired[i] === 1),
          taken: [...fast.taken.keys()].filter((i) => fast.taken[i] === 1),
        }).toEqual({
          states: slow.states.size,
          transitions: slow.transitions,
          depth: slow.depth,
          lengths: slow.verdicts.map((v) => v.length),
          maxima: slow.verdicts.map((v) => v.maximum),
          fired: [...slow.fired].sort((a, b) => a - b),
          taken: [...slow.taken].sort((a, b) => a - b),
        })
        for (const [i, p] of all) {
          if (p.length === null || i === undefined) continue
          expect(p.schedule, p.name).not.toBe(null)
          if (p.schedule === null) continue
          expect(p.schedule.moves.length, p.name).toBe(p.length)
          const switches = followed(system, i, p.schedule)
          if (p.length > 0 && slow.states.size < 300) expect(switches, `switches to ${p.name}`).toBe(fewestSwitches(system, i, p.length))
        }
        if (fast.complete) expect(new Set(reachable(system).vectors.map((v) => v.join()))).toEqual(new Set(slow.states.keys()))
      }),
      { numRuns: runs },
    )
    expect(compared).toBeGreaterThan(runs / 4)
  }, 120_000)
})
