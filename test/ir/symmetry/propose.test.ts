/** What may be a sort, by how the code of a system uses it. */
import { expect, test } from 'vitest'
import { proposeSorts } from '../../../src/ir/symmetry/propose.ts'
import type { System } from '../../../src/ir/system.ts'
import { add, builder, choose, eq, finish, frame, goto, load, store, temp, when } from '../../explicit/ir.ts'

const ofEach = (system: System): System => ({
  ...system,
  agents: system.agents.map((agent) => ({ ...agent, group: 'm', instance: Number(agent.name.slice(2, -1)) })),
})

const sorts = (system: System) =>
  proposeSorts(system).map((found) =>
    found.kind === 'unlike'
      ? { name: found.name, unlike: found.unlike.what }
      : {
          name: found.sort.name,
          size: found.sort.size,
          swaps: found.sort.exchanges.map(({ swaps }) => swaps),
          holders: found.sort.holders.map(({ element }) => element),
        },
  )

test('agents that index with their own number, and what holds such a number', () => {
  const b = builder('own')
  const own = b.global('own', 0, 3, [2])
  const owner = b.global('owner', 0, 1)
  const count = b.global('count', 0, 1, [2])
  for (const i of [0, 1]) b.rule(`m[${i}]`, 'r', when(eq(load(own, i), 3), finish(store(owner, [], i), store(own, [load(owner)], 0))))
  b.rule('m[0]', 'x', finish(store(count, [0], 1)))
  b.rule('m[1]', 'x', finish(store(count, [1], 1)))
  expect(sorts(ofEach(b.build()))).toEqual([
    {
      name: 'm',
      size: 2,
      swaps: [
        [
          [0, 1],
          [3, 4],
        ],
      ],
      holders: [2],
    },
  ])
})

test('a dimension without agents, and values that are only chosen, stored and compared', () => {
  const b = builder('values')
  const page = b.global('page', 0, 2, [2])
  const at = b.global('at', 0, 1)
  const held = b.global('held', 0, 2)
  b.rule('a', 'r', choose(0, 2, choose(1, 3, finish(store(at, [], temp(0)), store(page, [load(at)], temp(1)), store(held, [], temp(1))))))
  expect(sorts(b.build())).toEqual([
    { name: 'page[i]', size: 2, swaps: [[[0, 1]]], holders: [2] },
    { name: 'values of page', size: 3, swaps: [[], []], holders: [0, 1, 3] },
  ])
})

test('no values that are counted, nor constants of their own', () => {
  const b = builder('counted')
  const count = b.global('count', 0, 2)
  const state = b.global('state', 0, 1)
  b.rule('a', 'r', choose(0, 3, finish(store(count, [], temp(0)), store(count, [], add(load(count), 1)))))
  b.rule('a', 's', choose(1, 2, finish(store(state, [], temp(1)))))
  b.rule('a', 't', finish(store(state, [], 0)))
  expect(sorts(b.build())).toEqual([])
})

test('the locals and the location of a process go with it; a local means a member where it is alive', () => {
  const b = builder('process')
  const told = b.global('told', 0, 1, [2])
  for (const i of [0, 1])
    b.process(`m[${i}]`, (local) => {
      const kept = local('kept', 0, 1)
      return [choose(i, 2, goto(1, [frame(kept, temp(i))])), goto(2, [], [store(told, [load(kept)], 1), store(told, [i], 0)]), null]
    })
  const [found] = proposeSorts(ofEach(b.build()))
  if (found?.kind !== 'sort') throw new Error('no sort')
  expect(found.sort.exchanges[0]?.swaps).toEqual([
    [0, 1],
    [2, 4],
    [3, 5],
  ])
  expect(found.sort.holders).toEqual([
    { element: 2, when: [{ element: 3, among: [1] }] },
    { element: 4, when: [{ element: 5, among: [1] }] },
  ])
  expect(found.sort.exchanges[0]?.steps).toEqual([2, 3, 0, 1])
})

test('members that are made of different steps or locals are none', () => {
  const b = builder('unlike')
  const own = b.global('own', 0, 1, [2])
  for (const i of [0, 1]) b.rule(`m[${i}]`, 'r', finish(store(own, [i], 1)))
  b.rule('m[0]', 'more', finish(store(own, [0], 0)))
  expect(sorts(ofEach(b.build()))).toEqual([{ name: 'm', unlike: 'steps' }])
  const c = builder('locals')
  for (const i of [0, 1])
    c.process(`m[${i}]`, (local) => {
      const kept = local('kept', 0, i + 1)
      return [goto(1, [frame(kept, 1)]), null]
    })
  expect(sorts(ofEach(c.build()))).toEqual([{ name: 'm', unlike: 'locals' }])
})

test('where something folds away for one of them, the others still say whose number it is', () => {
  const b = builder('folded')
  const own = b.global('own', 0, 1, [3])
  const other = b.global('other', 0, 1)
  for (const i of [0, 1, 2]) b.rule(`m[${i}]`, 'r', finish(store(own, [i], 1), ...(i === 2 ? [] : [store(other, [], 1)])))
  expect(sorts(ofEach(b.build()))).toMatchObject([{ name: 'm', size: 3, swaps: [[[0, 1]], [[1, 2]]] }])
})
