import { describe, expect, test } from 'vitest'
import mmuNotifier from '../../models/mmu-notifier.ts'
import properties, { mails } from '../../properties/mmu-notifier.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated as violatedIn } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder } from './settle.ts'

type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

type Report = Awaited<ReturnType<typeof check>>

const reports = new Map<string, Promise<Report>>()

/** All properties under some settings: what several tests ask for is checked once. */
const reportOf = (settings: Settings = {}, variant: string | null = null): Promise<Report> => {
  const key = JSON.stringify([variant, settings])
  const report = reports.get(key) ?? check(properties, { variant, settings: Object.entries(settings) })
  reports.set(key, report)
  return report
}

const settled = async (property: string, { variant, settings = {} }: { variant?: string; settings?: Settings } = {}) => {
  const report = await reportOf(settings, variant)
  const found = report.properties.find(({ name }) => name === property)
  const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
  return { verdict: found?.verdict, race, states: report.states, message: `${found?.established}\n${race.join('\n')}` }
}

const violated = async (settings: Settings = {}, variant?: string): Promise<string[]> => {
  const report = await reportOf(settings, variant)
  return report.properties.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name)
}

describe('the mails', () => {
  test.each(
    mails.rows.map(
      (row) => [`${row.sentence.id} ${row.variant ?? ''} ${JSON.stringify(row.settings ?? {})} ${row.property}`, row] as const,
    ),
  )('%s', async (_, row) => {
    const { verdict, states, message } = await settled(row.property, row)
    expect(verdict, message).toBe(row.expected)
    expect(states).toBeLessThan(20_000)
  })
})

test('the oracle and the engine agree on every state of it', async () => {
  for (const variant of ['kvm-july-2008', 'contradiction', 'gru', 'reclaim-with-references'] as const)
    await explore(mmuNotifier, properties.properties, { ...mmuNotifier.variants?.[variant], faults: 1 }, 10)
})

test('what KVM does since July 2008 holds, with two virtual CPUs and with two pages too', async () => {
  for (const settings of [{}, { vcpus: 2 }, { pages: 2 }] satisfies Settings[]) expect(await violated(settings)).toEqual([])
  expect(await violated({ pages: 2 }, 'reclaim')).toEqual([])
})

test('the dangerous windows are entered in every variant, and no lock is left, given back twice or waited for in a circle', async () => {
  for (const variant of Object.keys(mmuNotifier.variants ?? {})) {
    const report = await reportOf({}, variant)
    const asked = report.properties.filter(
      ({ kind, name }) => kind === 'sometimes' || ['deadlock', 'stuck', 'assert', 'range'].includes(name),
    )
    expect(asked).toHaveLength(10)
    expect(
      asked.filter(({ verdict }) => verdict !== 'holds').map(({ name }) => name),
      variant,
    ).toEqual([])
  }
})

test('a page is pinned exactly where an spte is that nothing takes away', async () => {
  for (const variant of Object.keys(mmuNotifier.variants ?? {})) {
    const { properties: found } = await reportOf({}, variant)
    const [reclaimable, spteCanGo] = ['reclaimable', 'spteCanGo'].map((of) => found.find(({ name }) => name === of)?.verdict)
    expect(reclaimable, variant).toBe(spteCanGo)
  }
})

test('a sequence sends a fault back once for each invalidation; a count as often as the guest comes', async () => {
  const mostRetries = async (settings: Settings): Promise<number | null | undefined> => {
    const report = await reportOf(settings)
    return report.properties.find(({ name }) => name === 'mostRetries')?.extreme
  }
  for (const faults of [1, 2, 3]) {
    expect(await mostRetries({ faults })).toBe(faults)
    expect(await mostRetries({ faults, block: 'seqAtInvalidatePage', invalidatePage: 'always' })).toBe(1)
  }
})

