import { describe, expect, test } from 'vitest'
import shadowWalk from '../../models/shadow-walk.ts'
import properties, { mails } from '../../properties/shadow-walk.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder } from './settle.ts'

type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

const settled = async (property: string, { variant, settings = {} }: { variant?: string; settings?: Settings } = {}) => {
  const report = await check(properties, { variant: variant ?? null, settings: Object.entries(settings), properties: [property] })
  const found = report.properties.find(({ name }) => name === property)
  const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
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
      expect(Object.keys(properties.properties)).toContain(property)
      if (variant !== undefined) expect(Object.keys(shadowWalk.variants ?? {})).toContain(variant)
    }
  })
})

test.each(['as-coded-3-vcpus', 'out-of-sync-without-rewalk'])('the oracle and the engine agree on every state of %s', async (variant) => {
  const { states } = await explore(shadowWalk, {}, shadowWalk.variants?.[variant], 10)
  expect(states.length).toBeGreaterThan(50)
})

test('by default everything holds, and every step fires', async () => {
  const report = await check(properties)
  expect(report.properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name)).toEqual([])
  expect(report.neverFired).toEqual([])
})

test('the dangerous windows are entered in every variant', async () => {
  const windows = [
    ...['writtenAfterTheWalk', 'staleWritableTranslation', 'comparisonFails', 'goodGuestWrites'],
    ...['emulationsFollowEachOther', 'guestFaultIsInjected', 'shadowIsBuilt'],
    ...['tableIsWrittenDirectly', 'staleTranslationIsUsed', 'walksWhileAnotherHoldsTheLock'],
  ]
  for (const variant of Object.keys(shadowWalk.variants ?? {})) {
    const report = await check(properties, { variant, properties: windows })
    expect(
      report.properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name),
      variant,
    ).toEqual([])
  }
})

describe('races', () => {
  const read = 'faulting: guest_walk_tables(): read L1'
  const compare = 'faulting: shadow_check_gwalk(): version changed?'
  const install = 'faulting: write the shadow entry'
  const store = 'writing: store to a guest page table'
  const emulated = 'writing: emulate write: memcpy() to L1'

  test('without the hint of write removal the version does not tell that the entry was written directly (C2.2)', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'no-write-removal-hint' })
    expect(inOrder(race, read, store, 'faulting: flush_tlb_mask()', compare, install), message).toBe(true)
    expect(
      race.some((event) => event.endsWith('atomic_inc(gtable_dirty_version)')),
      message,
    ).toBe(false)
  })

  test('without the hint of emulation it does not tell that the write was emulated (C2.2)', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'no-write-emulation-hint' })
    expect(inOrder(race, read, emulated, 'writing: shadow_unlock()', 'faulting: shadow_lock()', compare, install), message).toBe(true)
  })

  test('a version that is read after the walk is the new one, of an old entry (C2.4)', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'version-after-the-walk' })
    expect(
      inOrder(
        race,
        read,
        emulated,
        'writing: atomic_inc(gtable_dirty_version)',
        'faulting: version = atomic_read(gtable_dirty_version)',
        install,
      ),
      message,
    ).toBe(true)
  })

  test('so is one that is changed before the write (C2.2)', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'bump-before-the-emulated-write' })
    expect(
      inOrder(
        race,
        'writing: atomic_inc(gtable_dirty_version)',
        'faulting: version = atomic_read(gtable_dirty_version)',
        read,
        emulated,
        install,
      ),
      message,
    ).toBe(true)
  })

  test('with three vCPUs a walk fits between the new version and the TLB flush (C2.2)', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'as-coded-3-vcpus' })
    expect(
      inOrder(
        race,
        'promoting: sh_remove_write_access(L1)',
        'promoting: atomic_inc(gtable_dirty_version)',
        'faulting: version = atomic_read(gtable_dirty_version)',
        read,
        store,
        'promoting: flush_tlb_mask()',
        'promoting: shadow_unlock()',
        'faulting: shadow_lock()',
        compare,
        install,
      ),
      message,
    ).toBe(true)
  })

  test('not with the flush first, for as many writes as there may be, and with two levels (C2.2)', async () => {
    for (const settings of [{ writes: 1 }, { writes: 3 }, { writes: 1, levels: 2 }] as const) {
      const { verdict, message } = await settled('shadowCoherent', { settings: { vcpus: 3, bumpVsFlush: 'flush, bump', ...settings } })
      expect(verdict, message).toBe('holds')
    }
  })

  test('the later comparison of the lowest entry leaves the tables above it as they were', async () => {
    const { race, message } = await settled('shadowCoherent', { variant: 'final-check-3-vcpus-2-levels' })
    expect(
      inOrder(
        race,
        'faulting: guest_walk_tables(): read L2',
        store,
        'promoting: flush_tlb_mask()',
        'faulting: shadow_check_gl1e()',
        install,
      ),
      message,
    ).toBe(true)
  })

  test('a table that another vCPU brings in sync changes no version', async () => {
    const { verdict, race, message } = await settled('shadowCoherent', { variant: 'out-of-sync-3-vcpus' })
    expect(verdict, message).toBe('violated')
    expect(
      inOrder(
        race,
        'faulting: guest_walk_tables(): read L2',
        'writing: sh_unsync()',
        store,
        'promoting: sh_resync(): flush_tlb_mask()',
        compare,
        install,
      ),
      message,
    ).toBe(true)
  })

  test('taking tables out of sync and in again can go on for ever', async () => {
    const { verdict, race, loop, message } = await settled('progress', { variant: 'out-of-sync' })
    expect(verdict, message).toBe('violated')
    const cycle = race.slice(loop ?? race.length)
    expect(cycle, message).toContain('writing: sh_unsync()')
    expect(cycle, message).toContain('faulting: sh_resync(): flush_tlb_mask()')
    expect(cycle, message).toContain(read)
  })

  test('without the comparison what is installed was never in the tables', async () => {
    const { race, message } = await settled('noTornWalk', { variant: 'no-recheck-2-levels' })
    expect(inOrder(race, 'faulting: guest_walk_tables(): read L2', store, store, read, install), message).toBe(true)
  })
})

