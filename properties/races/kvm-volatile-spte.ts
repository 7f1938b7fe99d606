/** No store gets lost: neither for the page, nor for who migrates the guest. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import kvmVolatileSpte from '../../models/races/kvm-volatile-spte.ts'

export default properties(kvmVolatileSpte, {
  /** A page that was stored to is dirty, or the entry says so. */
  noDirtyPageIsLost: always((s) => !s.stored || s.pageDirty || s.spte[0].D),
  /** Once the dirty log has been harvested, a page that was modified after it was copied is in the next dirty log. */
  dirtyLogIsComplete: always((s, _, at) => at.kvm !== null || !s.modified || s.logged),
  /** A page that nobody has stored to stays clean. */
  cleanPageStaysClean: always((s) => s.stored || !s.pageDirty),

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
  /** The translation is evicted, and the next store walks again. */
  isEvicted: sometimes((s, _, at) => at.kvm === 'old = READ_ONCE(spte)' && s.stored && !storeHits(s.tlb, 0)),
  tlbIsFlushed: sometimes((s, _, at) => (at.kvm === 'flush TLB' || at.kvm === 'clear_dirty: flush TLB') && storeHits(s.tlb, 0)),
})

/** Of aging by a locked and, the model as it is by default. */
export const unneeded = accepted(kvmVolatileSpte, [
  ...[
    "step split: let old: Pte = { ...s.spte[0] } let now: Pte = p.update === 'age' ? { ...old, A: false } : emptyPte",
    "one step earlier: yield 'clear A: lock and(spte)' old = { ...s.spte[0] }",
    'step split: old = { ...s.spte[0] } now = { ...old, A: false } s.spte[0].A = false',
    'left out: old = { ...s.spte[0] }',
  ].map((change) => ({
    change,
    why: 'a locked and takes no D away, so that handle_changed_spte() has nothing to mark, however old its entries are',
    variant: 'fixed',
  })),
  ...[
    'swapped: old = { ...s.spte[0] } now = { ...old, A: false }',
    'left out: now = { ...old, A: false }',
    'operand left out: old.D && !now.D → old.D',
  ].map((change) => ({
    change,
    why: 'a page that is marked dirty by that has been stored to: it would be marked when D is cleared',
    variant: 'fixed',
  })),
  {
    change: 'another value: true → false in s.spte[0] = { P: true, W: true, A: true, D: false, frame: 0 } (3 in init)',
    why: 'the workload: the entry has not been accessed before; a store sets A',
    variant: 'fixed',
  },
  {
    change: 'swapped: yield* update(s, p) yield* harvest(s)',
    why: 'the workload: aging may come after the harvest as well as before it',
    variant: 'fixed',
  },
  ...[
    'always true: s.spte[0].D && !wasDirty',
    'operand left out: s.spte[0].D && !wasDirty → s.spte[0].D',
    'operand left out: s.spte[0].D && !wasDirty → !wasDirty',
  ].map((change) => ({
    change,
    why: 'the hardware: a store that is logged although the harvest can do without only makes the log longer',
    variant: 'fixed',
  })),
  ...['left out: when(loadHits(s.tlb, 0))', 'lets through: when(loadHits(s.tlb, 0))'].map((change) => ({
    change,
    why: 'to evict a translation that is not there changes nothing',
    variant: 'fixed',
  })),
])

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
