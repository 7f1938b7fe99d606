/**
 * An entry that the hardware writes to as well is read, changed and written back. KVM's TDP MMU did so with mmu_lock
 * held, which no virtual CPU takes to set A and D; Linux' pmdp_invalidate() did so with the page-table lock.
 *
 * Two updates are told: `age` clears A and flushes nothing; `invalidate` takes the entry away and flushes, as a zap of
 * KVM does, and as pmdp_invalidate() does. What had D and has it no more marks its page dirty (handle_changed_spte()).
 * Then the dirty log is harvested once: who migrates the guest takes the bit and copies the page, and D is cleared so
 * that the next store is logged again. The hardware logs a store when it sets D (PML).
 */
import { array, bool, choice, ghost, model, type ParamValues, type StateOf, type Steps, when } from 'mmucheck'
import { emptyPte, flush, loadHits, type Pte, pte, store, tlb, xchg } from 'mmucheck/mmu'

const params = {
  update: choice(['age', 'invalidate'], 'age', 'A is cleared, without a flush; or the entry is taken away, with one'),
  write: choice(
    ['write', 'xchg, read before', 'xchg', 'locked and'],
    'locked and',
    'how the new entry is written: plainly; by xchg, of which the result is ignored or used; or only A is cleared (of age only: else xchg)',
  ),
}

type Params = ParamValues<typeof params>

const state = () => ({
  spte: array(1, pte()),
  tlb: tlb(1),
  /** The dirty bitmap of the memory slot, and the dirty flag of the page. */
  logged: bool,
  pageDirty: bool,
  /** The guest has stored to the page; it has done so since the page was last copied. */
  stored: ghost(bool),
  modified: ghost(bool),
})

type State = StateOf<typeof state>

function* update(s: State, p: Params): Steps {
  yield 'old = READ_ONCE(spte)'
  let old: Pte = { ...s.spte[0] }
  let now: Pte = p.update === 'age' ? { ...old, A: false } : emptyPte
  if (p.write === 'write') {
    yield 'WRITE_ONCE(spte, new)'
    s.spte[0] = now
  } else if (p.write === 'locked and' && p.update === 'age') {
    yield 'clear A: lock and(spte)'
    old = { ...s.spte[0] }
    now = { ...old, A: false }
    s.spte[0].A = false
  } else {
    yield 'xchg(spte, new)'
    const seen = xchg(s.spte, 0, now)
    if (p.write !== 'xchg, read before') old = seen
  }
  // handle_changed_spte(): in one step with the write, since who looks for a dirty page takes the lock.
  if (old.D && !now.D) s.pageDirty = true
  if (p.update === 'invalidate') {
    yield 'flush TLB'
    flush(s.tlb, 0)
  }
}

function* harvest(s: State): Steps {
  yield 'get_dirty_log: xchg(bitmap, 0)'
  if (!xchg(s, 'logged', false)) return
  yield 'clear_dirty: test and clear D'
  if (xchg(s.spte[0], 'D', false)) {
    s.pageDirty = true
    yield 'clear_dirty: flush TLB'
    flush(s.tlb, 0)
  }
  yield 'copy the page'
  s.modified = false
}

export default model({
  name: 'kvm-volatile-spte',
  title: 'A page-table entry that the hardware writes to is read, changed and written back',
  source:
    'Linux commit ba3a6120a4e7, "KVM: x86/mmu: Use atomic XCHG to write TDP MMU SPTEs with volatile bits", 2022; d52605d7cb30, "mm: do not lose dirty and accessed bits in pmdp_invalidate()", 2018',
  params,
  variants: {
    'as-it-was': { write: 'write' },
    'xchg-read-before': { write: 'xchg, read before' },
    xchg: { write: 'xchg' },
    fixed: {},
    'invalidate-as-it-was': { update: 'invalidate', write: 'write' },
    'invalidate-read-before': { update: 'invalidate', write: 'xchg, read before' },
    'invalidate-fixed': { update: 'invalidate', write: 'xchg' },
  },
  on: () => ({ kvm: 0, vcpu: 1 }),
  state,
  init: (s) => {
    s.spte[0] = { P: true, W: true, A: true, D: false, frame: 0 }
  },
  processes: (p) => ({
    kvm: function* (s: State) {
      yield* update(s, p)
      yield* harvest(s)
    },
  }),
  rules: () => ({
    vcpu: {
      store: (s: State) => {
        const wasDirty = s.spte[0].D
        when(store(s.tlb, 0, s.spte[0]))
        if (s.spte[0].D && !wasDirty) s.logged = true
        s.stored = true
        s.modified = true
      },
      eviction: (s: State) => {
        when(loadHits(s.tlb, 0))
        flush(s.tlb, 0)
      },
    },
  }),
})