// A fault that left guest tables writable once passed: shadowCoherent spoke of tables that are write-protected only.
describe('shadowedTablesProtected', () => {
  test.each<readonly [string, readonly [string, string]]>([
    [
      'a fault that write-protects the lowest table alone',
      [
        "  for (const level of levelsOf(p)) {\n    const done = yield* removeWriteAccess(s, p, level)\n    if (done === 'resynced') s",
        "  for (const level of ['L1'] as const) {\n    const done = yield* removeWriteAccess(s, p, level)\n    if (done === 'resynced') s",
      ],
    ],
    ['a fault that write-protects no table', ['  s.writable[tableAt(p, level)] = false\n', '']],
    ['a fault that flushes no TLB', ["  yield 'flush_tlb_mask()'\n  flushTlbs(s)\n  if", '  if']],
  ])('%s violates it', async (_, change) => {
    expect(violated(await changed('shadow-walk', change, { variant: '2-levels' }))).toContain('shadowedTablesProtected')
  })

  test('a store that gets through to a table which a fault has left writable leaves the shadow old', async () => {
    const change = ['  s.writable[tableAt(p, level)] = false\n', ''] as const
    expect(violated(await changed('shadow-walk', change))).toContain('shadowCoherent')
  })

  test('holds in every variant', async () => {
    for (const variant of Object.keys(shadowWalk.variants ?? {}))
      expect((await settled('shadowedTablesProtected', { variant })).verdict, variant).toBe('holds')
  })
})

