/** Where processes stand, as properties get it: `at`. */
import { binary, constant, load, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { storeBuffer } from '../../lang/memory.js'
import type { CompiledAgents } from '../step/agents.js'
import type { Context } from '../values/context.js'
import { settle } from '../values/emit.js'
import type { Label, LabelSet } from '../values/labels.js'
import { constantValue, type Value } from '../values/value.js'
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
  fields.set(storeBuffer, c.draft.buffers === null ? withoutBuffers(cpus.count) : { k: 'ref', place: c.draft.buffers, origin: 'parameter' })
  return { k: 'record', fields }
}

const withoutBuffers = (cpus: number): Value => constantValue(Array.from({ length: cpus }, () => []))

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

/** `numbers[at - first]`, as a tree of comparisons: no deeper than the logarithm of their count. */
const choose = (at: Expr, numbers: readonly number[], first: number): Expr => {
  const [number = 0] = numbers
  if (numbers.every((other) => other === number)) return constant(number)
  const half = numbers.length >> 1
  return select(
    binary('lt', at, constant(first + half)),
    choose(at, numbers.slice(0, half), first),
    choose(at, numbers.slice(half), first + half),
  )
}
