import { describe, expect, test } from 'vitest'
import kvmFastPageFault from '../../models/kvm-fast-page-fault.ts'
import properties, { mails } from '../../properties/kvm-fast-page-fault.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder } from './settle.ts'

type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

/** One check settles all properties of the same settings. */
const reports = new Map<string, ReturnType<typeof check>>()

const settled = async (property: string, { variant, settings = {} }: { variant?: string; settings?: Settings } = {}) => {
  const key = JSON.stringify([variant, settings])
  const asked = reports.get(key) ?? check(properties, { variant: variant ?? null, settings: Object.entries(settings), stuck: 'allowed' })
  reports.set(key, asked)
  const found = (await asked).properties.find(({ name }) => name === property)
  const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
  return { verdict: found?.verdict, race, message: `${found?.established}\n${race.join('\n')}` }
}

describe('the documentation and the commits', () => {
  test.each(
    mails.rows.map(
      (row) => [`${row.sentence.id} ${row.variant ?? JSON.stringify(row.settings ?? 'default')} ${row.property}`, row] as const,
    ),
  )(
    '%s',
    async (_, row) => {
      const { verdict, message } = await settled(row.property, row)
      expect(verdict, message).toBe(row.expected)
    },
    60_000,
  )

  test('name properties and variants that there are', () => {
    for (const { property, variant } of mails.rows) {
      expect(Object.keys(properties.properties)).toContain(property)
      if (variant !== undefined) expect(Object.keys(kvmFastPageFault.variants ?? {})).toContain(variant)
    }
  })

  test('and every variant is in a row', () => {
    const named = new Set<string | undefined>(mails.rows.map(({ variant }) => variant))
    expect(Object.keys(kvmFastPageFault.variants ?? {}).filter((name) => !named.has(name))).toEqual([])
  })
})

// Pins the sizes: a step that is added, merged or lost shows here.
test.each([
  [{ reclaim: false, dirtyLog: false }, 583, 1_394, 17],
  [{ dirtyLog: false, writeTracking: false, accesses: 2 }, 1_288, 2_724, 32],
  [{ abaGuard: 'none', accesses: 1, dirtyLog: false, writeTracking: false }, 1_254, 2_502, 31],
  [{ logOrder: 'protect, snapshot', accesses: 2, reclaim: false, writeTracking: false }, 274, 580, 15],
] as const satisfies readonly (readonly [Settings, number, number, number])[])(
  'the oracle and the engine agree on every state of %o',
  async (settings, states, transitions, depth) => {
    const found = await explore(kvmFastPageFault, properties.properties, settings, 50)
    expect([found.states.length, found.transitions, found.depth]).toEqual([states, transitions, depth])
  },
  30_000,
)

test('as coded everything holds', async () => {
  const report = await check(properties)
  expect(report.properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name)).toEqual([])
  expect([report.states, report.transitions, report.depth]).toEqual([78_370, 238_023, 53])
})

test('the dangerous windows are entered in every variant', async () => {
  for (const variant of Object.keys(kvmFastPageFault.variants ?? {})) {
    const report = await check(properties, { variant, stuck: 'allowed' })
    const windows = report.properties.filter(({ kind }) => kind === 'sometimes')
    expect(windows).toHaveLength(19)
    expect(
      windows.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name),
      variant,
    ).toEqual([])
  }
}, 60_000)

// Once a KVM passed that lets the guest do next to nothing, or that notes of a free frame what the last page was.
describe('does not pass', () => {
  test.each<readonly [string, readonly [string, string], readonly string[]]>([
    [
      'a store that is to be marked, and never is',
      ['    s.dirtyBitmap[gfn] = true\n    s.toMark[cpu] = null\n', ''],
      ['marksBeforeTheGuestGoesOn'],
    ],
    ['a page that is never read from swap', ['    s.owner[free] = gfn\n', ''], ['mappedForALoad', 'storedAfterAFault']],
    ['a slow path that maps nothing', ['if (frame >= 0 && !s.inv', 'if (frame < -1 && !s.inv'], ['mappedForALoad', 'mappedForAStore']],
    ['a load that is given a writable spte', ['const W = isStore && mmuWritable', 'const W = mmuWritable'], ['mappedForALoad']],
    [
      'a page that is never aged',
      ["if (gfn !== null) {\n                  yield 'clear", "if (gfn === -1) {\n                  yield 'clear"],
      ['aged'],
    ],
    ['a note of what the frame held before', ['                s.pageDirty[frame] = false\n', ''], ['freeFramesAreBlank']],
    ['an invalidation that never ends', ['                s.invalidating[frame] = false\n', ''], ['freeFramesAreBlank']],
    ['bits that migration takes and leaves set', ['    s.dirtyBitmap[gfn] = false\n', ''], ['sentAndLoggedNoMore']],
    [
      'a slow path that maps nobody writable once there is a page table',
      ['!s.tracked || gfn !== trackedGfn', '!s.tracked'],
      ['slowPathMaps'],
    ],
    [
      'a fault that the fast path has fixed, and that takes the lock all the same',
      ['    if (isDone) return\n', ''],
      ['fixedWithoutWaiting'],
    ],
    [
      'a slow path that takes a load for a store',
      ["pageFault(s, p, cpu, gfn, access === 'store')", "pageFault(s, p, cpu, gfn, access === 'load')"],
      ['slowPathMaps'],
    ],
    ['a load that needs a writable spte', ["access === 'load' ? load(s.tlb[cpu], at, s.spte[at]) :", ''], ['readOnlyInTheTlb']],
    ['every page that is unmapped taken for dirty', ['if (old.D && !value.D) s.page', 'if (!value.D) s.page'], ['zappedClean']],
    ['and for accessed', ['if (old.A && !value.A) s.page', 'if (!value.A) s.page'], ['zappedUntouched']],
    [
      'a dirty log of one page',
      [
        "yield 'buffer = xchg(dirty_bitmap, 0)'\n  for (let gfn = 0; gfn < gfns",
        "yield 'buffer = xchg(dirty_bitmap, 0)'\n  for (let gfn = 0; gfn < 1",
      ],
      ['bothPagesAreSent'],
    ],
    ['a cmpxchg that succeeds where A was cleared', ['gfn), old, {', 'gfn), { ...old, A: !old.A }, {'], ['fixedThoughNobodyInterferes']],
  ])('%s', async (_, change, killers) => {
    expect(violated(await changed('kvm-fast-page-fault', change))).toEqual(expect.arrayContaining([...killers]))
  })
})

