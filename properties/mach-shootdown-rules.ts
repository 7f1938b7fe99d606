import { always, properties, sometimes } from 'mmucheck'
import machShootdown from '../models/mach-shootdown-rules.ts'

export default properties(machShootdown, {
  noError: always((s) => !s.err),
  activeMeansCurrent: always((s) =>
    s.pc.every((pc, cpu) => pc === 'B1' || !s.act[cpu] || s.aneed[cpu] || s.tlb[cpu] === s.pent[s.upm[cpu]]),
  ),
  somebodyIsStale: sometimes((s) => s.pc.some((pc, cpu) => pc !== 'B1' && s.tlb[cpu] !== s.pent[s.upm[cpu]])),
  somebodyResponds: sometimes((s) => s.pc.some((pc) => pc === 'R8')),
})
