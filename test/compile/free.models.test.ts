/**
 * The models of the repository with their flags and choices left free, against the same models compiled for single
 * settings.
 */
import { expect, test } from 'vitest'
import lazyMmu from '../../properties/lazy-mmu.ts'
import lazyMmuNesting from '../../properties/lazy-mmu-nesting.ts'
import lazyMmuPde from '../../properties/lazy-mmu-pde.ts'
import machShootdown from '../../properties/mach-shootdown.ts'
import mmuNotifier from '../../properties/mmu-notifier.ts'
import pteModify from '../../properties/pte-modify.ts'
import shadowWalk from '../../properties/shadow-walk.ts'
import superpageTypes from '../../properties/superpage-types.ts'
import tlbShootdown from '../../properties/tlb-shootdown.ts'
import writablePageTables from '../../properties/writable-page-tables.ts'
import { search } from '../../src/explicit/search/search.ts'
import type { ParamSettings } from '../../src/ir/param.ts'
import { type Claimed, type Compiled, claimed, compareAt, searchFree, settingsIn, split } from './settings.ts'

/** Of many, some: the same ones in every run. */
const some = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most ? all : Array.from({ length: most }, (_, i) => all[Math.floor(((i * 0.618_033_988_75) % 1) * all.length)] as T)

interface Case {
  readonly claims: Claimed
  /** Small ones. */
  readonly sizes: Readonly<Record<string, number>>
  /** Params that shape the model. */
  readonly shaping: readonly string[]
}

const cases: Readonly<Record<string, Case>> = {
  'lazy-mmu': {
    claims: claimed(lazyMmu.model, lazyMmu.properties),
    sizes: { cpus: 1, ptes: 1, updates: 1 },
    shaping: ['fork', 'mode', 'userStores'],
  },
  'lazy-mmu-nesting': {
    claims: claimed(lazyMmuNesting.model, lazyMmuNesting.properties),
    sizes: {},
    shaping: ['irqInsideLazy', 'preempt'],
  },
  'lazy-mmu-pde': { claims: claimed(lazyMmuPde.model, lazyMmuPde.properties), sizes: {}, shaping: [] },
  'mach-shootdown': { claims: claimed(machShootdown.model, machShootdown.properties), sizes: {}, shaping: [] },
  'mmu-notifier': {
    claims: claimed(mmuNotifier.model, mmuNotifier.properties),
    sizes: { faults: 1 },
    shaping: ['guestTlb', 'operation', 'recycling', 'secondUser'],
  },
  'pte-modify': {
    claims: claimed(pteModify.model, pteModify.properties),
    sizes: {},
    shaping: ['hwStrayAD', 'otherWriter', 'user'],
  },
  'shadow-walk': { claims: claimed(shadowWalk.model, shadowWalk.properties), sizes: {}, shaping: [] },
  'superpage-types': {
    claims: claimed(superpageTypes.model, superpageTypes.properties),
    sizes: { rounds: 1, mappers: 1 },
    shaping: ['giveBack', 'marking', 'scheme', 'typer'],
  },
  'tlb-shootdown': { claims: claimed(tlbShootdown.model, tlbShootdown.properties), sizes: { pages: 1 }, shaping: [] },
  'writable-page-tables': {
    claims: claimed(writablePageTables.model, writablePageTables.properties),
    sizes: { writes: 1 },
    shaping: ['frameReuse', 'speculativeWalks'],
  },
}

test.each(Object.entries(cases))(
  '%s: the same verdicts, lengths and states for each setting',
  async (name, { claims, sizes, shaping }) => {
    const systems = split(claims, sizes).map((one): Compiled => {
      if (one.kind === 'refused') throw new Error(one.diagnostic.message)
      return one
    })
    const found = new Set(systems.flatMap((one) => one.shaping.map(({ param }) => param)))
    expect([...found].sort()).toEqual(shaping)
    const settings = systems.flatMap((one) => settingsIn(one.system).map((setting): [Compiled, ParamSettings] => [one, setting]))
    let different = 0
    for (const [one, setting] of some(settings, 6)) {
      const { states } = await compareAt(claims, one, setting)
      if (states[0] !== states[1]) different++
    }
    // Locals that only other settings need are rare.
    expect(different, name).toBeLessThanOrEqual(3)
  },
  120_000,
)

test('mach-shootdown and lazy-mmu-pde: all settings in one search', async () => {
  for (const name of ['mach-shootdown', 'lazy-mmu-pde'] as const) {
    const { claims, sizes } = cases[name]!
    const [one] = split(claims, sizes)
    if (one?.kind !== 'system') throw new Error('it is refused')
    let states = 0
    const violated = new Map<string, number>()
    for (const setting of settingsIn(one.system)) {
      const compared = await compareAt(claims, one, setting)
      states += compared.states[0]
      for (const verdict of compared.verdicts) {
        const [, property, length] = /^(.*): violated (\d+)$/.exec(verdict) ?? []
        if (property !== undefined) violated.set(property, Math.min(Number(length), violated.get(property) ?? Number.POSITIVE_INFINITY))
      }
    }
    const free = await searchFree(claims, one)
    expect(free.states).toBe(states)
    const all = await search(one.system)
    for (const { name: property, verdict, length, kind } of all.properties)
      if (kind !== 'sometimes')
        expect([verdict, length], property).toEqual(violated.has(property) ? ['violated', violated.get(property)] : ['holds', null])
  }
}, 120_000)
