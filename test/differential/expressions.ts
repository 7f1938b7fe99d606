/** Random expressions of a given type, as text. */
import { declared, deeper, isState, type Place, places, type Scope, type Var } from './scope.ts'
import { type ExprTree, mix, part, pickOne, pickWeighted } from './tree.ts'
import { type Fields, isScalar, isWritable, sameType, type Type } from './types.ts'

export interface Int {
  readonly text: string
  readonly lo: number
  readonly hi: number
}

const deepest = 5
const isLeaf = (t: ExprTree, sc: Scope): boolean => t.parts.length === 0 || sc.depth >= deepest

/** A place of the state or a local of the wanted type, written out, or null. */
export const somePlace = (
  t: ExprTree,
  sc: Scope,
  wanted: (p: Place) => boolean,
  indicesIn: (p: Place) => Scope = () => sc,
): { readonly text: string; readonly place: Place } | null => {
  if (sc.depth > deepest) return null
  const every = places(sc).filter(wanted)
  if (every.length === 0) return null
  // Most of what may fail is left out, or every model would end soon.
  const careful = t.pick % 5 === 0 ? [] : every.filter((p) => !p.daring && !p.throughQueue)
  const [place] = pickOne(mix(t.pick), careful.length === 0 ? every : careful)
  return { place, text: placeText(t, indicesIn(place), place) }
}

const placeText = (t: ExprTree, sc: Scope, place: Place): string =>
  place.text(place.holes.map((n, i) => intIn(part(t, i), deeper(sc), 0, n - 1, isState(place) ? 'daring' : 'safe')))

const literal = (n: number): string => (n < 0 ? `(${n})` : `${n}`)

