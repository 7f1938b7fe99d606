import { always, bool, choose, index, model, type StateOf, type Steps, sometimes, when } from 'mmucheck'
import {
  addressSpace,
  enterLazyTlb,
  flush,
  flushTlbFunc,
  flushTlbMmRange,
  hardware,
  incMmTlbGen,
  runsMm,
  switchMm,
  taggedTlb,
  takesIpi,
} from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const state = () => ({ mm: addressSpace(1, 1), tlb: taggedTlb(1, index(1)) })
type State = StateOf<typeof state>

/** One CPU runs mm; an entry is changed at some time. */
const switching = (cpu: (s: State) => Steps) =>
  model({
    name: 'm',
    state,
    init: (s) => {
      runsMm(s.mm, 0)
      s.tlb[0] = 0
    },
    processes: () => ({
      cpu,
      flusher: function* (s) {
        yield* incMmTlbGen(s.mm.gen)
      },
    }),
  })

/** tlb_gen, and of the CPU: up to where it has flushed, what it has loaded, its mode, its translation. */
const short = (states: readonly string[]): string[] =>
  states.map((state) => {
    const [, mm, cpu, loaded = '', cr3, lazy, off, tlb, at] =
      /mm:(\d) cpu:\[(\d)\].*loadedMm:(\S+) cr3:(\S+) isLazy:(\S+) irq:\{off:(\S+) csd:.*tlb=\[(\S+)\] \| cpu@(.*?) \| flusher/.exec(
        state,
      ) ?? []
    const said = `${loaded.replace('LOADED_MM_', '')}${cr3 === loaded ? '' : `(${cr3})`}`
    return `${mm}/${cpu} ${said}${lazy === 'true' ? ' lazy' : ''}${off === 'true' ? ' off' : ''} ${tlb === '0' ? 'cached' : '-'} | ${at}`
  })

test('a switch back flushes if a flush was missed: one that comes before tlb_gen is read', async () => {
  const { states, verdicts } = await explore(
    switching(function* (s) {
      yield* switchMm(s.mm, 0, 'other', () => flush(s.tlb, 0))
      yield* switchMm(s.mm, 0, 'mm', () => flush(s.tlb, 0))
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(short(states.filter((state) => state.includes('flusher@-')))).toEqual([
    '1/0 SWITCHING(mm) off cached | switch_mm(mm): loaded_mm = mm',
    '1/0 SWITCHING(mm) off cached | switch_mm(other): load_new_mm_cr3()',
    '1/0 SWITCHING(other) off cached | switch_mm(mm): cpumask_set_cpu(mm_cpumask(mm))',
    '1/0 SWITCHING(other) off cached | switch_mm(mm): gen = mm->tlb_gen',
    '1/0 SWITCHING(other) off cached | switch_mm(mm): load_new_mm_cr3() (gen=0)',
    '1/0 SWITCHING(other) off cached | switch_mm(mm): load_new_mm_cr3() (gen=1)',
    '1/0 SWITCHING(other) off cached | switch_mm(other): loaded_mm = other',
    '1/0 mm cached | -',
    '1/0 mm cached | switch_mm(other): local_irq_disable()',
    '1/0 mm off cached | switch_mm(mm): local_irq_enable()',
    '1/0 mm off cached | switch_mm(other): loaded_mm = LOADED_MM_SWITCHING',
    '1/0 other cached | switch_mm(mm): local_irq_disable()',
    '1/0 other off cached | switch_mm(mm): loaded_mm = LOADED_MM_SWITCHING',
    '1/0 other off cached | switch_mm(other): local_irq_enable()',
    '1/1 SWITCHING(mm) off - | switch_mm(mm): loaded_mm = mm',
    '1/1 mm - | -',
    '1/1 mm off - | switch_mm(mm): local_irq_enable()',
  ])
})

test('a lazy CPU compares when it comes back, and keeps CR3 meanwhile; one that was not lazy does nothing', async () => {
  const { states } = await explore(
    switching(function* (s) {
      yield* enterLazyTlb(s.mm, 0)
      yield* switchMm(s.mm, 0, 'mm', () => flush(s.tlb, 0))
    }),
  )
  expect(short(states.filter((state) => state.includes('flusher@-')))).toEqual([
    '1/0 mm cached | -',
    '1/0 mm cached | enter_lazy_tlb()',
    '1/0 mm off cached | switch_mm(mm): gen = mm->tlb_gen',
    '1/0 mm off cached | switch_mm(mm): load_new_mm_cr3() (gen=0)',
    '1/0 mm off cached | switch_mm(mm): load_new_mm_cr3() (gen=1)',
    '1/0 mm off cached | switch_mm(mm): local_irq_enable()',
    '1/0 mm lazy cached | switch_mm(mm): local_irq_disable()',
    '1/1 mm - | -',
    '1/1 mm off - | switch_mm(mm): local_irq_enable()',
  ])
  const again = await explore(
    switching(function* (s) {
      yield* switchMm(s.mm, 0, 'mm', () => flush(s.tlb, 0))
    }),
  )
  expect(short(again.states.filter((state) => state.includes('flusher@-')))).toEqual([
    '1/0 mm cached | -',
    '1/0 mm cached | switch_mm(mm): local_irq_disable()',
    '1/0 mm off cached | switch_mm(mm): local_irq_enable()',
  ])
})

test('who has init_mm loaded is not lazy', async () => {
  const { states } = await explore(
    switching(function* (s) {
      yield* switchMm(s.mm, 0, 'other', () => flush(s.tlb, 0))
      yield* enterLazyTlb(s.mm, 0)
    }),
  )
  expect(states.filter((state) => state.includes('isLazy:true'))).toEqual([])
})

/** A flush, and a CPU that is elsewhere, lazy, or back at any time: one of the two always notices the other. */
const both = () => ({ pte: index(2), mm: addressSpace(2, 1), tlb: taggedTlb(1, index(2)), freed: bool, usedFreed: bool, user: bool })
type Both = StateOf<typeof both>

test('nobody uses what is freed, whether the CPU is interrupted, lazy, elsewhere, or amid a switch', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: both,
      init: (s) => {
        runsMm(s.mm, 1)
        s.user = true
      },
      processes: () => ({
        flusher: function* (s) {
          yield 'set_pte()'
          s.pte = 1
          yield* flushTlbMmRange(s.mm, 0, () => {})
          s.freed = true
        },
        cpu: function* (s) {
          while (true) {
            yield 'schedule()'
            s.user = false
            if (yield* choose([false, true])) yield* enterLazyTlb(s.mm, 1)
            else yield* switchMm(s.mm, 1, 'other', () => flush(s.tlb, 0))
            yield* switchMm(s.mm, 1, 'mm', () => flush(s.tlb, 0))
            yield 'return to the program'
            s.user = true
          }
        },
      }),
      rules: () => ({
        hardware: hardware({
          tlb: (s: Both) => s.tlb,
          tag: (s) => (s.mm.cpus[1]!.cr3 === 'mm' ? 0 : null),
          walk: (s) => s.pte,
          runs: (s) => s.user,
          onUse: (s, frame) => {
            s.usedFreed = s.usedFreed || (s.freed && frame === 0)
          },
        }),
        ipi: (s) => {
          when(takesIpi(s.mm, 1))
          if (flushTlbFunc(s.mm, 1)) flush(s.tlb, 0)
        },
      }),
    }),
    {
      noUseAfterFree: always((s) => !s.usedFreed),
      freedWhileLazy: sometimes((s) => s.freed && s.mm.cpus[1]!.isLazy && s.tlb[0] === 0),
      freedWhileElsewhere: sometimes((s) => s.freed && s.mm.cpus[1]!.loadedMm === 'other' && s.tlb[0] === 0),
      interruptedWhileSwitching: sometimes((s) => s.mm.cpus[1]!.irq.csd[0]! && s.mm.cpus[1]!.loadedMm === 'LOADED_MM_SWITCHING'),
    },
  )
  expect(verdicts).toEqual({
    noUseAfterFree: 'holds',
    freedWhileLazy: 'holds 7',
    freedWhileElsewhere: 'holds 9',
    interruptedWhileSwitching: 'holds 7',
    deadlock: 'holds',
    assert: 'holds',
    range: 'holds',
  })
})
