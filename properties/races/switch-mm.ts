/** What a flush promises to who frees the frame, and how either side may be the one that notices the other. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import switchMm from '../../models/races/switch-mm.ts'

export default properties(switchMm, {
  /** Once flush_tlb_mm_range() has returned, nobody reaches the old frame. */
  noUseAfterFree: always((s) => !s.usedFreed),
  /** So no CPU that has mm in CR3 has a translation of it, which hardware may use at any time. */
  noStaleTranslation: always((s) => !(s.freed && s.mm.cpus[1]!.cr3 === 'mm' && s.tlb[0] === 0)),
  /** And it knows of the flush: its own generation says so. */
  caughtUp: always((s) => !(s.freed && s.mm.cpus[1]!.cr3 === 'mm') || s.mm.gen.cpu[1] === 1),
  /** loaded_mm says what CR3 is, or that it changes: an NMI that reads it may believe it (nmi_uaccess_okay()). */
  saysWhatIsLoaded: always((s) => s.mm.cpus[1]!.loadedMm === 'LOADED_MM_SWITCHING' || s.mm.cpus[1]!.loadedMm === s.mm.cpus[1]!.cr3),
  /** The new frame is cached once the entry maps it. */
  cachedIsMapped: always((s) => s.tlb[0] !== 1 || s.pte === 1),
  /** What PCIDs are for: no translation goes but by a flush. */
  keptUntilFlush: always((s) => s.mm.gen.mm === 1 || !(s.flushedByIpi || s.flushedBySwitch)),

  isUsed: sometimes((s) => s.used),
  flushedByIpi: sometimes((s) => s.flushedByIpi),
  flushedBySwitch: sometimes((s) => s.flushedBySwitch),
  /** The switch comes first, and the frame is freed under it; the flush comes first, and finds nobody to interrupt. */
  freedWhileMmRuns: sometimes((s) => s.freed && s.mm.cpus[1]!.loadedMm === 'mm'),
  freedBeforeTheSwitch: sometimes((s) => s.freed && s.mm.cpus[1]!.loadedMm === 'other' && s.tlb[0] === 0),
  /** The window that both bugs are about: a flush is under way, and CR3 changes. */
  interruptedWhileSwitching: sometimes((s) => s.mm.cpus[1]!.irq.csd[0]! && s.mm.cpus[1]!.loadedMm === 'LOADED_MM_SWITCHING'),
  newFrameIsUsed: sometimes((s) => s.mm.cpus[1]!.cr3 === 'mm' && s.tlb[0] === 1),
  /** CPU 1 has left mm, and what it has used of it is still cached. */
  keptElsewhere: sometimes((s) => s.used && s.mm.cpus[1]!.cr3 === 'other' && s.tlb[0] !== null),
})

/** Of the fix, the default. */
export const unneeded = accepted(switchMm, [
  ...['left out: runsMm(s.mm, 0)', 'off by one: 0 → 1 in runsMm(s.mm, 0)'].map((change) => ({
    change,
    why: "where the story begins: the flusher's own TLB is left out, and CPU 1 may as well have mm loaded when it first switches to it",
    variant: 'fixed',
  })),
  {
    change: 'left out: s.tlb[0] = 0',
    why: 'the workload: a translation from before; else the hardware walks the entry once mm is loaded, and keeps that',
    variant: 'fixed',
  },
  {
    change: "operand left out: p.flushSwitching && s.mm.cpus[cpu].loadedMm === 'LOADED_MM_SWITCHING' → p.flushSwitching",
    why: 'to interrupt a CPU that runs something else is as safe, and slower: it finds that mm is not loaded',
    variant: 'fixed',
  },
  {
    change: "swapped: s.mm.cpus[1].loadedMm = 'mm' yield* irqsOn(s.mm.cpus[1].irq)",
    why: 'the store moves into the step that turns interrupts on, so that no handler comes between',
    variant: 'fixed',
  },
  {
    change: 'off by one: 1 → 0 in runs: (s) => !s.mm.cpus[1].irq.off,',
    why: 'noStaleTranslation holds with interrupts on and off: a use during the switch finds nothing stale either',
    variant: 'fixed',
  },
])

const commit = { kind: 'document', title: 'Linux commit fea4e317f9e7', date: '2025' } as const

export const commits = claims(switchMm, [
  {
    id: 'R1a',
    quote: 'Eliminate window where TLB flushes may be inadvertently skipped',
    source: commit,
    onlyIf: 'LOADED_MM_SWITCHING is stored before tlb_gen is read, as in mainline',
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'stable-backport',
        property: ['noUseAfterFree', 'noStaleTranslation'],
        expected: 'violated',
        note: 'the backports to 6.1, 6.6 and 6.12 kept the two the other way round, and the window is still there',
      },
    ],
  },
  {
    id: 'R1a 2',
    quote: 'Simply checking for that state in should_flush_tlb() is sufficient to ensure that the CPU is targeted with an IPI.',
    short: 'Simply checking for that state in should_flush_tlb() is sufficient',
    source: commit,
    onlyIf: 'that state is there before tlb_gen is read',
    readings: [
      { says: 'confirms', variant: 'fixed', property: 'noUseAfterFree', expected: 'holds' },
      { says: 'refutes', variant: 'stable-backport', property: 'noUseAfterFree', expected: 'violated' },
    ],
  },
  {
    id: 'R1b',
    quote: 'Fix check/use ordering in switch_mm_irqs_off()',
    source: {
      kind: 'mail',
      author: 'Stephen Dolan',
      date: '2025-10-09',
      list: 'linux-kernel',
      subject: 'x86/mm: Fix check/use ordering in switch_mm_irqs_off()',
    },
    readings: [
      { says: 'confirms', variant: 'stable-backport', property: 'noUseAfterFree', expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: 'noUseAfterFree', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'cpumask-after-tlb-gen',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the bit in mm_cpumask() is read first, so it has to be set as early',
      },
      {
        says: 'contrasts',
        variant: 'tlb-gen-before-pte',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the flusher has an order to keep as well',
      },
    ],
  },
])
