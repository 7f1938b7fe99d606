import { always, array, assert, bool, choose, index, model, oneOf, record, when } from 'mmucheck'
import {
  emptyPte,
  flush,
  flushAll,
  flushNonGlobal,
  flushTlbPage,
  forgetDirty,
  hardware,
  load,
  loadHits,
  type Pte,
  pte,
  store,
  storeHits,
  type Tlb,
  taggedTlb,
  tlb,
  userCpu,
} from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

/** One access to a page whose entry and cached translation are any; what comes of it. */
const access = (kind: 'load' | 'store') =>
  model({
    name: 'm',
    state: () => ({ table: array(1, pte()), cache: tlb(1), outcome: oneOf('none', 'completed', 'fault') }),
    init: function* (s) {
      s.table[0] = { ...emptyPte, P: yield* choose([false, true]), W: yield* choose([false, true]) }
      s.cache[0] = yield* choose([null, { frame: 0, W: false, D: false }, { frame: 0, W: true, D: false }, { frame: 0, W: true, D: true }])
    },
    processes: () => ({
      cpu: function* (s) {
        yield 'access'
        const completed = kind === 'load' ? load(s.cache, 0, s.table[0]) : store(s.cache, 0, s.table[0])
        s.outcome = completed ? 'completed' : 'fault'
      },
    }),
  })

const short = (state: string): string =>
  state.replaceAll('true', '1').replaceAll('false', '0').replaceAll(' frame:0', '').replaceAll('frame:0 ', '').replace(' | cpu@-', '')
const ends = (states: readonly string[]): string[] => states.filter((state) => state.endsWith('@-')).map(short)

describe('the walker', () => {
  test('a load hits any translation; else it needs P, sets A, and fills', async () => {
    expect(ends((await explore(access('load'))).states)).toEqual(
      [
        // With a translation the entry in memory does not matter, and is not touched.
        'table=[{P:0 W:0 A:0 D:0}] cache=[null] outcome=fault',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:0 D:0}] outcome=completed',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:1 D:0}] outcome=completed',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:0 W:1 A:0 D:0}] cache=[null] outcome=fault',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:0 D:0}] outcome=completed',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:1 D:0}] outcome=completed',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:0 D:0}] outcome=completed',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:1 D:0}] outcome=completed',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:1 W:0 A:1 D:0}] cache=[{W:0 D:0}] outcome=completed',
        'table=[{P:1 W:1 A:0 D:0}] cache=[{W:0 D:0}] outcome=completed',
        'table=[{P:1 W:1 A:0 D:0}] cache=[{W:1 D:0}] outcome=completed',
        'table=[{P:1 W:1 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:1 W:1 A:1 D:0}] cache=[{W:1 D:0}] outcome=completed',
      ].sort(),
    )
  })

  test('a store hits only W && D; else it needs P and W in memory now, sets A and D, and fills', async () => {
    expect(ends((await explore(access('store'))).states)).toEqual(
      [
        'table=[{P:0 W:0 A:0 D:0}] cache=[null] outcome=fault',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:0 D:0}] outcome=fault',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:1 D:0}] outcome=fault',
        'table=[{P:0 W:0 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:0 W:1 A:0 D:0}] cache=[null] outcome=fault',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:0 D:0}] outcome=fault',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:1 D:0}] outcome=fault',
        'table=[{P:0 W:1 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:1 W:0 A:0 D:0}] cache=[null] outcome=fault',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:0 D:0}] outcome=fault',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:1 D:0}] outcome=fault',
        'table=[{P:1 W:0 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        // No translation, a read-only one, or one that is not known to be dirty: a walk, with one and the same result.
        'table=[{P:1 W:1 A:0 D:0}] cache=[{W:1 D:1}] outcome=completed',
        'table=[{P:1 W:1 A:1 D:1}] cache=[{W:1 D:1}] outcome=completed',
      ].sort(),
    )
  })

  test('no A or D bit ever appears in an entry that is not present', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ table: array(1, pte()), cache: tlb(1), unmapped: bool }),
        init: (s) => {
          s.table[0] = { ...emptyPte, P: true, W: true }
        },
        processes: () => ({
          kernel: function* (s) {
            yield 'pte_clear'
            s.table[0] = emptyPte
            s.unmapped = true
          },
        }),
        rules: () => ({
          cpu: {
            load: (s) => when(load(s.cache, 0, s.table[0])),
            store: (s) => when(store(s.cache, 0, s.table[0])),
            evict: (s) => {
              flush(s.cache, 0)
            },
          },
        }),
      }),
      { noStrayBits: always((s) => s.table.every((entry) => entry.P || (!entry.A && !entry.D))) },
    )
    expect(verdicts.noStrayBits).toBe('holds')
  })
})

