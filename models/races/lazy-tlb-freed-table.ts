/**
 * A CPU in lazy TLB mode runs a kernel thread, and still has the address space of the program before it in CR3. It need
 * not be interrupted when translations of that are flushed: it compares tlb_gen before it goes back. But its hardware
 * goes on to walk, speculatively, through the entries of upper levels that it caches. If the flush is for a page table
 * that is freed, the walker reads what has become of that.
 *
 * CPU 0 unlinks the one page table T from the PMD and frees it, as munmap() and a collapse do. CPU 1 runs the program
 * and kernel threads in turn.
 */
import { array, bool, choice, flag, ghost, index, model, optional, type StateOf, when } from 'mmucheck'
import {
  addressSpace,
  enterLazyTlb,
  flushAll,
  flushTlbFunc,
  flushTlbMmRange,
  free,
  lifetime,
  runsMm,
  switchMm,
  takesIpi,
  touch,
  walker,
} from 'mmucheck/mmu'

/** The tables through which the hardware walks. */
const pmdTable = 0
const T = 1

const state = () => ({
  /** The PMD points to T. */
  pmd: bool,
  table: ghost(lifetime),
  mm: addressSpace(2, 1),
  /** CPU 1's paging-structure cache, of the PMD that points to T; what T points to is left out. */
  cached: array(2, optional(index(2))),
  walked: ghost(bool),
  /** The cached PMD went by an interrupt, or on the way back to the program; or was left behind in lazy TLB mode. */
  flushedByIpi: ghost(bool),
  flushedOnReturn: ghost(bool),
  leftLazyMode: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'lazy-tlb-freed-table',
  title: 'A page table is freed while a CPU in lazy TLB mode can walk it',
  source:
    'Linux commits b956575bed91 "x86/mm: Flush more aggressively in lazy TLB mode" (2017), 2ff6ddf19c0e "x86/mm/tlb: Leave lazy TLB mode at page table free time" (2018) and 3ef938c35035 (2025, CVE-2025-22045)',
  params: {
    lazy: choice(
      ['skipped', 'interrupted', 'interrupted if tables are freed'],
      'interrupted if tables are freed',
      'what flush_tlb_mm_range() does about a CPU in lazy TLB mode',
    ),
    freedTables: flag(true, 'it is told that a table is freed (freed_tables)'),
    comparesOnReturn: flag(true, 'a CPU that goes back to the program compares tlb_gen, and flushes if it has missed something'),
  },
  variants: {
    'as-it-was': { lazy: 'skipped' },
    'always-interrupted': { lazy: 'interrupted' },
    'not-told-2025': { freedTables: false },
    fixed: {},
    'no-look-on-return': { comparesOnReturn: false },
  },
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 walker': 1, 'cpu1 IPI': 1 }),
  state,
  init: (s) => {
    s.pmd = true
    for (let cpu = 0; cpu < 2; cpu++) runsMm(s.mm, cpu)
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'pmd_clear()'
      s.pmd = false
      const lazyToo = p.lazy === 'interrupted' || (p.lazy === 'interrupted if tables are freed' && p.freedTables)
      yield* flushTlbMmRange(
        s.mm,
        0,
        () => {},
        (cpu) => !s.mm.cpus[cpu].isLazy || lazyToo,
      )
      yield 'free T'
      free(s.table)
    },
    cpu1: function* (s) {
      // Who does not compare knows nothing of a flush that was missed.
      const flushNow = (): void => {
        if (!p.comparesOnReturn) s.mm.gen.cpu[1] = 0
        else if (flushAll(s.cached)) s.flushedOnReturn = true
      }
      while (true) {
        yield* enterLazyTlb(s.mm, 1)
        yield* switchMm(s.mm, 1, 'mm', flushNow)
      }
    },
  }),
  rules: () => ({
    'cpu1 walker': walker({
      levels: ['cache the PMD', 'walk T'],
      root: (s: State) => (s.mm.cpus[1].cr3 === 'mm' ? pmdTable : null),
      caches: (s) => s.cached,
      read: (s, table) => {
        if (table === pmdTable) return s.pmd ? T : null
        s.walked = true
        touch(s.table)
        return null
      },
    }),
    'cpu1 IPI': {
      // In lazy TLB mode it loads init_mm: what is cached under the PCID of mm stays, and is out of the walker's reach.
      'flush_tlb_func()': (s) => {
        when(takesIpi(s.mm, 1))
        if (s.mm.cpus[1].isLazy && s.cached[0] !== null) s.leftLazyMode = true
        if (flushTlbFunc(s.mm, 1) && flushAll(s.cached)) s.flushedByIpi = true
      },
    },
  }),
})
