/** Formulas over knobs, as people read them. */
import type { Formula, Literal } from './formula.js'

/**
 * `pageCount = mandatory and (invalidatePage or block != none)`. What all terms of a disjunction have in common stands
 * before them.
 */
export const formulaText = ({ form, terms }: Formula): string => {
  if (form === 'all of any')
    return terms.length === 0
      ? 'true'
      : joined(
          terms.map((term) => joined(term.map(literalText), 'or', 'false')),
          'and',
          'true',
        )
  const [first = [], ...others] = terms
  if (terms.length === 0) return 'false'
  const common = first.filter((literal) => others.every((term) => term.some((other) => sameLiteral(literal, other))))
  const rests = terms.map((term) => term.filter((literal) => !common.some((other) => sameLiteral(literal, other))))
  const rest = rests.some((term) => term.length === 0)
    ? []
    : [
        joined(
          rests.map((term) => joined(term.map(literalText), 'and', 'true')),
          'or',
          'false',
        ),
      ]
  return joined([...common.map(literalText), ...rest], 'and', 'true')
}

const joined = (parts: readonly string[], by: 'and' | 'or', none: string): string => {
  if (parts.length === 0) return none
  if (parts.length === 1) return parts[0] ?? none
  return parts.map((part) => (/ (and|or) /.test(part.replaceAll(/'[^']*'/g, '')) ? `(${part})` : part)).join(` ${by} `)
}

const sameLiteral = (a: Literal, b: Literal): boolean =>
  a.name === b.name && a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i])

const literalText = ({ name, values, of }: Literal): string => {
  const [value] = values
  if (typeof value === 'boolean') return value ? name : `not ${name}`
  if (values.length === 1) return `${name} = ${quoted(value)}`
  const others = of.filter((other) => !values.includes(other))
  if (others.length === 1) return `${name} != ${quoted(others[0])}`
  return `${name} in {${values.map(quoted).join(', ')}}`
}

/** Quoted where it is no single word. */
const quoted = (value: boolean | string | undefined): string => (/^[\w-]+$/.test(String(value)) ? String(value) : `'${String(value)}'`)
