/**
 * The protocols of the repository, with their default params, searched by 1, 2 and 3 workers and by one machine: the
 * same states, transitions, verdicts and lengths. Shards and exchanges are tiny, so that there are many rounds.
 */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepare } from '../../../src/check.ts'
import { search } from '../../../src/explicit/search/search.ts'

const models = resolve(import.meta.dirname, '../../../models')
const large = { from: 100, tiny: { exchange: 2 ** 14, partBytes: 2 ** 12, shardLog: 3, numberBits: 20, slack: 1 } }

describe.each(readdirSync(models).filter((file) => file.endsWith('.ts')))('%s', (file) => {
  it('is to workers what it is to one machine', async () => {
    const { system } = await prepare(join(models, file))
    const alone = await search(system)
    expect(alone.complete).toBe(true)
    for (const workers of [1, 2, 3]) {
      const { states, transitions, depth, properties, complete } = await search(system, { workers, large })
      expect({ workers, complete, states, transitions, depth }).toEqual({
        ...{ workers, complete: true },
        ...{ states: alone.states, transitions: alone.transitions, depth: alone.depth },
      })
      const told = (all: typeof properties) => all.map(({ name, verdict, length, maximum }) => ({ name, verdict, length, maximum }))
      expect(told(properties)).toEqual(told(alone.properties))
    }
  })
})
