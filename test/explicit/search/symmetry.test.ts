/** Searches modulo the orders of interchangeable members, against orbits that are counted by hand. */
import { describe, expect, it } from 'vitest'
import { prepare } from '../../../src/check.ts'
import { search } from '../../../src/explicit/search/search.ts'
import type { Schedule } from '../../../src/ir/schedule.ts'
import { proposeSorts } from '../../../src/ir/symmetry/propose.ts'
import { exchanged, type Sort } from '../../../src/ir/symmetry/sort.ts'
import type { System, Vector } from '../../../src/ir/system.ts'
import { loadCadical } from '../../../src/symbolic/solver/cadical.ts'
import { proveSort } from '../../../src/symbolic/symmetry/prove.ts'
import { interpreter } from '../interpreter.ts'
import { symmetricSystem } from '../symmetric.ts'

const runs = Number(process.env.MMUCHECK_RUNS ?? 30)

const sortsOf = (system: System): readonly Sort[] => proposeSorts(system).flatMap((found) => (found.kind === 'sort' ? [found.sort] : []))

/** All states that differ from one only in the order of members. */
const orbitOf = (sorts: readonly Sort[], state: Vector): readonly Vector[] => {
  const orbit = new Map([[state.join(), state]])
  for (const one of orbit.values())
    for (const sort of sorts)
      for (const k of sort.exchanges.keys()) {
        const other = exchanged(sort, k, one)
        if (!orbit.has(other.join())) orbit.set(other.join(), other)
      }
  return [...orbit.values()]
}

/**
 * How many sets of states there are that differ only in the order of members, and how many transitions one of each has.
 */
const countOrbits = (system: System, sorts: readonly Sort[], states: ReadonlyMap<string, Vector>): [number, number] => {
  const { successors } = interpreter(system)
  const seen = new Set<string>()
  let [orbits, transitions] = [0, 0]
  for (const state of states.values()) {
    if (seen.has(state.join())) continue
    for (const other of orbitOf(sorts, state)) seen.add(other.join())
    orbits++
    transitions += successors(state).filter(({ to }) => to !== null).length
  }
  return [orbits, transitions]
}

const followed = (system: System, schedule: Schedule): readonly Vector[] => {
  const { initialStates, successors } = interpreter(system)
  const states: Vector[] = []
  let state = initialStates().find(({ choice }) => choice === schedule.init)?.to ?? null
  for (const { step, choice } of schedule.moves) {
    if (state === null) throw new Error('a move behind the end')
    states.push(state)
    const way = successors(state).find((one) => one.step === step && one.choice === choice)
    if (way === undefined) throw new Error('a move that cannot be made')
    state = way.to
  }
  return state === null ? states : [...states, state]
}

describe('a search modulo the orders of members', () => {
  it('finds as many states and transitions as there are orbits, and the same schedules', async () => {
    const solver = await loadCadical()
    let [proved, smaller, violated] = [0, 0, 0]
    for (let seed = 1; seed <= runs; seed++) {
      const system = symmetricSystem(seed)
      const sorts = sortsOf(system).filter((sort) => sort.agents.length > 0)
      expect(
        sorts.map(({ name }) => name),
        `seed ${seed}`,
      ).toEqual(['m'])
      expect(
        sorts.map((sort) => proveSort(system, sort, solver)),
        `seed ${seed}`,
      ).toEqual([{ kind: 'proved' }])
      proved++
      const explored = interpreter(system).explore(Number.POSITIVE_INFINITY, 20_000)
      if (explored === null) continue
      const { states } = explored
      const on = await search(system, { sorts, schedules: 'all' })
      const off = await search(system, { schedules: 'all' })
      expect([on.states, on.transitions, on.depth], `seed ${seed}`).toEqual([...countOrbits(system, sorts, states), off.depth])
      expect(off.states).toBe(states.size)
      const [sort] = sorts
      if (sort?.size === 4) {
        // As many members are exchanged: in groups.
        const groups = [0, 2].map((first) => ({ ...sort, first, size: 2, exchanges: sort.exchanges.slice(first, first + 1) }))
        const inGroups = await search(system, { sorts: groups, schedules: 'none' })
        expect([inGroups.states, inGroups.transitions], `seed ${seed} in groups`).toEqual(countOrbits(system, groups, states))
      }
      if (on.states < off.states) smaller++
      const shown = (results: typeof on.properties) => results.map(({ failure: _, ...result }) => result)
      expect(shown(on.properties), `seed ${seed}`).toEqual(shown(off.properties))
      for (const { schedule } of on.properties) {
        if (schedule === null) continue
        followed(system, schedule)
        violated++
      }
    }
    expect(proved).toBe(runs)
    expect(smaller).toBeGreaterThan(runs / 2)
    expect(violated).toBeGreaterThan(runs / 2)
  }, 300_000)

  it('begins anew where it gets large, if something is interchangeable then', async () => {
    const { system } = await prepare('mach-shootdown-rules', { settings: [['pmaps', 2]], properties: ['noError'] })
    const sorts = sortsOf(system)
    const all = await search(system)
    const on = await search(system, { sorts })
    const shown = ({ states, transitions, depth, properties, fired, taken }: typeof on) => ({
      states,
      transitions,
      depth,
      properties,
      fired,
      taken,
    })
    expect(on.states).toBeLessThan(all.states)
    const asked: number[] = []
    const later = (found: readonly Sort[]) => ({ states: 20_000, modulo: async () => ({ system, sorts: asked.push(1) > 0 ? found : [] }) })
    expect(shown(await search(system, { later: later(sorts) }))).toEqual(shown(on))
    expect(shown(await search(system, { later: later([]) }))).toEqual(shown(all))
    expect(asked).toHaveLength(2)
    expect(shown(await search(system, { later: { ...later(sorts), states: all.states } }))).toEqual(shown(all))
    expect(asked).toHaveLength(2)
  })

  it('forgets nothing that was found before it begins anew, wherever the second search ends', async () => {
    const { system } = await prepare('mach-shootdown-rules', {
      settings: [
        ['pmaps', 2],
        ['dropI9', true],
      ],
    })
    const all = await search(system)
    const found = all.properties.filter(({ verdict, kind }) => verdict === (kind === 'sometimes' ? 'holds' : 'violated'))
    expect(found.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['always', 'sometimes']))
    const stop = new AbortController()
    const modulo = async () => {
      stop.abort()
      return { system, sorts: sortsOf(system) }
    }
    const cut = await search(system, { signal: stop.signal, later: { states: Math.floor(all.states * 0.7), modulo } })
    expect(cut).toMatchObject({ complete: false, limit: { kind: 'interrupted' } })
    expect(cut.sorts).not.toEqual([])
    const told = (one: (typeof all)['properties'][number] | undefined) => [one?.name, one?.verdict, one?.length]
    for (const one of found) expect(told(cut.properties.find(({ name }) => name === one.name))).toEqual(told(one))
  })
})
