/** Ghosts that nobody reads were kept for years: a report says so. */
import { always, assert, bool, ghost, leadsTo, maximum, model, properties, range, record, when } from 'mmucheck'
import { expect, test } from 'vitest'
import { unreadGhosts } from '../../../src/check/request/unread-ghosts.ts'
import { check, prepare } from '../../../src/check.ts'

const books = model({
  name: 'books',
  state: () => ({
    n: range(0, 3),
    unread: ghost(range(0, 3)),
    ofUnread: ghost(record({ a: bool, b: range(0, 3) })),
    asserted: ghost(range(0, 3)),
    read: ghost(record({ a: bool, b: bool })),
    byWay: ghost(range(0, 3)),
    deciding: ghost(bool),
    leaving: ghost(bool),
    owed: ghost(bool),
    measured: ghost(range(0, 3)),
    held: ghost(bool),
    elsewhere: ghost(bool),
  }),
  processes: () => ({
    cpu: function* (s) {
      yield 'hold'
      const kept = s.held
      yield 'let go'
      s.read.b = kept
    },
  }),
  rules: () => ({
    count: (s) => {
      when(s.n < 3)
      s.n++
      // Its own range, and whether it is counted at all, are no use of it.
      if (s.unread < 3) s.unread = s.unread + 1
      s.ofUnread = { a: s.unread > 1, b: s.unread }
      assert(s.asserted < 3 || s.n < 3)
      s.asserted = s.n
    },
    book: (s) => {
      const value = s.byWay
      if (s.deciding) s.read.b = value > 0
      s.owed = true
      s.measured = 1
    },
    leave: (s) => {
      for (const i of [0, 1]) {
        if (s.leaving) break
        s.measured = i
      }
    },
  }),
  deadlock: 'allowed',
})

/** Reads it in other settings than this one, as a property with params does. */
const isElsewhere = (s: S): boolean => s.elsewhere
const other = { on: false }

type S = { elsewhere: boolean; read: { b: boolean }; n: number; owed: boolean; measured: number }
const asked = properties(
  books as never,
  {
    holds: always((s: S) => !s.read.b || s.n < 3 || (other.on && isElsewhere(s))),
    comes: leadsTo(
      (s: S) => s.n > 0,
      (s: S) => s.owed,
    ),
    most: maximum((s: S) => s.measured),
  } as never,
)

const unread = async (options = {}): Promise<string[]> => {
  const { target, properties: chosen, system } = await prepare(asked as never, options)
  return unreadGhosts(target, chosen, system)
}

test('those of which neither a property nor an assertion depends, by way of another ghost, a local or a condition either', async () => {
  expect(await unread()).toEqual(['unread', 'ofUnread'])
  expect((await check(asked as never, { oracle: 'none' })).unreadGhosts).toEqual(['unread', 'ofUnread'])
})

test('nobody can say where some properties are left out, or none are known', async () => {
  expect(await unread({ properties: ['holds'] })).toEqual([])
  const { target, properties: chosen, system } = await prepare(books as never)
  expect(unreadGhosts(target, chosen, system)).toEqual([])
})
