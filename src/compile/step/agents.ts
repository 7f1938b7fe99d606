/** Compiles the processes and rules of a model: each instance is an agent with steps of its own. */
import { at } from '../../at.js'
import { constant } from '../../ir/build.js'
import {
  type Agent,
  type Block,
  type End,
  type Expr,
  type LiveLocal,
  type Location,
  type Process,
  type Step,
  type Stmt,
  unflatten,
} from '../../ir/system.js'
import { mapBlock } from '../../ir/walk.js'
import type { Cpus } from '../../lang/cpu.js'
import type { Each, Process as ProcessDefinition, Rules } from '../../lang/model.js'
import { functionInfo } from '../../load/registry.js'
import { liveLocals } from '../after/live-locals.js'
import { functionOf } from '../expression/call.js'
import type { StepMemory } from '../memory/accesses.js'
import { begin, type Context } from '../values/context.js'
import { declareVariables, fileNumber } from '../values/draft.js'
import type { Label } from '../values/labels.js'
import { leaves } from '../values/layout.js'
import { functionScope, type Scope } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { constantValue, type Value } from '../values/value.js'
import { type CompiledLocation, type CompiledStep, compileAt, type LocalType, type Machine } from './agent-context.js'
import { restore } from './location.js'
import { runFunction } from './process.js'
import { isDecidedByParams, startOf } from './start.js'

type AnyFunction = (...args: never[]) => unknown

/** One instance of an entry of `processes` or `rules`. */
interface Instance<B> {
  readonly name: string
  readonly number: number | null
  readonly body: B
}

const instances = <B>(name: string, entry: B | Each<B>): Instance<B>[] =>
  isEach(entry)
    ? Array.from({ length: entry.count }, (_, i) => ({ name: `${name}[${i}]`, number: i, body: entry.body }))
    : [{ name, number: null, body: entry }]

const isEach = <B>(entry: B | Each<B>): entry is Each<B> =>
  typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'each'

/** Where a function is written, or else the function around it; for messages about it as a whole. */
export const siteOfFunction = (c: Context, fn: AnyFunction, around?: unknown): { site: Site; root: Scope } => {
  const info = functionInfo(fn) ?? functionInfo(around)
  const file = info === undefined ? 0 : fileNumber(c, info.file)
  const site: Site = { file, node: info ?? { start: 0, end: 0 } }
  return { site, root: functionScope(null, null, file, '') }
}

/** A machine that emits into nothing yet. */
const createMachine = (c: Context, kind: Machine['kind'], finish: (m: Machine) => void): Machine => {
  const m: Machine = {
    c,
    kind,
    block: { body: [], end: null },
    frames: [],
    locations: new Map(),
    locals: new Map(),
    dirty: new Set(),
    stepRounds: new Map(),
    frameVariables: null,
    finish: () => finish(m),
  }
  c.looping.acrossYields = (cell) => m.frames.some((frame) => frame.looping.includes(cell))
  return m
}

export interface CompiledAgents {
  readonly agents: Agent[]
  readonly processes: Process[]
  /** Of each process its function, and the labels of its locations but the final one. */
  readonly labels: { readonly body: AnyFunction; readonly labels: readonly Label[] }[]
  readonly steps: Step[]
  /** What each step does to memory. */
  readonly memory: Map<number, StepMemory>
  /** On which CPU an agent is. */
  readonly cpus: Pick<Cpus, 'of' | 'count'>
  /** What locals hold at the start, where it is not their least value: stores for `init`. */
  readonly starts: { readonly variable: number; readonly element: number; readonly value: number }[]
  /** Where free params decide it: what `init` does to put processes where they start, with their locals. */
  readonly decided: Stmt[]
}

export const compileProcesses = (
  c: Context,
  definitions: Readonly<Record<string, ProcessDefinition<never>>>,
  into: CompiledAgents,
  around: unknown,
  attempt: (part: () => void) => void,
): void => {
  for (const [name, entry] of Object.entries(definitions))
    for (const instance of instances<AnyFunction>(name, entry as AnyFunction | Each<AnyFunction>))
      attempt(() => compileProcess(c, name, instance, into, around))
}

