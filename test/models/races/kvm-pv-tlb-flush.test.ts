import { describe, expect, test } from 'vitest'
import kvmPvTlbFlush from '../../../models/races/kvm-pv-tlb-flush.ts'
import properties, { commits } from '../../../properties/races/kvm-pv-tlb-flush.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => kvmPvTlbFlush.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', 'violated', 11, 238],
  ['fixed', 'holds', null, 152],
  ['no-copy', 'violated', 11, 238],
  ['guest-ors', 'violated', 10, 204],
  ['guest-writes', 'violated', 10, 204],
] as const)('%s', (variant, verdict, length, states) => {
  test(`is ${verdict}, in ${states} states`, async () => {
    const found = await settle(properties, settingsOf(variant))
    expect(found.states).toBe(states)
    expect(found.races.noUseAfterFree?.length ?? null).toBe(length)
    const { noUseAfterFree, noStaleTranslation, ...others } = found.verdicts
    expect([noUseAfterFree, noStaleTranslation]).toEqual([verdict, verdict])
    expect(Object.entries(others).filter(([, other]) => other !== 'holds')).toEqual([])
  })

  test('the oracle and the engine agree on every state', async () => {
    await explore(kvmPvTlbFlush, properties.properties, settingsOf(variant))
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant: $property $expected', async ({ variant, property, expected }) => {
  expect((await settle(properties, settingsOf(variant ?? 'fixed'))).verdicts[property]).toBe(expected)
})

test('as it was: the bit is set between the copy and the write back', async () => {
  const race = (await settle(properties, settingsOf('as-it-was'))).races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'vcpu1: fill',
      'host: record_steal_time(): copy the area',
      'vcpu0: pte_clear()',
      'vcpu0: state = READ_ONCE(src->preempted)',
      'vcpu0: try_cmpxchg(&src->preempted, state, state | KVM_VCPU_FLUSH_TLB)',
      'vcpu0: free the frame',
      'host: record_steal_time(): write the copy back',
      'host: enter vCPU 1',
      'vcpu1: use',
    ),
    race.join('\n'),
  ).toBe(true)
})

test.each(['or', 'plain write'] as const)('a guest that does not compare (%s) asks a host that has already looked', async (ask) => {
  const race = (await settle(properties, { ask })).races.noUseAfterFree ?? []
  const asked = race.findIndex((step) => step.includes('KVM_VCPU_FLUSH_TLB'))
  expect(asked, race.join('\n')).toBeGreaterThan(race.indexOf('host: enter vCPU 1'))
})
