/**
 * What must hold of superpages, and the claims of Keir Fraser and Dave McCracken (C3.1 to C3.8), xen-devel, April 2010.
 */
import { always, claims, properties, type StateOf, sometimes } from 'mmucheck'
import superpageTypes from '../models/superpage-types.ts'

type State = StateOf<typeof superpageTypes>

const atRest = (s: State): boolean => s.mapper.every((doing) => doing !== 'at work') && !s.typerWorks && !s.markerWorks

const mapped = (s: State, access: 'ro' | 'rw'): number => s.l2e.filter((entry) => entry === access).length

export default properties(superpageTypes, {
  /** I1: a page in use as a page table is writable neither through an L2 entry nor through a TLB. */
  noWritablePageTable: always((s) => !s.validated || (!s.writableInTlb && s.l2e.every((entry) => entry !== 'rw'))),
  /** I2: while nobody is at work the counts say what is mapped. */
  countsExact: always((s, p) => {
    if (!atRest(s)) return true
    const rw = mapped(s, 'rw')
    const ro = mapped(s, 'ro')
    const counted = p.roMapping === 'countedAsRw' ? rw + ro : rw
    const marks = s.isMarked ? 1 : 0
    const last = s.page[p.pages - 1]
    const writable = last.type === 'writable' ? last.count : 0
    const { type, count } = s.spage[0]
    switch (p.scheme) {
      case 'walk':
        return writable === rw && s.page.every((page) => page.refs === ro)
      case 'keir2':
        return (
          count === rw && s.spage[1].count === ro && writable === Math.min(rw, 1) && s.page.every((page) => page.refs === Math.min(ro, 1))
        )
      case 'impl2010':
        return count === rw + ro + marks && writable === Math.min(rw + ro + marks, 1)
      case 'dave1':
        return type === 'conflicting' && count > 0 ? counted === 0 && s.pageTableRefs > 0 : count === counted && s.pageTableRefs === 0
    }
  }),
  /** I3: a page that the guest gave back is not mapped. */
  noFreedPageMapped: always((s) => !s.freed || s.l2e.every((entry) => entry === 'none')),
  /** I4: a superpage of which a page is a page table can be mapped, if read-only. */
  readOnlyOverPageTable: sometimes((s) => s.validated && s.l2e.some((entry) => entry === 'ro')),
  /** I5: who has mapped a superpage read-only can make the mapping writable. */
  upgradeNeverRefused: always((s) => s.mapper.every((doing) => doing !== 'upgrade refused')),
  /**
   * dave1: the count of conflicts is of pages that are page tables, not of references to them. Only page 0 is ever one,
   * so it is at most 1.
   */
  conflictsArePages: always((s) => s.spage[0].type !== 'conflicting' || s.spage[0].count <= 1),

  /**
   * The cost model (docs/protocols/costs.md): what mappings, unmappings and page tables cost, once all are done. Where
   * several mappers retry, it costs more: so with one.
   */
  costExact: always((s, p) => {
    if (s.mapper.some((doing) => doing !== 'done') || (p.typer && !s.typerDone)) return true
    const { mappings, firstMappings, pageTables, pageOps, superpageOps } = s.cost
    switch (p.scheme) {
      case 'walk':
        return pageOps === 2 * p.pages * mappings && superpageOps === 0
      case 'keir2':
      case 'impl2010':
        return pageOps === 2 * p.pages * firstMappings && superpageOps === 2 * mappings
      case 'dave1':
        return pageOps === 0 && superpageOps === 2 * mappings + 2 * pageTables
    }
  }),
  /** Every mapping walks all pages, and every unmapping does: no count saves anything. */
  everyMappingWalks: always((s, p) => s.mapper.some((doing) => doing !== 'done') || s.cost.pageOps === 2 * p.pages * s.cost.mappings),

  /** A superpage that is marked before it is mapped is walked once, whatever is mapped after that. */
  markedIsWalkedOnce: always((s, p) => !s.markedFirst || s.cost.pageOps === p.pages),

  /** The windows in which things go wrong are really entered. */
  pageTableExists: sometimes((s, p) => !p.typer || s.validated),
  mappedTwiceWritable: sometimes((s, p) => p.mappers < 2 || mapped(s, 'rw') >= 2),
  staleWritableTranslation: sometimes((s) => s.writableInTlb && mapped(s, 'rw') === 0),
  mappingRefused: sometimes((s, p) => !p.typer || s.mapper.some((doing) => doing === 'refused')),
  markedThenMapped: sometimes(
    (s, p) => !p.marking || p.rounds === 0 || (s.markedFirst && s.mapper.every((doing) => doing === 'done') && s.cost.mappings >= p.rounds),
  ),
  mappersFinish: sometimes((s, p) => p.rounds === 0 || (s.mapper.every((doing) => doing === 'done') && (!p.typer || s.typerDone))),
  superpageIsMarked: sometimes((s, p) => !p.marking || s.isMarked),
  pageIsFreed: sometimes((s, p) => !p.giveBack || s.freed),
})
const dave = 'Dave McCracken, xen-devel, 30 Apr 2010'
const keir = 'Keir Fraser, xen-devel, 30 Apr 2010'
const alone = { mappers: 1, rounds: 2, typer: false, giveBack: false }
const quotes = {
  permission:
    'Permission checking would be very simple.  If get_superpage_and_type() returns a type mismatch error then the mapping will fail, in exactly the same fashion as get_page_and_type().',
  noHoles: "It seems fairly simple and elegant to me, and at this point I don't see any big holes in it.",
  noWalk: 'This model would completely eliminate the need to walk the pages in a superpage at mapping time',
  onePair: 'at the cost of one get_superpage_and_type()/put_superpage_and_type(). on each page table page.',
  readOnly: 'readonly mappings of superpages would not conflict with the "conflicts with superpage" type.',
  upgrade: 'This means a subsequent attempt to change it to a read/write mapping could fail, just like with a regular page.',
  countAll: 'Or we could count all mappings of superpages as if they were',
  conflicts: 'The count would be the sum of the mappings of the pages in the superpage with a conflicting type.',
  twoCounts: "I'd actually have two refcounts in superpage struct: one for read-only mappings and one for read-write mappings.",
  cheap: 'this approach is cheap when updating superpage refcounts between non-zero values',
  pinning: 'In that case, pinning a superpage with new hypercalls as you suggested may have to be done.',
  slowPath:
    'If regularly constructing/destroying the only superpage mapping of a page, then obviously you are going to be continually taking the slow path.',
} as const

