/**
 * Random functions of a module: pure ones and such with effects, and generators that rules and processes run by
 * `yield*`.
 */
import { type Code, code, group, grouped, item, type Part, separated, statement, textOf } from './code.ts'
import { callsHelpers } from './declarations.ts'
import { allows, type Callable, declared, isState, type Parameter, placeCode, repeated, type Scope, somePlace, type Var } from './scope.ts'
import { statements } from './statements.ts'
import { boolType, intType, isScalar, sameType, type Type } from './types.ts'
import { constantOf } from './values.ts'

export interface WrittenFunction {
  readonly code: Code
  readonly callable: Callable
}

/** The state as a parameter: the loader takes its type away. */
const stateParameter = ({ draw }: Scope): string => (draw.once(3) ? 's: State' : 's')

const scalars: readonly Type[] = [intType(0, 2), boolType, { k: 'enum', values: ['a', 'b'] }, intType(-4, 7)]

/** Types of which the state has parts that can be passed by reference. */
const referable = (sc: Scope): Type[] => {
  const found: Type[] = []
  const visit = (t: Type): void => {
    if (!isScalar(t) && t.k !== 'optional') found.push(t)
    if (t.k === 'record') for (const [, f] of t.fields) visit(f)
    if (t.k === 'array') visit(t.of)
  }
  for (const v of sc.vars) if (v.kind === 'state') visit(v.type)
  return found
}

const parameters = (sc: Scope): Parameter[] => {
  const { draw } = sc
  const references = referable(sc)
  const made: Parameter[] = []
  const count = draw.below(4)
  for (let i = 0; i < count; i++) {
    const name = sc.fresh('p')
    const type = references.length > 0 && draw.once(3) ? draw.one(references) : draw.one(scalars)
    const own: Var = { text: name, type, kind: isScalar(type) ? 'local' : 'parameter', assignable: true }
    if (type.k === 'record' && draw.once(2)) {
      const [field, of] = draw.one(type.fields)
      const x = sc.fresh('p')
      const inner: Var = { text: x, type: of, kind: isScalar(of) ? 'local' : 'parameter', assignable: !isScalar(of) && of.k !== 'optional' }
      if (of.k === 'optional' && !isScalar(of.of)) made.push({ declared: group`${name}`, type, optional: false, vars: [own] })
      else
        made.push({
          declared: group`{ ${field}: ${x} }`,
          type,
          optional: false,
          vars: [of.k === 'optional' ? { ...inner, kind: 'local' } : inner],
        })
      continue
    }
    if (isScalar(type) && i === count - 1 && draw.once(2)) {
      const before = made
        .flatMap(({ vars }) => vars)
        .find((v) => v.type.k === 'int' && type.k === 'int' && v.type.lo >= type.lo && v.type.hi <= type.hi)
      const shared = allows(sc, 'shared scope') && type.k === 'int' && draw.once(4)
      const otherwise: Part = shared ? 'base' : before !== undefined && draw.once(2) ? before.text : constantOf(sc, type)!
      made.push({ declared: group`${name} = ${otherwise}`, type, optional: true, vars: [own] })
      continue
    }
    made.push({ declared: group`${name}`, type, optional: false, vars: [own] })
  }
  return made
}

const results = (sc: Scope): readonly Type[] => [
  boolType,
  intType(0, 2),
  { k: 'enum', values: ['a', 'b'] },
  intType(-1, 1),
  ...sc.vars.flatMap((v): Type[] =>
    v.kind === 'state' && v.type.k === 'record' && v.type.fields.every(([, f]) => isScalar(f)) ? [v.type] : [],
  ),
]

