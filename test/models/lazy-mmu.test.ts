/**
 * The claims C1b.2, C1b.5, C1b.6 and C1b.7 of the protocol: the verdicts that are expected, and the essential events of
 * the races.
 */
import { describe, expect, test } from 'vitest'
import lazyMmu from '../../models/lazy-mmu.ts'
import properties, { mails } from '../../properties/lazy-mmu.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { inOrder, settle } from './settle.ts'

const good = {
  noLostUpdate: 'holds',
  noUseAfterFree: 'holds',
  nothingQueuedOutsideTheLock: 'holds',
  noLostDirty: 'holds',
  noLostAccessed: 'holds',
  agingTakesEffect: 'holds',
  hypercallFills: 'holds',
  hardwareUsesAnEntryBeingCleared: 'holds',
  pageIsUsedInASection: 'holds',
  pageIsOldAgain: 'holds',
  writeProtectedPageIsRead: 'holds',
  everyTableHasUpdatesQueued: 'holds',
  pagesAreFreed: 'holds',
  deadlock: 'holds',
  assert: 'holds',
  range: 'holds',
}

test('the oracle and the engine agree on every state of it', async () => {
  const { states, depth } = await explore(lazyMmu, properties.properties, { cpus: 1, ptes: 1 }, 10)
  expect([states.length, depth]).toEqual([284, 16])
})

test.each(['shadow', 'tlb-flush-queued', 'fork', 'stores', 'stores-preserving', 'stores-shadow-xchg'] as const)(
  'the oracle and the engine agree on every state of %s',
  async (variant) => {
    const { states } = await explore(lazyMmu, properties.properties, { ...lazyMmu.variants?.[variant], cpus: 1, ptes: 1 }, 16)
    expect(states.length).toBeGreaterThan(100)
  },
)

test.each(
  mails.rows.map((row) => [`${row.sentence.id} ${row.variant ?? ''} ${JSON.stringify(row.settings ?? {})} ${row.property}`, row] as const),
)('%s', async (_, { variant, settings, property, expected }) => {
  const { verdicts } = await settle(properties, { ...lazyMmu.variants?.[variant ?? ''], ...settings })
  expect(verdicts[property]).toBe(expected)
})

describe('the read hazard (C1b.5)', () => {
  test('with default params an update is lost: an entry is read again while its update is still queued', async () => {
    const { verdicts, races, states } = await settle(properties)
    expect(verdicts).toEqual({ ...good, noLostUpdate: 'violated' })
    const race = races.noLostUpdate ?? []
    // One CPU is enough.
    expect(new Set(race.map((event) => event.split(':')[0])).size).toBe(1)
    expect(
      race.filter((event) => !event.includes('hypercall')),
      race.join('\n'),
    ).toEqual(expect.arrayContaining([expect.stringContaining('pte_wrprotect(old)'), expect.stringContaining('pte_mkold(old)')]))
    expect(
      inOrder(
        race.map((event) => event.replace(/^.*?: /, '').replace(/\d/, 'i')),
        'old = *pte',
        'queue pte[i] = pte_wrprotect(old)',
        'old = *pte',
        'queue pte[i] = pte_mkold(old)',
        'spin_unlock(ptl)',
      ),
    ).toBe(true)
    expect(states).toBeLessThan(100_000)
  })

  test('on one CPU too', async () => {
    expect((await settle(properties, { cpus: 1 })).verdicts).toEqual({ ...good, noLostUpdate: 'violated' })
  })

  test('everything holds if the queue is flushed before each read', async () => {
    expect((await settle(properties, lazyMmu.variants?.['flush-before-read'])).verdicts).toEqual(good)
  })

  test('and if a CPU changes one entry only before it leaves lazy mode', async () => {
    expect((await settle(properties, { updates: 1 })).verdicts).toEqual(good)
  })
})

describe('with shadow page tables', () => {
  test('there is no read hazard', async () => {
    expect((await settle(properties, lazyMmu.variants?.shadow)).verdicts).toEqual(good)
  })

  test('but what another CPU has queued before can still overwrite the shadow', async () => {
    const { verdicts, races } = await settle(properties, lazyMmu.variants?.['shadow-drain-after-unlock'])
    expect(verdicts).toEqual({ ...good, noLostUpdate: 'violated', noUseAfterFree: 'violated', nothingQueuedOutsideTheLock: 'violated' })
    expect(races.noLostUpdate?.at(-1)).toMatch(/arch_leave_lazy_mmu_mode/)
  })
})

