/** ts-pattern's `match(x).with(pattern, handler)...`, on enums, booleans, integers and tagged unions. */
import type { CallExpression } from 'oxc-parser'
import { all, any, constant, eq, not, one, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { check, cover, settle } from '../values/emit.js'
import { equal } from '../values/equality.js'
import { conditional } from '../values/flow.js'
import { refuseComputed, requireLabels } from '../values/labels.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { asBool, asInt, describe, lift, undefinedValue, type Value } from '../values/value.js'
import { property } from './access.js'
import { argumentsOf, invoke } from './call.js'
import { condition } from './condition.js'

type Match = Extract<Value, { k: 'match' }>

interface MatchCall {
  readonly match: Match
  readonly args: readonly Value[]
  readonly site: Site
  readonly scope: Scope
}

type MatchMethod = (c: Context, call: MatchCall) => Value

export const matchMethods = {
  with: (c, { match, args, site }) => {
    const condition = any(args.slice(0, -1).map((p) => matches(c, match.subject, p, site)))
    return withArm(match, condition, args.at(-1))
  },
  when: (c, { match, args, site, scope }) => {
    const [guard = undefinedValue, handler] = args
    const test = condition(c, invoke(c, guard, [match.subject], site, scope), site)
    return withArm(match, settle(c, test), handler)
  },
  returnType: (_, { match }) => match,
  otherwise: (c, call) => {
    const { match, args, site, scope } = call
    return choose(c, call, () => invoke(c, args[0] ?? undefinedValue, [match.subject], site, scope))
  },
  exhaustive: (c, call) =>
    choose(c, call, () => {
      const { file, node } = call.site
      check(c, zero, 'range', spanOf(file, node), `no pattern matches ${textOf(c, file, node)}`)
      return 'never'
    }),
} satisfies Readonly<Record<string, MatchMethod>>

const isMatchMethod = (name: string): name is keyof typeof matchMethods => Object.hasOwn(matchMethods, name)

export const matchMethod = (c: Context, match: Match, name: string, node: CallExpression, scope: Scope): Value => {
  const args = argumentsOf(c, node, scope)
  if (isMatchMethod(name)) return matchMethods[name](c, { match, args, site: siteOf(scope, node), scope })
  return refuse(c, 'MC103', scope.file, node, `match(...).${name}`, 'use .with(...), .when(...), .otherwise(...) and .exhaustive()')
}

const withArm = (match: Match, condition: Expr, handler: Value = undefinedValue): Match => ({
  ...match,
  arms: [...match.arms, { condition, handler, at: handler.k === 'closure' ? handler.fn : null }],
})

/** The value of the first arm whose condition holds. */
const choose = (c: Context, call: MatchCall, otherwise: () => Value | 'never'): Value => {
  const { match, site, scope } = call
  const from = (i: number): Value | 'never' => {
    const arm = match.arms[i]
    if (arm === undefined) return otherwise()
    const taken = (): Value => {
      if (arm.at !== null && arm.condition.op !== 'const') cover(c, spanOf(site.file, arm.at), 'arm of match(...)')
      return invoke(c, arm.handler, [match.subject], site, scope)
    }
    return conditional(c, settle(c, arm.condition), taken, () => from(i + 1), site)
  }
  const v = from(0)
  return v === 'never' ? undefinedValue : v
}

/** Whether the subject has the form of a pattern. */
const matches = (c: Context, subject: Value, pattern: Value, site: Site): Expr => {
  const p = lift(pattern)
  if (p.k === 'const' && isTsPattern(p.value)) return special(c, subject, p.value, site)
  if (p.k === 'const' && (typeof p.value !== 'object' || p.value === null)) {
    requireLabels(c, subject, p, site)
    const e = equal(subject, p)
    return (
      e ??
      refuse(
        c,
        'MC209',
        site.file,
        site.node,
        `the pattern ${describe(p)} for ${describe(subject)}`,
        'match a string of the enum, or { tag: ... }',
      )
    )
  }
  if (p.k === 'record') {
    const there = subject.k === 'optional' ? subject.present : one
    const object = subject.k === 'optional' ? subject.of : subject
    const tests: Expr[] = [there]
    // The tag first: the other fields are those of its variant.
    for (const [name, inner] of [...p.fields].sort(
      ([, a], [, b]) => Number(b.k === 'const' && typeof b.value === 'string') - Number(a.k === 'const' && typeof a.value === 'string'),
    )) {
      const before = all(tests)
      const field = before.op === 'const' ? property(c, object, name, site) : fieldWhere(c, before, object, name, site)
      tests.push(matches(c, field, inner, site))
    }
    return all(tests)
  }
  return refuse(
    c,
    'MC101',
    site.file,
    site.node,
    `a pattern that is ${describe(pattern)}`,
    'match strings, booleans, integers, objects of these, P._ and P.union(...)',
  )
}

/** A field of a union is read only where the tag has matched. */
const fieldWhere = (c: Context, where: Expr, object: Value, name: string, site: Site): Value => {
  const v = conditional(
    c,
    settle(c, where),
    () => property(c, object, name, site),
    () => undefinedValue,
    site,
  )
  return v === 'never' ? undefinedValue : v
}

const matcher = Symbol.for('@ts-pattern/matcher')

interface TsPattern {
  [matcher]: () => { match: (value: unknown) => { matched: boolean } }
}

const isTsPattern = (x: unknown): x is TsPattern => typeof x === 'object' && x !== null && matcher in x

/** P.union, P._, P.not and the like, decided by ts-pattern itself for every value that the subject can have. */
const special = (c: Context, subject: Value, pattern: TsPattern, site: Site): Expr => {
  const accepts = (value: unknown): boolean => pattern[matcher]().match(value).matched
  if (subject.k === 'const') return constant(Number(accepts(subject.value)))
  if (subject.k === 'enum') {
    const [computed] = subject.labels?.computed.keys() ?? []
    if (subject.labels !== undefined && computed !== undefined) refuseComputed(c, subject.labels, computed, site)
    return any(subject.values.map((name, i) => (accepts(name) ? eq(subject.e, constant(i)) : zero)))
  }
  const b = asBool(subject)
  if (b !== null) return accepts(true) ? (accepts(false) ? one : b) : accepts(false) ? not(b) : zero
  const i = asInt(subject)
  if (i !== null && i.hi - i.lo < 256)
    return any(Array.from({ length: i.hi - i.lo + 1 }, (_, k) => (accepts(i.lo + k) ? eq(i.e, constant(i.lo + k)) : zero)))
  if (subject.k === 'optional')
    return any([...(accepts(subject.absent) ? [not(subject.present)] : []), all([subject.present, special(c, subject.of, pattern, site)])])
  const opaque = {}
  if (accepts(opaque) && accepts(null)) return one
  return refuse(c, 'MC101', site.file, site.node, `this pattern for ${describe(subject)}`, 'match the tag: { tag: ... }')
}
