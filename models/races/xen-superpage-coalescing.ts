/**
 * map_pages_to_xen() changes Xen's own page tables. Where all entries of an L2 table continue each other, it replaces
 * the table by one superpage entry in the L3 table, and frees it. Two CPUs may do so at once, or one while the other is
 * about to change an entry of that table.
 */
import { bool, choice, choose, each, flag, ghost, model, oneOf, type ParamValues, type StateOf, type Steps } from 'mmucheck'
import { acquire, free, lifetime, lock, release, touch } from 'mmucheck/mmu'

const params = {
  locked: choice(
    ['nothing', 'the replacement', 'from the walk to the free'],
    'from the walk to the free',
    'what is done under one hold of the lock; where it is the replacement, the L3 entry is read once more with the lock',
  ),
  modifiersLock: flag(true, 'who only changes an entry takes the lock as well, if it is held from the walk on'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  l3Lock: lock(2),
  l3e: oneOf('L2 table', 'superpage'),
  l2Table: ghost(lifetime),
  modified: ghost(bool),
})

type State = StateOf<typeof state>

function* modify(s: State, p: Params, cpu: number): Steps {
  const locks = p.locked === 'from the walk to the free' && p.modifiersLock
  if (locks) yield* acquire(s.l3Lock, cpu, 'modify: lock(L3)')
  yield 'walk: p = l3e_to_l2e(*pl3e)'
  const isTable = s.l3e === 'L2 table'
  if (isTable) {
    yield 'l2e_write_atomic(&p[m])'
    s.modified = true
    touch(s.l2Table)
  }
  if (locks) yield* release(s.l3Lock, cpu, 'modify: unlock(L3)')
}

function* coalesce(s: State, p: Params, cpu: number): Steps {
  if (p.locked === 'from the walk to the free') yield* acquire(s.l3Lock, cpu, 'coalesce: lock(L3)')
  yield 'ol3e = *pl3e'
  let isTable = s.l3e === 'L2 table'
  if (isTable) {
    if (p.locked === 'the replacement') {
      yield* acquire(s.l3Lock, cpu, 'replace: lock(L3)')
      isTable = s.l3e === 'L2 table'
    }
    if (isTable) {
      yield 'l3e_write_atomic(superpage)'
      s.l3e = 'superpage'
    }
    if (p.locked === 'the replacement') yield* release(s.l3Lock, cpu, 'replace: unlock(L3)')
    if (isTable) {
      yield 'free_xen_pagetable(L2)'
      free(s.l2Table)
    }
  }
  if (p.locked === 'from the walk to the free') yield* release(s.l3Lock, cpu, 'coalesce: unlock(L3)')
}

export default model({
  name: 'xen-superpage-coalescing',
  title: "Xen's own page tables: a superpage replaces a table that somebody walks, or frees",
  source: 'XSA-345, Xen commit 1ce75e99d7, 2020; partial fixes a511466229 and b9ee1fd7b9, 2017',
  params,
  variants: {
    'as-it-was': { locked: 'nothing' },
    'locked-replacement': { locked: 'the replacement' },
    'modifiers-without-lock': { modifiersLock: false },
    fixed: {},
  },
  state,
  processes: (p) => ({
    cpu: each(2, function* (s: State, cpu: number) {
      yield 'map_pages_to_xen()'
      const call = yield* choose(['modify', 'coalesce'] as const)
      if (call === 'modify') yield* modify(s, p, cpu)
      else yield* coalesce(s, p, cpu)
    }),
  }),
})
