/** Which shadow pages are on which list, and what is mapped below a root that is to go. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import kvmInvalidRoot from '../../models/races/kvm-invalid-root.ts'

const P = 0
const X = 1
const C = 2
const pages = [P, X, C]

export default properties(kvmInvalidRoot, {
  /** An invalid page is never on the list of active pages. */
  invalidNeverActive: always((s) => pages.every((page) => !s.active.has(page) || !s.invalid.has(page))),
  /** A page is on one list: not on the active one and on that of what is to be freed. */
  onOneList: always((s) => pages.every((page) => !s.active.has(page) || !s.zapped.has(page))),
  /** No list leads to a page that has been freed. */
  freedIsOnNoList: always((s) => pages.every((page) => !s.freed.has(page) || (!s.active.has(page) && !s.zapped.has(page)))),
  /** All others are on a list, but for an invalid root that is in use. */
  onSomeList: always((s) =>
    [P, X, ...(s.mapped ? [C] : [])].every(
      (page) => s.freed.has(page) || s.active.has(page) || s.zapped.has(page) || (page === X && s.isRoot && s.invalid.has(X)),
    ),
  ),
  /** A root that is in use is not freed. */
  rootIsNotFreed: always((s) => !s.isRoot || !s.freed.has(X)),
  /** Nothing is mapped below an invalid root. */
  nothingBelowInvalid: always((s) => !s.mappedUnderInvalid),
  /** Once the virtual CPU is done with it, an invalid root is freed, and what was below it. */
  invalidIsFreed: always(
    (s, _, at) =>
      at.vcpu !== null || at.ioctl !== null || pages.every((page) => !s.invalid.has(page) || s.freed.has(page) || (page === X && s.isRoot)),
  ),

  /** The windows: the fault reclaims its own root; the other thread does, before the fault has the lock, and after. */
  reclaimsItsRoot: sometimes(
    (s, _, at) => s.mmuLock.owner === 0 && s.isRoot && s.invalid.has(X) && at.ioctl === 'KVM_SET_NR_MMU_PAGES: write_lock(mmu_lock)',
  ),
  reclaimedBefore: sometimes((s, _, at) => at.vcpu === 'page_fault(): write_lock(mmu_lock)' && s.invalid.has(X)),
  reclaimedAfter: sometimes((s) => s.mmuLock.owner === 1 && s.hasChild),
  retries: sometimes((s) => s.retried, { where: (p) => p.check !== 'never' }),
  maps: sometimes((s) => s.mapped && !s.invalid.has(X)),
  allAreFreed: sometimes((s) => pages.every((page) => s.freed.has(page))),
})

const record: Document = { kind: 'document', title: 'CVE-2026-64561', date: '2026-08-04' }
const lists = ['invalidNeverActive', 'onOneList', 'freedIsOnNoList'] as const

export const commits = claims(kvmInvalidRoot, [
  {
    id: 'R22',
    quote:
      "because child shadow pages inherit their parent's role, any children created during the map/fetch will be created as invalid pages, thus violating KVM's invariant that invalid pages are never on the list of active MMU pages.",
    short: "because child shadow pages inherit their parent's role, any children … will be created as invalid pages",
    source: record,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: lists, expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: [...lists, 'nothingBelowInvalid'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'no-check',
        property: lists,
        expected: 'violated',
        note: 'the check before the reclaim is as good as none: a fault that reclaims its own root is not seen by it',
      },
    ],
  },
  {
    id: 'R22 2',
    quote: 'On its own, populating an invalid root is "fine"',
    source: record,
    onlyIf: 'its children are not invalid themselves, or an invalid page may be on the active list',
    readings: [
      { says: 'confirms', variant: 'invalid-not-inherited', property: lists, expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'invalid-not-inherited',
        property: 'nothingBelowInvalid',
        expected: 'violated',
        note: 'it is populated',
      },
      { says: 'confirms', variant: 'before-5.9', property: ['onOneList', 'freedIsOnNoList'], expected: 'holds' },
      { says: 'refutes', variant: 'as-it-was', property: ['onOneList', 'freedIsOnNoList'], expected: 'violated' },
    ],
  },
  {
    id: 'R22 3',
    quote:
      "the true badness only came along in 2020 (Linux 5.9) with the invariant that invalid shadow pages can't be on the list of active pages.",
    short: 'the true badness only came along in 2020 (Linux 5.9)',
    source: record,
    readings: [
      { says: 'confirms', variant: 'before-5.9', property: ['onOneList', 'freedIsOnNoList'], expected: 'holds' },
      { says: 'confirms', variant: 'before-5.9', property: 'nothingBelowInvalid', expected: 'violated', note: 'the flaw was there' },
      { says: 'confirms', variant: 'as-it-was', property: ['onOneList', 'freedIsOnNoList'], expected: 'violated' },
    ],
  },
])

const variant = 'fixed'

export const unneeded = accepted(kvmInvalidRoot, [
  { change: 'step split', variant, why: 'all of it is under mmu_lock' },
  {
    change: 'left out: zapChildrenOfX(s, p) (in reclaim)',
    variant,
    why: 'a child that is not zapped with its root is zapped when the root is freed, or stays with it',
  },
])
