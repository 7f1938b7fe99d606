import { describe, expect, test } from 'vitest'
import superpageTypes from '../../models/superpage-types.ts'
import properties, { mails } from '../../properties/superpage-types.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { expectRaceIn } from './race-in-page.ts'
import { inOrder, settle } from './settle.ts'

const variants = superpageTypes.variants ?? {}
type Settings = NonNullable<(typeof variants)[string]>

const settled = new Map<string, ReturnType<typeof settle>>()
const settleOnce = (settings: Settings): ReturnType<typeof settle> => {
  const key = JSON.stringify(settings)
  const found = settled.get(key) ?? settle(properties, settings)
  settled.set(key, found)
  return found
}
const ofVariant = (name: string): Settings => {
  const found = variants[name]
  if (found === undefined) throw new Error(`no variant ${name}`)
  return found
}

test.each(mails.rows)('$id $variant $settings: $property $expected', async ({ variant, settings, property, expected }) => {
  const { verdicts } = await settleOnce({ ...(variant === undefined ? {} : ofVariant(variant)), ...settings })
  expect(verdicts[property]).toBe(expected)
  expect(verdicts).toMatchObject({ mappersFinish: 'holds', markedThenMapped: 'holds' })
})

test('the oracle and the engine agree on every state of it', async () => {
  for (const scheme of ['walk', 'keir2', 'impl2010', 'dave1'] as const) {
    const settings = { scheme, mappers: 1, giveBack: false }
    const { states } = await explore(superpageTypes, properties.properties, settings, 10)
    expect(states.length, scheme).toBe((await settleOnce(settings)).states)
  }
}, 60_000)

test('no window stays unentered', async () => {
  for (const name of Object.keys(variants)) {
    const { verdicts, states } = await settleOnce(ofVariant(name))
    expect(verdicts, name).toMatchObject({
      pageTableExists: 'holds',
      mappedTwiceWritable: 'holds',
      staleWritableTranslation: 'holds',
      mappingRefused: 'holds',
      superpageIsMarked: 'holds',
      pageIsFreed: 'holds',
      pageIsReallocated: 'holds',
      deadlock: 'holds',
    })
    expect(states, name).toBeLessThan(120_000)
  }
})

const mapOnly = { rounds: 1, typer: false, giveBack: false } as const
const alone = { scheme: 'impl2010', mappers: 1, typer: false, giveBack: false } as const

// Without the second setting the verdict is the other one: no knob is idle.
const knobs: readonly [string, Settings, Settings, string][] = [
  ['scheme', {}, { scheme: 'walk' }, 'readOnlyOverPageTable'],
  ['mappers', { ...variants.impl2010, mappers: 1 }, { ...variants.impl2010, mappers: 2 }, 'noWritablePageTable'],
  ['pageTables', { pageTableRefs: 2 }, { pageTableRefs: 2, pageTables: 2, confCount: 'perPage' }, 'conflictsArePages'],
  ['alsoMapped', { ...mapOnly, scheme: 'keir2' }, { ...mapOnly, scheme: 'keir2', alsoMapped: true }, 'costExact'],
  ['reallocation', { reallocation: 'flushed' }, { reallocation: 'unflushed' }, 'noWritableReallocated'],
  ['pageTableRefs', {}, { pageTableRefs: 2 }, 'conflictsArePages'],
  ['typer', { confOrder: 'page-first', typer: false }, { confOrder: 'page-first' }, 'noWritablePageTable'],
  ['giveBack', { freeConsultsSuperpage: false, giveBack: false }, { freeConsultsSuperpage: false }, 'noFreedPageMapped'],
  ['marking', { ...variants.impl2010, mappers: 1 }, { ...variants.impl2010, mappers: 1, marking: true }, 'noWritablePageTable'],
  ['roMapping', {}, { roMapping: 'notCounted' }, 'upgradeNeverRefused'],
  ['confCount', { pageTableRefs: 2 }, { pageTableRefs: 2, confCount: 'perPage' }, 'conflictsArePages'],
  ['confOrder', {}, { confOrder: 'page-first' }, 'noWritablePageTable'],
  ['upgrades', { roMapping: 'notCounted', upgrades: false }, { roMapping: 'notCounted' }, 'upgradeNeverRefused'],
  ['upgradePath', { roMapping: 'notCounted' }, { roMapping: 'notCounted', upgradePath: 'fastPathIgnoresRW' }, 'noWritablePageTable'],
  ['typeChangeFlush, dave1', {}, { typeChangeFlush: 'page-timestamp' }, 'noWritablePageTable'],
  ['typeChangeFlush, walk', { scheme: 'walk' }, { scheme: 'walk', typeChangeFlush: 'none' }, 'noWritablePageTable'],
  ['flushPosition, dave1', {}, { flushPosition: 'before-cmpxchg' }, 'noWritablePageTable'],
  ['flushPosition, walk', { scheme: 'walk' }, { scheme: 'walk', flushPosition: 'before-cmpxchg' }, 'noWritablePageTable'],
  ['publishCount', { scheme: 'impl2010' }, { scheme: 'impl2010', publishCount: 'before-walk' }, 'noWritablePageTable'],
  ['doPagesReset', variants['impl2010-do-pages-reset'] ?? {}, variants.impl2010 ?? {}, 'noWritablePageTable'],
  ['freeConsultsSuperpage', {}, { freeConsultsSuperpage: false }, 'noFreedPageMapped'],
  ['ownerCheckedAtMap', {}, { ownerCheckedAtMap: false }, 'noFreedPageMapped'],
  ['rounds', { ...alone, rounds: 0 }, { ...alone, rounds: 2 }, 'everyMappingWalks'],
]
test.each(knobs)('%s decides a verdict', async (_, one, other, property) => {
  const verdicts = [(await settleOnce(one)).verdicts[property], (await settleOnce(other)).verdicts[property]]
  expect(verdicts.toSorted()).toEqual(['holds', 'violated'])
})

