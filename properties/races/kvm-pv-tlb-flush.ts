/** What the guest may conclude from its bit: that the flush is done before its vCPU runs again. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import kvmPvTlbFlush from '../../models/races/kvm-pv-tlb-flush.ts'

export default properties(kvmPvTlbFlush, {
  /** Once the shootdown is complete and the frame is free, no vCPU reaches it. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** So a vCPU that runs has no translation of it. */
  noStaleTranslation: always((s) => !(s.page.isFree && s.running && s.tlb[0] !== null)),
  /** A vCPU that runs is not said to be preempted, and nothing is asked for it: the host would not see that. */
  wordOfRunningIsZero: always((s) => !(s.running && (s.shared.preempted || s.shared.flush))),
  /** The translations survive a preemption: a flush is asked for, and done by the host, because a page goes away. */
  flushedIfAsked: always((s) => s.pte === null || !(s.shared.flush || s.flushedByHost)),

  isUsed: sometimes((s) => s.used),
  flushedByIpi: sometimes((s) => s.flushedByIpi),
  flushedByHost: sometimes((s) => s.flushedByHost),
  /** The frame is freed while vCPU 1, which has a translation, is preempted: the host still owes the flush. */
  flushIsOwed: sometimes((s) => s.page.isFree && !s.running && s.tlb[0] !== null && s.shared.flush),
  /** Both orders: vCPU 1 is loaded before the guest asks, and the guest has to interrupt it; and after. */
  interruptWaits: sometimes((s) => s.irq.pending && !s.running),
  freedAtRun: sometimes((s) => s.page.isFree && s.running),
  /** The vCPU has stopped, and the word does not say so yet: it is interrupted, although a bit would do. */
  interruptedUntold: sometimes((s, _p, at) => at.host === 'kvm_steal_time_set_preempted()' && !s.shared.preempted && s.irq.pending),
})

/** Of the fix, the default. */
export const unneeded = accepted(kvmPvTlbFlush, [
  ...['left out: s.running = true (in init)', 'another value: true → false in s.running = true (in init)'].map((change) => ({
    change,
    why: 'where the story begins: a vCPU that does not run has no translation yet, and is entered soon',
    variant: 'fixed',
  })),
  {
    change: 'step split: const state = { ...s.shared } let deferred = state.preempted',
    why: 'both are locals of the guest: the word is read once, in the step before',
    variant: 'fixed',
  },
  {
    change: 'step split: if (s.shared.flush && flush(s.tlb, 0))',
    why: 'the guest asks once, so that a word that is cleared after the flush that it asks for can lose nothing; a second flush, which the model leaves out, would be lost',
    variant: 'fixed',
  },
  {
    change: 'operand left out: s.running && serveIpi(s.irq) → serveIpi(s.irq)',
    why: 'a translation of a vCPU that does not run is not used, so that to flush it for an interrupt before it is entered is as good',
    variant: 'fixed',
  },
])

const commit = { kind: 'document', title: 'Linux commit b043138246a4', date: '2020' } as const

export const commits = claims(kvmPvTlbFlush, [
  {
    id: 'R4',
    quote: 'Make sure KVM_VCPU_FLUSH_TLB flag is not missed',
    source: commit,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'no-copy',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'without the copy, but in two accesses, the window is shorter and still there',
      },
      {
        says: 'contrasts',
        variant: ['guest-ors', 'guest-writes'],
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the guest has to know that the vCPU is still preempted when the bit is set: that is what the comparison is for',
      },
    ],
  },
])
