/**
 * One WebAssembly function per agent, and parts of it where a process is long: all successors of the current state by
 * that agent's steps.
 */
import { at } from '../../at.js'
import type { Agent, Block, Expr, Process, Step, System } from '../../ir/system.js'
import { block, br, brTable, call, get, i32, i64, type Node, set, type WasmFunction, when } from '../wasm/instruction.js'
import { copyEnv, type Env, elementKey, freshLocal, plus, readElement, untouched } from './fields.js'
import type { Layout } from './layout.js'
import type { MemoryMap } from './memory-map.js'
import { isTraced, type Purpose } from './purpose.js'
import { nested, type StepScope } from './scope.js'
import { ways } from './step.js'
import { constantElement } from './ways.js'

/** An element that must have a value for a rule to be enabled. */
interface Guard {
  readonly variable: number
  readonly element: number
  readonly value: number
}

const asFixedLoad = (system: System, e: Expr): { variable: number; element: number } | null => {
  if (e.op !== 'load') return null
  const element = constantElement(e.index, at(system.variables, e.variable).dims)
  return element === null ? null : { variable: e.variable, element }
}

/** The guards that follow from an expression being true, or being false. */
const guardsOf = (system: System, e: Expr, truth: boolean): Guard[] => {
  switch (e.op) {
    case 'and':
      return truth ? [...guardsOf(system, e.a, true), ...guardsOf(system, e.b, true)] : []
    case 'or':
      return truth ? [] : [...guardsOf(system, e.a, false), ...guardsOf(system, e.b, false)]
    case 'not':
      return guardsOf(system, e.a, !truth)
    case 'eq':
    case 'ne': {
      if (truth !== (e.op === 'eq')) return []
      const [load, constant] = e.a.op === 'const' ? [e.b, e.a] : [e.a, e.b]
      const fixed = asFixedLoad(system, load)
      return fixed !== null && constant.op === 'const' ? [{ ...fixed, value: constant.value }] : []
    }
    case 'load': {
      const fixed = asFixedLoad(system, e)
      const { lo, hi } = at(system.variables, e.variable)
      return fixed !== null && lo === 0 && hi === 1 ? [{ ...fixed, value: truth ? 1 : 0 }] : []
    }
    default:
      return []
  }
}

/** What must hold for a rule to be enabled, as far as its first tests say so. */
const leadingGuards = (system: System, body: Block): Guard[] => {
  const guards: Guard[] = []
  for (let b = body; b.body.length === 0 && b.end.op === 'branch'; ) {
    const { condition, then, else: otherwise } = b.end
    if (isBlocked(otherwise)) {
      guards.push(...guardsOf(system, condition, true))
      b = then
    } else if (isBlocked(then)) {
      guards.push(...guardsOf(system, condition, false))
      b = otherwise
    } else break
  }
  return guards
}

const isBlocked = (b: Block): boolean => b.body.length === 0 && b.end.op === 'blocked'

/** Jumps by the value of an index from 0 to `count - 1`, of which only some have code. */
const dispatch = (scope: StepScope, index: Node, count: number, cases: ReadonlyMap<number, Node[]>): Node => {
  const end = `end${scope.locals.length}_${scope.code.length}`
  const label = (value: number): string => `case${value}_${end}`
  const ordered = [...cases].toSorted(([a], [b]) => a - b)
  const targets = Array.from({ length: count }, (_, value) => (cases.has(value) ? label(value) : end))
  let inner: Node[] = [brTable(targets, end, index)]
  for (const [i, [value, code]] of ordered.entries())
    inner = [block(label(value), inner), ...code, ...(i + 1 < ordered.length ? [br(end)] : [])]
  return block(end, inner)
}

interface Rule {
  readonly step: Step
  readonly guards: readonly Guard[]
}

const stepCode = (scope: StepScope, env: Env, step: Step): void => {
  scope.step = step.id
  ways(scope, copyEnv(env), step.body)
}

/** The element whose value tells the most rules apart; null where testing one rule after the other is as good. */
const bestKey = (system: System, rules: readonly Rule[], env: Env): { key: number; variable: number; element: number } | null => {
  const byKey = new Map<number, { variable: number; element: number; rules: number; values: Set<number> }>()
  for (const rule of rules)
    for (const { variable, element, value } of rule.guards) {
      const key = elementKey(variable, element)
      const { lo, hi } = at(system.variables, variable)
      if (env.known.has(key) || hi - lo > 255) continue
      const entry = byKey.get(key) ?? { variable, element, rules: 0, values: new Set() }
      entry.rules++
      entry.values.add(value)
      byKey.set(key, entry)
    }
  let best: { key: number; variable: number; element: number } | null = null
  let most = 2
  for (const [key, { variable, element, rules: n, values }] of byKey)
    if (n > most && values.size > 1) {
      most = n
      best = { key, variable, element }
    }
  return best
}

const rulesCode = (scope: StepScope, env: Env, rules: readonly Rule[]): void => {
  const best = bestKey(scope.system, rules, env)
  if (best === null) {
    for (const { step } of rules) stepCode(scope, env, step)
    return
  }
  const { key, variable, element } = best
  const groups = new Map<number, Rule[]>()
  const others: Rule[] = []
  for (const rule of rules) {
    const value = rule.guards.find((g) => g.variable === variable && g.element === element)?.value
    if (value === undefined) others.push(rule)
    else groups.set(value, [...(groups.get(value) ?? []), rule])
  }
  const { lo, hi } = at(scope.system.variables, variable)
  const cases = new Map<number, Node[]>()
  for (const [value, group] of groups)
    if (value >= lo && value <= hi) {
      const inner = copyEnv(env)
      inner.known.set(key, value)
      cases.set(
        value - lo,
        nested(scope, () => rulesCode(scope, inner, group)),
      )
    }
  const index = plus(readElement(scope, env, variable, i32.const(element)), -lo)
  scope.code.push(dispatch(scope, index, hi - lo + 1, cases))
  rulesCode(scope, env, others)
}

