/**
 * Lists of a local that change, and what changes and reads them in one expression. Most of these the compiler refuses:
 * what it accepts must be right.
 */
import { type Code, code, grouped, type Part, separated, statement } from './code.ts'
import { combined } from './integers.ts'
import { callback, elementsOf, someList } from './lists.ts'
import { done, type Make, type Written } from './powers.ts'
import { declared, deeper, type Int, isInt, type Scope, somePlace, sometimes, type Var } from './scope.ts'
import { intType, type Type } from './types.ts'

const int = code('int')
const element = intType(0, 3)
/** Nobody counts how often something is pushed: more than so often is seldom. */
const growth = 4

export const ownList = (sc: Scope): Written => {
  const { draw, grammar } = sc
  const name = sc.fresh('xs')
  const from = draw.once(3) ? someList(deeper({ ...sc, yields: false }), (of) => isInt(of) && of.lo >= 0 && of.hi <= 3) : null
  const sure = from === null ? 1 + draw.below(3) : from.exact ? from.most : 0
  const made =
    from === null
      ? separated(
          Array.from({ length: sure }, () => grammar.intIn(deeper(sc), element.lo, element.hi, 'safe')),
          ', ',
        )
      : code('')`...${from.code}`
  const keyword = draw.once(3) ? 'let' : 'const'
  const type: Type = { k: 'list', most: (from?.most ?? sure) + growth, exact: false, of: element }
  let scope = declared(sc, { text: name, type, kind: 'local', assignable: keyword === 'let', sure })
  const parts: Part[] = [statement`${keyword} ${name}${keyword === 'let' ? ': number[]' : ''} = [${made}]`]
  for (let i = draw.below(3); i >= 0; i--) {
    const use = used(scope)
    parts.push('\n;', use.code)
    scope = use.scope
  }
  return done(scope, grouped(parts))
}

/** Code is short: what is declared only to be used at random is not used at all. */
const used = (sc: Scope): Written => {
  const { draw } = sc
  const x = ofOwnList(deeper(sc))
  if (x === null) throw new Error('there is a list')
  const place = sc.writes && draw.once(2) ? somePlace(sc, (t, root, assignable) => isInt(t) && assignable && root.kind !== 'ghost') : null
  if (place !== null) return done(sc, statement`${place.code} = ${x.code}`)
  if (draw.once(3))
    return changedList(sc, { chooses: false, blocks: false, pauses: false, loops: [], result: undefined }) ?? done(sc, statement``)
  const name = sc.fresh('v')
  return done(
    declared(sc, { text: name, type: intType(x.lo, x.hi), kind: 'local', assignable: false }),
    statement`const ${name} = ${x.code}`,
  )
}

/** An object of a local with objects in it, of which one sometimes gets a name of its own. */
export const ownObject = (sc: Scope): Written => {
  const { draw, grammar } = sc
  const name = sc.fresh('own')
  const given = (): Code => grammar.intIn(deeper(sc), element.lo, element.hi, 'safe')
  const pair: Type = { k: 'list', most: 2, exact: true, of: element }
  const [type, inner, made] = draw.one<readonly [Type, string, Code]>([
    [
      {
        k: 'record',
        fields: [
          ['x', pair],
          ['y', element],
        ],
      },
      '.x',
      code('')`{ x: [${given()}, ${given()}], y: ${given()} }`,
    ],
    [{ k: 'list', most: 2, exact: true, of: pair }, '[1]', code('')`[[${given()}, ${given()}], [${given()}, ${given()}]]`],
    [
      {
        k: 'record',
        fields: [
          ['x', { k: 'record', fields: [['y', element]] }],
          ['z', element],
        ],
      },
      '.x',
      code('')`{ x: { y: ${given()} }, z: ${given()} }`,
    ],
  ])
  const text = statement`const ${name} = ${made}`
  const whole: Var = { text: name, type, kind: 'local', assignable: true }
  if (!draw.once(6)) return done(declared(sc, whole), text)
  const part = sc.fresh('own')
  const of = type.k === 'list' ? type.of : type.k === 'record' ? type.fields[0]![1] : element
  return done(
    declared(sc, { ...whole, assignable: draw.once(2) }, { text: part, type: of, kind: 'local', assignable: draw.once(2) }),
    grouped([text, '\n', statement`const ${part} = ${name}${inner}`]),
  )
}

type OwnList = Var & { readonly sure: number; readonly type: Extract<Type, { k: 'list' }> }

