import claimed, { commits } from '../../../properties/races/thp-mapcount.ts'
import { judge } from './judged.ts'

const lock = 'B: do_huge_pmd_wp_page(): lock_page()'
const inc = 'A: atomic_inc(&page[i]._mapcount)'
const dec = 'A: atomic_add_negative(-1, compound_mapcount)'
const readSubpages = 'B: read page[i]._mapcount'
const readCompound = 'B: read compound_mapcount'
const reuse = 'B: reuse: pmd_mkwrite()'

// The share of A is not yet with the subpages when these are read, and no longer with compound_mapcount when that is.
const missed = [lock, readSubpages, inc, dec, readCompound]
const dropped = [dec, lock, readSubpages, readCompound]

judge(claimed, commits.rows, {
  'as-it-was': { states: 85, transitions: 135, races: { reusedIsExclusive: [6, ...missed, reuse], neverTooFew: [5, ...missed] } },
  'decrement-first': {
    states: 75,
    transitions: 117,
    races: { reusedIsExclusive: [5, ...dropped, reuse], neverTooFew: [4, ...dropped] },
  },
  // A takes no lock there.
  'compound-read-first': { states: 69, transitions: 111, idle: ['lockIsGivenBack: at.A !== null'] },
  fixed: { states: 53, transitions: 72 },
})
