/**
 * Two processes that map the same huge pages of a file share the page table with their entries, S. To unmap a process
 * drops its reference to S, and clears the one entry that leads there; who has the last reference clears the entries in
 * S. After that S is an ordinary page table of the process that is left, which may map anything there.
 *
 * P1 and P2 both unmap, each on a CPU of its own; P2 then maps a page of its own, if S is left to it. A third CPU
 * runs another thread of P1: its hardware walks, and caches what upper levels lead to, its program uses the huge page,
 * and get_user_pages_fast() walks in software, with interrupts off.
 */
import { array, bool, choice, flag, ghost, index, model, optional, type ParamValues, type StateOf, type Steps, when } from 'mmucheck'
import { acquire, flushAll, interrupts, irqsOff, irqsOn, lock, release, sendIpi, serveIpi, walker } from 'mmucheck/mmu'

/** The huge page of the file, and the one that P2 maps later. */
const shared = 0
const foreign = 1
/** The tables of P1: the upper one, and S. */
const pudTable = 0
const S = 1

const params = {
  flush: choice(
    ['missing', 'after the lock', 'under the lock'],
    'under the lock',
    'when P1 flushes once it has unshared S: i_mmap_rwsem is the lock',
  ),
  flushBy: choice(['broadcast', 'IPI'], 'broadcast', 'how: by an instruction that reaches all CPUs, or by interrupts'),
  syncs: flag(true, 'huge_pmd_unshare() interrupts all CPUs: tlb_remove_table_sync_one()'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  iMmap: lock(2),
  /** Which process' upper table leads to S; so many references S has. */
  linked: array(2, bool),
  /** The entry in S. */
  entry: optional(index(2)),
  freed: bool,
  pinned: bool,
  /** P1's other CPU: its interrupts, and what it caches: S, and the page. */
  irq: interrupts(),
  caches: array(2, optional(index(2))),
  usedFreed: ghost(bool),
  usedForeign: ghost(bool),
  pinnedForeign: ghost(bool),
  used: ghost(bool),
})

type State = StateOf<typeof state>

function* flushP1(s: State, p: Params): Steps {
  yield 'flush_tlb_range()'
  if (p.flushBy === 'IPI') yield* sendIpi(s.irq, 'wait for flush_tlb_func()')
  else flushAll(s.caches)
}

/** __unmap_hugepage_range() of P1 (process 0) or of P2. */
function* unmap(s: State, p: Params, process: number): Steps {
  yield* acquire(s.iMmap, process, 'i_mmap_lock_write()')
  if (s.linked[1 - process]) {
    yield 'huge_pmd_unshare(): pud_clear()'
    s.linked[process] = false
    if (p.syncs) {
      yield 'tlb_remove_table_sync_one()'
      yield* sendIpi(s.irq)
    }
    if (process === 0 && p.flush === 'under the lock') yield* flushP1(s, p)
    yield* release(s.iMmap, process, 'i_mmap_unlock_write()')
    if (process === 0 && p.flush === 'after the lock') yield* flushP1(s, p)
  } else {
    yield 'huge_ptep_get_and_clear()'
    s.entry = null
    yield* release(s.iMmap, process, 'i_mmap_unlock_write()')
    if (process === 0) yield* flushP1(s, p)
    yield 'put_page()'
    if (!s.pinned) s.freed = true
  }
}

export default model({
  name: 'hugetlb-shared-pmd',
  title: 'A page table that processes share is left by one of them',
  source:
    'Linux commits a4a118f2eead "hugetlbfs: flush TLBs correctly after huge_pmd_unshare" (2021, CVE-2021-4002) and 1013af4f585f "mm/hugetlb: fix huge_pmd_unshare() vs GUP-fast race" (2025, CVE-2025-38085)',
  params,
  variants: {
    'as-it-was': { flush: 'missing', flushBy: 'IPI', syncs: false },
    'flush-after-the-lock': { flush: 'after the lock', flushBy: 'IPI', syncs: false },
    'fixed-2021': { syncs: false },
    'fixed-2021-ipi': { flushBy: 'IPI', syncs: false },
    fixed: {},
  },
  state,
  init: (s) => {
    s.linked[0] = true
    s.linked[1] = true
    s.entry = shared
  },
  on: () => ({ P1: 0, P2: 1, gup: 2, 'P1 walker': 2, 'P1 program': 2, 'P1 IPI': 2 }),
  processes: (p) => ({
    P1: function* (s: State) {
      yield* unmap(s, p, 0)
    },
    P2: function* (s: State) {
      yield* unmap(s, p, 1)
      if (s.linked[1]) {
        yield 'mmap() of something else: set_pmd()'
        s.entry = foreign
      }
    },
    gup: function* (s: State) {
      yield* irqsOff(s.irq)
      yield 'gup_fast(): read the PUD'
      if (s.linked[0]) {
        yield 'gup_fast(): read S, pin the page'
        if (s.entry === foreign) s.pinnedForeign = true
        if (s.entry === shared && !s.freed) s.pinned = true
      }
      yield* irqsOn(s.irq)
    },
  }),
  rules: (p) => ({
    'P1 walker': walker({
      levels: ['cache the PUD', 'read S'],
      root: () => pudTable,
      caches: (s: State) => s.caches,
      read: (s, table) => {
        if (table === pudTable) return s.linked[0] ? S : null
        return s.entry
      },
    }),
    'P1 program': {
      use: (s: State) => {
        when(s.caches[1] !== null && !s.irq.off)
        s.used = true
        if (s.caches[1] === foreign) s.usedForeign = true
        else if (s.freed) s.usedFreed = true
      },
    },
    'P1 IPI': (s: State) => {
      when(serveIpi(s.irq))
      if (p.flushBy === 'IPI') flushAll(s.caches)
    },
  }),
})
