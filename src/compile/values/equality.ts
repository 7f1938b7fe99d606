/** `===` of values, and choosing one of several. */
import { at } from '../../at.js'
import { all, and, any, binary, constant, eq, not, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { enumPosition, scalarAt } from './layout.js'
import { absences, asBool, asInt, thereIf, type Value } from './value.js'

/** Whether two values are the same; null where they are objects, which have no such comparison. */
export const equal = (a: Value, b: Value): Expr | null => {
  if (a.k === 'const' && b.k === 'const') return isObject(a.value) && isObject(b.value) ? null : constant(Number(a.value === b.value))
  if (a.k === 'optional' || b.k === 'optional') {
    const [x, y] = [absences(a), absences(b)]
    const [p, q] = [thereIf(a), thereIf(b)]
    const payload = p.of === null || q.of === null ? zero : equal(p.of, q.of)
    return payload === null
      ? null
      : any([and(x.nullWhen, y.nullWhen), and(x.undefinedWhen, y.undefinedWhen), all([p.present, q.present, payload])])
  }
  if (isNothing(a) || isNothing(b)) return zero
  const [p, q] = [asInt(a), asInt(b)]
  if (p !== null && q !== null) return p.hi < q.lo || q.hi < p.lo ? zero : eq(p.e, q.e)
  const [x, y] = [asBool(a), asBool(b)]
  if (x !== null && y !== null)
    return x.op === 'const' ? (x.value === 0 ? not(y) : y) : y.op === 'const' ? (y.value === 0 ? not(x) : x) : eq(x, y)
  if (isString(a) && isString(b)) {
    const values = a.k === 'enum' ? a.values : b.k === 'enum' ? b.values : []
    const [s, t] = [enumPosition(a, values), enumPosition(b, values)]
    // -1 stands for a string that is not in `values`; two such may differ, but then both sides are enums and the other
    // list decides.
    if (a.k === 'enum' && b.k === 'enum' && b.values.some((v) => !a.values.includes(v))) return and(binary('ge', t, zero), eq(s, t))
    return (t.op === 'const' && t.value < 0) || (s.op === 'const' && s.value < 0) ? zero : eq(s, t)
  }
  const scalar = (v: Value): boolean => v.k === 'int' || v.k === 'bool' || v.k === 'enum' || (v.k === 'const' && !isObject(v.value))
  return scalar(a) && scalar(b) ? zero : scalar(a) !== scalar(b) ? zero : null
}

const isObject = (x: unknown): boolean => typeof x === 'object' && x !== null

const isNothing = (v: Value): boolean => v.k === 'const' && (v.value === null || v.value === undefined)

const isString = (v: Value): boolean => v.k === 'enum' || (v.k === 'const' && typeof v.value === 'string')

/** One of several values, by a condition that is 1 for exactly one of them (the last one otherwise). */
export const selectLeaves = (conditions: readonly Expr[], rows: readonly (readonly (readonly Expr[])[])[]): Expr[][] =>
  (rows[0] ?? []).map((es, leaf) =>
    es.map((_, element) =>
      rows.reduceRight<Expr>(
        (rest, row, i) =>
          i === rows.length - 1 ? scalarAt(row, leaf, element) : select(at(conditions, i), scalarAt(row, leaf, element), rest),
        zero,
      ),
    ),
  )
