/**
 * Explores a small model with the oracle's slow search and with the WebAssembly engine, insists that they agree on
 * everything, and says in readable form what is reachable.
 */
import {
  type AnyProperty,
  choose,
  type Domain,
  type Fields,
  type Model,
  model,
  type Params,
  type ParamValues,
  properties,
  range,
  type ValuesOf,
} from 'mmucheck'
import { expect } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { reachable, search } from '../../src/explicit/search/search.ts'
import type { System, Vector } from '../../src/ir/system.ts'
import { slowSearch } from '../../src/replay/search.ts'
import { view } from '../../src/replay/vector.ts'
import type { Plain, StateView } from '../../src/trace/trace.ts'

export interface Exploration {
  /** Every reachable state, sorted: `x=1 q=[0,2] | cpu[0]@label (old=3)`. A process that has returned is at `-`. */
  readonly states: readonly string[]
  readonly transitions: number
  readonly depth: number
  /**
   * By property and built-in: `holds`, `holds 2` (a `sometimes` with the length of its shortest witness), `violated`,
   * `violated 3`.
   */
  readonly verdicts: Readonly<Record<string, string>>
  readonly system: System
}

/**
 * Explores `m` with its default params, changed by `params`. Of the states that are reached twice one in
 * `checkMergedEvery` is checked to go on alike from both; see `SlowOptions`.
 * @throws an assertion error of vitest where the two searches disagree.
 */
export const explore = async <P extends Params, F extends Fields, A>(
  m: Model<P, F, A>,
  claimed: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, NoInfer<A>>>> = {},
  params: Partial<ParamValues<P>> = {},
  checkMergedEvery = 1,
): Promise<Exploration> => {
  const values = { ...defaults(m), ...params } as Readonly<Record<string, number | boolean | string>>
  const named = properties(m, claimed)
  const system = compile({ model: m as unknown as Model, params: values, properties: named.properties as never, parts: 'crossable' })

  const slow = slowSearch(system, m as unknown as Model, values, named.properties as never, { checkMergedEvery })
  const fast = await search(system)
  const all = reachable(system)

  const show = (vectors: readonly Vector[]): string[] =>
    vectors.map((vector) => showState(view(system, m as unknown as Model, values, vector))).sort()
  const states = show(slow.vectors)
  expect(show(all.vectors), 'the states that the engine reaches').toEqual(states)
  expect(new Set(states).size, 'the readable form tells all states apart').toBe(states.length)
  const verdicts = verdictsOf(slow.properties)
  expect(
    { states: fast.states, transitions: fast.transitions, depth: fast.depth, verdicts: verdictsOf(fast.properties) },
    'what the engine counts',
  ).toEqual({
    states: states.length,
    transitions: slow.transitions,
    depth: slow.depth,
    verdicts,
  })
  return { states, transitions: slow.transitions, depth: slow.depth, verdicts, system }
}

const defaults = (m: { readonly params: Params }): Record<string, unknown> =>
  Object.fromEntries(Object.entries(m.params).map(([name, param]) => [name, param.default]))

const verdictsOf = (
  settled: readonly { readonly name: string; readonly verdict: string; readonly length: number | null }[],
): Record<string, string> =>
  Object.fromEntries(settled.map(({ name, verdict, length }) => [name, length === null ? verdict : `${verdict} ${length}`]))

const showState = ({ globals, processes }: StateView): string =>
  [fields(globals, '=', ' '), ...processes.map(({ agent, at, locals }) => `${agent}@${at ?? '-'}${showLocals(locals)}`)].join(' | ')

const showLocals = (locals: Readonly<Record<string, Plain>>): string =>
  Object.keys(locals).length === 0 ? '' : ` (${fields(locals, '=', ' ')})`

const fields = (of: Readonly<Record<string, Plain>>, is: string, between: string): string =>
  Object.entries(of)
    .map(([name, value]) => `${name}${is}${show(value)}`)
    .join(between)

const show = (value: Plain): string => {
  if (value === null || typeof value !== 'object') return String(value)
  if (value instanceof Set) return `{${[...value].join(',')}}`
  if (Array.isArray(value)) return `[${value.map(show).join(',')}]`
  return `{${fields(value as { readonly [field: string]: Plain }, ':', ' ')}}`
}

/**
 * What `f` makes of each input, in both searches: a state per input, in which the result is stored in a variable of the
 * domain `to`. The inputs are integers in 0..inputs-1, so that `f` is compiled for an unknown one.
 */
export const table = async <T>(inputs: number, to: Domain<T>, f: (x: number) => NoInfer<T>): Promise<string[]> => {
  const target: Domain<unknown> = to
  const { states } = await explore(
    model({
      name: 'table',
      state: () => ({ x: range(0, inputs - 1), y: target }),
      init: function* (s) {
        s.x = yield* choose(inputs)
        s.y = f(s.x)
      },
    }),
  )
  return states.map((state) => state.replace(/^x=\d+ y=/, ''))
}
