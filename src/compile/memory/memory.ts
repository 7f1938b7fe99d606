/**
 * Total store order, by lowering: steps of processes on CPUs store to buffers, and agents of the CPUs bring what is in
 * these to memory. What comes out is a system as any; no engine knows of store buffers.
 */
import { at } from '../../at.js'
import type { Agent, Block, BufferedMemory, Span, Step, Stmt, Variable } from '../../ir/system.js'
import { walkBlock } from '../../ir/walk.js'
import { drainLabel, type MemoryVariable, type StoreBuffering, storeBuffer } from '../../lang/memory.js'
import type { Context } from '../values/context.js'
import { inMemory, newTemp } from '../values/draft.js'
import { refuse } from '../values/site.js'
import type { Accesses } from './accesses.js'
import { type Buffers, buffersOf } from './buffers.js'
import { drain } from './drain.js'
import { buffered, waiting } from './step.js'

/** The steps and agents of a model, before and after. */
export interface Lowered {
  readonly agents: readonly Agent[]
  readonly steps: readonly Step[]
  readonly memory: BufferedMemory | null
}

/** A model as it was compiled: what the steps of its processes do to memory, and which of them are fences. */
export interface Compiled {
  readonly agents: readonly Agent[]
  readonly steps: readonly Step[]
  readonly accesses: readonly Accesses[]
  readonly fences: ReadonlySet<number>
}

/** `around` is where the model says what its state is. */
export const lowerMemory = (
  c: Context,
  buffering: StoreBuffering | null,
  { agents, steps, accesses, fences }: Compiled,
  initial: ReadonlyMap<string, number>,
  around: Span,
): Lowered => {
  if (buffering === null) return { agents, steps, memory: null }
  const { variables } = c.draft
  const named = (name: string): Variable => at(variables, c.draft.variableIds.get(name) ?? -1)
  const buffers = buffersOf(c, buffering, named)
  const locked: number[] = []
  const stored = Array.from({ length: buffering.cpus }, () => new Set<MemoryVariable>())
  const lowered = steps.map((step): Step => {
    const { kind, cpu } = at(agents, step.agent)
    if (kind === 'rule' || cpu === null) return step
    const own = at(accesses, step.id)
    const isFence = fences.has(step.id)
    if (own.locked) locked.push(step.id)
    else requirePlainStores(c, buffering.capacity, step, own)
    const body = own.locked ? step.body : bufferedBy(c, step.body, buffers, cpu)
    if (!own.locked) for (const of of storedIn(c, step.body)) stored[cpu]?.add(of)
    return { ...step, body: own.locked || isFence ? waiting(body, buffers, cpu) : body }
  })
  const all: { agents: Agent[]; steps: Step[] } = { agents: [...agents], steps: lowered }
  for (const [cpu, own] of stored.entries()) {
    if (own.size === 0) continue
    const agent = all.agents.length
    const name = `${storeBuffer}[${cpu}]`
    all.agents.push({ id: agent, name, kind: 'rule', group: storeBuffer, instance: cpu, fairness: 'weak', cpu })
    for (const of of buffering.variables.filter((one) => own.has(one))) {
      const parts = variables.filter(({ id }) => buffers.wordOf(id)?.of === of)
      const body = drain(buffers, cpu, { of, parts }, (v) => initial.get(v.name) ?? v.lo, around)
      all.steps.push({ id: all.steps.length, agent, location: null, label: drainLabel(of), at: around, body })
    }
  }
  return { ...all, memory: { capacity: buffering.capacity, locked, fences: [...fences] } }
}

const bufferedBy = (c: Context, body: Block, buffers: Buffers, cpu: number): Block =>
  buffered(body, buffers, cpu, (block) => c.draft.memoryStores.get(block) === 'word', {
    temp: () => newTemp(c),
    block: () => c.draft.blocks++,
  })

/** The variables to which a step stores whole words. */
const storedIn = (c: Context, step: Block): ReadonlySet<MemoryVariable> => {
  const found = new Set<MemoryVariable>()
  const look = (stmt: Stmt): void => {
    if (stmt.op !== 'block' || c.draft.memoryStores.get(stmt.id) !== 'word') return
    for (const inner of stmt.body) {
      const of = inner.op === 'store' ? inMemory(c, inner.variable) : null
      if (of !== null) found.add(of)
    }
  }
  walkBlock(step, { stmt: look })
  return found
}

/** Refuses a step that is no locked instruction, and that no CPU takes as another one. */
const requirePlainStores = (c: Context, capacity: number, { label, at: place }: Step, { stores, foreign }: Accesses): void => {
  if (stores > capacity)
    refuse(
      c,
      'MC404',
      place.file,
      place,
      `'${label}' stores ${stores} times, and a store buffer holds ${capacity}`,
      `make it steps of their own, with a yield before each store, or write storeBuffer: ${stores}`,
    )
  if (foreign !== null)
    refuse(
      c,
      'MC310',
      foreign.file,
      foreign,
      `'${label}' stores to memory, which others see later, and changes what belongs to another CPU at once`,
      'put a yield between the two: what a CPU does to another one is a step of its own; or say that this is memory(...) too',
    )
}