export const int = (t: ExprTree, sc: Scope): Int => {
  const constant = (n: number): Int => ({ text: literal(n), lo: n, hi: n })
  const read = (rest: number): Int => {
    const found = somePlace({ ...t, pick: rest }, sc, (p) => p.type.k === 'int')
    return found?.place.type.k === 'int' ? { text: found.text, lo: found.place.type.lo, hi: found.place.type.hi } : constant((rest % 5) - 1)
  }
  if (isLeaf(t, sc)) {
    const [kind, rest] = pickWeighted(t.pick, [
      [1, 'literal'],
      [3, 'place'],
    ] as const)
    return kind === 'literal' ? constant((rest % 5) - (rest % 10 === 9 ? 3 : 0)) : read(rest)
  }
  const [kind, rest] = pickWeighted(t.pick, [
    [1, 'literal'],
    [6, 'place'],
    [8, 'arithmetic'],
    [5, 'divide'],
    [4, 'extreme'],
    [3, 'bits'],
    [4, '?:'],
    [3, 'length'],
    [4, 'search'],
    [2, 'reduce'],
    [5, 'absent'],
    [4, 'match'],
    [3, 'call'],
    [1, 'number'],
    [4, 'variant'],
  ] as const)
  const sub = deeper(sc)
  const a = (): Int => int(part(t, 0), sub)
  const b = (): Int => int(part(t, 1), sub)
  switch (kind) {
    case 'literal':
      return constant((rest % 7) - 2)
    case 'place':
      return read(rest)
    case 'arithmetic': {
      const [x, y] = [a(), b()]
      const [op] = pickOne(rest, ['+', '-', '*'] as const)
      return tame(combined(`(${x.text} ${op} ${y.text})`, x, y, (m, n) => (op === '+' ? m + n : op === '-' ? m - n : m * n)))
    }
    case 'divide': {
      const x = a()
      const [op, more] = pickOne(rest, ['%', 'trunc', '%'] as const)
      const n = [2, 3, -2, 1, 4][more % 5]!
      if (op === '%') {
        const most = Math.min(Math.abs(n) - 1, Math.max(Math.abs(x.lo), Math.abs(x.hi)))
        return { text: `(${x.text} % ${literal(n)})`, lo: x.lo < 0 ? -most : 0, hi: x.hi > 0 ? most : 0 }
      }
      return combined(`Math.trunc(${x.text} / ${literal(n)})`, x, { lo: n, hi: n }, (m, k) => Math.trunc(m / k))
    }
    case 'extreme': {
      const x = a()
      const [f] = pickOne(rest, ['min', 'max', 'abs'] as const)
      if (f === 'abs') {
        const most = Math.max(Math.abs(x.lo), Math.abs(x.hi))
        return { text: `Math.abs(${x.text})`, lo: x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0, hi: most }
      }
      const y = b()
      return combined(`Math.${f}(${x.text}, ${y.text})`, x, y, Math[f])
    }
    case 'bits': {
      const [op, more] = pickOne(rest, ['&', '|', '^', '~', '<<', '>>'] as const)
      const x = a()
      if (op === '~') return { text: `(~${x.text})`, lo: ~x.hi, hi: ~x.lo }
      if (op === '<<') return tame(combined(`(${x.text} << ${more % 3})`, x, x, (m) => m * 2 ** (more % 3)))
      if (op === '>>') return combined(`(${x.text} >> ${more % 3})`, x, x, (m) => m >> (more % 3))
      const y = b()
      const most = 2 ** Math.ceil(Math.log2(1 + Math.max(Math.abs(x.lo), Math.abs(x.hi), Math.abs(y.lo), Math.abs(y.hi))))
      return tame({ text: `(${x.text} ${op} ${y.text})`, lo: x.lo < 0 || y.lo < 0 ? -most : 0, hi: most })
    }
    case '?:': {
      const [x, y] = [int(part(t, 1), sub), int(part(t, 2), sub)]
      return { text: `(${bool(part(t, 0), sub)} ? ${x.text} : ${y.text})`, lo: Math.min(x.lo, y.lo), hi: Math.max(x.hi, y.hi) }
    }
    case 'length': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => ['queue', 'set', 'array', 'list'].includes(p.type.k))
      if (found === null) return read(rest)
      const { type } = found.place
      if (type.k === 'set') return { text: `${found.text}.size`, lo: 0, hi: type.size }
      const [form] = pickOne(rest >> 3, ['length', 'filter'] as const)
      const list = elementsOf(found.text, type, found.place)
      if (list === null) return read(rest)
      if (form === 'length') return { text: `${found.text}.length`, lo: type.k === 'array' ? list.most : 0, hi: list.most }
      const { x, inner } = callback(sub, list)
      return { text: `${found.text}.filter((${x}) => ${bool(part(t, 1), inner)}).length`, lo: 0, hi: list.most }
    }
    case 'search': {
      const list = someList({ ...t, pick: rest }, sub)
      if (list === null) return read(rest)
      const [form] = pickOne(rest >> 3, ['findIndex', 'find', 'at', 'indexOf', 'filtered'] as const)
      const { x, inner } = callback(sub, list)
      if (form === 'indexOf' && isScalar(list.of))
        return { text: `${list.text}.indexOf(${value(part(t, 1), sub, list.of)})`, lo: -1, hi: list.most - 1 }
      if (list.of.k === 'int' && form === 'find')
        return withDefault(`${list.text}.find((${x}) => ${bool(part(t, 1), inner)})`, list.of, int(part(t, 2), sub))
      if (list.of.k === 'int' && form === 'at')
        return withDefault(
          `${list.text}.at(${rest % 2 === 0 ? '-1' : intIn(part(t, 1), sub, 0, list.most, 'safe')})`,
          list.of,
          int(part(t, 2), sub),
        )
      if (list.of.k === 'int' && form === 'filtered')
        return withDefault(
          `${list.text}.filter((${x}) => ${bool(part(t, 1), inner)}).at(${rest % 3 === 0 ? '-1' : rest % 2})`,
          list.of,
          int(part(t, 2), sub),
        )
      const [i] = [sc.fresh('i')]
      const withIndex = declared(inner, { text: i, type: { k: 'int', lo: 0, hi: list.most - 1 }, kind: 'local', assignable: false })
      return { text: `${list.text}.findIndex((${x}, ${i}) => ${bool(part(t, 1), withIndex)})`, lo: -1, hi: list.most - 1 }
    }
    case 'reduce': {
      const list = someList({ ...t, pick: rest }, sub)
      if (list === null) return read(rest)
      const { x, inner } = callback(sub, list)
      const sum = sc.fresh('sum')
      const of = { k: 'int', lo: 0, hi: 3 } as const
      const body = intIn(part(t, 1), declared(inner, { text: sum, type: of, kind: 'local', assignable: false }), 0, 3, 'safe')
      return { text: `${list.text}.reduce((${sum}, ${x}) => ${body}, ${rest % 4})`, lo: 0, hi: 3 }
    }
    case 'absent': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'optional' && p.type.of.k === 'int')
      if (found?.place.type.k === 'optional' && found.place.type.of.k === 'int' && rest % 8 === 7)
        return { ...found.place.type.of, text: `${found.text}!` }
      if (found?.place.type.k === 'optional' && found.place.type.of.k === 'int')
        return rest % 3 === 0
          ? withTest(`${found.text} === null`, int(part(t, 2), sub), { ...found.place.type.of, text: found.text })
          : withDefault(found.text, found.place.type.of, int(part(t, 2), sub))
      const record = somePlace({ ...t, pick: rest }, sub, (p) => fieldOf(p.type, 'int') !== null)
      const field = record === null ? null : fieldOf(record.place.type, 'int')
      if (record === null || field === null) return read(rest)
      return withDefault(`${record.text}?.${field[0]}`, field[1], int(part(t, 2), sub))
    }
    case 'match': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'enum' && p.type.values.length > 1)
      if (found?.place.type.k !== 'enum') return read(rest)
      const { values } = found.place.type
      const arms = values.map((_, i) => int(part(t, i), sub))
      const limits = { lo: Math.min(...arms.map((x) => x.lo)), hi: Math.max(...arms.map((x) => x.hi)) }
      if (values.length === 3 && rest % 2 === 0)
        return {
          text: `match(${found.text}).with('${values[2]}', '${values[0]}', () => ${arms[0]!.text}).otherwise(() => ${arms[1]!.text})`,
          ...limits,
        }
      return {
        text: `match(${found.text})${values.map((v, i) => `.with('${v}', () => ${arms[i]!.text})`).join('')}.exhaustive()`,
        ...limits,
      }
    }
    case 'call': {
      const text = someCall({ ...t, pick: rest }, sub, (type) => type.k === 'int')
      return text === null || text.type.k !== 'int' ? read(rest) : { text: text.text, lo: text.type.lo, hi: text.type.hi }
    }
    case 'number':
      return { text: `Number(${bool(part(t, 0), sub)})`, lo: 0, hi: 1 }
    case 'variant': {
      const found = someVariantField({ ...t, pick: rest }, sub, (type) => type.k === 'int')
      if (found?.type.k !== 'int') return read(rest)
      const otherwise = int(part(t, 2), sub)
      return { text: found.text(otherwise.text), lo: Math.min(found.type.lo, otherwise.lo), hi: Math.max(found.type.hi, otherwise.hi) }
    }
  }
}

