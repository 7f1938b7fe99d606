/** A module of a random state, random functions, and many rules, each of which is a random statement list. */
import { stateProperty } from './claims.ts'
import { type Code, group, grouped, item } from './code.ts'
import { createDraw, type Draw } from './draw.ts'
import type { Feature } from './features.ts'
import { metered, startModule } from './module-start.ts'
import { statements } from './statements.ts'
import { randomType, type Type } from './types.ts'

export interface StepModule {
  readonly code: Code
  readonly types: Readonly<Record<string, Type>>
  /** The module with one of its rules, or one of its properties, alone. */
  readonly only: (name: string) => Code
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const

/** Wider states take longer, and find nothing more. */
const mostElements = 120

const elementsIn = (t: Type): number => {
  switch (t.k) {
    case 'optional':
      return 1 + elementsIn(t.of)
    case 'record':
      return t.fields.reduce((n, [, f]) => n + elementsIn(f), 0)
    case 'array':
      return t.length * elementsIn(t.of)
    case 'queue':
      return 1 + t.capacity * elementsIn(t.of)
    case 'set':
      return t.size
    case 'union':
      return t.variants.reduce((n, [, of]) => n + of.reduce((m, [, f]) => m + elementsIn(f), 0), 1)
    default:
      return 1
  }
}

const stateTypes = (draw: Draw, without: ReadonlySet<Feature>): Record<string, Type> => {
  // Where there are few variables, what is read is what was just written.
  const count = draw.weighted([
    [3, 1],
    [3, 2],
    [2, 3],
    [2, 6],
  ])
  const types: Record<string, Type> = {}
  let room = draw.once(6) ? mostElements : mostElements / 3
  for (const name of names.slice(0, count)) {
    const type = randomType(draw, { without, small: false })
    const size = elementsIn(type)
    if (size > room) continue
    room -= size
    types[!without.has('prototype names') && draw.once(60) ? 'toString' : name] = type
  }
  // Something to count with.
  types.n = { k: 'int', lo: 0, hi: 4 }
  return types
}

export const stepModule = (seed: number, rules: number, predicates: number, without: ReadonlySet<Feature>): StepModule => {
  const draw = createDraw(seed)
  const types = stateTypes(draw, without)
  const ghost = draw.once(2) ? Object.keys(types)[0]! : null
  const { sc, text } = startModule(draw, types, ghost, without, { pure: 5, finders: 2, helpers: 3, pauses: () => false }, 10)
  const bodies = Array.from({ length: rules }, (_, i) => {
    const generator = !draw.once(4)
    const limit = draw.weighted([
      [4, 5],
      [4, 10],
      [2, 20],
      [1, 40],
    ])
    const { code: body } = statements(metered(sc, limit), { chooses: generator, blocks: true, pauses: false, loops: [], result: null }, 3)
    return item`r${`${i}`}: function${generator ? '*' : ''} (s) {\n${body}},\n`
  })
  const properties = Array.from({ length: predicates }, (_, i) => stateProperty(sc, `k${i}`))
  const moduleOf = (some: readonly Code[], claims: readonly Code[]): Code => group`${text}const m = model({
name: 'steps',
state,
rules: (_p) => ({
${grouped(some)}}),
})
export default properties(m, {
${grouped(claims)}})
`
  return {
    code: moduleOf(bodies, properties),
    types,
    only: (name) => {
      const at = Number(name.slice(1))
      return name.startsWith('k') ? moduleOf([], [properties[at]!]) : moduleOf([bodies[at]!], [])
    },
  }
}
