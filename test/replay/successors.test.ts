/** What follows a state, by the oracle and by the engine: the same, in the states of models of this repository. */
import { describe, expect, test, vi } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { createSampler } from '../../src/explicit/sample/sampler.ts'
import type { Move } from '../../src/ir/schedule.ts'
import type { StepWays, Successors } from '../../src/ir/successors.ts'
import type { System, Vector } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { createOracle } from '../../src/replay/oracle.ts'
import { oracleSuccessors } from '../../src/replay/successors.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Without what each side says in its own words. */
const wordless = ({ step, ways, hasAllFailing }: StepWays): object => ({
  step,
  ways: ways.map(({ choice, to, failure }) => ({ choice, to, failure: failure?.kind })),
  hasAllFailing,
})
const comparable = ({ state, agents }: Successors): object => ({
  state,
  agents: agents.map(({ agent, steps }) => ({ agent, steps: steps.map(wordless) })),
})

interface Reached {
  readonly vector: Vector
  readonly init: number
  readonly moves: readonly Move[]
}

/** The first states in breadth-first order, with ways to them. */
const firstStates = (system: System, count: number): { readonly states: Reached[]; readonly compare: (reached: Reached) => Successors } => {
  const sampler = createSampler(system, 2 ** 28)
  const states: Reached[] = []
  const seen = new Set<string>()
  const meet = (reached: Reached): void => {
    if (seen.has(reached.vector.join())) return
    seen.add(reached.vector.join())
    states.push(reached)
  }
  for (const { choice, to } of sampler.initial().ways) if (to !== null) meet({ vector: to, init: choice, moves: [] })
  for (let i = 0; i < states.length && states.length < count; i++) {
    const { vector, init, moves } = states[i]!
    for (const { steps } of sampler.successors(vector).agents)
      for (const { step, ways } of steps)
        for (const { choice, to } of ways) if (to !== null) meet({ vector: to, init, moves: [...moves, { step, choice }] })
  }
  return { states, compare: ({ vector }) => sampler.successors(vector) }
}

const load = async (name: string): Promise<{ model: Model; params: Readonly<Record<string, unknown>>; system: System }> => {
  const { default: model } = (await import(`../../models/${name}.ts`)) as { default: Model }
  const params = Object.fromEntries(Object.entries(model.params).map(([key, param]) => [key, param.default]))
  return { model, params, system: compile({ model, params: params as never, properties: {} }) }
}

describe('oracle and engine give the same successors', () => {
  test.each(['lazy-mmu', 'mach-shootdown', 'mach-shootdown-rules', 'kvm-fast-page-fault', 'superpage-types', 'two-phase-commit'])(
    'in the first states of %s',
    async (name) => {
      const { model, params, system } = await load(name)
      const oracle = oracleSuccessors(system, createOracle(model, params))
      expect(wordless(oracle.initial())).toEqual(wordless(createSampler(system, 2 ** 28).initial()))
      const { states, compare } = firstStates(system, 150)
      expect(states.length).toBeGreaterThan(20)
      for (const reached of states) expect(comparable(oracle.successors(reached))).toEqual(comparable(compare(reached)))
    },
  )
})

test('every agent is there, with the steps at which it stands, blocked ones too', async () => {
  const { model, params, system } = await load('two-phase-commit')
  const { initial, successors } = oracleSuccessors(system, createOracle(model, params))
  expect(initial().ways.map(({ choice }) => choice)).toEqual([0])
  const { agents } = successors({ init: 0, moves: [] })
  expect(agents.map(({ agent }) => agent)).toEqual(system.agents.map(({ id }) => id))
  const steps = agents.flatMap(({ steps: of }) => of)
  expect(steps.some(({ ways }) => ways.length === 0)).toBe(true)
  for (const { step, label } of steps) expect(label).toBe(system.steps[step]!.label)
})
