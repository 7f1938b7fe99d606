/**
 * Superpages of a PV guest in Xen, and the rule that no page table is ever writable by the guest: who counts what when
 * a superpage is mapped (spring 2010, `allowsuperpage`).
 *
 * Each mapper is a vCPU that maps one and the same superpage from an L2 table of its own, so that no page lock keeps
 * mappers apart. The typer makes the last page of it (or one of the last two) an L1 page table, or stops to use it as
 * one: the last, so that a walk which finds it has pages to put back. `giveBack` returns the last page to Xen, once,
 * and where that matters (`reallocation`) another domain gets it. Every cmpxchg loop is a step that reads and a step
 * that compares and exchanges; get_page_and_type() of one 4K page is one step where its loop is not the matter.
 *
 * How the mails of April 2010 (Keir Fraser, Dave McCracken, xen-devel) and the code of 06ef473029 are read here:
 * - C3.7 (impl2010 as it was shipped) is a finding about this abstraction of put_superpage() and unmark_superpage();
 *   nobody has
 *   confirmed it on Xen. It assumes two L2 tables of one guest that are changed by two vCPUs at once, and that nothing
 * but the pages'
 *   type counts keeps a page table from being mapped writable. What to look at in Xen 4.1 to 4.9: `do_pages` in the two
 * cmpxchg loops,
 *   and whether a lock that both vCPUs would have to hold excludes the retry.
 * - 'after-cmpxchg' includes the page's timestamp: it is read once the new type is visible. Read before, as part of x,
 *   it can be that of
 *   a time before a mapping came and went (count 0 to 1 to 0), and the flush that was due is filtered out; in a first
 * version of this
 *   model that was a race of every scheme, the 2008 walk among them.
 * - dave1 can hold I3 only if freeing and mapping agree on one word, so a page that is given back makes the superpage
 *   'foreign'. No mail
 *   says so: it is the reading in which the superpage has an owner (C3.2).
 * - XSA-148's fast path is a matter of counts too: what it maps writable is put as writable, and was never got.
 */
import {
  array,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  model,
  oneOf,
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  until,
  when,
} from 'mmucheck'
import { tryCmpxchg } from 'mmucheck/mmu'

