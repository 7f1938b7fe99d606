import { always, array, bool, choose, each, index, model, optional, range, sometimes } from 'mmucheck'
import { acquire, lock, release, spinLock, spinUnlock, untilFree } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { loadText } from '../differential/text.ts'
import { explore } from '../semantics/harness.ts'

test('one holder at a time: no update under the lock is lost', async () => {
  const { verdicts, states } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(2), x: range(0, 2), inside: range(0, 2) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          yield* acquire(s.l, cpu, 'lock')
          s.inside++
          yield 'read'
          const old = s.x
          yield 'write'
          s.x = old + 1
          s.inside--
          yield* release(s.l, cpu, 'unlock')
        }),
      }),
    }),
    { exclusive: always((s) => s.inside <= 1) },
  )
  expect(verdicts).toEqual({ exclusive: 'holds', deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(states.filter((state) => state.endsWith('cpu[0]@- | cpu[1]@-'))).toEqual(['l={owner:null} x=2 inside=0 | cpu[0]@- | cpu[1]@-'])
})

// A label that is no constant where it is passed was refused: MC101 at the call, or MC114 in the lock itself. So
// helpers could not say which lock they take.
test('the label says which lock it is, also where that is known only when the model runs', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: array(2, lock(1)), held: optional(index(2)) }),
      processes: (_p) => ({
        cpu: each(2, function* (s) {
          yield 'choose'
          const i = yield* choose(2)
          yield* acquire(s.l[i]!, 0, `spin_lock(l[${i}])`)
          s.held = i
          yield* release(s.l[i]!, 0, i === 0 ? 'unlock the first' : 'unlock the second')
          s.held = null
        }),
      }),
    }),
    { first: sometimes((s, _p, at) => s.held === 0 && at.cpu[0] !== 'choose' && at.cpu[1] === 'choose') },
  )
  expect(verdicts).toEqual({ first: 'holds 2', deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(states).toContain(
    'l=[{owner:0},{owner:null}] held=0 | cpu[0]@unlock the first | unlock the second (&l=[0]) | cpu[1]@spin_lock(l[0]) | spin_lock(l[1]) (i=0 &l=[0])',
  )
})

test('who gives back a lock of somebody else fails an assertion', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(2), x: bool }),
      processes: () => ({
        p: function* (s) {
          yield* acquire(s.l, 0)
          yield* release(s.l, 1)
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'violated 2', range: 'holds' })
})

// It was reported at the line of mmucheck/mmu/lock.ts, which says nothing of who called it.
test('that is said of the line of the author that gives it back', async () => {
  const text = `
    import { model, properties } from 'mmucheck'
    import { acquire, lock, release } from 'mmucheck/mmu'
    function* unlockFor(s, cpu) {
      yield* release(s.l, cpu)
    }
    export default properties(model({
      name: 'm',
      state: () => ({ l: lock(2) }),
      processes: () => ({
        p: function* (s) {
          yield* acquire(s.l, 0)
          yield* unlockFor(s, 1)
        },
      }),
    }), {})`
  const report = await check({ kind: 'properties', ...loadText(text) } as never, { engine: 'explicit', oracle: 'all' })
  const outcome = report.properties.find(({ name }) => name === 'assert')?.trace?.outcome
  expect(outcome).toMatchObject({
    source: 'yield* release(s.l, cpu)',
    message: 'a lock is released by a CPU that does not hold it',
    at: { file: '/differential/models/generated.ts', line: 5 },
  })
})

test('untilFree is one step, which waits for the holder', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(1), x: range(0, 2) }),
      processes: () => ({
        p: function* (s) {
          yield* acquire(s.l, 0)
          s.x = 1
          yield* release(s.l, 0)
          s.x = 2
        },
        q: function* (s) {
          yield* untilFree(s.l, 'look')
        },
      }),
    }),
  )
  expect(states).toEqual([
    'l={owner:0} x=1 | p@spin_unlock | q@-',
    'l={owner:0} x=1 | p@spin_unlock | q@look',
    'l={owner:null} x=0 | p@spin_lock | q@-',
    'l={owner:null} x=0 | p@spin_lock | q@look',
    'l={owner:null} x=2 | p@- | q@-',
    'l={owner:null} x=2 | p@- | q@look',
  ])
})

test('a lock that has a name: where somebody stands is known by it', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(1) }),
      processes: () => ({
        p: function* (s) {
          yield* spinLock(s.l, 0, 'ptl')
          yield* spinUnlock(s.l, 0, 'ptl')
        },
      }),
    }),
    {
      before: sometimes((s, _p, at) => at.p === 'spin_lock(ptl)' && s.l.owner === null),
      holding: sometimes((s, _p, at) => at.p === 'spin_unlock(ptl)' && s.l.owner === 0),
    },
  )
  expect(verdicts).toMatchObject({ before: 'holds 0', holding: 'holds 1' })
})
