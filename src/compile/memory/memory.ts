/**
 * Total store order, by lowering: steps of processes on CPUs store to buffers, and agents of the CPUs bring what is in
 * these to memory. What comes out is a system as any; no engine knows of store buffers.
 */
import { at } from '../../at.js'
import type { Agent, BufferedMemory, Process, Span, Step, Stmt, Variable } from '../../ir/system.js'
import { walkBlock } from '../../ir/walk.js'
import { drainLabel, type MemoryVariable, type StoreBuffering, storeBuffer } from '../../lang/memory.js'
import type { Context } from '../values/context.js'
import { type DraftMemory, inMemory, newTemp } from '../values/draft.js'
import { refuse } from '../values/site.js'
import type { StepMemory } from './accesses.js'
import { buffersOf, type OwnBuffer } from './buffers.js'
import { drain } from './drain.js'
import { type IsPerCpu, indexedByCpu } from './per-cpu.js'
import { buffered, waiting } from './step.js'

/** A model as it was compiled, with what each step does to memory. */
export interface Compiled {
  readonly agents: readonly Agent[]
  readonly processes: readonly Process[]
  readonly steps: readonly Step[]
  readonly memory: ReadonlyMap<number, StepMemory>
}

/** What becomes of it. */
export interface Lowered {
  readonly agents: readonly Agent[]
  readonly steps: readonly Step[]
  readonly memory: BufferedMemory | null
}

/** Refuses steps that no CPU takes as one; `attempt` is for each. */
export const requireSteps = (c: Context, compiled: Compiled, attempt: (part: () => void) => void): void => {
  const { memory } = c.draft
  if (memory === null) return
  const isPerCpu = indexedByCpu(c.draft.variables, compiled, memory.cpus)
  for (const step of compiled.steps) attempt(() => requireStep(c, memory, compiled, step, isPerCpu))
}

const requireStep = (c: Context, { capacity }: DraftMemory, { agents, memory }: Compiled, step: Step, isPerCpu: IsPerCpu): void => {
  const cpu = bufferOf(agents, step)
  const accesses = memory.get(step.id)?.accesses
  if (cpu === null || accesses === undefined || accesses.locked) return
  const { label, at: place } = step
  if (accesses.stores > capacity)
    refuse(
      c,
      'MC404',
      place.file,
      place,
      `'${label}' may store ${accesses.stores} times, and a store buffer holds ${capacity}`,
      accesses.stores > 8
        ? 'make it steps of their own, with a yield before each store'
        : `make it steps of their own, with a yield before each store, or write storeBuffer: ${accesses.stores}`,
    )
  const foreign = accesses.besides.find(({ variable, index }) => index.some((i, axis) => i !== cpu && isPerCpu(variable, axis)))
  if (foreign !== undefined)
    refuse(
      c,
      'MC310',
      foreign.at.file,
      foreign.at,
      `'${label}' stores to memory, which others see later, and changes what belongs to another CPU at once`,
      'put a yield between the two: what a CPU does to another one is a step of its own; what other CPUs read through memory is memory(...)',
    )
}

/** The CPU whose store buffer a step uses; null where none. */
const bufferOf = (agents: readonly Agent[], { agent }: Step): number | null => {
  const { kind, cpu } = at(agents, agent)
  return kind === 'process' ? cpu : null
}

/** `around` is where the model says what its state is. */
export const lowerMemory = (
  c: Context,
  buffering: StoreBuffering | null,
  { agents, steps, memory }: Compiled,
  initial: ReadonlyMap<string, number>,
  around: Span,
): Lowered => {
  if (buffering === null) return { agents, steps, memory: null }
  const { variables } = c.draft
  const named = (name: string): Variable => at(variables, c.draft.variableIds.get(name) ?? -1)
  const buffers = buffersOf(c, buffering, named)
  const on = (step: Step): number | null => bufferOf(agents, step)
  const isLocked = ({ id }: Step): boolean => memory.get(id)?.accesses.locked === true
  const isFence = ({ id }: Step): boolean => memory.get(id)?.isFence === true
  const own = steps.filter((step) => on(step) !== null)
  /** What waits in a CPU's buffer is a store to one of these. */
  const stored = Array.from(
    { length: buffering.cpus },
    (_, cpu) => new Set(own.flatMap((step) => (on(step) === cpu && !isLocked(step) ? storedIn(c, step) : []))),
  )
  const all: { readonly agents: Agent[]; readonly steps: Step[] } = {
    agents: [...agents],
    steps: steps.map((step): Step => {
      const cpu = on(step)
      if (cpu === null) return step
      const body = isLocked(step) ? step.body : bufferedBy(c, step, { ...buffers, stored: at(stored, cpu) }, cpu)
      return { ...step, body: isLocked(step) || isFence(step) ? waiting(body, buffers, cpu) : body }
    }),
  }
  for (const [cpu, variablesOf] of stored.entries()) {
    if (variablesOf.size === 0) continue
    const agent = all.agents.length
    all.agents.push({ id: agent, name: `${storeBuffer}[${cpu}]`, kind: 'rule', group: storeBuffer, instance: cpu, fairness: 'weak', cpu })
    for (const of of buffering.variables.filter((one) => variablesOf.has(one))) {
      const parts = variables.filter(({ id }) => buffers.wordOf(id)?.of === of)
      const body = drain(buffers, cpu, { of, parts }, (v) => initial.get(v.name) ?? v.lo, around)
      all.steps.push({ id: all.steps.length, agent, location: null, label: drainLabel(of), at: around, body })
    }
  }
  const direct = new Set(steps.flatMap((step) => (on(step) === null && memory.get(step.id)?.accesses.touches === true ? [step.agent] : [])))
  return {
    ...all,
    memory: {
      capacity: buffering.capacity,
      variables: buffering.variables.map(({ name }) => name),
      waiting: buffers.length.id,
      locked: own.filter(isLocked).map(({ id }) => id),
      fences: own.filter(isFence).map(({ id }) => id),
      direct: [...direct],
    },
  }
}

const bufferedBy = (c: Context, { body }: Step, buffers: OwnBuffer, cpu: number): Step['body'] =>
  buffered(body, buffers, cpu, (block) => c.draft.memory?.stores.get(block) === 'word', {
    temp: () => newTemp(c),
    block: () => c.draft.blocks++,
  })

/** The variables to which a step stores whole words. */
const storedIn = (c: Context, { body }: Step): MemoryVariable[] => {
  const found: MemoryVariable[] = []
  const look = (stmt: Stmt): void => {
    if (stmt.op !== 'block' || c.draft.memory?.stores.get(stmt.id) !== 'word') return
    for (const inner of stmt.body) {
      const of = inner.op === 'store' ? inMemory(c, inner.variable) : null
      if (of !== null) found.push(of)
    }
  }
  walkBlock(body, { stmt: look })
  return found
}
