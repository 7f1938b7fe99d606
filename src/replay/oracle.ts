/**
 * The oracle: runs the author's own functions, one step at a time. It knows nothing of the compiler; where the two
 * disagree one of them has a bug.
 */

import type { Fields } from '../lang/domain.js'
import { hasMemory, platformAndVariables, type StoreBuffering, storeBuffer } from '../lang/memory.js'
import type { Model } from '../lang/model.js'
import type { Choice, Fence, Steps, Until } from '../lang/step.js'
import { createRunning, type Frame, judging, type Running, running } from '../load/runtime.js'
import { failureOf, type StepFailure } from './fault.js'
import { labelsIn, type Seen, type SeenBuffers } from './labels.js'
import { locationKey } from './location-key.js'
import { createMemory, drainedIn, drains, type IsLocked, type Memory } from './memory.js'
import { createState, plainCopy, type State } from './state.js'

export type ParamRecord = Readonly<Record<string, unknown>>

/** An agent, as in ir/system.ts: a process instance, or the rules of one name and instance. */
export interface OracleAgent {
  readonly name: string
  readonly kind: 'process' | 'rule'
  readonly group: string
  readonly instance: number | null
  /** The rules' labels; for a process none, it has at most one step at a time. */
  readonly rules: readonly string[]
}

/** Says which number to choose; null makes this way through the step a blocked one. */
export type Chooser = (choice: Choice) => number | null

export type Outcome =
  | { readonly kind: 'moved'; readonly label: string; readonly choices: readonly unknown[] }
  /** The step, or this way through it, is not enabled. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'failed'; readonly label: string; readonly choices: readonly unknown[]; readonly failure: StepFailure }

export interface OracleProcess {
  /** The generators in progress, outermost first. */
  readonly frames: readonly Frame[]
  /** The label of the step that it takes next; null where it has returned. */
  readonly label: string | null
  /**
   * Whether it is at a step whose condition, if it has one, holds; a condition that fails counts as one that holds.
   * Changes nothing.
   */
  readonly ready: () => boolean
}

/**
 * One execution of a model. After a process's step that is blocked or fails it can go no further: start another one.
 */
export interface Run extends Seen {
  /** By agent number; null for rules. */
  readonly processes: readonly (OracleProcess | null)[]
  /**
   * Takes a step of an agent: of a process the one that it stands at (`rule` is null), of rules the one of that label.
   */
  readonly step: (agent: number, rule: string | null, choose: Chooser) => Outcome
}

export interface Oracle {
  readonly domains: Fields
  /** Processes and then rules, in the order of the model. */
  readonly agents: readonly OracleAgent[]
  /** What `at` has of store buffers. */
  readonly buffers: SeenBuffers
  /** Runs `init`, and every process up to its first yield. */
  readonly start: (choose: Chooser) => { readonly outcome: Outcome; readonly run: Run }
  /** One more execution of a process, at its first yield, on a state that may have others. */
  readonly begin: (agent: number, state: State) => RunningProcess
}

type Body = (s: unknown, instance?: number) => unknown

interface AgentCode {
  readonly agent: OracleAgent
  readonly bodies: ReadonlyMap<string, Body>
  /** How a race shows the step that it takes in a state, where that is not the name of the rule. */
  readonly labelIn?: (state: State) => string | null
}

/**
 * An oracle for a model with these params. Where its memory has store buffers, `isLocked` says which steps are locked
 * instructions.
 * @throws whatever the model's `state`, `processes` and `rules` throw.
 */
