/**
 * What the engine says of a model with some settings, with the races that it finds replayed through the author's
 * functions.
 */
import type { Fields, Model, Params, ParamValues, Properties } from 'mmucheck'
import { compile } from '../../src/compile/model/compile.ts'
import { search } from '../../src/explicit/search/search.ts'
import { replay } from '../../src/replay/replay.ts'

export interface Settled {
  readonly states: number
  readonly verdicts: Readonly<Record<string, 'holds' | 'violated' | 'incomplete'>>
  /** By property, the steps of its shortest violation: `cpu[0]: old = *pte`. */
  readonly races: Readonly<Record<string, readonly string[]>>
}

/** Settles all properties of `claimed` with its model's default params, changed by `settings`. */
export const settle = async <P extends Params, F extends Fields>(
  claimed: Properties<P, F>,
  settings: Partial<ParamValues<P>> = {},
): Promise<Settled> => {
  const model = claimed.model as unknown as Model
  const params = { ...Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default])), ...settings }
  const system = compile({ model, params, properties: claimed.properties as never, parts: 'crossable' })
  const result = await search(system)
  const races = result.properties.flatMap(({ name, verdict, schedule }) => {
    if (verdict !== 'violated' || schedule === null) return []
    return [[name, replay(system, model, params, schedule).steps.map(({ agent, label }) => `${agent}: ${label}`)] as const]
  })
  return {
    states: result.states,
    verdicts: Object.fromEntries(result.properties.map(({ name, verdict }) => [name, verdict])),
    races: Object.fromEntries(races),
  }
}

/** Whether `events` contains these lines in this order, others between them or not. */
export const inOrder = (events: readonly string[], ...wanted: readonly string[]): boolean => {
  let at = 0
  for (const event of events) if (event === wanted[at]) at++
  return at === wanted.length
}
