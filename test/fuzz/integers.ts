/**
 * Random integer expressions, each with the limits of its value: as wide as the compiler's own, so that nothing leaves
 * 32 bits.
 */
import { type Code, code, separated } from './code.ts'
import { call1, callback, elementsOf, someList } from './lists.ts'
import { ofOwnList } from './own-lists.ts'
import { allows, type Care, declared, deeper, type Int, isInt, isLeaf, isSpent, type Scope, somePlace, sometimes } from './scope.ts'
import { greatest, intType, isScalar, least, randomInt, type Type } from './types.ts'

const int = code('int')
const bracketed = (n: number): string => (n < 0 ? `(${n})` : `${n}`)
export const constant = (n: number): Int => ({ code: int`${bracketed(n)}`, lo: n, hi: n })
const someConstant = (sc: Scope): Int =>
  constant(sc.draw.once(12) ? sc.draw.one([least, greatest, 31, -1, 255, 65_536, -32_768]) : sc.draw.below(6) - 1)

const fits = (x: { lo: number; hi: number }): boolean => x.lo >= least && x.hi <= greatest

/** Keeps numbers small. */
const small = (x: Int): Int => (x.lo < -1000 || x.hi > 1000 ? remainder(x, constant(64)) : x)

const remainder = (x: Int, y: Int): Int => {
  const most = Math.max(Math.abs(y.lo), Math.abs(y.hi)) - 1
  return { code: int`(${x.code} % ${y.code})`, lo: x.lo < 0 ? Math.max(x.lo, -most) : 0, hi: x.hi > 0 ? Math.min(x.hi, most) : 0 }
}

const corners = (x: Int, y: Int, f: (a: number, b: number) => number): { lo: number; hi: number } => {
  const all = [f(x.lo, y.lo), f(x.lo, y.hi), f(x.hi, y.lo), f(x.hi, y.hi)]
  return { lo: Math.min(...all), hi: Math.max(...all) }
}

/** A divisor that cannot be 0, or seldom. */
const divisor = (sc: Scope): Int => {
  if (sc.draw.once(2)) return constant(sc.draw.one([2, 3, 4, 7, -2, 1, -1, 64]))
  const y = sc.grammar.int(sc)
  if (y.lo > 0 || y.hi < 0) return y
  if (allows(sc, 'zero divisor') && sc.draw.once(3) && (y.lo !== 0 || y.hi !== 0)) return y
  const positive = small(y)
  return { code: int`Math.max(1, ${positive.code})`, lo: Math.max(1, positive.lo), hi: Math.max(1, positive.hi) }
}

const quotient = (x: Int, y: Int, text: Code): Int => {
  const by = [y.lo, y.hi, 1, -1].filter((d) => d !== 0 && d >= y.lo && d <= y.hi)
  const all = by.flatMap((d) => [Math.trunc(x.lo / d), Math.trunc(x.hi / d)])
  return { code: text, lo: Math.min(0, ...all), hi: Math.max(0, ...all) }
}

const allOnes = (n: number): number => 2 ** Math.ceil(Math.log2(n + 1)) - 1

const bits = (op: '&' | '|' | '^', x: Int, y: Int): { lo: number; hi: number } => {
  if (x.lo >= 0 && y.lo >= 0) return { lo: 0, hi: op === '&' ? Math.min(x.hi, y.hi) : allOnes(Math.max(x.hi, y.hi)) }
  if (op === '&' && (x.lo >= 0 || y.lo >= 0)) return { lo: 0, hi: x.lo >= 0 ? x.hi : y.hi }
  return { lo: least, hi: greatest }
}

const both = (x: Int, y: Int): { lo: number; hi: number } => ({ lo: Math.min(x.lo, y.lo), hi: Math.max(x.hi, y.hi) })

const read = (sc: Scope): Int => {
  const found = somePlace(sc, isInt)
  return found !== null && isInt(found.type) ? { code: found.code, lo: found.type.lo, hi: found.type.hi } : someConstant(sc)
}

/**
 * What a compound assignment of an integer makes of it and its right side, by operator: null where that can leave 32
 * bits.
 */
