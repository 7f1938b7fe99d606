import { array, bool, each, index, model, optional, type StateOf } from 'mmucheck'
import { flushAll, hardware, taggedTlb } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (states: readonly string[]): string[] => states.map((state) => state.replaceAll('null', '-'))

// Two address spaces, of which each has a frame of its own; the second is loaded by and by, and none is in between.
const state = () => ({ tag: optional(index(2)), tlb: taggedTlb(2, index(2)), used: optional(index(2)) })
type State = StateOf<typeof state>

test('what is filled under a tag outlives a switch, and can be dropped then; it is used under its own tag only', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state,
      init: (s) => {
        s.tag = 0
      },
      processes: () => ({
        kernel: function* (s: State) {
          yield 'load none'
          s.tag = null
          yield 'load the other'
          s.tag = 1
          s.used = null
        },
      }),
      rules: () => ({
        cpu: hardware({
          tlb: (s: State) => s.tlb,
          tag: (s) => s.tag,
          walk: (s) => s.tag,
          onUse: (s, frame) => {
            s.used = frame
          },
        }),
      }),
    }),
  )
  expect(short(states)).toEqual([
    'tag=0 tlb=[0,-] used=0 | kernel@load none',
    'tag=0 tlb=[0,-] used=- | kernel@load none',
    'tag=0 tlb=[-,-] used=0 | kernel@load none',
    'tag=0 tlb=[-,-] used=- | kernel@load none',
    'tag=1 tlb=[0,1] used=1 | kernel@-',
    'tag=1 tlb=[0,1] used=- | kernel@-',
    'tag=1 tlb=[0,-] used=1 | kernel@-',
    'tag=1 tlb=[0,-] used=- | kernel@-',
    'tag=1 tlb=[-,1] used=1 | kernel@-',
    'tag=1 tlb=[-,1] used=- | kernel@-',
    'tag=1 tlb=[-,-] used=1 | kernel@-',
    'tag=1 tlb=[-,-] used=- | kernel@-',
    'tag=- tlb=[0,-] used=0 | kernel@load the other',
    'tag=- tlb=[0,-] used=- | kernel@load the other',
    'tag=- tlb=[-,-] used=0 | kernel@load the other',
    'tag=- tlb=[-,-] used=- | kernel@load the other',
  ])
})

test('a walk that finds nothing fills nothing, and nothing is used while the program does not run', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pte: optional(index(1)), runs: bool, tlb: array(2, taggedTlb(1, index(1))), used: array(2, bool) }),
      processes: () => ({
        kernel: function* (s) {
          yield 'set the entry'
          s.pte = 0
          yield 'clear it, and flush one CPU'
          s.pte = null
          flushAll(s.tlb[0]!)
          yield 'run the programs'
          s.runs = true
        },
      }),
      rules: () => ({
        cpu: each(
          2,
          hardware({
            tlb: (s: { pte: number | null; runs: boolean; tlb: (number | null)[][]; used: boolean[] }, cpu) => s.tlb[cpu]!,
            tag: () => 0,
            walk: (s) => s.pte,
            runs: (s) => s.runs,
            onUse: (s, _frame, cpu) => {
              s.used[cpu] = true
            },
          }),
        ),
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(short(states)).toEqual([
    'pte=0 runs=false tlb=[[0],[0]] used=[false,false] | kernel@clear it, and flush one CPU',
    'pte=0 runs=false tlb=[[0],[-]] used=[false,false] | kernel@clear it, and flush one CPU',
    'pte=0 runs=false tlb=[[-],[0]] used=[false,false] | kernel@clear it, and flush one CPU',
    'pte=0 runs=false tlb=[[-],[-]] used=[false,false] | kernel@clear it, and flush one CPU',
    'pte=- runs=false tlb=[[-],[0]] used=[false,false] | kernel@run the programs',
    'pte=- runs=false tlb=[[-],[-]] used=[false,false] | kernel@run the programs',
    'pte=- runs=false tlb=[[-],[-]] used=[false,false] | kernel@set the entry',
    'pte=- runs=true tlb=[[-],[0]] used=[false,false] | kernel@-',
    'pte=- runs=true tlb=[[-],[0]] used=[false,true] | kernel@-',
    'pte=- runs=true tlb=[[-],[-]] used=[false,false] | kernel@-',
    'pte=- runs=true tlb=[[-],[-]] used=[false,true] | kernel@-',
  ])
})
