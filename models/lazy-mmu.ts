/**
 * Lazy MMU mode: while a CPU holds the page-table lock, its page-table updates are queued, and leave in one hypercall
 * at the end. What is deferred by default is the memory write itself (Xen PV's direct paging), so memory and hardware
 * stay stale until the queue drains. With shadow page tables (VMI) the memory is written at once, and only what the
 * hypervisor is to do to its shadow is deferred.
 *
 * The parent entry (C1b.3, C1b.4) is in lazy-mmu-pde; one CPU's own nesting, interrupts and use of what it has queued
 * in lazy-mmu-nesting.
 *
 * Each CPU write-protects and ages entries, again and again; one more CPU unmaps the whole range and frees its pages;
 * the hardware of a user thread walks the same table at any time. By default it only loads; with `userStores` it stores
 * too, and A and D are asked about. Of what is unmapped nothing is: it is private memory, which is thrown away. In a
 * walk of a shadow it is the hypervisor that sets them in the guest's entry, where the shadow has them not yet.
 *
 * With `fork` a CPU copies the table to that of a child, as copy_pte_range() does: one section changes two tables, each
 * under a lock of its own. Page reclaim comes to the child's table by another way, and unmaps what it finds there. The
 * child does not run yet, so no TLB has anything of it; a page is free once neither table maps it.
 *
 * One step is one access to memory, one entry written by the hypervisor, or one taking or giving back of the lock.
 * Setting a CPU's lazy mode flag is no step of its own: nobody else sees the flag.
 */