describe('leaving lazy mode after the unlock (C1b.2)', () => {
  test('lets other CPUs race ahead of what is queued', async () => {
    const { verdicts, races } = await settle(properties, lazyMmu.variants?.['drain-after-unlock'])
    expect(verdicts).toEqual({ ...good, noLostUpdate: 'violated', noUseAfterFree: 'violated', nothingQueuedOutsideTheLock: 'violated' })
    // A CPU gives the lock back with an update queued; another takes it, and its change is overwritten later, by the
    // older update.
    const race = races.noLostUpdate ?? []
    expect(race.filter((event) => event.endsWith(': spin_lock(ptl)'))).toHaveLength(2)
    const first = race[0]?.split(':')[0] ?? ''
    expect(
      inOrder(race, `${first}: spin_lock(ptl)`, `${first}: spin_unlock(ptl)`, `${first}: arch_leave_lazy_mmu_mode()`),
      race.join('\n'),
    ).toBe(true)
    expect(race.at(-1)).toBe(`${first}: arch_leave_lazy_mmu_mode()`)
  })
})

describe('drain, then flush the TLB, then free (C1b.7)', () => {
  const settings = { flushBeforeRead: true }

  test('only that order is right', async () => {
    expect((await settle(properties, { ...settings, orderAtZap: 'drain-tlbFlush-free' })).verdicts).toEqual(good)
    for (const orderAtZap of [
      'drain-free-tlbFlush',
      'tlbFlush-drain-free',
      'tlbFlush-free-drain',
      'free-drain-tlbFlush',
      'free-tlbFlush-drain',
    ] as const)
      for (const mode of ['direct', 'shadow'] as const)
        expect((await settle(properties, { ...settings, mode, orderAtZap })).verdicts, `${mode} ${orderAtZap}`).toEqual({
          ...good,
          noUseAfterFree: 'violated',
        })
  })

  test('the walker refills the TLB from an entry whose clearing is still queued', async () => {
    const { races } = await settle(properties, lazyMmu.variants?.['flush-tlb-before-drain'])
    const race = races.noUseAfterFree ?? []
    expect(
      inOrder(race, 'munmap: flush_tlb_range()', 'user: load', 'munmap: arch_leave_lazy_mmu_mode()', 'munmap: free the pages'),
      race.join('\n'),
    ).toBe(true)
  })

  test('a TLB flush that is queued in the same batch comes behind the updates; freeing before the drain is no better for it', async () => {
    const variant = lazyMmu.variants?.['tlb-flush-queued']
    expect((await settle(properties, variant)).verdicts).toEqual(good)
    expect((await settle(properties, { ...variant, orderAtZap: 'tlbFlush-free-drain' })).verdicts).toEqual({
      ...good,
      noUseAfterFree: 'violated',
    })
  })

  test('a page that is freed before the TLB is flushed can still be reached through the TLB', async () => {
    const { races } = await settle(properties, lazyMmu.variants?.['free-before-tlb-flush'])
    const race = races.noUseAfterFree ?? []
    expect(inOrder(race, 'user: load', 'munmap: arch_leave_lazy_mmu_mode()', 'munmap: free the pages'), race.join('\n')).toBe(true)
  })

  test('a page that is freed before the drain is still mapped', async () => {
    const { races } = await settle(properties, lazyMmu.variants?.['free-before-drain'])
    expect(races.noUseAfterFree?.at(-1)).toBe('munmap: free the pages')
  })
})

describe('user code that stores while its entries are changed (C0.1)', () => {
  const of = async (variant: keyof NonNullable<typeof lazyMmu.variants>, more: object = {}) =>
    settle(properties, { ...lazyMmu.variants?.[variant], ...more })

  test('a dirty bit that is set while an update is queued is lost, and so is an accessed bit', async () => {
    const { verdicts, races } = await of('stores')
    expect(verdicts).toEqual({ ...good, noLostDirty: 'violated', noLostAccessed: 'violated' })
    const race = races.noLostDirty ?? []
    const cpu = race[0]?.split(':')[0] ?? ''
    expect(inOrder(race, `${cpu}: old = *pte`, 'user: store', `${cpu}: arch_leave_lazy_mmu_mode()`), race.join('\n')).toBe(true)
  })

  test('not if the entry is cleared meanwhile, nor with a shadow; a hypervisor that preserves them cannot age', async () => {
    expect((await of('stores-xchg')).verdicts).toEqual(good)
    expect((await of('stores-shadow-xchg')).verdicts).toEqual(good)
    expect((await of('stores-preserving')).verdicts).toEqual({ ...good, agingTakesEffect: 'violated' })
  })

  test('a shadow does not help a kernel that reads and writes in two accesses', async () => {
    expect((await of('stores-shadow-xchg', { rmw: 'read' })).verdicts).toEqual({
      ...good,
      noLostDirty: 'violated',
      noLostAccessed: 'violated',
    })
  })

  // Once nobody stored, and nobody asked whether a page that is aged becomes old.
  test.each([
    [
      'a write protection drops A and D',
      ['{ ...old, W: false }', '{ ...old, W: false, A: false, D: false }'],
      ['noLostDirty', 'noLostAccessed'],
    ],
    ['a page that is to be aged is not', ['{ ...old, A: false }', 'old'], ['agingTakesEffect', 'pageIsOldAgain']],
  ] as const)('%s', async (_, change, killers) => {
    for (const variant of ['stores-xchg', 'stores-shadow-xchg'])
      expect(violated(await changed('lazy-mmu', change, { variant })), variant).toEqual(killers)
  })

  // Once what a CPU has skipped was not something that it had meant to do.
  test('an entry that is queued is empty, and a CPU that reads it without a flush skips it', async () => {
    expect((await of('stores-xchg', { flushBeforeRead: false })).verdicts.noLostUpdate).toBe('violated')
  })

  test.each([
    ['walks of loads', ['      load: function* (s) {', '      load: function* (s) {\n        when(false)'], ['writeProtectedPageIsRead']],
    ['evictions', ['        when(loadHits(s.tlb, page))\n        flush', '        when(false)\n        flush'], ['pageIsOldAgain']],
  ] as const)('nothing is shown without %s', async (_, change, killers) => {
    expect(violated(await changed('lazy-mmu', change, { variant: 'stores-xchg' }))).toEqual(killers)
  })
})