describe('races', () => {
  const lookup = 'fault[0]: get_user_pages(): read pte'
  const clear = 'munmap: ptep_clear_flush()'
  const install = 'fault[0]: set spte'

  test('the "contradiction": a page that was found before it was unmapped is freed with an spte', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'contradiction' })
    expect(inOrder(race, lookup, clear, install), message).toBe(true)
    expect(inOrder(race, 'munmap: range_start(): zap spte', install, 'fault[0]: put_page()'), message).toBe(true)
    expect(race.filter((event) => event.includes('range_end'))).toEqual([])
    expect(race.at(-1)).toContain('put_page()')
  })

  test('the page count does not keep the translation from being stale', async () => {
    const { race, message } = await settled('noStaleSpte', { variant: 'kvm-january-2008' })
    expect(inOrder(race, lookup, clear, 'munmap: range_end(): zap spte', install), message).toBe(true)
  })

  test('count alone: the whole range is over between lookup and installation', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'count-only' })
    const munmap = ['munmap: range_start(): count++', clear, 'munmap: range_end(): count--']
    expect(inOrder(race, ...munmap, 'fault[0]: mmu_notifier_retry(): count > 0?', install), message).toBe(true)
    expect(inOrder(race, lookup, clear), message).toBe(true)
  })

  test('sequence at the end alone: the spte is installed before range_end()', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'seq-at-end' })
    expect(inOrder(race, 'fault[0]: sample seq', lookup, clear, 'fault[0]: mmu_notifier_retry(): seq has changed?', install), message).toBe(
      true,
    )
    expect(race).not.toContain('munmap: range_end(): seq++')
  })

  test('sequence at the start alone: a fault that starts afterwards sees no change', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'seq-at-start' })
    expect(inOrder(race, 'munmap: range_start(): seq++', 'fault[0]: sample seq', lookup, install), message).toBe(true)
    expect(inOrder(race, lookup, clear), message).toBe(true)
  })

  test('a sequence that is sampled after the lookup is that of a range which is over', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'seq-after-gup' })
    expect(inOrder(race, lookup, clear, 'munmap: range_end(): seq++', 'fault[0]: sample seq', install), message).toBe(true)
  })

  test('a sequence that is increased after the unlock comes too late', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'seq-after-unlock' })
    expect(
      inOrder(race, lookup, clear, 'munmap: invalidate_page(): zap spte', 'fault[0]: mmu_notifier_retry(): seq has changed?', install),
      message,
    ).toBe(true)
    expect(inOrder(race, 'munmap: invalidate_page(): seq++', 'fault[0]: mmu_notifier_retry(): seq has changed?'), message).toBe(false)
  })

  test('a GRU that does not cancel drops a freed page in', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'gru-without-cancel' })
    expect(inOrder(race, 'fault[0]: is a range being invalidated?', 'munmap: range_start(): count++'), message).toBe(true)
    expect(inOrder(race, 'fault[0]: follow_page(): read pte', clear), message).toBe(true)
    expect(inOrder(race, 'munmap: range_start(): zap spte', install), message).toBe(true)
  })

  test('without locks the count may not go down before the sequence goes up', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'lockless-end-count-first' })
    expect(inOrder(race, 'munmap: range_end(): count--', 'fault[0]: mmu_notifier_retry(): count > 0?', install), message).toBe(true)
    expect(inOrder(race, 'munmap: range_end(): seq++', 'fault[0]: mmu_notifier_retry(): seq has changed?'), message).toBe(false)
  })

  test('without locks the sequence may not be read before the count', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'lockless-end-seq-read-first' })
    const reader = [
      'fault[0]: mmu_notifier_retry(): seq has changed?',
      'munmap: range_end(): seq++',
      'munmap: range_end(): count--',
      'fault[0]: mmu_notifier_retry(): count > 0?',
    ]
    expect(inOrder(race, ...reader, install), message).toBe(true)
  })

  test('a reference that is put before the guest TLB is flushed frees the page under the TLB', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'kvm-january-2008', settings: { guestTlb: 'put-flush' } })
    expect(inOrder(race, install, 'munmap: range_end(): zap spte', 'munmap: put_page(): the reference of the spte'), message).toBe(true)
    expect(race.at(-1), message).toBe('munmap: put_page(): the reference of the spte')
    expect(race, message).toContain('guestTlb: fill')
  })

  test('rmap.c without invalidate_page() frees what an spte maps', async () => {
    const { race, message } = await settled('noUseAfterFree', { variant: 'reclaim-unnotified' })
    expect(inOrder(race, lookup, 'reclaim: ptep_clear_flush()', 'reclaim: free the page if page_count() == 1'), message).toBe(true)
  })
})

