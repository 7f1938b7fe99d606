import claimed, { advisories } from '../../../properties/races/xen-superpage-coalescing.ts'
import { judge } from './judged.ts'

// 28a: A walks, B replaces and frees, A writes. 28b: both have read the entry, and both free what it pointed to.
const written = [
  'cpu[0]: walk: p = l3e_to_l2e(*pl3e)',
  'cpu[1]: ol3e = *pl3e',
  'cpu[1]: l3e_write_atomic(superpage)',
  'cpu[1]: free_xen_pagetable(L2)',
  'cpu[0]: l2e_write_atomic(&p[m])',
] as const
const freedTwice = [
  'cpu[0]: ol3e = *pl3e',
  'cpu[1]: ol3e = *pl3e',
  'cpu[1]: free_xen_pagetable(L2)',
  'cpu[0]: l3e_write_atomic(superpage)',
  'cpu[0]: free_xen_pagetable(L2)',
] as const

judge(claimed, advisories.rows, {
  'as-it-was': { states: 67, transitions: 114, races: { freedTableIsLeftAlone: [7, ...written], freedOnce: [8, ...freedTwice] } },
  'locked-replacement': { states: 93, transitions: 162, races: { freedTableIsLeftAlone: [9, ...written] } },
  'modifiers-without-lock': { states: 84, transitions: 140, races: { freedTableIsLeftAlone: [8, ...written] } },
  fixed: { states: 88, transitions: 132 },
})