const combined = (text: string, x: { lo: number; hi: number }, y: { lo: number; hi: number }, f: (a: number, b: number) => number): Int => {
  const all = [f(x.lo, y.lo), f(x.lo, y.hi), f(x.hi, y.lo), f(x.hi, y.hi)]
  return { text, lo: Math.min(...all), hi: Math.max(...all) }
}

/** Keeps numbers small, as the language wants them bounded. */
const tame = (x: Int): Int => (x.lo < -64 || x.hi > 64 ? { text: `(${x.text} % 8)`, lo: x.lo < 0 ? -7 : 0, hi: x.hi > 0 ? 7 : 0 } : x)

const withDefault = (text: string, of: { lo: number; hi: number }, otherwise: Int): Int => ({
  text: `(${text} ?? ${otherwise.text})`,
  lo: Math.min(of.lo, otherwise.lo),
  hi: Math.max(of.hi, otherwise.hi),
})

const withTest = (test: string, x: Int, y: Int): Int => ({
  text: `(${test} ? ${x.text} : ${y.text})`,
  lo: Math.min(x.lo, y.lo),
  hi: Math.max(x.hi, y.hi),
})

/** An integer for a place that takes lo..hi; a daring one may be outside. */
export const intIn = (t: ExprTree, sc: Scope, lo: number, hi: number, care: 'safe' | 'daring'): string => {
  const x = int(t, sc)
  if (x.lo >= lo && x.hi <= hi) return x.text
  const [way] = pickOne(mix(t.pick), [
    'clamp',
    'modulo',
    'as it is',
    'modulo',
    'clamp',
    'modulo',
    'modulo',
    'clamp',
    'modulo',
    'clamp',
  ] as const)
  const meets = x.lo <= hi && x.hi >= lo
  if (care === 'daring' && way === 'as it is' && meets) return x.text
  if (lo === hi) return literal(lo)
  if (way === 'modulo') return lo === 0 ? `Math.abs(${x.text} % ${hi + 1})` : `(${literal(lo)} + Math.abs(${x.text} % ${hi - lo + 1}))`
  return `Math.max(${literal(lo)}, Math.min(${literal(hi)}, ${x.text}))`
}

