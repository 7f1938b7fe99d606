import { expect, test } from 'vitest'
import knlStrayAd from '../../../models/races/knl-stray-ad.ts'
import claimed, { commits } from '../../../properties/races/knl-stray-ad.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The thread has read an entry that is present, and sets A in what has become of it.
const none = [
  'thread: walk',
  'kernel: ptep_get_and_clear(): xchg',
  'thread: set A and D',
  'kernel: flush_tlb_page()',
  'kernel: pte_none()?',
]
const swap = [
  'thread: walk',
  'kernel: ptep_get_and_clear(): xchg',
  'kernel: set_pte(swp_entry_to_pte(type, offset))',
  'thread: set A and D',
  'kernel: flush_tlb_page()',
  'kernel: do_swap_page(): pte_to_swp_entry()',
]

judge(claimed, commits.rows, {
  'as-it-was': { states: 101, transitions: 119, races: { noneStaysNone: [5, ...none], typeStays: [6, ...swap] } },
  'other-hardware': { states: 25, transitions: 31 },
  'not-batched': { states: 79, transitions: 95, races: { noneStaysNone: [5, ...none] } },
  'swap-format-alone': { states: 107, transitions: 123, races: { noneStaysNone: [5, ...none] } },
  'pte-none-alone': { states: 101, transitions: 119, races: { typeStays: [6, ...swap] } },
  fixed: { states: 107, transitions: 123 },
})

test('with hardware that checks P the windows are not reached, and nothing else is violated', async () => {
  const { verdicts } = await settle(claimed, { ...knlStrayAd.variants?.fixed, hardware: 'atomic' })
  expect(
    Object.entries(verdicts)
      .filter(([, verdict]) => verdict === 'violated')
      .map(([name]) => name),
  ).toEqual(['walksOn', 'strayInNone', 'strayInSwapEntry'])
})
