import { always, bool, each, eventually, model, range } from 'mmucheck'
import { expect, test } from 'vitest'
import { localsOf, raceOf } from './race.ts'

const state = () => ({ x: range(0, 3), y: range(0, 3), done: bool })

test('a local is told where a later step of the race reads it, and it is no counter', async () => {
  const m = model({
    name: 'locals',
    state,
    processes: () => ({
      *walker(s) {
        yield 'read'
        const used = s.x
        const onOtherWays = s.y
        for (let round = 0; round < 2; round++) {
          yield 'round'
          s.y = used + round
          if (s.y > 1) s.x = onOtherWays
          if (s.y === 1) s.done = true
        }
        yield 'end'
        s.x = onOtherWays + used
      },
      // The same name, which counts nothing here.
      *other(s) {
        yield 'wait'
        const round = s.y
        yield 'store'
        s.y = round
      },
    }),
  })
  const steps = await raceOf(m, { end: always((s) => !s.done) })
  // Both rounds read `onOtherWays` in their code, whichever way they take.
  expect(localsOf(steps)).toEqual(['read; used; onOtherWays', 'round', 'round'])
})

test('a local that nothing reads before the race ends is not told', async () => {
  const m = model({
    name: 'copies',
    state,
    processes: () => ({
      cpu: each(1, function* (s) {
        yield 'read'
        const old = s.x
        yield 'write'
        s.y = 1
        yield 'write back'
        s.x = old
      }),
    }),
  })
  expect(localsOf(await raceOf(m, { written: always((s) => s.y === 0) }))).toEqual(['read', 'write'])
  expect(localsOf(await raceOf(m, { never: eventually((s) => s.x === 3) }))).toEqual(['read; old', 'write', 'write back'])
})
