/** Long work, a slice at a time. */
import { expect, test } from 'vitest'
import { atOnce, isStopped, type Sliced, startPace } from '../../../src/explicit/program/pace.ts'

function* counting(to: number, note: (i: number) => void = () => {}): Sliced<number> {
  for (let i = 0; i < to; i++) {
    note(i)
    yield
  }
  return to
}

function* nested(): Sliced<number[]> {
  const first = yield* counting(2)
  yield { bytes: 100 }
  return [first, yield* counting(3)]
}

test('work runs to its end, at a pace and at once', async () => {
  expect(atOnce(nested())).toEqual([2, 3])
  expect(await startPace({ bytes: 100 }).run(nested())).toEqual([2, 3])
})

test('work is left where it is when it would take too much memory', async () => {
  const { run, hasRoom } = startPace({ bytes: 99 })
  expect([hasRoom(99), hasRoom(100)]).toEqual([true, false])
  expect(await run(nested())).toEqual({ stopped: { kind: 'memory', bytes: 99 } })
})

test('work is left where it is when its time is over', async () => {
  const { run } = startPace({ bytes: 0, seconds: 0 })
  let last = -1
  const end = await run(counting(5, (i) => (last = i)))
  expect(isStopped(end) && end.stopped).toEqual({ kind: 'time', seconds: 0 })
  expect(last).toBe(0)
})

test('the event loop turns while work is under way, so that it can be interrupted', async () => {
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  let turns = 0
  const end = await startPace({ bytes: 0, signal: controller.signal }).run(counting(Number.POSITIVE_INFINITY), () => turns++)
  expect(isStopped(end) && end.stopped).toEqual({ kind: 'interrupted' })
  expect(turns).toBe(1)
})
