/** Systems for searches by workers. */
import type { System } from '../../../src/ir/system.ts'
import { add, builder, finish, load, lt, ne, store, value, when } from '../ir.ts'

/** One counter, of which every word of a state says something: `n` states in a row. */
export const wide = (words: number, n: number): System => {
  const b = builder('wide')
  const filler = Array.from({ length: words - 1 }, (_, i) => b.global(`w${i}`, 0, 2 ** 31 - 2, [2]))
  const x = b.global('x', 0, n - 1)
  const up = filler.flatMap((f) => [store(f, [value(0)], load(x)), store(f, [value(1)], add(load(x), value(3)))])
  b.rule('count', 'up', when(lt(load(x), n - 1), finish(store(x, [], add(load(x), 1)), ...up)))
  b.property('below', 'always', ne(load(x), value(n - 1000)))
  return b.build()
}

/** Three counters, each in a word of its own: `n ** 3` states. */
export const odometer = (n: number): System => {
  const b = builder('odometer')
  for (const name of ['x', 'y', 'z']) {
    const wheel = b.global(name, 0, 2 ** 31 - 2, [2])
    const [low, high] = [value(0), value(1)]
    const up = [store(wheel, [low], add(load(wheel, low), 1)), store(wheel, [high], add(load(wheel, low), 7))]
    b.rule(name, 'up', when(lt(load(wheel, low), n - 1), finish(...up)))
  }
  return { ...b.build(), deadlock: 'allowed' }
}
