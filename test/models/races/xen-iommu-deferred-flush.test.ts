import { expect, test } from 'vitest'
import xenIommuDeferredFlush from '../../../models/races/xen-iommu-deferred-flush.ts'
import claimed, { commits } from '../../../properties/races/xen-iommu-deferred-flush.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// As 5777a3742d tells it: whoever removes the page flushes where it is, and not where it was.
const movedPage = [
  'device[0]: fill',
  'vcpu0: guest_physmap_remove_page(a)',
  'vcpu0: guest_physmap_add_page(b)',
  'vcpu0: put_page()',
  'vcpu1: remove: unmap',
  'vcpu1: remove: iommu_iotlb_flush()',
  'vcpu1: remove: put_page()',
  'device[0]: use',
]
// As dea460d869 does: the page that is displaced is freed by the mover.
const displacedPage = ['device[1]: fill', 'vcpu0: guest_remove_page(b): unmap', 'vcpu0: guest_remove_page(b): put_page()', 'device[1]: use']

judge(claimed, commits.rows, {
  'before-2011': { states: 101, transitions: 296 },
  'as-it-was': {
    states: 374,
    transitions: 1268,
    races: { noDmaToMovedPage: [13, ...movedPage], noDmaToDisplacedPage: [5, ...displacedPage], freedPageIsFlushed: [4] },
  },
  'reference-alone': {
    states: 350,
    transitions: 1160,
    races: { noDmaToDisplacedPage: [5, ...displacedPage], freedPageIsFlushed: [4] },
  },
  'flush-alone': { states: 180, transitions: 564, races: { noDmaToMovedPage: [14, ...movedPage], freedPageIsFlushed: [13] } },
  fixed: { states: 168, transitions: 520 },
})

test('the displaced page needs no second virtual CPU', async () => {
  const race = (await settle(claimed, xenIommuDeferredFlush.variants?.['as-it-was'] ?? {})).races.noDmaToDisplacedPage ?? []
  expect(race.filter((step) => step.startsWith('vcpu1'))).toEqual([])
})
