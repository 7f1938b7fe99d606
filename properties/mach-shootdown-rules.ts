import { accepted, always, alwaysPossible, leadsTo, properties, type StateOf, sometimes } from 'mmucheck'
import machShootdown from '../models/mach-shootdown-rules.ts'

type Step = StateOf<typeof machShootdown>['pc'][number]

const wantsToChange = (step: Step): boolean => step === 'I1' || step === 'I2'
const hasChanged = (step: Step): boolean => step === 'I12'

export default properties(machShootdown, {
  noError: always((s) => !s.err),
  activeMeansCurrent: always((s) =>
    s.pc.every((pc, cpu) => pc === 'B1' || !s.act[cpu] || s.aneed[cpu] || s.tlb[cpu] === s.pent[s.upm[cpu]]),
  ),
  /**
   * A CPU that wants to change a mapping at last has. That holds if the CPUs are strongly fair. Under weak fairness it
   * does not, with two CPUs already: I2 is a test-and-set lock, and a CPU that waits for it is enabled only while it is
   * free; another one that shoots down again and again takes it each time (`--variant weakly-fair`). It is said of CPU
   * 0; CPUs are alike.
   */
  changeHappens: leadsTo(
    (s) => wantsToChange(s.pc[0]),
    (s) => hasChanged(s.pc[0]),
  ),
  /**
   * A pmap that is locked is unlocked at last. For this weak fairness is enough: whoever holds the lock waits for
   * nothing that others could take away.
   */
  lockIsReleased: leadsTo(
    (s) => s.plock[0],
    (s) => !s.plock[0],
  ),
  canChange: alwaysPossible((s) => hasChanged(s.pc[0])),
  /** No CPU is left with an interrupt that it does not take, nor takes one again and again. */
  interruptsEnd: alwaysPossible((s) => s.intr.every((raised) => !raised)),
  somebodyIsStale: sometimes((s) => s.pc.some((pc, cpu) => pc !== 'B1' && s.tlb[cpu] !== s.pent[s.upm[cpu]])),
  somebodyResponds: sometimes((s) => s.pc.some((pc) => pc === 'R8')),
})

/** Of the transition system of the literature with two CPUs and one pmap, the default. */
export const unneeded = accepted(machShootdown, [
  {
    change: "operand left out: q !== cpu && s.pc[q] !== 'B1' → s.pc[q] !== 'B1'",
    why: 'an initiator that tells itself too is not active, so that it waits for itself no longer than for others, and responds when it is done',
  },
  {
    change: "another value: 'I3' → 'I4' in s.pc[cpu] = 'I3' (in I2)",
    why: 'one CPU more is told, whom it told last or at first itself: who is told without need responds without need',
  },
  { change: 'left out: s.cur[cpu] = cpu', why: 'I3 sets it before it is read: the literature gives it a value at first' },
  {
    change: "another value: 'I4' → 'I5' in s.pc[cpu] = 'I4'",
    why: 'the size: I4 asks whether the other CPU uses the pmap, and there is but one',
  },
  {
    change: 'always true: s.intr[cpu]',
    why: 'R1 asks for the action itself, so the interrupt only says when to look: a CPU that looks at each M5 needs none',
  },
  {
    change: "another value: 'R1' → 'R2' in s.pc[cpu] = s.intr[cpu] ? 'R1' : 'M2'",
    why: 'who responds without need waits until the pmap is unlocked, and loads what it has once more',
  },
  ...[
    "another value: 'M2' → 'M3' in s.pc[cpu] = 'M2'",
    "another value: 'M2' → 'M3' in s.pc[cpu] = s.intr[cpu] ? 'R1' : 'M2'",
    "another value: 'M2' → 'M3' in s.pc[cpu] = s.aneed[cpu] ? 'R2' : 'M2'",
  ].map((change) => ({
    change,
    why: 'the workload: one memory access less, and M2 is passed at other times',
  })),
  {
    change: "another value: 'M5' → 'I1' in s.pc[cpu] = yield* choose(['I1', 'M5'])",
    why: 'the workload: every access is followed by a shootdown',
  },
])