/** Long: a process from the types of its locals to its steps, each part of which needs those before. */
const compileProcess = (
  c: Context,
  group: string,
  instance: Instance<AnyFunction>,
  { agents, processes, labels, steps, memory, cpus, starts, decided }: CompiledAgents,
  around: unknown,
): void => {
  const agent: Agent = {
    id: agents.length,
    name: instance.name,
    kind: 'process',
    group,
    instance: instance.number,
    fairness: 'weak',
    cpu: cpus.of(group, instance.number),
  }
  agents.push(agent)
  const process = processes.length
  const { site, root } = siteOfFunction(c, instance.body, around)
  const fn = constantValue(instance.body)
  requireGenerator(c, fn, agent.name, site)
  const args: Value[] = [{ k: 'state' }, ...(instance.number === null ? [] : [constantValue(instance.number)])]
  const m = createMachine(c, 'process', (machine) => {
    machine.block.end = { op: 'goto', location: finalLocation, frame: [] }
  })
  const compileStart = (): Block =>
    compileAt(m, 'start', c.draft.params, () => {
      m.frames = []
      runFunction(m, fn, args, site, { ...root, instance: agent.name }, { leave: () => m.finish() })
    }).body

  compileStart()
  findTypes(m)
  const pc = c.draft.variables.length
  const locations = [...m.locations.values()]
  c.draft.variables.push({ id: pc, name: `${agent.name}.pc`, lo: 0, hi: locations.length, dims: [], role: { kind: 'location', process } })
  const localOf = new Map<number, { local: LocalType; suffix: string }>()
  const variables = declareLocals(c, m, agent.name, process, localOf)
  m.frameVariables = (cell) => variables.get(cell) ?? []

  const toFinal = (block: Block): Block =>
    mapGotos(block, (end) => (end.location === finalLocation ? { ...end, location: locations.length } : end))
  const start = toFinal(compileStart())
  requireToDeclare(c, start, agent.name, site)
  const compiled = locations.map((location) => compileLocation(m, location))
  const blocks = compiled.map(({ body }) => toFinal(body))
  const alive = liveLocals([...blocks, null], (v) => localOf.has(v))
  const prune = (block: Block): Block =>
    mapGotos(block, (end) => ({ ...end, frame: end.frame.filter((entry) => alive[end.location]?.has(entry.variable)) }))

  const constants = constantStart(start)
  if (constants === null)
    decided.push(...startOf(prune(start), pc, (variable, element) => indexOf(c, variable, element), spanOf(site.file, site.node)))
  else if (start.end.op === 'goto' && (start.end.location === 0 || locations.length === 0))
    starts.push(...constants.filter(({ variable }) => alive[0]?.has(variable)))
  const labelled: Label[] = []
  const all: Location[] = locations.map((location) => {
    begin(c, 'step', [], location.known)
    restore(m, location)
    const { id, key } = location
    const label = location.label()
    labelled.push(label)
    return { id, key, label: label.text, at: location.at, final: false, live: namesOf(at(alive, id), localOf) }
  })
  all.push({ id: locations.length, key: 'end', label: 'returned', at: spanOf(site.file, site.node), final: true, live: [] })
  processes.push({ id: process, agent: agent.id, pc, locations: all })
  labels.push({ body: instance.body, labels: labelled })
  blocks.forEach((block, id) => {
    const location = at(all, id)
    memory.set(steps.length, { accesses: at(compiled, id).accesses, isFence: at(locations, id).fence })
    steps.push({ id: steps.length, agent: agent.id, location: id, label: location.label, at: location.at, body: prune(block) })
  })
}

const requireGenerator = (c: Context, fn: Value, agent: string, site: Site): void => {
  if (!functionOf(c, fn, site).generator)
    refuse(
      c,
      'MC111',
      site.file,
      site.node,
      `the process '${agent}' is no generator`,
      'write function* (s) { ... }: what comes after a yield is a step',
    )
}

/** Refuses code before a first yield that does more than to declare, when it has just been compiled. */
const requireToDeclare = (c: Context, start: Block, agent: string, site: Site): void => {
  const { startRead } = c.code
  if ((start.body.length > 0 || start.end.op !== 'goto') && !isDecidedByParams(c, start))
    refuse(
      c,
      'MC112',
      startRead?.file ?? site.file,
      startRead ?? site.node,
      `'${agent}' reads the state before its first yield`,
      'start the process with `yield` and a label; only declare constants before it',
    )
}

const mapGotos = (block: Block, f: (end: Goto) => Goto): Block => mapBlock(block, (e) => e, f)

const indexOf = (c: Context, variable: number, element: number): Expr[] =>
  unflatten(element, at(c.draft.variables, variable).dims).map(constant)

/**
 * The locals with which a process starts that does nothing before it, and whose locals are constants then; else null.
 */
const constantStart = ({ body, end }: Block): CompiledAgents['starts'] | null => {
  if (body.length > 0 || end.op !== 'goto') return null
  const starts = end.frame.flatMap(({ variable, element, value }) =>
    value.op === 'const' ? [{ variable, element, value: value.value }] : [],
  )
  return starts.length === end.frame.length ? starts : null
}

const compileLocation = (m: Machine, location: CompiledLocation): CompiledStep =>
  compileAt(m, 'step', location.known, () => {
    restore(m, location)
    location.resume()
  })