const params = {
  scheme: choice(['walk', 'keir2', 'dave1', 'impl2010'], 'dave1', 'what is counted when a superpage is mapped'),
  pages: size(2, { max: 4, doc: '4K pages of the superpage' }),
  mappers: size(2, { max: 3, doc: 'L2 tables that map the superpage' }),
  pageTables: size(1, { max: 2, doc: 'how many of its last pages may be page tables; at most `pages`' }),
  pageTableRefs: size(1, { max: 2, doc: 'references that are taken to them as page tables' }),
  rounds: size(0, { min: 0, max: 4, doc: 'mappings that each mapper makes, and times that the typer makes a page table; 0: for ever' }),
  alsoMapped: flag(false, 'one more L2 table maps the superpage all the time, read-only and writable; not with a typer'),
  typer: flag(true, 'the last page becomes a page table now and then'),
  giveBack: flag(true, 'the guest may give the last page back'),
  reallocation: choice(
    ['never', 'unflushed', 'flushed'],
    'never',
    'a page that was given back goes to another domain, after a TLB flush or not',
  ),
  marking: flag(
    false,
    'impl2010, keir2: superpages are marked (pinned) and unmarked by hypercall; only marked, and once, where mappings are counted',
  ),
  roMapping: choice(['notCounted', 'countedAsRw'], 'countedAsRw', 'dave1: what a read-only mapping of a superpage counts as'),
  confCount: choice(
    ['perReference', 'perPage'],
    'perReference',
    'dave1: what counts as a conflict, a reference to a page table or the page',
  ),
  confOrder: choice(
    ['superpage-first-released-last', 'page-first', 'superpage-released-first'],
    'superpage-first-released-last',
    'dave1: the order of the references to superpage and page',
  ),
  upgrades: flag(true, 'who has mapped the superpage read-only may make the mapping writable'),
  upgradePath: choice(['slow', 'fastPathIgnoresRW'], 'slow', 'how mod_l2_entry() makes a read-only mapping writable'),
  typeChangeFlush: choice(['superpage', 'page-timestamp', 'none'], 'superpage', 'what a change of type takes as reason to flush TLBs'),
  flushPosition: choice(['after-cmpxchg', 'before-cmpxchg'], 'after-cmpxchg', 'when a change of type flushes TLBs'),
  publishCount: choice(['after-walk', 'before-walk'], 'after-walk', 'keir2, impl2010: when the first count of a superpage is visible'),
  doPagesReset: flag(true, 'impl2010: a retry of the cmpxchg decides anew whether the pages are to be put'),
  freeConsultsSuperpage: flag(true, 'dave1: a page can be given back only while no superpage mapping is counted'),
  ownerCheckedAtMap: flag(true, 'dave1: a superpage of which a page was given back cannot be mapped'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  /**
   * The words that a superpage is counted by. keir2 has two, for writable and for read-only mappings. 'mapped' is
   * SGT_dynamic of impl2010. 'foreign': a page was given back.
   */
  spage: array(
    p.scheme === 'keir2' ? 2 : 1,
    record({ type: oneOf('none', 'mapped', 'conflicting', 'marked', 'foreign'), count: range(0, 2 * p.mappers + 2) }),
  ),
  /**
   * count: of references with that type. refs: of those without, from get_page(). flushDue: its timestamp says that
   * writable mappings have gone since the last flush of the TLBs.
   */
  page: array(
    p.pages,
    record({
      type: oneOf('none', 'writable', 'l1'),
      count: range(0, 2 * p.mappers + 2),
      refs: range(0, 2 * p.mappers),
      flushDue: bool,
    }),
  ),
  /** The page is checked and in use as a page table: from here on nobody may write to it. */
  validated: array(p.pages, bool),
  /** The last page was given back, and another domain has got it. */
  freed: bool,
  reallocated: ghost(bool),
  l2e: array(p.mappers, oneOf('none', 'ro', 'rw')),
  /** Some TLB has a writable translation of the superpage. */
  writableInTlb: bool,
  mapper: ghost(array(p.mappers, oneOf('at rest', 'at work', 'refused', 'upgrade refused', 'done'))),
  typerWorks: ghost(bool),
  pageTableRefs: ghost(array(p.pages, range(0, p.pageTableRefs))),
  isMarked: ghost(bool),
  markerWorks: ghost(bool),
  /**
   * Costs, counted where mappers and typer make a given number of mappings and page tables: to make a mapping writable
   * is to make another. pageTables: references to pages as page tables.
   */
  cost: ghost(
    record({
      mappings: range(0, 31),
      firstMappings: range(0, 31),
      pageTables: range(0, 15),
      pageOps: range(0, 127),
      superpageOps: range(0, 127),
    }),
  ),
  typerDone: ghost(bool),
  /** The superpage was marked before anything else was done with it. */
  markedFirst: ghost(bool),
})

type State = StateOf<typeof state>
type Access = 'ro' | 'rw'
type Word = State['spage'][number]
type PageType = State['page'][number]['type']

/** The page that is given back, and the first that becomes a page table. */
const lastPage = (p: Params): number => p.pages - 1

const countPageOp = (s: State, p: Params): void => {
  if (p.rounds > 0) s.cost.pageOps++
}
const countSuperpageOp = (s: State, p: Params): void => {
  if (p.rounds > 0) s.cost.superpageOps++
}

const countMapping = (s: State, p: Params): void => {
  if (p.rounds > 0) s.cost.mappings++
}

const flushTlbs = (s: State): void => {
  s.writableInTlb = false
  for (const page of s.page) page.flushDue = false
}

