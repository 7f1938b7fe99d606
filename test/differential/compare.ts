/**
 * Runs one model through the compiler and the WebAssembly engine, through the bounded symbolic search, and through the
 * oracle, and compares all that they say.
 */
import { compile } from '../../src/compile/model/compile.ts'
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics.ts'
import { type PropertyResult, reachable, type SearchResult, search } from '../../src/explicit/search/search.ts'
import type { Block, System, Vector } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import type { Properties } from '../../src/lang/property.ts'
import { type AnyProperty, evaluate } from '../../src/replay/evaluate.ts'
import type { ParamRecord } from '../../src/replay/oracle.ts'
import { replay } from '../../src/replay/replay.ts'
import { type SlowProperty, type SlowResult, slowSearch } from '../../src/replay/search.ts'
import { compareLiveness } from '../liveness/compare.ts'
import { compareBounded } from './bounded.ts'
import { Differs } from './differs.ts'
import { fewestSwitches } from './switches.ts'
import { loadText } from './text.ts'

export type Comparison =
  | {
      readonly kind: 'agree'
      readonly states: number
      readonly complete: boolean
      readonly result: SearchResult
      readonly schedules: number
      /** What was found of behaviours, and how often: `eventually violated`. Empty where there are too many states. */
      readonly temporal: Readonly<Record<string, number>>
    }
  /** The compiler refuses the model. */
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }
  /** Too many states already near the start: nothing was compared. */
  | { readonly kind: 'skipped' }

/** The slow reference for behaviours goes over sets of states again and again. */
const mostForLiveness = 80

/** What the params are unless somebody sets them. */
const defaultsOf = ({ params }: Model): Readonly<Record<string, number | boolean | string>> =>
  Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.default]))

/** The properties that single states settle. */
const ofStates = (properties: Properties['properties']): Readonly<Record<string, AnyProperty>> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) =>
      property.kind === 'always' || property.kind === 'sometimes' || property.kind === 'bound' ? [[name, property as AnyProperty]] : [],
    ),
  )

/** The oracle takes each way through a step by itself, those that fail too. */
const manyWays = 2_000

const mostWays = ({ end }: Block): number => {
  if (end.op === 'branch') return mostWays(end.then) + mostWays(end.else)
  return end.op === 'choose' ? end.count * mostWays(end.rest) : 1
}

/** How deep the symbolic search looks: what it costs grows with the depth. */
const maxBound = 10

export interface CompareOptions {
  /** The oracle looks at no more states than these; of larger models only the first levels are compared. */
  readonly maxStates?: number
  /**
   * Changes the system that the engine gets, but not the one by which the oracle encodes states: to see that
   * differences are found.
   */
  readonly sabotage?: (system: System) => System
}

export { Differs }

/**
 * Compares the two on a model's text. @throws Differs; and whatever the compiler, engine or oracle throw that they
 * should not.
 */
export const compareText = async (
  source: string,
  { maxStates = 400, sabotage = (system) => system }: CompareOptions = {},
): Promise<Comparison> => {
  const { model, properties: claimed } = loadText(source)
  const params = defaultsOf(model)
  const properties = ofStates(claimed)
  let system: System
  try {
    system = compile({ model, params, properties: claimed as never, parts: 'crossable' })
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'refused', diagnostic: error.diagnostic }
    throw error
  }
  if (system.steps.some(({ body }) => mostWays(body) > manyWays)) return { kind: 'skipped' }
  const given = sabotage(system)
  // The oracle takes every step again for every state behind it.
  let whole = await search(given, { limits: { states: maxStates }, schedules: 'none' })
  for (let most = maxStates; whole.transitions * whole.depth > 20_000; ) {
    most = Math.floor(most / 3)
    whole = await search(given, { limits: { states: most }, schedules: 'none' })
  }
  const maxDepth = whole.complete ? undefined : whole.depth - 1
  if (maxDepth !== undefined && maxDepth < 1) return { kind: 'skipped' }
  const limits = maxDepth === undefined ? {} : { depth: maxDepth }
  const fast = await search(given, { limits, schedules: 'all' })
  const slow = slowSearch(system, model, params, properties, { limits, checkMergedEvery: 4 })

  const said = (
    states: number,
    transitions: number,
    depth: number,
    complete: boolean,
    of: readonly (SlowProperty | PropertyResult)[],
  ): string =>
    [
      `states ${states}`,
      `transitions ${transitions}`,
      `depth ${depth}`,
      `complete ${complete}`,
      ...of.map(({ name, kind, verdict, length, maximum }) => `${kind} ${name}: ${verdict}, length ${length}, maximum ${maximum}`),
    ].join('\n')
  const [engine, oracle] = [
    said(fast.states, fast.transitions, fast.depth, fast.complete, fast.properties),
    said(slow.vectors.length, slow.transitions, slow.depth, slow.complete, slow.properties),
  ]
  if (engine !== oracle)
    throw new Differs(`the engine says\n${engine}\n\nand the oracle\n${oracle}\n${whole.complete ? firstDifference(given, slow) : ''}`)
  if (whole.complete) {
    const difference = firstDifference(given, slow)
    if (difference !== '') throw new Differs(difference)
  }
  const bounded = compareBounded(system, model, params, properties, fast, maxDepth ?? null, maxBound)
  if (bounded !== '') throw new Differs(bounded)
  const schedules = checkSchedules(system, model, params, properties, fast, slow)
  const temporal =
    fast.complete && fast.states <= mostForLiveness ? await compareLiveness(system, given, model, params, claimed as never) : {}
  return { kind: 'agree', states: fast.states, complete: fast.complete, result: fast, schedules, temporal }
}

