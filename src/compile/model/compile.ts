/** From an author's model to a transition system. */
import { at, fieldOf } from '../../at.js'
import { type Diagnostic, DiagnosticError, type Place } from '../../diagnostics.js'
import { temp } from '../../ir/build.js'
import { paramsOf } from '../../ir/param.js'
import type { Agent, Block, Query, Span, Stmt, System, Variable } from '../../ir/system.js'
import { elements } from '../../ir/system.js'
import { type Visitor, walkBlock, walkExpr, walkStmts } from '../../ir/walk.js'
import { type Domain, ModelError } from '../../lang/domain.js'
import {
  memorySettings,
  type Parts,
  type Platform,
  platformOf,
  type StoreBuffering,
  storeBuffer,
  withStoreBuffers,
} from '../../lang/memory.js'
import type { Model, Process, Rules } from '../../lang/model.js'
import type { Params } from '../../lang/param.js'
import type { AnyProperty } from '../../lang/property.js'
import { shown } from '../../load/shown.js'
import { modelError, placeInStack, placeOfFunction } from '../../load/stack.js'
import { stoppableOnce } from '../../load/stoppable.js'
import { ghostUse } from '../after/ghosts.js'
import { sweep } from '../after/live-locals.js'
import { lowerMemory, requireSteps } from '../memory/memory.js'
import { type CompiledAgents, compileInit, compileProcesses, compileRules, siteOfFunction } from '../step/agents.js'
import { type Context, createContext } from '../values/context.js'
import { type DraftMemory, declareVariables, newTemp, type Reached } from '../values/draft.js'
import { createFreeParams, declareFreeParams, type FreeParams, isParam } from '../values/free.js'
import { leaves } from '../values/layout.js'
import { refuse, spanOf } from '../values/site.js'
import { typeOfDomain } from '../values/type.js'
import { aliveOf } from './alive.js'
import { createAttempts, isTooDeep, tooDeep } from './attempts.js'
import { requireBuilding } from './building.js'
import { type About, type CompiledProperties, compileCrossable, compileProperty } from './properties.js'

export interface CompileInput {
  readonly model: Model<Params, Readonly<Record<string, Domain>>> | Model
  /** A value for every param. */
  readonly params: Readonly<Record<string, number | boolean | string>>
  readonly properties: Readonly<Record<string, AnyProperty<never, never>>>
  /** Whether parts of the properties can be crossed out, which takes another compilation of each; by default not. */
  readonly parts?: PropertyParts
  /** Is told what steps, rules and `init` are made of. */
  readonly reached?: Reached
}

/** `crossable`: the system has `crossable`; else that is empty. */
export type PropertyParts = 'fixed' | 'crossable'

/** What `compileFree` found out: a system, or which params it cannot leave free. */
export type FreeCompilation =
  | {
      readonly kind: 'system'
      readonly system: System
      /** The params that are variables of the system. */
      readonly free: readonly string[]
      /** Params that were to be free and on which nothing depends: any value will do. */
      readonly idle: readonly string[]
    }
  | {
      readonly kind: 'shaped'
      /** Params from whose values the model is built, and where the author's functions read them. At least one. */
      readonly shaping: ReadonlyMap<string, Place | null>
    }

/** States wider than this are refused: they would take kilobytes each. */
const mostBits = 4_096

/**
 * Compiles a model for one setting of its params.
 * @throws DiagnosticError for whatever in it is outside the language or makes no sense, with the place and what to
 * write instead.
 */
export const compile = (input: CompileInput): System =>
  withDepthExplained(input.model, () => compileModel({ ...input, params: Object.freeze({ ...input.params }) }, null))

/**
 * Compiles a model with some of its flags and choices left free: they are variables of the system (role `param`), which
 * `init` chooses before anything else, in the order of `System.variables`, and no step changes. `params` has a value
 * for each of these too, on which the result depends only where a param shapes the model. For properties of states:
 * what `fairness` says is that of `params`.
 * @throws DiagnosticError as `compile`, and also where code is outside the language that some value of a free param
 * would have left out; see `specialisations`. The exception's `read` are the free params that had been read until then.
 * RangeError where the choices of `init` become so many that a choice code cannot hold them.
 */
