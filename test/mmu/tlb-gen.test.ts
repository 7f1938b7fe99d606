import { array, bool, model } from 'mmucheck'
import { catchUp, incMmTlbGen, tlbGen } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('a CPU that has missed flushes, one or two, flushes once; one that has not, not at all', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ gen: tlbGen(2, 2), flushed: array(3, bool) }),
      processes: () => ({
        flusher: function* (s) {
          yield* incMmTlbGen(s.gen)
          yield* incMmTlbGen(s.gen)
        },
        cpu: function* (s) {
          yield 'come back'
          s.flushed[0] = catchUp(s.gen, 1)
          s.flushed[1] = catchUp(s.gen, 1)
          yield 'compare with what was read earlier'
          s.flushed[2] = catchUp(s.gen, 1, 1)
        },
      }),
    }),
  )
  expect(states.map((state) => state.replaceAll('false', '0').replaceAll('true', '1'))).toEqual([
    'gen={mm:0 cpu:[0,0]} flushed=[0,0,0] | flusher@inc_mm_tlb_gen() | cpu@come back',
    'gen={mm:0 cpu:[0,0]} flushed=[0,0,0] | flusher@inc_mm_tlb_gen() | cpu@compare with what was read earlier',
    'gen={mm:0 cpu:[0,1]} flushed=[0,0,1] | flusher@inc_mm_tlb_gen() | cpu@-',
    'gen={mm:1 cpu:[0,0]} flushed=[0,0,0] | flusher@inc_mm_tlb_gen() | cpu@come back',
    'gen={mm:1 cpu:[0,0]} flushed=[0,0,0] | flusher@inc_mm_tlb_gen() | cpu@compare with what was read earlier',
    'gen={mm:1 cpu:[0,1]} flushed=[0,0,1] | flusher@inc_mm_tlb_gen() | cpu@-',
    'gen={mm:1 cpu:[0,1]} flushed=[1,0,0] | flusher@inc_mm_tlb_gen() | cpu@-',
    'gen={mm:1 cpu:[0,1]} flushed=[1,0,0] | flusher@inc_mm_tlb_gen() | cpu@compare with what was read earlier',
    'gen={mm:2 cpu:[0,0]} flushed=[0,0,0] | flusher@- | cpu@come back',
    'gen={mm:2 cpu:[0,0]} flushed=[0,0,0] | flusher@- | cpu@compare with what was read earlier',
    'gen={mm:2 cpu:[0,1]} flushed=[0,0,1] | flusher@- | cpu@-',
    'gen={mm:2 cpu:[0,1]} flushed=[1,0,0] | flusher@- | cpu@-',
    'gen={mm:2 cpu:[0,1]} flushed=[1,0,0] | flusher@- | cpu@compare with what was read earlier',
    'gen={mm:2 cpu:[0,2]} flushed=[1,0,0] | flusher@- | cpu@-',
    'gen={mm:2 cpu:[0,2]} flushed=[1,0,0] | flusher@- | cpu@compare with what was read earlier',
  ])
})