const firstDifference = (system: System, slow: SlowResult): string => {
  const fast = new Set(reachable(system).vectors.map(String))
  const own = new Set(slow.vectors.map(String))
  const named = (vector: string): string => {
    const values = vector.split(',')
    let at = 0
    return system.variables
      .map(({ name, dims }) => {
        const n = dims.reduce((a, b) => a * b, 1)
        at += n
        return `${name}=${values.slice(at - n, at).join(',')}`
      })
      .join(' ')
  }
  const extra = [...fast].find((v) => !own.has(v))
  const missing = [...own].find((v) => !fast.has(v))
  return [
    ...(extra === undefined ? [] : [`only the engine reaches ${named(extra)}`]),
    ...(missing === undefined ? [] : [`only the oracle reaches ${named(missing)}`]),
  ].join('\n')
}

/**
 * Every schedule has the length that was said, replays through states that are reachable, and ends in what it is a
 * schedule for.
 */
const checkSchedules = (
  system: System,
  model: Model,
  params: ParamRecord,
  properties: Readonly<Record<string, AnyProperty>>,
  fast: SearchResult,
  slow: SlowResult,
): number => {
  const known = new Set(slow.vectors.map(String))
  let n = 0
  for (const { name, kind, length, schedule } of fast.properties) {
    if (schedule === null) continue
    n++
    const wrong = (what: string): never => {
      throw new Differs(`the schedule for ${name} ${what}: ${JSON.stringify(schedule)}`)
    }
    if (schedule.moves.length !== length) wrong(`is not ${length} moves long`)
    if (schedule.fails !== (kind === 'assert' || kind === 'range')) wrong('fails, or does not, and should not, or should')
    const { initial, steps, failure, end } = replay(system, model, params, schedule)
    const vectors: Vector[] = [
      ...(length === 0 && schedule.fails ? [] : [initial.vector]),
      ...steps.flatMap(({ after }) => (after === null ? [] : [after.vector])),
    ]
    for (const vector of vectors) if (!known.has(String(vector))) wrong(`goes through ${vector.join(',')}, which is not reachable`)
    if (schedule.fails && failure?.kind !== kind) wrong(`ends with ${failure?.kind ?? 'no'} failure in the oracle`)
    const property = properties[name]
    if (property !== undefined && kind !== 'deadlock' && evaluate(property, end, params).holds !== (kind === 'sometimes'))
      wrong('ends in a state that is no witness in the oracle')
    if (length === null || length > 8 || slow.vectors.length > 80 || (schedule.fails && length === 0)) continue
    const agents = schedule.moves.map(({ step }) => system.steps[step]!.agent)
    const switches = agents.filter((agent, i) => i > 0 && agent !== agents[i - 1]).length
    const fewest = fewestSwitches(
      system,
      model,
      params,
      length,
      property === undefined ? { kind: kind as 'deadlock' | 'assert' | 'range' } : { property },
    )
    if (fewest !== switches) wrong(`has ${switches} switches between agents, and the fewest are ${fewest}`)
  }
  return n
}
