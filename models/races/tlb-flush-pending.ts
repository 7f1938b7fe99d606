/**
 * A page is migrated while change_protection() has its TLB flush still to do (2013), and the flag against that, which
 * two of them share (2017). protect[0] makes the entry of the page PROT_NONE and flushes later. The migration finds an
 * entry that nobody can walk, so it does not flush (pte_accessible()); it copies the page, maps the copy and frees the
 * old page. A CPU that has the translation from before stores to the old page, which by then may be somebody else's.
 * protect[1] changes the protection of another range of the same mm: all that it shares is the flag.
 *
 * What says that a flush is pending is nothing (as it was until 2013), mm->tlb_flush_pending as a bool (until 2017), or
 * as a counter. An entry is read and written under the page table lock, one access at a time, so each access is a step;
 * memory order is left out. Only the user's CPU has a TLB here, and a flush is one step, in which all CPUs have
 * acknowledged.
 */
import { array, bool, choice, each, ghost, model, range, type StateOf, size, until } from 'mmucheck'
import { copyFrame, flushTlbPage, pte, storeTo, tlb, userCpu } from 'mmucheck/mmu'

const oldPage = 0
const newPage = 1

const params = {
  pending: choice(['none', 'bool', 'counter'], 'counter', 'what mm->tlb_flush_pending is'),
  protecting: size(2, { max: 3, doc: 'calls of change_protection(); only the first is for the page that is migrated' }),
}

const state = () => ({
  pte: array(1, pte(2)),
  /** The translations of the user's CPU. */
  tlb: tlb(1, 2),
  /** mm->tlb_flush_pending. */
  pending: range(0, 3),
  /** The old page has been freed. */
  freed: ghost(bool),
  /** Whether a page has what was stored last to the address. */
  upToDate: ghost(array(2, bool)),
})

type State = StateOf<typeof state>

export default model({
  name: 'tlb-flush-pending',
  title: 'Migration of a page whose protection was changed, and whose TLB flush is still to come',
  source:
    'Linux commits 20841405940e, "mm: fix TLB flush race between migration, and change_protection_range" (2013), and 16af97dc5a89 (2017)',
  params,
  variants: {
    'as-it-was': { pending: 'none', protecting: 1 },
    bool: { pending: 'bool' },
    'bool-alone': { pending: 'bool', protecting: 1 },
    fixed: {},
  },
  on: (p) => ({ protect: Array.from({ length: p.protecting }, (_, cpu) => cpu), migrate: p.protecting, user: p.protecting + 1 }),
  state,
  init: (s) => {
    // The page has been stored to before: a walk for a load caches that it is dirty.
    s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage }
    storeTo(s.upToDate, oldPage)
  },
  processes: (p) => ({
    protect: each(p.protecting, function* (s: State, cpu: number) {
      if (p.pending !== 'none') {
        yield 'set_tlb_flush_pending()'
        s.pending = p.pending === 'bool' ? 1 : s.pending + 1
      }
      if (cpu === 0) {
        yield 'change_pte_range(): PROT_NONE'
        s.pte[0].P = false
        yield* flushTlbPage(s.tlb, 0, 'flush_tlb_range()')
      } else {
        yield 'change_protection_range() of another range'
      }
      if (p.pending !== 'none') {
        yield 'clear_tlb_flush_pending()'
        s.pending = p.pending === 'bool' ? 0 : s.pending - 1
      }
    }),
    migrate: function* (s: State) {
      yield until('NUMA fault', () => !s.pte[0].P)
      if (p.pending !== 'none') {
        yield 'mm_tlb_flush_pending()?'
        if (s.pending > 0) yield* flushTlbPage(s.tlb, 0, 'migrate: flush_tlb_range()')
      }
      yield 'migrate_page_copy()'
      copyFrame(s.upToDate, oldPage, newPage)
      yield 'set_pte_at(new page)'
      s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage }
      yield 'free the old page'
      s.freed = true
    },
  }),
  rules: () => ({
    user: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, page) => s.pte[page],
      onLoad: () => {},
      onStore: (s, { frame }) => {
        storeTo(s.upToDate, frame)
      },
    }),
  }),
})