describe('races', () => {
  const read = 'vcpu[0]: fast path: old = spte[0]'
  const fix = 'vcpu[0]: fast path: cmpxchg(spte[0], old, old | W)'
  const mark = 'vcpu[0]: fast path: mark_page_dirty(gfn 0)'
  const access = 'vcpu[0]: guest access'

  test('ABA: the frame is freed, read in for gfn 1 and mapped by the same spte, whose store is then logged for gfn 0', async () => {
    const { race, message } = await settled('noUnloggedStore', { variant: 'aba-unguarded' })
    const reuse = [
      'reclaim: old = xchg(spte[0], 0)',
      'reclaim: swap the page out and free it',
      'guest: gpte = the other gfn',
      'vcpu[1]: slow path: gfn_to_pfn(gfn 1)',
      'vcpu[1]: set spte[0], read-only',
    ]
    expect(inOrder(race, read, ...reuse, fix, mark), message).toBe(true)
  })

  test('a page that is pinned need not be the one that the spte maps', async () => {
    const { race, message } = await settled('noUnloggedStore', { variant: 'aba-gfn-pinned-page-not-compared' })
    expect(
      inOrder(race, 'guest: gpte = the other gfn', 'vcpu[1]: set spte[0], read-only', 'vcpu[0]: fast path: pin the page of gfn 0', fix),
      message,
    ).toBe(true)
  })

  test.each(['non-atomic-spte-update', 'tdp-mmu-before-2022'])(
    '%s: D is set between the read and the write of the spte',
    async (variant) => {
      const { race, message } = await settled('noLostDirty', { variant })
      expect(inOrder(race, 'reclaim: old = spte[0]', read, fix, access, 'reclaim: spte[0] = 0'), message).toBe(true)
      expect(race.at(-1)).toBe('reclaim: spte[0] = 0')
    },
  )

  test('and A, where the holders of mmu_lock do not even look for it', async () => {
    const { race, message } = await settled('noLostAccessed', { variant: 'tdp-mmu-before-2022' })
    expect(inOrder(race, 'reclaim: clear_bit(A, spte)', 'reclaim: old = spte[0]', access, 'reclaim: spte[0] = 0'), message).toBe(true)
    expect(race).not.toContain(fix)
  })

  test('write tracking finds W clear, and leaves to the dirty log the flush that is still to come', async () => {
    const { race, message } = await settled('protectionEffective', { variant: 'flush-if-w' })
    expect(
      inOrder(race, fix, access, 'migration: old = xchg(spte[0], old & ~W)', 'migration: spin_unlock(mmu_lock)', 'tracking: old = spte[0]'),
      message,
    ).toBe(true)
    expect(race).not.toContain('migration: kvm_flush_remote_tlbs()')
    expect(race).not.toContain('tracking: kvm_flush_remote_tlbs()')
  })

  test('W is set after write tracking has read it as clear, so no TLB is flushed', async () => {
    const { race, message } = await settled('protectionEffective', { variant: 'non-atomic-spte-update-flush-if-w' })
    expect(inOrder(race, 'tracking: old = spte[0]', fix, access, 'tracking: spte[0] = old & ~W'), message).toBe(true)
    expect(race).not.toContain('tracking: kvm_flush_remote_tlbs()')
  })

  test('a spte that is write-protected for good is made writable, if that cannot be seen from it', async () => {
    const { race, message } = await settled('protectionEffective', { variant: 'mmu-writable-kept' })
    expect(inOrder(race, 'tracking: kvm_flush_remote_tlbs()', 'tracking: spin_unlock(mmu_lock)', read, fix), message).toBe(true)
  })

  test('a plain write brings a zapped spte back, after its frame is free', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'set-w-by-plain-write' })
    expect(inOrder(race, read, 'reclaim: swap the page out and free it', 'vcpu[0]: fast path: spte[0] = old | W'), message).toBe(true)
  })

  test('a page that is marked before it is writable is sent too early', async () => {
    const { race, message } = await settled('noUnloggedStore', { variant: 'mark-dirty-first' })
    expect(inOrder(race, mark, 'migration: buffer = xchg(dirty_bitmap, 0)', 'migration: send the dirty pages', fix, access), message).toBe(
      true,
    )
  })

  test('without the fast path the dirty log may protect first', async () => {
    expect((await settled('noUnloggedStore', { settings: { fastPath: false, logOrder: 'protect, snapshot' } })).verdict).toBe('holds')
  })

  test('a page that becomes writable after the dirty log has protected stays so, and its mark is cleared', async () => {
    const { race, message } = await settled('noUnloggedStore', { variant: 'protect-before-snapshot' })
    expect(inOrder(race, fix, mark, 'migration: buffer = xchg(dirty_bitmap, 0)', 'migration: send the dirty pages', access), message).toBe(
      true,
    )
  })
})

