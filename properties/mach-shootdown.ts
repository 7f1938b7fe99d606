import { accepted, always, alwaysPossible, leadsTo, properties, sometimes } from 'mmucheck'
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
  /** And is not kept by its responder for ever. */
  canTranslate: alwaysPossible((_s, _p, at) => at.cpu[0] === 'M2: translate'),
  /** It is the others that a CPU tells and waits for, not itself. */
  tellsOthersOnly: always((s) => s.others.every((others, self) => !others.has(self))),
  somebodyIsStale: sometimes((s) => s.running.some((running, cpu) => running && s.tlb[cpu] !== s.entry[s.using[cpu]])),
  responderWaits: sometimes((s) => s.active.some((active, cpu) => !active && s.actionNeeded[cpu] && s.pmapLock[s.using[cpu]])),
  allAreInactive: sometimes((s) => s.active.every((active) => !active)),
})

/** Two CPUs, one pmap. */
export const unneeded = accepted(machShootdown, [
  {
    change: "one step earlier: yield 'I1: leave the active set' s.active[self] = false",
    why: 'Between M3 and I2 the CPU does not translate, so nothing depends on when it leaves.',
  },
  ...[
    'step split: s.pmapLock[pmap] = true findOthers(s, self)',
    "one step earlier: yield 'I3x: all are told; who runs now?' findOthers(s, self)",
  ].map((change) => ({
    change,
    why: 'Who starts to use the pmap waits for its lock at B1; as long as it is locked the set of those who use it stays as it is.',
  })),
  ...[
    "one step later: s.others[self].delete(cpu) yield 'I4: does it use the pmap?'",
    "one step later: s.others[self].delete(cpu) yield until('I9: wait until it is inactive, or uses another pmap', () =>…",
  ].map((change) => ({ change, why: "The set of CPUs that are still to be told, or waited for, is the initiator's own." })),
  ...[
    "steps swapped: yield 'I4: does it use the pmap?' if (s.using[cpu] !== pmap) continue yield until('I5: lock its act…",
    "step left out: yield 'I4: does it use the pmap?' if (s.using[cpu] !== pmap) continue",
  ].map((change) => ({
    change,
    why: 'With one pmap every CPU that runs uses it. With two this step saves an interrupt, and its place is before the lock that it skips.',
  })),
  ...[
    "steps swapped: yield 'I6: action needed' s.actionNeeded[cpu] = true yield 'I7: unlock its action queue' assert(s.a…",
    "steps swapped: yield 'I7: unlock its action queue' assert(s.actionLock[cpu], 'the action queue was not locked') s.…",
  ].map((change) => ({
    change,
    why: 'I5 has waited until no responder is between R3 and R7, and none gets to R3 as long as the pmap is locked. So the lock of the action queue may be given back before the action is noted, or after the interrupt.',
  })),
  ...[
    "steps swapped: yield 'R5: reload the TLB' s.tlb[self] = s.entry[s.using[self]] yield 'R6: action done' s.actionNee…",
    'step split: s.tlb[self] = s.entry[s.using[self]]',
  ].map((change) => ({
    change,
    why: 'From R3 to R7 the responder has its action queue locked, and an initiator that has not got beyond I5 changes no entry. So the TLB may be reloaded after the action is done, and in two steps.',
  })),
  {
    change: "steps swapped: yield 'I12: reload the own TLB' if (s.using[self] === pmap) s.tlb[self] = s.entry[pmap] yield 'I14:…",
    why: 'Before I15 the CPU is not active, so it does not translate. Who changes the entry meanwhile notes an action first, and the interrupt is taken at M5, before the next M2.',
  },
  {
    change: "steps swapped: yield 'I14: unlock the pmap' assert(s.pmapLock[pmap], 'the pmap was not locked') s.pmapLock[pmap] =…",
    why: 'After I12 the own TLB is up to date, and the pmap still locked: the CPU may translate before it is unlocked.',
  },
  {
    change: "steps swapped: yield 'R7: unlock the own action queue' assert(s.actionLock[self], 'the action queue was not locked…",
    why: 'After R5 the own TLB is up to date: the CPU may translate before its action queue is unlocked, for which an initiator waits at I5.',
  },
  ...[
    'step split: s.entry[pmap] = yield* choose(p.entries)',
    'step split: s.tlb[self] = s.entry[pmap] (in shootDown)',
    'step split: if (s.interrupt[self])',
  ].map((change) => ({
    change,
    why: "One of the two halves touches the CPU's own locals alone: the entry and the pmap are locked, and an interrupt is taken back by nobody else.",
  })),
  { change: "always true: next === 'change'", why: 'The CPU changes an entry in every round: a workload of less variety.' },
  {
    change: 'always true: s.interrupt[self]',
    why: 'An interrupt is a hint. A CPU that asks at M5 whether an action is needed, with no interrupt, does so at R1.',
  },
  ...['left out: s.interrupt[self] = false', 'another value: false → true in s.interrupt[self] = false'].map((change) => ({
    change,
    why: 'So is one that comes twice: R1 finds no action needed, and the responder returns.',
  })),
  {
    change: 'swapped: s.interrupt[self] = false yield* respond(s, self, p)',
    why: 'R1 finds no action needed in the step in which the interrupt is taken back, and an interrupt comes after its action is noted. So none is lost that still has something to tell.',
  },
])
