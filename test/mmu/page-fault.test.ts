import { array, assert, bool, bound, choose, each, model, oneOf, range, type StateOf, sometimes } from 'mmucheck'
import { emptyPte, pte, storeFaults, tlb, userCpu } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (states: readonly string[]): string[] =>
  states.map((state) =>
    state
      .replaceAll('true', '1')
      .replaceAll('false', '0')
      .replaceAll('null', '-')
      .replaceAll('frame:0', '')
      .replaceAll(' }', '}')
      .replaceAll('{ ', '{')
      .replace(' A:0 D:0', ''),
  )

test('a store faults where what is cached is read-only, or a walk is needed that memory does not allow; the translation is gone then', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pte: pte(), cache: tlb(1), outcome: oneOf('none', 'fault', 'no fault') }),
      init: function* (s) {
        s.pte = { ...emptyPte, P: yield* choose([false, true]), W: yield* choose([false, true]) }
        s.cache[0] = yield* choose([
          null,
          { frame: 0, W: false, D: false },
          { frame: 0, W: true, D: false },
          { frame: 0, W: true, D: true },
        ])
        const before = s.cache[0] === null ? null : { ...s.cache[0] }
        s.outcome = storeFaults(s.cache, 0, s.pte) ? 'fault' : 'no fault'
        assert(s.outcome !== 'fault' || s.cache[0] === null, 'a fault that keeps its translation')
        s.cache[0] = before
      },
    }),
  )
  expect(verdicts.assert).toBe('holds')
  expect(short(states)).toEqual([
    'pte={P:0 W:0} cache=[-] outcome=fault',
    'pte={P:0 W:0} cache=[{W:0 D:0}] outcome=fault',
    'pte={P:0 W:0} cache=[{W:1 D:0}] outcome=fault',
    'pte={P:0 W:0} cache=[{W:1 D:1}] outcome=no fault',
    'pte={P:0 W:1} cache=[-] outcome=fault',
    'pte={P:0 W:1} cache=[{W:0 D:0}] outcome=fault',
    'pte={P:0 W:1} cache=[{W:1 D:0}] outcome=fault',
    'pte={P:0 W:1} cache=[{W:1 D:1}] outcome=no fault',
    'pte={P:1 W:0} cache=[-] outcome=fault',
    'pte={P:1 W:0} cache=[{W:0 D:0}] outcome=fault',
    'pte={P:1 W:0} cache=[{W:1 D:0}] outcome=fault',
    'pte={P:1 W:0} cache=[{W:1 D:1}] outcome=no fault',
    'pte={P:1 W:1} cache=[-] outcome=no fault',
    'pte={P:1 W:1} cache=[{W:0 D:0}] outcome=fault',
    'pte={P:1 W:1} cache=[{W:1 D:0}] outcome=no fault',
    'pte={P:1 W:1} cache=[{W:1 D:1}] outcome=no fault',
  ])
})

/** A page that is made writable without a flush, on two CPUs; how often each has faulted without need. */
const state = () => ({ pte: pte(), tlb: array(2, tlb(1)), spurious: array(2, range(0, 3)), justified: bool, stored: array(2, bool) })
type State = StateOf<typeof state>

// Intel SDM, volume 3, "Recommended Invalidation" and "Optional Invalidation".
test('R/W from 0 to 1 without a flush: at most one spurious fault on each CPU, as the fault drops the translation', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state,
      init: (s) => {
        s.pte = { ...emptyPte, P: true }
      },
      processes: () => ({
        kernel: function* (s) {
          yield 'pte_mkwrite()'
          s.pte.W = true
        },
      }),
      rules: () => ({
        cpu: each(
          2,
          userCpu({
            tlb: (s: State, cpu) => s.tlb[cpu]!,
            entry: (s) => s.pte,
            onLoad: () => {},
            onStore: (s, _store, cpu) => {
              s.stored[cpu] = true
            },
            onFault: (s, { spurious }, cpu) => {
              if (spurious) s.spurious[cpu]!++
              else s.justified = true
            },
          }),
        ),
      }),
    }),
    {
      atMostOne: bound((s) => Math.max(s.spurious[0]!, s.spurious[1]!), 1),
      oneOnEach: sometimes((s) => s.spurious.every((faults) => faults === 1)),
      andThenItStores: sometimes((s) => s.spurious[0] === 1 && s.stored[0]!),
      justified: sometimes((s) => s.justified),
    },
  )
  expect(verdicts).toEqual({
    atMostOne: 'holds',
    oneOnEach: 'holds 5',
    andThenItStores: 'holds 4',
    justified: 'holds 1',
    deadlock: 'holds',
    assert: 'holds',
    range: 'holds',
  })
})

test('it is the fault that drops it: if it did not, there would be another one', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pte: pte(), tlb: tlb(1), spurious: range(0, 2) }),
      init: (s) => {
        s.pte = { ...emptyPte, P: true, W: true }
        s.tlb[0] = { frame: 0, W: false, D: false }
      },
      rules: () => ({
        cpu: (s) => {
          const kept = { ...s.tlb[0]! }
          if (storeFaults(s.tlb, 0, s.pte)) s.spurious++
          s.tlb[0] = kept
        },
      }),
    }),
    { atMostOne: bound((s) => s.spurious, 1) },
  )
  expect(verdicts.atMostOne).toBe('violated 2')
})

test('where the upper levels lead to no entry, a store that does not hit faults', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ cache: tlb(2), faults: array(2, bool) }),
      init: (s) => {
        s.cache[0] = { frame: 0, W: true, D: true }
        for (const page of [0, 1]) s.faults[page] = storeFaults(s.cache, page, null)
      },
    }),
  )
  expect(states).toEqual(['cache=[{frame:0 W:true D:true},null] faults=[false,true]'])
})
