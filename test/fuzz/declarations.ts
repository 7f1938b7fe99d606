/** Random declarations of locals. */
import { type Code, code, group, separated, statement, textOf } from './code.ts'
import { pointed } from './effects.ts'
import { callback, someList } from './lists.ts'
import { ownList, ownObject } from './own-lists.ts'
import { done, type Make, type Powers, type Written } from './powers.ts'
import { afterYield, allows, declared, deeper, isState, placeCode, type Scope, somePlace, type Var } from './scope.ts'
import { boolType, intType, isScalar, type Type } from './types.ts'
import { constantOf } from './values.ts'

const someScalar = (sc: Scope): Type =>
  sc.draw.weighted<Type>([
    [5, intType(0, 3)],
    [2, intType(-8, 15)],
    [3, boolType],
    [2, { k: 'enum', values: ['a', 'b'] }],
    [1, { k: 'optional', of: intType(0, 2) }],
    [1, { k: 'optional', of: { k: 'enum', values: ['a', 'b', 'c'] } }],
  ])

const annotated = (t: Type): string =>
  t.k === 'optional'
    ? `: ${annotated(t.of).slice(2)} | null`
    : t.k === 'int'
      ? ': number'
      : t.k === 'bool'
        ? ': boolean'
        : t.k === 'enum'
          ? `: ${t.values.map((v) => `'${v}'`).join(' | ')}`
          : ''

/** `name` is given where it hides an outer one. */
export const scalarLocal = (sc: Scope, name = sc.fresh('v')): Written | null => {
  const { draw, grammar } = sc
  const type = someScalar(sc)
  const right = grammar.value(sc, type, 'safe')
  if (right === null) return null
  const keyword = draw.once(2) ? 'let' : 'const'
  const note = keyword === 'let' || draw.once(4) ? annotated(type) : ''
  return done(
    declared(sc, { text: name, type, kind: 'local', assignable: keyword === 'let' }),
    statement`${keyword} ${name}${note} = ${right}`,
  )
}

/** What a closure sees: the locals, and, if it is for this step alone, names for parts of the state. */
const enclosed = (sc: Scope, parameter: string, type: Type): { readonly within: Scope; readonly lasting: boolean } => {
  const lasting = sc.draw.once(2)
  const seen = lasting ? afterYield(sc) : sc
  return { within: declared(deeper(seen), { text: parameter, type, kind: 'local', assignable: false }), lasting }
}

const closure = (sc: Scope): Written => {
  const { draw, grammar } = sc
  const parameter = sc.fresh('p')
  const before = sc.meter.spent
  const type = someScalar(sc)
  const result = draw.once(2) ? boolType : intType(0, 3)
  const name = sc.fresh('g')
  const effects = sc.writes && allows(sc, 'callback effects') && draw.once(3)
  const { within: seen, lasting } = enclosed(sc, parameter, type)
  const within = { ...seen, yields: false, writes: effects, pure: seen.pure.filter((f) => !f.local) }
  const body = effects ? grammar.block(within, result, 2) : code('')`(${grammar.value(within, result, 'safe') ?? 'null'})`
  const own = {
    name,
    parameters: [{ declared: group`${parameter}`, type, optional: false, vars: [] }],
    result,
    effects,
    local: true,
    lasting,
    yields: false,
    plain: true,
    cost: sc.meter.spent - before,
  }
  return done({ ...sc, pure: [...sc.pure, own] }, statement`const ${name} = (${parameter}${annotated(type)}) => ${body}`)
}

/** A generator that sees the locals around it, and changes them; sometimes with steps of its own. */
const generatorClosure = (sc: Scope, powers: Powers): Written => {
  const { draw, grammar } = sc
  const parameter = sc.fresh('p')
  const before = sc.meter.spent
  const type = someScalar(sc)
  const result = draw.one<Type | null>([null, intType(0, 3), boolType])
  const name = sc.fresh('g')
  const pauses = powers.pauses && draw.once(2)
  const { within: seen, lasting } = enclosed(sc, parameter, type)
  const within = { ...seen, pure: seen.pure.filter((f) => !f.local), helpers: seen.helpers.filter((h) => !h.local) }
  const { code: body, last } = grammar.generator(within, pauses, result)
  const text = last === null ? body : code('')`${body}return ${last}\n`
  const own = {
    name,
    parameters: [{ declared: group`${parameter}`, type, optional: false, vars: [] }],
    result,
    effects: sc.writes,
    local: true,
    lasting,
    yields: pauses,
    plain: !callsHelpers(textOf(text)),
    cost: sc.meter.spent - before,
  }
  const head = code('')`(${parameter}${annotated(type)}) {\n${text}}`
  const declaration = draw.once(2) ? statement`const ${name} = function* ${head}` : statement`function* ${name}${head}`
  const known = { ...sc, helpers: [...sc.helpers, own] }
  if (draw.once(4)) return done(known, declaration)
  // Code is short: what is declared only to be used at random is not used at all.
  const argument = grammar.value({ ...deeper(sc), yields: false }, type, 'safe')
  const call = code('')`yield* ${name}(${argument ?? 'null'})`
  const after = pauses ? afterYield(known) : known
  if (result === null || draw.once(3)) return done(after, group`${declaration}\n${statement`${call}`}`)
  const v = sc.fresh('v')
  return done(
    declared(after, { text: v, type: result, kind: 'local', assignable: false }),
    group`${declaration}\n${statement`const ${v} = ${call}`}`,
  )
}