/** Each location of a process with steps, and the code of these. */
const locationCases = (scope: StepScope, env: Env, process: Process, steps: readonly Step[]): Map<number, Node[]> => {
  const cases = new Map<number, Node[]>()
  for (const step of steps) {
    if (step.location === null) continue
    const inner = copyEnv(env)
    inner.known.set(elementKey(process.pc, 0), step.location)
    const code = nested(scope, () => stepCode(scope, inner, step))
    cases.set(step.location, [...(cases.get(step.location) ?? []), ...code])
  }
  return cases
}

const processCode = (scope: StepScope, env: Env, process: Process, steps: readonly Step[]): void => {
  const cases = locationCases(scope, env, process, steps)
  if (cases.size === 0) return
  const pc = readElement(scope, env, process.pc, i32.const(0))
  if (cases.size > 2) {
    scope.code.push(dispatch(scope, pc, process.locations.length, cases))
    return
  }
  for (const [location, code] of cases) scope.code.push(when(i32.eq(pc, i32.const(location)), code))
}

/**
 * A process of more locations than this is generated in parts, a function for each range of so many locations: V8 takes
 * time and memory for each location times the locals of all in one function, and blocks can be nested so deep only.
 */
const partLog = 7
const partOf = (location: number): number => location >> partLog

/** The parts of a long process, and in the scope at hand the jump to one of them. */
const processInParts = (scope: StepScope, env: Env, process: Process, steps: readonly Step[], newPart: () => StepScope): WasmFunction[] => {
  const ofPart = new Map<number, Step[]>()
  for (const step of steps) {
    if (step.location === null) continue
    const part = partOf(step.location)
    const known = ofPart.get(part)
    if (known === undefined) ofPart.set(part, [step])
    else known.push(step)
  }
  const name = (part: number): string => `agent_${process.agent}_part_${part}`
  const pc = readElement(scope, env, process.pc, i32.const(0))
  const calls = new Map([...ofPart.keys()].map((part) => [part, [set('out', call(name(part), get('out')))]]))
  scope.code.push(dispatch(scope, i32.shrU(pc, i32.const(partLog)), partOf(process.locations.length - 1) + 1, calls))
  return [...ofPart].map(([part, some]) => {
    const inner = newPart()
    const here = currentState(inner)
    const cases = locationCases(inner, here, process, some)
    const first = part << partLog
    const place = plus(readElement(inner, here, process.pc, i32.const(0)), -first)
    inner.code.push(dispatch(inner, place, 1 << partLog, new Map([...cases].map(([location, code]) => [location - first, code]))))
    return successorsFunction(name(part), inner)
  })
}

/** A scope for a new function. */
export const newScope = (system: System, layout: Layout, memory: MemoryMap, purpose: Purpose, renames = false): StepScope => ({
  system,
  layout,
  memory,
  purpose,
  renames,
  locals: [],
  code: [],
  step: null,
  setOnce: new Set(),
})

/** Makes the state at an address the current one. */
export const copyState = (layout: Layout, memory: MemoryMap, from: Node): Node[] =>
  layout.widths.map((_, w) => i64.store(i32.const(0), i64.load(from, w * 8), memory.current + w * 8))

/** The current state as it is in memory: in locals where it has few words, else loaded where it is used. */
export const currentState = (scope: StepScope): Env => {
  const words = scope.layout.widths.map((_, w) => {
    const load = i64.load(i32.const(0), scope.memory.current + w * 8)
    if (scope.layout.widths.length > 2) return untouched(load)
    const local = freshLocal(scope, 'i64', 'b')
    scope.code.push(set(local, load))
    return untouched(get(local))
  })
  return { words, known: new Map(), constants: new Map(), assigned: new Set() }
}

/** Writes successors of the current state to `out`, and returns where they end. */
const successorsFunction = (name: string, { locals, code }: StepScope): WasmFunction => ({
  name,
  params: [['out', 'i32']],
  result: 'i32',
  exported: false,
  locals,
  body: [...code, get('out')],
})

/** `agent_i(out) -> out`: all successors by the agent's steps; and the functions that it calls. */
export const agentFunctions = (newAgentScope: () => StepScope, agent: Agent): WasmFunction[] => {
  const scope = newAgentScope()
  const env = currentState(scope)
  const steps = scope.system.steps.filter((s) => s.agent === agent.id)
  const process = scope.system.processes.find((p) => p.agent === agent.id)
  const parts: WasmFunction[] = []
  if (process !== undefined) {
    const isLong = partOf(process.locations.length - 1) > 1
    if (isLong) parts.push(...processInParts(scope, env, process, steps, newAgentScope))
    else processCode(scope, env, process, steps)
  }
  const rules = steps.filter((s) => s.location === null)
  rulesCode(
    scope,
    env,
    rules.map((step) => ({ step, guards: leadingGuards(scope.system, step.body) })),
  )
  return [successorsFunction(`agent_${agent.id}`, scope), ...parts]
}

/** `init(out) -> out`: writes the initial states. */
export const initFunction = (scope: StepScope): WasmFunction => {
  const env = currentState(scope)
  ways(scope, env, scope.system.init)
  return { ...successorsFunction('init', scope), exported: isTraced(scope) }
}
