/** What the acknowledgement of a flush means, whatever the CPU was about to load. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import kthreadUseMm from '../../models/races/kthread-use-mm.ts'

export default properties(kthreadUseMm, {
  /** Once all CPUs have acknowledged and the frame is free, nobody reaches it. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** So no CPU that has loaded mm has a translation of it. */
  noStaleTranslation: always((s) => !(s.page.isFree && s.loaded === 'mm' && s.tlb[0] !== null)),
  /** What is loaded has an ASID: if that is dropped while in use, nobody looks before the next switch. */
  loadedHasAsid: always((s) => s.loaded !== 'mm' || s.asid),
  /** A translation is kept, over switches as well, until a flush asks for it. */
  keptUntilFlush: always((s) => s.pte === null || !(s.flushed || s.flushedLater)),

  isUsed: sometimes((s) => s.used && s.pte !== null),
  /** CPU 1 has gone back to old_mm, with the translation of mm that it used. */
  isKept: sometimes((s) => s.used && s.loaded === 'old_mm' && s.tlb[0] !== null),
  /** Both orders: the flush comes once mm is loaded, and before. */
  flushed: sometimes((s) => s.flushed),
  flushedLater: sometimes((s) => s.flushedLater),
  /** The frame is free, and the switch that has to drop the translation is still to come. */
  flushIsOwed: sometimes((s) => s.page.isFree && s.tlb[0] !== null && !s.asid),
  freedWhileMmIsLoaded: sometimes((s) => s.page.isFree && s.loaded === 'mm'),
  /** The interrupt comes while what is said and what is loaded differ. */
  interruptedBetween: sometimes((s) => s.irq.pending && s.activeMm !== s.loaded),
})

/** Of the fix, the default. */
export const unneeded = accepted(kthreadUseMm, [
  {
    change: 'left out: s.tlb[0] = 0',
    why: 'the workload: a translation from before; else the hardware walks the entry at the first use, and the race takes a round more',
    variant: 'fixed',
  },
])

const commit = { kind: 'document', title: 'Linux commit 38cf307c1f20', date: '2020' } as const

export const commits = claims(kthreadUseMm, [
  {
    id: 'R11',
    quote: 'Where it is possible the IPI flushed the TLBs for @old_mm, not @mm, because the IPI lands before we actually switched.',
    short: 'it is possible the IPI flushed the TLBs for @old_mm, not @mm',
    source: commit,
    readings: [{ says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'violated' }],
  },
  {
    id: 'R11 2',
    quote: 'Avoid this by disabling IRQs across changing ->active_mm and switch_mm().',
    source: commit,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'switch-first',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the other order is no fix: the interrupt drops the ASID, for a switch that has already been',
      },
      {
        says: 'contrasts',
        variant: 'fixed',
        settings: { order: 'switch_mm first' },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'with interrupts off the order does not matter',
      },
      {
        says: 'contrasts',
        variant: 'asks-what-is-loaded',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'nor does any of it where the interrupt asks what is loaded: "x86 - N/A" in the commit',
      },
    ],
  },
])
