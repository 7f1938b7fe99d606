/**
 * Generated source as a tree of text, whose nodes say what they are: so that what is found can be made smaller without
 * being made ill-typed.
 */

export interface Code {
  /**
   * `expression`: has a value of `type`, and may be replaced by another one of that type. `statement`: may be left out,
   * or replaced by what it encloses. `item`: may be left out with its separator, as a field, a parameter or a function.
   * `group`: several of these.
   */
  readonly kind: 'expression' | 'statement' | 'item' | 'group'
  readonly type: string
  readonly parts: readonly Part[]
}
export type Part = string | Code

type Tag = (strings: TemplateStringsArray, ...values: readonly Part[]) => Code

const tagged =
  (kind: Code['kind'], type: string): Tag =>
  (strings, ...values) => ({
    kind,
    type,
    parts: strings.flatMap((text, i): Part[] => [...(text === '' ? [] : [text]), ...(i < values.length ? [values[i]!] : [])]),
  })

/** An expression of a type; '' for text that is none by itself, or may not be replaced. */
export const code = (type: string): Tag => tagged(type === '' ? 'group' : 'expression', type)
export const statement: Tag = tagged('statement', '')
export const item: Tag = tagged('item', '')
export const group: Tag = tagged('group', '')

export const grouped = (parts: readonly Part[]): Code => ({ kind: 'group', type: '', parts })

export const separated = (parts: readonly Part[], separator: string): Code =>
  grouped(parts.flatMap((part, i): Part[] => (i === 0 ? [part] : [separator, part])))

export const textOf = (part: Part): string => {
  if (typeof part === 'string') return part
  let text = ''
  for (const inner of part.parts) text += textOf(inner)
  return text
}
