import { always, leadsTo, properties, type StateOf, sometimes } from 'mmucheck'
import machShootdown from '../models/mach-shootdown-rules.ts'

type Pc = StateOf<typeof machShootdown>['pc'][number]

const wants = (pc: Pc): boolean => pc === 'I1' || pc === 'I2'

export default properties(machShootdown, {
  noError: always((s) => !s.err),
  activeMeansCurrent: always((s) =>
    s.pc.every((pc, cpu) => pc === 'B1' || !s.act[cpu] || s.aneed[cpu] || s.tlb[cpu] === s.pent[s.upm[cpu]]),
  ),
  changeHappens: leadsTo(
    (s) => wants(s.pc[0]),
    (s) => s.pc[0] === 'I12',
  ),
  somebodyIsStale: sometimes((s) => s.pc.some((pc, cpu) => pc !== 'B1' && s.tlb[cpu] !== s.pent[s.upm[cpu]])),
  somebodyResponds: sometimes((s) => s.pc.some((pc) => pc === 'R8')),
})
