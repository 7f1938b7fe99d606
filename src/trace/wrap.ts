/** Breaking text into lines of a given width. */

/**
 * Breaks `text` at spaces into lines of at most `width` characters; a word longer than a line is cut. Lines after the
 * first start with `hang` spaces. Returns at least one line; no line ends in a space. `width` must exceed `hang`.
 */
export const wrap = (text: string, width: number, hang = 0): string[] => {
  const lines: string[] = []
  const indent = ' '.repeat(hang)
  let line = ''
  let empty = true
  const flush = (): void => {
    lines.push(line.trimEnd())
    line = indent
    empty = true
  }
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) flush()
    if (!empty) line += ' '
    line += word
    empty = false
    while (line.length > width) {
      const rest = line.slice(width)
      line = line.slice(0, width)
      flush()
      line += rest
      empty = false
    }
  }
  lines.push(line.trimEnd())
  return lines
}

/** Packs items, separated by `, `, into lines of at most `width` characters; an item that is longer than a line is wrapped by itself. */
export const pack = (items: readonly string[], width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const item of items) {
    const joined = line === '' ? item : `${line}, ${item}`
    if (joined.length + 1 <= width || (line === '' && item.length <= width)) {
      line = joined
      continue
    }
    if (line !== '') lines.push(`${line},`)
    line = item
    if (line.length > width) {
      const wrapped = wrap(keepPairs(line), width, 2).map(freePairs)
      lines.push(...wrapped.slice(0, -1))
      line = wrapped.at(-1) ?? ''
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

/** `field: value` is not broken in the middle: a space that does not break stands between the two while the line is wrapped. */
const keepPairs = (text: string): string => text.replaceAll(/(?<=\w): (?=[^\s{[])/g, ':\u00a0')
const freePairs = (text: string): string => text.replaceAll('\u00a0', ' ')
