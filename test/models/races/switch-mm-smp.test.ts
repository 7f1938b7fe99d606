import { expect, test } from 'vitest'
import switchMmSmp from '../../../models/races/switch-mm-smp.ts'
import properties, { commits } from '../../../properties/races/switch-mm-smp.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The switch has announced itself, and nobody can see it yet.
const unseen = [
  'cpu1: loaded_mm = LOADED_MM_SWITCHING',
  'cpu1: gen = mm->tlb_gen',
  'storeBuffer[0]: store reaches memory: pte',
  'cpu0: inc_mm_tlb_gen()',
  'cpu0: should_flush_tlb(1)',
  'cpu0: free the old frame',
  'storeBuffer[1]: store reaches memory: loadedMm',
  'cpu1: load_new_mm_cr3(mm, need_flush)',
]

judge(properties, commits.rows, {
  'as-it-was': {
    states: 372,
    transitions: 1_031,
    races: { noUseAfterFree: [15, ...unseen, 'cpu1 hardware: use'], oneSeesTheOther: [12, ...unseen], caughtUp: [12] },
  },
  fixed: { states: 326, transitions: 898 },
  'sequentially-consistent': { states: 184, transitions: 450 },
  'before-209954cbc7d0': { states: 310, transitions: 860 },
  'barrier-of-the-switch-alone': {
    states: 594,
    transitions: 1_828,
    races: { noUseAfterFree: [17], oneSeesTheOther: [14], caughtUp: [14] },
  },
})

test('both barriers are needed, and no others, whatever the store buffers hold', async () => {
  for (const storeBuffer of [1, 2, 3]) {
    const model = { ...switchMmSmp, storeBuffer }
    for (const switchBarrier of [true, false])
      for (const flushBarrier of [true, false]) {
        const { verdicts } = await settle({ ...properties, model: model as never }, { switchBarrier, flushBarrier })
        expect([storeBuffer, verdicts.noUseAfterFree]).toEqual([storeBuffer, switchBarrier && flushBarrier ? 'holds' : 'violated'])
      }
  }
})
