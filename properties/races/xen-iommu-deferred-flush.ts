/** What the device can reach of what has been freed, and that flushes are deferred past other things in both orders. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import xenIommuDeferredFlush from '../../models/races/xen-iommu-deferred-flush.ts'

const a = 0
const b = 1
const moved = 0
const displaced = 1

export default properties(xenIommuDeferredFlush, {
  /** The device does not reach the page that is moved once that has been freed. */
  noDmaToMovedPage: always((s) => !s.usedFreed[moved]),
  /** Nor the page that was where it is moved to. */
  noDmaToDisplacedPage: always((s) => !s.usedFreed[displaced]),
  /** A page that is freed is out of the device's reach: where it was, and where it has been moved to. */
  freedPageIsFlushed: always((s) => s.iotlb.every(([page]) => page === null || s.references[page]! > 0)),
  /** A page that is mapped nowhere any more has been freed, and no other has. */
  nothingLeaks: always(
    (s, _, at) =>
      at.vcpu0 !== null ||
      at.vcpu1 !== null ||
      s.references.every((count, page) => count === (s.map.some((mapped) => mapped === page) ? 1 : 0)),
  ),
  /** Nobody keeps the lock of the p2m. */
  lockIsGivenBack: always((s, _, at) => at.vcpu0 !== null || at.vcpu1 !== null || s.p2mLock.owner === null),

  /** The window: a is unmapped, and the device still has its translation; so it is when vCPU 1 is at work. */
  staleWhileDeferred: sometimes((s, _, at) => at.vcpu0 === 'deferred iommu_iotlb_flush(a)' && s.iotlb[a]![0] === moved, {
    where: (p) => p.deferred,
  }),
  flushedLate: sometimes((s) => s.flushedLate, { where: (p) => p.deferred }),
  /** All orders: the page is removed before it is moved, between that and the flush of a, and after all is done. */
  removedFirst: sometimes((s, _, at) => at.vcpu0 === 'get_gfn(a), get_page()' && at.vcpu1 === null && s.map[a] === null),
  removedBetween: sometimes((s, _, at) => at.vcpu0 === 'deferred iommu_iotlb_flush(a)' && at.vcpu1 === null && s.map[b] === null, {
    where: (p) => p.deferred,
  }),
  removedLast: sometimes((s, _, at) => at.vcpu0 === null && at.vcpu1 === null && s.map[b] === null && s.references[moved] === 0),
  staysWhereItIs: sometimes((s, _, at) => at.vcpu0 === null && at.vcpu1 === null && s.map[b] === moved && s.iotlb[b]![0] === moved),
  displacedIsFreed: sometimes((s) => s.references[displaced] === 0 && s.references[moved]! > 0),
})

const reference: Document = { kind: 'document', title: 'Xen commit 5777a3742d (XSA-346)', author: 'Jan Beulich', date: '2020-10-20' }
const suppress: Document = { kind: 'document', title: 'Xen commit dea460d869 (XSA-346)', author: 'Jan Beulich', date: '2020-10-20' }

