/** Template literals as values: one of finitely many texts. */
import type { TemplateLiteral } from 'oxc-parser'
import { binary, constant, eq, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { settle } from '../values/emit.js'
import type { Scope } from '../values/scope.js'
import { refuse } from '../values/site.js'
import { absences, asBool, asInt, constantValue, describe, type Value } from '../values/value.js'

/** More texts than these are labels of nothing. */
const mostTexts = 64

/** What an expression may show, and which of that it is. */
interface Shown {
  readonly texts: readonly string[]
  /** A position in `texts`. */
  readonly at: Expr
}

/** The text of a template literal, of whose expressions these are the values. */
export const textValue = (c: Context, node: TemplateLiteral, values: readonly Value[], scope: Scope): Value => {
  const known = node.quasis.map(({ value }) => value.cooked ?? value.raw)
  const first: Shown = { texts: [known[0] ?? ''], at: zero }
  const all = values.reduce<Shown>((before, v, i) => {
    const { texts, at } = shownBy(c, v, node, scope)
    const count = before.texts.length * texts.length
    if (count > mostTexts)
      return refuse(
        c,
        'MC101',
        scope.file,
        node,
        `this text may be one of ${count} and more`,
        'texts are for labels of steps: what is shown in one that is passed on takes few values',
      )
    return {
      texts: before.texts.flatMap((text) => texts.map((more) => text + more + (known[i + 1] ?? ''))),
      at: binary('add', binary('mul', before.at, constant(texts.length)), at),
    }
  }, first)
  const texts = [...new Set(all.texts)]
  const [only] = texts
  if (texts.length === 1) return constantValue(only)
  if (texts.length === all.texts.length) return { k: 'enum', e: all.at, values: texts }
  const at = settle(c, all.at)
  const e = all.texts.reduceRight<Expr>((rest, text, i) => select(eq(at, constant(i)), constant(texts.indexOf(text)), rest), zero)
  return { k: 'enum', e, values: texts }
}

const shownBy = (c: Context, v: Value, node: TemplateLiteral, scope: Scope): Shown => {
  if (v.k === 'const' && (typeof v.value !== 'object' || v.value === null) && typeof v.value !== 'function')
    return { texts: [String(v.value)], at: zero }
  if (v.k === 'enum' && (v.labels?.computed.size ?? 0) === 0) return { texts: v.values, at: v.e }
  const b = asBool(v)
  if (b !== null) return { texts: ['false', 'true'], at: b }
  const i = asInt(v)
  if (i !== null && i.hi - i.lo < mostTexts)
    return { texts: Array.from({ length: i.hi - i.lo + 1 }, (_, n) => String(i.lo + n)), at: binary('sub', i.e, constant(i.lo)) }
  if (v.k === 'optional') {
    const { nullWhen, undefinedWhen, of } = absences(v)
    const { texts, at } = of === null ? { texts: [], at: zero } : shownBy(c, of, node, scope)
    return {
      texts: [...texts, 'null', 'undefined'],
      at: select(nullWhen, constant(texts.length), select(undefinedWhen, constant(texts.length + 1), at)),
    }
  }
  return refuse(
    c,
    'MC101',
    scope.file,
    node,
    `a text that shows ${describe(v)}`,
    'texts are for labels of steps: show strings, booleans and integers of few values',
  )
}
