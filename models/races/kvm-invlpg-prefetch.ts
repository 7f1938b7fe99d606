/**
 * KVM's shadow paging: INVLPG is emulated by zapping the shadow entry, and then the guest's entry is read and installed
 * again, before anybody faults on it. It was read without mmu_lock, so an invlpg that was slow could install what the
 * guest had changed, and invalidated, since.
 *
 * `writer` is a virtual CPU that changes its entry and invalidates it, as mprotect() does; `bystander` only invalidates
 * the same address. Both share the shadow page.
 */
import { bool, choice, flag, ghost, model, oneOf, optional, type ParamValues, range, type StateOf, type Steps } from 'mmucheck'
import { acquire, lock, recheck, release } from 'mmucheck/mmu'

const params = {
  prefetch: flag(true, 'invlpg installs the guest entry again once the shadow entry is zapped'),
  counter: choice(
    ['none', 'read before the entry', 'read after the entry'],
    'read before the entry',
    'invlpg_counter, by which an invlpg knows that another has come in between, and when it is read',
  ),
  checkedUnderLock: flag(true, 'the counter is compared with mmu_lock held, in the critical section that installs the entry'),
}

const state = () => ({
  mmuLock: lock(2),
  /** The guest's page-table entry, and the shadow of it that the hardware walks. */
  gpte: oneOf('old', 'new'),
  spte: optional(oneOf('old', 'new')),
  invlpgCounter: range(0, 2),
  /** Some prefetch found that the counter had changed. */
  gaveUp: ghost(bool),
})

type State = StateOf<typeof state>

function* invlpg(s: State, p: ParamValues<typeof params>, vcpu: number): Steps {
  yield* acquire(s.mmuLock, vcpu, 'invlpg: spin_lock(mmu_lock)')
  yield 'zap spte, invlpg_counter++'
  s.spte = null
  if (p.counter !== 'none') s.invlpgCounter++
  yield* release(s.mmuLock, vcpu, 'spin_unlock(mmu_lock)')
  if (!p.prefetch) return
  let seen = 0
  if (p.counter === 'read before the entry') {
    yield 'kvm_mmu_pte_write(): read invlpg_counter'
    seen = s.invlpgCounter
  }
  yield 'kvm_read_guest(gpte)'
  const gentry = s.gpte
  if (p.counter === 'read after the entry') {
    yield 'kvm_mmu_pte_write(): read invlpg_counter'
    seen = s.invlpgCounter
  }
  let isCurrent = true
  if (p.counter !== 'none' && !p.checkedUnderLock) {
    isCurrent = yield* recheck(() => s.invlpgCounter, seen, 'compare invlpg_counter')
  }
  yield* acquire(s.mmuLock, vcpu, 'prefetch: spin_lock(mmu_lock)')
  if (p.counter !== 'none' && p.checkedUnderLock) isCurrent = s.invlpgCounter === seen
  yield 'install spte'
  if (isCurrent) s.spte = gentry
  else s.gaveUp = true
  yield* release(s.mmuLock, vcpu, 'spin_unlock(mmu_lock)')
}

export default model({
  name: 'kvm-invlpg-prefetch',
  title: 'KVM shadow paging: an older invlpg installs its entry over a newer one',
  source: 'Linux commit 08e850c6536d, "KVM: MMU: Reinstate pte prefetch on invlpg", 2010',
  params,
  variants: {
    'as-it-was': { counter: 'none' },
    'no-prefetch': { prefetch: false, counter: 'none' },
    fixed: {},
    'counter-read-late': { counter: 'read after the entry' },
    'compared-before-the-lock': { checkedUnderLock: false },
  },
  on: () => ({ bystander: 0, writer: 1 }),
  state,
  processes: (p) => ({
    bystander: function* (s: State) {
      yield* invlpg(s, p, 0)
    },
    writer: function* (s: State) {
      yield 'the guest writes gpte'
      s.gpte = 'new'
      yield* invlpg(s, p, 1)
    },
  }),
  init: (s) => {
    s.spte = 'old'
  },
})