/** Whether a generator runs others. */
export const callsHelpers = (text: string): boolean => /yield\* [hg]\d/.test(text)

export const local: Make = (sc, powers) => {
  const { draw, grammar } = sc
  const later = { ...sc, yields: false }
  return draw.weighted<() => Written | null>([
    [5, () => scalarLocal(sc)],
    [3, () => ownList(sc)],
    [2, () => ownObject(sc)],
    [2, () => reference(sc) ?? scalarLocal(sc)],
    [3, () => pattern(sc) ?? scalarLocal(sc)],
    [
      3,
      () => {
        const list = someList(later, isScalar)
        if (list === null) return scalarLocal(sc)
        const name = sc.fresh('v')
        const of = draw.once(2) ? list.of : intType(0, 3)
        const [text, type] = draw.weighted<() => [Code, Type]>([
          [2, () => [code('')`[...${list.code}]`, { k: 'list', most: list.most, exact: list.exact, of: list.of }]],
          [
            2,
            () => [
              code('')`${list.code}.filter(${callback(later, list, boolType, 3)})`,
              { k: 'list', most: list.most, exact: false, of: list.of },
            ],
          ],
          [
            2,
            () =>
              draw.once(3)
                ? [code('')`Array.from(${list.source})`, { k: 'list', most: list.most, exact: list.exact, of: list.of }]
                : [
                    code('')`Array.from(${list.source}, ${callback(later, list, of, 2)})`,
                    { k: 'list', most: list.most, exact: list.exact, of },
                  ],
          ],
          [2, () => [code('')`${list.code}.map(${callback(later, list, of, 3)})`, { k: 'list', most: list.most, exact: list.exact, of }]],
          [
            1,
            () => {
              const n = draw.below(3)
              const exact = list.exact && n <= list.most
              return [code('')`${list.code}.slice(${`${n}`})`, { k: 'list', most: Math.max(0, list.most - n), exact, of: list.of }]
            },
          ],
          [
            1,
            () => {
              const more = [constantOf(sc, list.of), constantOf(sc, list.of)]
              if (more.some((x) => x === null))
                return [code('')`[...${list.code}]`, { k: 'list', most: list.most, exact: list.exact, of: list.of }]
              return [
                code('')`${list.code}.concat([${more[0]!}, ${more[1]!}])`,
                { k: 'list', most: list.most + 2, exact: list.exact, of: list.of },
              ]
            },
          ],
        ])()
        const changes = type.k === 'list' && type.exact && type.most > 0 && draw.once(2)
        return done(declared(sc, { text: name, type, kind: 'local', assignable: changes }), statement`const ${name} = ${text}`)
      },
    ],
    [
      2,
      () => {
        const found = somePlace(sc, (t, root) => t.k === 'record' && isState(root) && t.fields.some(([, f]) => isScalar(f)))
        if (found?.type.k !== 'record') return scalarLocal(sc)
        const name = sc.fresh('v')
        const scalars = found.type.fields.filter(([, f]) => isScalar(f))
        const literal = draw.once(2) && scalars.length === found.type.fields.length
        const text = literal
          ? grammar.value({ ...sc, vars: sc.vars.filter((v) => !isState(v) || v.kind === 'state') }, found.type, 'safe')
          : code('')`{ ...${found.code} }`
        if (text === null) return scalarLocal(sc)
        const type: Type = { k: 'record', fields: scalars }
        const variable = draw.once(3)
        return done(
          declared(sc, { text: name, type, kind: 'local', assignable: variable || (!literal && draw.once(2)), variable }),
          statement`${variable ? 'let' : 'const'} ${name} = ${text}`,
        )
      },
    ],
    [
      2,
      () => {
        const type = someScalar(sc)
        const name = sc.fresh('v')
        const [a, b] = [grammar.value(later, type, 'safe'), grammar.value(later, type, 'safe')]
        if (a === null || b === null) return scalarLocal(sc)
        return done(
          declared(sc, { text: name, type, kind: 'local', assignable: true }),
          group`let ${name}${annotated(type)}\nif (${grammar.bool(later)}) ${name} = ${a}\nelse ${name} = ${b}`,
        )
      },
    ],
    [2, () => closure(sc)],
    [powers.chooses ? 4 : 0, () => generatorClosure(sc, powers)],
  ])()
}

