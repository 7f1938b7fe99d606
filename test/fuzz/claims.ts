/** Random properties: predicates and measures, in expressions and in blocks. */
import { type Code, code, item } from './code.ts'
import { allows, type Scope, withGhosts } from './scope.ts'
import { boolType, intType } from './types.ts'

/** What a property sees: ghosts too, and it changes nothing. */
const seeing = (sc: Scope, limit: number): Scope => ({
  ...withGhosts(sc),
  pure: sc.pure.filter((f) => !f.effects),
  depth: 1,
  meter: { spent: 0, limit },
})

const predicate = (sc: Scope): Code => {
  const seen = seeing(sc, 15)
  return sc.draw.once(5) ? code('')`(s, p) => ${seen.grammar.block(seen, boolType, 2)}` : code('')`(s, p) => ${seen.grammar.bool(seen)}`
}

const measure = (sc: Scope): Code => {
  const seen = seeing(sc, 12)
  return sc.draw.once(5)
    ? code('')`(s, p) => ${seen.grammar.block(seen, intType(-4, 7), 2)}`
    : code('')`(s, p) => ${seen.grammar.int(seen).code}`
}

/** A property that single states settle. */
const ofStates = (sc: Scope): Code =>
  sc.draw.weighted<() => Code>([
    [3, () => code('')`always(${predicate(sc)})`],
    [2, () => code('')`sometimes(${predicate(sc)})`],
    [2, () => code('')`bound(${measure(sc)}, ${`${sc.draw.below(4)}`})`],
  ])()

const ofBehaviours = (sc: Scope): Code =>
  sc.draw.weighted<() => Code>([
    [2, () => code('')`eventually(${predicate(sc)})`],
    [2, () => code('')`leadsTo(${predicate(sc)}, ${predicate(sc)})`],
    [1, () => code('')`alwaysPossible(${predicate(sc)})`],
  ])()

const extreme = (sc: Scope): Code => {
  const of = allows(sc, 'failing measure') ? measure(sc) : code('')`(s, _p) => 2 - s.n`
  return code('')`${sc.draw.one(['maximum', 'minimum'])}(${of}${sc.draw.once(2) ? '' : ", { over: 'final states' }"})`
}

export const stateProperty = (sc: Scope, name: string): Code => item`${name}: ${ofStates(sc)},\n`

export const property = (sc: Scope, name: string): Code =>
  item`${name}: ${sc.draw.weighted([
    [7, ofStates],
    [5, ofBehaviours],
    [1, extreme],
  ])(sc)},\n`
