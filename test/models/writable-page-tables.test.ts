import type { Model } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import writablePageTables from '../../models/writable-page-tables.ts'
import properties, { mails } from '../../properties/writable-page-tables.ts'
import type { Report } from '../../src/check.ts'
import { compile } from '../../src/compile/model/compile.ts'
import { slowSearch } from '../../src/replay/search.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder } from './settle.ts'

const variants = writablePageTables.variants ?? {}
type Settings = NonNullable<(typeof variants)[string]>

const settled = new Map<string, Promise<Report>>()
const settle = (settings: Settings): Promise<Report> => {
  const key = JSON.stringify(settings)
  const found = settled.get(key) ?? check(properties, { settings: Object.entries(settings) })
  settled.set(key, found)
  return found
}
const ofVariant = (name: string): Settings => {
  const found = variants[name]
  if (found === undefined) throw new Error(`no variant ${name}`)
  return found
}
const verdict = async (settings: Settings, property: string): Promise<string | undefined> =>
  (await settle(settings)).properties.find(({ name }) => name === property)?.verdict

test.each(mails.rows)(
  '$id $variant $settings: $property $expected',
  async ({ variant, settings, property, expected }) => {
    const chosen = { ...(variant === undefined ? {} : ofVariant(variant)), ...settings }
    expect(await verdict(chosen, property)).toBe(expected)
    expect(await verdict(chosen, 'writesEnd')).toBe('holds')
  },
  30_000,
)

test.each<[Settings]>([
  [{ vcpus: 1 }],
  [{ vcpus: 1, speculativeWalks: true }],
  [{ vcpus: 1, frameReuse: 'flushed by timestamp' }],
  [{ vcpus: 1, pae: 'in-place' }],
  [{ vcpus: 1, pae: 'cleared-first' }],
  [{ vcpus: 1, pae: 'in-place', scheme: 'emulate', upperHalfRepaired: true }],
  [{ vcpus: 1, tables: 2, scheme: 'emulate' }],
  [{ vcpus: 1, tables: 2, writes: 5 }],
  [{ vcpus: 1, tables: 2, writes: 5, secondTable: 'current' }],
  [{ vcpus: 1, tables: 2, writes: 5, secondTable: 'none' }],
])(
  'the oracle and the engine agree on every state of %o',
  async (settings) => {
    const model = writablePageTables as unknown as Model
    const params = { ...Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default])), ...settings }
    const named = Object.fromEntries(
      Object.entries(properties.properties).filter(([, { kind }]) => kind === 'always' || kind === 'sometimes'),
    )
    const system = compile({ model, params, properties: named as never })
    const slow = slowSearch(system, model, params, named as never, { checkMergedEvery: 10 })
    const { states, transitions, depth } = await settle(settings)
    expect({ states, transitions, depth }).toEqual({ states: slow.vectors.length, transitions: slow.transitions, depth: slow.depth })
  },
  30_000,
)

// Of the smallest, the slow search has found the same numbers (the tests above). What changes them changes the model.
test.each<[string, number, number]>([
  ['as-coded', 11_000, 35_264],
  ['uniprocessor', 568, 976],
  ['fork', 68_696, 140_144],
  ['fork-smp', 147_924, 508_992],
  ['fork-both-active', 32_384, 71_712],
  ['pae-in-place', 25_914, 78_506],
  ['pae-cleared-first', 16_462, 48_482],
  ['pae-emulated', 2_448, 8_652],
  ['pae-emulated-repaired', 4_160, 15_520],
  ['two-writers', 22_060, 71_858],
  ['frames-reused', 13_332, 55_780],
  ['frames-reused-fork', 204_240, 827_104],
])(
  '%s has %i states and %i transitions',
  async (variant, states, transitions) => {
    const report = await settle(ofVariant(variant))
    expect({ states: report.states, transitions: report.transitions }).toEqual({ states, transitions })
  },
  30_000,
)