describe('the question of the mail', () => {
  type Verdict = 'safe' | 'use after free' | 'pinned while mapped'
  const verdictOf = async (settings: Settings): Promise<Verdict> => {
    const found = await violated(settings)
    return found.includes('noUseAfterFree') ? 'use after free' : found.includes('reclaimable') ? 'pinned while mapped' : 'safe'
  }
  const table = async (operation: 'munmap' | 'reclaim'): Promise<Record<string, Verdict>> => {
    const rows: [string, Verdict][] = []
    for (const pageRefHeld of [false, true])
      for (const invalidatePage of ['never', 'always'] as const)
        for (const block of ['none', 'countAndSeq', 'driverMutex'] as const) {
          const name = [
            pageRefHeld ? 'page count' : '',
            invalidatePage === 'always' ? 'invalidate_page' : '',
            block === 'none' ? '' : block,
          ]
          rows.push([name.filter((part) => part !== '').join(', '), await verdictOf({ operation, pageRefHeld, invalidatePage, block })])
        }
    return Object.fromEntries(rows)
  }

  test('for ranges the page count is not mandatory: blocking will do, and does more', async () => {
    expect(await table('munmap')).toEqual({
      '': 'use after free',
      countAndSeq: 'safe',
      driverMutex: 'safe',
      invalidate_page: 'use after free',
      'invalidate_page, countAndSeq': 'safe',
      'invalidate_page, driverMutex': 'safe',
      'page count': 'pinned while mapped',
      'page count, countAndSeq': 'safe',
      'page count, driverMutex': 'safe',
      'page count, invalidate_page': 'pinned while mapped',
      'page count, invalidate_page, countAndSeq': 'safe',
      'page count, invalidate_page, driverMutex': 'safe',
    })
  })

  test('for reclaim invalidate_page() is mandatory, with the page count or the sequence', async () => {
    expect(await table('reclaim')).toEqual({
      '': 'use after free',
      countAndSeq: 'use after free',
      driverMutex: 'use after free',
      invalidate_page: 'use after free',
      'invalidate_page, countAndSeq': 'safe',
      'invalidate_page, driverMutex': 'use after free',
      'page count': 'pinned while mapped',
      'page count, countAndSeq': 'pinned while mapped',
      'page count, driverMutex': 'pinned while mapped',
      'page count, invalidate_page': 'safe',
      'page count, invalidate_page, countAndSeq': 'safe',
      'page count, invalidate_page, driverMutex': 'safe',
    })
  })

  test('a page that an spte pins is pinned while mapped, not for ever: KVM recycles shadow pages', async () => {
    for (const variant of ['reclaim-pinned', 'kvm-january-2008'])
      expect(await violated({ recycling: true }, variant), variant).toEqual([
        'noStaleSpte',
        ...(variant === 'reclaim-pinned' ? [] : ['sptesStayZapped']),
      ])
  })

  test('with page counts and no sequence a page is reclaimed only if the user touches it once more', async () => {
    // Without the rule of the user nothing takes an spte away that a fault has installed after invalidate_page().
    const untouched = { ...mmuNotifier, rules: () => ({}) }
    const report = await check({ ...properties, model: untouched }, { variant: 'reclaim-with-references', properties: ['reclaimable'] })
    const found = report.properties.find(({ name }) => name === 'reclaimable')
    expect(found?.verdict).toBe('violated')
    const race = found?.trace?.steps.map(({ agent, label }) => `${agent}: ${label}`) ?? []
    expect(inOrder(race, 'fault[0]: get_user_pages(): read pte', 'reclaim: ptep_clear_flush()'), race.join('\n')).toBe(true)
    // It is too late as soon as invalidate_page() finds nothing to zap.
    expect(race).not.toContain('fault[0]: set spte')
  })
})

// Each of these changes once passed: with every look-up under the page-table lock nobody was there to see it.
describe('a look-up without the page-table lock sees', () => {
  const clear = "  yield 'ptep_clear_flush()'\n  s.pte[page] = false\n  s.zapping = true\n"
  const notify = '  if (notifies) yield* invalidatePage(s, self, page, p)\n'

  test.each(['seq-at-invalidate-page-gup-fast', 'reclaim-gup-fast'])('invalidate_page() before ptep_clear (%s)', async (variant) => {
    const found = violatedIn(await changed('mmu-notifier', [clear + notify, notify + clear], { variant }))
    expect(found).toEqual(expect.arrayContaining(['noUseAfterFree', 'noStaleSpte']))
  })

  test('that reclaim checks the count and frees in two steps', async () => {
    const inTwoSteps = "if (s.pageCount[0] === 1) {\n                yield 'free the page'\n                s.pageCount[0] = 0\n"
    const change = ['if (freezePage(s.pageCount, 0, 1)) {\n', inTwoSteps] as const
    expect(violatedIn(await changed('mmu-notifier', change, { variant: 'reclaim-gup-fast' }))).toContain('noFreeUnderFault')
  })
})

// A page has no next owner here, so a reference to a free page that is put again at once changed nothing.
test('a reference to a page that is free is a failed assertion', async () => {
  const change = ['if (!getPageUnlessZero(s.pageCount, page)) return false\n', 'getPage(s.pageCount, page)\n'] as const
  expect(violatedIn(await changed('mmu-notifier', change, { variant: 'reclaim-gup-fast' }))).toContain('assert')
})