const ownLists = (sc: Scope): OwnList[] => sc.vars.filter((v): v is OwnList => v.sure !== undefined && v.type.k === 'list')

const position = (sc: Scope, { sure }: OwnList): Code => sc.grammar.intIn(deeper(sc), 0, Math.max(0, sure - 1), 'safe')

const changed = (sc: Scope, list: OwnList): Int => {
  const { draw, grammar } = sc
  const { text, sure, assignable } = list
  const given = (): Code => grammar.intIn(deeper(sc), element.lo, element.hi, 'safe')
  return draw.weighted<() => Int>([
    [4, () => ({ code: int`${text}.push(${given()})`, lo: sure + 1, hi: list.type.most })],
    [4, () => ({ code: int`(${text}[${position(sc, list)}] = ${given()})`, ...element })],
    [1, () => ({ code: int`(${text}[${position(sc, list)}] ^= ${given()})`, ...element })],
    [assignable ? 3 : 0, () => ({ code: int`(${text} = [${given()}, ${given()}, ${given()}]).length`, lo: 3, hi: 3 })],
    [assignable ? 2 : 0, () => ({ code: int`(${text} = [${given()}, ${given()}, ${given()}])[${draw.one(['0', '1', '2'])}]`, ...element })],
  ])()
}

const seen = (sc: Scope, list: OwnList): Int => {
  const { draw } = sc
  const { text, type } = list
  const inside = elementsOf({ root: list, type, code: code('')`${text}`, assignable: false, daring: false, throughQueue: false })
  return draw.weighted<() => Int>([
    [4, () => ({ code: int`${text}.length`, lo: list.sure, hi: type.most })],
    [5, () => ({ code: int`${text}[${position(sc, list)}]`, ...element })],
    [1, () => ({ code: int`${text}.indexOf(${`${draw.below(4)}`})`, lo: -1, hi: type.most - 1 })],
    [1, () => ({ code: int`(${text}.at(-1) ?? 0)`, ...element })],
    [1, () => ({ code: int`[...${text}].length`, lo: list.sure, hi: type.most })],
    [1, () => ({ code: int`${text}.reduce((t, x) => Math.max(t, x), 0)`, ...element })],
    [1, () => ({ code: int`${text}.filter(${callback(sometimes(deeper(sc)), inside!, { k: 'bool' }, 3)}).length`, lo: 0, hi: type.most })],
  ])()
}

/** Something that changes a list of a local, or reads it, or does both; null where there is no such list. */
export const ofOwnList = (sc: Scope): Int | null => {
  const lists = ownLists(sc)
  if (lists.length === 0) return null
  const { draw } = sc
  const list = draw.one(lists)
  if (draw.once(3)) return seen(sc, list)
  const sub = deeper(sc)
  const [a, b] = draw.once(2) ? [changed(sub, list), seen(sub, list)] : [seen(sub, list), changed(sub, list)]
  return draw.weighted<() => Int>([
    [2, () => changed(sc, list)],
    [
      4,
      () => {
        const op = draw.one(['+', '-', '*'])
        return { code: int`(${a.code} ${op} ${b.code})`, ...combined(op, a, b)! }
      },
    ],
    [2, () => ({ code: int`Math.min(${a.code}, ${b.code})`, lo: Math.min(a.lo, b.lo), hi: Math.min(a.hi, b.hi) })],
    [1, () => ({ code: int`[${a.code}, ${b.code}][${draw.one(['0', '1'])}]`, lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) })],
    [1, () => ({ code: int`[${a.code}, ...${list.text}, ${b.code}].length`, lo: 2, hi: list.type.most + 2 })],
    [1, () => ({ code: int`[${a.code}, ...Array.from(${list.text}), ${b.code}].length`, lo: 2, hi: list.type.most + 2 })],
  ])()
}

/** A statement that changes a list of a local, or gives it another name. */
export const changedList: Make = (sc) => {
  const lists = ownLists(sc)
  if (lists.length === 0) return null
  const list = sc.draw.one(lists)
  if (!sc.draw.once(12)) return done(sc, statement`${changed(sc, list).code}`)
  const name = sc.fresh('xs')
  // Another name, of which most is refused, or a copy.
  const given = sc.draw.one([code('')`${list.text}`, code('')`Array.from(${list.text})`, code('')`[...${list.text}]`])
  return done(declared(sc, { ...list, text: name, assignable: false }), statement`const ${name} = ${given}`)
}
