/** What pm_cpus has to say for a page to be freed, and when. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import openbsdPmCpus from '../../models/races/openbsd-pm-cpus.ts'

export default properties(openbsdPmCpus, {
  /** Once the shootdown has returned and the page is free, no thread reaches it. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** So no CPU has a translation of it, whether it runs a thread or is in the kernel. */
  noStaleTranslation: always((s) => !(s.page.isFree && s.tlb[0] !== null)),
  /** Where a thread runs, pm_cpus says what is loaded: neither is a flush missed, nor a CPU interrupted for nothing. */
  bitIsExact: always((s) => !s.user || s.pmCpus === (s.cr3 === 'p')),
  /** Without PCIDs, the load of another %cr3 leaves no translation. */
  otherHasNone: always((s) => s.cr3 === 'p' || s.tlb[0] === null),

  isUsed: sometimes((s) => s.used),
  flushedByIpi: sometimes((s) => s.flushedByIpi),
  flushedByCr3: sometimes((s) => s.flushedByCr3),
  /** Both orders: the page is freed under a CPU that runs p, and while it runs something else. */
  freedUnderP: sometimes((s) => s.page.isFree && s.user && s.cr3 === 'p'),
  freedUnderAnother: sometimes((s) => s.page.isFree && s.user && s.cr3 === 'other'),
  /** The bit says more than is loaded, or less: on the way. */
  bitDiffers: sometimes((s) => s.pmCpus !== (s.cr3 === 'p')),
  interruptedInTheSwitch: sometimes((s) => s.irq.pending && !s.user && s.tlb[0] !== null),
  /** A switch to p, from another process or from another thread of p. */
  switchesToP: sometimes((s, _p, at) => at.cpu1 === 'run the thread' && s.cr3 === 'p'),
})

/** Of the fix, the default. */
export const unneeded = accepted(openbsdPmCpus, [
  {
    change: "always true: to === 'p'",
    why: 'who switches to the other pmap comes from p, and still has its bit in p: it is cleared after the load',
    variant: 'fixed',
  },
  ...[
    'left out: s.user = true (in init)',
    'another value: true → false in s.user = true (in init)',
    "steps swapped: yield 'cpu_switchto()' s.user = false const to = yield* choose(['p', 'other']) const from = s.cr3 i…",
  ].map((change) => ({
    change,
    why: 'where the story begins: with a thread that runs, or in the kernel, which is about to run one; the cycle is the same',
    variant: 'fixed',
  })),
  {
    change: 'always true: s.pmCpus',
    why: 'the bit spares an interrupt; to interrupt every CPU is as safe, and slower',
    variant: 'fixed',
  },
  {
    change: 'step split: if (flushAll(s.tlb))',
    why: 'what is split off is a ghost: nobody reads it',
    variant: 'fixed',
  },
])

const commit = { kind: 'document', title: 'OpenBSD commit 9f1181d59de3' } as const

export const commits = claims(openbsdPmCpus, [
  {
    id: 'R11b',
    quote:
      "Don't clear the cpu's bit in the old pmap's pm_cpus until we're off the old one and set it in the new pmap's pm_cpus before loading %cr3 with the new value.",
    short: "Don't clear the cpu's bit … until we're off the old one and set it … before loading %cr3",
    source: commit,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'holds' },
      { says: 'confirms', variant: 'set-late', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'violated' },
      {
        says: 'confirms',
        variant: 'cleared-early',
        property: 'noStaleTranslation',
        expected: 'violated',
        note: 'until %cr3 is loaded, what is cached is stale',
      },
      {
        says: 'contrasts',
        variant: 'cleared-early',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'but no thread runs before that: of the two orders it is the set that lets one reach a free page',
      },
    ],
  },
  {
    id: 'R11b 2',
    quote: "In particular, do neither if %cr3 isn't changing.",
    source: commit,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFree', 'noStaleTranslation'], expected: 'violated' },
      {
        says: 'confirms',
        variant: 'fixed',
        settings: { evenIfSame: true },
        property: ['noUseAfterFree', 'noStaleTranslation'],
        expected: 'violated',
        note: 'in the new order the bit would be cleared last, and stay so',
      },
    ],
  },
])
