/** A random model with its properties: of a few small variables, so that all its states can be seen. */
import { property, type Standing } from './claims.ts'
import { type Code, group, grouped, item, separated, textOf } from './code.ts'
import { createDraw } from './draw.ts'
import type { Feature } from './features.ts'
import { metered, startModule } from './module-start.ts'
import { declared, type Var } from './scope.ts'
import { statements } from './statements.ts'
import { boolType, intType, randomType, type Type } from './types.ts'

const names = ['a', 'b', 'c', 'd', 'e'] as const
const prototypeNames = ['toString', 'constructor', 'valueOf', 'hasOwnProperty'] as const

export interface ModelOptions {
  /** Whether it has params: else one in three has. */
  readonly params?: boolean
}

export const modelModule = (seed: number, without: ReadonlySet<Feature>, { params: always = false }: ModelOptions = {}): Code => {
  const draw = createDraw(seed)
  const types: Record<string, Type> = {}
  for (const name of names.slice(0, 2 + draw.below(3))) types[name] = randomType(draw, { without, small: true })
  types.n = intType(0, 2)
  const ghost = draw.once(3) ? Object.keys(types)[0]! : null
  const params = always || draw.once(3)
  const tso = draw.once(3)
  const inMemory = new Set(tso ? Object.keys(types).filter((name) => name !== ghost && !draw.once(3)) : [])
  const known: Var[] = !params
    ? []
    : [
        { text: 'p.count', type: intType(2, 2), kind: 'local', assignable: false },
        { text: 'p.on', type: boolType, kind: 'local', assignable: false },
        { text: 'p.how', type: { k: 'enum', values: ['a', 'b'] }, kind: 'local', assignable: false },
      ]
  const counts = { pure: draw.below(4), finders: draw.below(2), helpers: draw.below(3), pauses: () => draw.once(2) }
  const { sc, text: start } = startModule(draw, types, ghost, without, counts, 8, inMemory)
  const groups: string[] = []
  const named = (name: string): string => {
    const inherited = draw.one(prototypeNames)
    return draw.once(30) && !without.has('prototype names') && !groups.includes(inherited) ? inherited : name
  }
  const inModel = declared(sc, ...known)
  const body = (own: readonly Var[], powers: { chooses: boolean; blocks: boolean; pauses: boolean }, limit: number, most: number): Code =>
    statements(metered(declared(inModel, ...own), limit), { ...powers, loops: [], result: null }, most).code
  const me = (name: string): Var => ({ text: name, type: intType(0, 1), kind: 'local', assignable: false })
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
      const early = !draw.once(6) ? '' : params && draw.once(2) ? "let k = p.how === 'a' ? 2 : 1\n" : 'let k = 1\n'
      const begin = params && draw.once(4) ? "if (p.on) yield 'start'\nelse yield p.how === 'a' ? 'begin a' : 'begin'\n" : "yield 'start'\n"
      const own: Var[] = [
        ...(each ? [me('me')] : []),
        ...(early === '' ? [] : [{ text: 'k', type: intType(0, 2), kind: 'local', assignable: true } as const]),
      ]
      const first = each && !without.has('this parameter') && draw.once(6) ? 'this: void, ' : ''
      const text = body(own, { chooses: true, blocks: false, pauses: true }, 14, 5)
      const labels = [...textOf(text).matchAll(/yield (?:until\()?'(\w+)'/g)].map(([, label]) => label!)
      standing.push({ name, each, labels: ['start', ...labels] })
      const count2 = params && draw.once(2) ? 'p.count' : '2'
      return item`${name}: ${each ? `each(${count2}, function* (${first}s, me)` : `function* (s)`} {\n${early}${begin}${text}}${each ? ')' : ''},\n`
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

  const places = standing.map(({ name, each }) => {
    const cpu = (): string => draw.one(['0', '1', '1', 'null'])
    return `${name}: ${each ? `[${cpu()}, ${cpu()}]` : cpu()}`
  })
  const memory = tso
    ? item`memoryModel: ${params && draw.once(2) ? "(p) => (p.on ? 'tso' : 'sc')" : "'tso'"},\nstoreBuffer: ${draw.one(['1', '2', '8'])},\non: () => ({ ${places.join(', ')} }),\n`
    : group``
  const properties = Array.from({ length: 1 + draw.below(4) }, (_, i) => property(inModel, `k${i}`, standing))
  const part = (name: string, of: readonly Code[]): Code =>
    of.length === 0 ? group`` : group`${name}: (${params ? 'p' : '_p'}) => ({\n${grouped(of)}}),\n`
  return group`${start}const m = model({
name: 'generated',
${params ? "params: { count: size(2), on: flag(true), how: choice(['a', 'b'], 'b') },\n" : ''}${draw.one(['', '', '', "deadlock: 'allowed',\n", "deadlock: 'violation',\n"])}state,
${memory}${init}${part('processes', processes)}${part('rules', rules)}${fairness}})
export default properties(m, {
${separated(properties, '')}})
`
}