export const combined = (op: string, x: Int, y: Int): { lo: number; hi: number } | null => {
  const result = ((): { lo: number; hi: number } => {
    switch (op) {
      case '+':
        return { lo: x.lo + y.lo, hi: x.hi + y.hi }
      case '-':
        return { lo: x.lo - y.hi, hi: x.hi - y.lo }
      case '*':
        return corners(x, y, (a, b) => a * b)
      case '%':
        return remainder(x, y)
      case '&':
      case '|':
      case '^':
        return bits(op, x, y)
      case '<<':
        return corners(x, y, (a, b) => a * 2 ** b)
      default:
        return corners(x, y, (a, b) => Math.floor(a / 2 ** b))
    }
  })()
  return fits(result) && !(op === '>>>' && x.lo < 0) ? { lo: result.lo, hi: result.hi } : null
}

export const integer = (sc: Scope): Int => {
  const { draw, grammar } = sc
  if (isLeaf(sc)) return draw.once(4) ? someConstant(sc) : read(sc)
  const sub = deeper(sc)
  const later = sometimes(sc)
  const operate = (op: string, x: Int, y: Int): Int => {
    const range = combined(op, x, y)
    if (range !== null) return { code: int`(${x.code} ${op} ${y.code})`, ...range }
    const [a, b] = [small(x), small(y)]
    const tame = combined(op, a, b)
    return tame === null ? a : { code: int`(${a.code} ${op} ${b.code})`, ...tame }
  }
  const fromList = (make: (list: NonNullable<ReturnType<typeof someList>>) => Int | null): Int => {
    const list = someList(sub)
    return (list === null ? null : make(list)) ?? read(sc)
  }
  const otherwise = (text: Code, of: { lo: number; hi: number }): Int => {
    const rest = grammar.int(later)
    return { code: int`(${text} ?? ${rest.code})`, lo: Math.min(of.lo, rest.lo), hi: Math.max(of.hi, rest.hi) }
  }
  return draw.weighted<() => Int>([
    [3, () => someConstant(sc)],
    [10, () => read(sc)],
    [8, () => operate(draw.one(['+', '-', '*', '+']), grammar.int(sub), grammar.int(sub))],
    [
      4,
      () => {
        const x = grammar.int(sub)
        const y = divisor(sub)
        return draw.once(2) || (x.lo === least && y.lo <= -1 && y.hi >= -1)
          ? remainder(x, y)
          : quotient(x, y, int`Math.${x.lo >= 0 && y.lo > 0 && draw.once(3) ? 'floor' : 'trunc'}(${x.code} / ${y.code})`)
      },
    ],
    [3, () => operate(draw.one(['&', '|', '^']), grammar.int(sub), grammar.int(sub))],
    [
      3,
      () => {
        const x = grammar.int(sub)
        const count = draw.once(2)
          ? constant(draw.one([0, 1, 2, 3, 31, 30, 16]))
          : { code: grammar.intIn(sub, 0, 31, 'safe'), lo: 0, hi: 31 }
        return operate(x.lo >= 0 ? draw.one(['<<', '>>', '>>>']) : draw.one(['<<', '>>']), x, count)
      },
    ],
    [
      4,
      () => {
        const x = grammar.int(sub)
        const [f] = [draw.one(['min', 'max', 'abs', 'sign', 'trunc', 'min3'] as const)]
        if (f === 'sign') return { code: int`Math.sign(${x.code})`, lo: x.lo < 0 ? -1 : 0, hi: x.hi > 0 ? 1 : 0 }
        if (f === 'trunc') return { code: int`Math.trunc(${x.code})`, lo: x.lo, hi: x.hi }
        if (f === 'abs') {
          const y = x.lo === least ? small(x) : x
          return {
            code: int`Math.abs(${y.code})`,
            lo: y.lo > 0 ? y.lo : y.hi < 0 ? -y.hi : 0,
            hi: Math.max(Math.abs(y.lo), Math.abs(y.hi)),
          }
        }
        const y = grammar.int(sub)
        if (f === 'min3') {
          const z = grammar.int(sub)
          return { code: int`Math.min(${x.code}, ${y.code}, ${z.code})`, lo: Math.min(x.lo, y.lo, z.lo), hi: Math.min(x.hi, y.hi, z.hi) }
        }
        return { code: int`Math.${f}(${x.code}, ${y.code})`, lo: Math[f](x.lo, y.lo), hi: Math[f](x.hi, y.hi) }
      },
    ],
    [
      3,
      () => {
        const x = grammar.int(sub)
        const y = x.lo === least ? small(x) : x
        return draw.weighted<() => Int>([
          [2, () => ({ code: int`(-${y.code})`, lo: -y.hi, hi: -y.lo })],
          [2, () => ({ code: int`(~${x.code})`, lo: least, hi: greatest })],
          [1, () => ({ code: int`(+${x.code})`, lo: x.lo, hi: x.hi })],
        ])()
      },
    ],
    [
      4,
      () => {
        const test = grammar.bool(sub)
        const [x, y] = [grammar.int(later), grammar.int(later)]
        return { code: int`(${test} ? ${x.code} : ${y.code})`, ...both(x, y) }
      },
    ],
    [
      3,
      () => {
        const found = somePlace(sub, (t) => t.k === 'queue' || t.k === 'set' || t.k === 'array' || t.k === 'list')
        if (found === null) return read(sc)
        const { type } = found
        if (type.k === 'set') return { code: int`${found.code}.size`, lo: 0, hi: type.size }
        const list = elementsOf(found)
        return list === null ? read(sc) : { code: int`${found.code}.length`, lo: list.exact ? list.most : 0, hi: list.most }
      },
    ],
    [
      2,
      () =>
        fromList((list) => {
          const filtered = int`${list.code}.filter(${callback(sub, list, { k: 'bool' }, 3)}).length`
          return { code: filtered, lo: 0, hi: list.most }
        }),
    ],
    [
      2,
      () =>
        fromList((list) => ({ code: int`${list.code}.findIndex(${callback(sub, list, { k: 'bool' }, 3)})`, lo: -1, hi: list.most - 1 })),
    ],
    [
      2,
      () =>
        fromList((list) => {
          if (!isScalar(list.of)) return null
          const wanted = grammar.value(sub, list.of, 'safe')
          return wanted === null ? null : { code: int`${list.code}.indexOf(${wanted})`, lo: -1, hi: list.most - 1 }
        }),
    ],
    [
      3,
      () => {
        const list = someList(sub, (of) => of.k === 'int' || (allows(sc, 'nested optional') && of.k === 'optional' && of.of.k === 'int'))
        if (list === null) return read(sc)
        const of = list.of.k === 'optional' ? list.of.of : list.of
        if (of.k !== 'int') return read(sc)
        return otherwise(call1(sub, list), of)
      },
    ],
    [
      2,
      () =>
        fromList((list) => {
          const sum = intType(-4, 7)
          const [a, x] = [sc.fresh('t'), sc.fresh('x')]
          const third = draw.once(3) ? sc.fresh('i') : null
          const fourth = third !== null && list.type.k !== 'set' && allows(sc, 'last argument') && draw.once(2) ? sc.fresh('all') : null
          const inside = declared(
            { ...sometimes(sc), writes: sc.writes && allows(sc, 'callback effects') },
            { text: a, type: sum, kind: 'local', assignable: false },
            {
              text: x,
              type: list.of,
              kind: list.refs && !isScalar(list.of) ? 'reference' : 'local',
              assignable: list.refs && list.assignable && !isScalar(list.of),
            },
            ...(fourth === null || !list.exact
              ? []
              : [{ text: fourth, type: list.type, kind: list.refs ? ('reference' as const) : ('local' as const), assignable: false }]),
            ...(third === null
              ? []
              : [{ text: third, type: intType(0, Math.max(0, list.most - 1)), kind: 'local' as const, assignable: false }]),
          )
          const body = grammar.intIn(inside, sum.lo, sum.hi, 'safe')
          const parameters = [a, x, ...(third === null ? [] : [third]), ...(fourth === null ? [] : [fourth])].join(', ')
          return { code: int`${list.code}.reduce((${parameters}) => ${body}, ${bracketed(draw.below(4))})`, lo: sum.lo, hi: sum.hi }
        }),
    ],
    [
      4,
      () => {
        const found = somePlace(sub, (t) => t.k === 'optional' && t.of.k === 'int')
        if (found?.type.k !== 'optional' || found.type.of.k !== 'int') return read(sc)
        const { of } = found.type
        if (draw.once(6)) return { code: int`${found.code}!`, lo: of.lo, hi: of.hi }
        if (draw.once(4)) {
          const x = grammar.int(later)
          return { code: int`(${found.code} === null ? ${x.code} : ${found.code})`, ...both(x, { ...x, ...of }) }
        }
        return otherwise(found.code, of)
      },
    ],
    [4, () => chained(sc) ?? read(sc)],
    [6, () => ofOwnList(sub) ?? read(sc)],
    [
      2,
      () => {
        const found = somePlace(sub, (t) => t.k === 'enum' && t.values.length > 1)
        if (found?.type.k !== 'enum') return read(sc)
        const { values } = found.type
        const arms = values.map(() => grammar.int({ ...later, writes: sc.writes && allows(sc, 'callback effects') }))
        const limits = { lo: Math.min(...arms.map((x) => x.lo)), hi: Math.max(...arms.map((x) => x.hi)) }
        if (draw.once(4))
          return {
            code: int`match(${found.code})${draw.once(2) ? '.returnType<number>()' : ''}.when((x) => x !== '${values[0]!}', () => ${arms[0]!.code}).otherwise(() => ${arms[1]!.code})`,
            ...limits,
          }
        if (values.length > 2 && draw.once(2))
          return {
            code: int`match(${found.code}).with('${values[2]!}', '${values[0]!}', () => ${arms[0]!.code}).otherwise(() => ${arms[1]!.code})`,
            ...limits,
          }
        const withs = separated(
          values.map((v, i) => code('')`.with('${v}', () => ${arms[i]!.code})`),
          '',
        )
        return { code: int`match(${found.code})${withs}.exhaustive()`, ...limits }
      },
    ],
    [
      5,
      () => {
        const called = grammar.call(sub, isInt)
        return called !== null && isInt(called.type) ? { code: called.code, lo: called.type.lo, hi: called.type.hi } : read(sc)
      },
    ],
    [1, () => ({ code: int`Number(${grammar.bool(sub)})`, lo: 0, hi: 1 })],
    [
      1,
      () => {
        const x = grammar.int(sub)
        return { code: draw.once(2) ? int`(${x.code} as number)` : int`(${x.code} satisfies number)`, lo: x.lo, hi: x.hi }
      },
    ],
    [
      2,
      () => {
        const found = unionField(sub, isInt)
        if (found === null || !isInt(found.type)) return read(sc)
        const rest = grammar.int(later)
        return { code: found.code(rest.code, int), lo: Math.min(found.type.lo, rest.lo), hi: Math.max(found.type.hi, rest.hi) }
      },
    ],
    [
      sc.writes ? 5 : 0,
      () => {
        const changed = grammar.effect(sub, intType(0, 1))
        return changed !== null && isInt(changed.type) ? { code: changed.code, lo: changed.type.lo, hi: changed.type.hi } : read(sc)
      },
    ],
    [
      sc.yields ? 4 : 0,
      () => {
        const chosen = grammar.choice(sub, intType(0, 1))
        return chosen !== null && isInt(chosen.type) ? { code: chosen.code, lo: chosen.type.lo, hi: chosen.type.hi } : read(sc)
      },
    ],
    [
      2,
      () => {
        const table = sc.tables.filter((t) => t.type.k === 'list' && t.type.of.k === 'int')
        if (table.length === 0) return read(sc)
        const { text, type } = draw.one(table)
        if (type.k !== 'list' || !isInt(type.of)) return read(sc)
        return { code: int`${text}[${grammar.intIn(sub, 0, type.most - 1, 'safe')}]`, lo: type.of.lo, hi: type.of.hi }
      },
    ],
  ])()
}

