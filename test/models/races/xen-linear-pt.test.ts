import claimed, { commits } from '../../../properties/races/xen-linear-pt.ts'
import { judge } from './judged.ts'

// As told: a translation of the linear mapping, MMU_UPDATE without a flush, the type dropped, a write through it.
const race = (cpu: number, ...between: readonly string[]) => [
  `cpu[${cpu}]: fill: linear mapping`,
  'guest: MMU_UPDATE: L2 entry := B',
  ...between,
  `cpu[${cpu}]: UPDATE_VA_MAPPING`,
]
const dropped = 'guest: put_page_type(A): writable by the guest'
const returned = 'guest: MMU_UPDATE returns'
const flushed = 'guest: flush_tlb_local()'

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 47,
    transitions: 125,
    races: { entriesLandInTables: [4, ...race(1, dropped)], entriesLandWhereTheyShould: [5, ...race(0, dropped, returned)] },
  },
  'as-it-was-one-cpu': {
    states: 13,
    transitions: 19,
    races: { entriesLandInTables: [5, ...race(0, dropped, returned)], entriesLandWhereTheyShould: [5, ...race(0, dropped, returned)] },
  },
  'flushes-this-cpu': {
    states: 42,
    transitions: 117,
    races: {
      entriesLandInTables: [5, ...race(1, flushed, dropped)],
      entriesLandWhereTheyShould: [6, ...race(1, flushed, dropped, returned)],
    },
  },
  'flushes-late': { states: 53, transitions: 151, races: { entriesLandInTables: [4, ...race(1, dropped)] } },
  fixed: { states: 33, transitions: 98 },
})
