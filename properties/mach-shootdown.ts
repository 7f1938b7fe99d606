import { always, properties, sometimes } from 'mmucheck'
import machShootdown from '../models/mach-shootdown.ts'

// That every translation is current, and every lock held where it is released, is asserted in the model itself.
export default properties(machShootdown, {
  activeMeansCurrent: always((s) =>
    s.running.every((running, cpu) => !running || !s.active[cpu] || s.actionNeeded[cpu] || s.tlb[cpu] === s.entry[s.using[cpu]]),
  ),
  somebodyIsStale: sometimes((s) => s.running.some((running, cpu) => running && s.tlb[cpu] !== s.entry[s.using[cpu]])),
  responderWaits: sometimes((s) => s.active.some((active, cpu) => !active && s.actionNeeded[cpu] && s.pmapLock[s.using[cpu]])),
  allAreInactive: sometimes((s) => s.active.every((active) => !active)),
})
