/** Total store order is the one of x86: each litmus test has the outcomes that were published, in both searches. */
import { describe, expect, test } from 'vitest'
import { explore } from '../../semantics/harness.ts'
import { litmusModel, litmusTests, outcomeOf } from './litmus.ts'

describe.each(litmusTests)('$name', (litmus) => {
  test.each([1, 2, 3])('with a store buffer of %i', async (buffer) => {
    const { verdicts, system } = await explore(litmusModel(litmus, 'tso'), { outcome: outcomeOf(litmus) } as never, { buffer }, 7)
    expect(verdicts).toMatchObject({
      outcome: expect.stringMatching(litmus.tso === 'allowed' ? /^holds \d/ : /^violated$/),
      deadlock: 'holds',
    })
    const locked = system.steps.filter(({ id }) => system.memory?.locked.includes(id)).map(({ label }) => label)
    expect(locked).toEqual(litmus.cpus.flat().filter((text) => text.startsWith('lock')))
  })
  test('where memory is sequentially consistent', async () => {
    const { verdicts, system } = await explore(litmusModel(litmus, 'sc'), { outcome: outcomeOf(litmus) } as never, {}, 7)
    expect([verdicts.outcome, system.memory]).toEqual(['violated', null])
  })
})
