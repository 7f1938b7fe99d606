/** The store buffers as variables of the system: where their parts are, and what is loaded through them. */
import { at } from '../../at.js'
import { and, binary, constant, eq, load, select, zero } from '../../ir/build.js'
import type { Expr, Variable } from '../../ir/system.js'
import { indexField, type MemoryVariable, type StoreBuffering, storeBuffer } from '../../lang/memory.js'
import type { Context } from '../values/context.js'
import { inMemory } from '../values/draft.js'

/** The variables that hold the entries of the store buffers: their first dimensions are the CPU and the entry. */
export interface Buffers {
  readonly capacity: number
  /** How many stores wait: one dimension, the CPU. */
  readonly length: Variable
  /** All others. */
  readonly parts: readonly Variable[]
  /** What says in an entry which element of a variable it is a store to, by dimension. */
  readonly index: (of: MemoryVariable) => readonly Variable[]
  /** What an entry holds where it is a store to an element of a variable; to any where there is no index. */
  readonly address: (of: MemoryVariable, index: readonly Expr[]) => readonly { readonly part: Variable; readonly value: Expr }[]
  /** The variable of memory that a variable of the state is a part of, and what holds that part in an entry. */
  readonly wordOf: (variable: number) => { readonly of: MemoryVariable; readonly part: Variable } | null
}

/** `named` gives a variable by its name. */
export const buffersOf = (c: Context, { capacity, variables }: StoreBuffering, named: (name: string) => Variable): Buffers => {
  const to = named(`${storeBuffer}.to`)
  const words = new Map<number, { of: MemoryVariable; part: Variable }>()
  for (const { id, name } of c.draft.variables) {
    const of = inMemory(c, id)
    if (of !== null) words.set(id, { of, part: named(`${storeBuffer}.${of.name}.value${name.slice(of.name.length)}`) })
  }
  const indexOf = (of: MemoryVariable): Variable[] => of.dims.map((_, i) => named(`${storeBuffer}.${of.name}.${indexField(i)}`))
  const length = named(`${storeBuffer}#len`)
  return {
    capacity,
    length,
    parts: c.draft.variables.filter((v) => v.name.startsWith(`${storeBuffer}.`)),
    index: indexOf,
    address: (of, index) =>
      [{ part: to, value: constant(variables.indexOf(of)) }, ...index.map((value, i) => ({ part: at(indexOf(of), i), value }))].filter(
        ({ part }) => part.lo !== part.hi,
      ),
    wordOf: (variable) => words.get(variable) ?? null,
  }
}

/** Whether an entry of a CPU's buffer is there, and is a store to some element of a variable. */
export const isStoreTo = (buffers: Buffers, cpu: number, entry: number, of: MemoryVariable): Expr => isStoreAt(buffers, cpu, entry, of, [])

/** Whether an entry of a CPU's buffer is there, and is a store to the element of a variable at an index. */
export const isStoreAt = (buffers: Buffers, cpu: number, entry: number, of: MemoryVariable, index: readonly Expr[]): Expr =>
  buffers
    .address(of, index)
    .reduce((all, { part, value }) => and(all, eq(load(part.id, [constant(cpu), constant(entry)]), value)), isThere(buffers, cpu, entry))

const isThere = ({ length }: Buffers, cpu: number, entry: number): Expr => binary('gt', load(length.id, [constant(cpu)]), constant(entry))

/** Whether nothing waits in a CPU's buffer. */
export const isEmpty = ({ length }: Buffers, cpu: number): Expr => eq(load(length.id, [constant(cpu)]), zero)

/** The buffer of one CPU, and the variables to which it has stores at all. */
export interface OwnBuffer extends Buffers {
  readonly stored: ReadonlySet<MemoryVariable>
}

/** What a CPU sees of a part of a word: its own newest store to it, else memory. */
export const forwarded = (buffers: OwnBuffer, cpu: number, e: Extract<Expr, { op: 'load' }>): Expr => {
  const word = buffers.wordOf(e.variable)
  if (word === null || !buffers.stored.has(word.of)) return e
  const { of, part } = word
  const element = e.index.slice(0, of.dims.length)
  const inside = e.index.slice(of.dims.length)
  let value: Expr = e
  for (let entry = 0; entry < buffers.capacity; entry++)
    value = select(isStoreAt(buffers, cpu, entry, of, element), load(part.id, [constant(cpu), constant(entry), ...inside]), value)
  return value
}