/**
 * No row: C3.2c, that nobody checks whether all pages belong to the guest, is a row only in the form of
 * `ownerCheckedAtMap` (a page that was given back), since a guest's frames have one owner here. "so slow that
 * applications become unusable" is a measurement.
 */
export const mails = claims(superpageTypes, [
  { id: 'C3.1', quote: quotes.permission, source: dave, variant: 'dave-repaired', property: 'noWritablePageTable', expected: 'holds' },
  { id: 'C3.1', quote: quotes.permission, source: dave, variant: 'dave-repaired', property: 'countsExact', expected: 'holds' },
  {
    id: 'C3.1',
    quote: quotes.permission,
    source: dave,
    settings: { confOrder: 'page-first' },
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'the page becomes a page table before the superpage says so',
  },
  {
    id: 'C3.1',
    quote: quotes.permission,
    source: dave,
    settings: { confOrder: 'superpage-released-first' },
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'the superpage may be mapped again while the page is still a page table',
  },
  {
    id: 'C3.2',
    quote: quotes.noHoles,
    source: dave,
    variant: 'dave',
    property: 'noWritablePageTable',
    expected: 'violated',
    reading:
      "a hole: unmapping a superpage does not touch the pages' TLB timestamps, so the flush at a page's change of type is filtered out",
  },
  {
    id: 'C3.2',
    quote: quotes.noHoles,
    source: dave,
    variant: 'dave',
    property: 'noFreedPageMapped',
    expected: 'violated',
    reading: 'a hole: no page is referenced by a superpage mapping, so it can be given back while it is mapped',
  },
  {
    id: 'C3.2',
    quote: quotes.noHoles,
    source: dave,
    variant: 'dave-repaired',
    property: 'noFreedPageMapped',
    expected: 'holds',
    reading: 'with an owner and a general reference of the superpage, as get_page() has of a page, there is no such hole',
  },
  {
    id: 'C3.2',
    quote: quotes.noHoles,
    source: dave,
    settings: { ownerCheckedAtMap: false },
    property: 'noFreedPageMapped',
    expected: 'violated',
    reading: 'a hole: without a walk nobody checks that all pages belong to the guest',
  },
  {
    id: 'C3.3',
    quote: quotes.noWalk,
    source: dave,
    settings: alone,
    property: 'costExact',
    expected: 'holds',
    reading: 'two superpage operations for each mapping, and no page operation',
  },
  {
    id: 'C3.3',
    quote: quotes.noWalk,
    source: dave,
    settings: { ...alone, pages: 4 },
    property: 'costExact',
    expected: 'holds',
    reading: 'however many pages a superpage has',
  },
  {
    id: 'C3.3',
    quote: quotes.noWalk,
    source: dave,
    settings: { ...alone, scheme: 'walk' },
    property: 'costExact',
    expected: 'holds',
    reading: 'what it would eliminate: two operations for each page and mapping',
  },
  {
    id: 'C3.3',
    quote: quotes.noWalk,
    source: dave,
    settings: { ...alone, scheme: 'walk', pages: 4 },
    property: 'costExact',
    expected: 'holds',
    reading: 'the more of them the more pages there are',
  },
  {
    id: 'C3.3',
    quote: quotes.onePair,
    source: dave,
    settings: { mappers: 1, rounds: 2, giveBack: false, pageTableRefs: 2 },
    property: 'costExact',
    expected: 'holds',
    reading: 'one get and one put for each reference to a page table, beside the two operations for each mapping',
  },
  {
    id: 'C3.3',
    quote: quotes.conflicts,
    source: dave,
    settings: { pageTableRefs: 2 },
    property: 'conflictsArePages',
    expected: 'violated',
    reading: 'as worded, each reference to a page table counts',
  },
  {
    id: 'C3.3',
    quote: quotes.conflicts,
    source: dave,
    settings: { pageTableRefs: 2, confCount: 'perPage' },
    property: 'noWritablePageTable',
    expected: 'holds',
    reading: 'to count the pages is enough',
  },
  {
    id: 'C3.4',
    quote: quotes.readOnly,
    source: dave,
    variant: 'dave-ro-not-counted',
    property: 'readOnlyOverPageTable',
    expected: 'holds',
  },
  {
    id: 'C3.4',
    quote: quotes.readOnly,
    source: dave,
    variant: 'dave-ro-not-counted',
    property: 'noWritablePageTable',
    expected: 'holds',
  },
  {
    id: 'C3.4',
    quote: quotes.readOnly,
    source: dave,
    variant: 'dave-ro-not-counted',
    property: 'noFreedPageMapped',
    expected: 'violated',
    reading: 'what is not counted does not keep a page from being given back',
  },
  {
    id: 'C3.4',
    quote: quotes.upgrade,
    source: dave,
    settings: { roMapping: 'notCounted', giveBack: false },
    property: 'upgradeNeverRefused',
    expected: 'violated',
    reading: 'it fails, as predicted',
  },
  {
    id: 'C3.4',
    quote: quotes.upgrade,
    source: dave,
    variant: 'xsa-148',
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'it could succeed: until XSA-148 mod_l2_entry() checked nothing where only RW differed',
  },
  {
    id: 'C3.5',
    quote: quotes.countAll,
    source: dave,
    variant: 'dave-repaired',
    property: 'noWritablePageTable',
    expected: 'holds',
    reading: 'the sentence breaks off in the mail; read on as "read/write"',
  },
  { id: 'C3.5', quote: quotes.countAll, source: dave, variant: 'dave-repaired', property: 'noFreedPageMapped', expected: 'holds' },
  { id: 'C3.5', quote: quotes.countAll, source: dave, variant: 'dave-repaired', property: 'upgradeNeverRefused', expected: 'holds' },
  {
    id: 'C3.5',
    quote: quotes.countAll,
    source: dave,
    variant: 'dave-repaired',
    property: 'readOnlyOverPageTable',
    expected: 'violated',
    reading: 'the price: a superpage with a page table in it cannot be mapped at all',
  },
  { id: 'C3.6', quote: quotes.twoCounts, source: keir, variant: 'keir', property: 'noWritablePageTable', expected: 'holds' },
  { id: 'C3.6', quote: quotes.twoCounts, source: keir, variant: 'keir', property: 'countsExact', expected: 'holds' },
  { id: 'C3.6', quote: quotes.twoCounts, source: keir, variant: 'keir', property: 'noFreedPageMapped', expected: 'holds' },
  {
    id: 'C3.6',
    quote: quotes.twoCounts,
    source: keir,
    variant: 'keir-count-before-walk',
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'not if the count is visible before the walk is done: the second mapper does not wait for it',
  },
  {
    id: 'C3.6',
    quote: quotes.cheap,
    source: keir,
    settings: { ...alone, scheme: 'keir2' },
    property: 'costExact',
    expected: 'holds',
    reading: 'all pages for the first mapping and the last unmapping of a count, and two superpage operations for each mapping',
  },
  {
    id: 'C3.6',
    quote: quotes.cheap,
    source: keir,
    settings: { ...alone, scheme: 'impl2010' },
    property: 'costExact',
    expected: 'holds',
    reading: 'so with one count',
  },
  {
    id: 'C3.6',
    quote: quotes.slowPath,
    source: keir,
    settings: { ...alone, scheme: 'keir2' },
    property: 'everyMappingWalks',
    expected: 'holds',
    reading: 'with two counts, a sole mapping that becomes writable walks again too',
  },
  {
    id: 'C3.6',
    quote: quotes.cheap,
    source: keir,
    settings: { ...alone, scheme: 'impl2010' },
    property: 'everyMappingWalks',
    expected: 'violated',
    reading: 'with one count, a mapping that becomes writable does not walk',
  },
  {
    id: 'C3.6',
    quote: quotes.pinning,
    source: keir,
    settings: { ...alone, scheme: 'impl2010', marking: true },
    property: 'markedIsWalkedOnce',
    expected: 'holds',
    reading: 'mark_superpage() walks, and no mapping does after it',
  },
  {
    id: 'C3.7',
    quote: 'do_pages = 1;',
    source: 'Xen commit 06ef473029, put_superpage() and unmark_superpage(), 27 May 2010',
    variant: 'impl2010',
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'a finding about the abstracted protocol: do_pages is not reset when the cmpxchg is retried',
  },
  {
    id: 'C3.7',
    quote: 'do_pages = 1;',
    source: 'Xen commit 06ef473029, put_superpage() and unmark_superpage(), 27 May 2010',
    settings: { scheme: 'impl2010', doPagesReset: false, giveBack: false, mappers: 1, marking: true },
    property: 'noWritablePageTable',
    expected: 'violated',
    reading: 'a finding about the abstracted protocol: one vCPU that maps and one that marks are enough',
  },
  {
    id: 'C3.7',
    quote: 'do_pages = 1;',
    source: 'Xen commit 06ef473029, put_superpage() and unmark_superpage(), 27 May 2010',
    variant: 'impl2010-do-pages-reset',
    property: 'noWritablePageTable',
    expected: 'holds',
  },
  {
    id: 'C3.7',
    quote: 'do_pages = 1;',
    source: 'Xen commit 06ef473029, put_superpage() and unmark_superpage(), 27 May 2010',
    variant: 'impl2010-do-pages-reset',
    property: 'noFreedPageMapped',
    expected: 'holds',
  },
  {
    id: 'C3.8',
    quote: quotes.permission,
    source: dave,
    variant: 'xsa-401',
    property: 'noWritablePageTable',
    expected: 'violated',
    reading:
      'not in the fashion that get_page_type() had until XSA-401: TLBs are flushed before the cmpxchg, and a mapping can come and go in between',
  },
])
