/** Expressions that change something and have a value; calls; choices in the middle of expressions. */
import { type Code, code, separated, textOf } from './code.ts'
import { combined, constant } from './integers.ts'
import { someList } from './lists.ts'
import {
  affords,
  allows,
  type Callable,
  deeper,
  type Expr,
  indicesOfTarget,
  isInt,
  isState,
  type Place,
  type Scope,
  somePlace,
  type Var,
} from './scope.ts'
import { greatest, intType, isScalar, least, type Type, typeKey } from './types.ts'

const target = (sc: Scope, wanted: (t: Type) => boolean): Place | null =>
  somePlace(sc, (t, root, assignable) => assignable && root.kind !== 'ghost' && wanted(t), indicesOfTarget(sc))

/** `x = e`, `x += e`, `x++`, chains of these, `q.shift()`. */
export const effect = (sc: Scope, type: Type): Expr | null => {
  const { draw, grammar } = sc
  if (sc.depth > 4 || !sc.writes) return null
  const fits = (t: Type): boolean => (type.k === 'int' ? t.k === 'int' : typeKey(t) === typeKey(type))
  const kinds: [number, 'assign' | 'compound' | 'update' | 'shift' | 'chain'][] = [
    [allows(sc, 'assignment value') ? 4 : 0, 'assign'],
    [allows(sc, 'assignment value') && type.k === 'int' ? 3 : 0, 'compound'],
    [allows(sc, 'assignment value') && type.k === 'int' ? 4 : 0, 'update'],
    [allows(sc, 'assignment value') ? 1 : 0, 'chain'],
    [allows(sc, 'method effects') ? 2 : 0, 'shift'],
  ]
  if (kinds.every(([weight]) => weight === 0)) return null
  const kind = draw.weighted(kinds)
  if (kind === 'shift') {
    const queue = somePlace(
      sc,
      (t, root, assignable) => t.k === 'queue' && fits(t.of) && assignable && root.kind !== 'ghost' && isState(root),
      indicesOfTarget(sc),
    )
    return queue?.type.k === 'queue' ? { code: code(typeKey(queue.type.of))`${queue.code}.shift()`, type: queue.type.of } : null
  }
  const found = target(sc, fits)
  if (found === null) return null
  const make = code(typeKey(found.type))
  if (found.type.k === 'int') {
    const { lo, hi } = found.type
    if (kind === 'update') {
      const by = draw.one(['++', '--'])
      const step = by === '++' ? 1 : -1
      if (lo + step < least || hi + step > greatest) return null
      return draw.once(2)
        ? { code: make`${found.code}${by}`, type: intType(lo, hi) }
        : { code: make`(${by}${found.code})`, type: intType(lo + step, hi + step) }
    }
    if (kind === 'compound') {
      const changed = compound(sc, found)
      return changed === null ? null : { code: make`(${changed.code})`, type: intType(changed.lo, changed.hi) }
    }
  }
  const from = kind === 'chain' ? grammar.effect(deeper(sc), found.type) : null
  const right = from === null || !fits(from.type) ? grammar.value(deeper(sc), found.type, 'daring') : from.code
  if (right === null) return null
  // What fails in the store is no value: the limits of what is stored do.
  return { code: make`(${found.code} = ${right})`, type: found.type.k === 'int' ? intType(found.type.lo, found.type.hi) : found.type }
}

/**
 * `x op= e` for an integer place. What it is worth is what is stored; the limits are those before the store is checked.
 */
export const compound = (sc: Scope, found: Place): { readonly code: Code; readonly lo: number; readonly hi: number } | null => {
  const { draw, grammar } = sc
  if (!isInt(found.type)) return null
  const op = draw.one(['+', '-', '*', '%', '&', '|', '^', '<<', '>>', '>>>', '+', '-'])
  const sub = deeper(sc)
  const rightCode =
    op === '<<' || op === '>>' || op === '>>>'
      ? grammar.intIn(sub, 0, op === '<<' ? 2 : 31, 'safe')
      : op === '%'
        ? allows(sc, 'zero divisor') && draw.once(4)
          ? grammar.intIn(sub, 0, 3, 'safe')
          : grammar.intIn(sub, 1, 4, 'safe')
        : draw.once(3)
          ? constant(draw.below(3)).code
          : grammar.intIn(sub, -2, 2, 'safe')
  const limits = op === '<<' ? [0, 2] : op === '>>' || op === '>>>' ? [0, 31] : op === '%' ? [0, 4] : [-2, 2]
  const range = combined(op, { code: found.code, ...found.type }, { code: rightCode, lo: limits[0]!, hi: limits[1]! })
  return range === null ? null : { code: code('')`${found.code} ${op}= ${rightCode}`, ...range }
}

