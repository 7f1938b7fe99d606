/**
 * Lazy MMU mode and the parent entry: may the set of a page directory entry be deferred too? Each CPU touches one page
 * of a region that has no page table yet; its page fault handler allocates one, links it into the page directory (pmd)
 * under the mm lock, and then sets the page-table entry under the lock of that page table. That lock lives in the page
 * table's own struct page, so whoever cannot see the page directory entry cannot find it. Each CPU has one page table
 * preallocated, and one page to map.
 *
 * `direct`: what is deferred is the memory write (reading D of C1b.4). `shadow`: memory is written at once, and only
 * the hypervisor learns of it later, so that the hardware faults meanwhile (reading S); what is queued is the
 * hypervisor's part then. The entries are only ever set, so no TLB is modelled.
 */
import {
  array,
  assert,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  index,
  model,
  optional,
  type ParamValues,
  queue,
  type StateOf,
  type Steps,
  size,
  union,
} from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'
import { match } from 'ts-pattern'

const params = {
  cpus: size(2, { max: 3, doc: 'CPUs that touch the region' }),
  pages: size(2, { max: 2, doc: 'pages of the region that are touched' }),
  mode: choice(['direct', 'shadow'], 'direct', 'which page table the hardware walks, and so what is deferred'),
  pdeDeferred: flag(false, 'the set of the page directory entry is deferred too'),
  pdeReadBack: choice(
    ['none', 'flush', 'cachedPointer'],
    'flush',
    "how the handler copes with its own deferred page directory entry: not at all, by a flush before reading it, or by keeping the page table's address",
  ),
  handlerRechecksUnderPtl: flag(true, 'the page fault handler looks at the entry under the page-table lock, not before it takes the lock'),
}

type Params = ParamValues<typeof params>

/** A set of the page directory entry, or of an entry of a page table, that the hypervisor is still to be told. */
const deferredSet = (p: Params) =>
  union('entry', { pmd: { table: index(p.cpus) }, pte: { table: index(p.cpus), at: index(p.pages), page: index(p.cpus) } })

const state = (p: Params) => ({
  mmLock: lock(p.cpus),
  ptl: array(p.cpus, lock(p.cpus)),
  /** Which CPU's page table the page directory entry points to. */
  pmd: optional(index(p.cpus)),
  /** By page table and page: whose page is mapped. */
  table: array(p.cpus, array(p.pages, optional(index(p.cpus)))),
  /** The hypervisor's copies of both, which the hardware walks where `mode` is shadow. */
  shadowPmd: optional(index(p.cpus)),
  shadowTable: array(p.cpus, array(p.pages, optional(index(p.cpus)))),
  deferred: array(p.cpus, queue(2, deferredSet(p))),
  /** Whose page was the first to be mapped there, in the order of the locks. */
  mapped: ghost(array(p.pages, optional(index(p.cpus)))),
  /** A CPU touched its page again, when its handler was done, and faulted again. */
  refaulted: ghost(bool),
})

type State = StateOf<typeof state>

/** What a hardware walk of page `at` finds: whose page, or null for a fault. */
const walk = (s: State, p: Params, at: number): number | null => {
  if (p.mode === 'shadow') return s.shadowPmd === null ? null : s.shadowTable[s.shadowPmd][at]
  return s.pmd === null ? null : s.table[s.pmd][at]
}

function* drain(s: State, p: Params, cpu: number, label: string): Steps {
  while (s.deferred[cpu].length > 0) {
    yield label
    match(s.deferred[cpu].shift())
      .with({ entry: 'pmd' }, ({ table }) => {
        if (p.mode === 'shadow') s.shadowPmd = table
        else s.pmd = table
      })
      .with({ entry: 'pte' }, ({ table, at, page }) => {
        if (p.mode === 'shadow') s.shadowTable[table][at] = page
        else s.table[table][at] = page
      })
      .exhaustive()
  }
}

