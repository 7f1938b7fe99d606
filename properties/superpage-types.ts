/**
 * What must hold of superpages, and the claims of Keir Fraser and Dave McCracken (C3.1 to C3.7), xen-devel, April 2010.
 */
import { accepted, always, claims, leadsTo, properties, type StateOf, sometimes } from 'mmucheck'
import superpageTypes from '../models/superpage-types.ts'
import { mccracken2010, pageAllocator, superpageCommit } from './sources.ts'

type State = StateOf<typeof superpageTypes>

const atRest = (s: State): boolean => s.mapper.every((doing) => doing !== 'at work') && !s.typerWorks && !s.markerWorks

const mapped = (s: State, access: 'ro' | 'rw'): number => s.l2e.filter((entry) => entry === access).length

/** Whether every page has so many writable references, with the type that goes with them, and so many others. */
const pagesCount = (s: State, writable: number, refs: number): boolean =>
  s.page.every((page) => {
    const counts = writable === 0 ? page.type !== 'writable' : page.type === 'writable' && page.count === writable
    return counts && page.refs === refs
  })

const pageTables = (s: State): number => s.validated.filter((inUse) => inUse).length

/** dave1: "the sum of the mappings of the pages in the superpage with a conflicting type". */
const conflicts = (s: State, p: { confCount: 'perReference' | 'perPage' }): number =>
  p.confCount === 'perPage' ? pageTables(s) : s.pageTableRefs.reduce((sum, refs) => sum + refs, 0)

