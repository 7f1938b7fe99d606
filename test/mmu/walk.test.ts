import { array, bool, choose, index, model, optional, type StateOf } from 'mmucheck'
import { flushAll, invlpg, walker } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

// Table 0 points to table 1, and that to frame 0. Table 1 is unlinked, flushed if it is to be, and freed.
const state = () => ({
  loaded: bool,
  linked: bool,
  caches: array(2, optional(index(2))),
  freed: bool,
  readFreed: bool,
})
type State = StateOf<typeof state>

const freeing = (flushes: boolean) =>
  model({
    name: 'm',
    state,
    init: (s) => {
      s.loaded = true
      s.linked = true
    },
    processes: () => ({
      kernel: function* (s: State) {
        yield 'unlink'
        s.linked = false
        if (flushes) {
          yield 'flush'
          flushAll(s.caches)
        }
        yield 'free'
        s.freed = true
        yield 'switch'
        s.loaded = false
      },
    }),
    rules: () => ({
      walker: walker({
        levels: ['read the upper entry', 'read the lower entry'],
        root: (s: State) => (s.loaded ? 0 : null),
        caches: (s) => s.caches,
        read: (s, table) => {
          if (table === 0) return s.linked ? 1 : null
          s.readFreed = s.readFreed || s.freed
          return 0
        },
      }),
    }),
  })

const short = (states: readonly string[]): string[] =>
  states.map((state) => state.replaceAll('true', '1').replaceAll('false', '0').replaceAll('null', '-'))

test('a walk goes on from what is cached, level by level; what is flushed after it is unlinked is not read once it is free', async () => {
  const { states, verdicts } = await explore(freeing(true))
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(short(states)).toEqual([
    'loaded=0 linked=0 caches=[-,-] freed=1 readFreed=0 | kernel@-',
    'loaded=1 linked=0 caches=[1,0] freed=0 readFreed=0 | kernel@flush',
    'loaded=1 linked=0 caches=[1,-] freed=0 readFreed=0 | kernel@flush',
    'loaded=1 linked=0 caches=[-,0] freed=0 readFreed=0 | kernel@flush',
    'loaded=1 linked=0 caches=[-,-] freed=0 readFreed=0 | kernel@flush',
    'loaded=1 linked=0 caches=[-,-] freed=0 readFreed=0 | kernel@free',
    'loaded=1 linked=0 caches=[-,-] freed=1 readFreed=0 | kernel@switch',
    'loaded=1 linked=1 caches=[1,0] freed=0 readFreed=0 | kernel@unlink',
    'loaded=1 linked=1 caches=[1,-] freed=0 readFreed=0 | kernel@unlink',
    'loaded=1 linked=1 caches=[-,0] freed=0 readFreed=0 | kernel@unlink',
    'loaded=1 linked=1 caches=[-,-] freed=0 readFreed=0 | kernel@unlink',
  ])
})

test('without the flush the walker reads the freed table, and what it has from there is a translation', async () => {
  const { states } = await explore(freeing(false))
  expect(short(states.filter((state) => state.includes('readFreed=true')))).toEqual([
    'loaded=0 linked=0 caches=[1,0] freed=1 readFreed=1 | kernel@-',
    'loaded=0 linked=0 caches=[1,-] freed=1 readFreed=1 | kernel@-',
    'loaded=0 linked=0 caches=[-,0] freed=1 readFreed=1 | kernel@-',
    'loaded=0 linked=0 caches=[-,-] freed=1 readFreed=1 | kernel@-',
    'loaded=1 linked=0 caches=[1,0] freed=1 readFreed=1 | kernel@switch',
    'loaded=1 linked=0 caches=[1,-] freed=1 readFreed=1 | kernel@switch',
    'loaded=1 linked=0 caches=[-,0] freed=1 readFreed=1 | kernel@switch',
    'loaded=1 linked=0 caches=[-,-] freed=1 readFreed=1 | kernel@switch',
  ])
})

// Intel SDM, volume 3, "Operations that Invalidate TLBs and Paging-Structure Caches".
test('INVLPG of an address drops its translation, and the caches of upper levels of all addresses', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ walks: array(2, array(3, optional(index(2)))) }),
      init: function* (s) {
        s.walks = [
          [1, 1, 1],
          [1, 1, 1],
        ]
        const address = yield* choose(2)
        invlpg(s.walks, address)
      },
    }),
  )
  expect(short(states)).toEqual(['walks=[[-,-,1],[-,-,-]]', 'walks=[[-,-,-],[-,-,1]]'])
})
