/** What invlpg promises the guest, and that a prefetch does happen. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import kvmInvlpgPrefetch from '../../models/races/kvm-invlpg-prefetch.ts'

export default properties(kvmInvlpgPrefetch, {
  /** Once the invlpg of who changed the entry has completed, the shadow entry is none, or as the guest's. */
  noStaleSpte: always((s, _, at) => at.writer !== null || s.spte === null || s.spte === s.gpte),
  /** Stronger: from when that invlpg has zapped the shadow entry, the old one does not come back. */
  oldEntryStaysAway: always(
    (s, _, at) =>
      at.writer === 'the guest writes gpte' ||
      at.writer === 'invlpg: spin_lock(mmu_lock)' ||
      at.writer === 'zap spte, invlpg_counter++' ||
      s.spte !== 'old',
  ),

  /** The guest has changed an entry that was shadowed before any invlpg. */
  staleBeforeInvlpg: sometimes((s, _, at) => s.gpte === 'new' && s.spte === 'old' && at.bystander === 'invlpg: spin_lock(mmu_lock)'),
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

/** The model as it is by default. */
export const unneeded = accepted(kvmInvlpgPrefetch, [
  ...[
    "one step earlier: yield 'zap spte, invlpg_counter++' s.spte = null",
    "step split: s.spte = null if (p.counter !== 'none') s.invlpgCounter++",
  ].map((change) => ({
    change,
    why: 'with mmu_lock held, zap and count may be two steps: the counter is compared with the lock',
    variant: 'fixed',
  })),
  {
    change: "steps swapped: yield* release(s.mmuLock, vcpu, 'spin_unlock(mmu_lock)') if (!p.prefetch) return let seen = 0 if (p…",
    why: 'the entry and the counter are both read with mmu_lock held, so that no invlpg comes in between, whichever is first',
    variant: 'fixed',
  },
  {
    change: "steps swapped: yield 'kvm_read_guest(gpte)' const gentry = s.gpte if (p.counter === 'read after the entry') { yiel…",
    why: 'the guest entry is read with mmu_lock held: the invlpg that follows its change comes later, and zaps',
    variant: 'fixed',
  },
  ...['off by one: 0 → 1 in yield* invlpg(s, p, 0)', 'off by one: 1 → 0 in yield* invlpg(s, p, 1)'].map((change) => ({
    change,
    why: 'the number says who holds mmu_lock, for the check that only he gives it back',
    variant: 'fixed',
  })),
])

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