export const createOracle = (model: Model, params: ParamRecord, isLocked: IsLocked = () => false): Oracle => {
  const p = params as never
  const { variables: domains, cpus, buffering } = platformAndVariables(model, p)
  const codes = [
    ...agentsOf('process', model.processes?.(p) ?? {}),
    ...agentsOf('rule', model.rules?.(p) ?? {}),
    ...(buffering === null ? [] : drainsOf(buffering)),
  ]
  const empty = hasMemory(domains) ? Array.from({ length: cpus.count }, () => []) : 'none'
  const buffers: SeenBuffers = buffering === null ? empty : 'waiting'
  const memories = new WeakMap<State, Memory>()
  const memoryOf = (state: State): Memory | null => {
    if (buffering === null) return null
    const memory = memories.get(state) ?? createMemory(state, buffering)
    memories.set(state, memory)
    return memory
  }
  /** How the steps of an agent come to memory: null where at once. */
  const throughBuffer = ({ name, group, instance }: OracleAgent, state: State): Buffered | null => {
    const cpu = cpus.of(group, instance)
    const memory = memoryOf(state)
    return cpu === null || memory === null ? null : { cpu, memory, isLocked: (location) => isLocked(name, location) }
  }
  const startOn = (code: AgentCode, state: State): RunningProcess => startProcess(code, state, throughBuffer(code.agent, state))
  const init = model.init as ((s: unknown, p: unknown) => unknown) | undefined

  const start: Oracle['start'] = (choose) => {
    const state = createState(domains)
    const outcome = attempt('init', choose, (resume) => finish('init', init?.(state.s, params), resume))
    const processes = outcome.kind === 'moved' ? codes.map((code) => (code.agent.kind === 'process' ? startOn(code, state) : null)) : []
    const step: Run['step'] = (agent, rule, chooser) => {
      const process = processes[agent]
      if (process !== null && process !== undefined) return process.step(chooser)
      const { agent: of, bodies } = codes[agent]!
      const body = bodies.get(rule ?? of.group)
      if (body === undefined) throw new RangeError(`'${of.name}' has no rule '${rule}'`)
      const label = codes[agent]!.labelIn?.(state) ?? rule ?? of.group
      return attempt(label, chooser, (resume) => finish(label, of.instance === null ? body(state.s) : body(state.s, of.instance), resume))
    }
    const agents = codes.map(({ agent }) => agent)
    return { outcome, run: { state, at: labelsIn(state, agents, (agent) => processes[agent]?.label ?? null, buffers), processes, step } }
  }
  return {
    domains,
    agents: codes.map(({ agent }) => agent),
    buffers,
    start,
    begin: (agent, state) => startOn(codes[agent]!, state),
  }
}

const agentsOf = (kind: OracleAgent['kind'], groups: Readonly<Record<string, unknown>>): AgentCode[] =>
  Object.entries(groups).flatMap(([group, of]) => {
    if (!isEach(of)) return [agentCode(kind, group, null, of)]
    return Array.from({ length: of.count }, (_, instance) => agentCode(kind, group, instance, of.body))
  })

const drainsOf = (buffering: StoreBuffering): AgentCode[] =>
  Array.from({ length: buffering.cpus }, (_, cpu) => ({
    ...agentCode('rule', storeBuffer, cpu, Object.fromEntries(drains(buffering))),
    labelIn: (state) => drainedIn(state, buffering, cpu),
  }))

const agentCode = (kind: OracleAgent['kind'], group: string, instance: number | null, of: unknown): AgentCode => {
  const bodies = new Map<string, Body>(typeof of === 'function' ? [[group, of as Body]] : Object.entries(of as Record<string, Body>))
  return {
    agent: {
      name: instance === null ? group : `${group}[${instance}]`,
      kind,
      group,
      instance,
      rules: kind === 'rule' ? [...bodies.keys()] : [],
    },
    bodies,
  }
}

const isEach = (x: unknown): x is { readonly count: number; readonly body: unknown } =>
  typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'each'

/** A process that can take steps. After one that is blocked or fails it can go no further. */
export interface RunningProcess extends OracleProcess {
  readonly step: (choose: Chooser) => Outcome
}

/** The store buffer of a process's CPU, and which of its locations are locked instructions. */
interface Buffered {
  readonly cpu: number
  readonly memory: Memory
  readonly isLocked: (location: string) => boolean
}

