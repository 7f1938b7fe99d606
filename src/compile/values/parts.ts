/**
 * Parts of a predicate that could be crossed out: what is found of them while the predicate is compiled once more, so
 * that they can be. docs/LANGUAGE.md has the definition.
 *
 * A part that the property needs to be true becomes false, and the other way round. So what is crossed out makes a
 * property say more, never less, as long as nothing in it fails.
 */
import type { Expression, LogicalExpression, Node, Statement } from 'oxc-parser'
import { and, binary, constant, eq, ne, or, temp, zero } from '../../ir/build.js'
import type { Expr, Part, PartKind, Span } from '../../ir/system.js'
import type { Context } from './context.js'
import { newTemp } from './draft.js'
import { spanOf } from './site.js'

/**
 * What the property needs of a condition: to be true, or to be false. `demanded`: to be true, and it is what the
 * property says; what else is wanted only says where nothing is demanded.
 */
export type Stance = 'demanded' | 'wanted' | 'unwanted'

/** What is known of parts while a predicate is compiled for them. */
export interface Parts {
  /** The temp whose bit i says that part i is crossed out. Nothing sets it. */
  readonly crossed: number
  readonly found: FoundPart[]
  /** Of conditions that are about to be evaluated, by their nodes. */
  readonly stances: Map<object, Stance>
  readonly candidates: Map<object, PartKind>
  /** What is wanted of the value that the function in progress returns. */
  returns: Stance | null
  /** Something is demanded that is a constant, `return false`: it cannot be crossed out, so not all can. */
  isFixed: boolean
  /** How many quantifiers are around: `every`, and below a negation `some`. */
  quantifiers: number
  /** The innermost part that is being evaluated, by the key of its place. */
  within: string | null
}

interface FoundPart {
  readonly kind: PartKind
  readonly at: Span
  /** The keys of parts in which it is evaluated; null where it is in none. */
  readonly within: Set<string | null>
}

/** A mask has so many bits; parts beyond are left alone. */
const mostParts = 32

/** The first part is all that is demanded, at once. */
export const createParts = (c: Context, at: Span): Parts => ({
  crossed: newTemp(c),
  found: [{ kind: 'demand', at, within: new Set([null]) }],
  stances: new Map(),
  candidates: new Map(),
  returns: null,
  isFixed: false,
  quantifiers: 0,
  within: null,
})

/** What is wanted of a condition; null where nobody can say. */
export const stanceOf = (c: Context, node: object): Stance | null => c.code.parts?.stances.get(node) ?? null

/** The same, for who hands it on to the conditions inside. */
export const takeStance = (c: Context, node: object): Stance | null => {
  const stance = stanceOf(c, node)
  c.code.parts?.stances.delete(node)
  return stance
}

/** Functions are evaluated in many places: what one of them wants says nothing of the others. */
export const setStance = (c: Context, node: object, stance: Stance | null, part: PartKind | null = null): void => {
  const { parts } = c.code
  if (parts === null) return
  if (stance === null) parts.stances.delete(node)
  else parts.stances.set(node, stance)
  if (stance === null || part === null) parts.candidates.delete(node)
  else parts.candidates.set(node, part)
}

export const opposite = (stance: Stance | null): Stance | null => (stance === null ? null : stance === 'unwanted' ? 'wanted' : 'unwanted')

/** Says of the operands of a chain like `a || b || c` what is wanted of each, and which are parts. */
export const judgeChain = (c: Context, node: LogicalExpression, links: readonly LogicalExpression[]): void => {
  if (c.code.parts === null) return
  let stance = takeStance(c, node)
  for (let end = links.length - 1; end >= 0; ) {
    const operator = links[end]?.operator
    let begin = end
    while (begin > 0 && links[begin - 1]?.operator === operator) begin--
    const group = links.slice(begin, end + 1)
    const operands = [...group.slice(0, 1).map(({ left }) => left), ...group.map(({ right }) => right)]
    const own = operator === '??' ? null : stance
    const drops = operator === '||' ? own === 'wanted' || own === 'demanded' : own === 'unwanted'
    operands.forEach((operand, i) => {
      const isAsked = isAskedOnlySometimes(operands, i)
      // Of several negations nobody knows which is the demand: only the first one is taken for an exemption. And what
      // is said of each element may be that there is none such: `every((e) => !e.mapped || ...)`.
      const exempts = operator === '||' && i === 0 && isExemption(operand) && c.code.parts?.quantifiers === 0
      const inside = own === 'demanded' && exempts ? 'wanted' : own
      setStance(c, operand, inside, drops ? (operator === '&&' ? 'conjunct' : isAsked ? 'consequent' : 'disjunct') : null)
    })
    const [first] = operands
    stance = first === undefined ? null : stanceOf(c, first)
    end = begin - 1
  }
}

