/**
 * A CPU in lazy TLB mode runs a kernel thread, and still has the address space of the program before it in CR3. It need
 * not be interrupted when translations of that are flushed: it compares tlb_gen before it goes back. But its hardware
 * goes on to walk, speculatively, through the entries of upper levels that it caches. If the flush is for a page table
 * that is freed, the walker reads what has become of that.
 *
 * CPU 0 unlinks the one page table T from the PMD and frees it, as munmap() and a collapse do. CPU 1 runs the program
 * and kernel threads in turn.
 */
import { array, bool, choice, flag, ghost, index, model, oneOf, optional, type StateOf, when } from 'mmucheck'
import { catchUp, flushAll, incMmTlbGen, interrupts, sendIpi, serveIpi, tlbGen, walker } from 'mmucheck/mmu'

/** The tables through which the hardware walks. */
const pmdTable = 0
const T = 1

const state = () => ({
  /** The PMD points to T; T has been freed. */
  pmd: bool,
  freed: bool,
  gen: tlbGen(1, 1),
  /** CPU 1: what CR3 has, lazy TLB mode, and the interrupt. */
  cr3: oneOf('mm', 'init_mm'),
  isLazy: bool,
  irq: interrupts(),
  /** Its paging-structure cache, of the PMD that points to T; what T points to is left out. */
  cached: array(2, optional(index(2))),
  walked: ghost(bool),
  walkedFreed: ghost(bool),
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
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'pmd_clear()'
      s.pmd = false
      yield* incMmTlbGen(s.gen)
      yield 'should_flush_tlb(1)'
      if (!s.isLazy || p.lazy === 'interrupted' || (p.lazy === 'interrupted if tables are freed' && p.freedTables)) {
        yield* sendIpi(s.irq, 'wait for flush_tlb_func()')
      }
      yield 'free T'
      s.freed = true
    },
    cpu1: function* (s) {
      while (true) {
        yield 'enter_lazy_tlb()'
        s.isLazy = true
        yield 'switch_mm(): is_lazy = false'
        s.isLazy = false
        yield p.comparesOnReturn ? 'switch_mm(): compare tlb_gen, load CR3' : 'switch_mm(): load CR3'
        if (p.comparesOnReturn && catchUp(s.gen, 0) && flushAll(s.cached)) s.flushedOnReturn = true
        s.cr3 = 'mm'
      }
    },
  }),
  rules: () => ({
    'cpu1 walker': walker({
      levels: ['cache the PMD', 'walk T'],
      root: (s: State) => (s.cr3 === 'mm' ? pmdTable : null),
      caches: (s) => s.cached,
      read: (s, table) => {
        if (table === pmdTable) return s.pmd ? T : null
        s.walked = true
        s.walkedFreed = s.walkedFreed || s.freed
        return null
      },
    }),
    'cpu1 IPI': {
      'flush_tlb_func()': (s) => {
        when(!s.isLazy && serveIpi(s.irq))
        catchUp(s.gen, 0)
        if (flushAll(s.cached)) s.flushedByIpi = true
      },
      // What is cached under the PCID of mm stays, and is out of the walker's reach.
      'flush_tlb_func(): switch to init_mm': (s) => {
        when(s.isLazy && serveIpi(s.irq))
        if (s.cached[0] !== null) s.leftLazyMode = true
        s.cr3 = 'init_mm'
      },
    },
  }),
})
