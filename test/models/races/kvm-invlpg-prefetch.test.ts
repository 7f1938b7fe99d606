import claimed, { commits } from '../../../properties/races/kvm-invlpg-prefetch.ts'
import { judge } from './judged.ts'

// The diagram: v0 zaps and reads the entry without the lock; v1 changes it, invalidates and prefetches; v0 installs.
const race = [
  'bystander: zap spte, invlpg_counter++',
  'bystander: kvm_read_guest(gpte)',
  'writer: the guest writes gpte',
  'writer: zap spte, invlpg_counter++',
  'writer: install spte',
  'bystander: install spte',
] as const

// Earlier, v0 installs it when v1 has zapped, and its own prefetch is still to come.
const early = [
  'bystander: kvm_read_guest(gpte)',
  'writer: the guest writes gpte',
  'writer: zap spte, invlpg_counter++',
  'bystander: install spte',
] as const

judge(claimed, commits.rows, {
  'as-it-was': { states: 84, transitions: 111, races: { noStaleSpte: [14, ...race], oldEntryStaysAway: [10, ...early] } },
  'no-prefetch': { states: 16, transitions: 19, idle: ['noStaleSpte: s.spte === s.gpte'] },
  fixed: { states: 152, transitions: 222 },
  'counter-read-late': {
    states: 167,
    transitions: 239,
    races: {
      noStaleSpte: [16, ...race.slice(0, -1), 'bystander: kvm_mmu_pte_write(): read invlpg_counter', 'bystander: install spte'],
      oldEntryStaysAway: [11, ...early],
    },
  },
  'compared-before-the-lock': {
    states: 236,
    transitions: 366,
    races: {
      noStaleSpte: [18, ...race.slice(0, 2), 'bystander: compare invlpg_counter', ...race.slice(2)],
      oldEntryStaysAway: [12, ...early],
    },
  },
})