/** get_page_and_type(PGT_writable_page) for a writable mapping, get_page() for a read-only one. */
const getPage = (s: State, p: Params, at: number, access: Access): boolean => {
  if (at === lastPage(p) && s.freed) return false
  if (access === 'ro') {
    s.page[at].refs++
    return true
  }
  if (s.page[at].type === 'l1') return false
  s.page[at].type = 'writable'
  s.page[at].count++
  return true
}

const putPage = (s: State, at: number, access: Access): void => {
  if (access === 'ro') {
    s.page[at].refs--
    return
  }
  s.page[at].count--
  if (s.page[at].count === 0) {
    s.page[at].type = 'none'
    s.page[at].flushDue = true
  }
}

/** The pages of a superpage, by their number. */
const pagesOf = [[], [0], [0, 1], [0, 1, 2], [0, 1, 2, 3]] as const

/** References to all pages, or to none of them. */
function* getPages(s: State, p: Params, access: Access): Steps<boolean> {
  for (const at of pagesOf[p.pages]) {
    yield access === 'rw' ? `get_page_and_type(page[${at}], PGT_writable)` : `get_page(page[${at}])`
    countPageOp(s, p)
    if (getPage(s, p, at, access)) continue
    for (const got of pagesOf[p.pages]) {
      if (got === at) break
      yield access === 'rw' ? `conflict: put_page_and_type(page[${got}])` : `conflict: put_page(page[${got}])`
      countPageOp(s, p)
      putPage(s, got, access)
    }
    return false
  }
  return true
}

function* putPages(s: State, p: Params, access: Access): Steps {
  for (const at of pagesOf[p.pages]) {
    yield access === 'rw' ? `put_page_and_type(page[${at}])` : `put_page(page[${at}])`
    countPageOp(s, p)
    putPage(s, at, access)
  }
}

/** keir2 and impl2010: the first reference of a superpage gets all of its pages, further ones only count. */
function* getCounted(s: State, p: Params, word: number, access: Access): Steps<boolean> {
  yield 'get: x = spage'
  let x = { ...s.spage[word] }
  let pagesDone = false
  while (true) {
    if (x.type === 'none') {
      if (p.publishCount === 'after-walk') {
        const got = yield* getPages(s, p, access)
        if (!got) return false
        pagesDone = true
      }
    } else if (pagesDone) {
      yield* putPages(s, p, access)
      pagesDone = false
    }
    yield 'get: cmpxchg(spage, x, x + 1)'
    if (tryCmpxchg(s.spage, word, x, { type: x.type === 'none' ? 'mapped' : x.type, count: x.count + 1 })) {
      countSuperpageOp(s, p)
      if (p.rounds > 0 && x.type === 'none') s.cost.firstMappings++
      break
    }
    x = { ...s.spage[word] }
  }
  if (p.publishCount === 'before-walk' && x.type === 'none') {
    const got = yield* getPages(s, p, access)
    if (!got) {
      yield 'conflict: spage--'
      s.spage[word].count--
      if (s.spage[word].count === 0) s.spage[word].type = 'none'
      return false
    }
  }
  return true
}

/**
 * keir2 and impl2010: the last reference puts the pages. As shipped, a retry that finds another reference puts them all
 * the same.
 */
function* putCounted(s: State, p: Params, word: number, access: Access): Steps {
  yield 'put: x = spage'
  let x = { ...s.spage[word] }
  let doPages = false
  while (true) {
    if (p.doPagesReset) doPages = false
    if (x.type === 'mapped' && x.count === 1) doPages = true
    yield 'put: cmpxchg(spage, x, x - 1)'
    if (tryCmpxchg(s.spage, word, x, x.count === 1 ? { type: 'none', count: 0 } : { type: x.type, count: x.count - 1 })) {
      countSuperpageOp(s, p)
      break
    }
    x = { ...s.spage[word] }
  }
  if (doPages) yield* putPages(s, p, access)
}

