/**
 * The models of this repository, small, searched by the oracle and by the engine: the same states, counts and verdicts.
 */
import { describe, expect, test, vi } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { reachable, search } from '../../src/explicit/search/search.ts'
import type { Model } from '../../src/lang/model.ts'
import type { AnyProperty } from '../../src/replay/evaluate.ts'
import { replay } from '../../src/replay/replay.ts'
import { slowSearch } from '../../src/replay/search.ts'

vi.setConfig({ testTimeout: 60_000 })

interface Case {
  readonly params: Readonly<Record<string, number | boolean | string>>
  /** The oracle looks only so far; the engine too then. */
  readonly maxDepth: number
}

const cases: Readonly<Record<string, Case>> = {
  'lazy-mmu': { params: { cpus: 1, ptes: 1, updates: 1 }, maxDepth: 99 },
  'tlb-shootdown': { params: { cpus: 2, pages: 1 }, maxDepth: 99 },
  'mach-shootdown': { params: { cpus: 2, pmaps: 1, entries: 2 }, maxDepth: 14 },
  'mach-shootdown-rules': { params: { cpus: 2, pmaps: 1, entries: 2 }, maxDepth: 9 },
  'two-phase-commit': { params: { rms: 2 }, maxDepth: 99 },
}

describe('oracle and engine agree on', () => {
  for (const [name, { params: given, maxDepth }] of Object.entries(cases))
    test(name, async () => {
      const { default: model } = (await import(`../../models/${name}.ts`)) as { default: Model }
      const { default: claimed } = (await import(`../../properties/${name}.ts`)) as {
        default: { properties: Readonly<Record<string, AnyProperty>> }
      }
      const params = { ...Object.fromEntries(Object.entries(model.params).map(([key, param]) => [key, param.default])), ...given }
      const system = compile({ model, params, properties: claimed.properties })
      const slow = slowSearch(system, model, params, claimed.properties, { limits: { depth: maxDepth }, checkMergedEvery: 7 })
      const fast = await search(system, { limits: { depth: maxDepth }, schedules: 'all' })
      const verdicts = (of: typeof slow.properties | typeof fast.properties) => of.map((p) => [p.name, p.verdict, p.length])
      expect({ states: fast.states, transitions: fast.transitions, depth: fast.depth, verdicts: verdicts(fast.properties) }).toEqual({
        states: slow.vectors.length,
        transitions: slow.transitions,
        depth: slow.depth,
        verdicts: verdicts(slow.properties),
      })
      if (slow.complete) {
        const keys = (vectors: readonly (readonly number[])[]) => vectors.map((v) => v.join()).sort()
        expect(keys(reachable(system).vectors)).toEqual(keys(slow.vectors))
      }
      for (const { schedule, length } of fast.properties)
        if (schedule !== null) expect(replay(system, model, params, schedule).steps.length).toBe(length)
    })
})
