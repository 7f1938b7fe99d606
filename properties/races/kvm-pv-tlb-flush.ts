/** What the guest may conclude from its bit: that the flush is done before its vCPU runs again. */
import { always, claims, properties, sometimes } from 'mmucheck'
import kvmPvTlbFlush from '../../models/races/kvm-pv-tlb-flush.ts'

export default properties(kvmPvTlbFlush, {
  /** Once the shootdown is complete and the frame is free, no vCPU reaches it. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** So a vCPU that runs has no translation of it. */
  noStaleTranslation: always((s) => !(s.page.isFree && s.running && s.tlb[0] !== null)),

  isUsed: sometimes((s) => s.used),
  flushedByIpi: sometimes((s) => s.flushedByIpi),
  flushedByHost: sometimes((s) => s.flushedByHost),
  /** The frame is freed while vCPU 1, which has a translation, is preempted: the host still owes the flush. */
  flushIsOwed: sometimes((s) => s.page.isFree && !s.running && s.tlb[0] !== null && s.shared.flush),
  /** Both orders: vCPU 1 is loaded before the guest asks, and the guest has to interrupt it; and after. */
  interruptWaits: sometimes((s) => s.irq.pending && !s.running),
  freedAtRun: sometimes((s) => s.page.isFree && s.running),
})

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