interface ListText {
  readonly text: string
  readonly of: Type
  readonly most: number
  readonly exact: boolean
  readonly assignable: boolean
  /** Its elements are parts of the state: a name for one is good for this step only. */
  readonly refs: boolean
}

const elementsOf = (text: string, type: Type, place: Place): ListText | null => {
  switch (type.k) {
    case 'array':
      return { text, of: type.of, most: type.length, exact: true, assignable: place.assignable, refs: isState(place) }
    case 'queue':
      return { text, of: type.of, most: type.capacity, exact: false, assignable: false, refs: false }
    case 'list':
      return { text, of: type.of, most: type.most, exact: false, assignable: false, refs: false }
    case 'set':
      return {
        text: `[...${text}]`,
        of: { k: 'int', lo: 0, hi: type.size - 1 },
        most: type.size,
        exact: false,
        assignable: false,
        refs: false,
      }
    default:
      return null
  }
}

export const someList = (t: ExprTree, sc: Scope, wanted: (of: Type) => boolean = () => true): ListText | null => {
  const found = somePlace(t, sc, (p) => {
    const list = elementsOf('', p.type, p)
    return list !== null && wanted(list.of)
  })
  return found === null ? null : elementsOf(found.text, found.place.type, found.place)
}

const callback = (sc: Scope, list: ListText): { readonly x: string; readonly inner: Scope } => {
  const x = sc.fresh('x')
  return {
    x,
    inner: declared(deeper(sc), { text: x, type: list.of, kind: list.refs && !isScalar(list.of) ? 'ref' : 'local', assignable: false }),
  }
}

const fieldOf = (t: Type, kind: 'int' | 'bool'): readonly [string, Extract<Type, { k: 'int' }>] | null => {
  if (t.k !== 'optional' || t.of.k !== 'record') return null
  const field = t.of.fields.find(([, f]) => f.k === kind)
  return field === undefined ? null : [field[0], field[1] as Extract<Type, { k: 'int' }>]
}

const someCall = (t: ExprTree, sc: Scope, wanted: (result: Type) => boolean): { readonly text: string; readonly type: Type } | null => {
  const fitting = sc.pure.filter((f) => wanted(f.result) && (sc.effects || !f.effects))
  if (fitting.length === 0) return null
  const [f] = pickOne(t.pick, fitting)
  return {
    text: `${f.name}(${[...(f.local ? [] : ['s']), ...f.parameters.map((type, i) => value(part(t, i), sc, type))].join(', ')})`,
    type: f.result,
  }
}

