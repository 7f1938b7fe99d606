/** Storing to the state: assignments, queues, sets. */
import { at as elementAt } from '../../at.js'
import { binary, constant, one, zero } from '../../ir/build.js'
import { type Expr, type Span, type Stmt, unflatten } from '../../ir/system.js'
import type { Purpose } from './code.js'
import { coerce, type Into, spanOfInto } from './coerce.js'
import type { Context } from './context.js'
import { memoryAround, variableOf } from './draft.js'
import { check, emit, emitInto, settle } from './emit.js'
import { leaves, lower, raise, scalarAt, zeros } from './layout.js'
import { refuse } from './site.js'
import { checkedIndex, elementPlace, readLeaf, stillThere, unghost, wholeOf } from './state-places.js'
import { typeOfDomain } from './type.js'
import type { Place, Value } from './value.js'

/** Stores a value, copied in. */
export const storePlace = (c: Context, place: Place, v: Value, into: Into): void => {
  const at = spanOfInto(into)
  refuseWrite(c, into)
  stillThere(c, place, at)
  const type = typeOfDomain(place.domain)
  const rows = lower(coerce(c, v, place.domain, into), type, wholeOf(c, at))
  const several = rows.length > 1 || (rows[0]?.length ?? 0) > 1
  storeValue(c, place, several ? rows.map((es) => es.map((e) => settle(c, e))) : rows, at)
}

/** A value for each element of each leaf of a type. */
type Rows = readonly (readonly Expr[])[]

const storeLeaves = (c: Context, place: Place, rows: Rows, at: Span): void => {
  leaves(typeOfDomain(place.domain)).forEach((leaf, i) => {
    const variable = variableOf(c, place, leaf)
    if (variable.lo === variable.hi) return
    elementAt(rows, i).forEach((value, element) => {
      emit(c, { op: 'store', variable: variable.id, index: [...place.index, ...unflatten(element, leaf.dims).map(constant)], value, at })
    })
  })
}

/** Stores a value: what is in memory word by word, each in a block that says so. */
const storeValue = (c: Context, place: Place, rows: Rows, at: Span): void => {
  const memory = memoryAround(c, place)
  if (memory === null) return storeLeaves(c, place, rows, at)
  const isWord = [memory.name, ...memory.fields].some((_, i, path) => path.slice(0, i + 1).join('.') === place.name)
  const isPart = place.inside.length > 0 || !isWord || place.index.length > memory.dims.length
  if (isPart || place.index.length === memory.dims.length) {
    const body: Stmt[] = []
    emitInto(c, body, () => storeLeaves(c, place, rows, at))
    const id = c.draft.blocks++
    c.draft.memory?.stores.set(id, isPart ? 'part' : 'word')
    return emit(c, { op: 'block', id, body })
  }
  const { domain } = place
  if (domain.kind !== 'array') throw new Error(`${place.name} has fewer dimensions than its words`)
  for (let i = 0; i < domain.length; i++) {
    const part = rows.map((es) => es.slice((i * es.length) / domain.length, ((i + 1) * es.length) / domain.length))
    storeValue(c, elementPlace(place, constant(i)), part, at)
  }
}

/** Puts a part of the state back to what it holds where there is nothing (the payload of null, an inactive variant). */
export const clearPlace = (c: Context, place: Place, at: Span): void => storeLeaves(c, place, zeros(typeOfDomain(place.domain)), at)

/** Appends to a queue in the state; a full one is a range violation. */
export const pushPlace = (c: Context, place: Place, v: Value, into: Into): void => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'queue') throw new Error('not a queue')
  const at = spanOfInto(into)
  refuseWrite(c, into)
  stillThere(c, place, at)
  const length = settle(c, readLeaf(c, place, 0, 0, at))
  check(c, binary('lt', length, constant(domain.capacity)), 'range', at, `${into.name} is full: it holds ${domain.capacity}`)
  const rows = lower(coerce(c, v, domain.of, { ...into, name: `${into.name}[..]` }), typeOfDomain(domain.of), wholeOf(c, at)).map((es) =>
    es.map((e) => settle(c, e)),
  )
  const [lengthLeaf, ...itemLeaves] = leaves(typeOfDomain(domain))
  const inner = leaves(typeOfDomain(domain.of))
  itemLeaves.forEach((leaf, i) => {
    const variable = variableOf(c, place, leaf)
    if (variable.lo === variable.hi) return
    elementAt(rows, i).forEach((value, element) => {
      emit(c, {
        op: 'store',
        variable: variable.id,
        index: [...place.index, domain.capacity === 1 ? zero : length, ...unflatten(element, elementAt(inner, i).dims).map(constant)],
        value,
        at,
      })
    })
  })
  if (lengthLeaf !== undefined)
    emit(c, { op: 'store', variable: variableOf(c, place, lengthLeaf).id, index: place.index, value: binary('add', length, one), at })
}

/** What may only look at the state. */
const onlyLooks: Readonly<Partial<Record<Purpose, string>>> = {
  property: 'the property',
  condition: 'the condition of until(...)',
  text: 'a label or message',
}

/** Refuses to write where code may only look, or where there is no step yet. */
export const refuseWrite = (c: Context, { site: { file, node }, name }: Into): void => {
  const looker = onlyLooks[c.code.purpose]
  if (looker !== undefined) refuse(c, 'MC303', file, node, `${looker} writes ${name}`, 'only look at the state here, and write in a step')
  if (c.code.purpose === 'start')
    refuse(
      c,
      'MC112',
      file,
      node,
      `${name} is written before the first yield`,
      'start the process with `yield` and a label, then write; initial values belong into `init`',
    )
}

/** Removes and gives the first element of a queue in the state; an empty one is a range violation. */
export const shiftPlace = (c: Context, place: Place, into: Into): Value => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'queue') throw new Error('not a queue')
  const at = spanOfInto(into)
  refuseWrite(c, into)
  stillThere(c, place, at)
  const length = settle(c, readLeaf(c, place, 0, 0, at))
  check(c, binary('gt', length, zero), 'range', at, `${into.name} is empty: there is nothing to shift`)
  const type = typeOfDomain(domain)
  const itemType = typeOfDomain(domain.of)
  const all = leaves(type)
  const columns = all
    .slice(1)
    .map((leaf, i) =>
      Array.from({ length: leaf.dims.reduce((n, d) => n * d, 1) }, (_, element) => settle(c, readLeaf(c, place, i + 1, element, at))),
    )
  const missing = zeros(itemType)
  const shifted = (es: readonly Expr[], i: number): Expr[] => {
    const empty = elementAt(missing, i)
    return [...es.slice(empty.length), ...empty]
  }
  storeLeaves(c, place, [[binary('sub', length, one)], ...columns.map((es, i) => shifted(es, i))], at)
  return raise(itemType, (leaf, element) => scalarAt(columns, leaf, element))
}

/**
 * Sets or clears one member of a set in the state; an integer outside is a range violation for `add`, nothing for
 * `delete`.
 */
export const storeMember = (c: Context, place: Place, v: Value, value: Expr, into: Into): void => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'set') throw new Error('not a set')
  const at = spanOfInto(into)
  refuseWrite(c, into)
  stillThere(c, place, at)
  const index = checkedIndex(c, v, domain.size, into.site)
  const leaf = leaves(typeOfDomain(domain))[0]
  if (leaf !== undefined) emit(c, { op: 'store', variable: variableOf(c, place, leaf).id, index: [...place.index, index], value, at })
}
