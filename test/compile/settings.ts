/** A system with free params against the systems of the same model that are compiled for each of their values. */
import { type AnyProperty, properties as claimsOf, type Fields, type Model, type Params, type ParamValues, type ValuesOf } from 'mmucheck'
import { expect } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { type Specialisation, specialisations } from '../../src/compile/model/specialisations.ts'
import { reachable, type SearchResult, search } from '../../src/explicit/search/search.ts'
import { constant } from '../../src/ir/build.ts'
import { type ParamSettings, paramsOf } from '../../src/ir/param.ts'
import { specialise } from '../../src/ir/specialise.ts'
import { type Block, elements, type System, type Vector } from '../../src/ir/system.ts'
import { replay } from '../../src/replay/replay.ts'

type Values = Readonly<Record<string, number | boolean | string>>

export type Compiled = Extract<Specialisation, { kind: 'system' }>

/** Every combination of the values of a system's free params. */
export const settingsIn = (system: System): ParamSettings[] =>
  paramsOf(system).reduce<ParamSettings[]>(
    (all, { param, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [param]: value }))),
    [{}],
  )

/** The same system with these values chosen. */
export const fixed = (system: System, setting: ParamSettings): System => {
  const fix = (block: Block, numbers: readonly number[]): Block => {
    const [first, ...rest] = numbers
    if (first === undefined) return block
    if (block.end.op !== 'choose') throw new Error('init does not choose the params first')
    const inner = fix(block.end.rest, rest)
    return { body: [...block.body, { op: 'set', temp: block.end.temp, value: constant(first) }, ...inner.body], end: inner.end }
  }
  const numbers = paramsOf(system).map(({ param, values }) => values.indexOf(setting[param] ?? ''))
  return { ...system, init: fix(system.init, numbers) }
}

export const defaultsOf = (model: Pick<Model, 'params'>): Values =>
  Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default]))

/** All flags and choices. */
export const knobsIn = (model: Pick<Model, 'params'>): string[] =>
  Object.entries(model.params).flatMap(([name, { kind }]) => (kind === 'size' ? [] : [name]))

export interface Claimed {
  readonly model: Model
  readonly properties: Readonly<Record<string, AnyProperty<never, never>>>
}

/** A model with its properties of states. */
export const claimed = <P extends Params, F extends Fields, A>(
  model: Model<P, F>,
  properties: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, A>>> = {},
): Claimed => {
  const named = claimsOf<P, F, A>(model as unknown as Model<P, F, A>, properties as never)
  const ofStates = Object.entries(named.properties).filter(([, { kind }]) => kind === 'always' || kind === 'sometimes' || kind === 'bound')
  return { model: model as unknown as Model, properties: Object.fromEntries(ofStates) as never }
}

export const split = ({ model, properties }: Claimed, params: Values = {}, free = knobsIn(model)): Specialisation[] => [
  ...specialisations({ model, params: { ...defaultsOf(model), ...params }, properties }, free),
]

/** What a search settles. */
export const verdictsOf = ({ properties }: SearchResult): string[] =>
  properties.map(({ name, verdict, length }) => `${name}: ${verdict} ${length}`)

export interface Compared {
  readonly verdicts: readonly string[]
  /**
   * With the params free, and compiled for these values. They differ only where a local is kept because of other
   * values.
   */
  readonly states: readonly [free: number, special: number]
}

/**
 * Searches both for one setting, and insists on the same verdicts and lengths, on the same states but for locals that
 * are alive for the sake of other settings, and that each violation found in the free system is one for the author's
 * functions.
 */
export const compareAt = async (
  { model, properties }: Claimed,
  { system, params }: Compiled,
  setting: ParamSettings,
): Promise<Compared> => {
  const values = { ...params, ...setting }
  const special = compile({ model, params: values, properties })
  const one = fixed(system, setting)
  const [a, b] = [await search(one), await search(special)]
  const said = JSON.stringify(values)
  expect(verdictsOf(a), said).toEqual(verdictsOf(b))
  expect([a.complete, b.complete], said).toEqual([true, true])
  expect(a.states).toBeGreaterThanOrEqual(b.states)
  if (a.states === b.states) expect([a.transitions, a.depth], said).toEqual([b.transitions, b.depth])
  if (a.states < 5_000) expect(statesOf(one, special), said).toEqual(statesOf(special, special))
  return { verdicts: verdictsOf(b), states: [a.states, b.states] }
}

/**
 * The states of `system` as far as `special` tells them apart: globals, locations, and the locals that are alive in
 * `special`.
 */
const statesOf = (system: System, special: System): string[] => {
  const offsets: number[] = []
  let width = 0
  for (const v of system.variables) {
    offsets.push(width)
    width += elements(v)
  }
  const read = (vector: Vector, id: number): (number | boolean | string)[] => {
    const v = system.variables[id]!
    const raw = vector.slice(offsets[id], offsets[id]! + elements(v))
    return v.values === undefined ? [...raw] : raw.map((x) => v.values?.[x - v.lo] ?? '?')
  }
  const show = (vector: Vector): string => {
    const globals = system.variables.filter(({ role }) => role.kind === 'global' || role.kind === 'ghost').map(({ id }) => read(vector, id))
    const processes = system.processes.map(({ pc, locations }, i) => {
      const here = locations[vector[offsets[pc]!]!]!
      const live = special.processes[i]?.locations.find(({ key }) => key === here.key)?.live ?? []
      const locals = live.map(({ frame, name, suffix }) => {
        const local = here.live.find((x) => x.frame === frame && x.name === name && x.suffix === suffix)
        return local === undefined ? null : read(vector, local.variable)
      })
      return [here.key, locals]
    })
    return JSON.stringify([globals, processes])
  }
  return [...new Set(reachable(system).vectors.map(show))].sort()
}

/**
 * Searches all settings at once: the number of states, and by property the setting and the steps of the violation that
 * is found, replayed by the author's functions.
 */
export const searchFree = async (
  { model, properties }: Claimed,
  { system, params }: Compiled,
): Promise<{ states: number; found: Readonly<Record<string, { setting: ParamSettings; length: number }>> }> => {
  const result = await search(system)
  const found = result.properties.flatMap(({ name, kind, verdict, schedule }) => {
    if (schedule === null || (verdict !== 'violated' && kind !== 'sometimes')) return []
    const specialOf = (setting: ParamSettings): System => compile({ model, params: { ...params, ...setting }, properties })
    const special = specialise(system, schedule, specialOf)
    const replayed = replay(special.system, model, { ...params, ...special.params }, special.schedule)
    expect(replayed.failure !== null).toBe(schedule.fails)
    return [[name, { setting: special.params, length: replayed.steps.length }] as const]
  })
  return { states: result.states, found: Object.fromEntries(found) }
}
