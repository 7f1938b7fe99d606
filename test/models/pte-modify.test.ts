import { describe, expect, test } from 'vitest'
import pteModify from '../../models/pte-modify.ts'
import properties, { mails } from '../../properties/pte-modify.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder } from './settle.ts'

type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

const settled = async (property: string, { variant, settings = {} }: { variant?: string; settings?: Settings } = {}) => {
  const report = await check(properties, {
    variant: variant ?? null,
    settings: Object.entries(settings),
    properties: [property],
    stuck: 'violation',
  })
  const found = report.properties.find(({ name }) => name === property)
  const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label.replace(/ \(\d+\)$/, '')}`) ?? []
  return {
    verdict: found?.verdict,
    race,
    loop: found?.loop ?? null,
    states: report.states,
    message: `${found?.established}\n${race.join('\n')}`,
  }
}

describe('the mails', () => {
  test.each(
    mails.rows.map(
      (row) => [`${row.sentence.id} ${row.variant ?? JSON.stringify(row.settings ?? 'default')} ${row.property}`, row] as const,
    ),
  )('%s', async (_, row) => {
    const { verdict, message, states } = await settled(row.property, row)
    expect(verdict, message).toBe(row.expected)
    expect(states).toBeLessThan(20_000)
  })

  test('name properties and variants that there are', () => {
    for (const { property, variant } of mails.rows) {
      expect([...Object.keys(properties.properties), 'assert']).toContain(property)
      if (variant !== undefined) expect(Object.keys(pteModify.variants ?? {})).toContain(variant)
    }
  })
})

test.each(['drain-after-unlock', 'unmap-without-the-xen-lock', 'stray-bits'])(
  'the oracle and the engine agree on every state of %s',
  async (variant) => {
    const { states } = await explore(pteModify, {}, pteModify.variants?.[variant], 10)
    expect(states.length).toBeGreaterThan(50)
  },
  30_000,
)

test('by default everything holds, with two entries too', async () => {
  for (const ptes of [1, 2]) {
    const report = await check(properties, { settings: [['ptes', ptes]] })
    expect(report.properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name)).toEqual([])
    // User code cannot even see the change.
    expect(report.neverFired.map(({ text }) => text)).toEqual(['page fault: not present'])
  }
})

test('the dangerous windows are entered in every variant', async () => {
  for (const variant of Object.keys(pteModify.variants ?? {})) {
    const report = await check(properties, { variant })
    const windows = report.properties.filter(({ kind }) => kind === 'sometimes')
    expect(windows).toHaveLength(7)
    expect(
      windows.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name),
      variant,
    ).toEqual([])
  }
})

describe('races', () => {
  test.each(['naive', 'batched-without-preserving'])('%s: a store between the read and the write is forgotten (C0.1)', async (variant) => {
    const { race, message } = await settled('noLostDirty', { variant })
    const write = variant === 'naive' ? 'mprotect: *pte = new' : 'mprotect: Xen: *pte = new'
    expect(inOrder(race, 'mprotect: old = *pte', 'user: store', write), message).toBe(true)
    expect(race.at(-1)).toBe(write)
  })

  test('an xchg that is emulated by a read and a write loses the store between them (C0.8)', async () => {
    const { race, message } = await settled('noLostDirty', { variant: 'xchg-emulated-in-two' })
    expect(
      inOrder(race, 'mprotect: trap on xchg(pte, 0): emulator reads *pte', 'user: store', 'mprotect: emulator: *pte = 0'),
      message,
    ).toBe(true)
  })

  test('without its lock the hypervisor finds the entry unmapped under its hands, and asserts (C0.3)', async () => {
    const { race, message } = await settled('assert', { variant: 'unmap-without-the-xen-lock' })
    expect(
      inOrder(race, 'mprotect: Xen: old = *pte', 'other: Xen: *pte = 0', 'mprotect: Xen: cmpxchg(pte, old, new | old.AD)'),
      message,
    ).toBe(true)
  })

  test('three attempts: a load before the first, a store before the second (C0.4)', async () => {
    // The witness of what can happen is the violation of its denial.
    const report = await check(properties, { properties: [], invariants: ['(s, p) => s.attempts <= 2'] })
    const race =
      report.properties.find(({ verdict }) => verdict === 'violated')?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
    const attempt = 'mprotect: Xen: cmpxchg(pte, old, new | old.AD)'
    expect(inOrder(race, 'mprotect: Xen: old = *pte', 'user: load', attempt, 'user: store', attempt, attempt), race.join('\n')).toBe(true)
  })

  test('where A is cleared without the lock, the loop can go on for ever (C0.4)', async () => {
    const { race, loop, message } = await settled('cmpxchgTerminates', { variant: 'aging-without-the-xen-lock' })
    expect(loop, message).not.toBeNull()
    const cycle = race.slice(loop ?? 0)
    expect(cycle).toContain('other: Xen: *pte &= ~A')
    expect(cycle).toContain('mprotect: Xen: cmpxchg(pte, old, new | old.AD)')
    expect(cycle.filter((event) => event.startsWith('user: '))).not.toEqual([])
  })

  test('an update that is issued after the unlock maps again what was unmapped meanwhile (C0.7)', async () => {
    const { race, message } = await settled('noResurrection', { variant: 'drain-after-unlock' })
    expect(
      inOrder(
        race,
        'mprotect: old = *pte',
        'mprotect: spin_unlock(ptl)',
        'other: spin_lock(ptl)',
        'other: Xen: *pte = 0',
        'mprotect: Xen: old = *pte',
        'mprotect: Xen: cmpxchg(pte, old, new | old.AD)',
      ),
      message,
    ).toBe(true)
  })

  test('a flush that comes after the unlock, and one that is left out as there is nothing to change (3ea277194daa)', async () => {
    const { race, message } = await settled('protectionEffective', { variant: 'parallel-reclaim-2017' })
    expect(
      inOrder(
        race,
        'user: store',
        'other: Xen: *pte = 0',
        'other: spin_unlock(ptl)',
        'mprotect: old = *pte',
        'mprotect: return from mprotect()',
      ),
      message,
    ).toBe(true)
    expect(race).not.toContain('mprotect: flush_tlb_range()')
    expect(race).not.toContain('other: flush_tlb_page()')
  })

  test('hardware that does not check again sets D in the cleared entry, where set_pte overwrites it', async () => {
    const { race, message } = await settled('noLostDirty', { variant: 'stray-bits' })
    expect(
      inOrder(
        race,
        'user: walk: read *pte',
        'mprotect: old = xchg(pte, 0)',
        'user: walk: set A and D, come what may',
        'mprotect: set_pte(pte, new)',
      ),
      message,
    ).toBe(true)
  })
})

describe('changes that once nobody noticed', () => {
  const safe = async (variant: string) => violated(await check(properties, { variant }))

  test('the other CPU does not flush: protectionEffective once made an exception of unmapped pages', async () => {
    expect(await safe('unmap-under-the-ptl')).toEqual([])
    const report = await changed('pte-modify', ['  flush(s.tlb, at)\n  s.walking', '  s.walking'], { variant: 'unmap-under-the-ptl' })
    expect(violated(report)).toEqual(['noUseAfterFree'])
  })

  test('mprotect() flushes after the unlock: the other CPU once always flushed by itself', async () => {
    expect(await safe('second-writer-skips-flush')).toEqual([])
    const late: [string, string] = [
      `      if (p.flushBeforeUnlock && flushes) yield* flushRange(s, p)
      if (p.ptlHeldUntilDrain) yield* release(s.ptl, kernel, 'spin_unlock(ptl)')