/** Whether an operand of `||` is what the others say when to ask for: the b of `!a || b`. */
const isAskedOnlySometimes = (operands: readonly Node[], i: number): boolean =>
  i > 0 && operands.slice(0, i).every(isExemption) && (i === operands.length - 1 || !isExemption(operands[i]))

/** `!a`, `a !== b`, `a === null`: as an operand of `||`, that there is nothing to ask for. */
const isExemption = (node: Node | undefined): boolean => {
  if (node?.type === 'ParenthesizedExpression') return isExemption(node.expression)
  if (node?.type === 'UnaryExpression') return node.operator === '!'
  if (node?.type !== 'BinaryExpression') return false
  return node.operator === '!==' || (node.operator === '===' && [node.left, node.right].some(isNothing))
}

const isNothing = (node: Node): boolean =>
  (node.type === 'Literal' && node.value === null) || (node.type === 'Identifier' && node.name === 'undefined')

/** Says what is wanted of the test of `if (test) return true`: a return is one more way to be true. */
export const judgeReturn = (c: Context, test: Expression, consequent: Statement): void => {
  const value = returned(consequent)
  const returns = c.code.parts?.returns ?? null
  const stance = value === null || returns === null ? null : value === (returns !== 'unwanted') ? 'wanted' : 'unwanted'
  setStance(c, test, stance, stance === 'wanted' ? 'disjunct' : null)
}

/** The constant that a statement returns. */
const returned = (statement: Statement): boolean | null => {
  if (statement.type === 'BlockStatement') {
    const [only] = statement.body
    return only === undefined || statement.body.length > 1 ? null : returned(only as Statement)
  }
  if (statement.type !== 'ReturnStatement' || statement.argument?.type !== 'Literal') return null
  return typeof statement.argument.value === 'boolean' ? statement.argument.value : null
}

const keyOf = ({ file, start, end }: Span): string => `${file}:${start}:${end}`

/** Evaluates a condition that may be a part: parts of it are parts of that. */
export const insidePart = <T>(c: Context, node: Node, file: number, body: () => T): T => {
  const { parts } = c.code
  if (parts?.candidates.has(node) !== true) return body()
  const outer = parts.within
  parts.within = keyOf(spanOf(file, node))
  const result = body()
  parts.within = outer
  return result
}

/** Whether the value of a condition has to be one that can be crossed out. */
export const isJudged = (c: Context, node: object): boolean =>
  stanceOf(c, node) === 'demanded' || c.code.parts?.candidates.has(node) === true

/**
 * The condition, as it is with what is crossed out. A condition that is still `demanded` has handed that on to nothing
 * inside it.
 */
export const crossable = (c: Context, node: Node, file: number, e: Expr, stance: Stance | null): Expr => {
  const { parts } = c.code
  if (parts === null || stance === null) return e
  if (e.op === 'const') {
    if (e.value === 0 && stance !== 'unwanted') parts.isFixed = true
    return e
  }
  const kind = parts.candidates.get(node)
  const bits = (stanceOf(c, node) === 'demanded' ? 1 : 0) | (kind === undefined ? 0 : bitOf(parts, kind, spanOf(file, node)))
  if (bits === 0) return e
  const chosen = binary('and', temp(parts.crossed), constant(bits))
  return stance === 'unwanted' ? or(e, ne(chosen, zero)) : and(e, eq(chosen, zero))
}

/** The predicate with what is crossed out. Where something demanded is fixed, all that is demanded matters. */
export const withFixed = ({ crossed, isFixed }: Parts, value: Expr): Expr =>
  isFixed ? and(value, eq(binary('and', temp(crossed), constant(1)), zero)) : value

/** Puts back what was wanted of a condition: what its evaluation took may be evaluated once more. */
export const restoreStance = (c: Context, node: object, stance: Stance | null): void => {
  if (stance !== null) c.code.parts?.stances.set(node, stance)
}

const bitOf = (parts: Parts, kind: PartKind, at: Span): number => {
  const key = keyOf(at)
  const i = parts.found.findIndex((part, n) => n > 0 && keyOf(part.at) === key)
  if (i < 0 && parts.found.length === mostParts) return 0
  const within = parts.within
  if (i < 0) return 1 << (parts.found.push({ kind, at, within: new Set([within]) }) - 1)
  parts.found[i]?.within.add(within)
  return 1 << i
}

/** The parts as an engine gets them. */
export const partsFound = ({ found }: Parts): Part[] =>
  found.map(({ kind, at, within }) => ({
    kind,
    at,
    within: [...within].map((key) => {
      const outer = found.findIndex((part, n) => n > 0 && keyOf(part.at) === key)
      return outer < 0 ? null : outer
    }),
  }))
