import { array, assert, bool, choose, each, index, model, optional, type StateOf, sometimes } from 'mmucheck'
import { emptyPte, flushAll, type Pte, pte, type Tlb, tlb, userCpu } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (states: readonly string[]): string[] =>
  states.map((state) => state.replaceAll('true', '1').replaceAll('false', '0').replaceAll('null', '-'))

/** One page of a table that may not be reached; what the second CPU does counts apart. */
const state = () => ({ reached: bool, pte: pte(2), tlb: array(2, tlb(1, 2)), loads: array(2, bool), stores: array(2, bool), walks: bool })
type State = StateOf<typeof state>

const withRules = (rules: ReturnType<typeof userCpu<State>>, cpus: number, reached: readonly boolean[]) =>
  explore(
    model({
      name: 'm',
      state,
      init: function* (s) {
        s.pte = { ...emptyPte, P: true, W: true, frame: 1 }
        s.reached = yield* choose(reached)
      },
      rules: () => ({ cpu: each(cpus, rules) }),
    }),
  )

test('loads and stores walk where there is an entry, and say what they have reached; translations are dropped', async () => {
  const rules = userCpu({
    tlb: (s: State, cpu) => s.tlb[cpu]!,
    entry: (s) => (s.reached ? s.pte : null),
    onLoad: (s, { page, walked }) => {
      s.loads[page] = true
      if (walked) s.walks = true
    },
    onStore: (s, { frame }) => {
      s.stores[frame] = true
    },
  })
  expect(short((await withRules(rules, 1, [false, true])).states)).toEqual([
    'reached=0 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,0] walks=1',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,0] stores=[0,0] walks=1',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,1] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,1] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,1] walks=1',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[{frame:1 W:1 D:1}],[-]] loads=[0,0] stores=[0,1] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[{frame:1 W:1 D:1}],[-]] loads=[1,0] stores=[0,1] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[{frame:1 W:1 D:1}],[-]] loads=[1,0] stores=[0,1] walks=1',
  ])
})

test('where stores are nothing to it the program only loads; each CPU has its TLB', async () => {
  const rules = userCpu({
    tlb: (s: State, cpu) => s.tlb[cpu]!,
    entry: (s) => s.pte,
    onLoad: (s, _load, cpu) => {
      s.loads[cpu] = true
    },
  })
  expect(short((await withRules(rules, 2, [true])).states)).toEqual([
    'reached=1 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[0,1] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,1] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[{frame:1 W:1 D:0}]] loads=[0,1] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[{frame:1 W:1 D:0}]] loads=[1,1] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,0] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,1] stores=[0,0] walks=0',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[{frame:1 W:1 D:0}]] loads=[1,1] stores=[0,0] walks=0',
  ])
})

// Intel SDM, volume 3, "Details of TLB Use" and "Accessed and Dirty Flags".
test('whatever the kernel writes, no translation comes from an entry that is not present, or without A; D goes before a store', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pte: pte(), tlb: tlb(1), filled: bool }),
      processes: () => ({
        kernel: function* (s) {
          while (true) {
            yield 'set_pte()'
            s.pte = { ...emptyPte, P: yield* choose([false, true]), W: yield* choose([false, true]), A: yield* choose([false, true]) }
          }
        },
      }),
      rules: () => ({
        cpu: userCpu({
          tlb: (s: { pte: Pte; tlb: Tlb; filled: boolean }) => s.tlb,
          entry: (s) => s.pte,
          onLoad: (s, { walked }) => {
            assert(!walked || (s.pte.P && s.pte.A), 'a translation of an entry that may not be cached')
            s.filled = true
          },
          onStore: (s, { walked }) => {
            assert(!walked || (s.pte.P && s.pte.A && s.pte.W && s.pte.D), 'a store through an entry that does not allow it')
            assert(s.tlb[0]!.W && s.tlb[0]!.D, 'a store through a translation that does not say so')
          },
        }),
      }),
    }),
    { fills: sometimes((s) => s.filled) },
  )
  expect(verdicts).toEqual({ fills: 'holds 2', deadlock: 'holds', assert: 'holds', range: 'holds' })
})

test('with a TLB for each tag, translations outlive a switch, and are used under their own tag only', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ pcid: index(2), ptes: array(2, pte(2)), tlbs: array(2, tlb(1, 2)), loaded: optional(index(2)) }),
      init: (s) => {
        for (const pcid of [0, 1]) s.ptes[pcid] = { ...emptyPte, P: true, A: true, frame: pcid }
      },
      processes: () => ({
        kernel: function* (s) {
          yield 'switch_mm()'
          s.pcid = 1
          s.loaded = null
          yield 'INVPCID: those of the first'
          flushAll(s.tlbs[0]!)
        },
      }),
      rules: () => ({
        cpu: userCpu({
          tlb: (s: { pcid: number; ptes: Pte[]; tlbs: Tlb[]; loaded: number | null }) => s.tlbs[s.pcid]!,
          entry: (s) => s.ptes[s.pcid]!,
          onLoad: (s, { frame }) => {
            s.loaded = frame
          },
        }),
      }),
    }),
  )
  const tlbs = states.map((state) => short([state.replace(/ptes=\[.*?\] /, '').replaceAll(' W:false D:false', '')]).join())
  expect(tlbs).toEqual([
    'pcid=0 tlbs=[[-],[-]] loaded=0 | kernel@switch_mm()',
    'pcid=0 tlbs=[[-],[-]] loaded=- | kernel@switch_mm()',
    'pcid=0 tlbs=[[{frame:0}],[-]] loaded=0 | kernel@switch_mm()',
    'pcid=1 tlbs=[[-],[-]] loaded=1 | kernel@-',
    'pcid=1 tlbs=[[-],[-]] loaded=1 | kernel@INVPCID: those of the first',
    'pcid=1 tlbs=[[-],[-]] loaded=- | kernel@-',
    'pcid=1 tlbs=[[-],[-]] loaded=- | kernel@INVPCID: those of the first',
    'pcid=1 tlbs=[[-],[{frame:1}]] loaded=1 | kernel@-',
    'pcid=1 tlbs=[[-],[{frame:1}]] loaded=1 | kernel@INVPCID: those of the first',
    'pcid=1 tlbs=[[{frame:0}],[-]] loaded=1 | kernel@INVPCID: those of the first',
    'pcid=1 tlbs=[[{frame:0}],[-]] loaded=- | kernel@INVPCID: those of the first',
    'pcid=1 tlbs=[[{frame:0}],[{frame:1}]] loaded=1 | kernel@INVPCID: those of the first',
  ])
})
