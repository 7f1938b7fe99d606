import claimed, { commits } from '../../../properties/races/xen-ept-deferred-flush.ts'
import { judge } from './judged.ts'

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 76,
    transitions: 258,
    races: {
      noWalkOfFreeTable: [
        5,
        'guest walker: read the entry',
        'xen: atomic_write_ept_entry()',
        'xen: p2m_free_ptp(T1)',
        'xen: p2m_free_ptp(T2)',
        'guest walker: read T2',
      ],
      onlyItsOwnMemory: [
        5,
        'guest walker: read the entry',
        'xen: atomic_write_ept_entry()',
        'xen: p2m_free_ptp(T1)',
        'guest walker: read T2',
        'guest walker: read T1',
      ],
    },
  },
  'not-deferred': { states: 24, transitions: 70 },
  fixed: { states: 24, transitions: 70 },
})
