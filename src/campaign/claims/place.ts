/** Where a claim is wrong. Claims are data, which know no place: it is found in the text of the call that made them. */
import type { Place } from '../../diagnostics.js'
import type { NamedClaims } from '../../load/load.js'
import { child, childrenOf, list, type Node, nameOf } from '../../load/node.js'
import { shown } from '../../load/shown.js'
import { sourceOf } from '../../load/source.js'

/** What is wrong: a word of a sentence, or of one of its readings, each by its number in the list. */
export interface Wrongly {
  readonly id: string | null
  readonly sentence: number
  readonly reading: number | null
  readonly word: string | null
}

/**
 * The word in the reading, or in the sentence. Where these are not written out in the call, the word where it stands
 * first behind the number of the sentence; without a word the reading, or the number; else the export.
 */
export const placeOfClaim = ({ name, file }: NamedClaims, { id, sentence, reading, word }: Wrongly): Place => {
  const { text, program } = sourceOf(file)
  const place = { file: shown(file), text }
  const start = Math.max(0, text.search(new RegExp(`\\bexport const ${name.replaceAll('$', '\\$')}\\b`)))
  const find = (wanted: string | null, from: number, to: number = text.length): Place | null => {
    if (wanted === null) return null
    const escaped = wanted.replaceAll(/[^\w\s]/g, '\\$&')
    const found = new RegExp(`(?<=['"\`])${escaped}(?=['"\`])|(?<![\\w$])${escaped}(?=\\s*:)`).exec(text.slice(from, to))
    return found === null ? null : { ...place, start: from + found.index, end: from + found.index + wanted.length }
  }
  const within = (node: Node | null): Place | null => (node === null ? null : find(word, node.start, node.end))
  const own = elementOf(sentencesOf(program as unknown as Node, name), sentence)
  const one = own === null || reading === null ? null : elementOf(fieldOf(own, 'readings'), reading)
  const whole = word === null && one?.type === 'ObjectExpression' ? { ...place, start: one.start, end: one.end } : null
  const written = within(one) ?? within(own) ?? whole ?? (own === null || word !== null ? null : find(id, own.start, own.end))
  if (written !== null) return written
  const number = find(id, start)
  const behind = number === null ? null : find(word, number.start)
  return behind ?? find(word, start) ?? find(word, 0) ?? number ?? find(id, 0) ?? { ...place, start, end: start }
}

/** The list in `export const name = claims(model, [...])`; null where it is not written out there. */
const sentencesOf = (program: Node, name: string): Node | null => {
  const exported = list(program, 'body').flatMap((node) => (node.type === 'ExportNamedDeclaration' ? childrenOf(node) : []))
  const declared = exported.flatMap((node) => list(node, 'declarations')).find((node) => nameOf(child(node, 'id')) === name)
  const call = declared === undefined ? null : child(declared, 'init')
  return call === null ? null : (list(call, 'arguments')[1] ?? null)
}

/** The element of a list; null where the list is put together of others, or there is none. */
const elementOf = (node: Node | null, i: number): Node | null => {
  const elements = node?.type === 'ArrayExpression' ? list(node, 'elements') : []
  return elements.some(({ type }) => type === 'SpreadElement') ? null : (elements[i] ?? null)
}

const fieldOf = (node: Node, name: string): Node | null => {
  const property = node.type === 'ObjectExpression' ? list(node, 'properties').find((one) => nameOf(child(one, 'key')) === name) : undefined
  return property === undefined ? null : child(property, 'value')
}
