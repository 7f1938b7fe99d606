/** Random values of any type: enumerations, optionals, records, arrays, unions. */
import { type Code, code, group, separated } from './code.ts'
import { chainTo, constant } from './integers.ts'
import { call1, callback, someList } from './lists.ts'
import { allows, type Care, declared, deeper, deepest, isLeaf, isState, repeated, type Scope, somePlace, sometimes } from './scope.ts'
import { type Fields, intType, isScalar, isWritable, randomInt, sameType, type Type, typeKey } from './types.ts'

export const enumeration = (sc: Scope, values: readonly string[]): Code => {
  const { draw, grammar } = sc
  const make = code(JSON.stringify({ k: 'enum', values }))
  const quoted = (): Code => make`'${draw.one(values)}'`
  const fits = (t: Type): boolean => t.k === 'enum' && t.values.every((v) => values.includes(v))
  const read = (): Code => {
    const found = somePlace(sc, fits)
    return found === null ? quoted() : make`${found.code}`
  }
  if (isLeaf(sc)) return draw.once(2) ? quoted() : read()
  const sub = deeper(sc)
  const later = sometimes(sc)
  return draw.weighted<() => Code>([
    [2, quoted],
    [5, read],
    [2, () => make`(${grammar.bool(sub)} ? ${grammar.enumeration(later, values)} : ${grammar.enumeration(later, values)})`],
    [1, () => grammar.call(sub, fits)?.code ?? read()],
    // A text put together of what is known now and what is not; now and then one that is outside.
    [
      1,
      () =>
        make`(\`\${${grammar.bool(sub)}}${`${draw.below(2)}`}\` === 'true0' ? ${grammar.enumeration(later, values)} : \`\${${grammar.enumeration(later, values)}}\`)`,
    ],
    [
      2,
      () => {
        const list = someList(sub, (of) => fits(of) || (allows(sc, 'nested optional') && of.k === 'optional' && fits(of.of)))
        return list === null ? read() : make`(${call1(sub, list)} ?? ${grammar.enumeration(later, values)})`
      },
    ],
    [
      2,
      () => {
        const found = somePlace(sub, (t) => t.k === 'optional' && fits(t.of))
        return found === null ? read() : make`(${found.code} ?? ${grammar.enumeration(later, values)})`
      },
    ],
    [
      sc.writes ? 2 : 0,
      () => {
        const changed = grammar.effect(sub, { k: 'enum', values })
        return changed !== null && fits(changed.type) ? changed.code : read()
      },
    ],
    [
      sc.yields ? 2 : 0,
      () => {
        const chosen = grammar.choice(sub, { k: 'enum', values })
        return chosen !== null && fits(chosen.type) ? chosen.code : read()
      },
    ],
  ])()
}

/**
 * A value of any type. Sets, and queues of what cannot be written, can only be copied from a place: null where there is
 * none.
 */
export const value = (sc: Scope, type: Type, care: Care): Code | null => {
  const { draw, grammar } = sc
  switch (type.k) {
    case 'int':
      return grammar.intIn(sc, type.lo, type.hi, care)
    case 'bool':
      return grammar.bool(sc)
    case 'enum':
      return grammar.enumeration(sc, type.values)
    default:
      break
  }
  const make = code(typeKey(type))
  const copy = (): Code | null => {
    const found = somePlace(sc, (t, root) => sameType(t, type) && isState(root))
    return found === null ? null : draw.once(4) ? make`copy(${found.code})` : make`${found.code}`
  }
  if (!isWritable(type)) return copy()
  if (isLeaf(sc)) return written(sc, type, care)
  const sub = deeper(sc)
  const later = sometimes(sc)
  const literal = (): Code | null => written(sc, type, care)
  return draw.weighted<() => Code | null>([
    [4, literal],
    [4, () => copy() ?? literal()],
    [
      3,
      () => {
        if (type.k === 'optional' && type.of.k === 'bool' && allows(sc, 'optional condition') && draw.once(2)) {
          const found = somePlace(sub, (t) => sameType(t, type))
          if (found !== null) return make`(${found.code} ${draw.one(['&&', '||'])} ${grammar.bool(later)})`
        }
        if (type.k === 'optional' && isScalar(type.of)) {
          const test = grammar.bool(sub)
          return make`(${test} ? ${grammar.value(later, type, care) ?? 'null'} : ${grammar.value(later, type.of, care) ?? 'null'})`
        }
        if (type.k === 'record') {
          const from = copy()
          if (from === null) return literal()
          const [name, of] = draw.one(type.fields)
          const field = grammar.value(sub, of, care)
          return field === null ? literal() : make`{ ...${from}, ${name}: ${field} }`
        }
        if (type.k === 'array' || type.k === 'queue') {
          if (type.k === 'array' && isScalar(type.of) && draw.once(4)) return counted(sub, type.length, type.of) ?? literal()
          const list = someList(sub, (of) => sameType(of, type.of))
          if (list === null || !isScalar(type.of)) return literal()
          if (type.k === 'array' && !(list.exact && list.most === type.length)) return literal()
          if (type.k === 'queue' && list.most > type.capacity) return literal()
          return draw.weighted<() => Code>([
            [2, () => make`${list.code}.map(${callback(sub, list, type.of, 3)})`],
            [2, () => make`[...${list.code}]`],
            [1, () => make`Array.from(${list.source})`],
            [2, () => make`Array.from(${list.source}, ${callback(sub, list, type.of, 2)})`],
          ])()
        }
        return literal()
      },
    ],
    [2, () => grammar.call(sub, (t) => sameType(t, type))?.code ?? literal()],
    [
      type.k === 'optional' && isScalar(type.of) ? 2 : 0,
      () => {
        if (type.k !== 'optional') return literal()
        const found = somePlace(sub, (t) => t.k === 'optional' && t.of.k === 'record')
        const end =
          found?.type.k === 'optional' ? chainTo(sub, group`${found.code}`, found.type.of, '?.', (t) => sameType(t, type.of)) : null
        return end === null ? literal() : make`(${end.code} ?? null)`
      },
    ],
    [
      sc.writes && isScalar(type.k === 'optional' ? type.of : type) ? 2 : 0,
      () => {
        const changed = grammar.effect(sub, type)
        return changed !== null && sameType(changed.type, type) ? changed.code : literal()
      },
    ],
  ])()
}

