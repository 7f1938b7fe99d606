import { array, bool, choose, each, model, type StateOf } from 'mmucheck'
import { emptyPte, pte, tlb, userCpu } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (states: readonly string[]): string[] =>
  states.map((state) => state.replaceAll('true', '1').replaceAll('false', '0').replaceAll('null', '-'))

/** One page of a table that may not be reached; what the second CPU does counts apart. */
const state = () => ({ reached: bool, pte: pte(2), tlb: array(2, tlb(1, 2)), loads: array(2, bool), stores: array(2, bool) })
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
    onLoad: (s, page) => {
      s.loads[page] = true
    },
    onStore: (s, frame) => {
      s.stores[frame] = true
    },
  })
  expect(short((await withRules(rules, 1, [false, true])).states)).toEqual([
    'reached=0 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,1]',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,1]',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[{frame:1 W:1 D:1}],[-]] loads=[0,0] stores=[0,1]',
    'reached=1 pte={P:1 W:1 A:1 D:1 frame:1} tlb=[[{frame:1 W:1 D:1}],[-]] loads=[1,0] stores=[0,1]',
  ])
})

test('where stores are nothing to it the program only loads; each CPU has its TLB', async () => {
  const rules = userCpu({
    tlb: (s: State, cpu) => s.tlb[cpu]!,
    entry: (s) => s.pte,
    onLoad: (s, _page, cpu) => {
      s.loads[cpu] = true
    },
  })
  expect(short((await withRules(rules, 2, [true])).states)).toEqual([
    'reached=1 pte={P:1 W:1 A:0 D:0 frame:1} tlb=[[-],[-]] loads=[0,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[0,1] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[-]] loads=[1,1] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[{frame:1 W:1 D:0}]] loads=[0,1] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[-],[{frame:1 W:1 D:0}]] loads=[1,1] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,0] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[-]] loads=[1,1] stores=[0,0]',
    'reached=1 pte={P:1 W:1 A:1 D:0 frame:1} tlb=[[{frame:1 W:1 D:0}],[{frame:1 W:1 D:0}]] loads=[1,1] stores=[0,0]',
  ])
})
