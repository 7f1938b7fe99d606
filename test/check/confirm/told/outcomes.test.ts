import { always, array, bool, choose, flag, ghost, type Model, model, oneOf, range, record, type Steps, set } from 'mmucheck'
import { expect, test } from 'vitest'
import { outcomesOf, raceOf } from './race.ts'

const entry = record({ P: bool, W: bool })
interface State {
  pmd: 'none' | 'table'
  pte: { P: boolean; W: boolean }[]
  cpus: { has(cpu: number): boolean; add(cpu: number): unknown }
  count: number
  seen: boolean
  books: number
  done: boolean
}

const state = () => ({
  pmd: oneOf('none', 'table'),
  pte: array(2, entry),
  cpus: set(2),
  count: range(0, 3),
  seen: bool,
  books: ghost(range(0, 3)),
  done: bool,
})

const mustFlush = (s: State, cpu: number): boolean => s.cpus.has(cpu) && s.count > 0

function* trylock(s: State): Steps<boolean> {
  yield 'trylock'
  if (s.seen) return false
  s.seen = true
  return true
}

/** A model of one process whose one race is to come to its end. */
const one = (body: (s: State) => Steps): Promise<readonly string[]> =>
  outcomesAtEnd(
    model({
      name: 'one',
      params: { wide: flag(false) },
      state,
      init: (s) => {
        s.pmd = 'table'
        s.pte[1].W = true
        s.count = 2
        s.cpus.add(1)
      },
      processes: () => ({
        *walker(s) {
          yield* body(s as never)
          s.done = true
        },
      }),
    }),
  )

const outcomesAtEnd = async (m: unknown): Promise<readonly string[]> =>
  outcomesOf(await raceOf(m as Model, { end: always((s) => !(s as never as State).done) }))

test('what was read, where it is compared with what is written there', async () => {
  expect(
    await one(function* (s) {
      yield 'READ_ONCE(*pmdp)'
      if (s.pmd === 'none') return
      yield 'count'
      if (1 < s.count) s.seen = true
      yield 'switch'
      switch (s.pmd) {
        case 'table':
          s.count = 0
      }
    }),
  ).toEqual(['READ_ONCE(*pmdp); pmd is table', 'count; count is 2', 'switch; pmd is table'])
})

test('conditions in the words of their author, with the indices that they had', async () => {
  expect(
    await one(function* (s) {
      yield 'load'
      const i = s.count - 1
      const old = s.pte[i].W
      yield 'compare'
      if (s.pte[i].W === old) s.pte[i].W = false
      yield 'flag'
      if (!s.pte[i].W) s.count = 1
      yield 'reference'
      const pte = s.pte[0]
      if (pte.P || pte.W !== old) s.count = 2
    }),
  ).toEqual(['load', 'compare; pte[1].W === old: yes', 'flag; pte[1].W: no', 'reference; pte[0].W === old: no'])
})

test('of && and || the part that made it so', async () => {
  expect(
    await one(function* (s) {
      yield 'and, false'
      if (s.pte[1].W && s.pte[0].P && s.seen) s.count = 0
      yield 'and, true'
      if (s.pte[1].W && !(s.pte[0].P || s.seen)) s.count = 1
      yield 'or, true'
      s.count = s.pte[0].W || s.pte[1].W || s.seen ? 2 : 3
    }),
  ).toEqual(['and, false; pte[0].P: no', 'and, true; pte[1].W: yes; pte[0].P: no; seen: no', 'or, true; pte[1].W: yes'])
})

test('helpers are asked, and what they look at inside is not told', async () => {
  expect(
    await one(function* (s) {
      yield 'flush?'
      if (mustFlush(s, 1)) s.seen = true
      yield 'member'
      if (!s.cpus.has(0)) s.seen = false
      yield 'between'
      if (yield* trylock(s)) s.count = 0
    }),
  ).toEqual(['flush?; mustFlush(1): yes', 'member; cpus.has(0): no', 'between', 'trylock; seen: no'])
})

test('rounds of a loop are seen by their steps: only its end is told, and not that of a counter', async () => {
  expect(
    await one(function* (s) {
      yield 'begin'
      while (s.count > 0) {
        yield 'count down'
        s.count--
      }
      for (let i = 0; i < 2; i++) {
        yield `round ${i}`
        s.pte[i].P = true
      }
    }),
  ).toEqual(['begin', 'count down', 'count down; count is 0', 'round 0', 'round 1'])
})

// A loop over CPUs said of each whether it is the one that asks.
test('of the parts of a condition nothing of parameters', async () => {
  const others = (s: State, cpu: number): boolean => {
    for (let other = 0; other < 2; other++) if (other !== cpu && s.pte[other].W) return true
    return false
  }
  expect(
    await one(function* (s) {
      yield 'ask'
      s.seen = others(s, 0)
    }),
  ).toEqual(['ask; pte[1].W: yes'])
})

test('nothing of what is so in every state, was chosen beside the label, or is in the books of properties', async () => {
  const m = model({
    name: 'still',
    params: { wide: flag(true) },
    state,
    processes: (p) => ({
      *walker(s) {
        yield 'choose'
        const which = yield* choose(['one', 'two'])
        if (p.wide) s.count = 1
        yield 'go'
        if (which === 'one') s.count = 2
        if (s.books === 0) s.books = 1
        if (p.wide && s.count === 2) s.done = true
      },
    }),
  })
  expect(await outcomesAtEnd(m)).toEqual(['choose', 'go; count is 2'])
})

test('a local that stands beside it says by itself what follows from it', async () => {
  expect(
    await one(function* (s) {
      yield 'read'
      const old = s.pte[1].W
      if (!old) return
      yield 'again'
      if (old) s.pte[0].W = old
    }),
  ).toEqual(['read', 'again; old: yes'])
})

test('a step that fails says what it decided before; words are short', async () => {
  const m = model({
    name: 'failing',
    state: () => ({ pte: array(2, entry), count: range(0, 3) }),
    processes: () => ({
      *cpu(s) {
        yield 'fail'
        const down = s.count - 1
        if (s.pte[0].P === s.pte[1].P && s.pte.every((anEntryOfALongName) => !anEntryOfALongName.P && !anEntryOfALongName.W)) s.count = down
      },
    }),
  })
  const steps = await raceOf(m, {})
  expect(steps.at(-1)?.after).toBe(null)
  expect(outcomesOf(steps)).toEqual(['fail; pte[0].P === pte[1].P: yes; pte.every((anEntryOfALongName) => !anEntr...: yes'])
})