export const pureFunction = (sc: Scope): WrittenFunction => {
  const { draw } = sc
  const name = sc.fresh('f')
  const own = parameters(sc)
  const result = draw.one(results(sc))
  const effects = draw.once(2)
  const before = sc.meter.spent
  const inside = declared({ ...sc, writes: effects, yields: false, depth: 1 }, ...own.flatMap(({ vars }) => vars))
  const powers = { chooses: false, blocks: false, pauses: false, loops: [], result }
  const callable = (): Callable => ({
    name,
    parameters: own,
    result,
    effects,
    local: false,
    yields: false,
    plain: true,
    cost: sc.meter.spent - before,
  })
  if (!effects && draw.once(3)) {
    const body = sc.grammar.value(inside, result, 'safe')
    return {
      code: item`const ${name} = (${separated([stateParameter(sc), ...own.map((p) => p.declared)], ', ')}) => (${body ?? 'null'})\n`,
      callable: callable(),
    }
  }
  const { code: written, scope } = statements(inside, powers, 3)
  const last = sc.grammar.value({ ...scope, depth: 2, yields: false }, result, 'safe')
  // A local of the body is not what a default means.
  const hides = own.some((p) => textOf(p.declared).endsWith('= base')) ? 'const base = 3\n' : ''
  const body = group`{\n${hides}${written}return ${last ?? 'null'}\n}`
  if (draw.once(3)) {
    const first = allows(sc, 'this parameter') && draw.once(2) ? ['this: void', 's'] : [stateParameter(sc)]
    return { code: item`function ${name}(${separated([...first, ...own.map((p) => p.declared)], ', ')}) ${body}\n`, callable: callable() }
  }
  return {
    code: item`const ${name} = (${separated([stateParameter(sc), ...own.map((p) => p.declared)], ', ')}) => ${body}\n`,
    callable: callable(),
  }
}

/**
 * A function that gives a part of the state: one of several, by what it finds on its way there. Null where there is
 * none to give.
 */
export const finder = (sc: Scope): WrittenFunction | null => {
  const { draw, grammar } = sc
  const name = sc.fresh('f')
  const own = parameters(sc)
  const effects = draw.once(3)
  const before = sc.meter.spent
  const inside = declared({ ...sc, writes: effects, yields: false, depth: 1 }, ...own.flatMap(({ vars }) => vars))
  const isWanted = (t: Type): boolean => !isScalar(t) && t.k !== 'optional' && t.k !== 'list'
  const findable = (indexed: boolean) =>
    somePlace(
      inside,
      (t, root, _, path) =>
        isWanted(t) && root.kind === 'state' && !path.daring && (!indexed || path.segments.some(({ k }) => k === 'index')),
    )
  const first = findable(true) ?? findable(false)
  if (first === null) return null
  const place = (within: Scope): Code =>
    (draw.once(4)
      ? somePlace(within, (t, root, _, path) => sameType(t, first.type) && isState(root) && root.kind !== 'ghost' && !path.daring)?.code
      : undefined) ?? placeCode(within, first.root, first.path)
  const parts: Part[] = []
  if (effects) parts.push(statements(inside, { chooses: false, blocks: false, pauses: false, loops: [], result: undefined }, 1).code)
  for (let i = draw.below(3); i > 0; i--) {
    const x = sc.fresh('i')
    const looped = draw.once(2)
    const within = looped ? declared(repeated(inside, 2), { text: x, type: intType(0, 1), kind: 'local', assignable: false }) : inside
    const found = statement`if (${grammar.bool({ ...within, depth: 2 })}) return ${place(within)}`
    parts.push(looped ? statement`for (let ${x} = 0; ${x} < 2; ${x}++) {\n${found}\n}` : found, '\n')
  }
  return {
    code: item`const ${name} = (${separated([stateParameter(sc), ...own.map((p) => p.declared)], ', ')}) => {\n${grouped(parts)}return ${place(inside)}\n}\n`,
    callable: {
      name,
      parameters: own,
      result: first.type,
      effects,
      finds: true,
      local: false,
      yields: false,
      plain: true,
      cost: sc.meter.spent - before,
    },
  }
}

/** A generator helper; `pauses` where steps may end in it. */
export const helper = (sc: Scope, pauses: boolean): WrittenFunction => {
  const { draw } = sc
  const name = sc.fresh('h')
  const own = parameters(sc)
  const result = draw.weighted<Type | null>([
    [1, null],
    [3, intType(0, 2)],
    [2, boolType],
  ])
  const before = sc.meter.spent
  const inside = declared({ ...sc, writes: true, yields: true, depth: 1 }, ...own.flatMap(({ vars }) => vars))
  const { code: written, last } = sc.grammar.generator(inside, pauses, result)
  const plain = !callsHelpers(textOf(written)) && !callsHelpers(last === null ? '' : textOf(last))
  const first = allows(sc, 'this parameter') && draw.once(6) ? ['this: void', 's'] : [stateParameter(sc)]
  return {
    code: item`function* ${name}(${separated([...first, ...own.map((p) => p.declared)], ', ')})${draw.once(3) ? `: Steps<${result === null ? 'void' : 'unknown'}>` : ''} {\n${written}${last === null ? '' : code('')`return ${last}\n`}}\n`,
    callable: { name, parameters: own, result, effects: true, local: false, yields: pauses, plain, cost: sc.meter.spent - before },
  }
}
