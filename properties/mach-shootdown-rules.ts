import { always, alwaysPossible, leadsTo, properties, type StateOf, sometimes } from 'mmucheck'
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
  somebodyIsStale: sometimes((s) => s.pc.some((pc, cpu) => pc !== 'B1' && s.tlb[cpu] !== s.pent[s.upm[cpu]])),
  somebodyResponds: sometimes((s) => s.pc.some((pc) => pc === 'R8')),
})
