import {
  array,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  index,
  model,
  oneOf,
  type ParamValues,
  type StateOf,
  set,
  size,
  when,
} from 'mmucheck'

const params = {
  cpus: size(2, { max: 4 }),
  pmaps: size(1, { max: 4, doc: 'address spaces' }),
  entries: size(2, { max: 8, doc: 'values of a page-table entry' }),
  dropI9: flag(false, 'mutation: the initiator does not wait for the others to stop'),
  dropR3Lock: flag(false, 'mutation: the responder does not wait for the pmap to be unlocked'),
  actBeforeR5: flag(false, 'mutation: the responder counts as active again before it has reloaded its TLB'),
  fairness: choice(['strong', 'weak', 'none'], 'strong', 'of every CPU, for the properties of behaviours'),
}

const state = (p: ParamValues<typeof params>) => ({
  pc: array(
    p.cpus,
    oneOf(
      ...(['B1', 'M2', 'M3', 'M5'] as const),
      ...(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I11', 'I12', 'I14', 'I15'] as const),
      ...(['R1', 'R2', 'R3', 'R5', 'R6', 'R7', 'R8'] as const),
    ),
  ),
  upm: array(p.cpus, index(p.pmaps)), // the pmap in use
  wpm: array(p.cpus, index(p.pmaps)), // the pmap being changed
  cur: array(p.cpus, index(p.cpus)), // the CPU being told
  todo: array(p.cpus, set(p.cpus)), // the CPUs still to be told, or to be waited for
  tlb: array(p.cpus, index(p.entries)),
  alock: array(p.cpus, bool), // of the CPU's action queue
  aneed: array(p.cpus, bool), // there is an action in it
  act: array(p.cpus, bool), // translates addresses right now
  intr: array(p.cpus, bool),
  plock: array(p.pmaps, bool),
  pent: array(p.pmaps, index(p.entries)),
  err: ghost(bool),
})

type State = StateOf<typeof state>

/** todo := every other CPU that has left B1. */
const othersToDo = (s: State, cpu: number): void => {
  s.todo[cpu].clear()
  for (let q = 0; q < s.pc.length; q++) {
    if (q !== cpu && s.pc[q] !== 'B1') s.todo[cpu].add(q)
  }
}

/**
 * The transition system of the literature, table line by table line, and so with its exact number of states: (cpus,
 * pmaps, entries) = (2, 1, 2) has 8,799 states and 17,146 transitions; (2, 2, 2) has 266,969 and 583,012; (3, 1, 2) has
 * 7,807,509 and 22,448,763. `mach-shootdown` is the readable form.
 *
 * No variable is ever reset. I9 is two rules because the published numbers of transitions count its two reasons apart;
 * as one rule with an "or" (2, 2, 2) has 575,508 transitions between the same states.
 */
export default model({
  name: 'mach-shootdown-rules',
  title: 'Mach TLB shootdown as guarded steps over global variables: the yardstick',
  source: 'Black et al., ASPLOS 1989; Hoenicke, Majumdar, Podelski, POPL 2017; Padon et al., POPL 2018',
  params,
  fairness: (p) => ({ cpu: p.fairness }),
  state,
  init: (s, p) => {
    for (let cpu = 0; cpu < p.cpus; cpu++) {
      s.cur[cpu] = cpu
      s.act[cpu] = true
    }
  },
  rules: (p) => ({
    cpu: each(p.cpus, {
      // Boot: start to use a pmap.
      *B1(s, cpu) {
        when(s.pc[cpu] === 'B1')
        const m = yield* choose(p.pmaps)
        when(!s.plock[m])
        s.upm[cpu] = m
        s.tlb[cpu] = s.pent[m]
        s.pc[cpu] = 'M2'
      },

      // Memory access.
      M2(s, cpu) {
        when(s.pc[cpu] === 'M2')
        if (s.tlb[cpu] !== s.pent[s.upm[cpu]]) s.err = true
        s.pc[cpu] = 'M3'
      },
      *M3(s, cpu) {
        when(s.pc[cpu] === 'M3')
        s.pc[cpu] = yield* choose(['I1', 'M5'])
      },
      M5(s, cpu) {
        when(s.pc[cpu] === 'M5')
        s.pc[cpu] = s.intr[cpu] ? 'R1' : 'M2'
        s.intr[cpu] = false
      },

      // Initiator of a shootdown.
      *I1(s, cpu) {
        when(s.pc[cpu] === 'I1')
        s.act[cpu] = false
        s.wpm[cpu] = yield* choose(p.pmaps)
        s.pc[cpu] = 'I2'
      },
      I2(s, cpu) {
        when(s.pc[cpu] === 'I2')
        when(!s.plock[s.wpm[cpu]])
        s.plock[s.wpm[cpu]] = true
        othersToDo(s, cpu)
        s.pc[cpu] = 'I3'
      },
      *I3(s, cpu) {
        when(s.pc[cpu] === 'I3')
        const c = yield* choose(s.todo[cpu])
        s.cur[cpu] = c
        s.todo[cpu].delete(c)
        s.pc[cpu] = 'I4'
      },
      I3x(s, cpu) {
        when(s.pc[cpu] === 'I3')
        when(s.todo[cpu].size === 0)
        othersToDo(s, cpu)
        s.pc[cpu] = 'I9'
      },
      I4(s, cpu) {
        when(s.pc[cpu] === 'I4')
        s.pc[cpu] = s.upm[s.cur[cpu]] === s.wpm[cpu] ? 'I5' : 'I3'
      },
      I5(s, cpu) {
        when(s.pc[cpu] === 'I5')
        when(!s.alock[s.cur[cpu]])
        s.alock[s.cur[cpu]] = true
        s.pc[cpu] = 'I6'
      },
      I6(s, cpu) {
        when(s.pc[cpu] === 'I6')
        s.aneed[s.cur[cpu]] = true
        s.pc[cpu] = 'I7'
      },
      I7(s, cpu) {
        when(s.pc[cpu] === 'I7')
        if (!s.alock[s.cur[cpu]]) s.err = true
        s.alock[s.cur[cpu]] = false
        s.pc[cpu] = 'I8'
      },
      I8(s, cpu) {
        when(s.pc[cpu] === 'I8')
        s.intr[s.cur[cpu]] = true
        s.pc[cpu] = 'I3'
      },
      *'I9 inactive'(s, cpu) {
        when(s.pc[cpu] === 'I9')
        const c = yield* choose(s.todo[cpu])
        when(!s.act[c] || p.dropI9)
        s.todo[cpu].delete(c)
      },
      *'I9 elsewhere'(s, cpu) {
        when(s.pc[cpu] === 'I9')
        const c = yield* choose(s.todo[cpu])
        when(s.upm[c] !== s.wpm[cpu])
        s.todo[cpu].delete(c)
      },
      I9x(s, cpu) {
        when(s.pc[cpu] === 'I9')
        when(s.todo[cpu].size === 0)
        s.pc[cpu] = 'I11'
      },
      *I11(s, cpu) {
        when(s.pc[cpu] === 'I11')
        s.pent[s.wpm[cpu]] = yield* choose(p.entries)
        s.pc[cpu] = 'I12'
      },
      I12(s, cpu) {
        when(s.pc[cpu] === 'I12')
        if (s.upm[cpu] === s.wpm[cpu]) s.tlb[cpu] = s.pent[s.wpm[cpu]]
        s.pc[cpu] = 'I14'
      },
      I14(s, cpu) {
        when(s.pc[cpu] === 'I14')
        if (!s.plock[s.wpm[cpu]]) s.err = true
        s.plock[s.wpm[cpu]] = false
        s.pc[cpu] = 'I15'
      },
      I15(s, cpu) {
        when(s.pc[cpu] === 'I15')
        s.act[cpu] = true
        s.pc[cpu] = 'M5'
      },

      // Responder to a shootdown.
      R1(s, cpu) {
        when(s.pc[cpu] === 'R1')
        s.pc[cpu] = s.aneed[cpu] ? 'R2' : 'M2'
      },
      R2(s, cpu) {
        when(s.pc[cpu] === 'R2')
        s.act[cpu] = false
        s.pc[cpu] = 'R3'
      },
      R3(s, cpu) {
        when(s.pc[cpu] === 'R3')
        when(!s.plock[s.upm[cpu]] || p.dropR3Lock)
        if (s.alock[cpu]) s.err = true
        s.alock[cpu] = true
        if (p.actBeforeR5) s.act[cpu] = true
        s.pc[cpu] = 'R5'
      },
      R5(s, cpu) {
        when(s.pc[cpu] === 'R5')
        s.tlb[cpu] = s.pent[s.upm[cpu]]
        s.pc[cpu] = 'R6'
      },
      R6(s, cpu) {
        when(s.pc[cpu] === 'R6')
        s.aneed[cpu] = false
        s.pc[cpu] = 'R7'
      },
      R7(s, cpu) {
        when(s.pc[cpu] === 'R7')
        if (!s.alock[cpu]) s.err = true
        s.alock[cpu] = false
        s.pc[cpu] = 'R8'
      },
      R8(s, cpu) {
        when(s.pc[cpu] === 'R8')
        s.act[cpu] = true
        s.pc[cpu] = 'R1'
      },
    }),
  }),
  variants: {
    'three-cpus': { cpus: 3 },
    'no-wait': { dropI9: true },
    'no-lock': { dropR3Lock: true },
    'weakly-fair': { fairness: 'weak' },
  },
})
