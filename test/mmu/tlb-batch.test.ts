import { always, array, bool, each, index, model, type StateOf } from 'mmucheck'
import { addressSpace, addToBatch, flushAll, flushBatch, flushBatchedPending, flushTlbIpi, runsMm, taggedTlb, tlbBatch } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

/** Two pages, which CPU 0 unmaps and CPU 1 has cached. */
const state = () => ({
  ptes: array(2, bool),
  mm: addressSpace(2, 3),
  batch: tlbBatch(2, 2),
  tlb: taggedTlb(2, index(1)),
  freed: bool,
})
type State = StateOf<typeof state>

const init = (s: State): void => {
  runsMm(s.mm, 1)
  for (const page of [0, 1]) {
    s.ptes[page] = true
    s.tlb[page] = 0
  }
}
const rules = () => ({ ipi: each(2, flushTlbIpi({ mm: (s: State) => s.mm, flush: (s) => flushAll(s.tlb) })) })

/** tlb_gen, up to where CPU 1 has flushed, the mask, tlb_flush_batched, an IPI to CPU 1, and its translations. */
const short = (states: readonly string[]): string[] =>
  states.map((state) => {
    const [, gen, own, csd, mask, pending, flushed, tlb] =
      /mm:(\d) cpu:\[0,(\d)\].*csd:\[(\S+),false\]\}\}\]\} batch=\{cpumask:\[false,(\S+)\] batched:\{pending:(\d) flushed:(\d)\}\} tlb=(\S+)/.exec(
        state,
      ) ?? []
    return `${gen}/${own} ${mask === 'true' ? '{1}' : '{}'} ${pending}/${flushed}${csd === 'true' ? ' IPI' : ''} ${tlb?.replaceAll('null', '-')} ${state.replace(/.*freed=\S+ \| /, '')}`
  })

test('several unmaps are one flush, for which the CPUs of all of them are interrupted', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state,
      init,
      processes: () => ({
        reclaim: function* (s) {
          for (let page = 0; page < 2; page++) {
            yield `ptep_get_and_clear(${page})`
            s.ptes[page] = false
            yield* addToBatch(s.batch, s.mm)
          }
          yield* flushBatch(s.batch, s.mm, 0, () => {})
          s.freed = true
        },
      }),
      rules,
    }),
    { flushedWhenFreed: always((s) => !s.freed || s.tlb.every((frame) => frame === null)) },
  )
  expect(verdicts).toEqual({ flushedWhenFreed: 'holds', deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(short(states)).toEqual([
    '1/0 {1} 1/0 [0,0] reclaim@inc_mm_tlb_gen() (page=1)',
    '2/0 {1} 1/0 [0,0] reclaim@atomic_inc(&mm->tlb_flush_batched) (page=1)',
    '2/0 {1} 1/0 [0,0] reclaim@cpumask_or(batch, mm_cpumask(mm)) (page=1)',
    '2/0 {1} 2/0 [0,0] reclaim@cpumask_test_cpu(1)',
    '2/0 {1} 2/0 [0,0] reclaim@should_flush_tlb(1)',
    '2/0 {1} 2/0 IPI [0,0] reclaim@csd_lock_wait()',
    '2/2 {} 2/0 [-,-] reclaim@-',
    '2/2 {1} 2/0 [-,-] reclaim@cpumask_clear(batch)',
    '2/2 {1} 2/0 [-,-] reclaim@csd_lock_wait()',
    '0/0 {} 0/0 [0,0] reclaim@inc_mm_tlb_gen() (page=0)',
    '1/0 {} 0/0 [0,0] reclaim@cpumask_or(batch, mm_cpumask(mm)) (page=0)',
    '1/0 {1} 0/0 [0,0] reclaim@atomic_inc(&mm->tlb_flush_batched) (page=0)',
    '1/0 {1} 1/0 [0,0] reclaim@ptep_get_and_clear(…) (page=1)',
    '0/0 {} 0/0 [0,0] reclaim@ptep_get_and_clear(…) (page=0)',
  ])
})

test('who asks whether a batch is pending flushes it, and says so unless there is more meanwhile', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state,
      init,
      processes: () => ({
        reclaim: each(2, function* (s: State) {
          yield* addToBatch(s.batch, s.mm)
        }),
        mprotect: function* (s) {
          yield* flushBatchedPending(s.batch, s.mm, 1, () => flushAll(s.tlb))
        },
      }),
    }),
  )
  expect(short(states.filter((state) => state.endsWith('reclaim[0]@- | reclaim[1]@- | mprotect@-')))).toEqual([
    '2/0 {1} 2/0 [0,0] reclaim[0]@- | reclaim[1]@- | mprotect@-',
    '3/2 {1} 2/0 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@-',
    '3/2 {1} 2/1 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@-',
    '3/3 {1} 2/0 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@-',
    '3/3 {1} 2/1 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@-',
    '3/3 {1} 2/2 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@-',
  ])
  const most = states.filter((state) => state.includes('mprotect@atomic_cmpxchg') && state.includes('reclaim[0]@- | reclaim[1]@- '))
  expect(short(most)).toEqual([
    '3/2 {1} 2/0 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@atomic_cmpxchg(&mm->tlb_flush_batched) (pending=1 flushed=0)',
    '3/3 {1} 2/0 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@atomic_cmpxchg(&mm->tlb_flush_batched) (pending=1 flushed=0)',
    '3/3 {1} 2/0 [-,-] reclaim[0]@- | reclaim[1]@- | mprotect@atomic_cmpxchg(&mm->tlb_flush_batched) (pending=2 flushed=0)',
  ])
})
