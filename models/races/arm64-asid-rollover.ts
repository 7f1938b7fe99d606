/**
 * An entry is cleared and its translation invalidated under the ASID of its address space, mm, while that gets another
 * ASID: TLBI with the old one removes nothing (arm64; ARMv8 broadcasts TLBI to all CPUs, so nobody is interrupted). The
 * ASIDs are used up by generations: who finds none free starts a new generation, in which all TLBs are flushed, and
 * every address space gets a new ASID when it is switched to next.
 *
 * CPU 0 unmaps the one page of mm, as try_to_unmap() does from wherever it runs; CPU 1 switches between three address
 * spaces for ever, of which task 0 is mm, and two ASIDs go round. Memory is sequentially consistent: what was a load
 * that may pass an earlier store, for want of a barrier between them, is a load that stands before it.
 */
import { bool, choice, choose, flag, ghost, index, model, optional, type StateOf } from 'mmucheck'
import { asids, flush, flushAll, hardware, newContext, taggedTlb } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps. */
  pte: optional(index(1)),
  /** ptep_clear_flush() has returned. */
  flushed: bool,
  asids: asids(3, 2),
  /** What CPU 1 runs, in TTBR0, and under which ASID. */
  task: index(3),
  ttbr: index(2),
  /** By ASID: CPU 1 has a translation of the page of mm. */
  tlb: taggedTlb(2, index(1)),
  used: ghost(bool),
  usedAfterFlush: ghost(bool),
  invalidated: ghost(bool),
  invalidatedByRollover: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'arm64-asid-rollover',
  title: 'TLBI with an ASID that its address space has no more',
  source: 'Linux commit 5e10f9887ed8 "arm64: mm: Fix TLBI vs ASID rollover" (2021)',
  params: {
    readAsid: choice(['before the store', 'after the store'], 'after the store', 'when ptep_clear_flush() loads mm->context.id'),
    flushAtRollover: flag(true, 'a new generation starts with an empty TLB'),
  },
  variants: {
    'as-it-was': { readAsid: 'before the store' },
    fixed: {},
    'no-flush-at-rollover': { flushAtRollover: false },
  },
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 hardware': 1 }),
  state,
  // mm has ASID 0, and CPU 1 runs it; task 1 has ASID 1; task 2 is new.
  init: (s) => {
    s.pte = 0
    for (let task = 0; task < 2; task++) {
      s.asids.id[task] = { current: true, asid: task }
      s.asids.map[task] = true
    }
  },
  processes: (p) => ({
    cpu0: function* (s) {
      let asid = 0
      if (p.readAsid === 'before the store') {
        yield 'asid = ASID(mm)'
        asid = s.asids.id[0].asid
      }
      yield 'ptep_get_and_clear()'
      s.pte = null
      if (p.readAsid === 'after the store') {
        yield 'asid = ASID(mm)'
        asid = s.asids.id[0].asid
      }
      yield 'TLBI(va, asid)'
      if (flush(s.tlb, asid)) s.invalidated = true
      yield 'ptep_clear_flush() returns'
      s.flushed = true
    },
    cpu1: function* (s) {
      while (true) {
        yield 'check_and_switch_context()'
        const next = (s.task + 1 + (yield* choose(2))) % 3
        const rollOver = newContext(s.asids, next, [s.task])
        if (rollOver && p.flushAtRollover && flushAll(s.tlb)) s.invalidatedByRollover = true
        yield `cpu_switch_mm(task ${next})`
        s.task = next
        s.ttbr = s.asids.id[next].asid
      }
    },
  }),
  rules: () => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.task === 0 ? s.ttbr : null),
      walk: (s) => s.pte,
      onUse: (s) => {
        s.used = true
        s.usedAfterFlush = s.usedAfterFlush || s.flushed
      },
    }),
  }),
})