/** A call of a function, with some of its optional arguments; null where none fits. */
export const call = (sc: Scope, wanted: (type: Type) => boolean): Expr | null => {
  const fitting = sc.pure.filter(
    (f) => f.result !== null && wanted(f.result) && affords(sc, f.cost) && (!f.effects || (sc.writes && allows(sc, 'call effects'))),
  )
  if (fitting.length === 0 || sc.depth > 4) return null
  const f = sc.draw.one(fitting)
  sc.meter.spent += sc.weight * f.cost
  const args = argumentsOf(sc, f)
  return args === null ? null : { code: code(typeKey(f.result!))`${f.name}(${args})`, type: f.result! }
}

/** The part of the state that a function finds, as something that has parts itself. */
export const pointed = (sc: Scope): Var | null => {
  const finders = sc.pure.filter((f) => f.finds && affords(sc, f.cost) && (!f.effects || (sc.writes && allows(sc, 'call effects'))))
  if (finders.length === 0) return null
  const f = sc.draw.one(finders)
  sc.meter.spent += sc.weight * f.cost
  const args = argumentsOf(sc, f)
  return args === null ? null : { text: textOf(code('')`${f.name}(${args})`), type: f.result!, kind: 'reference', assignable: true }
}

export const argumentsOf = (sc: Scope, f: Callable): Code | null => {
  const { draw } = sc
  const args: Code[] = []
  let skipped = false
  for (const { type, optional } of f.parameters) {
    // Only a last argument can be left out.
    if (skipped) continue
    if (optional && draw.once(3)) {
      skipped = true
      continue
    }
    const arg = argument(deeper(sc), type)
    if (arg === null) return null
    args.push(arg)
  }
  return separated([...(f.local ? [] : ['s']), ...args], ', ')
}

/** By reference where the parameter's type is one of the state. */
const argument = (sc: Scope, type: Type): Code | null => {
  if (isScalar(type) || type.k === 'optional') return sc.grammar.value(sc, type, 'safe')
  const found = somePlace(
    sc,
    (t, root, _, path) =>
      typeKey(t) === typeKey(type) && isState(root) && root.kind !== 'ghost' && root.assignable && !path.daring && !path.throughQueue,
  )
  return found === null ? null : found.code
}

/** `(yield* choose(...))` or `(yield* helper(...))` in the middle of an expression. */
export const choice = (sc: Scope, type: Type): Expr | null => {
  if (!sc.yields || !allows(sc, 'yield operand') || sc.depth > 3) return null
  const fits = (t: Type): boolean => (type.k === 'int' ? t.k === 'int' : typeKey(t) === typeKey(type))
  const chosen = choosing(sc, fits) ?? (type.k === 'int' ? choosing(sc, isInt) : null)
  return chosen === null ? null : { code: code(typeKey(chosen.type))`(${chosen.code})`, type: chosen.type }
}

/** `yield* choose(...)` or `yield* helper(...)`, of a type that is wanted. */
export const choosing = (sc: Scope, wanted: (type: Type) => boolean, alone = false): Expr | null => {
  const { draw, grammar } = sc
  const helpers = sc.helpers.filter(
    (h) => h.result !== null && wanted(h.result) && !h.yields && affords(sc, h.cost) && (alone || h.plain) && (!h.effects || sc.writes),
  )
  const make = (text: Code, type: Type): Expr => ({ code: code(typeKey(type))`yield* ${text}`, type })
  if (helpers.length > 0 && draw.once(2)) {
    const h = draw.one(helpers)
    sc.meter.spent += sc.weight * h.cost
    const args = argumentsOf(sc, h)
    if (args !== null) return make(code('')`${h.name}(${args})`, h.result!)
  }
  const list = draw.once(3) ? someList(deeper(sc), (of) => isScalar(of) && wanted(of)) : null
  if (list !== null) return make(code('')`choose(${list.type.k === 'set' ? code('')`[...${list.code}]` : list.code})`, list.of)
  if (wanted(intType(0, 1)))
    return draw.weighted<() => Expr>([
      [4, () => ((n) => make(code('')`choose(${`${n}`})`, intType(0, n - 1)))(1 + draw.below(3))],
      [2, () => make(code('')`choose(${draw.one(['[2, 0]', '[1, 1]', '[-1, 1]'])})`, intType(-1, 2))],
      [2, () => make(code('')`choose(${grammar.intIn({ ...deeper(sc), writes: false }, 0, 2, 'safe')})`, intType(0, 1))],
      [
        2,
        () => {
          const set = somePlace(deeper(sc), (t) => t.k === 'set' && t.size <= 5)
          return set?.type.k === 'set'
            ? make(code('')`choose(${set.code})`, intType(0, set.type.size - 1))
            : make(code('')`choose(2)`, intType(0, 1))
        },
      ],
    ])()
  if (wanted({ k: 'bool' })) return make(code('')`choose([false, true])`, { k: 'bool' })
  if (wanted({ k: 'enum', values: ['a', 'b'] })) return make(code('')`choose(['b', 'a'])`, { k: 'enum', values: ['a', 'b'] })
  return null
}