export const compileFree = ({ model, params, properties }: CompileInput, names: readonly string[]): FreeCompilation => {
  const free = createFreeParams(model.params, params, names)
  try {
    const system = withDepthExplained(model, () => compileModel({ model, params, properties }, free))
    if (free.shaping.size > 0) return { kind: 'shaped', shaping: free.shaping }
    requireCode(system)
    const kept = paramsOf(system).map(({ param }) => param)
    return { kind: 'system', system, free: kept, idle: names.filter((name) => !kept.includes(name)) }
  } catch (error) {
    if (error instanceof DiagnosticError && free.shaping.size === 0) throw new RefusedWhileFree(error.diagnostic, [...free.read])
    if (error instanceof Shaped || error instanceof DiagnosticError) return { kind: 'shaped', shaping: free.shaping }
    throw error
  }
}

/** A choice code is a number that doubles hold exactly. */
const requireCode = ({ init, radix }: System): void => {
  const choices = ({ end }: Block): number => {
    if (end.op === 'branch') return Math.max(choices(end.then), choices(end.else))
    return end.op === 'choose' ? 1 + choices(end.rest) : 0
  }
  if (radix ** choices(init) > 2 ** 53)
    throw new RangeError(`init makes ${choices(init)} choices of up to ${radix} values: leave fewer params free`)
}

/** A model that was refused while some of its params were free. */
export class RefusedWhileFree extends DiagnosticError {
  readonly read: readonly string[]
  constructor({ code, message, hint, place }: Diagnostic, read: readonly string[]) {
    super(code, message, hint, place)
    this.read = read
  }
}

/** There is no need to compile what was built from params that are to be free. */
class Shaped extends Error {}

const withDepthExplained = <T>(model: CompileInput['model'], run: () => T): T => {
  try {
    return stoppableOnce(model, run)
  } catch (error) {
    if (isTooDeep(error)) throw tooDeep(null)
    throw error
  }
}

/** Long: a compilation from top to bottom, each part of which needs those before. */
const compileModel = ({ model, params, properties, parts = 'fixed', reached }: CompileInput, free: FreeParams | null): System => {
  requireBuilding({ model, params, properties })
  const p = (free?.p ?? params) as never
  const own = build(model, 'state', () => model.state(p)) as Readonly<Record<string, Domain>>
  requireDomains(own, model.state)
  const processes = build(model, 'processes', () => model.processes?.call(undefined, p) ?? {}) as Readonly<Record<string, Process<never>>>
  const rules = build(model, 'rules', () => model.rules?.call(undefined, p) ?? {}) as Readonly<Record<string, Rules<never>>>
  const { cpus, buffering } = buildPlatform(model, p, { state: own, processes, rules })
  const state = withStoreBuffers(own, buffering)
  const c = createContext(own, shown, reached)
  c.draft.memory = buffering === null ? null : draftMemory(buffering, state)
  const initial = declareState(c, state)
  if (free !== null) declareFreeParams(c, model.params, free)
  const agents: CompiledAgents = {
    agents: [],
    processes: [],
    labels: [],
    steps: [],
    memory: new Map(),
    cpus,
    starts: [],
    decided: [],
  }
  if (free !== null && free.shaping.size > 0) throw new Shaped()
  // Where params are free, what the first error has read says which of them shape the model.
  const { attempt, failed, end } = createAttempts(c, free === null)
  compileProcesses(c, processes, agents, model.processes, attempt)
  const standing = failed() ? null : agents
  compileRules(c, rules, agents, model.rules, attempt)
  let started: Block = { body: [], end: { op: 'finish' } }
  attempt(() => {
    started = compileInit(c, model.init, p, agents)
  })
  const about: About = { params: p, agents: standing }
  const compiled: CompiledProperties = { safety: [], temporal: [], extremes: [] }
  for (const [name, property] of Object.entries(properties)) attempt(() => compileProperty(c, name, property, about, compiled))
  const swept = agents.steps.map((step) => ({ ...step, body: sweep(step.body) }))
  for (const agent of agents.agents) attempt(() => forbidGhosts(c, agent, swept))
  const { site } = siteOfFunction(c, model.state)
  const owned = { ...agents, agents: withFairness(model, params as never, agents.agents), steps: swept }
  if (!failed()) requireSteps(c, owned, attempt)
  end()
  const lowered = lowerMemory(c, buffering, owned, initial, spanOf(site.file, site.node))
  const crossable = parts === 'crossable' ? compileCrossable(c, properties, compiled, about) : []
  const read = loaded(
    c.draft.variables,
    [...lowered.steps.map(({ body }) => body), started],
    [
      ...compiled.safety,
      ...compiled.temporal.flatMap(({ trigger, goal }) => (trigger === null ? [goal] : [trigger, goal])),
      ...compiled.extremes.map(({ measure }) => measure),
    ],
  )
  const init = chooseParams(c, read, started)
  const { variables, keep, block, query } = aliveOf(c.draft.variables, agents, read)
  requireWidth(variables, model.state)
  return {
    model: model.name,
    files: c.draft.files.map(({ file }) => file),
    variables,
    agents: lowered.agents,
    processes: agents.processes.map((process) => ({
      ...process,
      pc: keep(process.pc),
      locations: process.locations.map((l) => ({ ...l, live: l.live.map((x) => ({ ...x, variable: keep(x.variable) })) })),
    })),
    steps: lowered.steps.map((step) => ({ ...step, body: block(step.body) })),
    init: block(init),
    initial: variables.map((v) => (v.role.kind === 'param' ? v.lo : (initial.get(v.name) ?? v.lo))),
    safety: compiled.safety.map((property) => ({ ...property, ...query(property) })),
    temporal: compiled.temporal.map((t) => ({ ...t, trigger: t.trigger === null ? null : query(t.trigger), goal: query(t.goal) })),
    extremes: compiled.extremes.map((extreme) => ({ ...extreme, measure: query(extreme.measure) })),
    crossable: crossable.map((one) => ({ ...one, query: query(one.query) })),
    failures: c.draft.failures,
    branches: c.draft.branches,
    deadlock: model.deadlock ?? (agents.processes.length > 0 ? 'violation' : 'allowed'),
    memory: lowered.memory === null ? null : { ...lowered.memory, waiting: keep(lowered.memory.waiting) },
    radix: c.draft.radix,
    temps: c.draft.temps,
  }
}