/**
 * dave1: whether the superpage, whose word was x, may have had writable mappings, which its new type does not allow.
 */
const superpageMustFlush = (p: Params, x: Word, type: 'mapped' | 'conflicting'): boolean =>
  p.typeChangeFlush === 'superpage' && type === 'conflicting' && x.type === 'mapped'

/** dave1: one reference of a type, whatever is mapped below. A count of 0 keeps its type, as that of a page does. */
function* getSuperpageAndType(s: State, p: Params, type: 'mapped' | 'conflicting'): Steps<boolean> {
  yield `get_superpage_and_type(${type}): x = spage`
  if (type === 'conflicting') s.typerWorks = true
  let x = { ...s.spage[0] }
  while (true) {
    if (x.type === 'foreign' && (type === 'conflicting' || p.ownerCheckedAtMap)) return false
    if (x.count > 0 && x.type !== type) return false
    if (p.flushPosition === 'before-cmpxchg' && superpageMustFlush(p, x, type)) {
      yield 'superpage changes type: flush TLBs'
      flushTlbs(s)
    }
    yield `get_superpage_and_type(${type}): cmpxchg(spage, x, x + 1)`
    if (tryCmpxchg(s.spage, 0, x, { type, count: x.count + 1 })) {
      countSuperpageOp(s, p)
      if (p.flushPosition === 'after-cmpxchg' && superpageMustFlush(p, x, type)) {
        yield 'superpage changes type: flush TLBs'
        flushTlbs(s)
      }
      return true
    }
    x = { ...s.spage[0] }
  }
}

function* putSuperpageAndType(s: State, p: Params): Steps {
  yield 'put_superpage_and_type(): spage--'
  s.spage[0].count--
  countSuperpageOp(s, p)
}

/** What a new mapping needs: false where it is refused. */
function* getMapping(s: State, p: Params, access: Access): Steps<boolean> {
  switch (p.scheme) {
    case 'walk':
      return yield* getPages(s, p, access)
    case 'keir2':
      return yield* getCounted(s, p, access === 'rw' ? 0 : 1, access)
    case 'impl2010':
      return yield* getCounted(s, p, 0, 'rw')
    case 'dave1':
      if (access === 'rw' || p.roMapping === 'countedAsRw') return yield* getSuperpageAndType(s, p, 'mapped')
      yield 'get_superpage_and_type(read-only): not counted'
      return !(s.spage[0].type === 'foreign' && p.ownerCheckedAtMap)
  }
}

/** Gives back what a mapping had. */
function* putMapping(s: State, p: Params, access: Access): Steps {
  switch (p.scheme) {
    case 'walk':
      yield* putPages(s, p, access)
      break
    case 'keir2':
      yield* putCounted(s, p, access === 'rw' ? 0 : 1, access)
      break
    case 'impl2010':
      yield* putCounted(s, p, 0, 'rw')
      break
    case 'dave1':
      if (access === 'rw' || p.roMapping === 'countedAsRw') yield* putSuperpageAndType(s, p)
      break
  }
}

