/**
 * A page fault in KVM's shadow MMU needs a shadow page, and may have to reclaim others first. What is reclaimed can be
 * the parent of a page that is a root as well, the root of this very fault: it cannot be freed while a virtual CPU uses
 * it, so it is marked invalid. All of this is one hold of mmu_lock: it is no race of two threads, but a check that
 * comes before the step which can change what was checked.
 *
 * Three shadow pages: P, its child X, which is the root of the virtual CPU, and C, which the fault creates below X. A
 * second thread reclaims too (KVM_SET_NR_MMU_PAGES), so a fault finds its root invalid when it takes the lock.
 */
import { bool, choice, choose, flag, ghost, model, type ParamValues, type StateOf, type Steps, set } from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'

const P = 0
const X = 1
const C = 2

const params = {
  check: choice(['never', 'before', 'after'], 'after', 'is_page_fault_stale(): before or after make_mmu_pages_available()'),
  invalidOffList: flag(true, 'invalid pages are never on the active list, and who zaps one takes it off no list (Linux 5.9, 2020)'),
  inheritsInvalid: flag(true, "a child's role is a copy of its parent's, role.invalid too"),
}

type Params = ParamValues<typeof params>

const state = () => ({
  mmuLock: lock(2),
  /** kvm->arch.active_mmu_pages, the list of what is to be freed, and what is freed. */
  active: set(3),
  zapped: set(3),
  freed: set(3),
  /** Pages whose role.invalid is set. */
  invalid: set(3),
  /** X is the root of the virtual CPU: root_count > 0. */
  isRoot: bool,
  /** X has its child C. */
  hasChild: bool,
  mappedUnderInvalid: ghost(bool),
  mapped: ghost(bool),
  retried: ghost(bool),
})

type State = StateOf<typeof state>

/** __kvm_mmu_prepare_zap_page() without its recursion. */
const prepareZap = (s: State, p: Params, page: number): void => {
  if (page === X && s.isRoot) {
    if (p.invalidOffList) s.active.delete(X)
  } else {
    if (!p.invalidOffList || !s.invalid.has(page)) s.active.delete(page)
    s.zapped.add(page)
  }
  s.invalid.add(page)
}

const zapChildrenOfX = (s: State, p: Params): void => {
  if (s.hasChild) prepareZap(s, p, C)
  s.hasChild = false
}

function* commitZap(s: State): Steps {
  yield 'kvm_mmu_commit_zap_page()'
  for (const page of [P, X, C]) if (s.zapped.has(page)) s.freed.add(page)
  s.zapped.clear()
}

/** kvm_mmu_zap_oldest_mmu_pages(): roots are spared, unless they are below what is not. */
function* reclaim(s: State, p: Params): Steps {
  if (!s.active.has(P)) return
  yield 'kvm_mmu_prepare_zap_page(P)'
  zapChildrenOfX(s, p)
  prepareZap(s, p, X)
  prepareZap(s, p, P)
  yield* commitZap(s)
}

function* fault(s: State, p: Params): Steps {
  yield* acquire(s.mmuLock, 0, 'page_fault(): write_lock(mmu_lock)')
  let isStale = false
  if (p.check === 'before') {
    yield 'is_page_fault_stale()'
    isStale = s.invalid.has(X)
  }
  if (!isStale) {
    yield 'make_mmu_pages_available()'
    if ((yield* choose(['enough', 'too few'] as const)) === 'too few') yield* reclaim(s, p)
  }
  if (p.check === 'after') {
    yield 'is_page_fault_stale()'
    isStale = s.invalid.has(X)
  }
  if (isStale) s.retried = true
  else {
    yield 'kvm_mmu_get_child_sp(C)'
    if (p.inheritsInvalid && s.invalid.has(X)) s.invalid.add(C)
    s.active.add(C)
    s.hasChild = true
    s.mapped = true
    s.mappedUnderInvalid = s.invalid.has(X)
  }
  yield* release(s.mmuLock, 0, 'page_fault(): write_unlock(mmu_lock)')
}

/** kvm_mmu_free_obsolete_roots(), which a virtual CPU is asked for when its root is marked invalid. */
function* freeObsoleteRoot(s: State, p: Params): Steps {
  yield* acquire(s.mmuLock, 0, 'free_obsolete_roots(): write_lock(mmu_lock)')
  if (s.invalid.has(X)) {
    yield 'kvm_mmu_prepare_zap_page(X)'
    s.isRoot = false
    zapChildrenOfX(s, p)
    prepareZap(s, p, X)
    yield* commitZap(s)
  }
  yield* release(s.mmuLock, 0, 'free_obsolete_roots(): write_unlock(mmu_lock)')
}

export default model({
  name: 'kvm-invalid-root',
  title: 'Zapscape: a fault reclaims its own root, and goes on below it',
  source: 'CVE-2026-64561, Linux, "KVM: x86: Check for invalid/obsolete root *after* making MMU pages available", 2026',
  params,
  variants: {
    'before-5.9': { check: 'before', invalidOffList: false },
    'as-it-was': { check: 'before' },
    'no-check': { check: 'never' },
    'invalid-not-inherited': { check: 'before', inheritsInvalid: false },
    fixed: {},
  },
  state,
  init: (s) => {
    s.active.add(P)
    s.active.add(X)
    s.isRoot = true
  },
  on: () => ({ vcpu: 0, ioctl: 1 }),
  processes: (p) => ({
    vcpu: function* (s: State) {
      yield* fault(s, p)
      yield* freeObsoleteRoot(s, p)
    },
    ioctl: function* (s: State) {
      yield* acquire(s.mmuLock, 1, 'KVM_SET_NR_MMU_PAGES: write_lock(mmu_lock)')
      yield* reclaim(s, p)
      yield* release(s.mmuLock, 1, 'KVM_SET_NR_MMU_PAGES: write_unlock(mmu_lock)')
    },
  }),
})
