/** A module of a random state, random functions, and many rules, each of which is a random statement list. */
import { type Code, group, grouped, item } from './code.ts'
import { createDraw, type Draw } from './draw.ts'
import type { Feature } from './features.ts'
import { helper, pureFunction } from './functions.ts'
import { grammar } from './grammar.ts'
import type { Scope, Table, Var } from './scope.ts'
import { statements } from './statements.ts'
import { domainText, randomType, type Type } from './types.ts'

export interface StepModule {
  readonly code: Code
  readonly types: Readonly<Record<string, Type>>
  /** The module with one of its rules alone. */
  readonly only: (rule: string) => Code
}

export const imports =
  "import { always, alwaysPossible, array, assert, bool, bound, choice, choose, each, eventually, flag, ghost, ids, index, leadsTo, maximum, minimum, model, oneOf, optional, properties, queue, range, record, same, set, size, sometimes, union, until, when } from 'mmucheck'\nimport { match } from 'ts-pattern'\n"

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

export const stateTypes = (draw: Draw, without: ReadonlySet<Feature>): Record<string, Type> => {
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

export const tables: readonly Table[] = [
  { text: 'weights', type: { k: 'list', most: 4, exact: true, of: { k: 'int', lo: -1, hi: 5 } } },
  { text: 'letters', type: { k: 'list', most: 2, exact: true, of: { k: 'enum', values: ['a', 'b'] } } },
]
export const tableText =
  "const base = 1\nconst weights = [2, 0, 5, -1]\nconst limits = { low: 0, high: 3 }\nconst letters = ['a', 'b'] as const\n"

export const stepModule = (seed: number, rules: number, without: ReadonlySet<Feature>): StepModule => {
  const draw = createDraw(seed)
  const types = stateTypes(draw, without)
  let count = 0
  const ghost = draw.once(2) ? Object.keys(types)[0]! : null
  const vars = Object.entries(types).map(
    ([name, type]): Var => ({ text: `s.${name}`, type, kind: name === ghost ? 'ghost' : 'state', assignable: true }),
  )
  let sc: Scope = {
    draw,
    grammar,
    vars,
    pure: [],
    helpers: [],
    tables,
    ghosts: false,
    writes: true,
    yields: false,
    depth: 0,
    weight: 1,
    meter: { spent: 0, limit: 25 },
    without,
    fresh: (prefix) => `${prefix}${++count}`,
  }
  const functions: Code[] = []
  for (let i = 0; i < 5; i++) {
    const written = pureFunction(metered(sc, 10))
    functions.push(written.code)
    sc = { ...sc, pure: [...sc.pure, written.callable] }
  }
  for (let i = 0; i < 3; i++) {
    const written = helper(metered(sc, 10), false)
    functions.push(written.code)
    sc = { ...sc, helpers: [...sc.helpers, written.callable] }
  }
  const bodies = Array.from({ length: rules }, (_, i) => {
    const generator = !draw.once(4)
    const { code: body } = statements(
      metered(
        sc,
        draw.weighted([
          [4, 5],
          [4, 10],
          [2, 20],
          [1, 40],
        ]),
      ),
      { chooses: generator, blocks: true, pauses: false, loops: [], result: null },
      3,
    )
    return item`r${`${i}`}: function${generator ? '*' : ''} (s) {\n${body}},\n`
  })
  return {
    code: stepModuleOf(types, ghost, functions, bodies),
    types,
    only: (rule) => stepModuleOf(types, ghost, functions, [bodies[Number(rule.slice(1))]!]),
  }
}

export const metered = (sc: Scope, limit: number): Scope => ({ ...sc, depth: 0, meter: { spent: 0, limit } })

const stepModuleOf = (
  types: Readonly<Record<string, Type>>,
  ghost: string | null,
  functions: readonly Code[],
  rules: readonly Code[],
): Code => {
  const fields = Object.entries(types).map(
    ([name, type]) => item`${name}: ${name === ghost ? `ghost(${domainText(type)})` : domainText(type)},\n`,
  )
  return group`${imports}${tableText}${grouped(functions)}const m = model({
name: 'steps',
state: () => ({
${grouped(fields)}}),
rules: (_p) => ({
${grouped(rules)}}),
})
export default properties(m, {})
`
}