describe('the TLB', () => {
  test('flush forgets one page, flushAll all of them', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ cache: tlb(2, 4), hits: array(4, bool) }),
        init: function* (s) {
          s.cache = [
            { frame: 3, W: true, D: true },
            { frame: 1, W: true, D: false },
          ]
          const what = yield* choose(['page 0', 'all'])
          if (what === 'all') flushAll(s.cache)
          else flush(s.cache, 0)
          s.hits = [loadHits(s.cache, 0), loadHits(s.cache, 1), storeHits(s.cache, 0), storeHits(s.cache, 1)]
        },
      }),
    )
    expect(states).toEqual([
      'cache=[null,null] hits=[false,false,false,false]',
      'cache=[null,{frame:1 W:true D:false}] hits=[false,true,false,false]',
    ])
  })

  test('flushTlbPage is a step, and what is under a tag is flushed by that', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ cache: taggedTlb(2, index(3)), flushed: array(3, bool) }),
        init: (s) => {
          s.cache = [2, 1]
        },
        processes: () => ({
          cpu: function* (s) {
            yield* flushTlbPage(s.cache, 1)
            s.flushed[0] = flush(s.cache, 1)
            s.flushed[1] = flushAll(s.cache)
            s.flushed[2] = flushAll(s.cache)
          },
        }),
      }),
    )
    expect(states).toEqual([
      'cache=[2,1] flushed=[false,false,false] | cpu@flush_tlb_page()',
      'cache=[null,null] flushed=[false,true,false] | cpu@-',
    ])
  })

  // Intel SDM, volume 3, "Global Pages": of one page, under two PCIDs and, from a global entry, under none.
  test('a global translation survives a write to CR3 and a switch of PCIDs; INVLPG and a flush of all drop it', async () => {
    const globalTag = 2
    type State = { pte: { frame: number; G: boolean }; pcid: number; tlb: ({ frame: number } | null)[] }
    const tlb = (s: State) => s.tlb
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({
          pte: record({ frame: index(2), G: bool }),
          pcid: index(2),
          tlb: taggedTlb(3, record({ frame: index(2) })),
          how: oneOf('nothing', 'CR3', 'INVLPG', 'all'),
        }),
        init: (s) => {
          s.pte.G = true
        },
        processes: () => ({
          kernel: function* (s) {
            yield 'set_pte(not global)'
            s.pte = { frame: 1, G: false }
            s.pcid = 1
            yield 'flush'
            s.how = yield* choose(['CR3', 'INVLPG', 'all'] as const)
            if (s.how === 'CR3') flushNonGlobal(s.tlb, (_translation, tag) => tag === globalTag)
            if (s.how === 'INVLPG') {
              flush(s.tlb, s.pcid)
              flush(s.tlb, globalTag)
            }
            if (s.how === 'all') flushAll(s.tlb)
            s.pte = { frame: 0, G: false }
          },
        }),
        rules: () => ({
          own: {
            fill: hardware({ tlb, tag: (s) => s.pcid, walk: (s) => (s.pte.G ? null : { frame: s.pte.frame }), onUse: () => {} }).fill,
          },
          global: {
            fill: hardware({ tlb, tag: () => globalTag, walk: (s: State) => (s.pte.G ? { frame: s.pte.frame } : null), onUse: () => {} })
              .fill,
          },
        }),
      }),
    )
    const short = states.map((state) =>
      state
        .replaceAll('null', '-')
        .replace(/\{frame:(.)\}/g, '$1')
        .replace(/pte=\{.*?\} /, ''),
    )
    expect(short).toEqual([
      'pcid=1 tlb=[-,-,-] how=CR3 | kernel@-',
      'pcid=1 tlb=[-,-,-] how=INVLPG | kernel@-',
      'pcid=1 tlb=[-,-,-] how=all | kernel@-',
      'pcid=1 tlb=[-,-,0] how=CR3 | kernel@-',
      'pcid=1 tlb=[-,0,-] how=CR3 | kernel@-',
      'pcid=1 tlb=[-,0,-] how=INVLPG | kernel@-',
      'pcid=1 tlb=[-,0,-] how=all | kernel@-',
      'pcid=1 tlb=[-,0,0] how=CR3 | kernel@-',
      'pcid=0 tlb=[-,-,-] how=nothing | kernel@set_pte(not global)',
      'pcid=0 tlb=[-,-,0] how=nothing | kernel@set_pte(not global)',
      'pcid=1 tlb=[-,-,-] how=nothing | kernel@flush',
      'pcid=1 tlb=[-,-,0] how=nothing | kernel@flush',
      'pcid=1 tlb=[-,1,-] how=nothing | kernel@flush',
      'pcid=1 tlb=[-,1,0] how=nothing | kernel@flush',
    ])
  })
})

