/** Which of the shortest schedules is shown, and what comes of it within limits. */
import { describe, expect, it } from 'vitest'
import { type Scheduled, type ScheduleOptions, shortestSchedules } from '../../../src/explicit/search/schedule.ts'
import { add, builder, finish, load, lt, store, when } from '../ir.ts'

const top = 30

/**
 * Three agents, each of which counts to the top: a space of 29,791 states and 91 levels. The property is violated where
 * all are there.
 */
const race = () => {
  const b = builder('race')
  const counters = [0, 1, 2].map((i) => b.global(`n${i}`, 0, top))
  for (const [i, n] of counters.entries()) b.rule(`r${i}`, 'count', when(lt(load(n), top), finish(store(n, [], add(load(n), 1)))))
  const [x, y, z] = counters.map((n) => load(n))
  b.property('below', 'always', lt(add(add(x, y), z), 3 * top))
  return b.build()
}

const scheduled = async (options: Partial<ScheduleOptions> = {}): Promise<Scheduled | null> => {
  const [found] = await shortestSchedules(race(), [{ property: 0, length: 3 * top }], { bytes: 2 ** 30, deadlock: 'allowed', ...options })
  return found ?? null
}

/** Each agent steps as often as it must. @returns the switches between agents. */
const switchesOf = (found: Scheduled | null): number => {
  const agents = (found?.schedule.moves ?? []).map(({ step }) => step)
  expect([0, 1, 2].map((agent) => agents.filter((a) => a === agent).length)).toEqual([top, top, top])
  return agents.filter((agent, i) => i > 0 && agent !== agents[i - 1]).length
}

describe('the shortest schedule', () => {
  it('has the fewest switches', async () => {
    const found = await scheduled()
    expect(found?.unchosen).toBeNull()
    expect(switchesOf(found)).toBe(2)
  })

  it('is any of the shortest where there is no time to choose', async () => {
    const found = await scheduled({ seconds: 0 })
    expect(found?.unchosen).toEqual({ kind: 'time', seconds: 0 })
    switchesOf(found)
  })

  it('goes on from where the choice was when the time was up', async () => {
    for (const seconds of [0.005, 0.01, 0.02, 0.04]) switchesOf(await scheduled({ seconds }))
  })

  it('is any of the shortest where there is no memory to choose', async () => {
    const known = new Set<string>()
    for (let memory = 2 ** 17; memory < 2 ** 22; memory *= 1.2) {
      const found = await scheduled({ bytes: Math.floor(memory) })
      known.add(found === null ? 'none' : (found.unchosen?.kind ?? 'fewest'))
      if (found !== null) switchesOf(found)
    }
    expect([...known]).toEqual(['none', 'memory', 'fewest'])
  })

  it('ends where the signal says so', async () => {
    expect(await scheduled({ signal: AbortSignal.abort() })).toBeNull()
  })
})
