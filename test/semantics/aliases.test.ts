/**
 * A local object may be changed as long as it has one name: a second name that comes after the last change is none of
 * its business, on whatever way, and one that a change can follow is refused (MC304), also where that takes a loop or a
 * yield.
 */
import { array, each, model, queue, range, record } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from './harness.ts'

const entry = record({ n: range(0, 3) })
const state = () => ({ x: range(0, 3), e: entry, l: array(2, entry), q: queue(2, entry) })

// Names were kept for all of a function, and a process is compiled in several passes: so a name that came later was
// there from the second pass on.
describe('a second name after the last change', () => {
  test('in a process, before a yield and behind one', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state,
        processes: (_p) => ({
          cpu: each(2, function* (s) {
            yield 'make'
            const own = { n: 1 }
            own.n = 2
            yield 'change'
            own.n = 3
            const other = own
            s.x = other.n
            yield 'keep'
            s.e = other
          }),
        }),
      }),
    )
    expect(states).toContain('x=3 e={n:3} l=[{n:0},{n:0}] q=[] | cpu[0]@- | cpu[1]@-')
  })

  test('in each round of a loop, without yields and with them', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state,
        processes: (_p) => ({
          cpu: function* (s) {
            yield 'list'
            const all: { n: number }[] = []
            for (let i = 0; i < 2; i++) {
              const own = { n: 0 }
              own.n = i + 1
              all.push(own)
            }
            s.l = all
            for (const i of [1, 2]) {
              yield `queue ${i}`
              const own = { n: 0 }
              own.n = i
              const other = own
              s.q.push(other)
            }
          },
        }),
      }),
    )
    expect(states).toContain('x=0 e={n:0} l=[{n:1},{n:2}] q=[{n:1},{n:2}] | cpu@-')
    expect(states).toContain('x=0 e={n:0} l=[{n:1},{n:2}] q=[{n:1}] | cpu@queue 2')
  })

  test('on another way, and of another object', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state,
        rules: () => ({
          way: (s) => {
            const own = { n: 1 }
            let seen = 0
            if (s.x > 0) {
              const other = own
              seen = other.n
            } else own.n = 3
            s.e = own
            s.x = seen
          },
          again: (s) => {
            let own = { n: 1 }
            const first = own
            own = { n: first.n + 1 }
            own.n += 1
            s.x = own.n
            s.e = first
          },
        }),
      }),
    )
    expect(states).toEqual([
      'x=0 e={n:0} l=[{n:0},{n:0}] q=[]',
      'x=0 e={n:3} l=[{n:0},{n:0}] q=[]',
      'x=1 e={n:1} l=[{n:0},{n:0}] q=[]',
      'x=3 e={n:1} l=[{n:0},{n:0}] q=[]',
    ])
  })
})

describe('a second name that a change can follow', () => {
  const refused: Readonly<Record<string, (s: { x: number; e: { n: number } }) => Generator<string, void, unknown>>> = {
    'behind a yield': function* (s) {
      yield 'make'
      const own = { n: 1 }
      const other = own
      yield 'change'
      own.n = 2
      s.e = other
    },
    'in the next round of a loop with a yield': function* (s) {
      yield 'make'
      const own = { n: 1 }
      let other = { n: 0 }
      while (s.x < 3) {
        s.e = other
        own.n = s.x
        yield 'round'
        other = own
      }
    },
    'in the next round of a loop without': function* (s) {
      yield 'make'
      const own = { n: 1 }
      let other = { n: 0 }
      for (let i = 0; i < 2; i++) {
        own.n = i
        other = own
      }
      s.e = other
    },
    'on one way to a yield': function* (s) {
      yield 'make'
      const own = { n: 1 }
      let other = { n: 0 }
      if (s.x === 0) {
        other = own
        yield 'named'
      } else yield 'not named'
      own.n = 2
      s.e = other
    },
    'where ways meet': function* (s) {
      yield 'make'
      const own = { n: 1 }
      let other = { n: 0 }
      if (s.x === 0) other = own
      own.n = 2
      s.e = other
    },
    'behind a jump': function* (s) {
      yield 'make'
      const own = { n: 1 }
      let other = { n: 0 }
      for (const i of [0, 1]) {
        if (s.x === i) {
          other = own
          break
        }
      }
      own.n = 2
      s.e = other
    },
  }

  test.each(Object.entries(refused))('%s', async (_, cpu) => {
    const m = model({ name: 'm', state, processes: (_p) => ({ cpu }) })
    await expect(explore(m)).rejects.toThrow('MC304')
  })
})
