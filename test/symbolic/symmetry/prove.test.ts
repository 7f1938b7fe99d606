/** Whether members are interchangeable: what a solver says, and that it says no where it has to. */
import { beforeAll, describe, expect, test } from 'vitest'
import { proposeSorts } from '../../../src/ir/symmetry/propose.ts'
import type { Sort } from '../../../src/ir/symmetry/sort.ts'
import type { System } from '../../../src/ir/system.ts'
import { loadCadical } from '../../../src/symbolic/solver/cadical.ts'
import type { SolverFactory } from '../../../src/symbolic/solver/solver.ts'
import { proveSort } from '../../../src/symbolic/symmetry/prove.ts'
import { builder, choose, cover, eq, finish, ifThen, load, store, temp, when } from '../../explicit/ir.ts'
import { type Favour, symmetricSystem } from '../../explicit/symmetric.ts'

let solver: SolverFactory
beforeAll(async () => {
  solver = await loadCadical()
})

const agentsOf = (system: System): Sort => {
  const found = proposeSorts(system).find((one) => one.kind === 'sort' && one.sort.agents.length > 0)
  if (found?.kind !== 'sort') throw new Error('no sort of agents')
  return found.sort
}

const seeds = Array.from({ length: 40 }, (_, i) => i + 1)

test('members that do the same are interchangeable', () => {
  for (const seed of seeds) {
    const system = symmetricSystem(seed)
    expect(proveSort(system, agentsOf(system), solver), `seed ${seed}`).toEqual({ kind: 'proved' })
  }
})

describe('a member that is favoured by', () => {
  test.each(['a property', 'an initial state'] satisfies Favour[])('%s is told apart there', (favour) => {
    for (const seed of seeds) {
      const system = symmetricSystem(seed, favour)
      expect(proveSort(system, agentsOf(system), solver), `seed ${seed}`).toMatchObject({
        kind: 'refused',
        k: 0,
        subject: favour === 'a property' ? { kind: 'property', name: 'first' } : { kind: 'init' },
      })
    }
  })

  test('a step of its own is no member at all', () => {
    for (const seed of seeds.slice(0, 10))
      expect(proposeSorts(symmetricSystem(seed, 'a step'))).toContainEqual(
        expect.objectContaining({ kind: 'unlike', unlike: expect.objectContaining({ what: 'steps' }) }),
      )
  })
})

const twoRules = (favoured: (i: number) => Parameters<typeof finish>): System => {
  const b = builder('two')
  const own = b.global('own', 0, 2, [2])
  b.global('other', 0, 1)
  b.branch()
  for (const i of [0, 1]) b.rule(`m[${i}]`, 'r', when(eq(load(own, i), 0), finish(store(own, [i], 1), ...favoured(i))))
  const made = b.build()
  return { ...made, agents: made.agents.map((agent) => ({ ...agent, group: 'm', instance: Number(agent.name.slice(2, -1)) })) }
}

describe('a step that favours one', () => {
  test('by what it stores', () => {
    const system = twoRules((i) => [store(1, [], i)])
    const sort = { ...agentsOf(system), holders: [] }
    expect(proveSort(system, sort, solver)).toEqual({
      kind: 'refused',
      k: 0,
      subject: { kind: 'step', step: 0 },
      difference: { kind: 'element', element: 2 },
    })
  })

  test('by the branches that it takes', () => {
    const system = twoRules((i) => [ifThen(eq(load(1), i), [cover(0)])])
    expect(proveSort(system, { ...agentsOf(system), holders: [] }, solver)).toMatchObject({ difference: { kind: 'branches' } })
  })

  test('by when it can be taken', () => {
    const b = builder('enabled')
    const own = b.global('own', 0, 2, [2])
    for (const i of [0, 1]) b.rule(`m[${i}]`, 'r', when(eq(load(own, i), i), finish(store(own, [i], 2))))
    const made = b.build()
    const system = { ...made, agents: made.agents.map((agent, i) => ({ ...agent, group: 'm', instance: i })) }
    const sort = { ...agentsOf(system), holders: [] }
    expect(proveSort(system, sort, solver)).toMatchObject({ subject: { kind: 'step', step: 0 }, difference: { kind: 'enabled' } })
  })
})

test('choices that stand for each other in another way are found', () => {
  const b = builder('others')
  const told = b.global('told', 0, 1, [3, 3])
  // Position 0 of the list of all others is another member for each.
  for (const i of [0, 1, 2]) {
    const [first = 0, second = 0] = [0, 1, 2].filter((other) => other !== i)
    b.rule(
      `m[${i}]`,
      'r',
      choose(
        i,
        2,
        finish(
          store(
            told,
            [i, { op: 'select', condition: eq(temp(i), 0), a: { op: 'const', value: first }, b: { op: 'const', value: second } }],
            1,
          ),
        ),
      ),
    )
  }
  const made = b.build()
  const system = { ...made, agents: made.agents.map((agent, i) => ({ ...agent, group: 'm', instance: i })) }
  expect(proveSort(system, agentsOf(system), solver)).toEqual({ kind: 'proved' })
})

describe('a renaming that is none', () => {
  test('is refused, whatever is left out of it', () => {
    let refused = 0
    for (const seed of seeds) {
      const system = symmetricSystem(seed)
      const sort = agentsOf(system)
      const [first, ...others] = sort.exchanges
      if (first === undefined) throw new Error('no exchange')
      for (const [i] of first.swaps.entries()) {
        const swaps = first.swaps.filter((_, at) => at !== i)
        const broken = { ...sort, exchanges: [{ ...first, swaps }, ...others] }
        if (proveSort(system, broken, solver).kind === 'refused') refused++
      }
      const forgetful = { ...sort, holders: sort.holders.slice(1) }
      if (sort.holders.length > 0 && proveSort(system, forgetful, solver).kind === 'refused') refused++
    }
    expect(refused).toBeGreaterThan(seeds.length * 2)
  }, 60_000)
})
