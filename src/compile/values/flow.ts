/**
 * Where ways through straight-line code part and meet: conditionals, blocks that are jumped out of, the values that
 * meet.
 */

import { at } from '../../at.js'
import { DiagnosticError, type Place as SourcePlace } from '../../diagnostics.js'
import { and, select, temp } from '../../ir/build.js'
import type { Expr, Stmt } from '../../ir/system.js'
import type { Context } from './context.js'
import { newTemp } from './draft.js'
import { append, emit, emitInto, insertInto, settleValue } from './emit.js'
import { assume, decide, type Known } from './known.js'
import { leaves, lower, raise, scalarAt } from './layout.js'
import { sharedByAny } from './ownership.js'
import { type Site, sourcePlace, spanOf } from './site.js'
import { wholeOf } from './state-places.js'
import { joinTypes, ShapesDiffer, type Type, typeOf } from './type.js'
import { absences, asBool, boolean, thereIf, undefinedValue, type Value } from './value.js'
import type { Arrival, Cells, JumpTarget, Shared, Way } from './way.js'

/** Whether control goes on behind a statement. */
export type Flow = 'next' | 'never'

/** MC209: no one set of temps can hold the values that `what` may have. */
export const shapesDiffer = ({ message }: ShapesDiffer, what: string, place: SourcePlace | null): DiagnosticError =>
  new DiagnosticError(
    'MC209',
    `${what} is ${message}, depending on the way taken`,
    message.includes('a reference to')
      ? 'copy what is in the state: { ...s.x }, or use it separately on each way'
      : 'give it values of one shape on every way',
    place,
  )

/** Two values that meet have to be held by one set of temps. */
export const joinOrRefuse = (c: Context, a: Type, b: Type, { file, node }: Site, what: string): Type => {
  try {
    return joinTypes(a, b)
  } catch (error) {
    throw error instanceof ShapesDiffer ? shapesDiffer(error, what, sourcePlace(c, file, node)) : error
  }
}

/** The one value that several ways deliver, each of which ends in a list of statements that may still be added to. */
const meetValues = (
  c: Context,
  ways: readonly {
    readonly value: Value
    readonly assign: (temp: number, value: Expr) => void
    readonly read: (body: () => Expr[][]) => Expr[][]
  }[],
  site: Site,
  what: string,
): Value => {
  const first = ways[0]?.value ?? undefinedValue
  if (ways.every((way) => way.value === first || sameConstant(way.value, first))) return first
  const type = ways.map((way) => typeOf(way.value)).reduce((a, b) => joinOrRefuse(c, a, b, site, what))
  const read = wholeOf(c, spanOf(site.file, site.node))
  const rows = ways.map((way) => way.read(() => lower(way.value, type, read)))
  const met = leaves(type).map((leaf, i) =>
    Array.from({ length: leaf.dims.reduce((n, d) => n * d, 1) }, (_, element) => {
      const es = rows.map((row) => scalarAt(row, i, element))
      const e = at(es, 0)
      if (e.op === 'const' && es.every((x) => x.op === 'const' && x.value === e.value)) return e
      const id = newTemp(c)
      ways.forEach((way, w) => way.assign(id, at(es, w)))
      return temp(id)
    }),
  )
  return raise(type, (leaf, element) => scalarAt(met, leaf, element))
}

const sameConstant = (a: Value, b: Value): boolean => a.k === 'const' && b.k === 'const' && Object.is(a.value, b.value)