test('no window stays unentered', async () => {
  for (const name of Object.keys(variants)) {
    const { properties: found, states } = await settle(ofVariant(name))
    const verdicts = Object.fromEntries(found.map((property) => [property.name, property.verdict]))
    expect(verdicts, name).toMatchObject({ tableBecomesWritable: 'holds', badEntryInTheTable: 'holds', deadlock: 'holds', range: 'holds' })
    expect(states, name).toBeLessThan(1_000_000)
  }
}, 120_000)

// Without the second setting the verdict is the other one: no knob is idle.
const emulated: Settings = { scheme: 'emulate', pae: 'in-place' }
const uniRehook: Settings = { vcpus: 1, flushOrder: 'hook-protect-tlb-validate' }
const flips: [keyof typeof writablePageTables.params, Settings, Settings, string][] = [
  ['scheme', {}, { scheme: 'emulate' }, 'noSpuriousFault'],
  ['vcpus', {}, { vcpus: 1 }, 'noSpuriousFault'],
  ['tables', { vcpus: 1, writes: 4 }, { vcpus: 1, writes: 4, tables: 2 }, 'batchingPays'],
  ['slots', { vcpus: 1, writes: 8, tables: 2 }, { vcpus: 1, writes: 8, tables: 2, slots: 1 }, 'batchingPays'],
  ['writes', { vcpus: 1, writes: 2 }, { vcpus: 1, writes: 3 }, 'batchingPays'],
  ['unhook', {}, { unhook: false }, 'noUnvalidatedUse'],
  ['flushAfterUnhook', {}, { flushAfterUnhook: false }, 'noUnvalidatedUse'],
  ['flushOrder', {}, { flushOrder: 'hook-protect-tlb-validate' }, 'noUnvalidatedUse'],
  ['reprotectTlbFlush', {}, { reprotectTlbFlush: false }, 'countsConsistent'],
  ['emulateWhenNoUpdates', {}, { emulateWhenNoUpdates: false }, 'writeIsDone'],
  ['hookedTwice', { multiHookCheck: false }, { multiHookCheck: false, hookedTwice: true }, 'noUnvalidatedUse'],
  ['multiHookCheck', { hookedTwice: true }, { hookedTwice: true, multiHookCheck: false }, 'noUnvalidatedUse'],
  ['guestToleratesSpurious', {}, { guestToleratesSpurious: false }, 'noGuestOops'],
  ['errorCodeTrusted', {}, { errorCodeTrusted: true }, 'noGuestOops'],
  ['pmdPresentMacro', {}, { pmdPresentMacro: 'tests-P' }, 'noMissingPde'],
  ['secondTable', { vcpus: 1, writes: 5, tables: 2 }, { vcpus: 1, writes: 5, tables: 2, secondTable: 'current' }, 'batchingPays'],
  ['flushAtSwitch', { vcpus: 1, tables: 2 }, { vcpus: 1, tables: 2, flushAtSwitch: false }, 'noUnvalidatedUse'],
  ['multiHookCheck', { tables: 2 }, { tables: 2, multiHookCheck: false }, 'noUnvalidatedUse'],
  ['pae', { pae: 'cleared-first' }, { pae: 'in-place' }, 'noHalfStoredEntryRefused'],
  ['upperHalfRepaired', { ...emulated, upperHalfRepaired: true }, emulated, 'noHalfStoredEntryRefused'],
  ['speculativeWalks', uniRehook, { ...uniRehook, speculativeWalks: true }, 'noUnvalidatedUse'],
  ['frameReuse', { frameReuse: 'flushed by timestamp' }, { frameReuse: 'not flushed' }, 'noUseAfterFree'],
  ['bothWrite', {}, { bothWrite: true }, 'writeIsDone'],
  ['retypedWhileHooked', { scheme: 'explicitRetype' }, { scheme: 'explicitRetype', retypedWhileHooked: false }, 'noSpuriousFault'],
]
test.each(flips)(
  '%s decides a verdict',
  async (_, one, other, property) => {
    const verdicts = [await verdict(one, property), await verdict(other, property)]
    expect(verdicts.toSorted()).toEqual(['holds', 'violated'])
  },
  30_000,
)