const someVariantField = (
  t: ExprTree,
  sc: Scope,
  wanted: (type: Type) => boolean,
): { readonly text: (otherwise: string) => string; readonly type: Type } | null => {
  const hasField = (type: Type): readonly [string, string, Type] | undefined =>
    type.k !== 'union'
      ? undefined
      : type.variants.flatMap(([variant, of]) => of.filter(([, f]) => wanted(f)).map(([name, f]) => [variant, name, f] as const))[0]
  const found = somePlace(t, sc, (p) => hasField(p.type) !== undefined)
  const field = found === null ? undefined : hasField(found.place.type)
  if (found === null || field === undefined) return null
  const [variant, name, type] = field
  const x = sc.fresh('u')
  return {
    type,
    text: (otherwise) =>
      t.pick % 2 === 0
        ? `(${found.text}.kind === '${variant}' ? ${found.text}.${name} : ${otherwise})`
        : `match(${found.text}).with({ kind: '${variant}' }, (${x}) => ${x}.${name}).otherwise(() => ${otherwise})`,
  }
}

export const bool = (t: ExprTree, sc: Scope): string => {
  const read = (rest: number): string =>
    somePlace({ ...t, pick: rest }, sc, (p) => p.type.k === 'bool')?.text ?? test(mix(rest)) ?? comparison(rest)
  const comparison = (rest: number): string => {
    const [x, y] = [int(part(t, 0), deeper(sc)), int(part(t, 1), deeper(sc))]
    const [op] = pickOne(rest, ['===', '<', '<=', '>', '>=', '!=='])
    return `(${x.text} ${op} ${y.text})`
  }
  /** Asks something of a place, whatever there is. */
  const test = (pick: number): string | null => {
    const found = somePlace({ ...t, pick }, sc, (p) => ['bool', 'enum', 'optional', 'union', 'queue', 'set', 'int'].includes(p.type.k))
    if (found === null) return null
    const { type } = found.place
    const [op] = pickOne(mix(pick), ['===', '!=='] as const)
    switch (type.k) {
      case 'bool':
        return op === '===' ? found.text : `!${found.text}`
      case 'enum':
        return type.values.length < 2 ? null : `(${found.text} ${op} '${pickOne(pick, type.values)[0]}')`
      case 'optional':
        return `(${found.text} ${op} null)`
      case 'union':
        return `(${found.text}.kind ${op} '${pickOne(pick, type.variants)[0][0]}')`
      case 'queue':
        return `(${found.text}.length ${op} ${pick % (type.capacity + 1)})`
      case 'set':
        return pick % 2 === 0 ? `(${found.text}.size ${op} ${pick % (type.size + 1)})` : `${found.text}.has(${pick % type.size})`
      case 'int':
        return `(${found.text} ${op} ${literal(type.lo + (pick % (type.hi - type.lo + 1)))})`
      default:
        return null
    }
  }
  if (isLeaf(t, sc)) {
    if (t.pick === 0 || sc.depth > deepest) return t.pick % 2 === 0 ? 'true' : 'false'
    return test(t.pick) ?? comparison(t.pick)
  }
  const [kind, rest] = pickWeighted(t.pick, [
    [1, 'literal'],
    [4, 'place'],
    [5, 'test'],
    [4, 'comparison'],
    [4, 'enum'],
    [5, '&&'],
    [2, '!'],
    [3, 'absent'],
    [6, 'list'],
    [3, 'has'],
    [1, '?:'],
    [2, 'kind'],
    [2, 'call'],
    [1, 'same'],
    [3, '?.'],
  ] as const)
  const sub = deeper(sc)
  switch (kind) {
    case 'literal':
      return rest % 2 === 0 ? 'true' : 'false'
    case 'place':
      return read(rest)
    case 'test':
      return test(rest) ?? comparison(rest)
    case 'comparison':
      return comparison(rest)
    case 'enum': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'enum' && p.type.values.length > 1)
      if (found?.place.type.k !== 'enum') return read(rest)
      const { values } = found.place.type
      if (rest % 4 === 3)
        return `[${values
          .slice(0, 2)
          .map((v) => `'${v}'`)
          .join(', ')}].includes(${found.text})`
      return `(${found.text} ${rest % 2 === 0 ? '===' : '!=='} ${rest % 3 === 0 ? enumeration(part(t, 1), sub, values) : `'${pickOne(rest >> 2, values)[0]}'`})`
    }
    case '&&':
      return `(${bool(part(t, 0), sub)} ${rest % 2 === 0 ? '&&' : '||'} ${bool(part(t, 1), sub)})`
    case '!':
      return `!${bool(part(t, 0), sub)}`
    case 'absent': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'optional')
      if (found?.place.type.k !== 'optional') return read(rest)
      const { of } = found.place.type
      if (isScalar(of) && rest % 2 === 0) return `(${found.text} ${rest % 3 === 0 ? '!==' : '==='} ${value(part(t, 1), sub, of)})`
      if (rest % 5 === 0 && isScalar(of)) {
        const other = somePlace({ ...t, pick: mix(rest) }, sub, (p) => sameType(p.type, found.place.type))
        if (other !== null) return `(${found.text} === ${other.text})`
      }
      return `(${found.text} ${rest % 4 < 2 ? '!==' : '==='} null)`
    }
    case 'list': {
      const [form, more] = pickOne(rest, ['some', 'every', 'includes'] as const)
      const list = someList({ ...t, pick: more }, sub, form === 'includes' ? isScalar : undefined)
      if (list === null) return read(rest)
      if (form === 'includes') return `${list.text}.includes(${value(part(t, 1), sub, list.of)})`
      const { x, inner } = callback(sub, list)
      return `${list.text}.${form}((${x}) => ${bool(part(t, 1), inner)})`
    }
    case 'has': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'set')
      if (found?.place.type.k !== 'set') return read(rest)
      return `${found.text}.has(${intIn(part(t, 1), sub, 0, found.place.type.size - 1, 'daring')})`
    }
    case '?:':
      return `(${bool(part(t, 0), sub)} ? ${bool(part(t, 1), sub)} : ${bool(part(t, 2), sub)})`
    case 'kind': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => p.type.k === 'union')
      if (found?.place.type.k !== 'union') return read(rest)
      return `(${found.text}.kind ${rest % 2 === 0 ? '===' : '!=='} '${pickOne(rest, found.place.type.variants)[0][0]}')`
    }
    case 'call':
      return someCall({ ...t, pick: rest }, sub, (type) => type.k === 'bool')?.text ?? read(rest)
    case 'same':
      return `(${bool(part(t, 0), sub)} ${rest % 2 === 0 ? '===' : '!=='} ${bool(part(t, 1), sub)})`
    case '?.': {
      const found = somePlace({ ...t, pick: rest }, sub, (p) => fieldOf(p.type, 'bool') !== null)
      const field = found === null ? null : fieldOf(found.place.type, 'bool')
      if (found === null || field === null) return read(rest)
      return rest % 2 === 0 ? `(${found.text}?.${field[0]} === true)` : `(${found.text}?.${field[0]} ?? ${bool(part(t, 1), sub)})`
    }
  }
}

