/** Random properties: predicates and measures, in expressions and in blocks. */
import { type Code, code, item } from './code.ts'
import type { Draw } from './draw.ts'
import { allows, type Scope, withGhosts } from './scope.ts'
import { boolType, intType } from './types.ts'

/** A process, as `at` has it. */
export interface Standing {
  readonly name: string
  readonly each: boolean
  /** Those that are written as texts: 'start' is the first. */
  readonly labels: readonly string[]
}

/** Asks where a process stands. */
const asksWhere = (draw: Draw, { name, each, labels }: Standing): Code => {
  const bool = code('bool')
  const label = draw.weighted([
    [4, `'${draw.one(labels)}'`],
    [2, 'null'],
  ])
  const op = draw.one(['===', '!=='])
  if (!each) return bool`(at.${name} ${op} ${label})`
  return draw.weighted<() => Code>([
    [3, () => bool`(at.${name}[${`${draw.below(2)}`}] ${op} ${label})`],
    [1, () => bool`(at.${name}[s.n] ${op} ${label})`],
    [2, () => bool`at.${name}.${draw.one(['some', 'every'])}((label, i) => label ${op} ${label} || i === s.n)`],
    [1, () => bool`at.${name}.includes(${label})`],
    [1, () => bool`(at.${name}[0] ${op} at.${name}[1])`],
    [1, () => bool`(at.${name}.filter((label) => label ${op} ${label}).length === 1)`],
  ])()
}

/** What a property sees: ghosts too, and it changes nothing. */
const seeing = (sc: Scope, limit: number): Scope => ({
  ...withGhosts(sc),
  pure: sc.pure.filter((f) => !f.effects),
  depth: 1,
  meter: { spent: 0, limit },
})

const predicate = (sc: Scope, standing: readonly Standing[]): Code => {
  const seen = seeing(sc, 15)
  if (standing.length > 0 && sc.draw.once(3))
    return code(
      '',
    )`(s, p, at) => ${code('bool')`(${asksWhere(sc.draw, sc.draw.one(standing))} ${sc.draw.one(['&&', '||'])} ${seen.grammar.bool(seen)})`}`
  return sc.draw.once(5) ? code('')`(s, p) => ${seen.grammar.block(seen, boolType, 2)}` : code('')`(s, p) => ${seen.grammar.bool(seen)}`
}

const measure = (sc: Scope, standing: readonly Standing[]): Code => {
  const seen = seeing(sc, 12)
  if (standing.length > 0 && sc.draw.once(3))
    return code('')`(s, p, at) => ${code('int')`(${asksWhere(sc.draw, sc.draw.one(standing))} ? ${seen.grammar.int(seen).code} : 1)`}`
  return sc.draw.once(5)
    ? code('')`(s, p) => ${seen.grammar.block(seen, intType(-4, 7), 2)}`
    : code('')`(s, p) => ${seen.grammar.int(seen).code}`
}

/** A property that single states settle. */
const ofStates = (sc: Scope, standing: readonly Standing[]): Code =>
  sc.draw.weighted<() => Code>([
    [3, () => code('')`always(${predicate(sc, standing)})`],
    [2, () => code('')`sometimes(${predicate(sc, standing)})`],
    [2, () => code('')`bound(${measure(sc, standing)}, ${`${sc.draw.below(4)}`})`],
  ])()

const ofBehaviours = (sc: Scope, standing: readonly Standing[]): Code =>
  sc.draw.weighted<() => Code>([
    [2, () => code('')`eventually(${predicate(sc, standing)})`],
    [2, () => code('')`leadsTo(${predicate(sc, standing)}, ${predicate(sc, standing)})`],
    [1, () => code('')`alwaysPossible(${predicate(sc, standing)})`],
  ])()

const extreme = (sc: Scope, standing: readonly Standing[]): Code => {
  const of = allows(sc, 'failing measure') ? measure(sc, standing) : code('')`(s, _p) => 2 - s.n`
  return code('')`${sc.draw.one(['maximum', 'minimum'])}(${of}${sc.draw.once(2) ? '' : ", { over: 'final states' }"})`
}

export const stateProperty = (sc: Scope, name: string): Code => item`${name}: ${ofStates(sc, [])},\n`

/** `standing`: the processes that it may ask for. */
export const property = (sc: Scope, name: string, standing: readonly Standing[]): Code =>
  item`${name}: ${sc.draw.weighted([
    [7, ofStates],
    [5, ofBehaviours],
    [1, extreme],
  ])(sc, standing)},\n`