// `pages` decides nothing: it is the last page that changes its type, and what is said of costs is said for every
// number of pages.
test('there is such a pair for every knob but the number of pages', () => {
  const named = new Set(knobs.map(([name]) => name.replace(/,.*/, '')))
  expect(Object.keys(superpageTypes.params).filter((name) => !named.has(name))).toEqual(['pages'])
})

// countsExact once took the references to a page table for writable mappings where a superpage has one page only.
test.each([1, 2, 3])('with %i pages all holds that holds', async (pages) => {
  for (const scheme of ['walk', 'keir2', 'impl2010', 'dave1'] as const)
    expect((await settleOnce({ scheme, pages, mappers: 1 })).verdicts, scheme).toMatchObject({
      noWritablePageTable: 'holds',
      countsExact: 'holds',
      noFreedPageMapped: 'holds',
    })
})

// A walk met its conflict at the first page, which alone was ever a page table, and so had nothing to put back: a
// rollback that put nothing passed.
test.each(['walk-2008', 'keir', 'impl2010-do-pages-reset'])('countsExact sees that a walk keeps what it got (%s)', async (variant) => {
  const rollback = '      countPageOp(s, p)\n      putPage(s, got, access)\n'
  expect(violated(await changed('superpage-types', [rollback, '      countPageOp(s, p)\n'], { variant }))).toContain('countsExact')
})

// A page that stays writable with no writable mapping left can never become a page table again.
test.each(['walk-2008', 'keir', 'impl2010-do-pages-reset'])('countsExact sees that a page keeps its type (%s)', async (variant) => {
  const change = ["    s.page[at].type = 'none'\n    s.page[at].flushDue = true\n", '    s.page[at].flushDue = true\n'] as const
  expect(violated(await changed('superpage-types', change, { variant }))).toContain('countsExact')
})

// A page that was given back could become a page table: no property forbade it.
test.each(['walk-2008', 'keir', 'impl2010-do-pages-reset'])(
  'noFreedPageTable sees that the owner of a page is not checked when it becomes a page table (%s)',
  async (variant) => {
    const checked = '    if (at === lastPage(p) && s.freed) return false\n    if (s.page[at].type === type'
    const unchecked = '    if (s.page[at].type === type'
    expect(violated(await changed('superpage-types', [checked, unchecked], { variant }))).toContain('noFreedPageTable')
  },
)