/** The cells after ways meet: those that were there before they parted, with the values that the ways give them. */
const meet = (c: Context, before: Cells, arrivals: readonly Arrival[], site: Site): Value => {
  const ways = arrivals.map((arrival) => ({
    arrival,
    assign: (id: number, value: Expr): void => {
      const at = arrival.exits ? arrival.out.length - 1 : arrival.out.length
      arrival.out.splice(at, 0, { op: 'set', temp: id, value })
    },
    // What is read, and emitted by that, belongs to the way, before its exit.
    read: (body: () => Expr[][]): Expr[][] => insertInto(c, arrival.out, arrival.exits ? arrival.out.length - 1 : arrival.out.length, body),
  }))
  const cells = new Map(before)
  for (const id of before.keys()) {
    const values = ways.map((way) => way.arrival.cells.get(id) ?? undefinedValue)
    const name = id.slice(id.lastIndexOf(':') + 1)
    const value = meetValues(
      c,
      ways.map((way, i) => ({ value: values[i] ?? undefinedValue, assign: way.assign, read: way.read })),
      site,
      `'${name}'`,
    )
    cells.set(id, value)
  }
  const value = meetValues(
    c,
    ways.map((way) => ({ value: way.arrival.value, assign: way.assign, read: way.read })),
    site,
    'the value',
  )
  c.way.cells = cells
  c.way.shared = sharedByAny(arrivals.map((arrival) => arrival.shared))
  return value
}

/** Runs one arm of a conditional into a list of its own. */
const arm = (
  c: Context,
  before: Pick<Way, 'cells' | 'shared'>,
  known: Known,
  body: () => Value | 'never',
): { out: Stmt[]; cells: Cells; shared: Shared; value: Value | 'never' } => {
  const out: Stmt[] = []
  const outer = c.way.known
  c.way.cells = before.cells
  c.way.shared = before.shared
  c.way.known = known
  const value = emitInto(c, out, body)
  c.way.known = outer
  return { out, cells: c.way.cells, shared: c.way.shared, value }
}

/**
 * `condition ? a : b` for arms that may emit code and assign to locals. A constant condition compiles one arm only.
 * 'never' where neither arm goes on.
 */
export const conditional = (
  c: Context,
  test: Expr,
  then: () => Value | 'never',
  otherwise: () => Value | 'never',
  site: Site,
): Value | 'never' => {
  const condition = decide(c.way.known, test)
  if (condition.op === 'const') return condition.value === 0 ? otherwise() : then()
  const { cells: before, shared } = c.way
  const a = arm(c, { cells: before, shared }, assume(c.way.known, condition, true), then)
  const b = arm(c, { cells: before, shared }, assume(c.way.known, condition, false), otherwise)
  // What follows is compiled for the ways that come there.
  if (a.value === 'never') c.way.known = assume(c.way.known, condition, false)
  else if (b.value === 'never') c.way.known = assume(c.way.known, condition, true)
  if (a.out.length === 0 && b.out.length === 0 && a.cells === before && b.cells === before && a.value !== 'never' && b.value !== 'never') {
    c.way.shared = sharedByAny([a.shared, b.shared])
    const type = joinOrRefuse(c, typeOf(a.value), typeOf(b.value), site, 'the value')
    const read = wholeOf(c, spanOf(site.file, site.node))
    const [p, q] = [lower(a.value, type, read), lower(b.value, type, read)]
    return raise(type, (leaf, element) => select(condition, scalarAt(p, leaf, element), scalarAt(q, leaf, element)))
  }
  emit(c, { op: 'if', condition, then: a.out, else: b.out })
  const arrivals: Arrival[] = []
  for (const way of [a, b]) if (way.value !== 'never') arrivals.push({ ...way, exits: false, value: way.value })
  if (arrivals.length === 0) return 'never'
  return meetIn(c, before, arrivals, site)
}

/** What `??` and `?.` do: `then` with what is there, `otherwise` where the value is null or undefined. */
export const ifThere = (c: Context, v: Value, then: (there: Value) => Value, otherwise: () => Value, site: Site): Value => {
  if (v.k !== 'optional') return absences(v).of === null ? otherwise() : then(v)
  const settled = settleValue(c, v)
  const { present, of } = thereIf(settled)
  if (of === null) return otherwise()
  const result = conditional(c, present, () => then(of), otherwise, site)
  return result === 'never' ? undefinedValue : result
}

const zeroOf: Expr = { op: 'const', value: 0 }

const meetIn = (c: Context, before: Cells, arrivals: readonly Arrival[], site: Site): Value => {
  const [only] = arrivals
  if (arrivals.length === 1 && only !== undefined && !only.exits) {
    const cells = new Map(before)
    for (const id of before.keys()) cells.set(id, only.cells.get(id) ?? undefinedValue)
    c.way.cells = cells
    c.way.shared = only.shared
    return only.value
  }
  return meet(c, before, arrivals, site)
}

