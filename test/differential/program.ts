/** The text of a random model with its properties. */
import { bool, int, parameter, tryValue, value } from './expressions.ts'
import type { Helper, Powers } from './powers.ts'
import { declared, type PureFunction, type Scope, type Var, withGhosts } from './scope.ts'
import { statements } from './statements.ts'
import { type ModelTree, mix, part, pickOne } from './tree.ts'
import { domainText, isScalar, type Type, typeOfTree, typeText } from './types.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const

export const sourceOfTree = (tree: ModelTree): string => {
  let count = 0
  const fresh = (prefix: string): string => `${prefix}${++count}`
  const types = tree.state.map((t) => typeOfTree(t))
  const isGhost = (i: number): boolean => i > 0 && tree.state[i]!.pick % 7 === 3
  const vars = types.map(
    (type, i): Var => ({ text: `s.${names[i]}`, type, kind: isGhost(i) ? 'ghost' : 'state', assignable: true, block: 0 }),
  )
  const global: Scope = { vars, pure: [], readsGhosts: false, effects: false, block: 0, depth: 0, hides: false, fresh }
  const none: Powers = { yields: false, chooses: false, blocks: false, stores: false, loops: [], result: null, helpers: [] }
  const lines: string[] = []

  const pure: PureFunction[] = []
  for (const { pick, body } of tree.pure) {
    const [result] = pickOne<Type>(pick, [
      { k: 'bool' },
      { k: 'int', lo: 0, hi: 2 },
      { k: 'enum', values: ['a', 'b'] },
      ...types.filter((t) => t.k === 'record' && value0(t)),
    ])
    const parameters = scalars.slice(pick % 3, (pick % 3) + ((pick >> 3) % 3))
    const name = fresh('f')
    const own = declared({ ...global, pure: [...pure] }, ...parameters.map((type, i) => parameter(`p${i}`, type)))
    const effects = pick % 2 === 1
    const written = statements(body, { ...own, effects }, { ...none, result, stores: effects })
    const last = tryValue({ pick: mix(pick), parts: [{ pick: mix(pick + 1), parts: [] }] }, { ...written.scope, depth: 3 }, result)
    lines.push(
      `const ${name} = (${['s: State', ...parameters.map((t, i) => `p${i}: ${typeText(t)}`)].join(', ')}): ${typeText(result)} => {`,
      ...written.lines.map((l) => `  ${l}`),
      ...(written.open ? [`  return ${last}`] : []),
      '}',
    )
    pure.push({ name, parameters, result, effects, local: false })
  }
  const protocol: Scope = { ...global, pure, effects: true }

  const helpers: Helper[] = []
  for (const { pick, body } of tree.helpers) {
    const byReference = types
      .flatMap((t) => (t.k === 'array' && !isScalar(t.of) ? [t, t.of, t.of] : isScalar(t) || t.k === 'optional' ? [] : [t]))
      .filter((t) => t.k !== 'optional')
    const parameters = [
      ...(byReference.length === 0 || pick % 4 === 0 ? [] : [pickOne(mix(pick), byReference)[0]]),
      ...(pick % 2 === 0 ? [scalars[(pick >> 2) % 3]!] : []),
    ]
    const yields = pick % 3 !== 0
    const result = pickOne<Type | null>(pick >> 3, [null, { k: 'int', lo: 0, hi: 2 }, { k: 'bool' }])[0]
    const name = fresh('h')
    const own = declared(protocol, ...parameters.map((type, i) => parameter(`p${i}`, type)))
    const written = statements(body, own, { ...none, yields, chooses: true, stores: true, result, helpers: [...helpers] })
    const last =
      written.open && result !== null ? [`  return ${value({ pick: mix(pick), parts: [] }, { ...written.scope, depth: 3 }, result)}`] : []
    lines.push(
      `function* ${name}(${['s: State', ...parameters.map((t, i) => `p${i}: ${typeText(t)}`)].join(', ')}): Steps<${result === null ? 'void' : typeText(result)}> {`,
      ...written.lines.map((l) => `  ${l}`),
      ...last,
      '}',
    )
    helpers.push({ name, parameters, result, yields })
  }

  const agentScope = (name: string, isEach: boolean): Scope =>
    isEach ? declared(protocol, { text: name, type: { k: 'int', lo: 0, hi: 1 }, kind: 'local', assignable: false }) : protocol
  const wrapped = (key: string, head: string, body: readonly string[], isEach: boolean): string[] => [
    `${key}: ${isEach ? 'each(2, ' : ''}${head} {`,
    ...body.map((l) => `  ${l}`),
    `}${isEach ? ')' : ''},`,
  ]

  const init = statements(tree.init, protocol, { ...none, chooses: true, blocks: true, stores: true, helpers: [] })
  const processes = tree.processes.flatMap(({ pick, body }, i) => {
    const isEach = pick % 2 === 1
    const scope = agentScope('me', isEach)
    const first = pick % 5 === 4 ? ['let k = 1'] : []
    const started =
      first.length === 0 ? scope : declared(scope, { text: 'k', type: { k: 'int', lo: 0, hi: 2 }, kind: 'local', assignable: true })
    const written = statements(body, started, { ...none, yields: true, chooses: true, stores: true, helpers })
    return wrapped(`p${i}`, `function* (${isEach ? 's, me' : 's'})`, [...first, `yield 'start'`, ...written.lines], isEach)
  })
  const rules = tree.rules.flatMap(({ pick, body }, i) => {
    const isEach = pick % 2 === 1
    const scope = agentScope('me', isEach)
    const guard =
      pick % 3 === 0 ? [] : [`when(${bool({ pick: mix(pick), parts: [{ pick: mix(pick + 1), parts: [] }] }, { ...scope, depth: 3 })})`]
    const powers: Powers = { ...none, chooses: true, blocks: true, stores: true, helpers: helpers.filter((h) => !h.yields) }
    const written = statements(body, scope, powers)
    const args = isEach ? '(s, me)' : '(s)'
    if (pick % 5 === 1) {
      const other = statements([...body].reverse(), scope, powers)
      const inside = [
        `*one${args} {`,
        ...[...guard, ...written.lines].map((l) => `  ${l}`),
        '},',
        `*'the other'${args} {`,
        ...other.lines.map((l) => `  ${l}`),
        '},',
      ]
      return [`r${i}: ${isEach ? 'each(2, ' : ''}{`, ...inside.map((l) => `  ${l}`), `}${isEach ? ')' : ''},`]
    }
    return wrapped(`r${i}`, `function* ${args}`, [...guard, ...written.lines], isEach)
  })
  const properties = tree.properties.map((t, i) => {
    const sc = withGhosts(protocol)
    const [kind, rest] = pickOne(t.pick, ['always', 'sometimes', 'bound'] as const)
    const own = { ...t, pick: rest }
    if (kind === 'bound') return `  m${i}: bound((s) => ${int(own, sc).text}, ${rest % 4}),`
    return `  m${i}: ${kind}((s) => ${bool(t.parts.length === 0 ? { pick: rest, parts: [part(t, 0), part(t, 1)] } : own, sc)}),`
  })

  const block = (key: string, params: string, of: readonly string[]): string[] =>
    of.length === 0 ? [] : [`  ${key}: ${params} => ({`, ...of.map((l) => `    ${l}`), '  }),']
  return [
    "import { always, array, assert, bool, bound, choose, each, ghost, ids, index, type IndexSet, model, oneOf, optional, properties, type Queue, queue, range, record, type StateOf, type Steps, set, sometimes, union, until, when } from 'mmucheck'",
    "import { match } from 'ts-pattern'",
    '',
    'const state = () => ({',
    ...types.map((type, i) => `  ${names[i]}: ${isGhost(i) ? `ghost(${domainText(type)})` : domainText(type)},`),
    '})',
    'type State = StateOf<typeof state>',
    ...lines,
    'const m = model({',
    "  name: 'generated',",
    '  state,',
    ...(init.lines.length === 0 ? [] : ['  init: function* (s) {', ...init.lines.map((l) => `    ${l}`), '  },']),
    ...block('processes', '(_p)', processes),
    ...block('rules', '(_p)', rules),
    ...(tree.pick % 4 === 3 ? ["  deadlock: 'allowed',"] : tree.pick % 4 === 2 ? ["  deadlock: 'violation',"] : []),
    '})',
    'export default properties(m, {',
    ...properties,
    '})',
    '',
  ].join('\n')
}

const scalars: readonly Type[] = [{ k: 'int', lo: 0, hi: 1 }, { k: 'bool' }, { k: 'int', lo: 0, hi: 2 }, { k: 'enum', values: ['a', 'b'] }]

const value0 = (t: Type): boolean => t.k === 'record' && t.fields.every(([, f]) => isScalar(f))