/** `a?.b.c ?? d`, `a?.length`, `a?.[i]`: an optional chain that ends in an integer, with its default. */
const chained = (sc: Scope): Int | null => {
  const { draw, grammar } = sc
  const sub = deeper(sc)
  const found = somePlace(sub, (t) => t.k === 'optional' && !isScalar(t.of))
  if (found?.type.k !== 'optional') return null
  const start = code('')`${found.code}`
  const end = chainTo(sub, start, found.type.of, '?.', (t) => t.k === 'int')
  if (end === null || !isInt(end.type)) return null
  const rest = grammar.int(sometimes(sc))
  if (draw.once(6)) return { code: int`Number(${end.code} === ${grammar.intIn(sub, end.type.lo, end.type.hi, 'safe')})`, lo: 0, hi: 1 }
  return { code: int`(${end.code} ?? ${rest.code})`, lo: Math.min(end.type.lo, rest.lo), hi: Math.max(end.type.hi, rest.hi) }
}

/** Follows fields, elements and lengths to something wanted; `link` is what joins the first. */
export const chainTo = (
  sc: Scope,
  text: Code,
  type: Type,
  link: '?.' | '.',
  wanted: (t: Type) => boolean,
): { readonly code: Code; readonly type: Type } | null => {
  const { draw, grammar } = sc
  switch (type.k) {
    case 'record': {
      const [name, of] = draw.one(type.fields)
      const next = code('')`${text}${link}${name}`
      if (wanted(of)) return { code: next, type: of }
      if (of.k !== 'optional') return chainTo(sc, next, of, draw.once(3) ? '?.' : '.', wanted)
      if (!allows(sc, 'nested optional')) return null
      return wanted(of.of) ? { code: next, type: of.of } : chainTo(sc, next, of.of, '?.', wanted)
    }
    case 'array':
    case 'queue': {
      if (!allows(sc, 'nested optional') && link === '?.') return null
      const n = type.k === 'array' ? type.length : type.capacity
      if (draw.once(4) && wanted(intType(0, n)))
        return { code: code('')`${text}${link}length`, type: intType(type.k === 'array' ? n : 0, n) }
      if (type.k === 'queue') return null
      const at = grammar.intIn(sometimes(sc), 0, n - 1, 'daring')
      const next = link === '?.' ? code('')`${text}?.[${at}]` : code('')`${text}[${at}]`
      const { of } = type
      if (wanted(of)) return { code: next, type: of }
      if (of.k === 'optional') return wanted(of.of) ? { code: next, type: of.of } : chainTo(sc, next, of.of, '?.', wanted)
      return chainTo(sc, next, of, '.', wanted)
    }
    case 'set':
      return wanted(intType(0, type.size)) ? { code: code('')`${text}${link}size`, type: intType(0, type.size) } : null
    default:
      return null
  }
}

