/** Random boolean expressions. */
import { type Code, code, group } from './code.ts'
import { chainTo, constant, unionField } from './integers.ts'
import { call1, callback, someList } from './lists.ts'
import { allows, deeper, deepest, isLeaf, isState, type Scope, somePlace, sometimes } from './scope.ts'
import { isScalar, randomInt, sameType, type Type } from './types.ts'

const bool = code('bool')

const literalOf = (sc: Scope, t: Type): Code | null => {
  switch (t.k) {
    case 'int':
      return constant(randomInt(sc.draw, t.lo, t.hi)).code
    case 'bool':
      return bool`${sc.draw.one(['true', 'false'])}`
    case 'enum':
      return code('')`'${sc.draw.one(t.values)}'`
    default:
      return null
  }
}

/** Asks something of a place, whatever there is. */
const test = (sc: Scope): Code | null => {
  const { draw } = sc
  const found = somePlace(sc, (t) => t.k !== 'record' && t.k !== 'array' && t.k !== 'list' && !(t.k === 'enum' && t.values.length < 2))
  if (found === null) return null
  const { type } = found
  const op = draw.one(['===', '!=='])
  switch (type.k) {
    case 'bool':
      return draw.once(3) ? bool`!${found.code}` : bool`${found.code}`
    case 'optional':
      if ((!isScalar(type.of) || (type.of.k === 'bool' && allows(sc, 'optional condition'))) && draw.once(4))
        return bool`(${found.code} ? true : false)`
      return bool`(${found.code} ${op} null)`
    case 'union':
      return bool`(${found.code}.${type.tag} ${op} '${draw.one(type.variants)[0]}')`
    case 'queue':
      return bool`(${found.code}.length ${op} ${`${draw.below(type.capacity + 1)}`})`
    case 'set':
      return draw.once(2)
        ? bool`(${found.code}.size ${op} ${`${draw.below(type.size + 1)}`})`
        : bool`${found.code}.has(${`${draw.below(type.size)}`})`
    default: {
      const literal = literalOf(sc, type)
      return literal === null ? null : bool`(${found.code} ${op} ${literal})`
    }
  }
}

/** A local compared with what a `yield*` gives, on either side; null where there is none. */
export const comparedChoice = (sc: Scope): Code | null => {
  const { draw, grammar } = sc
  const local = somePlace(sc, (t, root) => isScalar(t) && !isState(root) && !(t.k === 'enum' && t.values.length < 2))
  if (local === null) return null
  const chosen = grammar.choice(sc, local.type)
  if (chosen === null) return null
  const [a, b] = draw.once(2) ? [local.code, chosen.code] : [chosen.code, local.code]
  return bool`(${a} ${draw.one(local.type.k === 'int' ? ['===', '<', '<=', '>', '>=', '!=='] : ['===', '!=='])} ${b})`
}

const comparison = (sc: Scope): Code => {
  const sub = deeper(sc)
  const chosen = sc.yields && sc.draw.once(4) ? comparedChoice(sub) : null
  if (chosen !== null) return chosen
  return bool`(${sc.grammar.int(sub).code} ${sc.draw.one(['===', '<', '<=', '>', '>=', '!=='])} ${sc.grammar.int(sub).code})`
}

export const boolean = (sc: Scope): Code => {
  const { draw, grammar } = sc
  const read = (): Code => somePlaceOf(sc, 'bool') ?? test(sc) ?? comparison({ ...sc, depth: deepest })
  if (isLeaf(sc)) return draw.once(8) ? bool`${draw.one(['true', 'false'])}` : (test(sc) ?? read())
  const sub = deeper(sc)
  const later = sometimes(sc)
  return draw.weighted<() => Code>([
    [1, () => bool`${draw.one(['true', 'false'])}`],
    [5, () => read()],
    [5, () => test(sc) ?? comparison(sc)],
    [5, () => comparison(sc)],
    [
      3,
      () => {
        const found = somePlace(sub, (t) => t.k === 'enum' && t.values.length > 1)
        if (found?.type.k !== 'enum') return read()
        const { values } = found.type
        if (draw.once(4))
          return bool`[${values
            .slice(0, 2)
            .map((v) => `'${v}'`)
            .join(', ')}].includes(${found.code})`
        return bool`(${found.code} ${draw.one(['===', '!=='])} ${draw.once(2) ? grammar.enumeration(sub, values) : `'${draw.one(values)}'`})`
      },
    ],
    [6, () => bool`(${grammar.bool(sub)} ${draw.one(['&&', '||'])} ${grammar.bool(later)})`],
    [2, () => bool`!${grammar.bool(sub)}`],
    [1, () => bool`(${grammar.bool(sub)} ${draw.one(['===', '!=='])} ${grammar.bool(sub)})`],
    [1, () => bool`(${grammar.bool(sub)} ? ${grammar.bool(later)} : ${grammar.bool(later)})`],
    [4, () => ofOptional(sub) ?? read()],
    [5, () => ofList(sub) ?? read()],
    [3, () => compared(sub) ?? read()],
    [
      3,
      () => {
        const found = somePlace(sub, (t) => t.k === 'set')
        return found?.type.k === 'set' ? bool`${found.code}.has(${grammar.intIn(sub, 0, found.type.size - 1, 'daring')})` : read()
      },
    ],
    [
      2,
      () => {
        const found = unionField(sub, (t) => t.k === 'bool')
        return found === null ? read() : found.code(grammar.bool(later), bool)
      },
    ],
    [2, () => grammar.call(sub, (t) => t.k === 'bool')?.code ?? read()],
    [1, () => bool`Boolean(${grammar.bool(sub)})`],
    [
      sc.writes ? 3 : 0,
      () => {
        const changed = grammar.effect(sub, { k: 'bool' })
        return changed?.type.k === 'bool' ? changed.code : read()
      },
    ],
    [
      sc.yields ? 2 : 0,
      () => {
        const chosen = grammar.choice(sub, { k: 'bool' })
        if (chosen?.type.k !== 'bool') return read()
        // Behind a test of params it is evaluated always or never.
        if (!draw.once(2) || !sc.vars.some(({ text }) => text === 'p.on')) return chosen.code
        const test = draw.one(['p.on', '!p.on', "p.how === 'a'"])
        return draw.weighted([
          [1, () => bool`(${test} ? ${chosen.code} : ${grammar.bool(later)})`],
          [1, () => bool`(${test} ? ${grammar.bool(later)} : ${chosen.code})`],
          [1, () => bool`(${test} ${draw.one(['&&', '||'])} ${chosen.code})`],
        ])()
      },
    ],
  ])()
}