test('mappedByEach decides a verdict, of more states', async () => {
  const found = async (mappedByEach: boolean): Promise<readonly string[]> => {
    const settings = Object.entries({ tables: 2, bothWrite: true, multiHookCheck: false, mappedByEach })
    return violated(
      await check(properties, { settings, properties: ['countsConsistent'], stuck: 'allowed', stop: 'first violation', oracle: 'none' }),
    )
  }
  expect(await found(false)).toEqual([])
  expect(await found(true)).toContain('countsConsistent')
})

test('and no knob is left out', () => {
  expect([...new Set([...flips.map(([knob]) => knob), 'mappedByEach'])].sort()).toEqual(Object.keys(writablePageTables.params).sort())
})

describe('races', () => {
  const race = async (variant: string, property: string): Promise<string[]> => {
    const found = (await settle(ofVariant(variant))).properties.find(({ name }) => name === property)
    return found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
  }

  test('C1a.3: the table is hooked again before the fault on it gets the lock', async () => {
    const events = await race('as-coded', 'noSpuriousFault')
    expect(
      inOrder(
        events,
        'vcpu0: PDE.P = 0',
        'vcpu1: load below the table',
        'vcpu0: PDE.P = 1',
        'vcpu0: hypercall is done: UNLOCK_BIGLOCK',
        'vcpu1: #PF, error code says P=0: LOCK_BIGLOCK',
        'vcpu1: guest: do_page_fault()',
      ),
      events.join('\n'),
    ).toBe(true)
  })

  test('C1a.1: a walk by a cached PDE, while the table is writable', async () => {
    const events = await race('no-flush-after-unhook', 'noUnvalidatedUse')
    expect(
      inOrder(events, 'vcpu0: PDE.P = 0', 'vcpu0: make the L1 table writable', 'vcpu0: store to the L1 table'),
      events.join('\n'),
    ).toBe(true)
    expect(events.at(-1)).toMatch(/load below the table/)
    expect(events.filter((event) => event.endsWith('PDE.P = 1'))).toEqual([])
  })

  test('C1a.1: a store by a cached translation, after the table was write-protected and checked', async () => {
    const events = await race('no-flush-after-write-protect', 'countsConsistent')
    expect(
      inOrder(
        events,
        'vcpu0: write-protect the L1 table',
        'vcpu0: validate entries that changed',
        'vcpu0: PDE.P = 1',
        'vcpu0: store to the L1 table',
      ),
      events.join('\n'),
    ).toBe(true)
  })

  test('C1a.6: without emulation a fault of vcpu1 undoes what the fault of vcpu0 has done, for ever', async () => {
    const found = (await settle(ofVariant('no-emulation'))).properties.find(({ name }) => name === 'writeIsDone')
    const steps = found?.trace?.steps ?? []
    const cycle = steps.slice(found?.trace?.loop?.start ?? 0).map(({ agent, label }) => `${agent}: ${label}`)
    // A cycle has no beginning: what is asked of it is asked of two rounds.
    expect(
      inOrder(
        [...cycle, ...cycle],
        'vcpu0: make the L1 table writable',
        'vcpu1: write-protect the L1 table',
        'vcpu0: store to the L1 table',
        'vcpu0: #PF on the L1 table: LOCK_BIGLOCK',
        'vcpu0: make the L1 table writable',
      ),
      cycle.join('\n'),
    ).toBe(true)
  })

  test('an INACTIVE table is walked once CR3 is loaded, if the slot was not flushed', async () => {
    const events = await race('fork-no-flush-at-cr3', 'noUnvalidatedUse')
    expect(
      inOrder(
        events,
        'vcpu0: make the L1 table writable',
        'vcpu0: store to the L1 table',
        'vcpu0: write CR3',
        'vcpu0: load below the table',
      ),
      events.join('\n'),
    ).toBe(true)
    expect(events).not.toContain('vcpu0: PDE.P = 0')
  })

  test('PAE: the fault of another vCPU makes Xen validate an entry of which one half is stored', async () => {
    const events = await race('pae-in-place', 'noHalfStoredEntryRefused')
    expect(
      inOrder(events, 'vcpu0: store to the L1 table: pte_high', 'vcpu1: #PF, error code says P=0: LOCK_BIGLOCK'),
      events.join('\n'),
    ).toBe(true)
    expect(events.at(-1)).toBe('vcpu1: validate entries that changed')
    expect(events).not.toContain('vcpu0: store to the L1 table: pte_low')
  })
})

