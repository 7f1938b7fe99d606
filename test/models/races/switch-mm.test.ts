import { properties as claimed, sometimes } from 'mmucheck'
import { expect, test } from 'vitest'
import switchMm from '../../../models/races/switch-mm.ts'
import properties, { commits } from '../../../properties/races/switch-mm.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The flusher skips a CPU that has decided not to flush, and is switching.
const skipped = [
  'cpu1: loaded_mm = LOADED_MM_SWITCHING',
  'cpu1: cpumask_set_cpu(1, mm_cpumask(mm))',
  'cpu1: gen = mm->tlb_gen',
  'cpu0: set_pte(new frame)',
  'cpu0: inc_mm_tlb_gen()',
  'cpu0: should_flush_tlb(1)',
  'cpu0: free the old frame',
  'cpu1: loaded_mm = mm',
  'cpu1 hardware: use',
]
// The flusher sees prev, after the switch has decided not to flush.
const seesPrev = [
  'cpu1: gen = mm->tlb_gen',
  'cpu0: set_pte(new frame)',
  'cpu0: inc_mm_tlb_gen()',
  'cpu0: should_flush_tlb(1)',
  'cpu1: loaded_mm = LOADED_MM_SWITCHING',
  'cpu1: load_new_mm_cr3(mm, need_flush)',
  'cpu1 hardware: use',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 1_746, transitions: 4_439, races: { noUseAfterFree: [14, ...skipped], noStaleTranslation: [11], caughtUp: [11] } },
  'stable-backport': {
    states: 1_788,
    transitions: 4_541,
    races: { noUseAfterFree: [14, ...seesPrev], noStaleTranslation: [11], caughtUp: [11] },
  },
  fixed: { states: 1_566, transitions: 4_020 },
  'cpumask-after-tlb-gen': { states: 1_784, transitions: 4_522, races: { noUseAfterFree: [13], noStaleTranslation: [10], caughtUp: [10] } },
  'tlb-gen-before-pte': { states: 2_090, transitions: 5_436, races: { noUseAfterFree: [16], noStaleTranslation: [15] } },
})

const settingsOf = (variant: string) => switchMm.variants?.[variant] ?? {}

test('the window that the commit names, from load_new_mm_cr3() to loaded_mm, is one of those in which it skips it', async () => {
  const window = claimed(switchMm, {
    freedInTheWindow: sometimes(
      (s) => s.freed && s.mm.cpus[1]!.cr3 === 'mm' && s.mm.cpus[1]!.loadedMm === 'LOADED_MM_SWITCHING' && s.tlb[0] === 0,
    ),
  })
  expect((await settle(window, settingsOf('as-it-was'))).verdicts.freedInTheWindow).toBe('holds')
  expect((await settle(window, settingsOf('fixed'))).verdicts.freedInTheWindow).toBe('violated')
})

test('the backport without the fix is no better, and the order alone is none', async () => {
  for (const announce of ['before tlb_gen', 'after tlb_gen'] as const) {
    const { verdicts } = await settle(properties, { flushSwitching: false, announce })
    expect(verdicts.noUseAfterFree).toBe('violated')
  }
})