// A cmpxchg that is tried again with what it had compared before spins for as long as the page is mapped writable.
test('typeChangeEnds sees a retry that does not read again', async () => {
  const change = ['    type = s.page[at].type\n    count', '    count'] as const
  expect(violated(await changed('superpage-types', change, { variant: 'walk-2008-without-upgrades' }))).toEqual(['typeChangeEnds'])
})

test('pageTableExists sees that the page table is where a walk has nothing to put back', async () => {
  const change = ['=> p.pages - 1', '=> p.pages - 2'] as const
  expect(violated(await changed('superpage-types', change, { variant: 'walk-2008-without-upgrades' }))).toContain('pageTableExists')
})

describe('races', () => {
  test('C3.2: a TLB outlives the mapping, and the timestamp of the page knows nothing of it', async () => {
    const race = (await settleOnce(ofVariant('dave'))).races.noWritablePageTable ?? []
    expect(
      inOrder(
        race,
        'user: store through the superpage',
        'typer: get_superpage_and_type(conflicting): cmpxchg(spage, x, x + 1)',
        'typer: get_page_type(page[1], PGT_l1): cmpxchg(type_info, x, x + 1)',
        'typer: alloc_l1_table(page[1]): validate',
      ),
      race.join('\n'),
    ).toBe(true)
    expect(race.filter((event) => event.includes('flush TLBs'))).toEqual([])
  })

  test('C3.7: the retry puts the pages although another mapper has come', async () => {
    const race = (await settleOnce(ofVariant('impl2010'))).races.noWritablePageTable ?? []
    const puts = race.find((event) => event.includes('put: x = spage'))?.split(':')[0] ?? ''
    const other = puts === 'mapper[0]' ? 'mapper[1]' : 'mapper[0]'
    expect(
      inOrder(
        race,
        `${puts}: write L2e: RW`,
        `${puts}: put: x = spage`,
        `${other}: get: cmpxchg(spage, x, x + 1)`,
        `${puts}: put: cmpxchg(spage, x, x - 1)`,
        `${puts}: put: cmpxchg(spage, x, x - 1)`,
        `${puts}: put_page_and_type(page[1])`,
        'typer: alloc_l1_table(page[1]): validate',
      ),
      race.join('\n'),
    ).toBe(true)
  })

  test('C3.6: a second mapper takes a count for a walk that is not done', async () => {
    const race = (await settleOnce(ofVariant('keir-count-before-walk'))).races.noWritablePageTable ?? []
    expect(race.filter((event) => event.includes('get_page_and_type(page[1]'))).toEqual([])
    expect(race.filter((event) => event.endsWith('get: cmpxchg(spage, x, x + 1)'))).toHaveLength(2)
  })

  test('C3.1: a mapping comes and goes between the flush and the cmpxchg', async () => {
    const race = (await settleOnce(ofVariant('xsa-401'))).races.noWritablePageTable ?? []
    expect(
      inOrder(
        race,
        'typer: superpage changes type: flush TLBs',
        'user: store through the superpage',
        'typer: get_superpage_and_type(conflicting): cmpxchg(spage, x, x + 1)',
        'typer: alloc_l1_table(page[1]): validate',
      ),
      race.join('\n'),
    ).toBe(true)
  })
})

// A flush that is filtered by a timestamp read before the cmpxchg misses a mapping that came and went: the model once
// had this race in every scheme.
test('the timestamp of a page counts as it is after the cmpxchg', async () => {
  for (const scheme of ['walk', 'keir2', 'impl2010'] as const)
    expect((await settleOnce({ scheme })).verdicts.noWritablePageTable, scheme).toBe('holds')
})

// An upgrade holds two references at a time. The counts once had room for those of two mappers only, and the third ran
// out of it.
test('three mappers have room to count', async () => {
  for (const settings of [
    { mappers: 3, giveBack: false },
    { scheme: 'impl2010', marking: true, giveBack: false },
  ] as const)
    expect((await settleOnce(settings)).verdicts, JSON.stringify(settings)).toMatchObject({ range: 'holds', noWritablePageTable: 'holds' })
})

test.each(['dave', 'impl2010'])('docs/protocols has the race of %s as it is', async (variant) => {
  const property = 'noWritablePageTable'
  const report = await check(properties, { variant, properties: [property] })
  expectRaceIn('superpage-types', report.properties.find(({ name }) => name === property)?.trace)
})