const fields = (sc: Scope, of: Fields, care: Care): Code[] | null => {
  const all = of.map(([name, f]) => {
    const field = sc.grammar.value(sc, f, care)
    return field === null ? null : group`${name}: ${field}`
  })
  return all.every((x) => x !== null) ? all : null
}

const namesOf = (fields: Fields): string => fields.map(([name]) => name).join()

const written = (sc: Scope, type: Type, care: Care): Code | null => {
  const sub = deeper(sc)
  const { draw } = sc
  const make = code(typeKey(type))
  switch (type.k) {
    case 'optional':
      return draw.once(3) ? make`null` : (sc.grammar.value(sub, type.of, care) ?? make`null`)
    case 'record': {
      const all = fields(sub, type.fields, care)
      if (all === null) return null
      return make`{ ${separated(draw.once(3) ? all.toReversed() : all, ', ')} }`
    }
    case 'array': {
      const items = Array.from({ length: type.length }, (_, i) => sc.grammar.value(i > 1 ? { ...sub, depth: deepest } : sub, type.of, care))
      return items.every((x) => x !== null) ? make`[${separated(items, ', ')}]` : null
    }
    case 'queue': {
      const items = Array.from({ length: draw.below(type.capacity + 1) }, () => sc.grammar.value(sub, type.of, care))
      return items.every((x) => x !== null) ? make`[${separated(items, ', ')}]` : null
    }
    case 'union': {
      const [name, of] = draw.one(type.variants)
      const all = fields(sub, of, care)
      if (all === null) return null
      const names = namesOf(of)
      // A tag that is computed says which of the variants of these fields it is; another one is a violation.
      const others = type.variants.filter(([, fieldsOf]) => (care === 'daring' && draw.once(4)) || namesOf(fieldsOf) === names)
      const tag = draw.once(3) ? sc.grammar.enumeration(sub, [name, ...others.map(([other]) => other)]) : `'${name}'`
      return make`{ ${separated([code('')`${type.tag}: ${tag}`, ...all], ', ')} }`
    }
    default:
      return null
  }
}

/** `Array.from({ length: n }, (_, i) => ...)`. */
const counted = (sc: Scope, length: number, of: Type): Code | null => {
  const i = sc.fresh('i')
  const inside = declared(repeated(sometimes(sc), length), { text: i, type: intType(0, length - 1), kind: 'local', assignable: false })
  const item = sc.grammar.value({ ...inside, writes: sc.writes && allows(sc, 'callback effects') }, of, 'safe')
  return item === null ? null : code('')`Array.from({ length: ${`${length}`} }, (_, ${i}) => ${item})`
}

/** A constant of the type; null where there is none. */
export const constantOf = (sc: Scope, type: Type): Code | null => {
  switch (type.k) {
    case 'int':
      return constant(randomInt(sc.draw, type.lo, type.hi)).code
    case 'bool':
      return code('bool')`${sc.draw.one(['true', 'false'])}`
    case 'enum':
      return code(typeKey(type))`'${sc.draw.one(type.values)}'`
    case 'optional':
      return code(typeKey(type))`null`
    default:
      return null
  }
}
