import { always, alwaysPossible, leadsTo, properties, sometimes } from 'mmucheck'
import machShootdown from '../models/mach-shootdown.ts'

// That every translation is current, and every lock held where it is released, is asserted in the model itself.
export default properties(machShootdown, {
  activeMeansCurrent: always((s) =>
    s.running.every((running, cpu) => !running || !s.active[cpu] || s.actionNeeded[cpu] || s.tlb[cpu] === s.entry[s.using[cpu]]),
  ),
  /**
   * A CPU that has left the active set, to change an entry or because another one does, comes back. It does if the CPUs
   * are strongly fair. Under weak fairness it need not: the lock of the pmap is no queue, so a CPU that waits at I2 can
   * find it taken each time it looks. That is of CPU 0; CPUs are alike.
   */
  rejoins: leadsTo(
    (s) => !s.active[0],
    (s) => s.active[0],
  ),
  canRejoin: alwaysPossible((s) => s.active[0]),
  somebodyIsStale: sometimes((s) => s.running.some((running, cpu) => running && s.tlb[cpu] !== s.entry[s.using[cpu]])),
  responderWaits: sometimes((s) => s.active.some((active, cpu) => !active && s.actionNeeded[cpu] && s.pmapLock[s.using[cpu]])),
  allAreInactive: sometimes((s) => s.active.every((active) => !active)),
})