`,
      `      if (p.ptlHeldUntilDrain) yield* release(s.ptl, kernel, 'spin_unlock(ptl)')
      if (p.flushBeforeUnlock && flushes) yield* flushRange(s, p)
`,
    ]
    const report = await changed('pte-modify', late, { variant: 'second-writer-skips-flush' })
    expect(violated(report)).toEqual(['writeProtectionEffective'])
  })

  test('mprotect() changes nothing', async () => {
    const report = await changed('pte-modify', ['return { ...old, W: false }', 'return old'])
    expect(violated(report)).toEqual(['protectionEffective', 'staleWritableTranslation'])
  })
})

test("Xen's lock is not needed where every writer holds the page-table lock", async () => {
  const without: [string, string] = [
    "    if (p.xenLock) yield* acquire(s.xenLock, kernel, 'hypercall mmu_update: Xen takes its lock')\n    else yield 'hypercall mmu_update'\n",
    "    yield 'hypercall mmu_update: Xen takes its lock'\n    s.xenLock.owner = kernel\n",
  ]
  const report = await changed('pte-modify', without, { variant: 'unmap-under-the-ptl' })
  expect(violated(report)).toEqual([])
  expect(report.states).toBe((await check(properties, { variant: 'unmap-under-the-ptl' })).states)
})

/** Each knob decides something: two settings that differ in it alone, and the property whose verdict it flips. */
const knobs: Record<Exclude<keyof Settings, undefined>, readonly [property: string, holds: Settings, violated: Settings]> = {
  rmw: ['noLostDirty', {}, { rmw: 'naive' }],
  change: ['absentEntryHasNoBits', {}, { change: 'swap out' }],
  xenLock: [
    'cmpxchgTerminates',
    { otherWriter: 'age', otherTakesPtl: false },
    { otherWriter: 'age', otherTakesPtl: false, xenLock: false },
  ],
  ptlHeldUntilDrain: ['noResurrection', { otherWriter: 'unmap' }, { otherWriter: 'unmap', ptlHeldUntilDrain: false }],
  tlbFlushAfterCommit: ['protectionEffective', {}, { tlbFlushAfterCommit: false }],
  otherWriter: ['noResurrection', { ptlHeldUntilDrain: false }, { ptlHeldUntilDrain: false, otherWriter: 'unmap' }],
  otherTakesPtl: ['noResurrection', { otherWriter: 'unmap' }, { otherWriter: 'unmap', otherTakesPtl: false }],
  hwStrayAD: ['noLostDirty', { rmw: 'xchg' }, { rmw: 'xchg', hwStrayAD: true }],
  flushBeforeUnlock: [
    'protectionEffective',
    { otherWriter: 'unmap', flushSkipped: 'where nothing changed' },
    { otherWriter: 'unmap', flushSkipped: 'where nothing changed', flushBeforeUnlock: false },
  ],
  flushSkipped: [
    'noUseAfterFree',
    { rmw: 'xchg', change: 'swap out', otherWriter: 'unmap', flushBeforeUnlock: false },
    { rmw: 'xchg', change: 'swap out', otherWriter: 'unmap', flushBeforeUnlock: false, flushSkipped: 'where nothing changed' },
  ],
  flushInBatch: ['cheaperThanOutOfSync', { ptes: 3 }, { ptes: 3, flushInBatch: true }],
  user: ['noLostDirty', { rmw: 'naive', user: false }, { rmw: 'naive' }],
  ptes: ['cheaperThanTwoTraps', { ptes: 2, rmw: 'xchg, batched set' }, { ptes: 1, rmw: 'xchg, batched set' }],
  batchSize: ['cheaperThanTwoTraps', { ptes: 2, rmw: 'xchg, batched set' }, { ptes: 2, rmw: 'xchg, batched set', batchSize: 1 }],
}

test.each(Object.entries(knobs))('the knob %s decides a verdict', async (_, [property, good, bad]) => {
  const better = await settled(property, { settings: good })
  const worse = await settled(property, { settings: bad })
  expect([better.verdict, worse.verdict], worse.message).toEqual(['holds', 'violated'])
})

test('there is such a pair for every knob', () => {
  expect(Object.keys(knobs).sort()).toEqual(Object.keys(pteModify.params).sort())
})

test('PRESERVE_AD keeps what even non-compliant hardware sets', async () => {
  expect((await settled('noLostDirty', { settings: { hwStrayAD: true } })).verdict).toBe('holds')
})

// Where nobody else takes it, a lock that is kept for ever harmed nobody.
test.each([
  [null, "    if (p.xenLock) yield* release(s.xenLock, kernel, 'Xen gives its lock back')\n"],
  [null, "      if (p.ptlHeldUntilDrain) yield* release(s.ptl, kernel, 'spin_unlock(ptl)')\n"],
  ['unmap-under-the-ptl', "  if (p.xenLock) yield* release(s.xenLock, other, 'Xen gives its lock back')\n"],
])('noLockIsKept sees that a lock is not given back (%s, %s)', async (variant, step) => {
  expect(violated(await changed('pte-modify', [step, ''], { variant }))).toContain('noLockIsKept')
})

test.each([
  ['naive', 'noLostDirty'],
  ['unmap-without-the-xen-lock', 'assert'],
  ['drain-after-unlock', 'noResurrection'],
  ['parallel-reclaim-2017', 'protectionEffective'],
])('docs/protocols has the race of %s as it is', async (variant, property) => {
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('pte-modify', report.properties.find(({ name }) => name === property)?.trace)
})