/**
 * `test && right()`: where the right side emits code, it runs only if the test holds. `refine` may narrow what is known
 * of locals for it.
 */
export const andThen = (c: Context, left: Expr, right: () => Expr, site: Site, refine: () => void = () => {}): Expr => {
  const test = decide(c.way.known, left)
  if (test.op === 'const') return test.value === 0 ? zeroOf : right()
  const { cells: before, shared } = c.way
  const out: Stmt[] = []
  refine()
  const assumed = c.way.cells
  const { known } = c.way
  c.way.known = assume(c.way.known, test, true)
  const e = emitInto(c, out, right)
  c.way.known = known
  if (out.length === 0 && c.way.cells === assumed) {
    c.way.cells = before
    return and(test, e)
  }
  const changed = c.way.cells !== assumed
  c.way.cells = before
  if (!changed) {
    const id = newTemp(c)
    out.push({ op: 'set', temp: id, value: e })
    emit(c, { op: 'if', condition: test, then: out, else: [{ op: 'set', temp: id, value: zeroOf }] })
    return temp(id)
  }
  // The right side assigns locals: again, as an arm of a conditional.
  c.way.shared = shared
  const v = conditional(
    c,
    test,
    () => boolean(right()),
    () => boolean(zeroOf),
    site,
  )
  return v === 'never' ? zeroOf : (asBool(v) ?? zeroOf)
}

/**
 * Runs code that jumps of the given kinds may leave: `break` out of a loop, `return` out of a function.
 * Gives the value with which it is left (undefined but for `return`), or 'never'.
 */
export const leavable = (
  c: Context,
  kinds: readonly JumpTarget['kind'][],
  labels: readonly string[],
  body: () => Value | 'never',
  site: Site,
): Value | 'never' => {
  const before = c.way.cells
  const out: Stmt[] = []
  const block = c.draft.blocks++
  const arrivals: Arrival[] = []
  const outer = c.way.jumps
  const { known } = c.way
  c.way.jumps = [...kinds.map((kind): JumpTarget => ({ kind, labels, block, arrivals })), ...outer]
  const value = emitInto(c, out, body)
  c.way.jumps = outer
  c.way.known = known
  if (value !== 'never') arrivals.push({ out, exits: false, cells: c.way.cells, shared: c.way.shared, value })
  const [only] = arrivals
  if (arrivals.length === 1 && only?.exits === true && only.out === out) {
    // The one jump is the last statement: control falls through.
    out.pop()
    arrivals[0] = { ...only, exits: false }
  }
  if (arrivals.every((arrival) => !arrival.exits)) {
    append(c, out)
    // Jumps further out that end this list now end the list that it went into: what is added where they meet goes
    // there.
    for (const target of outer)
      target.arrivals.forEach((arrival, i) => {
        if (arrival.out === out) target.arrivals[i] = { ...arrival, out: c.way.out }
      })
    return arrivals.length === 0 ? 'never' : meetIn(c, before, arrivals, site)
  }
  emit(c, { op: 'block', id: block, body: out })
  return meet(c, before, arrivals, site)
}

/** Runs code whose own locals are gone afterwards. */
export const scoped = <T>(c: Context, body: () => T): T => {
  const before = c.way.cells
  const result = body()
  if (c.way.cells !== before) {
    const changed = [...before].some(([id, v]) => c.way.cells.get(id) !== v)
    c.way.cells = changed ? new Map([...before.keys()].map((id) => [id, c.way.cells.get(id) ?? undefinedValue])) : before
  }
  return result
}

/**
 * Jumps to the innermost target of a kind (and label). False where there is none: the jump leaves what is being
 * compiled.
 */
export const jump = (c: Context, kind: JumpTarget['kind'], label: string | null, value: Value): boolean => {
  const target = c.way.jumps.find((t) => (label === null ? t.kind === kind : t.labels.includes(label) && t.kind === kind))
  if (target === undefined) return false
  emit(c, { op: 'exit', id: target.block })
  target.arrivals.push({ out: c.way.out, exits: true, cells: c.way.cells, shared: c.way.shared, value })
  return true
}
