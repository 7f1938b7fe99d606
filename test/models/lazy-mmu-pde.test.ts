/**
 * The claims C1b.3 and C1b.4 of the protocol: the verdicts that are expected, and the essential events of the races.
 */
import { describe, expect, test } from 'vitest'
import lazyMmuPde from '../../models/lazy-mmu-pde.ts'
import properties, { mails } from '../../properties/lazy-mmu-pde.ts'
import { explore } from '../semantics/harness.ts'
import { inOrder, settle } from './settle.ts'

const variant = (name: keyof NonNullable<typeof lazyMmuPde.variants>) => lazyMmuPde.variants?.[name]

const violatedOf = (verdicts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(verdicts).flatMap(([name, verdict]) => (verdict === 'holds' ? [] : [name]))

/** The race with its first CPU called A, and the other one B. */
const withRoles = (race: readonly string[] = []): readonly string[] => {
  const first = race[0]?.split(':')[0] ?? ''
  return race.map((event) => event.replace(/^(cpu\[\d\])/, (cpu) => (cpu === first ? 'A' : 'B')))
}

test.each(['pde-deferred', 'shadow-pde-deferred'] as const)('the oracle and the engine agree on every state of %s', async (name) => {
  const { states } = await explore(lazyMmuPde, properties.properties, { pages: 1, ...variant(name) }, 99)
  expect(states.length).toBeGreaterThan(100)
})

test.each(mails.rows.map((row) => [`${row.sentence.id} ${row.variant ?? ''} ${row.property}`, row] as const))(
  '%s',
  async (_, { variant: name, settings, property, expected }) => {
    const { verdicts } = await settle(properties, { ...lazyMmuPde.variants?.[name ?? ''], ...settings })
    expect(verdicts[property]).toBe(expected)
  },
)

test('with the parent entry not deferred, everything holds, for direct and for shadow page tables', async () => {
  for (const settings of [{}, { mode: 'shadow' as const }, { cpus: 3 }])
    expect(violatedOf((await settle(properties, settings)).verdicts), JSON.stringify(settings)).toEqual([])
})

describe('a deferred parent entry, direct page tables (C1b.4, reading D)', () => {
  test('two CPUs each link a page table, the later one wins, and what is in the other one is lost', async () => {
    const { races } = await settle(properties, variant('pde-deferred-cached-pointer'))
    const race = withRoles(races.noLostPageTable)
    const shown = race.join('\n')
    expect(race.filter((event) => event.endsWith('queue pmd_populate()')).length, shown).toBe(2)
    for (const cpu of ['A', 'B'])
      expect(
        inOrder(race, `${cpu}: page fault: pmd_none(*pmd)?`, `${cpu}: queue pmd_populate()`, `${cpu}: arch_leave_lazy_mmu_mode()`),
        shown,
      ).toBe(true)
    // Each finds the entry none before either has written it.
    const lastPopulate = race.findLastIndex((event) => event.endsWith('queue pmd_populate()'))
    expect(race.findIndex((event) => event.endsWith('arch_leave_lazy_mmu_mode()'))).toBeGreaterThan(lastPopulate)
  })

  test('on one CPU all is well, unless it reads back what it has queued', async () => {
    for (const name of ['pde-deferred-up', 'pde-deferred-up-cached-pointer'] as const)
      expect(violatedOf((await settle(properties, variant(name))).verdicts), name).toEqual([])
    const { verdicts, races } = await settle(properties, variant('vmalloc-fault-2013'))
    expect(verdicts.assert).toBe('violated')
    expect(inOrder(races.assert ?? [], 'cpu[0]: queue pmd_populate()'), races.assert?.join('\n')).toBe(true)
    expect(races.assert?.at(-1)).toMatch(/pte_offset_map/)
  })
})

describe('a deferred parent entry, shadow page tables (C1b.4, reading S)', () => {
  test("no page table is lost, but the other CPU's handler is done and it faults again", async () => {
    const { verdicts, races } = await settle(properties, variant('shadow-pde-deferred'))
    expect(violatedOf(verdicts)).toEqual(['spuriousFaultIsResolvedUnderPtl', 'noRefault'])
    const race = withRoles(races.noRefault)
    const shown = race.join('\n')
    const [populating, other] = race.includes('A: pmd_populate(), hypervisor to be told') ? ['A', 'B'] : ['B', 'A']
    expect(
      inOrder(
        race,
        `${populating}: pmd_populate(), hypervisor to be told`,
        `${other}: spin_lock(ptl)`,
        `${other}: return from the fault: touch the page again`,
      ),
      shown,
    ).toBe(true)
    expect(race, shown).not.toContain(`${populating}: arch_leave_lazy_mmu_mode()`)
  })

  test('on one CPU all is well', async () => {
    expect(violatedOf((await settle(properties, variant('shadow-pde-deferred-up'))).verdicts)).toEqual([])
  })
})

test('a handler that does not look again under the lock maps a second page over the first (C1b.3)', async () => {
  const { verdicts, races } = await settle(properties, variant('handler-does-not-recheck'))
  expect(violatedOf(verdicts)).toEqual(['noMappingReplaced'])
  const race = (races.noMappingReplaced ?? []).filter((event) => /pte_none\(pte|queue set_pte/.test(event))
  expect(race.map((event) => event.replace(/^cpu\[\d\]: /, '').replace(/\[\d\]/, '[i]'))).toEqual([
    'pte_none(pte[i])?',
    'pte_none(pte[i])?',
    'queue set_pte(pte[i])',
    'queue set_pte(pte[i])',
  ])
})

describe('each knob decides a verdict', () => {
  type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

  /**
   * The property whose verdict flips, settings in which it holds, and the value of the knob, alone, that violates it.
   */
  const flips = {
    cpus: ['noLostPageTable', { pdeDeferred: true, cpus: 1 }, 2],
    // A page table that holds no other page than the one that it is replaced with is no loss.
    pages: ['noLostPageTable', { pdeDeferred: true, pdeReadBack: 'cachedPointer', pages: 1 }, 2],
    mode: ['noLostPageTable', { pdeDeferred: true, pdeReadBack: 'cachedPointer', mode: 'shadow' }, 'direct'],
    pdeDeferred: ['noLostPageTable', {}, true],
    pdeReadBack: ['assert', { pdeDeferred: true, cpus: 1 }, 'none'],
    handlerRechecksUnderPtl: ['noMappingReplaced', {}, false],
  } as const satisfies Record<keyof typeof lazyMmuPde.params, readonly [string, Settings, string | number | boolean]>

  test.each(Object.entries(flips))('%s', async (knob, [property, good, bad]) => {
    const worse: Settings = { ...good, [knob]: bad }
    expect((await settle(properties, good)).verdicts[property]).toBe('holds')
    expect((await settle(properties, worse)).verdicts[property]).toBe('violated')
  })

  test('and none is left out', () => {
    expect(Object.keys(flips).sort()).toEqual(Object.keys(lazyMmuPde.params).sort())
  })
})