describe('each knob decides something', () => {
  const alone = { dirtyLog: false, writeTracking: false } as const
  const two = { ...alone, vcpus: 2, accesses: 2 } as const
  const unCompared = { ...two, abaGuard: 'gfn pinned, page not compared', reclaim: false } as const

  /** Two settings that differ in the knob alone, and the property whose verdict it flips. */
  const knobs: Record<keyof typeof kvmFastPageFault.params, readonly [property: string, holds: Settings, violated: Settings]> = {
    abaGuard: ['noUnloggedStore', two, { ...two, abaGuard: 'none' }],
    volatileSpteAtomic: ['noLostDirty', {}, { volatileSpteAtomic: 'A and D' }],
    fastPath: ['noLostDirty', { volatileSpteAtomic: 'A and D', fastPath: false }, { volatileSpteAtomic: 'A and D' }],
    setW: ['noUseAfterFree', {}, { setW: 'plain write' }],
    markDirty: ['noUnloggedStore', {}, { markDirty: 'before' }],
    trackingClearsMmuWritable: ['protectionEffective', {}, { trackingClearsMmuWritable: false }],
    flushIf: ['protectionEffective', {}, { flushIf: 'W' }],
    logFlush: ['protectionEffective', { flushIf: 'W', logFlush: 'under mmu_lock' }, { flushIf: 'W' }],
    logOrder: ['noUnloggedStore', {}, { logOrder: 'protect, snapshot' }],
    reclaim: ['noUseAfterFree', { setW: 'plain write', reclaim: false }, { setW: 'plain write' }],
    dirtyLog: ['noUnloggedStore', { markDirty: 'before', dirtyLog: false }, { markDirty: 'before' }],
    writeTracking: ['protectionEffective', { flushIf: 'W', writeTracking: false }, { flushIf: 'W' }],
    vcpus: ['noUnloggedStore', { ...two, abaGuard: 'none', vcpus: 1 }, { ...two, abaGuard: 'none' }],
    accesses: ['noUnloggedStore', { logFlush: 'never', accesses: 2 }, { logFlush: 'never' }],
    frames: ['noUnloggedStore', unCompared, { ...unCompared, frames: 2 }],
  }

  test.each(Object.entries(knobs))(
    '%s',
    async (knob, [property, good, bad]) => {
      const better = await settled(property, { settings: good })
      const worse = await settled(property, { settings: bad })
      expect([better.verdict, worse.verdict], worse.message).toEqual(['holds', 'violated'])
      const differing = [...new Set([...Object.keys(good), ...Object.keys(bad)])].filter(
        (name) => settingOf(good, name) !== settingOf(bad, name),
      )
      expect(differing).toEqual([knob])
    },
    60_000,
  )

  const settingOf = (settings: Settings, name: string): unknown =>
    Object.hasOwn(settings, name)
      ? Object.entries(settings).find(([key]) => key === name)?.[1]
      : Object.entries(kvmFastPageFault.params).find(([key]) => key === name)?.[1].default

  test('there is such a pair for every knob', () => {
    expect(Object.keys(knobs).sort()).toEqual(Object.keys(kvmFastPageFault.params).sort())
  })
})

test.each([
  ['aba-unguarded', 'noUnloggedStore'],
  ['non-atomic-spte-update', 'noLostDirty'],
])('docs/protocols has the race of %s as it is', async (variant, property) => {
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('kvm-fast-page-fault', report.properties.find(({ name }) => name === property)?.trace)
})
