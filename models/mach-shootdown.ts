import {
  array,
  assert,
  bool,
  choice,
  choose,
  each,
  flag,
  index,
  model,
  type ParamValues,
  type StateOf,
  type Steps,
  set,
  size,
  until,
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

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  // Of each pmap, which has one entry.
  pmapLock: array(p.pmaps, bool),
  entry: array(p.pmaps, index(p.entries)),
  // Of each CPU, which runs on one pmap after it has booted, and caches its entry.
  running: array(p.cpus, bool),
  using: array(p.cpus, index(p.pmaps)),
  tlb: array(p.cpus, index(p.entries)),
  active: array(p.cpus, bool),
  actionLock: array(p.cpus, bool),
  actionNeeded: array(p.cpus, bool),
  interrupt: array(p.cpus, bool),
  others: array(p.cpus, set(p.cpus)),
})

type State = StateOf<typeof state>

const findOthers = (s: State, self: number): void => {
  s.others[self].clear()
  for (let cpu = 0; cpu < s.running.length; cpu++) {
    if (cpu !== self && s.running[cpu]) s.others[self].add(cpu)
  }
}

/** Changes the entry of some pmap, after every other CPU that uses the pmap has stopped to translate. */
function* shootDown(s: State, self: number, p: Params): Steps {
  yield 'I1: leave the active set'
  s.active[self] = false
  const pmap = yield* choose(p.pmaps)

  yield until('I2: lock the pmap', () => !s.pmapLock[pmap])
  s.pmapLock[pmap] = true
  findOthers(s, self)

  while (s.others[self].size > 0) {
    yield 'I3: next CPU'
    const cpu = yield* choose(s.others[self])
    s.others[self].delete(cpu)

    yield 'I4: does it use the pmap?'
    if (s.using[cpu] !== pmap) continue

    yield until('I5: lock its action queue', () => !s.actionLock[cpu])
    s.actionLock[cpu] = true

    yield 'I6: action needed'
    s.actionNeeded[cpu] = true

    yield 'I7: unlock its action queue'
    assert(s.actionLock[cpu], 'the action queue was not locked')
    s.actionLock[cpu] = false

    yield 'I8: interrupt it'
    s.interrupt[cpu] = true
  }

  yield 'I3x: all are told; who runs now?'
  findOthers(s, self)

  while (s.others[self].size > 0) {
    yield 'I9: next CPU to wait for'
    const cpu = yield* choose(s.others[self])
    s.others[self].delete(cpu)
    yield until('I9: wait until it is inactive, or uses another pmap', () => p.dropI9 || !s.active[cpu] || s.using[cpu] !== pmap)
  }

  yield 'I11: change the entry'
  s.entry[pmap] = yield* choose(p.entries)

  yield 'I12: reload the own TLB'
  if (s.using[self] === pmap) s.tlb[self] = s.entry[pmap]

  yield 'I14: unlock the pmap'
  assert(s.pmapLock[pmap], 'the pmap was not locked')
  s.pmapLock[pmap] = false

  yield 'I15: rejoin the active set'
  s.active[self] = true
}

/** Handles the interrupt of a shootdown. */
function* respond(s: State, self: number, p: Params): Steps {
  while (true) {
    yield 'R1: is an action needed?'
    if (!s.actionNeeded[self]) return

    yield 'R2: leave the active set'
    s.active[self] = false

    yield until('R3: wait until the pmap is unlocked; lock the own action queue', () => p.dropR3Lock || !s.pmapLock[s.using[self]])
    assert(!s.actionLock[self], 'an initiator still holds the action queue')
    s.actionLock[self] = true
    if (p.actBeforeR5) s.active[self] = true

    yield 'R5: reload the TLB'
    s.tlb[self] = s.entry[s.using[self]]

    yield 'R6: action done'
    s.actionNeeded[self] = false

    yield 'R7: unlock the own action queue'
    assert(s.actionLock[self], 'the action queue was not locked')
    s.actionLock[self] = false

    yield 'R8: rejoin the active set'
    s.active[self] = true
  }
}

/**
 * The TLB shootdown of Mach, the one MMU protocol that recurs in the verification literature. The labels name the steps
 * of the published algorithm; `mach-shootdown-rules` is the same protocol as the literature's transition system, with
 * its exact number of states.
 */
export default model({
  name: 'mach-shootdown',
  title: 'Mach TLB shootdown: no CPU translates with an entry that has been changed',
  source: 'Black et al., "Translation lookaside buffer consistency: a software approach", ASPLOS 1989',
  params,
  fairness: (p) => ({ cpu: p.fairness }),
  state,
  init: (s, p) => {
    for (let cpu = 0; cpu < p.cpus; cpu++) s.active[cpu] = true
  },
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, self) {
      yield 'B1: pick a pmap'
      const pmap = yield* choose(p.pmaps)
      yield until('B1: start to use the pmap', () => !s.pmapLock[pmap])
      s.running[self] = true
      s.using[self] = pmap
      s.tlb[self] = s.entry[pmap]

      while (true) {
        yield 'M2: translate'
        assert(s.tlb[self] === s.entry[s.using[self]], 'translated with a stale TLB')

        yield 'M3: go on, or change an entry'
        const next = yield* choose(['go on', 'change'])
        if (next === 'change') yield* shootDown(s, self, p)

        yield 'M5: take an interrupt'
        if (s.interrupt[self]) {
          s.interrupt[self] = false
          yield* respond(s, self, p)
        }
      }
    }),
  }),
  variants: {
    'three-cpus': { cpus: 3 },
    'no-wait': { dropI9: true },
    'no-lock': { dropR3Lock: true },
    'weakly-fair': { fairness: 'weak' },
  },
})