const startProcess = ({ agent, bodies }: AgentCode, state: State, buffer: Buffered | null): RunningProcess => {
  const body = bodies.get(agent.group)!
  const context: Running = createRunning()
  const steps = (agent.instance === null ? body(state.s) : body(state.s, agent.instance)) as Steps<unknown>
  let at = arrive(running(context, () => steps.next()))
  const isLockedHere = (): boolean => buffer?.isLocked(locationKey(context.frames)) ?? false
  const waits = ({ isFence }: Arrival): boolean => isFence || isLockedHere()
  return {
    frames: context.frames,
    get label() {
      return at?.label ?? null
    },
    ready: () => {
      const here = at
      if (here === null || (buffer !== null && waits(here) && !buffer.memory.isEmpty(buffer.cpu))) return false
      const holds = (): boolean => here.condition?.() ?? true
      try {
        return buffer === null ? holds() : buffer.memory.seenBy(buffer.cpu, holds)
      } catch (error) {
        return failureOf(error) !== null
      }
    },
    step: (choose) => {
      const here = at
      if (here === null) return { kind: 'blocked' }
      const go = (): Outcome =>
        attempt(here.label, choose, (resume) => {
          if (here.condition !== null && !here.condition()) return 'blocked'
          const yielded = running(context, () => resume(steps))
          if (yielded === 'blocked') return 'blocked'
          at = arrive(yielded)
          return 'done'
        })
      if (buffer === null) return go()
      const { cpu, memory } = buffer
      if (waits(here) && !memory.isEmpty(cpu)) return { kind: 'blocked' }
      return isLockedHere() ? go() : memory.buffering(cpu, go, ({ kind }) => kind === 'moved')
    },
  }
}

/** The step at which a process stands. */
interface Arrival {
  readonly label: string
  readonly condition: (() => boolean) | null
  readonly isFence: boolean
}

/** Where a process stands after a `next()`: at the yield of a step, or returned (null). */
const arrive = (result: IteratorResult<unknown, unknown>): Arrival | null => {
  if (result.done === true) return null
  const yielded = result.value as string | Until | Fence | Choice
  if (typeof yielded === 'string') return { label: yielded, condition: null, isFence: false }
  if (yielded?.kind === 'until') return { ...yielded, isFence: false }
  if (yielded?.kind === 'fence') return { label: yielded.label, condition: null, isFence: true }
  throw new Error(
    yielded?.kind === 'choose' ? 'a process chooses before its first step' : `a process yields ${String(yielded)}, which is no label`,
  )
}

/** Runs a generator on to the next yield that is no choice, or to its end. */
type Resume = (steps: Steps<unknown>) => IteratorResult<unknown, unknown> | 'blocked'

/** One way through a step: answers its choices, and says how it ended. */
const attempt = (label: string, choose: Chooser, way: (resume: Resume) => 'blocked' | 'done'): Outcome => {
  const choices: unknown[] = []
  const resume: Resume = (steps) => {
    let result = steps.next()
    while (result.done !== true && isChoice(result.value)) {
      const number = choose(result.value)
      const option = number === null || number >= result.value.count ? undefined : result.value.option(number)
      if (option === undefined) return 'blocked'
      choices.push(plainCopy(option.value))
      result = steps.next(option.value)
    }
    return result
  }
  try {
    return judging(() => way(resume)) === 'blocked' ? { kind: 'blocked' } : { kind: 'moved', label, choices }
  } catch (error) {
    const failure = failureOf(error)
    return failure === null ? { kind: 'blocked' } : { kind: 'failed', label, choices, failure }
  }
}

/** Runs what the function of a rule, or `init`, has returned: a generator, or nothing more to do. */
const finish = (label: string, result: unknown, resume: Resume): 'blocked' | 'done' => {
  if (!isGenerator(result)) return 'done'
  const end = resume(result)
  if (end === 'blocked') return 'blocked'
  if (end.done !== true) throw new Error(`'${label}' yields ${String(end.value)}: it is one step, and may only yield* choose(...)`)
  return 'done'
}

const isGenerator = (x: unknown): x is Steps<unknown> => typeof x === 'object' && x !== null && 'next' in x && typeof x.next === 'function'

const isChoice = (x: unknown): x is Choice => typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === 'choose'

/**
 * Reads a choice code, `c1 + radix * (c2 + radix * ...)`; see ir/system.ts. What is left of a code that has been used
 * up is 0.
 */
export const readCode = (code: number, radix: number): { readonly choose: Chooser; readonly left: () => number } => {
  let left = code
  const choose = (): number => {
    const digit = left % radix
    left = Math.floor(left / radix)
    return digit
  }
  return { choose, left: () => left }
}

/** Chooses by a choice code. */
export const chooseByCode = (code: number, radix: number): Chooser => readCode(code, radix).choose