describe('changes that once nobody noticed', () => {
  /** What is violated that was not before. */
  const newlyViolated = async (change: readonly [string, string], variant: string): Promise<readonly string[]> => {
    const before = violated(await settle(ofVariant(variant)))
    return violated(await changed('writable-page-tables', change, { variant })).filter((name) => !before.includes(name))
  }
  const flushOfAll = '  for (let cpu = 0; cpu < p.vcpus; cpu++) {\n    flushTlb(s, p, cpu)\n'

  test('unhooking leaves what TLBs have of the entries: the frames behind them once lived for ever', async () => {
    const upperLevelsAlone = `  for (let cpu = 0; cpu < p.vcpus; cpu++) {
    for (let t = 0; t < p.tables; t++) {
      s.tlbOfTable[cpu][t] = false
      s.psc[cpu][t] = false
    }
`
    for (const variant of ['frames-reused', 'frames-reused-fork'])
      expect(await newlyViolated([flushOfAll, upperLevelsAlone], variant), variant).toEqual(['noUseAfterFree', 'unhookedIsUnused'])
  })

  test('loading CR3 flushes no TLB', async () => {
    const load: [string, string] = [
      '  flushTlb(s, p, cpu)\n  stampFlush(s, p, cpu)\n  yield* release',
      '  stampFlush(s, p, cpu)\n  yield* release',
    ]
    expect(await newlyViolated(load, 'frames-reused-fork')).toEqual(['noUseAfterFree'])
  })

  test('a slot is in use, and its table is not writable any more', async () => {
    expect(await newlyViolated(['      s.slot[at] = null\n', ''], 'uniprocessor')).toEqual([
      'slotsAreTheWritableTables',
      'hypercallFindsNoSlotInUse',
    ])
  })

  test('a table is writable, and no slot is in use: nothing would ever flush it', async () => {
    expect(await newlyViolated(['  s.slot[at] = t\n', ''], 'uniprocessor')).toContain('slotsAreTheWritableTables')
  })

  test('emulation does not set prev_nr_updates again: every write is emulated from then on', async () => {
    expect(await newlyViolated(['    s.lastBatchHadUpdates[at] = true\n', ''], 'as-coded')).toEqual(['batchingResumes'])
  })

  test('a write to a table that others hook is emulated while it is writable for them: nobody else once wrote', async () => {
    const emulate = '    yield* emulate(s, p, t, value, part)\n'
    expect(await newlyViolated([`    yield* flushSlots(s, p)\n${emulate}`, emulate], 'fork-smp-two-writers')).toEqual(['countsConsistent'])
  })

  test('nobody waits for BIGLOCK', async () => {
    const noLock = `import { lock } from 'mmucheck/mmu'
function* acquire(l: { owner: number | null }, cpu: number, label: string): Steps {
  yield label
}
function* release(l: { owner: number | null }, cpu: number, label: string): Steps {
  yield label
}
`
    expect(await newlyViolated(["import { acquire, lock, release } from 'mmucheck/mmu'\n", noLock], 'as-coded')).toContain(
      'noUnvalidatedUse',
    )
  })

  test.each([
    [
      'validation puts back every write',
      ["if (s.pte[t] === 'bad' || s.pte[t] === 'torn') s.pte[t] = s.snapshot[t]", 's.pte[t] = s.snapshot[t]'],
      ['noLostWrite'],
    ],
    ['emulation writes nothing', ["  s.pte[t] = repaired ? 'absent' : entry\n", ''], ['noLostWrite']],
    [
      'a hypercall flushes no slot',
      ["  yield* flushSlots(s, p)\n  yield* release(s.biglock, cpu, 'hypercall is", "  yield* release(s.biglock, cpu, 'hypercall is"],
      ['hypercallFindsNoSlotInUse'],
    ],
    [
      'nor does a fault below a table',
      ['      yield* flushSlot(s, p, 0)\n      yield* release', '      yield* release'],
      ['guestCanGetOn'],
    ],
    [
      'a load that gets to the table faults',
      ['      return\n    }\n    yield* acquire', '    }\n    yield* acquire'],
      ['guestCanGetOn', 'batchingResumes', 'assert'],
    ],
  ] as const)('%s', async (_, change, killers) => {
    expect(await newlyViolated(change, 'uniprocessor')).toEqual(killers)
  })

  // Only the check of two-writers noticed these, and no row of the claims.
  test.each([
    ['TLBs are flushed on one vCPU alone', [flushOfAll, flushOfAll.replace('p.vcpus', '1')], ['noUnvalidatedUse', 'unhookedIsUnused']],
    [
      'so are the translations of the table',
      ['for (let cpu = 0; cpu < p.vcpus; cpu++) s.tlbOfTable[cpu][t] = false', 's.tlbOfTable[0][t] = false'],
      ['countsConsistent'],
    ],
    [
      'the snapshot is taken when the table is writable',
      [
        `  yield 'snapshot = copy of the L1 table'
  s.snapshot[t] = s.pte[t]
  yield 'make the L1 table writable'
  s.tableWritable[t] = true
`,
        `  yield 'make the L1 table writable'
  s.tableWritable[t] = true
  yield 'snapshot = copy of the L1 table'
  s.snapshot[t] = s.pte[t]
`,
      ],
      ['noUnvalidatedUse', 'countsConsistent'],
    ],
  ] as const)('%s', async (_, change, killers) => {
    expect(await newlyViolated(change, 'two-writers')).toEqual(killers)
  })
})