const enumeration = (t: ExprTree, sc: Scope, values: readonly string[]): string => {
  const quoted = `'${pickOne(t.pick, values)[0]}'`
  const read = (rest: number): string =>
    somePlace({ ...t, pick: rest }, sc, (p) => p.type.k === 'enum' && p.type.values.every((v) => values.includes(v)))?.text ?? quoted
  if (isLeaf(t, sc)) return t.pick % 2 === 0 ? quoted : read(t.pick)
  const [kind, rest] = pickWeighted(t.pick, [
    [1, 'literal'],
    [4, 'place'],
    [2, '?:'],
    [1, 'call'],
    [2, 'find'],
  ] as const)
  const sub = deeper(sc)
  switch (kind) {
    case 'literal':
      return `'${pickOne(rest, values)[0]}'`
    case 'place':
      return read(rest)
    case '?:':
      return `(${bool(part(t, 0), sub)} ? ${enumeration(part(t, 1), sub, values)} : ${enumeration(part(t, 2), sub, values)})`
    case 'call':
      return (
        someCall({ ...t, pick: rest }, sub, (type) => type.k === 'enum' && type.values.every((v) => values.includes(v)))?.text ?? read(rest)
      )
    case 'find': {
      const list = someList({ ...t, pick: rest }, sub, (of) => of.k === 'enum' && of.values.every((v) => values.includes(v)))
      if (list === null) return read(rest)
      const { x, inner } = callback(sub, list)
      return `(${list.text}.find((${x}) => ${bool(part(t, 1), inner)}) ?? ${enumeration(part(t, 2), sub, values)})`
    }
  }
}