export default properties(superpageTypes, {
  /** I1: a page in use as a page table is writable neither through an L2 entry nor through a TLB. */
  noWritablePageTable: always((s) => s.validated.every((inUse) => !inUse) || (!s.writableInTlb && s.l2e.every((entry) => entry !== 'rw'))),
  /** I2: while nobody is at work the counts say what is mapped, of every page. */
  countsExact: always((s, p) => {
    if (!atRest(s)) return true
    const kept = p.alsoMapped ? 1 : 0
    const rw = mapped(s, 'rw') + kept
    const ro = mapped(s, 'ro') + kept
    const counted = p.roMapping === 'countedAsRw' ? rw + ro : rw
    const marks = s.isMarked ? 1 : 0
    const { type, count } = s.spage[0]
    switch (p.scheme) {
      case 'walk':
        return pagesCount(s, rw, ro)
      case 'keir2':
        return count === rw + marks && s.spage[1].count === ro + marks && pagesCount(s, Math.min(rw + marks, 1), Math.min(ro + marks, 1))
      case 'impl2010':
        return count === rw + ro + marks && pagesCount(s, Math.min(rw + ro + marks, 1), 0)
      case 'dave1':
        return type === 'conflicting' && count > 0 ? counted === 0 && count === conflicts(s, p) : count === counted && conflicts(s, p) === 0
    }
  }),
  /** I3: a page that the guest gave back is not mapped. */
  noFreedPageMapped: always((s) => !s.freed || s.l2e.every((entry) => entry === 'none')),
  /** Nor is it in use as a page table. */
  noFreedPageTable: always((s, p) => !s.freed || !s.validated[p.pages - 1]),
  /** Once another domain has it, the guest cannot write to it either, not even by an old translation. */
  noWritableReallocated: always((s) => !s.reallocated || (!s.writableInTlb && s.l2e.every((entry) => entry !== 'rw'))),
  /** I4: a superpage of which a page is a page table can be mapped, if read-only. */
  readOnlyOverPageTable: sometimes((s) => pageTables(s) > 0 && s.l2e.some((entry) => entry === 'ro')),
  /** I5: who has mapped a superpage read-only can make the mapping writable. */
  upgradeNeverRefused: always((s) => s.mapper.every((doing) => doing !== 'upgrade refused')),
  /** dave1: the count of conflicts is of pages that are page tables, not of references to them. */
  conflictsArePages: always((s) => s.typerWorks || s.spage[0].type !== 'conflicting' || s.spage[0].count === pageTables(s)),

  /**
   * The cost model (docs/protocols/costs.md): what mappings, unmappings and page tables cost, once all are done. Where
   * several mappers come first, or retry, it costs more; where a superpage is marked, that has a cost of its own.
   */
  costExact: always((s, p) => {
    if (p.marking || s.mapper.some((doing) => doing !== 'done') || (p.typer && !s.typerDone)) return true
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
  /** While the superpage is mapped elsewhere too, no mapping walks. */
  noWalkWhileMapped: always((s, p) => !p.alsoMapped || s.cost.pageOps === 0),

  /**
   * A superpage that is marked before it is mapped is walked once for each count that the mark takes, whatever is
   * mapped after that.
   */
  markedIsWalkedOnce: always((s, p) => !s.markedFirst || s.cost.pageOps === (p.scheme === 'keir2' ? 2 * p.pages : p.pages)),

  /** Whoever makes a page a page table has made it one at last, or been refused: no cmpxchg is tried for ever. */
  typeChangeEnds: leadsTo(
    (s) => s.typerWorks,
    (s) => !s.typerWorks,
  ),

  /**
   * The windows in which things go wrong are really entered. The last page is a page table, so that a walk has pages to
   * put back.
   */
  pageTableExists: sometimes(
    (s, p) => !p.typer || (pageTables(s) === p.pageTables && s.validated[p.pages - 1]) || p.pageTableRefs < p.pageTables,
  ),
  mappedTwiceWritable: sometimes((s, p) => p.mappers < 2 || mapped(s, 'rw') >= 2),
  staleWritableTranslation: sometimes((s) => s.writableInTlb && mapped(s, 'rw') === 0),
  mappingRefused: sometimes((s, p) => !p.typer || s.mapper.some((doing) => doing === 'refused')),
  markedThenMapped: sometimes(
    (s, p) => !p.marking || p.rounds === 0 || (s.markedFirst && s.mapper.every((doing) => doing === 'done') && s.cost.mappings >= p.rounds),
  ),
  mappersFinish: sometimes((s, p) => p.rounds === 0 || (s.mapper.every((doing) => doing === 'done') && (!p.typer || s.typerDone))),
  superpageIsMarked: sometimes((s, p) => !p.marking || s.isMarked),
  pageIsFreed: sometimes((s, p) => !p.giveBack || s.freed),
  pageIsReallocated: sometimes((s, p) => !p.giveBack || p.reallocation === 'never' || s.reallocated),
})

/** Mappings alone: nobody makes page tables or gives pages back. */
const variant = 'walk-2008-without-upgrades'

/**
 * Of the code of 2008. In every other variant some property is violated, since what is asked of upgrades (I5) and of
 * read-only mappings over a page table (I4) are claims which no scheme fulfils both of.
 */
export const unneeded = accepted(superpageTypes, [
  ...[
    'left out: for (const page of s.page) page.flushDue = false',
    'one round less: s.page → [...s.page].slice(1)',
    'another value: false → true in for (const page of s.page) page.flushDue = false',
    "operand left out: p.typeChangeFlush !== 'none' && type === 'none' && s.page[at].flushDue → (p.typeChangeFlush !== 'none' && type === 'none')",
    "always true: p.flushPosition === 'after-cmpxchg' && mustFlush(s, p, at, type)",
    "operand left out: p.flushPosition === 'after-cmpxchg' && mustFlush(s, p, at, type) → p.flushPosition === 'after-cmpxchg'",
  ].map((change) => ({ change, why: 'the timestamp of a page only saves flushes: TLBs are flushed more often without it', variant })),
  {
    change: 'operand left out: at === lastPage(p) && s.freed → s.freed',
    why: 'a walk that passes the other pages is refused at the one that was given back, and puts them back',
    variant,
  },
  ...[
    'always false: at === lastPage(p) && s.freed (in getPageTable)',
    'step split: if (at === lastPage(p) && s.freed) return false let type = s.page[at].type',
  ].map((change) => ({ change, why: 'whose the page is, is asked again in the step of the cmpxchg', variant })),
  ...[
    'step split: let type = s.page[at].type let count = s.page[at].count',
    'step split: type = s.page[at].type count = s.page[at].count',
  ].map((change) => ({
    change,
    why: 'the cmpxchg compares type and count, and a page whose count differs is tried again: it does not matter that they were read one by one',
    variant,
  })),
  ...[
    'step split: countPageOp(s, p) if (getPage(s, p, at, access)) continue',
    'step split: countPageOp(s, p) putPage(s, got, access)',
    'step split: countPageOp(s, p) putPage(s, at, access)',
    'step split: countMapping(s, p) s.l2e[who] = access',
  ].map((change) => ({ change, why: 'costs are not counted here (rounds is 0): a step that does nothing comes before', variant })),
  {
    change: 'step split: const isFirst = p.pageTables > 1 ? !s.validated[at] : ref === 0 const conflicts = dave && (p.confCo…',
    why: 'of the conflict that dave1 counts: what is computed here depends on nothing that another could change',
    variant,
  },
  {
    change: "step split: const found = s.l2e[who] s.l2e[who] = 'none'",
    why: 'each L2 table is changed by one mapper: nobody else writes to the entry between the two',
    variant,
  },
  {
    change: `one step earlier: yield \`alloc_l1_table(page[\${at}]): validate\` s.validated[at] = true`,
    why: 'once its type is l1 and the TLBs are flushed nobody can write to the page, however long its validation takes',
    variant,
  },
  {
    change: "step split: s.validated[at] = false s.page[at].type = 'none'",
    why: 'a page that is no page table any more may keep the type for a while: it cannot be mapped writable as long',
    variant,
  },
  ...[
    "operand left out: !s.writableInTlb && s.l2e.some((entry) => entry === 'rw') → s.l2e.some((entry) => entry === 'rw')",
    "rule left out: 'TLB eviction'",
    'swapped: when(s.writableInTlb) s.writableInTlb = false',
    'left out: when(s.writableInTlb)',
    'lets through: when(s.writableInTlb)',
    'left out: s.writableInTlb = false (in TLB eviction)',
    'another value: false → true in s.writableInTlb = false (in TLB eviction)',
  ].map((change) => ({
    change,
    why: 'the environment: what is dangerous is a translation that stays, and nothing has to wait for one that is evicted',
    variant,
  })),
])

const mapOnly = { rounds: 1, typer: false, giveBack: false }
const alone = { mappers: 1, rounds: 2, typer: false, giveBack: false }

/**
 * No row: of C3.2, that nobody checks whether all pages belong to the guest is a row only in the form of
 * `ownerCheckedAtMap` (a page that was given back), since a guest's frames have one owner here. "so slow that
 * applications become unusable" is a measurement.
 */
export const mails = claims(superpageTypes, [
  {
    id: 'C3.1',
    quote:
      'Permission checking would be very simple.  If get_superpage_and_type() returns a type mismatch error then the mapping will fail, in exactly the same fashion as get_page_and_type().',
    short: 'Permission checking would be very simple.',
    source: mccracken2010,
    onlyIf:
      'a superpage is referenced before its page and released after it, and TLBs are flushed after the cmpxchg, at every change of type',
    readings: [
      { says: 'confirms', variant: 'dave-repaired', property: ['noWritablePageTable', 'countsExact'], expected: 'holds' },
      {
        says: 'refutes',
        settings: { confOrder: 'page-first' },
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'the page becomes a page table before the superpage says so',
      },
      {
        says: 'refutes',
        settings: { confOrder: 'superpage-released-first' },
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'the superpage may be mapped again while the page is still a page table',
      },
      {
        says: 'refutes',
        variant: 'xsa-401',
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'not in the fashion that get_page_type() had until XSA-401: TLBs are flushed before the cmpxchg, and a mapping can come and go in between',
      },
      {
        says: 'refutes',
        variant: 'dave-repaired',
        settings: { typeChangeFlush: 'page-timestamp' },
        property: 'noWritablePageTable',
        expected: 'violated',
        note: "nor where the flush is filtered by the page's timestamp, which a superpage that is unmapped does not touch",
      },
    ],
  },

  {
    id: 'C3.2',
    quote: "It seems fairly simple and elegant to me, and at this point I don't see any big holes in it.",
    short: "I don't see any big holes in it",
    source: mccracken2010,
    readings: [
      {
        says: 'refutes',
        variant: 'dave',
        property: 'noWritablePageTable',
        expected: 'violated',
        note: "a hole: unmapping a superpage does not touch the pages' TLB timestamps, so the flush at a page's change of type is filtered out",
      },
      {
        says: 'refutes',
        variant: 'dave',
        property: 'noFreedPageMapped',
        expected: 'violated',
        note: 'a hole: no page is referenced by a superpage mapping, so it can be given back while it is mapped',
      },
      {
        says: 'contrasts',
        variant: 'dave-repaired',
        property: 'noFreedPageMapped',
        expected: 'holds',
        note: 'with an owner and a general reference of the superpage, as get_page() has of a page, there is no such hole',
      },
      {
        says: 'refutes',
        settings: { ownerCheckedAtMap: false },
        property: 'noFreedPageMapped',
        expected: 'violated',
        note: 'a hole: without a walk nobody checks that all pages belong to the guest',
      },
    ],
  },

  {
    id: 'C3.2b',
    quote: 'The semantics of this typecount field would be the same as page_info... it can only change type when the count is zero.',
    short: 'The semantics of this typecount field would be the same as page_info',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        variant: 'dave',
        settings: { typeChangeFlush: 'superpage' },
        property: 'noWritablePageTable',
        expected: 'holds',
        note: 'no such hole if "the same" includes that a page flushes TLBs when it changes its type: so does the superpage then, by a timestamp of its own or always',
      },
    ],
  },

  {
    id: 'C3.3',
    quote: 'This model would completely eliminate the need to walk the pages in a superpage at mapping time',
    short: 'completely eliminate the need to walk the pages in a superpage at mapping time',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        settings: { ...alone },
        property: 'costExact',
        expected: 'holds',
        note: 'two superpage operations for each mapping, and no page operation',
      },
      {
        says: 'confirms',
        settings: { pages: 4, ...alone },
        property: 'costExact',
        expected: 'holds',
        note: 'however many pages a superpage has',
      },
      {
        says: 'contrasts',
        settings: { scheme: 'walk', ...alone },
        property: 'costExact',
        expected: 'holds',
        note: 'what it would eliminate: two operations for each page and mapping',
      },
      {
        says: 'contrasts',
        settings: { scheme: 'walk', pages: 4, ...alone },
        property: 'costExact',
        expected: 'holds',
        note: 'the more of them the more pages there are',
      },
    ],
  },

  {
    id: 'C3.3b',
    quote: 'at the cost of one get_superpage_and_type()/put_superpage_and_type(). on each page table page.',
    short: 'at the cost of one get_superpage_and_type()/put_superpage_and_type()',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        settings: { mappers: 1, pageTableRefs: 2, rounds: 2, giveBack: false },
        property: 'costExact',
        expected: 'holds',
        note: 'one get and one put for each reference to a page table, beside the two operations for each mapping',
      },
    ],
  },

  {
    id: 'C3.3c',
    quote: 'The count would be the sum of the mappings of the pages in the superpage with a conflicting type.',
    short: 'The count would be the sum of the mappings of the pages',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        settings: { pageTables: 2, pageTableRefs: 2 },
        property: 'countsExact',
        expected: 'holds',
        note: 'the sum, of two pages that are page tables, or of one that is used twice',
      },
      {
        says: 'contrasts',
        settings: { pageTables: 2, pageTableRefs: 2, confCount: 'perPage' },
        property: 'noWritablePageTable',
        expected: 'holds',
        note: 'two page tables, each counted once',
      },
      {
        says: 'confirms',
        settings: { pageTableRefs: 2 },
        property: 'conflictsArePages',
        expected: 'violated',
        note: 'as worded, each reference to a page table counts',
      },
      {
        says: 'contrasts',
        settings: { pageTableRefs: 2, confCount: 'perPage' },
        property: 'noWritablePageTable',
        expected: 'holds',
        note: 'to count the pages is enough',
      },
    ],
  },

  {
    id: 'C3.4',
    quote: 'readonly mappings of superpages would not conflict with the "conflicts with superpage" type.',
    short: 'readonly mappings of superpages would not conflict',
    source: mccracken2010,
    readings: [
      { says: 'confirms', variant: 'dave-ro-not-counted', property: ['readOnlyOverPageTable', 'noWritablePageTable'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'dave-ro-not-counted',
        property: 'noFreedPageMapped',
        expected: 'violated',
        note: 'what is not counted does not keep a page from being given back',
      },
    ],
  },

  {
    id: 'C3.4b',
    quote: 'This means a subsequent attempt to change it to a read/write mapping could fail, just like with a regular page.',
    short: 'a subsequent attempt to change it to a read/write mapping could fail',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        settings: { giveBack: false, roMapping: 'notCounted' },
        property: 'upgradeNeverRefused',
        expected: 'violated',
        note: 'it fails, as predicted',
      },
      {
        says: 'contrasts',
        variant: 'xsa-148',
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'it could succeed: until XSA-148 mod_l2_entry() checked nothing where only RW differed',
      },
    ],
  },

  {
    id: 'C3.5',
    quote: 'Or we could count all mappings of superpages as if they were',
    source: mccracken2010,
    readings: [
      {
        says: 'confirms',
        variant: 'dave-repaired',
        property: 'noWritablePageTable',
        expected: 'holds',
        note: 'the sentence breaks off in the mail; read on as "read/write"',
      },
      { says: 'confirms', variant: 'dave-repaired', property: ['noFreedPageMapped', 'upgradeNeverRefused'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'dave-repaired',
        property: 'readOnlyOverPageTable',
        expected: 'violated',
        note: 'the price: a superpage with a page table in it cannot be mapped at all',
      },
    ],
  },

  {
    id: 'C3.6',
    quote: "I'd actually have two refcounts in superpage struct: one for read-only mappings and one for read-write mappings.",
    short: "I'd actually have two refcounts in superpage struct",
    source: mccracken2010,
    by: 'Keir Fraser',
    onlyIf: 'a count is seen only when the walk is done, and TLBs are flushed after the cmpxchg',
    readings: [
      { says: 'confirms', variant: 'keir', property: ['noWritablePageTable', 'countsExact', 'noFreedPageMapped'], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'keir-count-before-walk',
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'not if the count is visible before the walk is done: the second mapper does not wait for it',
      },
      {
        says: 'refutes',
        variant: 'keir',
        settings: { flushPosition: 'before-cmpxchg' },
        property: 'noWritablePageTable',
        expected: 'violated',
        note: 'nor as get_page_type() flushed until XSA-401',
      },
    ],
  },

  {
    id: 'C3.6b',
    quote: 'this approach is cheap when updating superpage refcounts between non-zero values',
    short: 'cheap when updating superpage refcounts between non-zero values',
    source: mccracken2010,
    by: 'Keir Fraser',
    readings: [
      {
        says: 'confirms',
        settings: [
          { scheme: 'keir2', ...mapOnly, alsoMapped: true },
          { scheme: 'impl2010', ...mapOnly, alsoMapped: true },
        ],
        property: 'noWalkWhileMapped',
        expected: 'holds',
        note: 'two mappers, of a superpage that another L2 table maps all the time: no page is touched',
      },
      {
        says: 'contrasts',
        settings: { scheme: 'walk', ...mapOnly, alsoMapped: true },
        property: 'noWalkWhileMapped',
        expected: 'violated',
        note: 'the code of 2008 walked all the same',
      },
      {
        says: 'contrasts',
        settings: [
          { scheme: 'keir2', ...alone },
          { scheme: 'impl2010', ...alone },
        ],
        property: 'costExact',
        expected: 'holds',
        note: 'what it costs when a count leaves 0: all pages for the first mapping and the last unmapping, with two counts or with one, and two superpage operations for each mapping',
      },
      {
        says: 'contrasts',
        settings: { scheme: 'keir2', ...mapOnly },
        property: 'costExact',
        expected: 'violated',
        note: 'not with two mappers that come first at once: both walk, and one of them puts back what it got',
      },
      {
        says: 'contrasts',
        settings: { scheme: 'impl2010', ...alone },
        property: 'everyMappingWalks',
        expected: 'violated',
        note: 'with one count, a mapping that becomes writable does not walk',
      },
    ],
  },

  {
    id: 'C3.6c',
    quote:
      'If regularly constructing/destroying the only superpage mapping of a page, then obviously you are going to be continually taking the slow path.',
    short: 'the only superpage mapping of a page … continually taking the slow path',
    source: mccracken2010,
    by: 'Keir Fraser',
    readings: [
      {
        says: 'confirms',
        settings: { scheme: 'keir2', ...alone },
        property: 'everyMappingWalks',
        expected: 'holds',
        note: 'with two counts, a sole mapping that becomes writable walks again too',
      },
    ],
  },

  {
    id: 'C3.6d',
    quote: 'In that case, pinning a superpage with new hypercalls as you suggested may have to be done.',
    short: 'pinning a superpage with new hypercalls … may have to be done',
    source: mccracken2010,
    by: 'Keir Fraser',
    readings: [
      {
        says: 'confirms',
        settings: { scheme: 'impl2010', ...alone, marking: true },
        property: 'markedIsWalkedOnce',
        expected: 'holds',
        note: 'mark_superpage() walks, and no mapping does after it',
      },
      {
        says: 'confirms',
        settings: { scheme: 'keir2', ...alone, marking: true },
        property: 'markedIsWalkedOnce',
        expected: 'holds',
        note: 'his own two counts with such a hypercall: it takes a reference of each, and no mapping walks after that',
      },
      {
        says: 'confirms',
        variant: 'keir-pinned',
        property: ['noWritablePageTable', 'countsExact', 'noFreedPageMapped'],
        expected: 'holds',
        note: 'pinned and unpinned while it is mapped and unmapped',
      },
    ],
  },

  {
    id: 'C3.7',
    quote: 'do_pages = 1;',
    source: superpageCommit,
    onlyIf: 'it is reset when the cmpxchg is retried',
    readings: [
      {
        says: 'refutes',
        variant: 'impl2010',
        property: 'noWritablePageTable',
        expected: 'violated',
        finding: 'do_pages is not reset when the cmpxchg is retried',
      },
      {
        says: 'refutes',
        settings: { scheme: 'impl2010', mappers: 1, giveBack: false, marking: true, doPagesReset: false },
        property: 'noWritablePageTable',
        expected: 'violated',
        finding: 'one vCPU that maps and one that marks are enough for it',
      },
      { says: 'confirms', variant: 'impl2010-do-pages-reset', property: ['noWritablePageTable', 'noFreedPageMapped'], expected: 'holds' },
    ],
  },

  {
    id: 'P3 reallocation',
    quote: 'If a page has no owner it will need no safety TLB flush.',
    source: pageAllocator,
    readings: [
      {
        says: 'confirms',
        variant: ['walk-2008', 'keir', 'dave-repaired', 'impl2010-do-pages-reset'],
        settings: { reallocation: 'unflushed' },
        property: 'noWritableReallocated',
        expected: 'violated',
        note: 'one that had an owner needs it in every design: what counts mappings does not count translations',
      },
      {
        says: 'contrasts',
        variant: ['walk-2008', 'keir', 'dave-repaired', 'impl2010-do-pages-reset'],
        settings: { reallocation: 'flushed' },
        property: 'noWritableReallocated',
        expected: 'holds',
        note: 'with the flush before another domain gets the page it is enough',
      },
    ],
  },
])