// What is not needed to be safe, and yet is the point of the protocol; and a guest that does not do what is to be
// protected from.
describe('with three vCPUs, flush first', () => {
  test.each<readonly [string, readonly [string, string], readonly string[]]>([
    ['a version that is never looked at', ['s.version !== version', 'true'], ['comparesOnHintsOnly']],
    [
      'a version that changes where nothing was removed',
      ["if (rc === 'removed') yield* announceRemoval(s, p, promoting)", 'yield* announceRemoval(s, p, promoting)'],
      ['hintsHaveReasons'],
    ],
    ['a write that is never emulated', ["p.oos === 'never' || table !== unsyncable || s.shadow !== null", 'false'], ['writesGetThrough']],
    ['a guest that is never late', ['if (s.writable[table] || s.writerTlb[table])', 'if (s.writable[table])'], ['staleTranslationIsUsed']],
    [
      'a guest whose every write is emulated',
      ['if (s.writable[table] || s.writerTlb[table])', 'if (p.vcpus === 0)'],
      ['tableIsWrittenDirectly', 'staleTranslationIsUsed'],
    ],
    [
      'a third vCPU that promotes nothing',
      ["if (shared !== 'all' && shared !== level) continue", 'continue'],
      ['walksWhileAnotherHoldsTheLock'],
    ],
  ])('%s does not pass', async (_, change, killers) => {
    expect(violated(await changed('shadow-walk', change, { variant: 'flush-before-bump-3-vcpus' }))).toEqual(
      expect.arrayContaining([...killers]),
    )
  })
})

/** Each knob decides something: two settings that differ in it alone, and the property whose verdict it flips. */
const knobs: Record<keyof Settings, readonly [property: string, holds: Settings, violated: Settings]> = {
  vcpus: ['shadowCoherent', {}, { vcpus: 3 }],
  levels: ['atMostOneFlush', { walkUnderLock: true }, { walkUnderLock: true, levels: 2 }],
  writes: ['shadowCoherent', { vcpus: 3, writes: 0 }, { vcpus: 3, writes: 1 }],
  walkUnderLock: ['shadowCoherent', { vcpus: 3, walkUnderLock: true }, { vcpus: 3 }],
  hintWriteRemoval: ['shadowCoherent', {}, { hintWriteRemoval: false }],
  hintWriteEmulation: ['shadowCoherent', { alreadyProtected: true }, { alreadyProtected: true, hintWriteEmulation: false }],
  recheck: ['shadowCoherent', {}, { recheck: false }],
  versionSampledBeforeWalk: ['shadowCoherent', { alreadyProtected: true }, { alreadyProtected: true, versionSampledBeforeWalk: false }],
  emulationBump: ['shadowCoherent', { alreadyProtected: true }, { alreadyProtected: true, emulationBump: 'before the write' }],
  bumpVsFlush: ['shadowCoherent', { vcpus: 3, bumpVsFlush: 'flush, bump' }, { vcpus: 3 }],
  onMismatch: ['trapsTwiceAtTimes', {}, { onMismatch: 'rewalk' }],
  oos: ['shadowCoherent', { alreadyProtected: true, oos: 'resync rewalks' }, { alreadyProtected: true, oos: 'resync goes on' }],
  finalCheck: ['shadowCoherent', { vcpus: 3, finalCheck: true }, { vcpus: 3 }],
  guestLocks: ['shadowCoherent', { guestLocks: true, recheck: false }, { recheck: false }],
  emulationWalk: [
    'emulationWalksOnce',
    { alreadyProtected: true, emulationWalk: 'first' },
    { alreadyProtected: true, emulationWalk: 'each' },
  ],
  alreadyProtected: ['neverCompares', { vcpus: 1, alreadyProtected: true }, { vcpus: 1 }],
  initiallyPresent: ['guestFaultsTakeNoLock', { walkUnderLock: true }, { walkUnderLock: true, initiallyPresent: false }],
}

test.each(Object.entries(knobs))('the knob %s decides a verdict', async (_, [property, good, bad]) => {
  const better = await settled(property, { settings: good })
  const worse = await settled(property, { settings: bad })
  expect([better.verdict, worse.verdict], worse.message).toEqual(['holds', 'violated'])
})

test('there is such a pair for every knob', () => {
  expect(Object.keys(knobs).sort()).toEqual(Object.keys(shadowWalk.params).sort())
})

test.each([
  ['no-write-removal-hint', 'shadowCoherent'],
  ['as-coded-3-vcpus', 'shadowCoherent'],
])('docs/protocols has the race of %s as it is', async (variant, property) => {
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('shadow-walk', report.properties.find(({ name }) => name === property)?.trace)
})
