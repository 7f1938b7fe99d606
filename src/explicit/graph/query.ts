/**
 * Queries of a system's temporal properties and extremes as properties of single states, for which there is code
 * already.
 */
import { at } from '../../at.js'
import { and, any, binary, constant, eq, load, select, temp, zero } from '../../ir/build.js'
import type { CompiledProperty, Expr, Process, Query, Stmt, System } from '../../ir/system.js'

/** Whether a process has returned. */
export const hasReturned = (process: Process): Expr =>
  any(process.locations.filter((l) => l.final).map((l) => eq(load(process.pc, []), constant(l.id))))

/** A predicate: a failing check in it counts as false. */
export const predicate = (name: string, { body, value, at }: Query): CompiledProperty => ({
  name,
  kind: 'sometimes',
  max: null,
  body,
  value,
  at,
})

const withExits = (stmts: readonly Stmt[], id: number): Stmt[] =>
  stmts.map((s): Stmt => {
    switch (s.op) {
      case 'check':
        return { op: 'if', condition: s.condition, then: [], else: [{ op: 'exit', id }] }
      case 'if':
        return { ...s, then: withExits(s.then, id), else: withExits(s.else, id) }
      case 'block':
        return { ...s, body: withExits(s.body, id) }
      default:
        return s
    }
  })

/**
 * The query without checks: where one would fail, its value is 0. Takes a temp that nobody else uses, and a block id;
 * another temp, if one is given, says whether there is a value.
 */
const total = ({ body, value, at }: Query, unused: number, block: number, defined: number | null = null): Query => ({
  body: [
    { op: 'set', temp: unused, value: zero },
    ...(defined === null ? [] : [{ op: 'set', temp: defined, value: zero } as const]),
    {
      op: 'block',
      id: block,
      body: [
        ...withExits(body, block),
        { op: 'set', temp: unused, value },
        ...(defined === null ? [] : [{ op: 'set', temp: defined, value: constant(1) } as const]),
      ],
    },
  ],
  value: temp(unused),
  at,
})

/** Greater than the ids of all blocks that the compiler makes. */
const unusedBlock = 2 ** 30
/** What a measure without a value counts as in the search for the greatest: no more than any other. */
export const least = -(2 ** 31)

/**
 * The measures of a system's extremes, `copies` times; each is a temp of its own, so that they can be in properties of
 * one system.
 */
const measuresOf = (system: System, copies: number): { readonly system: System; readonly measures: readonly (readonly Measure[])[] } => ({
  system: { ...system, temps: system.temps + 2 * copies * system.extremes.length },
  measures: Array.from({ length: copies }, (_, copy) =>
    system.extremes.map(({ measure }, i) => {
      const n = copy * system.extremes.length + i
      const [value, defined] = [system.temps + 2 * n, system.temps + 2 * n + 1]
      return { ...total(measure, value, unusedBlock + n, defined), defined: temp(defined) }
    }),
  ),
})

/** A measure, and whether it has a value: where a check in it fails it has none. */
type Measure = Query & { readonly defined: Expr }

/** In a final state every process has returned, and no store waits. */
const isFinal = (system: System): Expr =>
  [...system.processes.map(hasReturned), ...nothingWaits(system)].reduce((a, b) => and(a, b), constant(1))

const nothingWaits = ({ memory, variables }: System): Expr[] => {
  if (memory === null) return []
  const { id, dims } = at(variables, memory.waiting)
  return Array.from({ length: dims[0] ?? 0 }, (_, cpu) => eq(load(id, [constant(cpu)]), constant(0)))
}

/** Reverses the order of 32-bit integers, and is its own inverse. */
const reversed = (value: Expr): Expr => binary('xor', value, constant(-1))

/**
 * The system with a `bound` for each extreme, whose maximum is the extreme (of a minimum: reversed), and behind them
 * for each whether its measure has any value.
 */
export const asBounds = (original: System): System => {
  const { system, measures } = measuresOf(original, 2)
  const [values = [], presences = []] = measures
  const returned = isFinal(system)
  const isThere = (m: Measure, i: number): Expr => (at(system.extremes, i).over === 'final' ? and(returned, m.defined) : m.defined)
  const bounds = values.map((m, i): CompiledProperty => {
    const { name, kind } = at(system.extremes, i)
    const rising = kind === 'maximum' ? m.value : reversed(m.value)
    return { name, kind: 'bound', max: 2 ** 31 - 1, body: m.body, value: select(isThere(m, i), rising, constant(least)), at: m.at }
  })
  const somewhere = presences.map((m, i) => predicate(`${at(system.extremes, i).name} anywhere`, { ...m, value: isThere(m, i) }))
  return { ...system, safety: [...bounds, ...somewhere] }
}

/** The system with a `sometimes` for each extreme: its measure has the value given. */
export const asWitnesses = (original: System, values: readonly number[]): System => {
  const { system, measures } = measuresOf(original, 1)
  return {
    ...system,
    safety: (measures[0] ?? []).map((m, i) => {
      const is = and(m.defined, eq(m.value, constant(at(values, i))))
      return predicate(at(system.extremes, i).name, {
        ...m,
        value: at(system.extremes, i).over === 'final' ? and(is, isFinal(system)) : is,
      })
    }),
  }
}
