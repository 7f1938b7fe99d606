/**
 * A guest CPU flushes the TLBs of others (KVM's paravirtual TLB flush). It need not interrupt a vCPU that the host has
 * preempted: it asks the host, by a bit in the word in which the host tells of the preemption, to flush when that vCPU
 * is loaded again. Guest and host share the word. The guest sets its bit by a locked compare-and-exchange; the host
 * until 2020 did what it does with most of the steal time area: copied it, looked, and wrote the copy back.
 *
 * vCPU 0 takes away the one page, and frees its frame. The host preempts vCPU 1 and loads it again, for ever; the
 * translations of vCPU 1 survive that, as they do under a VPID.
 */
import { bool, choice, ghost, index, model, optional, record, type StateOf, same, when } from 'mmucheck'
import { flush, free, hardware, interrupts, lifetime, sendIpi, serveIpi, taggedTlb, touch } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps. */
  pte: optional(index(1)),
  page: ghost(lifetime),
  /** kvm_steal_time.preempted of vCPU 1: KVM_VCPU_PREEMPTED and KVM_VCPU_FLUSH_TLB. */
  shared: record({ preempted: bool, flush: bool }),
  /** vCPU 1 is in guest mode. */
  running: bool,
  /** The interrupt to vCPU 1: it waits where that is not running. */
  irq: interrupts(),
  /** vCPU 1 has a translation of the page. */
  tlb: taggedTlb(1, index(1)),
  used: ghost(bool),
  /** A translation went because the host was asked, and because vCPU 1 was interrupted. */
  flushedByHost: ghost(bool),
  flushedByIpi: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'kvm-pv-tlb-flush',
  title: 'A guest asks the host to flush a preempted vCPU, which is loaded at that moment',
  source: 'Linux commit b043138246a4 "x86/KVM: Make sure KVM_VCPU_FLUSH_TLB flag is not missed" (2020), CVE-2019-3016',
  params: {
    load: choice(
      ['xchg', 'copy and write back', 'read and clear'],
      'xchg',
      'how the host clears the word: one locked exchange; on a copy that is written back at the end; or by a read and a plain write of the word itself',
    ),
    ask: choice(['cmpxchg', 'or', 'plain write'], 'cmpxchg', 'how the guest sets KVM_VCPU_FLUSH_TLB in what it has read'),
  },
  variants: {
    'as-it-was': { load: 'copy and write back' },
    fixed: {},
    'no-copy': { load: 'read and clear' },
    'guest-ors': { ask: 'or' },
    'guest-writes': { ask: 'plain write' },
  },
  on: () => ({ vcpu0: 0, vcpu1: 1, host: 1 }),
  state,
  init: (s) => {
    s.pte = 0
    s.running = true
  },
  processes: (p) => ({
    vcpu0: function* (s) {
      yield 'pte_clear()'
      s.pte = null
      yield 'state = READ_ONCE(src->preempted)'
      const state = { ...s.shared }
      let deferred = state.preempted
      if (state.preempted) {
        if (p.ask === 'cmpxchg') yield 'try_cmpxchg(&src->preempted, state, state | KVM_VCPU_FLUSH_TLB)'
        else yield p.ask === 'or' ? 'src->preempted |= KVM_VCPU_FLUSH_TLB' : 'src->preempted = state | KVM_VCPU_FLUSH_TLB'
        if (p.ask === 'cmpxchg') deferred = same(s.shared, state)
        if (p.ask === 'or') s.shared.flush = true
        else if (deferred) s.shared = { ...state, flush: true }
      }
      if (!deferred) {
        yield 'native_flush_tlb_others()'
        yield* sendIpi(s.irq, 'wait for the acknowledgement')
      }
      yield 'free the frame'
      free(s.page)
    },
    host: function* (s) {
      while (true) {
        yield 'kvm_arch_vcpu_put()'
        s.running = false
        yield 'kvm_steal_time_set_preempted()'
        s.shared = { preempted: true, flush: false }
        if (p.load === 'xchg') {
          yield 'record_steal_time(): xchg(&shared->preempted, 0)'
          if (s.shared.flush && flush(s.tlb, 0)) s.flushedByHost = true
        } else {
          yield p.load === 'copy and write back' ? 'record_steal_time(): copy the area' : 'record_steal_time(): read shared->preempted'
          const mustFlush = s.shared.flush
          if (mustFlush) {
            yield 'kvm_vcpu_flush_tlb()'
            if (flush(s.tlb, 0)) s.flushedByHost = true
          }
          yield p.load === 'copy and write back' ? 'record_steal_time(): write the copy back' : 'record_steal_time(): shared->preempted = 0'
        }
        s.shared = { preempted: false, flush: false }
        yield 'enter vCPU 1'
        s.running = true
      }
    },
  }),
  rules: () => ({
    vcpu1: {
      ...hardware({
        tlb: (s: State) => s.tlb,
        tag: (s) => (s.running ? 0 : null),
        walk: (s) => s.pte,
        onUse: (s) => {
          s.used = true
          touch(s.page)
        },
      }),
      'flush, and acknowledge': (s) => {
        when(s.running && serveIpi(s.irq))
        if (flush(s.tlb, 0)) s.flushedByIpi = true
      },
    },
  }),
})