describe('a TLB that does not cache D', () => {
  /** A store, the entry made read-only without a flush, and another store. */
  const protecting = (cachesD: boolean) =>
    explore(
      model({
        name: 'm',
        state: () => ({ pte: pte(), tlb: tlb(1), stored: oneOf('not', 'before', 'after') }),
        init: (s) => {
          s.pte = { ...emptyPte, P: true, W: true }
        },
        processes: () => ({
          kernel: function* (s) {
            yield 'pte_wrprotect()'
            s.pte.W = false
          },
        }),
        rules: () => ({
          cpu: userCpu({
            tlb: (s: { pte: Pte; tlb: Tlb; stored: 'not' | 'before' | 'after' }) => s.tlb,
            entry: (s) => s.pte,
            onStore: (s, { walked }) => {
              s.stored = s.pte.W ? 'before' : 'after'
              assert(cachesD || walked, 'a store that does not walk')
            },
            cachesD,
          }),
        }),
      }),
    )

  test('walks for every store, so none gets past an entry that is read-only; a TLB that does lets it pass', async () => {
    const without = await protecting(false)
    expect(without.verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
    expect(ends(without.states)).toEqual([
      'pte={P:1 W:0 A:0 D:0} tlb=[null] stored=not | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[null] stored=before | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[{W:1 D:0}] stored=before | kernel@-',
    ])
    expect(ends((await protecting(true)).states)).toEqual([
      'pte={P:1 W:0 A:0 D:0} tlb=[null] stored=not | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[null] stored=after | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[null] stored=before | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[{W:1 D:1}] stored=after | kernel@-',
      'pte={P:1 W:0 A:1 D:1} tlb=[{W:1 D:1}] stored=before | kernel@-',
    ])
  })

  test('what is forgotten is D alone', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ cache: tlb(2) }),
        init: (s) => {
          s.cache[0] = { frame: 0, W: true, D: true }
          for (const page of [0, 1]) forgetDirty(s.cache, page)
        },
      }),
    )
    expect(states).toEqual(['cache=[{frame:0 W:true D:false},null]'])
  })
})