const somePlaceOf = (sc: Scope, k: Type['k']): Code | null => {
  const found = somePlace(sc, (t) => t.k === k)
  return found === null ? null : code(k)`${found.code}`
}

const ofOptional = (sc: Scope): Code | null => {
  const { draw, grammar } = sc
  const found = somePlace(sc, (t) => t.k === 'optional')
  if (found?.type.k !== 'optional') return null
  const { of } = found.type
  const op = draw.one(['===', '!=='])
  if (isScalar(of)) {
    const other = draw.once(3) ? somePlace(sc, (t) => sameType(t, found.type)) : null
    if (other !== null) return bool`(${found.code} ${op} ${other.code})`
    if (of.k === 'enum' && of.values.length < 2) return bool`(${found.code} ${op} null)`
    const wanted = grammar.value(sc, of, 'safe')
    if (of.k === 'bool' && draw.once(2)) return bool`(${found.code} ?? ${grammar.bool(sometimes(sc))})`
    return wanted === null ? null : bool`(${found.code} ${op} ${wanted})`
  }
  const end = chainTo(sc, group`${found.code}`, of, '?.', (t) => t.k === 'bool' || t.k === 'enum' || t.k === 'int' || t.k === 'optional')
  if (end === null) return bool`(${found.code} ${op} null)`
  switch (end.type.k) {
    case 'bool':
      return draw.once(2) ? bool`(${end.code} ?? ${grammar.bool(sometimes(sc))})` : bool`(${end.code} ${op} true)`
    case 'optional':
      return draw.once(2) ? bool`((${end.code} ?? null) ${op} null)` : bool`(${end.code} ${op} ${draw.one(['null', 'undefined'])})`
    default: {
      if (end.type.k === 'enum' && end.type.values.length < 2) return bool`(${end.code} ${op} undefined)`
      const literal = literalOf(sc, end.type)
      return literal === null ? null : bool`(${end.code} ${op} ${literal})`
    }
  }
}

/** `same(a, b)`: a place beside another one of its type, a value of its type, or null. */
const compared = (sc: Scope): Code | null => {
  const { draw, grammar } = sc
  const found = somePlace(sc, (t) => !isScalar(t) || draw.once(6))
  if (found === null) return null
  const { type } = found
  const inner = type.k === 'optional' && draw.once(2) ? type.of : type
  const other = draw.weighted<() => Code | null>([
    [3, () => somePlace(sc, (t) => sameType(t, inner))?.code ?? null],
    [3, () => grammar.value(sc, inner, 'safe')],
    [type.k === 'optional' ? 1 : 0, () => bool`null`],
  ])()
  if (other === null) return null
  return draw.once(2) ? bool`same(${found.code}, ${other})` : bool`same(${other}, ${found.code})`
}

const ofList = (sc: Scope): Code | null => {
  const { draw, grammar } = sc
  const list = someList(sc)
  if (list === null) return null
  return draw.weighted<() => Code | null>([
    [3, () => bool`${list.code}.${draw.one(['some', 'every'])}(${callback(sc, list, { k: 'bool' }, 3)})`],
    [
      2,
      () => {
        if (!isScalar(list.of)) return null
        const wanted = grammar.value(sc, list.of, 'safe')
        return wanted === null ? null : bool`${list.code}.includes(${wanted})`
      },
    ],
    [2, () => bool`(${call1(sc, list)} ${draw.one(['===', '!=='])} undefined)`],
    [
      1,
      () => {
        if (list.of.k !== 'record') return null
        const field = list.of.fields.find(([, f]) => f.k === 'bool')
        return field === undefined ? null : bool`(${call1(sc, list)}?.${field[0]} ?? ${grammar.bool(sometimes(sc))})`
      },
    ],
  ])()
}