/** A value of any type. Sets and queues can only be copied from a place: null where there is none. */
export const tryValue = (t: ExprTree, sc: Scope, type: Type): string | null => {
  switch (type.k) {
    case 'int':
      return intIn(t, sc, type.lo, type.hi, 'daring')
    case 'bool':
      return bool(t, sc)
    case 'enum':
      return enumeration(t, sc, type.values)
    default:
      break
  }
  const copy = (pick: number): string | null => somePlace({ ...t, pick }, sc, (p) => sameType(p.type, type) && isState(p))?.text ?? null
  if (!isWritable(type)) return copy(t.pick)
  const [kind, rest] = pickWeighted(t.pick, [
    [3, 'literal'],
    [3, 'copy'],
    [2, 'special'],
  ] as const)
  const sub = deeper(sc)
  if (kind === 'copy') return copy(rest) ?? written(t, rest, sc, type)
  if (kind === 'special') {
    const test = bool(part(t, 0), sub)
    // Two objects of the state cannot meet in one value: only one of the arms may be a place.
    if (type.k === 'optional' && isScalar(type.of)) return `(${test} ? ${value(part(t, 1), sub, type)} : ${value(part(t, 2), sub, type)})`
    if (type.k === 'record') {
      const from = copy(rest)
      if (from !== null) return `{ ...${from}, ${fieldTexts(t, rest, sub, type.fields)[0] ?? ''} }`
    }
    if (type.k === 'array' && isScalar(type.of)) {
      const from = copy(rest)
      if (from !== null) {
        const x = sc.fresh('x')
        return `${from}.map((${x}) => ${value(part(t, 1), declared(sub, { text: x, type: type.of, kind: 'local', assignable: false }), type.of)})`
      }
    }
    const call = someCall({ ...t, pick: rest }, sub, (result) => sameType(result, type))
    if (call !== null) return call.text
  }
  return written(t, rest, sc, type)
}

export const value = (t: ExprTree, sc: Scope, type: Type): string => {
  const text = tryValue(t, sc, type)
  if (text === null) throw new Error(`nothing to write for ${type.k}`)
  return text
}

const fieldTexts = (t: ExprTree, rest: number, sc: Scope, fields: Fields): string[] =>
  fields.map(([name, f], i) => `${name}: ${value(i < 3 ? part(t, i) : { pick: mix(rest + i), parts: [] }, sc, f)}`)

const written = (t: ExprTree, rest: number, sc: Scope, type: Type): string => {
  const sub = deeper(sc)
  switch (type.k) {
    case 'optional':
      return rest % 3 === 0 || sc.depth >= deepest ? 'null' : value(part(t, 0), sub, type.of)
    case 'record':
      return `{ ${fieldTexts(t, rest, sub, type.fields).join(', ')} }`
    case 'array':
      return `[${Array.from({ length: type.length }, (_, i) => value(part(t, i), sub, type.of)).join(', ')}]`
    case 'union': {
      const [[name, of]] = pickOne(rest, type.variants)
      return `{ ${[`kind: '${name}'`, ...fieldTexts(t, rest, sub, of)].join(', ')} }`
    }
    default:
      throw new Error(`no literal of ${type.k}`)
  }
}

export const parameter = (text: string, type: Type): Omit<Var, 'block'> => ({
  text,
  type,
  kind: isScalar(type) ? 'local' : 'parameter',
  assignable: !isScalar(type),
})