test('get_user_pages_fast() need not read the entry again where a sequence is checked afterwards', async () => {
  const change = ['  if (s.pte[page]) return true\n', '  return true\n'] as const
  for (const variant of ['kvm-july-2008-gup-fast', 'seq-at-invalidate-page-gup-fast', 'reclaim-gup-fast'])
    expect(violatedIn(await changed('mmu-notifier', change, { variant })), variant).toEqual([])
})

test('a guest TLB sees that it is not flushed', async () => {
  const change = ["  yield 'kvm_flush_remote_tlbs()'\n  s.guestTlb[page] = false\n", "  yield 'kvm_flush_remote_tlbs()'\n"] as const
  expect(violatedIn(await changed('mmu-notifier', change, { variant: 'kvm-july-2008-guest-tlb' }))).toContain('noUseAfterFree')
})

// Each of these passed too: a protocol that sends every fault back installs no spte that could be wrong.
describe('a fault is not sent back for ever', () => {
  test.each([
    ['that the count is never decreased', '  s.count--\n'],
    ['that range_end() is forgotten', "            yield* rangeEnd(s, self, p)\n            yield* notifySecond(s, p, 'range_end')\n"],
  ])('%s', async (_, step) => {
    expect(violatedIn(await changed('mmu-notifier', [step, '']))).toContain('rangesEnd')
  })

  test('that the sequence is not sampled, once there has been an invalidation', async () => {
    const change = ["    yield 'sample seq'\n    mmuSeq = s.seq\n  }\n\n", "    yield 'sample seq'\n  }\n\n"] as const
    expect(violatedIn(await changed('mmu-notifier', change, { variant: 'reclaim-as-range' }))).toContain('onlyOverlapsRetry')
    expect(violatedIn(await changed('mmu-notifier', change))).toEqual([])
  })
})

describe('every means of protection decides some verdict', () => {
  const flips = {
    operation: ['noUseAfterFree', { block: 'driverMutex' }, 'reclaim'],
    pageRefHeld: ['noUseAfterFree', { block: 'none', pageRefHeld: true }, false],
    startFlush: ['noUseAfterFree', {}, false],
    endFlush: ['noStaleSpte', { startFlush: false, pageRefHeld: true, endFlush: true }, false],
    invalidatePage: ['noUseAfterFree', { operation: 'reclaim' }, 'never'],
    block: ['noUseAfterFree', {}, 'none'],
    seqSampledBeforeGup: ['noUseAfterFree', {}, false],
    seqBump: ['noUseAfterFree', { block: 'seqAtInvalidatePage', invalidatePage: 'always' }, 'afterUnlock'],
    endLocked: ['noUseAfterFree', { endOrder: 'count-seq' }, false],
    endOrder: ['noUseAfterFree', { endLocked: false }, 'count-seq'],
    readerOrder: ['noUseAfterFree', { endLocked: false }, 'seq-count'],
    lookup: ['noFreeUnderFault', {}, 'follow_page'],
    installUnder: ['noUseAfterFree', { block: 'none', invalidatePage: 'always', installUnder: 'ptLock' }, 'mmuLock'],
    guestTlb: ['noUseAfterFree', { block: 'none', pageRefHeld: true, endFlush: true, guestTlb: 'flush-put' }, 'put-flush'],
    recycling: ['spteCanGo', { operation: 'reclaim', pageRefHeld: true, block: 'none', invalidatePage: 'never', recycling: true }, false],
    secondUser: ['noUseAfterFree', { secondUser: 'blocks' }, 'neither'],
    rmapRange: ['noUseAfterFree', { operation: 'reclaim', invalidatePage: 'never', rmapRange: true }, false],
    hardwareCancel: ['noUseAfterFree', { block: 'flagAtFault', installUnder: 'nothing', hardwareCancel: true }, false],
  } as const satisfies Partial<Record<keyof typeof mmuNotifier.params, readonly [string, Settings, string | boolean]>>

  test.each(Object.entries(flips))('%s', async (knob, [property, good, bad]) => {
    const holds = await settled(property, { settings: good })
    expect(holds.verdict, holds.message).toBe('holds')
    expect((await settled(property, { settings: { ...good, [knob]: bad } })).verdict).toBe('violated')
  })

  test('and none is left out', () => {
    const sizes = ['pages', 'vcpus', 'faults']
    expect([...Object.keys(flips), ...sizes].sort()).toEqual(Object.keys(mmuNotifier.params).sort())
  })
})

test.each([['contradiction', 'noUseAfterFree']])('docs/protocols has the race of %s as it is', async (variant, property) => {
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('mmu-notifier', report.properties.find(({ name }) => name === property)?.trace)
})
