/** What another thread or process owes comes in time, or the error says what did not come. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { within } from '../src/within.ts'

test('what comes in time is given, and what is thrown is thrown', async () => {
  expect(await within(60, 'an answer', sleep(1, 'here'))).toBe('here')
  await expect(within(60, 'an answer', Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError)
})

test('what does not come is named', async () => {
  await expect(within(0.01, 'a thread to start', new Promise(() => {}))).rejects.toThrow('waited 0.01 s for a thread to start')
})
