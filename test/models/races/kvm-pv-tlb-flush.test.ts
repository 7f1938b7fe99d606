import { expect, test } from 'vitest'
import properties, { commits } from '../../../properties/races/kvm-pv-tlb-flush.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The bit is set between the copy and the write back.
const lost = [
  'vcpu1: fill',
  'host: record_steal_time(): copy the area',
  'vcpu0: pte_clear()',
  'vcpu0: state = READ_ONCE(src->preempted)',
  'vcpu0: try_cmpxchg(&src->preempted, state, state | KVM_VCPU_FLUSH_TLB)',
  'vcpu0: free the frame',
  'host: record_steal_time(): write the copy back',
  'host: enter vCPU 1',
  'vcpu1: use',
]

// The vCPU is loaded, and runs, between the look at the word and the store to it.
const late = ['vcpu0: state = READ_ONCE(src->preempted)', 'host: record_steal_time(): xchg(&shared->preempted, 0)', 'host: enter vCPU 1']

judge(properties, commits.rows, {
  'as-it-was': { states: 238, transitions: 500, races: { noUseAfterFree: [11, ...lost], noStaleTranslation: [10] } },
  fixed: { states: 152, transitions: 320 },
  'no-copy': { states: 238, transitions: 500, races: { noUseAfterFree: [11], noStaleTranslation: [10] } },
  'guest-ors': {
    states: 204,
    transitions: 436,
    races: { noUseAfterFree: [10], noStaleTranslation: [9], wordOfRunningIsZero: [7, ...late] },
  },
  'guest-writes': {
    states: 204,
    transitions: 436,
    races: { noUseAfterFree: [10], noStaleTranslation: [9], wordOfRunningIsZero: [7, ...late] },
  },
})

test.each(['or', 'plain write'] as const)('a guest that does not compare (%s) asks a host that has already looked', async (ask) => {
  const race = (await settle(properties, { ask })).races.noUseAfterFree ?? []
  const asked = race.findIndex((step) => step.includes('KVM_VCPU_FLUSH_TLB'))
  expect(asked, race.join('\n')).toBeGreaterThan(race.indexOf('host: enter vCPU 1'))
})
