/**
 * Where processes stand: the third argument of predicates and measures, in all kinds of properties and in all engines.
 */
import {
  always,
  alwaysPossible,
  array,
  bool,
  bound,
  each,
  eventually,
  flag,
  index,
  leadsTo,
  maximum,
  minimum,
  model,
  optional,
  range,
  sometimes,
  until,
} from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { compareText } from '../differential/compare.ts'
import { settle, verdictOf } from '../liveness/settle.ts'
import { explore } from './harness.ts'

/** Two CPUs under a lock, if there is one, and a process that has no steps but one. */
const guarded = model({
  name: 'guarded',
  params: { locked: flag(true) },
  state: () => ({ owner: optional(index(2)), done: array(2, bool) }),
  processes: (p) => ({
    cpu: each(2, function* (s, cpu) {
      if (p.locked) {
        yield until('lock', () => s.owner === null)
        s.owner = cpu
      }
      yield 'critical'
      s.done[cpu] = true
      if (p.locked) {
        yield 'unlock'
        s.owner = null
      }
    }),
    once: function* () {
      yield 'wake up'
    },
  }),
})

const exclusive = always<{ owner: number | null }, unknown, { readonly cpu: readonly (string | null)[] }>(
  (_s, _p, at) => !(at.cpu[0] === 'critical' && at.cpu[1] === 'critical'),
)

test('a process stands at the label of the step that it takes next, and at null where it has returned', async () => {
  const { verdicts } = await explore(guarded, {
    exclusive,
    startsAtLock: sometimes((_s, _p, at) => at.cpu.every((label) => label === 'lock') && at.once === 'wake up'),
    oneIsCritical: sometimes((_s, _p, at) => at.cpu.some((label) => label === 'critical')),
    holds: always((s, _p, at) => s.owner === null || at.cpu[s.owner] !== 'lock'),
    ends: sometimes((_s, _p, at) => at.once === null && at.cpu.filter((label) => label === null).length === 2),
    alike: sometimes((_s, _p, at) => at.cpu[0] === at.cpu[1] && at.cpu[0] !== 'lock'),
    critical: bound((_s, _p, at) => at.cpu.filter((label) => ['critical', 'unlock'].includes(label ?? '')).length, 1),
  })
  expect(verdicts).toEqual({
    exclusive: 'holds',
    startsAtLock: 'holds 0',
    oneIsCritical: 'holds 1',
    holds: 'holds',
    ends: 'holds 7',
    alike: 'holds 6',
    critical: 'holds',
    deadlock: 'holds',
    assert: 'holds',
    range: 'holds',
  })
  expect((await explore(guarded, { exclusive }, { locked: false })).verdicts.exclusive).toBe('violated 0')
})

test('labels that the params leave out are labels all the same: no process stands there', async () => {
  const { verdicts } = await explore(
    guarded,
    {
      never: sometimes((_s, _p, at) => at.cpu[0] === 'unlock'),
      always: always((_s, _p, at) => at.cpu[1] !== 'lock'),
    },
    { locked: false },
  )
  expect(verdicts).toMatchObject({ never: 'violated', always: 'holds' })
})

test('in properties of behaviours, and in extremes', async () => {
  const settled = await settle(guarded, {
    served: leadsTo(
      (_s, _p, at) => at.cpu[0] === 'lock',
      (_s, _p, at) => at.cpu[0] === 'critical',
    ),
    both: eventually((_s, _p, at) => at.cpu[0] === 'unlock' && at.cpu[1] === 'lock'),
    free: alwaysPossible((_s, _p, at) => at.once === null),
    back: alwaysPossible((_s, _p, at) => at.once === 'wake up'),
    most: maximum((_s, _p, at) => at.cpu.filter((label) => label === null).length),
    least: minimum((_s, _p, at) => at.cpu.filter((label) => label === null).length, { over: 'final states' }),
  })
  expect(verdictOf(settled, 'served')).toBe('holds')
  expect(verdictOf(settled, 'both')).toBe('violated 7+0')
  expect(verdictOf(settled, 'free')).toBe('holds')
  expect(verdictOf(settled, 'back')).toBe('violated 1')
  expect(settled.most?.extreme).toBe(2)
  expect(settled.least?.extreme).toBe(2)
})

test('the race says where the processes stood', async () => {
  const named = {
    kind: 'properties',
    model: guarded,
    properties: { exclusive },
  } as const
  const report = await check(named as never, { settings: [['locked', false]], engine: 'both' })
  expect(report.properties.find(({ name }) => name === 'exclusive')?.trace?.outcome.reads).toEqual([
    ['at.cpu[0]', 'critical'],
    ['at.cpu[1]', 'critical'],
  ])
})

test('labels of helpers are those that the calls pass; a computed one is compared with what it cannot be', async () => {
  const m = model({
    name: 'm',
    state: () => ({ l: lock(2), x: range(0, 2) }),
    processes: (_p) => ({
      cpu: each(2, function* (s, cpu) {
        yield* acquire(s.l, cpu, 'spin_lock(ptl)')
        yield `read ${s.x}`
        s.x++
        yield* release(s.l, cpu)
      }),
    }),
  })
  const { verdicts } = await explore(m, {
    one: always((s, _p, at) => at.cpu.every((label, i) => label !== 'spin_unlock' || s.l.owner === i)),
    waits: sometimes((s, _p, at) => at.cpu[0] === 'spin_lock(ptl)' && s.x === 1),
  })
  expect(verdicts).toMatchObject({ one: 'holds', waits: 'holds 2' })
})

test('a process that may stand at one label only, or at none', async () => {
  const m = model({
    name: 'm',
    state: () => ({ x: range(0, 3), at: index(2) }),
    processes: (_p) => ({
      none: function* () {},
      cpu: each(2, function* (s) {
        yield 'count'
        s.x++
        s.at = s.x % 2
      }),
    }),
  })
  const { verdicts } = await explore(m, {
    none: always((_s, _p, at) => at.none === null),
    other: sometimes((s, _p, at) => at.cpu[s.at] === null && at.cpu[1 - s.at] === 'count'),
    outside: always((s, _p, at) => at.cpu[s.x] !== 'count' || s.x < 2),
  })
  expect(verdicts).toMatchObject({ none: 'holds', other: 'holds 1', outside: 'violated 2' })
})

test('all engines agree, and proofs too', async () => {
  const source = `import { always, bool, each, model, properties, sometimes } from 'mmucheck'
const m = model({
  name: 'm',
  state: () => ({ turn: bool, wants: bool }),
  processes: () => ({
    cpu: each(2, function* (s, me) {
      while (true) {
        yield 'wait'
        if (s.turn === (me === 0)) {
          yield 'critical'
          s.turn = !s.turn
        }
      }
    }),
    other: function* (s) {
      yield 'want'
      s.wants = true
    },
  }),
})
export default properties(m, {
  exclusive: always((_s, _p, at) => at.cpu[0] !== 'critical' || at.cpu[1] !== 'critical'),
  wants: always((s, _p, at) => s.wants === (at.other === null)),
  switches: sometimes((s, _p, { cpu: [first, second] }) => first === 'critical' && second === 'wait'),
})
`
  const compared = await compareText(source)
  expect(compared.kind === 'agree' && compared.result.properties.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'exclusive holds',
    'wants holds',
    'switches holds',
    'deadlock holds',
    'assert holds',
    'range holds',
  ])
})