/** `pte_alloc()`: links this CPU's page table, unless there is one by now. */
function* allocate(s: State, p: Params, cpu: number): Steps {
  yield* acquire(s.mmLock, cpu, 'spin_lock(mm->page_table_lock)')
  yield 'pmd_none(*pmd)?'
  const isNone = s.pmd === null
  if (isNone) {
    if (p.pdeDeferred) {
      if (p.mode === 'direct') yield 'queue pmd_populate()'
      else yield 'pmd_populate(), hypervisor to be told'
      s.deferred[cpu].push({ entry: 'pmd', table: cpu })
      if (p.mode === 'shadow') s.pmd = cpu
    } else {
      yield 'pmd_populate()'
      s.pmd = cpu
      if (p.mode === 'shadow') s.shadowPmd = cpu
    }
  }
  yield* release(s.mmLock, cpu, 'spin_unlock(mm->page_table_lock)')
}

/** `pte_offset_map_lock()`: which page table the entry is in. */
function* findTable(s: State, p: Params, cpu: number, at: number, ownIsQueued: boolean): Steps<number> {
  if (p.pdeDeferred && p.pdeReadBack === 'cachedPointer' && ownIsQueued) return cpu
  if (p.pdeDeferred && p.pdeReadBack === 'flush') yield* drain(s, p, cpu, 'arch_flush_lazy_mmu_mode()')
  yield `pte_offset_map(pmd, page ${at})`
  assert(s.pmd !== null, 'the kernel walks through a page directory entry that is none')
  return s.pmd ?? 0
}

export default model({
  name: 'lazy-mmu-pde',
  title: 'A page directory entry whose set is deferred until lazy MMU mode is left',
  source: 'Zachary Amsden, "lazy-mmu-batching", 28 Jul 2006; Linux commits 6606c3e0da53 and 1160c2779b82',
  params,
  variants: {
    'pde-deferred': { pdeDeferred: true },
    'pde-deferred-cached-pointer': { pdeDeferred: true, pdeReadBack: 'cachedPointer' },
    'pde-deferred-up': { pdeDeferred: true, cpus: 1 },
    'pde-deferred-up-cached-pointer': { pdeDeferred: true, cpus: 1, pdeReadBack: 'cachedPointer' },
    'vmalloc-fault-2013': { pdeDeferred: true, cpus: 1, pdeReadBack: 'none' },
    shadow: { mode: 'shadow' },
    'shadow-pde-deferred': { mode: 'shadow', pdeDeferred: true, pdeReadBack: 'none' },
    'shadow-pde-deferred-up': { mode: 'shadow', pdeDeferred: true, pdeReadBack: 'none', cpus: 1 },
    'handler-does-not-recheck': { handlerRechecksUnderPtl: false },
  },
  state,
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      yield 'touch a page'
      const at = yield* choose(p.pages)
      if (walk(s, p, at) !== null) return
      yield 'page fault: pmd_none(*pmd)?'
      const noTable = s.pmd === null
      if (noTable) yield* allocate(s, p, cpu)
      const table = yield* findTable(s, p, cpu, at, s.deferred[cpu].length > 0)
      let isNone = true
      if (!p.handlerRechecksUnderPtl) {
        yield `pte_none(pte[${at}])?`
        isNone = s.table[table][at] === null
      }
      yield* acquire(s.ptl[table], cpu, 'spin_lock(ptl)')
      if (p.handlerRechecksUnderPtl) {
        yield `pte_none(pte[${at}])?`
        isNone = s.table[table][at] === null
      }
      if (isNone) {
        if (p.mode === 'direct') yield `queue set_pte(pte[${at}])`
        else yield `set_pte(pte[${at}]), hypervisor to be told`
        s.deferred[cpu].push({ entry: 'pte', table, at, page: cpu })
        if (p.mode === 'shadow') s.table[table][at] = cpu
        if (s.mapped[at] === null) s.mapped[at] = cpu
      }
      yield* drain(s, p, cpu, 'arch_leave_lazy_mmu_mode()')
      yield* release(s.ptl[table], cpu, 'spin_unlock(ptl)')
      yield 'return from the fault: touch the page again'
      if (walk(s, p, at) === null) s.refaulted = true
    }),
  }),
})
