/** Lists that generated code can go over, and callbacks for them. */
import { type Code, code } from './code.ts'
import { affords, allows, declared, type Place, repeated, type Scope, somePlace, sometimes, type Var } from './scope.ts'
import { intType, isScalar, type Type } from './types.ts'

export interface ListText {
  readonly code: Code
  /** What has the elements: a set has no methods of lists. */
  readonly source: Code
  readonly of: Type
  readonly most: number
  readonly exact: boolean
  readonly assignable: boolean
  /** Its elements are parts of the state: a name for one is good for this step only. */
  readonly refs: boolean
  /** The type of the list itself. */
  readonly type: Type
}

export const elementsOf = ({ code: text, type, assignable, root }: Omit<Place, 'path'>): ListText | null => {
  const isPart = root.kind !== 'local'
  switch (type.k) {
    case 'array':
      return {
        code: text,
        source: text,
        of: type.of,
        most: type.length,
        exact: true,
        assignable: root.assignable && assignable !== undefined && isPart,
        refs: isPart,
        type,
      }
    case 'queue':
      return { code: text, source: text, of: type.of, most: type.capacity, exact: false, assignable: false, refs: false, type }
    case 'list':
      return { code: text, source: text, of: type.of, most: type.most, exact: type.exact, assignable: false, refs: false, type }
    case 'set':
      return {
        code: code('')`[...${text}]`,
        source: text,
        of: intType(0, type.size - 1),
        most: type.size,
        exact: false,
        assignable: false,
        refs: false,
        type,
      }
    default:
      return null
  }
}

/** What is longer makes callbacks too much code. */
const longest = 8

/** Lists of the constants of a module. */
const constants: readonly (readonly [text: string, most: number, of: Type])[] = [
  ['Object.values(limits)', 2, intType(0, 3)],
  ['Object.entries(limits).map(([, n]) => n)', 2, intType(0, 3)],
  ["Object.keys(limits).map((name) => (name === 'low' ? 1 : 0))", 2, intType(0, 1)],
  ['Array.from({ length: 3 }, (_, i) => i)', 3, intType(0, 2)],
  ['Array.from(weights)', 4, intType(-1, 5)],
  ['weights', 4, intType(-1, 5)],
]

export const someList = (sc: Scope, wanted: (of: Type) => boolean = () => true, indices: Scope = sc): ListText | null => {
  if (sc.draw.once(12)) {
    const [text, most, of] = sc.draw.one(constants)
    if (wanted(of) && affords(sc, 3 * most))
      return {
        code: code('')`${text}`,
        source: code('')`${text}`,
        of,
        most,
        exact: true,
        assignable: false,
        refs: false,
        type: { k: 'list', most, exact: true, of },
      }
  }
  const found = somePlace(
    sc,
    (t) => {
      switch (t.k) {
        case 'array':
          return affords(sc, 3 * t.length) && wanted(t.of)
        case 'queue':
          return affords(sc, 3 * t.capacity) && wanted(t.of)
        case 'list':
          return t.most > 0 && affords(sc, 3 * t.most) && wanted(t.of)
        case 'set':
          return t.size <= longest && affords(sc, 3 * t.size) && wanted(intType(0, t.size - 1))
        default:
          return false
      }
    },
    indices,
  )
  if (found === null) return null
  const elements = elementsOf(found)
  if (elements === null) return null
  const list = found.throughQueue ? { ...elements, refs: false, assignable: false } : elements
  return (list.type.k === 'set' || isScalar(list.of)) && sc.draw.once(8) ? copied(list) : list
}

/** The same elements in a list of their own. */
const copied = (list: ListText): ListText => {
  const text = code('')`Array.from(${list.source})`
  const { most, exact, of } = list
  return { code: text, source: text, of, most, exact, assignable: false, refs: false, type: { k: 'list', most, exact, of } }
}

export const elementVar = (list: ListText, text: string): Var => ({
  text,
  type: list.of,
  kind: list.refs && !isScalar(list.of) && list.of.k !== 'optional' ? 'reference' : 'local',
  assignable: list.refs && list.assignable && !isScalar(list.of) && list.of.k !== 'optional',
})

/**
 * A function of the elements of a list: with some of its parameters, an expression or a block, that may write. `most`
 * is how many parameters the method gives.
 */
export const callback = (sc: Scope, list: ListText, result: Type, most: 2 | 3): Code => {
  const { draw } = sc
  const x = sc.fresh('x')
  const vars: Var[] = [elementVar(list, x)]
  const parameters = [x]
  if (draw.once(3)) {
    const i = sc.fresh('i')
    parameters.push(i)
    vars.push({ text: i, type: intType(0, Math.max(0, list.most - 1)), kind: 'local', assignable: false })
    if (most === 3 && allows(sc, 'last argument') && draw.once(2) && list.type.k !== 'set') {
      const all = sc.fresh('all')
      parameters.push(all)
      if (list.exact) vars.push({ text: all, type: list.type, kind: list.refs ? 'reference' : 'local', assignable: false })
    }
  }
  const writes = sc.writes && allows(sc, 'callback effects')
  const inside = declared(repeated({ ...sometimes(sc), writes }, list.most), ...vars)
  const pattern =
    parameters.length === 1 && list.of.k === 'record' && draw.once(4)
      ? destructured({ ...inside, vars: inside.vars.filter((v) => v.text !== x) }, list.of.fields, list)
      : null
  if (pattern !== null) return code('')`(${pattern.code}) => ${bodyOf(pattern.scope, result, writes)}`
  return code('')`(${parameters.join(', ')}) => ${bodyOf(inside, result, writes)}`
}

const bodyOf = (sc: Scope, result: Type, writes: boolean): Code => {
  if (writes && sc.depth < 3 && sc.draw.once(4)) return sc.grammar.block(sc, result, 2)
  return code('')`(${sc.grammar.value(sc, result, 'safe') ?? 'null'})`
}

const destructured = (
  sc: Scope,
  fields: readonly (readonly [string, Type])[],
  list: ListText,
): { readonly code: Code; readonly scope: Scope } => {
  const [name, type] = sc.draw.one(fields)
  const x = sc.fresh('x')
  return { code: code('')`{ ${name}: ${x} }`, scope: declared(sc, elementVar({ ...list, of: type }, x)) }
}

/** `find` or `at` of a list: its element, or undefined. */
export const call1 = (sc: Scope, list: ListText): Code => {
  const { draw, grammar } = sc
  const at = (): string | Code => (draw.once(2) ? `${-1 - draw.below(2)}` : grammar.intIn({ ...sc, yields: false }, 0, list.most, 'safe'))
  return draw.weighted<() => Code>([
    [3, () => code('')`${list.code}.find(${callback(sc, list, { k: 'bool' }, 3)})`],
    [2, () => code('')`${list.code}.at(${at()})`],
    [1, () => code('')`${list.code}.filter(${callback(sc, list, { k: 'bool' }, 3)}).at(${draw.one(['0', '-1', '1'])})`],
    [1, () => code('')`${list.code}.slice(${`${draw.below(2)}`}${draw.once(2) ? '' : `, ${1 + draw.below(3)}`}).at(0)`],
  ])()
}
