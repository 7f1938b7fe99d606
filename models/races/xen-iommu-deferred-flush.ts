/**
 * A guest with a passed-through device moves pages about in its physical address space: XENMEM_add_to_physmap with a
 * range of gfns. The entries of the IOMMU are changed one by one, and its TLB is flushed once, when all are done
 * (iommu_dont_flush_iotlb). Meanwhile the device still has translations for the gfns where the pages were before.
 *
 * vCPU 0 moves the page at gfn a to gfn b, where another page may be, which is displaced and freed. vCPU 1 removes
 * whatever it finds at one of the two (XENMEM_decrease_reservation). A page is freed when the last reference to it is
 * dropped; one is that of its allocation. As in the code, the lock of the p2m is held from get_gfn() to put_gfn().
 */
import { array, bool, choose, each, flag, ghost, index, model, optional, type ParamValues, range, type StateOf, type Steps } from 'mmucheck'
import { acquire, flush, hardware, lock, release, taggedTlb } from 'mmucheck/mmu'

const a = 0
const b = 1
/** The page that is moved from a to b, and the one that was at b. */
const moved = 0
const displaced = 1

const params = {
  deferred: flag(true, 'unmapped gfns are flushed once, when the whole range has been moved'),
  freeingFlushes: flag(true, 'who is about to free a page flushes at once, though flushes are deferred'),
  holdsReference: flag(true, 'the reference to the page that is moved is kept until its old gfn has been flushed'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  p2mLock: lock(2),
  /** By gfn: the page to which the p2m maps it, and the IOMMU. */
  map: array(2, optional(index(2))),
  /** By page. */
  references: array(2, range(0, 2)),
  /** By gfn: what the TLB of the IOMMU has. */
  iotlb: array(2, taggedTlb(1, index(2))),
  /** By page: the device has reached it once it was free. */
  usedFreed: ghost(array(2, bool)),
  /** A deferred flush has found something. */
  flushedLate: ghost(bool),
})

type State = StateOf<typeof state>

function* flushIotlb(s: State, gfn: number, label: string): Steps {
  yield label
  flush(s.iotlb[gfn]!, 0)
}

function* moveAToB(s: State, p: Params): Steps {
  yield* acquire(s.p2mLock, 0, 'get_gfn(a), get_page()')
  if (s.map[a] === moved) {
    s.references[moved]!++
    yield 'guest_remove_page(b): unmap'
    const wasAtB = s.map[b] === displaced
    s.map[b] = null
    if (wasAtB) {
      if (!p.deferred || p.freeingFlushes) yield* flushIotlb(s, b, 'iommu_iotlb_flush(b)')
      yield 'guest_remove_page(b): put_page()'
      s.references[displaced]!--
    }
    yield 'guest_physmap_remove_page(a)'
    s.map[a] = null
    if (!p.deferred) yield* flushIotlb(s, a, 'iommu_iotlb_flush(a)')
    yield 'guest_physmap_add_page(b)'
    s.map[b] = moved
    yield* release(s.p2mLock, 0, 'put_gfn(a)')
    if (!p.holdsReference) yield* putMoved(s)
    if (p.deferred) {
      yield 'deferred iommu_iotlb_flush(a)'
      if (flush(s.iotlb[a]!, 0)) s.flushedLate = true
    }
    if (p.holdsReference) yield* putMoved(s)
    yield* flushIotlb(s, b, 'iommu_iotlb_flush(b)')
  } else yield* release(s.p2mLock, 0, 'put_gfn(a)')
}

function* putMoved(s: State): Steps {
  yield 'put_page()'
  s.references[moved]!--
}

export default model({
  name: 'xen-iommu-deferred-flush',
  title: 'A page is freed while the flush of the IOMMU for it is deferred',
  source:
    'XSA-346, Xen commits dea460d869, "IOMMU: suppress "iommu_dont_flush_iotlb" when about to free a page", and 5777a3742d, "IOMMU: hold page ref until after deferred TLB flush", 2020; both fix cf95b2a9fd5a of 2011',
  params,
  variants: {
    'before-2011': { deferred: false, holdsReference: false },
    'as-it-was': { freeingFlushes: false, holdsReference: false },
    'reference-alone': { freeingFlushes: false },
    'flush-alone': { holdsReference: false },
    fixed: {},
  },
  state,
  init: (s) => {
    s.map[a] = moved
    s.map[b] = displaced
    s.references[moved] = 1
    s.references[displaced] = 1
  },
  on: () => ({ vcpu0: 0, vcpu1: 1 }),
  processes: (p) => ({
    vcpu0: function* (s: State) {
      yield* moveAToB(s, p)
    },
    vcpu1: function* (s: State) {
      yield* acquire(s.p2mLock, 1, 'remove: get_gfn()')
      const gfn = yield* choose(2)
      const page = s.map[gfn] ?? null
      if (page !== null) {
        yield 'remove: unmap'
        s.map[gfn] = null
        yield* flushIotlb(s, gfn, 'remove: iommu_iotlb_flush()')
        yield 'remove: put_page()'
        s.references[page]!--
      }
      yield* release(s.p2mLock, 1, 'remove: put_gfn()')
    },
  }),
  rules: () => ({
    device: each(
      2,
      hardware({
        tlb: (s: State, gfn) => s.iotlb[gfn]!,
        tag: () => 0,
        walk: (s, gfn) => s.map[gfn] ?? null,
        onUse: (s, page) => {
          if (s.references[page] === 0) s.usedFreed[page] = true
        },
      }),
    ),
  }),
})
