/**
 * Copy-on-write under a device that has a TLB of its own: case B of Linux' Documentation/mm/mmu_notifier.rst. Two
 * pages, addrA and addrB, are write-protected for COW, and the device has translations of both. One CPU thread for each
 * of them replaces the old page by a copy (wp_page_copy()). As soon as an entry is set, any other CPU may store to the
 * new page: `writer` stores to addrA, then to addrB. The device loads addrA and addrB in turn. If it gets the store to
 * addrB, it must get the store to addrA too: that is message passing, which C11 promises, and which the device's old
 * translation of addrA can break.
 *
 * It differs from `mmu-notifier`, whose pages go away for good and whose question is who frees what is still used. Here
 * nothing is freed before range_end(); what is at stake is which of two pages is read.
 *
 * What is asked of the device, and what is not:
 * - A property of pages would be that the device never reads the old page once it has seen the new page of another
 *   address. That is
 *   violated by every design, the documented one too: nobody has begun to copy addrA yet, or nobody has stored to it.
 * What the document
 *   argues with is stores ("the device see the new value for addrB before seeing the new value for addrA"), and so does
 * `storesSeenInOrder`.
 *   `newPageThenOldPage` shows that the other is reachable in all designs.
 * - The document's CPU-thread-2 and -3 are one thread here, and so are its DEV-thread-0 and -2: what orders the stores
 *   and the loads is program order.
 *
 * A walk by the device reads the entry and fills the TLB in one step. That an invalidation waits for translations in
 * flight is what ATS asks of hardware; for software that takes several steps, it is what `mmu-notifier` is about
 * (`blocking` stands for its result). The CPUs' own TLBs are flushed with the entry's clearing, in one step, and are
 * not modelled.
 */
import {
  array,
  assert,
  bool,
  choice,
  each,
  flag,
  ghost,
  model,
  oneOf,
  type ParamValues,
  range,
  type StateOf,
  type Steps,
  until,
  when,
} from 'mmucheck'
import { lock, spinLock, spinUnlock } from 'mmucheck/mmu'

const addresses = ['addrA', 'addrB'] as const

const params = {
  notify: choice(
    [
      'range_start',
      'ptep_clear_flush_notify',
      'set_pte_at_notify',
      'set_pte_at_notify before 2012',
      'after set_pte_at',
      'range_end',
      'never',
    ],
    'ptep_clear_flush_notify',
    'when the device TLB hears of it: outside the page-table lock, before or after; under it once the entry is cleared; with the new entry (which is handed to the device), before that is set or after; or under it when the new entry is set',
  ),
  clearFirst: flag(true, 'the old entry is cleared, and flushed, before the new one is set'),
  blocking: flag(false, 'no translation is established between range_start() and range_end()'),
  sameContent: flag(false, 'the new page has the content of the old one and is write-protected, as KSM makes it: nobody stores to it'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  /** The Linux page table: which page is mapped at addrA, at addrB. */
  pte: array(2, oneOf('none', 'old', 'new')),
  ptl: array(2, lock(2)),
  /** The device's translations. */
  deviceTlb: array(2, oneOf('none', 'old', 'new')),
  /** The new page has been stored to. Old pages, and copies that have not, are all alike. */
  stored: array(2, bool),
  /** Invalidations in progress, where they block. */
  count: array(2, range(0, 1)),
  /** The device has loaded what was stored to addrB. */
  sawStoreToB: ghost(bool),
  /** It has then loaded addrA, and not what had been stored to that before. */
  missedStoreToA: ghost(bool),
  /** The device has loaded from the new page of addrB, and from the old page of addrA later. */
  sawNewB: ghost(bool),
  thenSawOldA: ghost(bool),
})

type State = StateOf<typeof state>

function* invalidate(s: State, va: number, label: string): Steps {
  yield label
  s.deviceTlb[va] = 'none'
}

/** change_pte(): the device's translation, if it has one, is replaced by that of the new page. */
function* changePte(s: State, va: number): Steps {
  yield 'set_pte_at_notify(): change_pte()'
  if (s.deviceTlb[va] !== 'none') s.deviceTlb[va] = 'new'
}

