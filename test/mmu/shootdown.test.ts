import { always, array, bool, each, index, model, type StateOf, type Steps } from 'mmucheck'
import { addressSpace, flush, flushTlbIpi, flushTlbMmRange, irqsOff, type Mm, runsMm, taggedTlb } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

/** What each CPU caches of one page; the frame 0 is the one that is replaced. */
const state = () => ({ mm: addressSpace(2, 2), tlb: array(2, taggedTlb(1, index(1))) })
type State = StateOf<typeof state>

const ipi = flushTlbIpi({ mm: (s: State) => s.mm, flush: (s, cpu) => flush(s.tlb[cpu]!, 0) })
function* flushRange(s: State, cpu: number, should?: (cpu: number) => boolean): Steps {
  yield* flushTlbMmRange(s.mm, cpu, () => flush(s.tlb[cpu]!, 0), should)
}

/** Both CPUs run the program, but for what `init` says, and have cached the page. No walks go on. */
const flushedBy = (cpus: (s: State, cpu: number) => Steps, init: (mm: Mm) => void = () => {}) =>
  model({
    name: 'm',
    state,
    init: (s) => {
      for (const cpu of [0, 1]) {
        runsMm(s.mm, cpu)
        s.tlb[cpu]![0] = 0
      }
      init(s.mm)
    },
    processes: () => ({ cpu: each(2, cpus) }),
    rules: () => ({ ipi: each(2, ipi) }),
  })
const first = (should?: (cpu: number) => boolean) =>
  function* (s: State, cpu: number): Steps {
    if (cpu === 0) yield* flushRange(s, 0, should)
  }

/** The generations, and of each CPU what it has loaded, by whom it is interrupted, and its translation. */
const short = (states: readonly string[]): string[] =>
  states.map((state) => {
    const [, gens, rest = '', at = ''] = /gen:\{(.*?)\} cpumask:(.*) tlb=(\S+ \|.*)/.exec(state) ?? []
    const tlb = /\[\[(\S+?)\],\[(\S+?)\]\]/.exec(at) ?? []
    const cpus = [...rest.matchAll(/loadedMm:(\S+) cr3:(\S+) isLazy:(\S+) irq:\{off:\S+ csd:\[(\S+),(\S+)\]\}/g)].map(
      ([, loaded = '', cr3, lazy, ...csd], cpu) =>
        `${cpu}: ${loaded.replace('LOADED_MM_', '')}${cr3 === loaded ? '' : `(${cr3})`}${lazy === 'true' ? ' lazy' : ''}${csd
          .map((asked, from) => (asked === 'true' ? ` <- ${from}` : ''))
          .join('')} ${tlb[cpu + 1] === '0' ? 'cached' : '-'}`,
    )
    return [gens?.replace('mm:', '').replace('cpu:', ''), ...cpus, at.replace(/^.*?\| /, '')].join(' | ').replaceAll('cpu[', '[')
  })