import {
  array,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  model,
  oneOf,
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'
import {
  deferredQueue,
  emptyPte,
  flush,
  flushAll,
  load,
  loadHits,
  lock,
  orAccessedDirty,
  type Pte,
  pte,
  spinLock,
  spinUnlock,
  store,
  storeHits,
  tlb,
  xchg,
} from 'mmucheck/mmu'

/** What is left to do once the unmapped entries are queued, in the order in which it is done. */
const zapOrders = {
  'drain-tlbFlush-free': ['drain', 'tlbFlush', 'free'],
  'drain-free-tlbFlush': ['drain', 'free', 'tlbFlush'],
  'tlbFlush-drain-free': ['tlbFlush', 'drain', 'free'],
  'tlbFlush-free-drain': ['tlbFlush', 'free', 'drain'],
  'free-drain-tlbFlush': ['free', 'drain', 'tlbFlush'],
  'free-tlbFlush-drain': ['free', 'tlbFlush', 'drain'],
} as const

const params = {
  cpus: size(2, { max: 4, doc: 'CPUs that change the page table, besides the one that unmaps it' }),
  ptes: size(2, { max: 8, doc: 'entries of the page table' }),
  depth: size(2, { max: 32, doc: 'updates that one hypercall can carry' }),
  updates: size(2, { max: 8, doc: 'entries that a CPU changes before it gives the lock back' }),
  mode: choice(['direct', 'shadow'], 'direct', 'which page table the hardware walks, and so what is deferred'),
  flushBeforeRead: flag(false, 'issue the queued updates before an entry is read'),
  drainBeforeUnlock: flag(true, 'leave lazy MMU mode before the lock is given back, not after'),
  orderAtZap: choice(
    [
      'drain-tlbFlush-free',
      'drain-free-tlbFlush',
      'tlbFlush-drain-free',
      'tlbFlush-free-drain',
      'free-drain-tlbFlush',
      'free-tlbFlush-drain',
    ],
    'drain-tlbFlush-free',
    'in which order an unmap issues its updates, flushes the TLB and frees the pages',
  ),
  tlbFlushQueuedInSameBatch: flag(false, 'a TLB flush in lazy MMU mode is queued behind the updates, as a Xen multicall can do'),
  rmw: choice(
    ['read', 'xchg', 'preserving A and D'],
    'read',
    'how an entry is read and changed: by two accesses; by an xchg that clears it meanwhile; or by two accesses, where the second adds the A and D that the entry has by then',
  ),
  fork: choice(
    ['none', 'leave before the unlocks', "leave after the parent's unlock", "leave after the child's unlock"],
    'none',
    'a CPU forks: it changes the page tables of parent and child in one section; when it leaves lazy MMU mode',
  ),
  userStores: flag(false, 'user code stores too, and the kernel must not forget which pages were accessed and which are dirty'),
}

type Params = ParamValues<typeof params>

/** With `fork` the entries of the child's table follow those of the parent's. */
const entries = (p: Params): number => (p.fork === 'none' ? p.ptes : 2 * p.ptes)

/** Who updates entries: the CPUs, munmap(), and with `fork` that and reclaim. */
const updaters = (p: Params): number => p.cpus + (p.fork === 'none' ? 1 : 3)

const state = (p: Params) => ({
  ptl: lock(updaters(p)),
  childPtl: lock(updaters(p)),
  pte: array(entries(p), pte(p.ptes)),
  deferred: array(updaters(p), deferredQueue(p.depth, entries(p), pte(p.ptes))),
  /** The hypervisor's copy, which the hardware walks if there is one. */
  shadow: array(p.mode === 'shadow' ? entries(p) : 1, pte(p.ptes)),
  tlb: tlb(p.ptes, p.ptes),
  /**
   * What the kernel has made of each entry, in the order in which it held the lock. The accessed bit is the
   * hardware's.
   */
  written: ghost(array(entries(p), record({ P: bool, W: bool }))),
  /** page_count(): one for each entry that maps the page. */
  references: ghost(array(p.ptes, range(0, 2))),
  freed: ghost(array(p.ptes, bool)),
  /** With `userStores`: user code has stored to the page; and whether a walk has set A since the kernel has aged it. */
  stored: ghost(array(entries(p), bool)),
  touched: ghost(array(entries(p), oneOf('unknown', 'not since', 'since'))),
})

type State = StateOf<typeof state>

/** The table that the hardware walks, to which updates are deferred. */
const walked = (s: State, p: Params): Pte[] => (p.mode === 'shadow' ? s.shadow : s.pte)

/** What is written where `now` is found. An entry that becomes empty is given no bits. */
const merged = (p: Params, value: Pte, now: Pte): Pte =>
  p.rmw === 'preserving A and D' && value.P ? { ...value, A: value.A || now.A, D: value.D || now.D } : value

const changed = (change: 'wrprotect' | 'mkold', old: Pte): Pte => (change === 'wrprotect' ? { ...old, W: false } : { ...old, A: false })

/** Issues all that a CPU has queued, oldest first: the hypervisor writes one entry at a time. */
function* issue(s: State, p: Params, cpu: number, label = 'hypercall'): Steps {
  while (s.deferred[cpu].length > 0) {
    yield label
    const { at, value } = s.deferred[cpu].shift()
    if (p.mode === 'shadow') s.shadow[at] = merged(p, value, s.shadow[at])
    else s.pte[at] = merged(p, value, s.pte[at])
  }
}

const putPage = (s: State, frame: number): void => {
  s.references[frame]--
  s.freed[frame] = s.references[frame] === 0
}

/** Updates an entry from now on: in lazy MMU mode. A full batch is issued before it grows. */
function* update(s: State, p: Params, cpu: number, at: number, value: Pte, label: string): Steps {
  if (p.depth < 2 * p.ptes && s.deferred[cpu].length === p.depth) yield* issue(s, p, cpu)
  if (p.mode === 'direct') yield `queue ${label}`
  else {
    yield `${label}, hypervisor to be told`
    s.pte[at] = merged(p, value, s.pte[at])
  }
  s.deferred[cpu].push({ at, value })
}

/** copy_pte_range(): the lock of the child's table, and in it that of the parent's. */
function* copyTable(s: State, p: Params, cpu: number): Steps {
  yield* spinLock(s.childPtl, cpu, 'dst_ptl')
  yield* spinLock(s.ptl, cpu, 'src_ptl')
  for (let at = 0; at < p.ptes; at++) {
    if (p.rmw === 'xchg') yield 'old = xchg(src_pte, 0)'
    else yield 'old = *src_pte'
    const old = p.rmw === 'xchg' ? xchg(s.pte, at, emptyPte) : { ...s.pte[at] }
    if (!old.P) continue
    yield* update(s, p, cpu, at, changed('wrprotect', old), 'src_pte = pte_wrprotect(old)')
    s.written[at].W = false
    yield* update(s, p, cpu, p.ptes + at, { ...old, W: false, A: false }, 'dst_pte = pte_mkold(pte_wrprotect(old))')
    s.written[p.ptes + at] = { P: true, W: false }
    s.references[at]++
  }
  if (p.fork === 'leave before the unlocks') yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
  if (p.fork === "leave after the child's unlock") {
    yield* spinUnlock(s.childPtl, cpu, 'dst_ptl')
    yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
    yield* spinUnlock(s.ptl, cpu, 'src_ptl')
  } else {
    yield* spinUnlock(s.ptl, cpu, 'src_ptl')
    if (p.fork === "leave after the parent's unlock") yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
    yield* spinUnlock(s.childPtl, cpu, 'dst_ptl')
  }
}

/** Page reclaim, which has found the page of an entry of the child's table. */
function* reclaimFromChild(s: State, p: Params, cpu: number): Steps {
  yield* spinLock(s.childPtl, cpu, 'dst_ptl')
  yield 'pte_clear(dst_pte), at once'
  const at = yield* choose(p.ptes)
  const wasMapped = s.pte[p.ptes + at].P
  s.pte[p.ptes + at] = emptyPte
  if (p.mode === 'shadow') s.shadow[p.ptes + at] = emptyPte
  s.written[p.ptes + at] = { P: false, W: false }
  if (wasMapped) {
    yield 'put_page()'
    putPage(s, at)
  }
  yield* spinUnlock(s.childPtl, cpu, 'dst_ptl')
}

/**
 * Part of a walk of a shadow in which the bit is not set yet: the hypervisor sets it in the guest's entry, and so the
 * access must be allowed there. False for a page fault.
 */
const setInGuest = (entry: Pte, access: 'load' | 'store'): boolean => {
  if (!entry.P || (access === 'store' && !entry.W)) return false
  orAccessedDirty(entry, access)
  return true
}

export default model({
  name: 'lazy-mmu',
  title: 'Page-table updates deferred until lazy MMU mode is left',
  source: 'Zachary Amsden, "lazy-mmu-batching", 28 Jul 2006; Linux commit 6606c3e0da53',
  params,
  variants: {
    'flush-before-read': { flushBeforeRead: true },
    'drain-after-unlock': { drainBeforeUnlock: false, updates: 1, ptes: 1 },
    'flush-tlb-before-drain': { flushBeforeRead: true, ptes: 1, orderAtZap: 'tlbFlush-drain-free' },
    'free-before-drain': { flushBeforeRead: true, ptes: 1, orderAtZap: 'tlbFlush-free-drain' },
    'tlb-flush-queued': { flushBeforeRead: true, ptes: 1, orderAtZap: 'tlbFlush-drain-free', tlbFlushQueuedInSameBatch: true },
    shadow: { mode: 'shadow' },
    'shadow-drain-after-unlock': { mode: 'shadow', drainBeforeUnlock: false, updates: 1, ptes: 1 },
    'free-before-tlb-flush': { flushBeforeRead: true, ptes: 1, orderAtZap: 'drain-free-tlbFlush' },
    fork: { flushBeforeRead: true, cpus: 1, ptes: 1, fork: 'leave before the unlocks' },
    'fork-leave-after-parent-unlock': { flushBeforeRead: true, cpus: 1, ptes: 1, fork: "leave after the parent's unlock" },
    'fork-leave-after-child-unlock': { flushBeforeRead: true, cpus: 1, ptes: 1, fork: "leave after the child's unlock" },
    stores: { flushBeforeRead: true, ptes: 1, userStores: true },
    'stores-xchg': { flushBeforeRead: true, ptes: 1, userStores: true, rmw: 'xchg' },
    'stores-preserving': { flushBeforeRead: true, ptes: 1, userStores: true, rmw: 'preserving A and D' },
    'stores-shadow-xchg': { mode: 'shadow', flushBeforeRead: true, ptes: 1, userStores: true, rmw: 'xchg' },
  },
  state,
  init: (s, p) => {
    for (let at = 0; at < p.ptes; at++) {
      s.pte[at] = { P: true, W: true, A: false, D: false, frame: at }
      s.written[at] = { P: true, W: true }
      s.references[at] = 1
      if (p.mode === 'shadow') s.shadow[at] = { P: true, W: true, A: false, D: false, frame: at }
    }
  },
  on: (p) => ({
    cpu: Array.from({ length: p.cpus }, (_, cpu) => cpu),
    munmap: p.cpus,
    ...(p.fork === 'none' ? {} : { fork: p.cpus + 1, reclaim: p.cpus + 2 }),
  }),
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      while (true) {
        yield* spinLock(s.ptl, cpu, 'ptl')
        for (let n = 0; n < p.updates; n++) {
          if (p.flushBeforeRead) yield* issue(s, p, cpu, 'arch_flush_lazy_mmu_mode()')
          if (p.rmw === 'xchg') yield 'old = xchg(pte, 0)'
          else yield 'old = *pte'
          const at = yield* choose(p.ptes)
          const change = yield* choose(['wrprotect', 'mkold'])
          // What it is about to do, whatever it finds: of an entry that is mapped it must come true.
          if (change === 'wrprotect') s.written[at].W = false
          else if (p.userStores) s.touched[at] = 'not since'
          const old = p.rmw === 'xchg' ? xchg(s.pte, at, emptyPte) : { ...s.pte[at] }
          if (!old.P) continue
          if (p.depth < p.updates && s.deferred[cpu].length === p.depth) yield* issue(s, p, cpu)
          if (p.mode === 'direct') yield `queue pte[${at}] = pte_${change}(old)`
          else {
            yield `pte[${at}] = pte_${change}(old), hypervisor to be told`
            s.pte[at] = merged(p, changed(change, old), s.pte[at])
          }
          s.deferred[cpu].push({ at, value: changed(change, old) })
        }
        if (p.drainBeforeUnlock) yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
        yield* spinUnlock(s.ptl, cpu, 'ptl')
        if (!p.drainBeforeUnlock) yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
      }
    }),
    munmap: function* (s) {
      const cpu = p.cpus
      yield* spinLock(s.ptl, cpu, 'ptl')
      for (let at = 0; at < p.ptes; at++) {
        if (p.depth < p.ptes && s.deferred[cpu].length === p.depth) yield* issue(s, p, cpu)
        if (p.mode === 'direct') yield `queue pte_clear(pte[${at}])`
        else {
          yield `pte_clear(pte[${at}]), hypervisor to be told`
          s.pte[at] = emptyPte
        }
        s.deferred[cpu].push({ at, value: emptyPte })
        s.written[at] = { P: false, W: false }
      }
      if (!p.drainBeforeUnlock) yield* spinUnlock(s.ptl, cpu, 'ptl')
      let isLazy = true
      let flushQueued = false
      for (const action of zapOrders[p.orderAtZap]) {
        switch (action) {
          case 'drain':
            yield* issue(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
            isLazy = false
            if (flushQueued) {
              yield 'hypercall: the queued flush_tlb_range()'
              flushAll(s.tlb)
            }
            break
          case 'tlbFlush':
            if (p.tlbFlushQueuedInSameBatch && isLazy) flushQueued = true
            else {
              yield 'flush_tlb_range()'
              flushAll(s.tlb)
            }
            break
          case 'free':
            yield 'free the pages'
            for (let frame = 0; frame < p.ptes; frame++) {
              putPage(s, frame)
            }
            break
        }
      }
      if (p.drainBeforeUnlock) yield* spinUnlock(s.ptl, cpu, 'ptl')
    },
    ...(p.fork === 'none'
      ? {}
      : {
          fork: function* (s: State) {
            yield* copyTable(s, p, p.cpus + 1)
          },
          reclaim: function* (s: State) {
            yield* reclaimFromChild(s, p, p.cpus + 2)
          },
        }),
  }),
  rules: (p) => ({
    user: {
      load: function* (s) {
        const page = yield* choose(p.ptes)
        const walks = p.userStores && !loadHits(s.tlb, page)
        const entersXen = walks && p.mode === 'shadow' && !s.shadow[page].A
        if (entersXen) when(setInGuest(s.pte[page], 'load'))
        when(load(s.tlb, page, walked(s, p)[page]))
        if (entersXen || (walks && p.mode === 'direct')) s.touched[page] = 'since'
      },
      ...(p.userStores
        ? {
            store: function* (s: State) {
              const page = yield* choose(p.ptes)
              const walks = !storeHits(s.tlb, page)
              const entersXen = walks && p.mode === 'shadow' && !s.shadow[page].D
              if (entersXen) when(setInGuest(s.pte[page], 'store'))
              when(store(s.tlb, page, walked(s, p)[page]))
              if (entersXen || (walks && p.mode === 'direct')) s.touched[page] = 'since'
              s.stored[page] = true
            },
          }
        : {}),
      'TLB eviction': function* (s) {
        const page = yield* choose(p.ptes)
        when(loadHits(s.tlb, page))
        flush(s.tlb, page)
      },
    },
  }),
})
