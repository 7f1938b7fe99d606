import { expect, test } from 'vitest'
import kthreadUseMm from '../../../models/races/kthread-use-mm.ts'
import properties, { commits } from '../../../properties/races/kthread-use-mm.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The interrupt lands between active_mm and switch_mm().
const between = [
  'cpu0: flush_tlb_mm(mm): send the IPI',
  'cpu1: tsk->active_mm = mm',
  'cpu1 IPI: flush, and acknowledge',
  'cpu0: free the frame',
  'cpu1: switch_mm(old_mm, mm)',
  'cpu1 hardware: use',
]
// It drops the ASID after the switch that should have seen that.
const tooLate = ['cpu1: switch_mm(old_mm, mm)', 'cpu1 IPI: drop the ASID, and acknowledge', 'cpu0: free the frame', 'cpu1 hardware: use']

judge(properties, commits.rows, {
  'as-it-was': { states: 138, transitions: 304, races: { noUseAfterFree: [8, ...between], noStaleTranslation: [7] } },
  fixed: { states: 186, transitions: 382 },
  'switch-first': {
    states: 138,
    transitions: 303,
    races: { noUseAfterFree: [7, ...tooLate], noStaleTranslation: [6], loadedHasAsid: [4] },
  },
  'asks-what-is-loaded': { states: 114, transitions: 240 },
})

test('the other way round the race is over before active_mm is set', async () => {
  const { races } = await settle(properties, kthreadUseMm.variants?.['switch-first'])
  expect(races.noUseAfterFree).not.toContain('cpu1: tsk->active_mm = mm')
})
