/**
 * The hardware sets A and D in a page-table entry by a locked operation that checks P again. A thread of a Knights
 * Landing processor may not (erratum KNL4): it has read an entry that is present, and sets the bits though the kernel
 * has cleared it meanwhile. What the kernel does is the same on both.
 *
 * The kernel takes the page from the program. It clears the entry by xchg, which returns A and D, and either leaves it
 * empty, and finds so later (pte_none()), or writes a swap entry, and reads its type later. A flush interrupts the
 * thread, so a walk that has begun is over then; swapping out may defer it past the swap entry.
 */
import { bool, choice, choose, flag, ghost, model, type ParamValues, record, type StateOf, type Steps, until, when } from 'mmucheck'

const params = {
  hardware: choice(['atomic', 'KNL4'], 'KNL4', 'A and D are set in the step that checks P; or in one of its own'),
  typeAtA: flag(false, 'the type of a swap entry is where a present entry has A'),
  noneIgnoresAD: flag(true, 'pte_none() ignores A and D'),
  batched: flag(true, 'who swaps out flushes after it has written the swap entry (TTU_BATCH_FLUSH)'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  /** With the bits of a swap entry: its offset, which is not 0, and its type, if that is not at A. */
  pte: record({ P: bool, A: bool, D: bool, offset: bool, type: bool }),
  /** The thread has read an entry that is present: for a load or a store. */
  walk: record({ begun: bool, stores: bool }),
  /** Its translation, by which it can store. */
  tlb: bool,
  stored: ghost(bool),
  pageDirty: bool,
  /** What the kernel has found later. */
  foundNone: ghost(bool),
  foundOther: ghost(bool),
  foundType: ghost(bool),
  foundOtherType: ghost(bool),
  /** A bit was set in an entry that was not present. */
  stray: ghost(bool),
})

type State = StateOf<typeof state>

function* flushTlb(s: State): Steps {
  yield until('flush_tlb_page()', () => !s.walk.begun)
  s.tlb = false
}

function* swapOut(s: State, p: Params): Steps {
  const type = yield* choose([false, true])
  if (!p.batched) yield* flushTlb(s)
  yield 'set_pte(swp_entry_to_pte(type, offset))'
  s.pte = { P: false, A: p.typeAtA && type, D: false, offset: true, type: !p.typeAtA && type }
  if (p.batched) yield* flushTlb(s)
  yield 'do_swap_page(): pte_to_swp_entry()'
  const found = p.typeAtA ? s.pte.A : s.pte.type
  s.foundType = found === type
  s.foundOtherType = found !== type
}

/** The hardware is done with a walk of an entry: it sets A, for a store D as well, and caches it if it is present. */
const setBits = (s: State, stores: boolean): void => {
  s.pte.A = true
  if (stores) s.pte.D = true
  if (!s.pte.P) s.stray = true
  else if (stores) {
    s.tlb = true
    s.stored = true
  }
}

export default model({
  name: 'knl-stray-ad',
  title: 'Knights Landing sets A and D in an entry that is not present any more',
  source:
    'Linux commits 00839ee3b299 "x86/mm: Move swap offset/type up in PTE to work around erratum", 97e3c602ccbd and e4a84be6f05e, 2016; erratum KNL4',
  params,
  variants: {
    'as-it-was': { typeAtA: true, noneIgnoresAD: false },
    'other-hardware': { hardware: 'atomic', typeAtA: true, noneIgnoresAD: false },
    'not-batched': { typeAtA: true, noneIgnoresAD: false, batched: false },
    'swap-format-alone': { noneIgnoresAD: false },
    'pte-none-alone': { typeAtA: true },
    fixed: {},
  },
  state,
  init: (s) => {
    s.pte.P = true
  },
  on: () => ({ kernel: 0, thread: 1 }),
  processes: (p) => ({
    kernel: function* (s: State) {
      yield 'ptep_get_and_clear(): xchg'
      if (s.pte.D) s.pageDirty = true
      s.pte = { P: false, A: false, D: false, offset: false, type: false }
      if (yield* choose([true, false])) yield* swapOut(s, p)
      else {
        yield* flushTlb(s)
        yield 'pte_none()?'
        const none = !s.pte.P && !s.pte.offset && !s.pte.type && (p.noneIgnoresAD || (!s.pte.A && !s.pte.D))
        s.foundNone = none
        s.foundOther = !none
      }
    },
  }),
  rules: (p) => ({
    thread: {
      walk: function* (s: State) {
        when(s.pte.P && !s.walk.begun)
        const stores = yield* choose([false, true])
        if (p.hardware === 'atomic') setBits(s, stores)
        else s.walk = { begun: true, stores }
      },
      'set A and D': (s: State) => {
        when(s.walk.begun)
        setBits(s, s.walk.stores)
        s.walk = { begun: false, stores: false }
      },
    },
  }),
})
