/** No store gets lost: neither for the page, nor for who migrates the guest. */
import { always, claims, type Document, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import kvmVolatileSpte from '../../models/races/kvm-volatile-spte.ts'

export default properties(kvmVolatileSpte, {
  /** A page that was stored to is dirty, or the entry says so. */
  noDirtyPageIsLost: always((s) => !s.stored || s.pageDirty || s.spte[0].D),
  /** Once the dirty log has been harvested, a page that was modified after it was copied is in the next dirty log. */
  dirtyLogIsComplete: always((s, _, at) => at.kvm !== null || !s.modified || s.logged),

  /** The windows: the hardware sets D between the read and the write; stores through the TLB need no entry any more. */
  dirtyAfterTheRead: sometimes((s, _, at) => at.kvm !== 'old = READ_ONCE(spte)' && s.spte[0].D && !s.pageDirty),
  storesWithoutAWalk: sometimes((s) => !s.spte[0].D && storeHits(s.tlb, 0)),
  /** A is cleared; a page that was stored to is harvested, and not stored to again. */
  isAged: sometimes((s) => s.spte[0].P && !s.spte[0].A, { where: (p) => p.update === 'age' }),
  isHarvested: sometimes((s, _, at) => at.kvm === null && s.stored && !s.logged),
  pageIsCopied: sometimes((s) => s.stored && !s.modified),
  /** The guest stores before the harvest; it stores after it, and is logged again. */
  storedBeforeTheUpdate: sometimes((s, _, at) => at.kvm === 'old = READ_ONCE(spte)' && s.stored),
  loggedAgain: sometimes((s, _, at) => at.kvm === null && s.pageDirty && s.modified && s.logged, { where: (p) => p.update === 'age' }),
  tlbIsFlushed: sometimes((s, _, at) => (at.kvm === 'flush TLB' || at.kvm === 'clear_dirty: flush TLB') && storeHits(s.tlb, 0)),
})

const volatileBits: Document = { kind: 'document', title: 'Linux commit ba3a6120a4e7', date: '2022' }
const invalidate: Document = { kind: 'document', title: 'Linux commit d52605d7cb30', date: '2018' }

export const commits = claims(kvmVolatileSpte, [
  {
    id: 'R17a',
    quote: 'KVM: x86/mmu: Use atomic XCHG to write TDP MMU SPTEs with volatile bits',
    source: volatileBits,
    readings: [
      { says: 'confirms', variant: 'invalidate-fixed', property: ['noDirtyPageIsLost', 'dirtyLogIsComplete'], expected: 'holds' },
      { says: 'confirms', variant: 'xchg', property: 'noDirtyPageIsLost', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'xchg',
        property: 'dirtyLogIsComplete',
        expected: 'violated',
        finding: 'where nothing is flushed, xchg still takes D away that was set since the read, and the harvest sees none',
      },
      {
        says: 'contrasts',
        variant: 'fixed',
        property: ['noDirtyPageIsLost', 'dirtyLogIsComplete'],
        expected: 'holds',
        note: 'who only clears A, with a locked and, takes nothing else away',
      },
      { says: 'contrasts', variant: 'as-it-was', property: ['noDirtyPageIsLost', 'dirtyLogIsComplete'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'xchg-read-before',
        property: ['noDirtyPageIsLost', 'dirtyLogIsComplete'],
        expected: 'violated',
        note: 'what counts is what xchg returns',
      },
    ],
  },
  {
    id: 'R17b',
    quote: 'mm: do not lose dirty and accessed bits in pmdp_invalidate()',
    source: invalidate,
    readings: [
      { says: 'confirms', variant: 'invalidate-fixed', property: 'noDirtyPageIsLost', expected: 'holds' },
      {
        says: 'contrasts',
        variant: ['invalidate-as-it-was', 'invalidate-read-before'],
        property: 'noDirtyPageIsLost',
        expected: 'violated',
      },
    ],
  },
])