export const commits = claims(xenIommuDeferredFlush, [
  {
    id: 'R19a',
    quote:
      'deferring the TLB flush for the "from" GFN range requires that the page remains allocated to the guest until the TLB flush has actually occurred.',
    short: 'deferring the TLB flush … requires that the page remains allocated … until the TLB flush has actually occurred',
    source: reference,
    readings: [
      {
        says: 'confirms',
        variant: 'fixed',
        property: ['noDmaToMovedPage', 'noDmaToDisplacedPage', 'freedPageIsFlushed'],
        expected: 'holds',
      },
      { says: 'confirms', variant: 'flush-alone', property: ['noDmaToMovedPage', 'freedPageIsFlushed'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'before-2011',
        property: ['noDmaToMovedPage', 'noDmaToDisplacedPage', 'freedPageIsFlushed'],
        expected: 'holds',
        note: 'where every gfn is flushed as it is unmapped, neither is needed',
      },
      {
        says: 'contrasts',
        variant: 'flush-alone',
        property: 'noDmaToDisplacedPage',
        expected: 'holds',
        note: 'each of the two commits mends one of the two races',
      },
    ],
  },
  {
    id: 'R19a 2',
    quote:
      "Deferring flushes to a single, wide range one - as is done when handling XENMAPSPACE_gmfn_range - is okay only as long as pages don't get freed ahead of the eventual flush.",
    short: "Deferring flushes … is okay only as long as pages don't get freed ahead of the eventual flush",
    source: suppress,
    readings: [
      {
        says: 'confirms',
        variant: 'as-it-was',
        property: ['noDmaToMovedPage', 'noDmaToDisplacedPage', 'freedPageIsFlushed'],
        expected: 'violated',
      },
      {
        says: 'confirms',
        variant: 'reference-alone',
        property: ['noDmaToDisplacedPage', 'freedPageIsFlushed'],
        expected: 'violated',
        note: 'the page that is displaced is freed as well, by the mover itself: no second virtual CPU is needed',
      },
      { says: 'contrasts', variant: 'reference-alone', property: 'noDmaToMovedPage', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'fixed',
        property: ['noDmaToMovedPage', 'noDmaToDisplacedPage', 'freedPageIsFlushed'],
        expected: 'holds',
      },
    ],
  },
  {
    id: 'R19a 3',
    quote:
      'The 2nd flush below is fine to make later, as whoever removes the page again from its new GFN will have to do another flush anyway.',
    short: 'The 2nd flush below is fine to make later, as whoever removes the page again … will have to do another flush',
    source: reference,
    readings: [{ says: 'confirms', variant: 'fixed', property: 'freedPageIsFlushed', expected: 'holds' }],
  },
])

const variant = 'fixed'

export const unneeded = accepted(xenIommuDeferredFlush, [
  { change: 'step split', variant, why: 'under the lock of the p2m: nobody else looks at the map, and the device fills what is there' },
  {
    change: "one step later: s.references[moved]!++ yield 'guest_remove_page(b): unmap'",
    variant,
    why: 'who else could drop the last reference needs the lock first',
  },
  {
    change: "steps swapped: yield 'guest_remove_page(b): unmap' const wasAtB = s.map[b] === displaced s.map[b] = null if (wasAt…",
    variant,
    why: 'a and b are changed under one hold of the lock, and what is freed is flushed in either order',
  },
  {
    change: "steps swapped: yield 'guest_physmap_remove_page(a)' s.map[a] = null if (!p.deferred) yield* flushIotlb(s, a, 'iomm…",
    variant,
    why: 'the page is mapped twice for a moment; the reference is kept until a is flushed, and that comes later still',
  },
  { change: "one step earlier: yield 'guest_physmap_remove_page(a)' s.map[a] = null", variant, why: 'as above: nobody else looks' },
  {
    change: "steps swapped: yield 'guest_physmap_add_page(b)' s.map[b] = moved yield* release(s.p2mLock, 0, 'put_gfn(a)')",
    variant,
    why: 'in between the page is mapped nowhere, so who would remove it finds nothing; Xen keeps the lock for its other p2m users',
  },
  {
    change: "swapped: s.map[b] = moved yield* release(s.p2mLock, 0, 'put_gfn(a)')",
    variant,
    why: 'the map is changed in the step of the release, so it is one of the above',
  },
  {
    change: "left out: yield* flushIotlb(s, b, 'iommu_iotlb_flush(b)') (2 in moveAToB)",
    variant,
    why: 'what was at b has been flushed when it was freed; IOMMUs that cache entries that are not present are left out, and this flush is for them as well',
  },
  {
    change: "swapped: s.map[gfn] = null yield* flushIotlb(s, gfn, 'remove: iommu_iotlb_flush()')",
    variant,
    why: 'the map is then changed in the very step of the flush, which leaves the device no time to fill',
  },
])
