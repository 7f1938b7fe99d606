/** A random model with its properties: of a few small variables, so that all its states can be seen. */
import { type Code, code, group, grouped, item, separated, textOf } from './code.ts'
import { createDraw, type Draw } from './draw.ts'
import type { Feature } from './features.ts'
import { helper, pureFunction } from './functions.ts'
import { grammar } from './grammar.ts'
import { declared, type Scope, type Var, withGhosts } from './scope.ts'
import { statements } from './statements.ts'
import { imports, metered, tables, tableText } from './step-module.ts'
import { boolType, domainText, intType, randomType, type Type } from './types.ts'

const names = ['a', 'b', 'c', 'd', 'e'] as const
const prototypeNames = ['toString', 'constructor', 'valueOf', 'hasOwnProperty'] as const

/** A process, as `at` has it. */
interface Standing {
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

export const modelModule = (seed: number, without: ReadonlySet<Feature>): Code => {
  const draw = createDraw(seed)
  const types: Record<string, Type> = {}
  for (const name of names.slice(0, 2 + draw.below(3))) types[name] = randomType(draw, { without, small: true })
  types.n = intType(0, 2)
  let count = 0
  const ghost = draw.once(3) ? Object.keys(types)[0]! : null
  const params = draw.once(3)
  const known: Var[] = !params
    ? []
    : [
        { text: 'p.count', type: intType(2, 2), kind: 'local', assignable: false },
        { text: 'p.on', type: boolType, kind: 'local', assignable: false },
        { text: 'p.how', type: { k: 'enum', values: ['a', 'b'] }, kind: 'local', assignable: false },
      ]
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
    meter: { spent: 0, limit: 10 },
    without,
    fresh: (prefix) => `${prefix}${++count}`,
  }
  const functions: Code[] = []
  for (let i = draw.below(4); i > 0; i--) {
    const written = pureFunction(metered(sc, 8))
    functions.push(written.code)
    sc = { ...sc, pure: [...sc.pure, written.callable] }
  }
  for (let i = draw.below(3); i > 0; i--) {
    const written = helper(metered(sc, 8), draw.once(2))
    functions.push(written.code)
    sc = { ...sc, helpers: [...sc.helpers, written.callable] }
  }
  const named = (name: string): string => (draw.once(30) && !without.has('prototype names') ? draw.one(prototypeNames) : name)
  const inModel = declared(sc, ...known)
  const body = (own: readonly Var[], powers: { chooses: boolean; blocks: boolean; pauses: boolean }, limit: number, most: number): Code =>
    statements(metered(declared(inModel, ...own), limit), { ...powers, loops: [], result: null }, most).code
  const me = (name: string): Var => ({ text: name, type: intType(0, 1), kind: 'local', assignable: false })
  const groups: string[] = []
  const standing: Standing[] = []

