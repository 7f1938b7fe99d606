/** Breaking text into lines of a given width. */

/**
 * Breaks `text` at spaces into lines of at most `width` characters; a word longer than a line is broken behind the last
 * `(`, `,` or `=` that fits, else behind a `_`, and cut where there is none. Lines after the first start with
 * `hang` spaces. Returns at least one line; no line ends in a space. `width` must exceed `hang`.
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
      const end = breakWithin(line, width)
      const rest = line.slice(end)
      line = line.slice(0, end)
      flush()
      line += rest
      empty = false
    }
  }
  lines.push(line.trimEnd())
  return lines
}

/**
 * Where to break a line that is longer than `width`. What is left must not be a stump, nor what follows; of a name that
 * is too long the part behind a `_` follows, or it is cut.
 */
const breakWithin = (line: string, width: number): number => {
  const last = (mark: RegExp): number =>
    Math.max(-1, ...[...line.matchAll(mark)].flatMap(({ index }) => (index < width ? [index + 1] : [])))
  const ends = [last(/[(,=](?!\))/g), last(/_(?=\w)/g)]
  return ends.find((end) => end > width / 3) ?? width
}

/**
 * Packs items, separated by `, `, into lines of at most `width` characters; an item that is longer than a line is
 * wrapped by itself.
 */
export const pack = (items: readonly string[], width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const [i, item] of items.entries()) {
    // A comma follows every item but the last.
    const room = i === items.length - 1 ? width : width - 1
    const joined = line === '' ? item : `${line}, ${item}`
    if (joined.length <= room) {
      line = joined
      continue
    }
    if (line !== '') lines.push(`${line},`)
    line = item
    if (line.length > room) {
      const wrapped = wrap(keepPairs(line, room - 2), room, 2).map(freePairs)
      lines.push(...wrapped.slice(0, -1))
      line = wrapped.at(-1) ?? ''
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

/**
 * `field: value` and `-> value` are not broken in the middle where a line has room for them: a space that does not
 * break stands between the two while the line is wrapped.
 */
const keepPairs = (text: string, room: number): string =>
  text.replaceAll(/(?<!\S)(?:\S*[\w\])]:|->) [^\s{[]\S*/g, (pair) => (pair.length <= room ? pair.replace(' ', '\u00a0') : pair))
const freePairs = (text: string): string => text.replaceAll('\u00a0', ' ')

export const indent = (n: number, lines: readonly string[]): string[] => lines.map((line) => `${' '.repeat(n)}${line}`)