/** A mapping from its making to its end. Xen finds in the L2 entry what to put: it keeps no record of what it got. */
function* mapOnce(s: State, p: Params, who: number): Steps {
  yield 'mmu_update(): map the superpage'
  const plan = yield* choose(p.upgrades ? ['rw', 'ro', 'ro, then rw'] : ['rw', 'ro'])
  s.mapper[who] = 'at work'
  const access: Access = plan === 'rw' ? 'rw' : 'ro'
  const got = yield* getMapping(s, p, access)
  if (!got) {
    s.mapper[who] = 'refused'
    return
  }
  yield access === 'rw' ? 'write L2e: RW' : 'write L2e: RO'
  countMapping(s, p)
  s.l2e[who] = access
  if (plan === 'ro, then rw') {
    if (p.upgradePath === 'fastPathIgnoresRW') {
      yield 'mod_l2_entry(): only RW differs, write L2e: RW'
      s.l2e[who] = 'rw'
    } else {
      const upgraded = yield* getMapping(s, p, 'rw')
      if (upgraded) {
        yield 'mod_l2_entry(): write L2e: RW'
        countMapping(s, p)
        s.l2e[who] = 'rw'
        yield* putMapping(s, p, 'ro')
      } else {
        s.mapper[who] = 'upgrade refused'
      }
    }
  }
  if (s.mapper[who] === 'at work') s.mapper[who] = 'at rest'
  yield 'clear L2e'
  const found = s.l2e[who]
  s.l2e[who] = 'none'
  s.mapper[who] = 'at work'
  yield* putMapping(s, p, found)
  s.mapper[who] = 'at rest'
}

/** Whether the page, which had this type, had writable mappings since the last TLB flush (tlbflush_filter()). */
const mustFlush = (s: State, p: Params, at: number, type: PageType): boolean =>
  p.typeChangeFlush !== 'none' && type === 'none' && s.page[at].flushDue

/** get_page_type(page, PGT_l1_page_table), to the end of its validation. */
function* getPageTable(s: State, p: Params, at: number): Steps<boolean> {
  yield `get_page_type(page[${at}], PGT_l1): x = type_info`
  s.typerWorks = true
  if (at === lastPage(p) && s.freed) return false
  let type = s.page[at].type
  let count = s.page[at].count
  while (true) {
    if (type === 'writable') return false
    if (p.flushPosition === 'before-cmpxchg' && mustFlush(s, p, at, type)) {
      yield `page[${at}] changes type: flush TLBs`
      flushTlbs(s)
    }
    yield `get_page_type(page[${at}], PGT_l1): cmpxchg(type_info, x, x + 1)`
    if (at === lastPage(p) && s.freed) return false
    if (s.page[at].type === type && s.page[at].count === count) {
      s.page[at].type = 'l1'
      s.page[at].count = count + 1
      s.pageTableRefs[at]++
      if (p.rounds > 0) s.cost.pageTables++
      if (type === 'l1') return true
      if (p.flushPosition === 'after-cmpxchg' && mustFlush(s, p, at, type)) {
        yield `page[${at}] changes type: flush TLBs`
        flushTlbs(s)
      }
      yield `alloc_l1_table(page[${at}]): validate`
      s.validated[at] = true
      return true
    }
    type = s.page[at].type
    count = s.page[at].count
  }
}

/** put_page_type(): the last reference ends the page's use as a page table. */
function* putPageTable(s: State, at: number): Steps {
  yield `put_page_type(page[${at}])`
  s.typerWorks = true
  s.page[at].count--
  s.pageTableRefs[at]--
  if (s.page[at].count === 0) {
    s.validated[at] = false
    s.page[at].type = 'none'
  }
}

/** Which page is used, or no longer used, as a page table: a step where there are several. */
function* choosePage(s: State, p: Params, what: 'use' | 'leave'): Steps<number> {
  const last = lastPage(p)
  if (p.pageTables === 1) return last
  yield what === 'use' ? 'use a page as a page table' : 'use one no longer'
  s.typerWorks = true
  return yield* choose([last, last - 1].filter((at) => what === 'use' || s.validated[at]))
}

