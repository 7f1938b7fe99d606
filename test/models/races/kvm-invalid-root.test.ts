import { expect, test } from 'vitest'
import kvmInvalidRoot from '../../../models/races/kvm-invalid-root.ts'
import claimed, { commits } from '../../../properties/races/kvm-invalid-root.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// The check, and then what makes its answer wrong.
const populated = [
  'vcpu: make_mmu_pages_available()',
  'vcpu: kvm_mmu_prepare_zap_page(P)',
  'vcpu: kvm_mmu_commit_zap_page()',
  'vcpu: kvm_mmu_get_child_sp(C)',
]
const zapped = [...populated, 'vcpu: free_obsolete_roots(): write_lock(mmu_lock)', 'vcpu: kvm_mmu_prepare_zap_page(X)']
const races = (check: readonly string[]) =>
  ({
    invalidNeverActive: [check.length + 5, ...check, ...populated],
    nothingBelowInvalid: [check.length + 5, ...check, ...populated],
    onOneList: [check.length + 8, ...check, ...zapped],
    freedIsOnNoList: [check.length + 9, ...check, ...zapped, 'vcpu: kvm_mmu_commit_zap_page()'],
  }) as const
const checked = ['vcpu: is_page_fault_stale()']

judge(claimed, commits.rows, {
  'before-5.9': {
    states: 47,
    transitions: 47,
    races: { invalidNeverActive: [2], nothingBelowInvalid: [6, ...checked, ...populated] },
  },
  'as-it-was': { states: 47, transitions: 47, races: races(checked) },
  'no-check': { states: 42, transitions: 44, races: races([]) },
  'invalid-not-inherited': { states: 47, transitions: 47, races: { nothingBelowInvalid: [6, ...checked, ...populated] } },
  fixed: { states: 43, transitions: 45 },
})

test('one thread is enough', async () => {
  const { races } = await settle(claimed, kvmInvalidRoot.variants?.['as-it-was'] ?? {})
  for (const race of Object.values(races)) expect((race ?? []).filter((step) => !step.startsWith('vcpu'))).toEqual([])
})
