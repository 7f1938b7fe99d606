/**
 * Models of the repository: what the explicit engine finds to hold is proved, with certificates that Z3 accepts; the
 * rest is reached.
 */
import { expect, test } from 'vitest'
import lazyMmu from '../../../properties/lazy-mmu.ts'
import machShootdown from '../../../properties/mach-shootdown.ts'
import mmuNotifierCow from '../../../properties/mmu-notifier-cow.ts'
import pteModify from '../../../properties/pte-modify.ts'
import shadowWalk from '../../../properties/shadow-walk.ts'
import tlbShootdown from '../../../properties/tlb-shootdown.ts'
import twoPhaseCommit from '../../../properties/two-phase-commit.ts'
import { createCertificate } from '../../../src/symbolic/certificate/certificate.ts'
import { checkCertificate, checkInvariant } from '../../../src/symbolic/certificate/check-certificate.ts'
import { minimise } from '../../../src/symbolic/certificate/minimise.ts'
import { prove } from '../../../src/symbolic/ic3/ic3.ts'
import { proveByInduction } from '../../../src/symbolic/search/induction.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { type Claimed, exported, type Settings } from '../exported.ts'

const z3 = await loadSolver('z3')
const cadical = await loadSolver('cadical')

const subjects: readonly (readonly [string, Claimed, string | null, Settings])[] = [
  ['two-phase-commit', twoPhaseCommit, null, {}],
  ['tlb-shootdown', tlbShootdown, null, {}],
  ['tlb-shootdown', tlbShootdown, 'no-wait', {}],
  ['pte-modify', pteModify, null, {}],
  ['pte-modify', pteModify, 'stray-bits', {}],
  ['mmu-notifier-cow', mmuNotifierCow, null, {}],
  ['mmu-notifier-cow', mmuNotifierCow, 'notify-at-range-end', {}],
  ['shadow-walk', shadowWalk, 'before-the-patch', {}],
  ['lazy-mmu', lazyMmu, 'flush-before-read', {}],
  ['lazy-mmu', lazyMmu, 'drain-after-unlock', {}],
  ['mach-shootdown', machShootdown, null, { cpus: 2, pmaps: 1, entries: 2 }],
]

test.each(subjects)('$0, variant $2, $3', { timeout: 120_000 }, async (_, claimed, variant, settings) => {
  const { system, translation, lengths } = await exported(claimed, variant, settings)
  const { circuit } = translation
  const safety = lengths.filter(([{ kind }]) => kind !== 'sometimes')
  const never = new Set(safety.filter(([, length]) => length === null).map(([target]) => target))
  const targets = safety.map(([target]) => target)
  const found = prove(circuit, targets, cadical)
  expect(found.open).toEqual([])
  expect(new Set(found.proved)).toEqual(never)
  for (const { target, steps } of found.reached) {
    expect(steps.length).toBeGreaterThanOrEqual(safety.find(([t]) => t === target)?.[1] ?? Number.NaN)
  }
  expect(checkInvariant(translation, found.invariant, found.proved, z3)).toBeNull()
  const small = minimise(circuit, found.proved, found.invariant, cadical)
  const certificate = createCertificate(system, { engine: '1', variant, params: settings }, found.proved, small)
  expect(checkCertificate(system, translation, certificate, z3)).toBeNull()

  const induction = proveByInduction(circuit, targets, cadical, { maxK: 3, paths: 'any' })
  for (const target of induction.proved.keys()) expect(never).toContain(target)
  for (const [target, length] of safety) if (length !== null && length <= 3) expect(induction.reached.get(target)).toBe(length)
})
