/**
 * One CPU's own lazy MMU section: the cost (C1b.1), and the bugs of 2009 to 2025 (docs/protocols/lazy-mmu.md), each
 * with its fix.
 */
import { describe, expect, test } from 'vitest'
import lazyMmuNesting from '../../models/lazy-mmu-nesting.ts'
import properties, { mails } from '../../properties/lazy-mmu-nesting.ts'
import { explore } from '../semantics/harness.ts'
import { changed, violated } from './changed.ts'
import { inOrder, settle } from './settle.ts'

const variant = (name: keyof NonNullable<typeof lazyMmuNesting.variants>) => lazyMmuNesting.variants?.[name]

const violatedOf = (verdicts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(verdicts).flatMap(([name, verdict]) => (verdict === 'holds' ? [] : [name]))

test.each(Object.keys(lazyMmuNesting.variants ?? {}))('the oracle and the engine agree on every state of %s', async (name) => {
  const { states } = await explore(lazyMmuNesting, properties.properties, { ...lazyMmuNesting.variants?.[name] }, 99)
  expect(states.length).toBeGreaterThan(1)
})

test.each(
  mails.rows.map((row) => [`${row.sentence.id} ${row.variant ?? ''} ${JSON.stringify(row.settings ?? {})} ${row.property}`, row] as const),
)('%s', async (_, { variant: name, settings, property, expected }) => {
  const { verdicts } = await settle(properties, { ...lazyMmuNesting.variants?.[name ?? ''], ...settings })
  expect(verdicts[property]).toBe(expected)
})

test.each(['fork-2011-fixed', 'kasan-paused', 'irq-immediate', 'irq-outer-flushed', 'nesting-counted', 'preempt-flushed'] as const)(
  'everything holds of %s',
  async (name) => {
    expect(violatedOf((await settle(properties, variant(name))).verdicts)).toEqual([])
  },
)

describe('what is queued is not there', () => {
  test('for the section itself: fork() maps a page and uses it (2011)', async () => {
    const { verdicts, races } = await settle(properties, variant('fork-2011'))
    expect(verdicts.assert).toBe('violated')
    expect(races.assert).toEqual([
      'task: arch_enter_lazy_mmu_mode()',
      'task: set_pte(pte[0])',
      'task: inner: set_pte(pte[1])',
      'task: inner: use the page',
    ])
  })

  test('for an interrupt handler that inherits the mode, and for one that reads what it has interrupted', async () => {
    for (const name of ['irq-inherits-lazy', 'irq-immediate-reads-outer'] as const) {
      const { verdicts, races } = await settle(properties, variant(name))
      expect(violatedOf(verdicts), name).toEqual(['assert'])
      expect(
        inOrder(races.assert ?? [], 'task: arch_enter_lazy_mmu_mode()', 'interrupt: set_pte(pte[2]), then a read'),
        races.assert?.join('\n'),
      ).toBe(true)
    }
  })
})

describe('a section inside a section', () => {
  test('is a BUG_ON(), or ends the mode of the outer one too soon', async () => {
    expect((await settle(properties, variant('nesting-bug'))).races.assert?.at(-1)).toBe('task: inner: arch_enter_lazy_mmu_mode()')
    // Safe, for what follows is immediate; it only costs more.
    expect(violatedOf((await settle(properties, variant('nesting-inner-leave-ends-mode'))).verdicts)).toEqual(['innerSectionKeepsBatching'])
  })
})

// Once a mode that never ends passed, and sections that set nothing.
describe('counted sections', () => {
  test.each<readonly [string, readonly [string, string], readonly string[]]>([
    [
      'a leave that does not count',
      ["if (p.nesting === 'counted') s.lazy[s.on]--\n  else s", "if (p.nesting !== 'counted') s"],
      ['modeEnds'],
    ],
    [
      'a section that sets nothing after the one that it calls',
      ['        setPte(s, p, 3 + n)\n', ''],
      ['hypercallsAsCounted', 'sectionIsLeft'],
    ],
    [
      'a section that has set nothing before',
      ["      yield 'set_pte(pte[0])'\n      setPte(s, p, 0)\n", ''],
      ['sectionIsLeft', 'sectionIsEnteredInside'],
    ],
  ])('%s does not pass', async (_, change, killers) => {
    expect(violated(await changed('lazy-mmu-nesting', change, { variant: 'nesting-counted' }))).toEqual([...killers])
  })
})

test('flushing before every read is safe, and leaves nothing of the batching', async () => {
  expect(violatedOf((await settle(properties, variant('flush-before-read'))).verdicts)).toEqual(['batchingPays'])
})

test('a task that is moved to another CPU leaves what it has queued behind', async () => {
  const { verdicts, races } = await settle(properties, variant('preempt-queue-left-behind'))
  expect(violatedOf(verdicts)).toEqual(['noLostUpdate', 'nothingQueuedOutsideTheMode'])
  const race = races.noLostUpdate ?? []
  expect(
    inOrder(race, 'task: set_pte(pte[0])', 'scheduler: move the task to CPU 1', 'task: arch_leave_lazy_mmu_mode()'),
    race.join('\n'),
  ).toBe(true)
})

describe('each knob decides a verdict', () => {
  type Settings = NonNullable<(typeof mails.rows)[number]['settings']>

  /**
   * The property whose verdict flips, settings in which it holds, and the value of the knob, alone, that violates it.
   */
  const flips = {
    inner: ['assert', { flushBeforeUse: false }, 'use'],
    flushBeforeUse: ['assert', { inner: 'use' }, false],
    flushBeforeRead: ['batchingPays', {}, true],
    nesting: ['innerSectionKeepsBatching', { inner: 'section', flushBeforeUse: false }, 'innerLeaveEndsMode'],
    irqInsideLazy: ['assert', {}, 'inherits lazy'],
    irqReads: ['assert', { irqInsideLazy: 'immediate' }, 'entry of the section'],
    preempt: ['noLostUpdate', {}, 'queue left behind'],
    // A switch between the two updates of a short section makes two hypercalls of them.
    updates: ['batchingPays', { preempt: 'flushed at switch' }, 1],
    depth: ['batchingPays', {}, 1],
  } as const satisfies Record<keyof typeof lazyMmuNesting.params, readonly [string, Settings, string | number | boolean]>

  test.each(Object.entries(flips))('%s', async (knob, [property, good, bad]) => {
    const worse: Settings = { ...good, [knob]: bad }
    expect((await settle(properties, good)).verdicts[property]).toBe('holds')
    expect((await settle(properties, worse)).verdicts[property]).toBe('violated')
  })

  test('and none is left out', () => {
    expect(Object.keys(flips).sort()).toEqual(Object.keys(lazyMmuNesting.params).sort())
  })
})