/** Some references to pages as page tables, each with the conflict that it is to the superpage. */
function* usePageTables(s: State, p: Params): Steps {
  const dave = p.scheme === 'dave1'
  for (let ref = 0; ref < p.pageTableRefs; ref++) {
    const at = yield* choosePage(s, p, 'use')
    const isFirst = p.pageTables > 1 ? !s.validated[at] : ref === 0
    const conflicts = dave && (p.confCount === 'perReference' || isFirst)
    if (conflicts && p.confOrder !== 'page-first') {
      const got = yield* getSuperpageAndType(s, p, 'conflicting')
      if (!got) break
    }
    const typed = yield* getPageTable(s, p, at)
    if (!typed) {
      if (conflicts && p.confOrder !== 'page-first') yield* putSuperpageAndType(s, p)
      break
    }
    if (conflicts && p.confOrder === 'page-first') {
      const got = yield* getSuperpageAndType(s, p, 'conflicting')
      if (!got) {
        yield* putPageTable(s, at)
        break
      }
    }
  }
  s.typerWorks = false
  while (s.validated.some((inUse) => inUse)) {
    const at = yield* choosePage(s, p, 'leave')
    const conflicts = dave && (p.confCount === 'perReference' || s.page[at].count === 1)
    if (conflicts && p.confOrder === 'superpage-released-first') {
      yield* putSuperpageAndType(s, p)
      s.typerWorks = true
    }
    yield* putPageTable(s, at)
    if (conflicts && p.confOrder !== 'superpage-released-first') yield* putSuperpageAndType(s, p)
  }
  s.typerWorks = false
}

/** keir2: a reference of each count, as if there were a mapping of each kind. */
function* pin(s: State, p: Params): Steps<boolean> {
  yield 'pin the superpage'
  s.markerWorks = true
  const writable = yield* getCounted(s, p, 0, 'rw')
  if (!writable) return false
  const readable = yield* getCounted(s, p, 1, 'ro')
  if (!readable) {
    yield* putCounted(s, p, 0, 'rw')
    return false
  }
  s.isMarked = true
  if (p.rounds > 0) s.markedFirst = s.cost.pageOps === 2 * p.pages && s.mapper.every((doing) => doing === 'at rest')
  return true
}

function* unpin(s: State, p: Params): Steps {
  yield 'unpin the superpage'
  s.markerWorks = true
  s.isMarked = false
  yield* putCounted(s, p, 1, 'ro')
  yield* putCounted(s, p, 0, 'rw')
}

function* mark(s: State, p: Params): Steps<boolean> {
  if (p.scheme === 'keir2') return yield* pin(s, p)
  yield 'mark_superpage(): x = spage'
  let x = { ...s.spage[0] }
  let pagesDone = false
  while (true) {
    s.markerWorks = true
    if (x.type === 'mapped') {
      if (pagesDone) yield* putPages(s, p, 'rw')
      pagesDone = false
    } else if (!pagesDone) {
      const got = yield* getPages(s, p, 'rw')
      if (!got) return false
      pagesDone = true
    }
    yield 'mark_superpage(): cmpxchg(spage, x, marked + 1)'
    if (tryCmpxchg(s.spage, 0, x, { type: 'marked', count: x.count + 1 })) {
      s.isMarked = true
      if (p.rounds > 0) s.markedFirst = s.cost.pageOps === p.pages && s.mapper.every((doing) => doing === 'at rest')
      return true
    }
    x = { ...s.spage[0] }
  }
}

function* unmark(s: State, p: Params): Steps {
  if (p.scheme === 'keir2') {
    yield* unpin(s, p)
    return
  }
  yield 'unmark_superpage(): x = spage'
  s.markerWorks = true
  let x = { ...s.spage[0] }
  let doPages = false
  while (true) {
    if (p.doPagesReset) doPages = false
    if (x.count === 1) doPages = true
    yield 'unmark_superpage(): cmpxchg(spage, x, x - 1)'
    if (tryCmpxchg(s.spage, 0, x, x.count === 1 ? { type: 'none', count: 0 } : { type: 'mapped', count: x.count - 1 })) {
      s.isMarked = false
      break
    }
    x = { ...s.spage[0] }
  }
  if (doPages) yield* putPages(s, p, 'rw')
}

