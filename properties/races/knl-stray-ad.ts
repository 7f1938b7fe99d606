/** What the kernel has written into an entry that is not present is what it reads there. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import knlStrayAd from '../../models/races/knl-stray-ad.ts'

export default properties(knlStrayAd, {
  /** An entry that has been cleared is none. */
  noneStaysNone: always((s) => !s.foundOther),
  /** A swap entry has the type with which it was written. */
  typeStays: always((s) => !s.foundOtherType),
  /** A page that was stored to is dirty, or its entry says so. */
  noStoreIsLost: always((s) => !s.stored || s.pageDirty || (s.pte.P && s.pte.D)),
  /** And only such a page: the kernel never takes a stray D for a store. */
  noStoreIsInvented: always((s) => !s.pageDirty || s.stored),
  /** Once flushed the thread has no way to the page. */
  flushed: always((s, _, at) => at.kernel !== null || (!s.tlb && !s.walk.begun)),

  /** The window: the thread is in the middle of a walk when the entry is cleared; it sets bits of what is there. */
  walksOn: sometimes((s) => s.walk.begun && !s.pte.P, { where: (p) => p.hardware === 'KNL4' }),
  strayInNone: sometimes((s) => s.stray && s.pte.A && !s.pte.offset, { where: (p) => p.hardware === 'KNL4' }),
  strayInSwapEntry: sometimes((s) => s.pte.offset && s.pte.D, { where: (p) => p.hardware === 'KNL4' && p.batched }),
  foundNone: sometimes((s) => s.foundNone),
  foundType: sometimes((s) => s.foundType),
  typeIsSet: sometimes((s) => s.foundType && s.pte.type, { where: (p) => !p.typeAtA }),
  typeIsClear: sometimes((s) => s.foundType && !s.pte.type, { where: (p) => !p.typeAtA }),
  isStored: sometimes((s) => s.stored && s.pageDirty),
  storesLate: sometimes((s) => !s.pte.P && s.tlb),
  isAccessed: sometimes((s) => s.pte.P && s.pte.A && !s.pte.D),
})

const move: Document = { kind: 'document', title: 'Linux commit 00839ee3b299', author: 'Dave Hansen', date: '2016' }
const disallow: Document = { kind: 'document', title: 'Linux commit e4a84be6f05e', author: 'Dave Hansen', date: '2016' }
const cover = { kind: 'mail', author: 'Dave Hansen', date: '2016-07-07', list: 'linux-kernel' } as const
const entries = ['noneStaysNone', 'typeStays'] as const

export const commits = claims(knlStrayAd, [
  {
    id: 'R26',
    quote:
      'The stray bits being set cause a software-cleared PTE to be interpreted as a swap entry. In some cases (like when the swap index ends up being for a non-existent swapfile), the kernel detects the stray value and WARN()s about it',
    short: 'The stray bits being set cause a software-cleared PTE to be interpreted as a swap entry.',
    source: disallow,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: 'noneStaysNone', expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'other-hardware',
        property: entries,
        expected: 'holds',
        note: 'the same kernel on hardware that checks P',
      },
    ],
  },
  {
    id: 'R26 2',
    quote:
      'If the PTE is used for storing a swap index or a NUMA migration index, the A bit could be misinterpreted as part of the swap type.',
    source: disallow,
    onlyIf: 'the flush is deferred past the swap entry',
    readings: [
      { says: 'confirms', variant: ['as-it-was', 'pte-none-alone'], property: 'typeStays', expected: 'violated' },
      {
        says: 'refutes',
        variant: 'not-batched',
        property: 'typeStays',
        expected: 'holds',
        finding: 'if a flush ends the walks that have begun, the swap entry that is written after it overwrites what they have set',
      },
      { says: 'contrasts', variant: 'not-batched', property: 'noneStaysNone', expected: 'violated', note: 'nothing overwrites that' },
    ],
  },
  {
    id: 'R26 3',
    quote:
      'In the case of the Dirty bit, the thread associated with the stray set was *not* allowed to write to the page. This means that we do not have to launder the bit(s); we can simply ignore them.',
    short: 'the thread associated with the stray set was *not* allowed to write to the page. … we can simply ignore them',
    source: disallow,
    readings: [{ says: 'confirms', variant: ['as-it-was', 'fixed'], property: ['noStoreIsLost', 'noStoreIsInvented'], expected: 'holds' }],
  },
  {
    id: 'R26 4',
    quote:
      'This patch changes the kernel to attempt to ignore those stray bits when they get set. We do this by making our swap PTE format completely ignore the A/D bits, and also by ignoring them in our pte_none() checks.',
    short: 'making our swap PTE format completely ignore the A/D bits, and also … ignoring them in our pte_none() checks',
    source: cover,
    readings: [
      { says: 'confirms', variant: 'fixed', property: entries, expected: 'holds' },
      { says: 'contrasts', variant: 'swap-format-alone', property: 'noneStaysNone', expected: 'violated', note: 'both are needed' },
      { says: 'contrasts', variant: 'swap-format-alone', property: 'typeStays', expected: 'holds' },
      { says: 'contrasts', variant: 'pte-none-alone', property: 'noneStaysNone', expected: 'holds' },
    ],
  },
  {
    id: 'R26 5',
    quote: "Note that D was already a don't care (X) even before. We just move TYPE up",
    source: move,
    readings: [{ says: 'confirms', variant: 'swap-format-alone', property: 'typeStays', expected: 'holds' }],
  },
])

const variant = 'fixed'

export const unneeded = accepted(knlStrayAd, [
  {
    change: "one step earlier: yield 'set_pte(swp_entry_to_pte(type, offset))' s.pte = { P: false, A: p.typeAtA && type, D: false,…",
    variant,
    why: 'the kernel alone writes entries, and only A and D are not its own',
  },
  { change: 'step split', variant, why: 'the kernel and its own variables; and a swap entry that is written without a read first' },
  {
    change:
      'another value: false → true in s.pte = { P: false, A: p.typeAtA && type, D: false, offset: true, type: !p.typeAtA && type } (2 in swapOut)',
    variant,
    why: 'D means nothing in a swap entry',
  },
  {
    change: 'another value: false → true in s.pte = { P: false, A: false, D: false, offset: false, type: false } (2 in kernel)',
    variant,
    why: 'the fix: A is ignored',
  },
  {
    change: 'another value: false → true in s.pte = { P: false, A: false, D: false, offset: false, type: false } (3 in kernel)',
    variant,
    why: 'the fix: D is ignored',
  },
  {
    change: "steps swapped: yield* flushTlb(s) yield 'pte_none()?' const none = !s.pte.P && !s.pte.offset && !s.pte.type && (p.…",
    variant,
    why: 'the fix: it does not matter any more when the bits are set',
  },
  { change: 'operand left out: s.pte.P && !s.walk.begun → s.pte.P', variant, why: 'a walk that begins anew' },
  { change: 'left out: when(s.walk.begun)', variant, why: 'the fix: it does not matter any more when the bits are set, nor by whom' },
  { change: 'lets through: when(s.walk.begun)', variant, why: 'the same' },
  {
    change: 'another value: false → true in s.walk = { begun: false, stores: false } (2 in set A and D)',
    variant,
    why: 'what a walk is for is said when it begins',
  },
])
