/**
 * The step by which the oldest store of a CPU's buffer reaches memory: one for each variable, so that CPUs that store
 * to different elements of one have the same steps.
 */
import { binary, constant, load, one, zero } from '../../ir/build.js'
import { type Block, type Expr, elements, type Span, type Stmt, unflatten, type Variable } from '../../ir/system.js'
import type { MemoryVariable } from '../../lang/memory.js'
import { type Buffers, isStoreTo } from './buffers.js'

/** `initial` is what an element of a variable holds where there is nothing. */
export const drain = (
  buffers: Buffers,
  cpu: number,
  { of, parts }: { readonly of: MemoryVariable; readonly parts: readonly Variable[] },
  initial: (v: Variable) => number,
  at: Span,
): Block => {
  const word = buffers.index(of).map((part) => (part.lo === part.hi ? constant(part.lo) : load(part.id, [constant(cpu), zero])))
  const body = [
    ...parts.flatMap((v) => toMemory(buffers, cpu, { of, word, v }, at)),
    ...buffers.parts.filter((part) => part.lo !== part.hi).flatMap((part) => shift(part, cpu, buffers.capacity, initial(part), at)),
    shorten(buffers, cpu, at),
  ]
  return {
    body: [],
    end: {
      op: 'branch',
      condition: isStoreTo(buffers, cpu, 0, of),
      then: { body, end: { op: 'finish' } },
      else: { body: [], end: { op: 'blocked' } },
    },
  }
}

const toMemory = (
  buffers: Buffers,
  cpu: number,
  { of, word, v }: { readonly of: MemoryVariable; readonly word: readonly Expr[]; readonly v: Variable },
  at: Span,
): Stmt[] => {
  const part = buffers.wordOf(v.id)?.part
  if (part === undefined || v.lo === v.hi) return []
  const dims = v.dims.slice(of.dims.length)
  return all(dims).map((inside) => ({
    op: 'store',
    variable: v.id,
    index: [...word, ...inside],
    value: load(part.id, [constant(cpu), zero, ...inside]),
    at,
  }))
}

/** Every entry moves up by one, oldest first; the last is as if there never had been one. */
const shift = (part: Variable, cpu: number, capacity: number, initial: number, at: Span): Stmt[] =>
  Array.from({ length: capacity }, (_, entry) => entry).flatMap((entry) =>
    all(part.dims.slice(2)).map(
      (inside): Stmt => ({
        op: 'store',
        variable: part.id,
        index: [constant(cpu), constant(entry), ...inside],
        value: entry + 1 < capacity ? load(part.id, [constant(cpu), constant(entry + 1), ...inside]) : constant(initial),
        at,
      }),
    ),
  )

const shorten = ({ length }: Buffers, cpu: number, at: Span): Stmt => ({
  op: 'store',
  variable: length.id,
  index: [constant(cpu)],
  value: binary('sub', load(length.id, [constant(cpu)]), one),
  at,
})

/** The indices of all elements of arrays of these lengths. */
const all = (dims: readonly number[]): Expr[][] => Array.from({ length: elements({ dims }) }, (_, i) => unflatten(i, dims).map(constant))
