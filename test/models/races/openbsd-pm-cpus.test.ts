import { expect, test } from 'vitest'
import openbsdPmCpus from '../../../models/races/openbsd-pm-cpus.ts'
import properties, { commits } from '../../../properties/races/openbsd-pm-cpus.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The bit is gone for a moment, between two threads of one process.
const gone = [
  'cpu1: clear the bit in the old pm_cpus',
  'cpu0: pmap_remove(): clear the entry',
  'cpu0: pmap_tlb_shootpage(): read pm_cpus',
  'cpu0: free the page',
  'cpu1: set the bit in the new pm_cpus',
  'cpu1: run the thread',
  'cpu1 hardware: use',
]
// The hardware walks before the bit is there.
const early = [
  'cpu1: load %cr3',
  'cpu1 hardware: fill',
  'cpu0: pmap_tlb_shootpage(): read pm_cpus',
  'cpu1: set the bit in the new pm_cpus',
  'cpu1 hardware: use',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 588, transitions: 1_296, races: { noUseAfterFree: [9, ...gone], noStaleTranslation: [6] } },
  'set-late': { states: 482, transitions: 1_080, races: { noUseAfterFree: [15, ...early], noStaleTranslation: [11] } },
  'cleared-early': { states: 436, transitions: 976, races: { noStaleTranslation: [6] } },
  fixed: { states: 420, transitions: 936 },
})

test('as it was the race takes no other %cr3', async () => {
  const { races } = await settle(properties, openbsdPmCpus.variants?.['as-it-was'])
  expect(races.noUseAfterFree).not.toContain('cpu1: load %cr3')
})
