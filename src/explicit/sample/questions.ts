/** All that properties ask of single states, with covers that say which values their conditions had. */
import { at } from '../../at.js'
import type { CompiledProperty, Expr, Query, Span, Stmt, System } from '../../ir/system.js'
import { operands } from '../../ir/walk.js'

/** What a question is of: a property of states, or a part of one of behaviours, or the measure of an extreme. */
export interface Question {
  readonly property: string
  readonly part: 'whole' | 'trigger' | 'goal' | 'measure'
  readonly query: Query
}

export const questionsOf = ({ safety, temporal, extremes }: System): Question[] => [
  ...safety.map((query): Question => ({ property: query.name, part: 'whole', query })),
  ...temporal.flatMap(({ name, trigger, goal }): Question[] => [
    ...(trigger === null ? [] : [{ property: name, part: 'trigger', query: trigger } as const]),
    { property: name, part: 'goal', query: goal },
  ]),
  ...extremes.map(({ name, measure }): Question => ({ property: name, part: 'measure', query: measure })),
]

export interface Asked {
  /** The system whose properties are the questions; its branches end in the outcomes of their conditions. */
  readonly system: System
  /** Of each outcome, the place of the question. */
  readonly outcomes: readonly Span[]
}

/**
 * A system whose properties are questions. Whatever is a condition in one (itself, a side of `&&` and `||`, what an
 * `if` tests) has two branches, one for each value.
 */
export const asking = (original: System, questions: readonly Question[]): Asked => {
  const outcomes: Span[] = []
  const branches = [...original.branches]
  const outcome = (text: string, at: Span): Stmt => {
    const id = branches.length
    branches.push({ id, text, at })
    outcomes.push(at)
    return { op: 'cover', branch: id }
  }
  const noted = (condition: Expr, at: Span): Stmt => ({
    op: 'if',
    condition,
    then: [outcome('true', at)],
    else: [outcome('false', at)],
  })
  const sides = (e: Expr, at: Span): Stmt[] => conditionsIn(original, e).map((side) => noted(side, at))
  const withOutcomes = (stmts: readonly Stmt[], at: Span): Stmt[] =>
    stmts.flatMap((s): Stmt[] => {
      switch (s.op) {
        case 'set':
          return [...sides(s.value, at), s]
        case 'check':
          return [...sides(s.condition, at), s]
        case 'if':
          return [
            ...sides(s.condition, at),
            { ...s, then: [outcome('true', at), ...withOutcomes(s.then, at)], else: [outcome('false', at), ...withOutcomes(s.else, at)] },
          ]
        case 'block':
          return [{ ...s, body: withOutcomes(s.body, at) }]
        default:
          return [s]
      }
    })
  const safety = questions.map(
    ({ property, query: { body, value, at } }): CompiledProperty => ({
      name: property,
      kind: 'bound',
      max: null,
      body: [...withOutcomes(body, at), ...sides(value, at), ...(isTruth(original, value) ? [noted(value, at)] : [])],
      value,
      at,
    }),
  )
  return { system: { ...original, safety, branches }, outcomes }
}

/** The sides of logical operators, and what is selected by. */
const conditionsIn = (system: System, e: Expr): Expr[] => {
  const inner = operands(e).flatMap((x) => conditionsIn(system, x))
  if (e.op === 'select') return [e.condition, ...inner]
  if ((e.op === 'and' || e.op === 'or') && isTruth(system, e.a) && isTruth(system, e.b)) return [e.a, e.b, ...inner]
  return inner
}

const comparisons: ReadonlySet<Expr['op']> = new Set(['not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'])

/** Whether an expression is surely 0 or 1, and not always the same. */
const isTruth = (system: System, e: Expr): boolean => {
  if (comparisons.has(e.op)) return true
  if (e.op === 'load') return at(system.variables, e.variable).lo === 0 && at(system.variables, e.variable).hi === 1
  return (e.op === 'and' || e.op === 'or') && isTruth(system, e.a) && isTruth(system, e.b)
}