const fairnesses: ReadonlySet<unknown> = new Set(['weak', 'strong', 'none'])

const withFairness = (model: CompileInput['model'], p: never, agents: readonly Agent[]): Agent[] => {
  const said = (typeof model.fairness === 'function' ? model.fairness(p) : model.fairness) ?? {}
  for (const [name, fairness] of Object.entries(said)) {
    const hint = `\`fairness\` takes 'weak', 'strong' or 'none' for ${[...new Set(agents.map((agent) => agent.group))].join(', ')}`
    if (!agents.some((agent) => agent.group === name))
      throw new DiagnosticError(
        'MC014',
        `'${model.name}' sets the fairness of '${name}', which is no process and no rule`,
        hint,
        placeOfFunction(model.state),
      )
    if (!fairnesses.has(fairness))
      throw new DiagnosticError('MC014', `'${String(fairness)}' is no kind of fairness`, hint, placeOfFunction(model.state))
  }
  return agents.map((agent) => ({
    ...agent,
    fairness: Object.hasOwn(said, agent.group) ? (said[agent.group] ?? agent.fairness) : agent.fairness,
  }))
}

/** Runs one of the author's functions that build the model's parts. */
const build = <T>(model: CompileInput['model'], part: 'state' | 'processes' | 'rules' | 'on' | 'memoryModel', run: () => T): T => {
  try {
    return run()
  } catch (error) {
    if (error instanceof DiagnosticError) throw error
    const place = (error instanceof Error ? placeInStack(error) : null) ?? placeOfFunction(model[part])
    if (error instanceof ModelError && part === 'memoryModel') throw aboutMemory(model, error)
    if (error instanceof ModelError)
      throw modelError(error, `\`${part}\` of '${model.name}' makes this domain: give it limits that make sense`, place)
    throw new DiagnosticError(
      'MC003',
      `\`${part}\` of '${model.name}' threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      'it runs when the model is compiled, with the params as its argument',
      place,
    )
  }
}

/** What is wrong with the CPUs or the memory of a model is said in several of its parts: its words tell where. */
const buildPlatform = (model: CompileInput['model'], p: never, parts: Parts): Platform => {
  const on = build(model, 'on', () => model.on?.call(undefined, p) ?? {})
  const memory = build(model, 'memoryModel', () => memorySettings(model, p))
  try {
    return platformOf(parts, on, memory)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw aboutMemory(model, error)
  }
}

/** Where a function says which memory model, it is there; else its words are found, from the top of the file on. */
const aboutMemory = ({ memoryModel, state }: CompileInput['model'], error: ModelError): DiagnosticError => {
  const { hint = '', words = [] } = error.help
  if (typeof memoryModel === 'function' && words[0] === 'memoryModel:')
    return new DiagnosticError('MC014', error.message, hint, placeOfFunction(memoryModel))
  const place = placeOfFunction(state)
  return modelError(error, '', place === null ? null : { ...place, start: 0, end: 0 })
}

const kinds: ReadonlySet<string> = new Set(['bool', 'range', 'oneOf', 'optional', 'record', 'array', 'queue', 'set', 'union', 'ghost'])

const draftMemory = ({ cpus, capacity, variables }: StoreBuffering, state: Readonly<Record<string, Domain>>): DraftMemory => ({
  cpus,
  capacity,
  variables: new Map(variables.map((of) => [of.name, of])),
  buffers: { name: storeBuffer, domain: fieldOf(state, storeBuffer), index: [], dims: [], inside: [] },
  stores: new Map(),
})

const requireDomains = (state: Readonly<Record<string, Domain>>, definition: unknown): void => {
  for (const [name, domain] of Object.entries(state))
    if (typeof domain !== 'object' || domain === null || !kinds.has(domain.kind))
      throw new DiagnosticError(
        'MC014',
        `the state variable '${name}' has no domain`,
        'give it one: bool, range(lo, hi), oneOf(...), record({ ... }), ...',
        placeOfFunction(definition),
      )
}

const declareState = (c: Context, state: Readonly<Record<string, Domain>>): Map<string, number> => {
  const initial = new Map<string, number>()
  for (const [name, domain] of Object.entries(state)) {
    const type = typeOfDomain(domain)
    declareVariables(c, name, type, { kind: domain.kind === 'ghost' ? 'ghost' : 'global' })
    for (const leaf of leaves(type)) initial.set(`${name}${leaf.suffix}`, leaf.zero)
  }
  return initial
}

const forbidGhosts = (
  c: Context,
  agent: Agent,
  steps: readonly { readonly agent: number; readonly body: Block; readonly at: Span }[],
): void => {
  const own = steps.filter((step) => step.agent === agent.id)
  const use = ghostUse(
    own.map((step) => step.body),
    {
      isGhost: (v) => c.draft.variables[v]?.role.kind === 'ghost',
      nameOf: (v) => c.draft.variables[v]?.name ?? '?',
      readAt: (e) => c.draft.ghostReads.get(e),
    },
    own[0]?.at ?? { file: 0, start: 0, end: 0 },
  )
  if (use !== null)
    return refuse(
      c,
      'MC302',
      use.read.file,
      use.read,
      `a ghost decides ${use.what}`,
      'ghosts are for properties, asserts and other ghosts only: give the protocol a variable of its own',
    )
}

/** The variables that stand for params, as far as anything reads them. */
const loaded = (variables: readonly Variable[], blocks: readonly Block[], queries: readonly Query[]): ReadonlySet<number> => {
  const read = new Set<number>()
  if (!variables.some(isParam)) return read
  const visit: Visitor = {
    expr: (e) => {
      const v = e.op === 'load' ? variables[e.variable] : undefined
      if (v !== undefined && isParam(v)) read.add(v.id)
    },
  }
  for (const b of blocks) walkBlock(b, visit)
  for (const { body, value } of queries) {
    walkStmts(body, visit)
    walkExpr(value, visit)
  }
  return read
}

/** `init` with the values of params chosen before it. */
const chooseParams = (c: Context, params: ReadonlySet<number>, init: Block): Block =>
  [...params]
    .sort((a, b) => b - a)
    .reduce((rest, variable) => {
      const count = at(c.draft.variables, variable).hi + 1
      c.draft.radix = Math.max(c.draft.radix, count)
      const id = newTemp(c)
      const store: Stmt = { op: 'store', variable, index: [], value: temp(id), at: { file: 0, start: 0, end: 0 } }
      return { body: [], end: { op: 'choose', temp: id, count, rest: { body: [store, ...rest.body], end: rest.end } } }
    }, init)

const requireWidth = (variables: readonly Variable[], definition: unknown): void => {
  const bits = (v: Variable): number => elements(v) * Math.ceil(Math.log2(v.hi - v.lo + 1))
  const total = variables.reduce((n, v) => n + bits(v), 0)
  if (total <= mostBits) return
  const widest = [...variables].sort((a, b) => bits(b) - bits(a)).slice(0, 3)
  throw new DiagnosticError(
    'MC401',
    `a state takes ${total} bits; at most ${mostBits} are allowed`,
    `the widest variables are ${widest.map((v) => `${v.name} (${bits(v)} bits)`).join(', ')}: make them smaller`,
    placeOfFunction(definition),
  )
}