/** A field of a union's variant, where it is that variant, and something else where it is not. */
export const unionField = (
  sc: Scope,
  wanted: (type: Type) => boolean,
): { readonly code: (otherwise: Code, make: typeof int) => Code; readonly type: Type } | null => {
  const holds = (type: Type) =>
    type.k !== 'union'
      ? []
      : type.variants.flatMap(([variant, of]) => of.filter(([, f]) => wanted(f)).map(([name, f]) => ({ variant, name, f })))
  const found = somePlace(sc, (type) => holds(type).length > 0)
  if (found?.type.k !== 'union') return null
  const { tag } = found.type
  const { variant, name, f } = sc.draw.one(holds(found.type))
  const x = sc.fresh('u')
  return {
    type: f,
    code: (otherwise, make) =>
      sc.draw.once(2)
        ? make`(${found.code}.${tag} === '${variant}' ? ${found.code}.${name} : ${otherwise})`
        : make`match(${found.code}).with({ ${tag}: '${variant}' }, (${x}) => ${x}.${name}).otherwise(() => ${otherwise})`,
  }
}

/** An integer for a place that takes lo..hi; a daring one may be outside. */
export const integerIn = (sc: Scope, lo: number, hi: number, care: Care): Code => {
  const { draw } = sc
  if (lo === hi && !draw.once(3)) return constant(lo).code
  if (isSpent(sc) && draw.once(2)) return constant(randomInt(draw, lo, hi)).code
  const x = integer(sc)
  if (x.lo >= lo && x.hi <= hi) return x.code
  const meets = x.lo <= hi && x.hi >= lo
  if (care === 'daring' && meets && draw.once(6)) return x.code
  const size = hi - lo + 1
  if (lo === hi) return constant(lo).code
  if (lo === 0 && size <= greatest && (size & (size - 1)) === 0 && draw.once(3)) return int`(${x.code} & ${`${hi}`})`
  if (size <= 65_536 && draw.once(2)) {
    const mod = int`Math.abs(${x.code} % ${`${size}`})`
    return lo === 0 ? mod : int`(${bracketed(lo)} + ${mod})`
  }
  return int`Math.max(${bracketed(lo)}, Math.min(${bracketed(hi)}, ${x.code}))`
}
