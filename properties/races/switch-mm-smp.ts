/** What a flush promises to who frees the frame, where each side's store may wait while it looks for the other's. */
import { always, claims, properties, sometimes } from 'mmucheck'
import switchMmSmp from '../../models/races/switch-mm-smp.ts'

export default properties(switchMmSmp, {
  /** Once flush_tlb_mm_range() has returned, nobody reaches the old frame. */
  noUseAfterFree: always((s) => !s.usedFreed),
  /** The switch sees the new tlb_gen, or the flusher the new loaded_mm. */
  oneSeesTheOther: always((s) => !(s.freed && s.cr3 === 'mm' && s.tlb[0] === 0)),

  flushedByIpi: sometimes((s) => s.flushedBy[0]!),
  flushedBySwitch: sometimes((s) => s.flushedBy[1]!),
  /** The window: both have stored, and neither store has reached memory. */
  bothWait: sometimes(
    (_s, _p, at) =>
      at.storeBuffer[0]!.length > 0 && at.storeBuffer[1]!.some(({ to }) => to === 'loadedMm') && at.cpu1 === 'gen = mm->tlb_gen',
    { where: (p) => p.memoryModel === 'tso' && p.bitStays && !p.switchBarrier },
  ),
  freedBeforeTheSwitch: sometimes((s) => s.freed && s.loadedMm === 'prev'),
})

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
