/** Two CPUs and a lock, with properties of all kinds that single states settle; and a process that ends. */
import { always, array, bool, bound, each, index, model, oneOf, optional, properties, range, sometimes, until } from 'mmucheck'

const locks = model({
  name: 'locks',
  state: () => ({ owner: optional(index(2)), inside: array(2, bool), rounds: range(0, 5) }),
  processes: (_p) => ({
    cpu: each(2, function* (s, me) {
      while (true) {
        yield until('lock', () => s.owner === null)
        s.owner = me
        yield 'enter'
        s.inside[me] = true
        if (s.rounds < 5) s.rounds++
        yield 'leave'
        s.inside[me] = false
        yield 'unlock'
        s.owner = null
      }
    }),
  }),
})
export const claimed = properties(locks, {
  exclusion: always((s) => !(s.inside[0] && s.inside[1])),
  early: always((s) => s.rounds < 3),
  full: sometimes((s) => s.rounds === 5),
  rounds: bound((s) => s.rounds, 5),
  over: bound((s) => s.rounds, 1),
})

const ending = model({
  name: 'ending',
  state: () => ({ at: oneOf('a', 'b') }),
  processes: (_p) => ({
    one: function* (s) {
      yield 'first'
      s.at = 'b'
      yield 'second'
      s.at = 'a'
    },
  }),
})

export const straight = properties(ending, { b: sometimes((s) => s.at === 'b'), fine: always((s) => s.at !== null) })
