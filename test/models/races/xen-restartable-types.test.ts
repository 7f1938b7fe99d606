import claimed, { commits } from '../../../properties/races/xen-restartable-types.ts'
import { judge } from './judged.ts'

const pin = (cpu: number) => `vcpu[${cpu}]: PIN_L2_TABLE(A)`
const restart = (cpu: number) => `vcpu[${cpu}]: restart: put_old_guest_table()`

// The appendix of the commit: V1 pins and fails, V2 does, V2 is restarted, V1 is.
const underflow = [pin(0), pin(1), restart(1), restart(0)]
// What it says an attacker wants: the last count of a page table that is in use.
const inUse = [pin(0), 'entry: becomes valid', pin(1), restart(0)]

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 81,
    transitions: 233,
    races: { noUnderflow: [4, ...underflow], pinnedIsTyped: [4, ...inUse], countIsThatOfReferences: [4, ...inUse] },
  },
  'checks-for-0': {
    states: 84,
    transitions: 240,
    races: {
      noUnderflow: [5, ...inUse, 'vcpu[0]: UNPIN_TABLE(A)?'],
      pinnedIsTyped: [4, ...inUse],
      countIsThatOfReferences: [4, ...inUse],
    },
  },
  fixed: { states: 81, transitions: 233 },
})