/** One of two elements of the state. */
const either = (sc: Scope): Written | null => {
  const found = somePlace(
    sc,
    (t, root, _, path) =>
      !isScalar(t) &&
      t.k !== 'optional' &&
      t.k !== 'list' &&
      isState(root) &&
      root.kind !== 'ghost' &&
      !path.daring &&
      path.segments.some(({ k }) => k === 'index'),
  )
  if (found === null) return null
  const name = sc.fresh('r')
  return done(
    declared(sc, { text: name, type: found.type, kind: 'reference', assignable: found.root.assignable }),
    statement`const ${name} = ${sc.grammar.bool(sc)} ? ${found.code} : ${placeCode(sc, found.root, found.path)}`,
  )
}

const reference = (sc: Scope): Written | null => {
  if (sc.draw.once(6)) return either(sc)
  const pointer = sc.draw.once(3) ? pointed(sc) : null
  if (pointer !== null) {
    const name = sc.fresh('r')
    return done(declared(sc, { ...pointer, text: name }), statement`const ${name} = ${pointer.text}`)
  }
  const found = somePlace(
    sc,
    (t, root, _, path) =>
      !isScalar(t) && t.k !== 'list' && isState(root) && root.kind !== 'ghost' && !path.daring && (t.k !== 'optional' || isScalar(t.of)),
  )
  if (found === null) return null
  const isCopy = found.type.k === 'optional'
  const name = sc.fresh('r')
  return done(
    declared(sc, { text: name, type: found.type, kind: isCopy ? 'local' : 'reference', assignable: !isCopy && found.root.assignable }),
    statement`const ${name} = ${found.code}`,
  )
}

/** Destructuring: fields, elements, nested ones, with defaults and the rest. */
const pattern = (sc: Scope): Written | null => {
  const { draw } = sc
  const nested = draw.once(3)
    ? somePlace(sc, (t, root) => isState(root) && t.k === 'record' && t.fields.some(([, f]) => f.k === 'record' || f.k === 'array'))
    : null
  const found = nested ?? somePlace(sc, (t, root) => isState(root) && (t.k === 'record' || (t.k === 'array' && t.length > 1)))
  if (found === null) return null
  const vars: Var[] = []
  const bind = (type: Type): Code | null => {
    if (draw.once(2) && type.k === 'record') return below(type)
    if (draw.once(3) && type.k === 'array') return below(type)
    const name = sc.fresh('v')
    if (isScalar(type) || (type.k === 'optional' && isScalar(type.of))) vars.push({ text: name, type, kind: 'local', assignable: false })
    else if (type.k !== 'optional' && !found.throughQueue)
      vars.push({ text: name, type, kind: 'reference', assignable: found.root.assignable })
    return group`${name}`
  }
  const below = (type: Type): Code | null => {
    if (type.k === 'record') {
      const taken = type.fields.filter((_, i) => i === 0 || draw.once(2))
      const parts = taken.map(([name, f]) => {
        const inside = bind(f)
        return inside === null ? null : group`${name}: ${inside}`
      })
      if (parts.some((x) => x === null)) return null
      const rest = taken.length < type.fields.length && draw.once(2) ? sc.fresh('v') : null
      if (rest !== null) {
        const left = type.fields.filter((f) => !taken.includes(f) && isScalar(f[1]))
        vars.push({ text: rest, type: { k: 'record', fields: left }, kind: 'local', assignable: false })
      }
      return group`{ ${separated([...(parts as Code[]), ...(rest === null ? [] : [`...${rest}`])], ', ')} }`
    }
    if (type.k === 'array') {
      const parts = Array.from({ length: Math.min(2, type.length) }, (_, i) => (i === 0 && draw.once(3) ? group`` : bind(type.of)))
      return parts.some((x) => x === null) ? null : group`[${separated(parts as Code[], ', ')}]`
    }
    return null
  }
  const written = below(found.type)
  if (written === null) return null
  const changes = vars.every(({ type, kind }) => kind === 'local' && isScalar(type)) && draw.once(2)
  const own = changes ? vars.map((v) => ({ ...v, assignable: true })) : vars
  return done(declared(sc, ...own), statement`${changes ? 'let' : 'const'} ${written} = ${found.code}`)
}
