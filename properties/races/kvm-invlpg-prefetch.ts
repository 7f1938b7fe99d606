/** What invlpg promises the guest, and that a prefetch does happen. */
import { always, claims, type Document, properties, sometimes } from 'mmucheck'
import kvmInvlpgPrefetch from '../../models/races/kvm-invlpg-prefetch.ts'

export default properties(kvmInvlpgPrefetch, {
  /** Once the invlpg of who changed the entry has completed, the shadow entry is none, or as the guest's. */
  noStaleSpte: always((s, _, at) => at.writer !== null || s.spte === null || s.spte === s.gpte),

  staleBeforeInvlpg: sometimes((s) => s.gpte === 'new' && s.spte === 'old'),
  newEntryIsPrefetched: sometimes((s) => s.spte === 'new', { where: (p) => p.prefetch }),
  /** Both orders: a prefetch is over before the guest writes; it is still to come when the other invlpg is complete. */
  prefetchBeforeTheWrite: sometimes((s, _, at) => s.gpte === 'old' && s.spte === 'old' && at.bystander === null, {
    where: (p) => p.prefetch,
  }),
  prefetchAfterTheInvlpg: sometimes((_s, _p, at) => at.writer === null && at.bystander === 'prefetch: spin_lock(mmu_lock)', {
    where: (p) => p.prefetch,
  }),
  prefetchIsGivenUp: sometimes((s) => s.gaveUp, { where: (p) => p.prefetch && p.counter !== 'none' }),
})

const reinstated: Document = { kind: 'document', title: 'Linux commit 08e850c6536d', author: 'Avi Kivity', date: '2010' }

export const commits = claims(kvmInvlpgPrefetch, [
  {
    id: 'R24',
    quote: 'KVM: MMU: Reinstate pte prefetch on invlpg',
    source: reinstated,
    readings: [
      { says: 'confirms', variant: 'fixed', property: 'noStaleSpte', expected: 'holds', note: 'a prefetch is safe with the counter' },
      { says: 'contrasts', variant: 'as-it-was', property: 'noStaleSpte', expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'no-prefetch',
        property: 'noStaleSpte',
        expected: 'holds',
        note: 'so it was between the two commits: correct, and slower',
      },
      {
        says: 'contrasts',
        variant: 'counter-read-late',
        property: 'noStaleSpte',
        expected: 'violated',
        note: 'the counter has to be older than the entry',
      },
      {
        says: 'contrasts',
        variant: 'compared-before-the-lock',
        property: 'noStaleSpte',
        expected: 'violated',
        note: 'what is compared without the lock may have changed when it is held',
      },
    ],
  },
])
