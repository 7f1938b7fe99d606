/**
 * Xen replaces a subtree of a guest's EPT (by a superpage, or by nothing) and gives its tables back to the paging pool,
 * while other CPUs run the guest and walk them. The flush is deferred until the lock of the p2m is dropped, so that
 * several changes need one. Nothing defers the free.
 *
 * The subtree is a table of level 2, T2, and one of level 1 below it, T1. One CPU changes the entry that leads to T2,
 * as ept_set_entry() does; another runs the guest, and its hardware caches what it has read of upper levels. Of what
 * becomes of T1 in the pool the guest knows nothing: what a walk reads there leads anywhere.
 */
import { array, bool, flag, ghost, index, model, optional, type ParamValues, range, type StateOf, type Steps } from 'mmucheck'
import { flushAll, walker } from 'mmucheck/mmu'

/** The tables: the one that has the entry, and those that are freed. */
const root = 0
const T2 = 1
const T1 = 2

/** To what the guest's address is translated. */
const own = 0
const foreign = 1

const params = {
  deferred: flag(true, 'ept_sync_domain() only takes down that a flush is needed; else it flushes'),
  syncs: flag(true, 'a flush that is needed is done before a table is freed: p2m_tlb_flush_sync()'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  /** The entry leads to T2. */
  linked: bool,
  /** p2m->need_flush */
  needFlush: bool,
  /** By table: it is in the pool. */
  free: array(3, bool),
  /** What the other CPU caches: the entries that lead to T2 and to T1, and the translation. */
  caches: array(3, optional(index(3))),
  walkedFree: ghost(bool),
  /** How often the other CPU has been interrupted; that has emptied its caches of something. */
  flushes: ghost(range(0, 3)),
  flushedEntries: ghost(bool),
})

type State = StateOf<typeof state>

/** The other CPU leaves the guest, and invalidates what it caches before it comes back. */
function* interrupt(s: State): Steps {
  yield 'ept_sync_domain_mask(): INVEPT'
  s.flushes++
  if (flushAll(s.caches)) s.flushedEntries = true
}

function* flushSync(s: State): Steps {
  if (!s.needFlush) return
  s.needFlush = false
  yield* interrupt(s)
}

function* freeTable(s: State, p: Params, table: number, label: string): Steps {
  if (p.syncs) yield* flushSync(s)
  yield label
  s.free[table] = true
}

export default model({
  name: 'xen-ept-deferred-flush',
  title: 'A table of the EPT goes back to the pool before the deferred flush',
  source:
    'XSA-480 (CVE-2026-23554), Xen commit 4bc2e5333a, "x86/p2m: issue a sync flush before freeing paging pages", 2026; fixes 4a59e6bb3a, "x86/EPT: squash meaningless TLB flush", 2022',
  params,
  variants: {
    'as-it-was': { syncs: false },
    'not-deferred': { deferred: false, syncs: false },
    fixed: {},
  },
  state,
  init: (s) => {
    s.linked = true
  },
  on: () => ({ xen: 0, 'guest walker': 1 }),
  processes: (p) => ({
    xen: function* (s: State) {
      yield 'atomic_write_ept_entry()'
      s.linked = false
      if (p.deferred) s.needFlush = true
      else yield* interrupt(s)
      yield* freeTable(s, p, T1, 'p2m_free_ptp(T1)')
      yield* freeTable(s, p, T2, 'p2m_free_ptp(T2)')
      yield 'p2m_unlock()'
      yield* flushSync(s)
    },
  }),
  rules: () => ({
    'guest walker': walker({
      levels: ['read the entry', 'read T2', 'read T1'],
      root: () => root,
      caches: (s: State) => s.caches,
      read: (s, table) => {
        if (table === root) return s.linked ? T2 : null
        if (s.free[table]) s.walkedFree = true
        if (table === T2) return T1
        return s.free[T1] ? foreign : own
      },
    }),
  }),
})