  const processes = Array.from(
    {
      length: draw.weighted([
        [2, 0],
        [4, 1],
        [4, 2],
        [1, 3],
      ]),
    },
    (_, i) => {
      const each = draw.once(3)
      const name = named(`p${i}`)
      groups.push(name)
      const early = draw.once(6) ? 'let k = 1\n' : ''
      const own: Var[] = [
        ...(each ? [me('me')] : []),
        ...(early === '' ? [] : [{ text: 'k', type: intType(0, 2), kind: 'local', assignable: true } as const]),
      ]
      const first = each && !without.has('this parameter') && draw.once(6) ? 'this: void, ' : ''
      const text = body(own, { chooses: true, blocks: false, pauses: true }, 14, 5)
      const labels = [...textOf(text).matchAll(/yield (?:until\()?'(\w+)'/g)].map(([, label]) => label!)
      standing.push({ name, each, labels: ['start', ...labels] })
      const count2 = params && draw.once(2) ? 'p.count' : '2'
      return item`${name}: ${each ? `each(${count2}, function* (${first}s, me)` : `function* (s)`} {\n${early}yield 'start'\n${text}}${each ? ')' : ''},\n`
    },
  )
  const rules = Array.from(
    {
      length: draw.weighted([
        [processes.length === 0 ? 0 : 4, 0],
        [3, 1],
        [2, 2],
      ]),
    },
    (_, i) => {
      const name = named(`q${i}`)
      groups.push(name)
      const each = draw.once(3)
      const own = each ? [me('me')] : []
      const rule = (label: string, limit: number): Code => {
        const generator = !draw.once(3)
        const text = body(own, { chooses: generator, blocks: true, pauses: false }, limit, 2)
        return item`${generator ? '*' : ''}${label}(s${each ? ', me' : ''}) {\n${text}},\n`
      }
      if (draw.once(3)) return item`${name}: ${each ? 'each(2, ' : ''}{\n${rule('one', 8)}${rule("'second rule'", 8)}}${each ? ')' : ''},\n`
      const generator = !draw.once(3)
      const text = body(own, { chooses: generator, blocks: true, pauses: false }, 10, 3)
      return item`${name}: ${each ? 'each(2, ' : ''}function${generator ? '*' : ''} (s${each ? ', me' : ''}) {\n${text}}${each ? ')' : ''},\n`
    },
  )
  const init = draw.once(2)
    ? item`init: function* (s, p) {\n${body([], { chooses: true, blocks: true, pauses: false }, 8, 2)}},\n`
    : group``
  const kinds = groups.filter(() => draw.once(2)).map((name) => `${name}: '${draw.one(['weak', 'strong', 'none'])}'`)
  const fairness =
    kinds.length === 0
      ? group``
      : draw.once(4)
        ? item`fairness: () => ({ ${kinds.join(', ')} }),\n`
        : item`fairness: { ${kinds.join(', ')} },\n`

  const seen = { ...metered(withGhosts({ ...inModel, pure: inModel.pure.filter((f) => !f.effects) }), 12), depth: 1 }
  const predicate = (): Code => {
    const of = seen.grammar.bool({ ...seen, meter: { spent: 0, limit: 10 } })
    return standing.length === 0 || !draw.once(3)
      ? code('')`(s, p) => ${of}`
      : code('')`(s, p, at) => ${code('bool')`(${asksWhere(draw, draw.one(standing))} ${draw.one(['&&', '||'])} ${of})`}`
  }
  const measure = (): Code => {
    const of = seen.grammar.int({ ...seen, meter: { spent: 0, limit: 8 } }).code
    return standing.length === 0 || !draw.once(3)
      ? code('')`(s, p) => ${of}`
      : code('')`(s, p, at) => ${code('int')`(${asksWhere(draw, draw.one(standing))} ? ${of} : 1)`}`
  }
  const properties = Array.from({ length: 1 + draw.below(4) }, (_, i) => {
    const kind = draw.weighted<() => Code>([
      [3, () => code('')`always(${predicate()})`],
      [2, () => code('')`sometimes(${predicate()})`],
      [2, () => code('')`bound(${measure()}, ${`${draw.below(4)}`})`],
      [2, () => code('')`eventually(${predicate()})`],
      [2, () => code('')`leadsTo(${predicate()}, ${predicate()})`],
      [1, () => code('')`alwaysPossible(${predicate()})`],
      [
        1,
        () =>
          code(
            '',
          )`${draw.one(['maximum', 'minimum'])}(${without.has('failing measure') ? '(s, _p) => 2 - s.n' : measure()}${draw.once(2) ? '' : ", { over: 'final states' }"})`,
      ],
    ])()
    return item`k${`${i}`}: ${kind},\n`
  })
  const fields = Object.entries(types).map(
    ([name, type]) => item`${name}: ${name === ghost ? `ghost(${domainText(type)})` : domainText(type)},\n`,
  )
  const part = (name: string, of: readonly Code[]): Code =>
    of.length === 0 ? group`` : group`${name}: (${params ? 'p' : '_p'}) => ({\n${grouped(of)}}),\n`
  return group`${imports}${tableText}${grouped(functions)}const m = model({
name: 'generated',
${params ? "params: { count: size(2), on: flag(true), how: choice(['a', 'b'], 'b') },\n" : ''}${draw.once(3) ? "deadlock: 'allowed',\n" : ''}state: () => ({
${grouped(fields)}}),
${init}${part('processes', processes)}${part('rules', rules)}${fairness}})
export default properties(m, {
${separated(properties, '')}})
`
}
