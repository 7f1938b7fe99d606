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
// The same steps, with an L3 entry.
const l3 = (steps: readonly string[]) => steps.map((step) => step.replace('L2 entry := B', 'L3 entry := that of B'))
const april2021 = {
  entriesLandInTables: [4, ...l3(race(1, dropped))],
  entriesLandWhereTheyShould: [5, ...l3(race(0, dropped, returned))],
} as const
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
  'april-2021': { states: 47, transitions: 125, races: april2021 },
  'april-2021-reload': { states: 73, transitions: 218, races: april2021 },
  'l3-fixed': { states: 33, transitions: 98 },
  fixed: { states: 33, transitions: 98 },
})