describe('flush_tlb_mm_range()', () => {
  test('interrupts who has it loaded, flushes itself, and waits', async () => {
    const { states, verdicts } = await explore(flushedBy(first()))
    expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
    expect(short(states)).toEqual([
      '0 [0,0] | 0: mm cached | 1: mm cached | [0]@inc_mm_tlb_gen() | [1]@-',
      '1 [0,0] | 0: mm cached | 1: mm cached | [0]@cpumask_test_cpu(1) | [1]@-',
      '1 [0,0] | 0: mm cached | 1: mm cached | [0]@should_flush_tlb(1) | [1]@-',
      '1 [0,0] | 0: mm cached | 1: mm <- 0 cached | [0]@flush_tlb_func() | [1]@-',
      '1 [0,1] | 0: mm cached | 1: mm - | [0]@flush_tlb_func() | [1]@-',
      '1 [1,0] | 0: mm - | 1: mm <- 0 cached | [0]@csd_lock_wait() | [1]@-',
      '1 [1,1] | 0: mm - | 1: mm - | [0]@- | [1]@-',
      '1 [1,1] | 0: mm - | 1: mm - | [0]@csd_lock_wait() | [1]@-',
    ])
  })

  test('interrupts no CPU outside the mask, no lazy one, and none that runs something else; where tables are freed all of the mask', async () => {
    const asked = async (init: (mm: Mm) => void, should?: (cpu: number) => boolean) => {
      const { states } = await explore(flushedBy(first(should), init))
      return states.some((state) => state.includes('csd:[true'))
    }
    const lazy = (mm: Mm): void => {
      mm.cpus[1]!.isLazy = true
    }
    const other = (mm: Mm): void => {
      mm.cpus[1]!.loadedMm = 'other'
      mm.cpus[1]!.cr3 = 'other'
    }
    const outside = (mm: Mm): void => {
      other(mm)
      mm.cpumask[1] = false
    }
    const all = () => true
    expect([await asked(lazy), await asked(other), await asked(outside)]).toEqual([false, false, false])
    expect([await asked(lazy, all), await asked(other, all), await asked(outside, all)]).toEqual([true, true, false])
  })

  test('a lazy CPU that is interrupted loads init_mm, and keeps what it has cached', async () => {
    const lazy = flushedBy(
      first(() => true),
      (mm) => {
        mm.cpus[1]!.isLazy = true
      },
    )
    const { states } = await explore(lazy)
    expect(short(states.filter((state) => state.includes('cpu[0]@-')))).toEqual(['1 [1,0] | 0: mm - | 1: other cached | [0]@- | [1]@-'])
  })

  test('two flushes at once: each CPU waits for its own acknowledgement, and answers while it waits', async () => {
    const { states, verdicts } = await explore(flushedBy(flushRange))
    expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
    expect(short(states.filter((state) => state.includes('@csd_lock_wait() | cpu[1]@csd_lock_wait()')))).toEqual([
      '2 [1,2] | 0: mm <- 1 - | 1: mm - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [1,2] | 0: mm <- 1 - | 1: mm <- 0 - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,1] | 0: mm - | 1: mm <- 0 - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,1] | 0: mm <- 1 - | 1: mm <- 0 - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,2] | 0: mm - | 1: mm - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,2] | 0: mm - | 1: mm <- 0 - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,2] | 0: mm <- 1 - | 1: mm - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
      '2 [2,2] | 0: mm <- 1 - | 1: mm <- 0 - | [0]@csd_lock_wait() | [1]@csd_lock_wait()',
    ])
    // One of them has flushed for the other: when that is interrupted it has missed nothing.
    expect(short(states.filter((state) => state.includes('cpu[0]@- | cpu[1]@-')))).toEqual(['2 [2,2] | 0: mm - | 1: mm - | [0]@- | [1]@-'])
  })

  test('not with interrupts off: the other one may be doing so as well', async () => {
    const withIrqsOff = function* (s: State, cpu: number): Steps {
      yield* irqsOff(s.mm.cpus[cpu]!.irq)
      yield* flushRange(s, cpu)
    }
    expect((await explore(flushedBy(withIrqsOff))).verdicts.assert).toBe('violated 4')
  })

  test('no handler runs amid a switch: it would not know what to flush', async () => {
    const switching = flushedBy(first(), (mm) => {
      mm.cpus[1]!.loadedMm = 'LOADED_MM_SWITCHING'
    })
    expect((await explore(switching)).verdicts.assert).toBe('violated 4')
  })

  test('of three CPUs, it waits for those that it has interrupted, and sends them their IPIs before', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ mm: addressSpace(3, 1), done: bool }),
        init: (s) => {
          for (const cpu of [1, 2]) runsMm(s.mm, cpu)
        },
        processes: () => ({
          cpu0: function* (s) {
            yield* flushTlbMmRange(s.mm, 0, () => {})
            s.done = true
          },
        }),
        rules: () => ({ ipi: each(3, flushTlbIpi({ mm: (s: { mm: Mm; done: boolean }) => s.mm, flush: () => {} })) }),
      }),
      { allHaveFlushed: always((s) => !s.done || (s.mm.gen.cpu[1] === 1 && s.mm.gen.cpu[2] === 1)) },
    )
    expect(verdicts).toEqual({ allHaveFlushed: 'holds', deadlock: 'holds', assert: 'holds', range: 'holds' })
    const at = states.map((state) => {
      const asked = [...state.matchAll(/csd:\[(\S+?),/g)].flatMap(([, csd], cpu) => (csd === 'true' ? [cpu] : []))
      return `${/gen:\{mm:(\S+) cpu:(\S+)\} /.exec(state)?.slice(1).join(' ')} ${asked} ${state.replace(/.*@/, '')}`
    })
    expect(at).toEqual([
      '0 [0,0,0]  inc_mm_tlb_gen()',
      '1 [0,0,0]  cpumask_test_cpu(…) (cpu=1)',
      '1 [0,0,0]  should_flush_tlb(…) (cpu=1)',
      '1 [0,0,0] 1 cpumask_test_cpu(…) (cpu=2)',
      '1 [0,0,0] 1 should_flush_tlb(…) (cpu=2)',
      '1 [0,0,0] 1,2 csd_lock_wait()',
      '1 [0,0,1] 1 csd_lock_wait()',
      '1 [0,1,0]  cpumask_test_cpu(…) (cpu=2)',
      '1 [0,1,0]  should_flush_tlb(…) (cpu=2)',
      '1 [0,1,0] 2 csd_lock_wait()',
      '1 [0,1,1]  csd_lock_wait()',
      '1 [0,1,1]  -',
    ])
  })
})
