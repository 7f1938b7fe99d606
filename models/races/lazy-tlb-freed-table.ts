/**
 * A CPU in lazy TLB mode runs a kernel thread, and still has the address space of the program before it in CR3. It need
 * not be interrupted when translations of that are flushed: it compares tlb_gen before it goes back. But its hardware
 * goes on to walk, speculatively, through the entries of upper levels that it caches. If the flush is for a page table
 * that is freed, the walker reads what has become of that.
 *
 * CPU 0 unlinks the one page table T from the PMD and frees it, as munmap() and a collapse do. CPU 1 runs the program
 * and kernel threads in turn.
 */
import { bool, choice, flag, ghost, model, oneOf, range, until, when } from 'mmucheck'

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
  state: () => ({
    /** The PMD points to T; T has been freed. */
    pmd: bool,
    freed: bool,
    tlbGen: range(0, 1),
    /** CPU 1: what CR3 has, lazy TLB mode, up to which generation it has flushed, and the interrupt. */
    cr3: oneOf('mm', 'init_mm'),
    isLazy: bool,
    ctxGen: range(0, 1),
    ipi: bool,
    /** Its paging-structure cache has the PMD that points to T. */
    cachedPmd: bool,
    walked: ghost(bool),
    walkedFreed: ghost(bool),
    /** The cached PMD went by an interrupt, or on the way back to the program; or was left behind in lazy TLB mode. */
    flushedByIpi: ghost(bool),
    flushedOnReturn: ghost(bool),
    leftLazyMode: ghost(bool),
  }),
  init: (s) => {
    s.pmd = true
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'pmd_clear()'
      s.pmd = false
      yield 'inc_mm_tlb_gen()'
      s.tlbGen++
      yield 'should_flush_tlb(1)'
      if (!s.isLazy || p.lazy === 'interrupted' || (p.lazy === 'interrupted if tables are freed' && p.freedTables)) {
        s.ipi = true
        yield until('wait for flush_tlb_func()', () => !s.ipi)
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
        if (p.comparesOnReturn && s.ctxGen !== s.tlbGen) {
          if (s.cachedPmd) s.flushedOnReturn = true
          s.cachedPmd = false
          s.ctxGen = s.tlbGen
        }
        s.cr3 = 'mm'
      }
    },
  }),
  rules: () => ({
    'cpu1 walker': {
      'cache the PMD': (s) => {
        when(s.cr3 === 'mm' && s.pmd && !s.cachedPmd)
        s.cachedPmd = true
      },
      'walk T': (s) => {
        when(s.cr3 === 'mm' && s.cachedPmd)
        s.walked = true
        s.walkedFreed = s.walkedFreed || s.freed
      },
      evict: (s) => {
        when(s.cachedPmd)
        s.cachedPmd = false
      },
    },
    'cpu1 IPI': {
      'flush_tlb_func()': (s) => {
        when(s.ipi && !s.isLazy)
        if (s.cachedPmd) s.flushedByIpi = true
        s.cachedPmd = false
        s.ctxGen = s.tlbGen
        s.ipi = false
      },
      // What is cached under the PCID of mm stays, and is out of the walker's reach.
      'flush_tlb_func(): switch to init_mm': (s) => {
        when(s.ipi && s.isLazy)
        if (s.cachedPmd) s.leftLazyMode = true
        s.cr3 = 'init_mm'
        s.ipi = false
      },
    },
  }),
})