/** wp_page_copy(), from where the copy is made. */
function* copyOnWrite(s: State, p: Params, va: number): Steps {
  if (p.blocking) {
    yield 'range_start(): count++'
    s.count[va]++
  }
  if (p.notify === 'range_start') yield* invalidate(s, va, 'range_start(): invalidate device TLB')
  yield* spinLock(s.ptl[va], va, 'ptl')
  if (p.clearFirst) {
    yield 'ptep_clear_flush()'
    s.pte[va] = 'none'
  }
  if (p.notify === 'ptep_clear_flush_notify') yield* invalidate(s, va, 'ptep_clear_flush_notify(): invalidate device TLB')
  if (p.notify === 'set_pte_at_notify') yield* changePte(s, va)
  yield 'set_pte_at(new page)'
  s.pte[va] = 'new'
  if (p.notify === 'set_pte_at_notify before 2012') yield* changePte(s, va)
  if (p.notify === 'after set_pte_at') yield* invalidate(s, va, 'after set_pte_at(): invalidate device TLB')
  yield* spinUnlock(s.ptl[va], va, 'ptl')
  if (p.notify === 'range_end') yield* invalidate(s, va, 'range_end(): invalidate device TLB')
  if (p.blocking) {
    yield 'range_end(): count--'
    s.count[va]--
  }
}

/** A load by the device: by its TLB, or by a walk of the page table that fills it. */
function* load(s: State, p: Params, va: number): Steps {
  yield until(`load ${addresses[va]}`, () => s.deviceTlb[va] !== 'none' || (s.pte[va] !== 'none' && !(p.blocking && s.count[va] > 0)))
  if (s.deviceTlb[va] === 'none') s.deviceTlb[va] = s.pte[va]
  assert(s.deviceTlb[va] !== 'none', 'the device loads where nothing is mapped')
  const isNew = s.deviceTlb[va] === 'new'
  const getsTheStore = isNew && s.stored[va]
  if (va === 1) {
    s.sawStoreToB = s.sawStoreToB || getsTheStore
    s.sawNewB = s.sawNewB || isNew
  } else {
    s.missedStoreToA = s.missedStoreToA || (s.sawStoreToB && !getsTheStore)
    s.thenSawOldA = s.thenSawOldA || (s.sawNewB && !isNew)
  }
}

/** The old page is write-protected: a store to it faults, and waits for the copy. */
const storeToCopy = (s: State, va: number): void => {
  assert(s.pte[va] === 'new', 'a store completes that should have faulted')
  s.stored[va] = true
}

export default model({
  name: 'mmu-notifier-cow',
  title: 'Copy-on-write of two pages under a device TLB: a new page is seen, and then an old one',
  source: 'Documentation/mm/mmu_notifier.rst, "When do you need to notify inside page table lock?", case B; include/linux/mmu_notifier.h',
  params,
  variants: {
    documented: {},
    'notify-at-range-end': { notify: 'range_end' },
    'notify-at-range-start': { notify: 'range_start' },
    'notify-after-set': { notify: 'after set_pte_at' },
    'never-notified': { notify: 'never' },
    'set-before-clear': { clearFirst: false },
    'set-pte-at-notify': { notify: 'set_pte_at_notify' },
    'set-pte-at-notify-before-2012': { notify: 'set_pte_at_notify before 2012' },
    'range-that-blocks': { notify: 'range_start', blocking: true },
    ksm: { notify: 'range_end', sameContent: true },
  },
  state,
  init: (s) => {
    for (let va = 0; va < 2; va++) s.pte[va] = 'old'
  },
  processes: (p) => ({
    cow: each(2, function* (s: State, va: number) {
      yield* copyOnWrite(s, p, va)
    }),
    ...(p.sameContent
      ? {}
      : {
          writer: function* (s: State) {
            yield until('store to addrA', () => s.pte[0] === 'new')
            storeToCopy(s, 0)
            yield until('store to addrB', () => s.pte[1] === 'new')
            storeToCopy(s, 1)
          },
        }),
    device: function* (s: State) {
      while (true) {
        yield* load(s, p, 0)
        yield* load(s, p, 1)
      }
    },
  }),
  rules: () => ({
    deviceTlb: each(2, {
      eviction: (s: State, va: number) => {
        when(s.deviceTlb[va] !== 'none')
        s.deviceTlb[va] = 'none'
      },
    }),
  }),
})
