import claimed, { commits } from '../../../properties/races/hugetlb-shared-pmd.ts'
import { judge } from './judged.ts'

const unshared = ['P1: i_mmap_lock_write()', 'P1: huge_pmd_unshare(): pud_clear()']
const freed = ['P2: i_mmap_lock_write()', 'P2: huge_ptep_get_and_clear()', 'P2: put_page()']
const mapped = 'P2: mmap() of something else: set_pmd()'

const useAfterFree = ['P1 walker: cache the PUD', 'P1 walker: read S', ...unshared, ...freed, 'P1 program: use']
const foreignUse = ['P1 walker: cache the PUD', ...unshared, ...freed, mapped, 'P1 walker: read S', 'P1 program: use']
// get_user_pages_fast() is in the middle of its walk, with interrupts off.
const foreignPin = [
  'gup: local_irq_disable()',
  'gup: gup_fast(): read the PUD',
  ...unshared,
  ...freed,
  mapped,
  'gup: gup_fast(): read S, pin the page',
]
const flushed = [...foreignPin.slice(0, 4), 'P1: flush_tlb_range()', 'P1: i_mmap_unlock_write()', ...foreignPin.slice(4)]
const races = { noUseAfterFree: [10, ...useAfterFree], noForeignUse: [11, ...foreignUse], noForeignPin: [11, ...foreignPin] } as const

judge(claimed, commits.rows, {
  'as-it-was': { states: 1014, transitions: 3528, races },
  'flush-after-the-lock': { states: 1656, transitions: 6270, races },
  'fixed-2021': { states: 566, transitions: 1968, races: { noForeignPin: [12, ...flushed] } },
  'fixed-2021-ipi': { states: 672, transitions: 2308 },
  fixed: { states: 790, transitions: 2774 },
})