describe('fork: two tables under two locks', () => {
  test.each(['direct', 'shadow'] as const)('everything holds if lazy mode is left under both, %s', async (mode) => {
    const settings = { ...lazyMmu.variants?.fork, mode }
    expect((await settle(properties, settings)).verdicts).toEqual(good)
    // More entries than a batch has room for.
    expect((await settle(properties, { ...settings, ptes: 2 })).verdicts).toEqual(good)
  })

  test("under the child's alone, what munmap() clears in the parent's table is written again", async () => {
    const { races } = await settle(properties, lazyMmu.variants?.['fork-leave-after-parent-unlock'])
    const race = races.noUseAfterFree ?? []
    expect(
      inOrder(race, 'fork: spin_unlock(src_ptl)', 'munmap: spin_lock(ptl)', 'munmap: free the pages') ||
        inOrder(race, 'fork: spin_unlock(src_ptl)', 'munmap: spin_lock(ptl)', 'fork: arch_leave_lazy_mmu_mode()'),
      race.join('\n'),
    ).toBe(true)
  })

  test("under the parent's alone, reclaim finds the child's entry empty, and it is not", async () => {
    const { races } = await settle(properties, lazyMmu.variants?.['fork-leave-after-child-unlock'])
    const race = races.noLostUpdate ?? []
    expect(
      inOrder(race, 'fork: spin_unlock(dst_ptl)', 'reclaim: pte_clear(dst_pte), at once', 'fork: arch_leave_lazy_mmu_mode()'),
      race.join('\n'),
    ).toBe(true)
  })
})

describe('each means of protection decides a verdict', () => {
  type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

  /**
   * The property whose verdict flips, settings in which it holds, and the value of the knob, alone, that violates it.
   */
  const flips = {
    updates: ['noLostUpdate', { updates: 1 }, 2],
    mode: ['noLostUpdate', { mode: 'shadow' }, 'direct'],
    flushBeforeRead: ['noLostUpdate', { flushBeforeRead: true }, false],
    drainBeforeUnlock: ['nothingQueuedOutsideTheLock', { ptes: 1, updates: 1 }, false],
    orderAtZap: ['noUseAfterFree', {}, 'drain-free-tlbFlush'],
    rmw: ['noLostDirty', { ptes: 1, flushBeforeRead: true, userStores: true, rmw: 'xchg' }, 'read'],
    fork: [
      'noLostUpdate',
      { ptes: 1, cpus: 1, flushBeforeRead: true, fork: 'leave before the unlocks' },
      "leave after the parent's unlock",
    ],
    userStores: ['noLostDirty', { ptes: 1, flushBeforeRead: true }, true],
    tlbFlushQueuedInSameBatch: ['noUseAfterFree', { orderAtZap: 'tlbFlush-drain-free', tlbFlushQueuedInSameBatch: true }, false],
  } as const satisfies Partial<Record<keyof typeof lazyMmu.params, readonly [string, Settings, string | number | boolean]>>

  test.each(Object.entries(flips))('%s', async (knob, [property, good, bad]) => {
    const worse: Settings = { ...good, [knob]: bad }
    expect((await settle(properties, good)).verdicts[property]).toBe('holds')
    expect((await settle(properties, worse)).verdicts[property]).toBe('violated')
  })

  test('and none is left out', () => {
    const sizes = ['cpus', 'ptes', 'depth']
    expect([...Object.keys(flips), ...sizes].sort()).toEqual(Object.keys(lazyMmu.params).sort())
  })
})
