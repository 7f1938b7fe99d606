/** What workers say to each other: what one takes in vain is in nobody's way, and a level's news are its own. */
import { expect, test } from 'vitest'
import { controlOf, newControl } from '../../../src/explicit/shards/control.ts'

test('memory that is not there is not taken, not for a moment', () => {
  const control = controlOf(newControl(2, 2 ** 20))
  expect(control.take(2 ** 19)).toBe(true)
  expect(control.take(2 ** 20)).toBe(false)
  expect(control.bytes()).toBe(2 ** 19)
  expect(control.take(2 ** 19)).toBe(true)
  expect(control.take(1)).toBe(false)
})

test('a violation of the next level is none of this one', () => {
  const control = controlOf(newControl(2, 2 ** 20))
  control.violated.add(5, 1)
  expect([4, 5, 6].map((level) => control.violated.get(level))).toEqual([0, 1, 0])
  control.violated.clear(5)
  expect(control.violated.get(5)).toBe(0)
})

test('the first reason to end counts, and who asks for the end is heard all the same', () => {
  const control = controlOf(newControl(2, 2 ** 20))
  expect([control.stopped(), control.isAsked()]).toEqual(['none', false])
  control.stop('memory')
  expect([control.stopped(), control.isAsked()]).toEqual(['memory', false])
  control.stop('asked')
  expect([control.stopped(), control.isAsked()]).toEqual(['memory', true])
})