// docs/protocols names them: findings about the protocol, or costs that nobody counts.
test.each([
  [
    'Xen does not look whether the table has become writable',
    ['  if (isWritableFor(s, p, cpu, t)) {\n    yield* release', '  if (s.cr3[cpu] > 1) {\n    yield* release'],
  ],
  [
    'the slot is recorded first',
    [
      '  yield* unhookAndUnprotect(s, p, cpu, t, active)\n  s.slot[at] = t\n',
      '  s.slot[at] = t\n  yield* unhookAndUnprotect(s, p, cpu, t, active)\n',
    ],
  ],
  [
    'no time is taken down of the flush at unhooking',
    ['    flushTlb(s, p, cpu)\n    stampFlush(s, p, cpu)\n  }\n  count', '    flushTlb(s, p, cpu)\n  }\n  count'],
  ],
] as const)('no verdict depends on it: %s', async (_, change) => {
  for (const variant of ['two-writers', 'frames-reused'])
    expect(violated(await changed('writable-page-tables', change, { variant })), variant).toEqual(
      violated(await settle(ofVariant(variant))),
    )
})

test('PAE: clearing the present bit clears it, whatever the entry is', async () => {
  // The model once took a clear of an entry that had its new value already for no change: the store of the upper half
  // then tore it.
  expect(await verdict({ pae: 'cleared-first' }, 'noHalfStoredEntryRefused')).toBe('holds')
})

test.each([
  ['as-coded', 'noSpuriousFault'],
  ['fork-no-flush-at-cr3', 'noUnvalidatedUse'],
  ['pae-in-place', 'noHalfStoredEntryRefused'],
])('docs/protocols has the race of %s as it is', async (variant, property) => {
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('writable-page-tables', report.properties.find(({ name }) => name === property)?.trace)
})