export default model({
  name: 'superpage-types',
  title: 'Superpages of a guest, and no writable page table among their pages',
  source:
    'Dave McCracken, "Re: [PATCH] Add hypercall to mark superpages to improve performance", xen-devel, 30 Apr 2010; Xen commits bd1cd81d64, 06ef473029',
  params,
  variants: {
    'walk-2008': { scheme: 'walk' },
    'walk-2008-without-upgrades': { scheme: 'walk', upgrades: false },
    keir: { scheme: 'keir2' },
    'keir-count-before-walk': { scheme: 'keir2', publishCount: 'before-walk' },
    'keir-pinned': { scheme: 'keir2', mappers: 1, marking: true },
    dave: { scheme: 'dave1', typeChangeFlush: 'page-timestamp', freeConsultsSuperpage: false, ownerCheckedAtMap: false },
    'dave-ro-not-counted': { scheme: 'dave1', roMapping: 'notCounted' },
    'dave-repaired': { scheme: 'dave1' },
    'xsa-148': { scheme: 'dave1', roMapping: 'notCounted', upgradePath: 'fastPathIgnoresRW' },
    'xsa-401': { flushPosition: 'before-cmpxchg' },
    impl2010: { scheme: 'impl2010', doPagesReset: false, giveBack: false },
    'impl2010-do-pages-reset': { scheme: 'impl2010' },
  },
  state,
  init: (s, p) => {
    if (!p.alsoMapped) return
    if (p.scheme === 'keir2') for (let word = 0; word < 2; word++) s.spage[word] = { type: 'mapped', count: 1 }
    else if (p.scheme !== 'walk') s.spage[0] = { type: 'mapped', count: 2 }
    if (p.scheme === 'dave1') return
    for (const page of s.page) {
      page.type = 'writable'
      page.count = 1
      page.refs = p.scheme === 'impl2010' ? 0 : 1
    }
  },
  processes: (p) => ({
    mapper: each(p.mappers, function* (s, who) {
      if (p.rounds === 0) {
        while (true) yield* mapOnce(s, p, who)
      }
      for (let round = 0; round < p.rounds; round++) yield* mapOnce(s, p, who)
      s.mapper[who] = 'done'
    }),
    ...(p.typer
      ? {
          typer: function* (s: State) {
            if (p.rounds === 0) {
              while (true) yield* usePageTables(s, p)
            }
            for (let round = 0; round < p.rounds; round++) yield* usePageTables(s, p)
            s.typerDone = true
          },
        }
      : {}),
    ...(p.marking
      ? {
          marker: function* (s: State) {
            if (p.rounds > 0) {
              yield* mark(s, p)
              s.markerWorks = false
              return
            }
            while (true) {
              const marked = yield* mark(s, p)
              s.markerWorks = false
              if (marked) {
                yield* unmark(s, p)
                s.markerWorks = false
              }
            }
          },
        }
      : {}),
    ...(p.giveBack
      ? {
          giveBack: function* (s: State) {
            if (p.scheme === 'dave1' && p.freeConsultsSuperpage) {
              yield until('decrease_reservation(): cmpxchg(spage, 0, foreign)', () => s.spage[0].count === 0)
              s.spage[0] = { type: 'foreign', count: 0 }
            }
            const at = lastPage(p)
            yield until(`decrease_reservation(): free page[${at}]`, () => s.page[at].count + s.page[at].refs === 0)
            s.freed = true
            if (p.reallocation === 'flushed') {
              yield 'alloc_heap_pages(): flush TLBs'
              flushTlbs(s)
            }
            if (p.reallocation !== 'never') {
              yield `alloc_heap_pages(): page[${at}] goes to another domain`
              s.reallocated = true
            }
          },
        }
      : {}),
  }),
  rules: () => ({
    user: {
      'store through the superpage': (s) => {
        when(!s.writableInTlb && s.l2e.some((entry) => entry === 'rw'))
        s.writableInTlb = true
      },
      'TLB eviction': (s) => {
        when(s.writableInTlb)
        s.writableInTlb = false
      },
    },
  }),
})
