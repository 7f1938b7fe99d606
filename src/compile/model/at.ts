/** Where processes stand, as properties get it: `at`. */
import { at } from '../../at.js'
import { binary, constant, load, one, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { hasMemory, storeBuffer } from '../../lang/memory.js'
import type { CompiledAgents } from '../step/agents.js'
import type { Context } from '../values/context.js'
import type { DraftMemory } from '../values/draft.js'
import { settle } from '../values/emit.js'
import type { Label, LabelSet } from '../values/labels.js'
import { constantValue, type Item, type Value } from '../values/value.js'
import { isWritten } from './written.js'

/** A record of all processes: of each its label, of those that are made by `each` a list of labels. */
export const labelsAt = (c: Context, { agents, processes, labels, cpus }: CompiledAgents): Value => {
  const instances = processes.map(({ agent, pc }, i) => ({ agent: agents[agent], pc, ...labels[i] }))
  const fields = new Map<string, Value>()
  for (const group of new Set(instances.map(({ agent }) => agent?.group ?? ''))) {
    const own = instances.filter(({ agent }) => agent?.group === group)
    const all = new Map(own.flatMap((instance) => (instance.labels ?? []).map((label) => [label.text, label.computed] as const)))
    const set: LabelSet = {
      of: `at.${group}`,
      computed: new Map([...all].flatMap(([text, computed]) => (computed === null ? [] : [[text, computed]]))),
      isWritten: (text) => isWritten(own[0]?.body, text),
    }
    const values = own.map((instance) => labelOf(c, instance.pc, instance.labels ?? [], [...all.keys()], set))
    const [only] = values
    const isEach = own[0]?.agent?.instance !== null
    fields.set(group, isEach || only === undefined ? { k: 'list', items: values.map((value) => ({ present: constant(1), value })) } : only)
  }
  const { memory } = c.draft
  if (memory !== null) fields.set(storeBuffer, waitingIn(c, memory))
  else if (hasMemory(c.state)) fields.set(storeBuffer, constantValue(Array.from({ length: cpus.count }, () => [])))
  return { k: 'record', fields }
}

const listOf = (items: readonly Item[]): Value => ({ k: 'list', items })

/** The store buffers, by CPU: of each store that waits to which variable it is. */
const waitingIn = (c: Context, { cpus, capacity, variables, buffers }: DraftMemory): Value => {
  const values = [...variables.keys()]
  const labels: LabelSet = { of: `at.${storeBuffer}[..][..].to`, computed: new Map(), isWritten: () => false }
  const [to, length] = ['.to', '#len'].map((suffix) => at(c.draft.variables, c.draft.variableIds.get(`${buffers.name}${suffix}`) ?? -1))
  const entryOf = (cpu: number, entry: number): Item => {
    const e = to === undefined || to.lo === to.hi ? zero : settle(c, load(to.id, [constant(cpu), constant(entry)]))
    const present = settle(c, binary('gt', load(length?.id ?? -1, [constant(cpu)]), constant(entry)))
    return { present, value: { k: 'record', fields: new Map([['to', { k: 'enum', e, values, labels }]]) } }
  }
  const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
  return listOf(all(cpus).map((cpu) => ({ present: one, value: listOf(all(capacity).map((entry) => entryOf(cpu, entry))) })))
}

/** The final location is behind all others. */
const labelOf = (c: Context, pc: number, labels: readonly Label[], values: readonly string[], set: LabelSet): Value => {
  if (values.length === 0) return constantValue(null)
  const location = load(pc, [])
  const e = choose(
    location,
    labels.map(({ text }) => values.indexOf(text)),
    0,
  )
  // Also where it never takes a step: what the label is compared with is asked all the same.
  const present = labels.length === 0 ? zero : binary('lt', location, constant(labels.length))
  return { k: 'optional', present, absent: null, of: { k: 'enum', e: settle(c, e), values, labels: set } }
}

/** `numbers[position - first]`, as a tree of comparisons: no deeper than the logarithm of their count. */
const choose = (position: Expr, numbers: readonly number[], first: number): Expr => {
  const [number = 0] = numbers
  if (numbers.every((other) => other === number)) return constant(number)
  const half = numbers.length >> 1
  return select(
    binary('lt', position, constant(first + half)),
    choose(position, numbers.slice(0, half), first),
    choose(position, numbers.slice(half), first + half),
  )
}
