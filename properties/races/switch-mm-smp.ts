/** What a flush promises to who frees the frame, where each side's store may wait while it looks for the other's. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import switchMmSmp from '../../models/races/switch-mm-smp.ts'

export default properties(switchMmSmp, {
  /** Once flush_tlb_mm_range() has returned, nobody reaches the old frame. */
  noUseAfterFree: always((s) => !s.usedFreed),
  /** The switch sees the new tlb_gen, or the flusher the new loaded_mm. */
  oneSeesTheOther: always((s) => !(s.freed && s.cr3 === 'mm' && s.tlb[0] === 0)),
  /** So CPU 1 knows of the flush: its own generation says so. */
  caughtUp: always((s) => !(s.freed && s.cr3 === 'mm') || s.ctxGen === 1),
  /** loaded_mm says what CR3 is, or that it changes: an NMI that reads it may believe it (nmi_uaccess_okay()). */
  saysWhatIsLoaded: always((s) => s.loadedMm === 'SWITCHING' || s.loadedMm === s.cr3),
  /** Interrupts are off during the switch: their handler would find LOADED_MM_SWITCHING, which is no address space. */
  notInterrupted: always((s, _p, at) => s.irq.off || at.cpu1 === 'local_irq_disable()' || at.cpu1 === null),
  /** What all this is for: nobody is interrupted who runs something else, and no translation goes but by a flush. */
  othersAreSpared: always((s) => !(s.irq.pending && s.loadedMm === 'prev')),
  keptUntilFlush: always((s) => s.tlbGen === 1 || !(s.flushedBy[0] || s.flushedBy[1])),

  flushedByIpi: sometimes((s) => s.flushedBy[0]!),
  flushedBySwitch: sometimes((s) => s.flushedBy[1]!),
  /** The window: both have stored, and neither store has reached memory. */
  bothWait: sometimes(
    (_s, _p, at) =>
      at.storeBuffer[0]!.length > 0 && at.storeBuffer[1]!.some(({ to }) => to === 'loadedMm') && at.cpu1 === 'gen = mm->tlb_gen',
    { where: (p) => p.memoryModel === 'tso' && p.bitStays && !p.switchBarrier },
  ),
  freedBeforeTheSwitch: sometimes((s) => s.freed && s.loadedMm === 'prev'),
  freedAfterTheSwitch: sometimes((s) => s.freed && s.loadedMm === 'mm'),
  newFrameIsCached: sometimes((s) => s.tlb[0] === 1),
  /** The bit in mm_cpumask() does not say that CPU 1 runs mm: it has left, and the flusher has to look at loaded_mm. */
  bitOutlivesMm: sometimes((s, _p, at) => at.cpu0 === 'should_flush_tlb(1)' && s.loadedMm === 'prev', { where: (p) => p.bitStays }),
})

/** Of the fix, the default. */
export const unneeded = accepted(switchMmSmp, [
  {
    change: 'always true: s.cpumask',
    why: 'here the bit stays, so that the flusher always finds it; to look at loaded_mm of every CPU is as safe, and slower',
    variant: 'fixed',
  },
  {
    change: "step left out: yield 'cpumask_set_cpu(1, mm_cpumask(mm))' if (!s.cpumask) s.cpumask = true",
    why: 'here the bit stays, so that nobody has to set it: the step is that of before-209954cbc7d0',
    variant: 'fixed',
  },
  {
    change: 'always true: !s.cpumask (in cpu1)',
    why: 'a bit that is set on every switch, by a locked instruction: the barrier that there was before 209954cbc7d0',
    variant: 'fixed',
  },
  {
    change: "swapped: s.loadedMm = 'mm' yield* irqsOn(s.irq)",
    why: 'the store moves into the step that turns interrupts on; it may wait in the store buffer as long',
    variant: 'fixed',
  },
  ...[
    "always false: s.cr3 !== 'mm' || s.ctxGen === s.tlbGen",
    "operand left out: s.cr3 !== 'mm' || s.ctxGen === s.tlbGen → s.cr3 !== 'mm'",
  ].map((change) => ({
    change,
    why: 'interrupted is who has announced itself, once CR3 is mm; to flush again what the switch has flushed is as safe, and slower',
    variant: 'fixed',
  })),
])

const commit = { kind: 'document', title: 'Linux commit 83b0177a6c48', date: '2025' } as const

export const commits = claims(switchMmSmp, [
  {
    id: 'R1c',
    quote:
      'Stephen noted that it is possible to not have an smp_mb() between the loaded_mm store and the tlb_gen load in switch_mm(), meaning the ordering against flush_tlb_mm_range() goes out the window',
    short: 'possible to not have an smp_mb() between the loaded_mm store and the tlb_gen load … the ordering … goes out the window',
    source: commit,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFree', 'oneSeesTheOther'], expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: ['noUseAfterFree', 'oneSeesTheOther'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'before-209954cbc7d0',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'the bit in mm_cpumask() was set on every switch, by a locked instruction',
      },
      {
        says: 'contrasts',
        variant: 'sequentially-consistent',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'the order of the code is right: no interleaving of its steps shows the race',
      },
    ],
  },
  {
    id: 'R1c 2',
    quote: 'This way switch_mm() must see the new tlb_gen or flush_tlb_mm_range() must see the new loaded_mm, or both.',
    source: commit,
    readings: [
      { says: 'confirms', variant: 'fixed', property: 'oneSeesTheOther', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'barrier-of-the-switch-alone',
        property: 'oneSeesTheOther',
        expected: 'violated',
        note: 'the flusher needs its barrier as well, which its locked increment is',
      },
    ],
  },
])
