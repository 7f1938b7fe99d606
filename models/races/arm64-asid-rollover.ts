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
import { array, bool, choice, choose, flag, ghost, index, model, record, set, when } from 'mmucheck'

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
  state: () => ({
    pte: bool,
    /** ptep_clear_flush() has returned. */
    flushed: bool,
    /** mm->context.id of each address space: the ASID, and whether that is of the current generation. */
    id: array(3, record({ current: bool, asid: index(2) })),
    /** asid_map, of this generation. */
    asidMap: set(2),
    /** What CPU 1 runs, in TTBR0, and under which ASID. */
    task: index(3),
    ttbr: index(2),
    /** By ASID: CPU 1 has a translation of the page of mm. */
    tlb: array(2, bool),
    used: ghost(bool),
    usedAfterFlush: ghost(bool),
    invalidated: ghost(bool),
    invalidatedByRollover: ghost(bool),
  }),
  // mm has ASID 0, and CPU 1 runs it; task 1 has ASID 1; task 2 is new.
  init: (s) => {
    s.pte = true
    s.id[0] = { current: true, asid: 0 }
    s.id[1] = { current: true, asid: 1 }
    s.asidMap.add(0)
    s.asidMap.add(1)
  },
  processes: (p) => ({
    cpu0: function* (s) {
      let asid = 0
      if (p.readAsid === 'before the store') {
        yield 'asid = ASID(mm)'
        asid = s.id[0].asid
      }
      yield 'ptep_get_and_clear()'
      s.pte = false
      if (p.readAsid === 'after the store') {
        yield 'asid = ASID(mm)'
        asid = s.id[0].asid
      }
      yield 'TLBI(va, asid)'
      if (s.tlb[asid]) s.invalidated = true
      s.tlb[asid] = false
      yield 'ptep_clear_flush() returns'
      s.flushed = true
    },
    cpu1: function* (s) {
      while (true) {
        yield 'check_and_switch_context()'
        const next = (s.task + 1 + (yield* choose(2))) % 3
        // new_context(), under cpu_asid_lock. The ASID that CPU 1 runs stays reserved for whom it runs.
        if (!s.id[next].current) {
          if (s.asidMap.size === 2) {
            for (let task = 0; task < 3; task++) s.id[task].current = task === s.task
            s.asidMap.clear()
            s.asidMap.add(s.ttbr)
            if (p.flushAtRollover) {
              if (s.tlb.some((cached) => cached)) s.invalidatedByRollover = true
              for (let asid = 0; asid < 2; asid++) s.tlb[asid] = false
            }
          }
          const asid = s.asidMap.has(0) ? 1 : 0
          s.asidMap.add(asid)
          s.id[next] = { current: true, asid }
        }
        yield `cpu_switch_mm(task ${next})`
        s.task = next
        s.ttbr = s.id[next].asid
      }
    },
  }),
  rules: () => ({
    'cpu1 hardware': {
      fill: (s) => {
        when(s.task === 0 && s.pte && !s.tlb[s.ttbr])
        s.tlb[s.ttbr] = true
      },
      use: (s) => {
        when(s.task === 0 && s.tlb[s.ttbr])
        s.used = true
        s.usedAfterFlush = s.usedAfterFlush || s.flushed
      },
      evict: function* (s) {
        const asid = yield* choose(2)
        when(s.tlb[asid])
        s.tlb[asid] = false
      },
    },
  }),
})
