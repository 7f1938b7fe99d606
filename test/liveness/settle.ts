/** Settles properties of behaviours in two ways that have nothing in common, and insists that they agree. */
import { type AnyProperty, type Fields, type Model, type Params, type ParamValues, properties, type ValuesOf } from 'mmucheck'
import { expect } from 'vitest'
import type { PropertyReport } from '../../src/check.ts'
import { compile } from '../../src/compile/model/compile.ts'
import { check } from '../models/explored.ts'
import { decide, decideStuck, graphOf } from './reference.ts'

const temporal: ReadonlySet<string> = new Set(['eventually', 'leadsTo', 'alwaysPossible', 'maximum', 'minimum', 'stuck'])

export type Settled = Readonly<Record<string, PropertyReport>>

/**
 * The reports of `check` for the properties of behaviours and `stuck`, after comparing verdicts, shortest lengths and
 * extreme values with those of the slow reference. Every lasso has by then been replayed through the author's
 * functions, its fairness included.
 */
export const settle = async <P extends Params, F extends Fields, A>(
  m: Model<P, F, A>,
  claimed: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, NoInfer<A>>>>,
  params: Partial<ParamValues<P>> = {},
): Promise<Settled> => {
  const named = properties(m, claimed)
  const settings = Object.entries(params) as [string, number | boolean | string][]
  const report = await check(named, { settings, stuck: 'violation' })
  const reports = report.properties.filter(({ kind }) => temporal.has(kind))

  const model = m as unknown as Model
  const system = compile({ model, params: report.params, properties: named.properties as never })
  const graph = graphOf(system, model, report.params, named.properties as never)
  const expected = Object.entries(named.properties)
    .filter(([, { kind }]) => temporal.has(kind))
    .map(([name, property]) => ({ name, ...decide(graph, system, name, property as never) }))
  const all = system.processes.length === 0 ? expected : [...expected, { name: 'stuck', ...decideStuck(graph, system) }]
  const brief = (list: readonly { name: string; verdict: string; length: number | null; value: number | null }[]): string[] =>
    list.map(({ name, verdict, length, value }) => `${name}: ${verdict} ${length ?? ''} ${value ?? ''}`.trimEnd())
  expect(
    brief(reports.map((r) => ({ ...r, length: r.loop === null ? r.length : null, value: r.extreme }))),
    'check, and the reference',
  ).toEqual(brief(all))
  return Object.fromEntries(reports.map((r) => [r.name, r]))
}

/** `holds`, or how it is violated: `violated 2+3` by a cycle of 3 steps after 2, `violated 4` by a way of 4 steps. */
export const verdictOf = (settled: Settled, name: string): string => {
  const { verdict, length, loop } = settled[name]!
  if (length === null || verdict === 'holds') return verdict
  return loop === null ? `${verdict} ${length}` : `${verdict} ${loop}+${length - loop}`
}