/** The types of locals: compiles locations again until no way to any of them brings a local something new. */
const findTypes = (m: Machine): void => {
  while (m.dirty.size > 0) {
    const [key] = m.dirty
    if (key === undefined) break
    m.dirty.delete(key)
    const location = m.locations.get(key)
    if (location !== undefined) compileLocation(m, location)
  }
}

type Goto = Extract<End, { op: 'goto' }>

type LocalOf = ReadonlyMap<number, { readonly local: LocalType; readonly suffix: string }>

const namesOf = (alive: ReadonlySet<number>, localOf: LocalOf): LiveLocal[] =>
  [...alive]
    .sort((a, b) => a - b)
    .flatMap((variable) => {
      const found = localOf.get(variable)
      return found === undefined ? [] : [{ variable, frame: found.local.depth, name: found.local.cell.name, suffix: found.suffix }]
    })

/** Stands for the final location until all others are known. */
const finalLocation = -1

const declareLocals = (
  c: Context,
  m: Machine,
  agent: string,
  process: number,
  localOf: Map<number, { local: LocalType; suffix: string }>,
): Map<string, number[]> => {
  const variables = new Map<string, number[]>()
  const used = new Map<string, number>()
  for (const [id, local] of m.locals) {
    const all = leaves(local.type)
    if (all.length === 0) continue
    const count = used.get(local.cell.name) ?? 0
    used.set(local.cell.name, count + 1)
    // A second local of one name, in another block or helper, is told apart by a number.
    const name = `${agent}.${local.cell.name}${count === 0 ? '' : `@${count + 1}`}`
    const ids = declareVariables(c, name, local.type, { kind: 'local', process })
    variables.set(id, ids)
    all.forEach((leaf, i) => {
      const variable = ids[i]
      if (variable !== undefined) localOf.set(variable, { local, suffix: leaf.suffix })
    })
  }
  return variables
}

export const compileRules = (
  c: Context,
  definitions: Readonly<Record<string, Rules<never>>>,
  into: CompiledAgents,
  around: unknown,
  attempt: (part: () => void) => void,
): void => {
  for (const [name, entry] of Object.entries(definitions)) {
    for (const instance of instances<AnyFunction | Readonly<Record<string, AnyFunction>>>(
      name,
      entry as AnyFunction | Readonly<Record<string, AnyFunction>>,
    )) {
      const agent: Agent = {
        id: into.agents.length,
        name: instance.name,
        kind: 'rule',
        group: name,
        instance: instance.number,
        fairness: 'none',
        cpu: into.cpus.of(name, instance.number),
      }
      into.agents.push(agent)
      const rules = typeof instance.body === 'function' ? { [name]: instance.body } : instance.body
      for (const [label, body] of Object.entries(rules)) attempt(() => compileRule(c, agent, { label, body }, into, around))
    }
  }
}

const compileRule = (
  c: Context,
  agent: Agent,
  { label, body }: { readonly label: string; readonly body: AnyFunction },
  { steps, memory }: CompiledAgents,
  around: unknown,
): void => {
  const { instance } = agent
  const { site, root } = siteOfFunction(c, body, around)
  const args: Value[] = [{ k: 'state' }, ...(instance === null ? [] : [constantValue(instance)])]
  const m = createMachine(c, 'rule', (machine) => {
    machine.block.end = { op: 'finish' }
  })
  const { body: block, accesses } = compileAt(m, 'step', c.draft.params, () =>
    runFunction(m, constantValue(body), args, site, { ...root, instance: `${agent.name}.${label}` }, { leave: () => m.finish() }),
  )
  memory.set(steps.length, { accesses, isFence: false })
  steps.push({ id: steps.length, agent: agent.id, location: null, label, at: spanOf(site.file, site.node), body: block })
}

/** Compiles `init`: the stores for the locals first, then the author's function. */
export const compileInit = (
  c: Context,
  init: AnyFunction | undefined,
  params: unknown,
  { starts, decided }: Pick<CompiledAgents, 'starts' | 'decided'>,
): Block => {
  const { site, root } =
    init === undefined ? { site: { file: 0, node: { start: 0, end: 0 } }, root: functionScope(null, null, 0, '') } : siteOfFunction(c, init)
  const m = createMachine(c, 'init', (machine) => {
    machine.block.end = { op: 'finish' }
  })
  return compileAt(m, 'init', c.draft.params, () => {
    for (const { variable, element, value } of starts) {
      const v = c.draft.variables[variable]
      if (v === undefined || v.lo === value) continue
      c.way.out.push({
        op: 'store',
        variable,
        index: unflatten(element, v.dims).map(constant),
        value: { op: 'const', value },
        at: spanOf(site.file, site.node),
      })
    }
    c.way.out.push(...decided)
    if (init === undefined) return m.finish()
    runFunction(
      m,
      constantValue(init),
      [{ k: 'state' }, constantValue(params)],
      site,
      { ...root, instance: 'init' },
      { leave: () => m.finish() },
    )
  }).body
}
