/** The textbook shootdown: both mutations let a CPU write to a page after mprotect() has returned. */
import { properties as claims } from 'mmucheck'
import { expect, test } from 'vitest'
import tlbShootdown from '../../models/tlb-shootdown.ts'
import properties from '../../properties/tlb-shootdown.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'
import { inOrder, settle } from './settle.ts'

const good = {
  noWriteAfterMprotect: 'holds',
  staleWritableTranslation: 'holds',
  allPagesProtected: 'holds',
  pageIsOnlyRead: 'holds',
  allPagesAreWritten: 'holds',
  deadlock: 'holds',
  assert: 'holds',
  range: 'holds',
}

test('the oracle and the engine agree on every state of it', async () => {
  // The same numbers came out of a third search, written apart from both.
  const { states, transitions, depth } = await explore(tlbShootdown, properties.properties, { pages: 1 }, 10)
  expect([states.length, transitions, depth]).toEqual([356, 1536, 19])
})

test('no CPU writes to a page once mprotect() has returned', async () => {
  expect((await settle(properties)).verdicts).toEqual(good)
  expect((await settle(properties, { cpus: 3, pages: 1 })).verdicts).toEqual(good)
})

test('unless one interrupt is not sent', async () => {
  const { verdicts, races } = await settle(properties, tlbShootdown.variants?.['lost-ipi'])
  expect(verdicts).toEqual({ ...good, noWriteAfterMprotect: 'violated' })
  const race = races.noWriteAfterMprotect ?? []
  expect(
    inOrder(race, 'cpu[1]: store', 'mprotect[0]: pte_wrprotect()', 'mprotect[0]: invlpg', 'mprotect[0]: mmap_write_unlock()'),
    race.join('\n'),
  ).toBe(true)
  expect(race.filter((event) => event.includes('IPI to CPU 1'))).toEqual([])
})

test('or mprotect() does not wait for the acknowledgements', async () => {
  const { verdicts, races } = await settle(properties, tlbShootdown.variants?.['no-wait'])
  expect(verdicts).toEqual({ ...good, noWriteAfterMprotect: 'violated' })
  const race = races.noWriteAfterMprotect ?? []
  const [initiator, other] = race.some((event) => event.startsWith('mprotect[0]: ')) ? [0, 1] : [1, 0]
  expect(
    inOrder(
      race,
      `cpu[${other}]: store`,
      `mprotect[${initiator}]: pte_wrprotect()`,
      `mprotect[${initiator}]: send an IPI to CPU ${other}`,
      `mprotect[${initiator}]: mmap_write_unlock()`,
    ),
    race.join('\n'),
  ).toBe(true)
  expect(race).not.toContain(`ipi[${other}]: invlpg`)
})

test('with three CPUs the mutations show as well', async () => {
  for (const variant of ['lost-ipi', 'no-wait'] as const)
    expect((await settle(properties, { ...tlbShootdown.variants?.[variant], cpus: 3, pages: 1 })).verdicts, variant).toEqual({
      ...good,
      noWriteAfterMprotect: 'violated',
    })
})

test('mprotect() returns if interrupts are served, and only then', async () => {
  const verdicts = async (target: Parameters<typeof check>[0]): Promise<Record<string, string>> =>
    Object.fromEntries((await check(target, { settings: [['pages', 1]] })).properties.map(({ name, verdict }) => [name, verdict]))
  expect(await verdicts(properties)).toMatchObject({
    mprotectReturns: 'holds',
    somePageIsProtected: 'holds',
    lockCanBeFree: 'holds',
    stuck: 'holds',
  })
  const unfair = claims({ ...tlbShootdown, fairness: {} }, properties.properties)
  expect(await verdicts(unfair)).toMatchObject({ mprotectReturns: 'violated', somePageIsProtected: 'violated', lockCanBeFree: 'holds' })
})

// Each of these passed: that user code does what it may was asked of no page in particular, and of loads not at all.
test.each([
  ['pageIsOnlyRead', 'onLoad: () => {},', ''],
  ['allPagesAreWritten', 'for (let page = 0; page < p.pages; page++) s.pte', 'for (let page = 0; page < 1; page++) s.pte'],
])('%s sees a user that does less', async (property, old, now) => {
  expect(violated(await changed('tlb-shootdown', [old, now]))).toContain(property)
})
