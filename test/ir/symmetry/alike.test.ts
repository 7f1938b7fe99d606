/** Locals of members whose ranges were inferred one by one. */
import { expect, test } from 'vitest'
import { search } from '../../../src/explicit/search/search.ts'
import { withAlikeLocals } from '../../../src/ir/symmetry/alike.ts'
import { proposeSorts } from '../../../src/ir/symmetry/propose.ts'
import type { System } from '../../../src/ir/system.ts'
import { builder, choose, frame, goto, load, store, temp } from '../../explicit/ir.ts'

/** Each of three members keeps one of the others. */
const others = (): System => {
  const b = builder('others')
  const told = b.global('told', 0, 1, [3])
  for (const i of [0, 1, 2])
    b.process(`m[${i}]`, (local) => {
      const [least = 0, most = 0] = [0, 1, 2].filter((other) => other !== i)
      const kept = local('kept', least, most)
      const other = { op: 'select', condition: temp(i), a: { op: 'const', value: most }, b: { op: 'const', value: least } } as const
      return [choose(i, 2, goto(1, [frame(kept, other)])), goto(2, [], [store(told, [load(kept)], 1), store(told, [i], 0)]), null]
    })
  const made = b.build()
  return { ...made, agents: made.agents.map((agent, i) => ({ ...agent, group: 'm', instance: i })) }
}

test('get one range, and change places', async () => {
  const system = others()
  const alike = withAlikeLocals(system)
  const ranges = ({ variables }: System) => variables.filter(({ role }) => role.kind === 'local').map(({ lo, hi }) => [lo, hi])
  expect(ranges(system)).toEqual([
    [1, 2],
    [0, 2],
    [0, 1],
  ])
  expect(ranges(alike)).toEqual([
    [0, 2],
    [0, 2],
    [0, 2],
  ])
  expect(proposeSorts(system)).toMatchObject([{ kind: 'unlike', unlike: { what: 'locals' } }])
  const sorts = proposeSorts(alike).flatMap((found) => (found.kind === 'sort' ? [found.sort] : []))
  expect(sorts).toMatchObject([{ name: 'm', size: 3 }])
  const [given, changed, modulo] = [await search(system), await search(alike), await search(alike, { sorts })]
  expect([changed.states, changed.transitions, changed.depth]).toEqual([given.states, given.transitions, given.depth])
  expect(modulo.states).toBeLessThan(given.states / 3)
})
