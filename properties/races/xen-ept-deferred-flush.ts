/** What is in the pool is out of the guest's reach; and what flushes cost. */
import { accepted, always, bound, claims, type Document, properties, sometimes } from 'mmucheck'
import xenEptDeferredFlush from '../../models/races/xen-ept-deferred-flush.ts'

const T2 = 1
const T1 = 2
const foreign = 1

export default properties(xenEptDeferredFlush, {
  /** No walker reads a table that is in the pool. */
  noWalkOfFreeTable: always((s) => !s.walkedFree),
  /** The guest's address leads to the guest's memory. */
  onlyItsOwnMemory: always((s) => s.caches[2] !== foreign),
  /** When Xen is done nothing is cached of the tables, whatever was meanwhile. */
  flushedInTheEnd: always((s, _, at) => at.xen !== null || s.caches.every((cached) => cached === null)),
  /** One change of one entry costs one flush. */
  oneFlush: bound((s) => s.flushes, 1),

  isWalked: sometimes((s) => s.caches[2] === 0),
  flushedEntries: sometimes((s) => s.flushedEntries),
  /** The window: the entry is gone, and the hardware walks on from what it has cached. */
  walksOn: sometimes((s) => !s.linked && s.caches[0] === T2 && s.caches[1] === T1),
  bothAreFree: sometimes((s) => s.free[T1]! && s.free[T2]!),
})

const advisory: Document = { kind: 'document', title: 'Xen Security Advisory XSA-480', date: '2026-03-17' }
const squash: Document = { kind: 'document', title: 'Xen commit 4a59e6bb3a', author: 'Jan Beulich', date: '2022-01-04' }
const sync: Document = { kind: 'document', title: 'Xen commit 4bc2e5333a (XSA-480)', author: 'Roger Pau Monné', date: '2026-02-17' }
const walks = ['noWalkOfFreeTable', 'onlyItsOwnMemory'] as const

export const commits = claims(xenEptDeferredFlush, [
  {
    id: 'R19b',
    quote:
      'Freeing of paging structures however is not deferred until the flushing is done, and can result in freed pages transiently being present in cached state.',
    short:
      'Freeing of paging structures however is not deferred …, and can result in freed pages transiently being present in cached state.',
    source: advisory,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: 'noWalkOfFreeTable', expected: 'violated' },
      {
        says: 'confirms',
        variant: 'as-it-was',
        property: 'flushedInTheEnd',
        expected: 'holds',
        note: 'transiently: the deferred flush comes',
      },
      { says: 'contrasts', variant: 'fixed', property: 'noWalkOfFreeTable', expected: 'holds' },
    ],
  },
  {
    id: 'R19b 2',
    quote: 'Such stale entries can point to memory ranges not owned by the guest, thus allowing access to unintended memory regions.',
    source: advisory,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: 'onlyItsOwnMemory', expected: 'violated' },
      { says: 'contrasts', variant: 'fixed', property: 'onlyItsOwnMemory', expected: 'holds' },
    ],
  },
  {
    id: 'R19b 3',
    quote: 'ept_free_entry() gets called after a flush was already issued, if one is necessary in the first place.',
    source: squash,
    onlyIf: 'the flush was not deferred',
    readings: [
      {
        says: 'refutes',
        variant: 'as-it-was',
        property: walks,
        expected: 'violated',
        note: 'issued, but deferred until the lock is dropped',
      },
      { says: 'confirms', variant: 'not-deferred', property: walks, expected: 'holds', note: 'then a second flush is meaningless' },
    ],
  },
  {
    id: 'R19b 4',
    quote: 'in case of recursiveness way too many flushes would have been issued',
    source: squash,
    readings: [
      {
        says: 'refutes',
        variant: 'fixed',
        property: 'oneFlush',
        expected: 'holds',
        finding:
          'p2m_tlb_flush_sync() flushes only where need_flush is set, and clears it: the first table of the recursion flushes for all',
      },
    ],
  },
  {
    id: 'R19b 5',
    quote: 'Issue any pending flushes before freeing the paging memory back to the pool.',
    source: sync,
    readings: [
      { says: 'confirms', variant: 'fixed', property: [...walks, 'flushedInTheEnd', 'oneFlush'], expected: 'holds' },
      { says: 'contrasts', variant: 'as-it-was', property: walks, expected: 'violated' },
    ],
  },
])

const variant = 'fixed'

export const unneeded = accepted(xenEptDeferredFlush, [
  { change: 'step split', variant, why: 'need_flush is read and written under the lock of the p2m; what is split of the flush is a ghost' },
  { change: 'swapped: s.needFlush = false yield* interrupt(s)', variant, why: 'nobody else reads need_flush, under the lock' },
  {
    change: "swapped: yield* freeTable(s, p, T1, 'p2m_free_ptp(T1)') yield* freeTable(s, p, T2, 'p2m_free_ptp(T2)')",
    variant,
    why: 'the flush before the first of them is for both',
  },
])
