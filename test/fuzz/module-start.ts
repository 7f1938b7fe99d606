/** What both kinds of generated modules begin with: a state, and functions over it. */
import { type Code, group, grouped, item } from './code.ts'
import type { Draw } from './draw.ts'
import type { Feature } from './features.ts'
import { finder, helper, pureFunction, type WrittenFunction } from './functions.ts'
import { grammar } from './grammar.ts'
import type { Scope, Table, Var } from './scope.ts'
import { domainText, type Type } from './types.ts'

const imports =
  "import { always, alwaysPossible, array, assert, bool, bound, choice, choose, copy, each, eventually, fence, flag, ghost, ids, index, leadsTo, maximum, memory, minimum, model, oneOf, optional, properties, queue, range, record, same, set, size, sometimes, type StateOf, type Steps, union, until, when } from 'mmucheck'\nimport { match } from 'ts-pattern'\n"

const tables: readonly Table[] = [
  { text: 'weights', type: { k: 'list', most: 4, exact: true, of: { k: 'int', lo: -1, hi: 5 } } },
  { text: 'letters', type: { k: 'list', most: 2, exact: true, of: { k: 'enum', values: ['a', 'b'] } } },
]
const tableText = "const base = 1\nconst weights = [2, 0, 5, -1]\nconst limits = { low: 0, high: 3 }\nconst letters = ['a', 'b'] as const\n"

export interface ModuleStart {
  /** In which everything else is written. */
  readonly sc: Scope
  /** From the imports to the functions. */
  readonly text: Code
}

/** How many there are of each kind. */
export interface FunctionCounts {
  readonly pure: number
  readonly finders: number
  readonly helpers: number
  /** Whether steps end in the next helper. */
  readonly pauses: () => boolean
}

export const metered = (sc: Scope, limit: number): Scope => ({ ...sc, depth: 0, meter: { spent: 0, limit } })

export const startModule = (
  draw: Draw,
  types: Readonly<Record<string, Type>>,
  ghost: string | null,
  without: ReadonlySet<Feature>,
  counts: FunctionCounts,
  limit: number,
  inMemory: ReadonlySet<string> = new Set(),
): ModuleStart => {
  let count = 0
  let sc: Scope = {
    draw,
    grammar,
    vars: Object.entries(types).map(
      ([name, type]): Var => ({ text: `s.${name}`, type, kind: name === ghost ? 'ghost' : 'state', assignable: true }),
    ),
    pure: [],
    helpers: [],
    tables,
    ghosts: false,
    writes: true,
    yields: false,
    depth: 0,
    weight: 1,
    meter: { spent: 0, limit },
    without,
    fresh: (prefix) => `${prefix}${++count}`,
  }
  const functions: Code[] = []
  const write = (times: number, make: (sc: Scope) => WrittenFunction | null, into: 'pure' | 'helpers'): void => {
    for (let i = 0; i < times; i++) {
      const written = make(metered(sc, limit))
      if (written === null) continue
      functions.push(written.code)
      sc = { ...sc, [into]: [...sc[into], written.callable] }
    }
  }
  write(counts.pure, pureFunction, 'pure')
  write(counts.finders, finder, 'pure')
  write(counts.helpers, (inside) => helper(inside, counts.pauses()), 'helpers')
  const fields = Object.entries(types).map(
    ([name, type]) => item`${name}: ${name === ghost ? 'ghost' : inMemory.has(name) ? 'memory' : ''}(${domainText(type)}),\n`,
  )
  return {
    sc,
    text: group`${imports}${tableText}const state = () => ({\n${grouped(fields)}})\ntype State = StateOf<typeof state>\n${grouped(functions)}`,
  }
}
