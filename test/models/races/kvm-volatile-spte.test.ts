import claimed, { commits } from '../../../properties/races/kvm-volatile-spte.ts'
import { judge } from './judged.ts'

// The diagram: KVM reads; the hardware sets D; KVM writes. Then no flush, and stores that nobody logs.
const lost = (write: string) => [3, 'kvm: old = READ_ONCE(spte)', 'vcpu: store', `kvm: ${write}(spte, new)`] as const
const unlogged = (write: string) =>
  [
    7,
    ...lost(write).slice(1).map(String),
    'kvm: get_dirty_log: xchg(bitmap, 0)',
    'kvm: clear_dirty: test and clear D',
    'kvm: copy the page',
    'vcpu: store',
  ] as const

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 56,
    transitions: 119,
    races: { noDirtyPageIsLost: lost('WRITE_ONCE'), dirtyLogIsComplete: unlogged('WRITE_ONCE') },
  },
  'xchg-read-before': {
    states: 56,
    transitions: 119,
    races: { noDirtyPageIsLost: lost('xchg'), dirtyLogIsComplete: unlogged('xchg') },
  },
  xchg: { states: 54, transitions: 118, races: { dirtyLogIsComplete: unlogged('xchg') } },
  fixed: { states: 34, transitions: 72 },
  'invalidate-as-it-was': { states: 23, transitions: 35, races: { noDirtyPageIsLost: lost('WRITE_ONCE') } },
  'invalidate-read-before': { states: 23, transitions: 35, races: { noDirtyPageIsLost: lost('xchg') } },
  'invalidate-fixed': { states: 15, transitions: 23, idle: ['dirtyLogIsComplete: s.logged'] },
})
