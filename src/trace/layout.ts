/**
 * Laying out the steps of a race: a column for each CPU or agent, time downwards, and what each step does at the right.
 * Labels wrap inside their columns. Where columns and changes do not fit side by side, or would take many more lines,
 * changes stand below the labels; where columns alone do not fit, there is only one, in which each step names its own.
 */
import { at } from '../at.js'
import { longest } from './longest.js'
import { pack, wrap } from './wrap.js'

/** A step as it is drawn. */
export interface Row {
  readonly column: number
  readonly cell: string
  readonly effects: readonly string[]
  /** What the step comes to, behind all its effects; mostly nothing. */
  readonly end: string
  /** Where it stands in the source: in front of it, on its first line. */
  readonly place: string
}

/** A line that runs through all columns, in front of the row of this number. */
export interface Mark {
  readonly row: number
  readonly text: string
}

/** The rows as lines, with the heads of the columns above them. */
export const layOut = (heads: readonly string[], rows: readonly Row[], marks: readonly Mark[], width: number): string[] => {
  const margin = marginOf(rows)
  const room = width - margin
  const layouts = layoutsFor(heads, rows, room).map((layout) => ({ layout, ...drawn(layout, rows) }))
  const fewest = Math.min(...layouts.map(({ cost }) => cost))
  const { layout, parts } = layouts.find(({ cost }) => cost === fewest) ?? at(layouts, 0)
  return [
    ...heading(layout, margin),
    ...rows.flatMap((row, i) => [
      ...marks.filter((mark) => mark.row === i).map(({ text }) => text),
      ...inFront(at(parts, i), i, row.place, rows.length, margin),
    ]),
    ...marks.filter((mark) => mark.row === rows.length).map(({ text }) => text),
  ]
}

const gap = 2

const numberWidth = (rows: number): number => String(rows).length

/** What stands in front of the columns: the number of the step, and its place where that is shown. */
const marginOf = (rows: readonly Row[]): number => {
  const places = longest(rows.map(({ place }) => place))
  return numberWidth(rows.length) + gap + (places === 0 ? 0 : places + gap)
}

const inFront = (lines: readonly string[], i: number, place: string, rows: number, margin: number): string[] => {
  const number = String(i + 1).padStart(numberWidth(rows))
  const front = place === '' ? number : `${number}  ${place}`
  return lines.map((line, j) => (j === 0 ? front : '').padEnd(margin) + line)
}

/** Where each column starts, and how wide what is in it may be. */
interface Layout {
  readonly columns: readonly { readonly head: string; readonly start: number; readonly width: number }[]
  /** Null where changes stand below the labels. */
  readonly effects: { readonly start: number; readonly width: number } | null
  /** Whether columns have heads, or each step says whose it is. */
  readonly named: 'above' | 'at each step'
}

/** A label in fewer characters than this is broken too often, and a change too. */
const leastLabel = 16
const leastEffects = 20
const triedEffects = [56, 50, 44, 40, 36, 34, 32, 30, 28, 26, 24, 22, leastEffects]
/** With changes below them, labels have more room. */
const leastColumn = 16

/** Layouts that fit, more than one where it is not clear which takes the fewest lines; the better one first. */
const layoutsFor = (heads: readonly string[], rows: readonly Row[], room: number): readonly Layout[] => {
  const wide = effectsWidth(rows)
  const widths = [wide, ...triedEffects.filter((effects) => effects < wide)]
  const beside = widths.flatMap((effects) => besideOf(heads, rows, room, effects) ?? [])
  const below = belowOf(heads, rows, room)
  const found = [...beside, ...(below === null ? [] : [below])]
  return found.length > 0 ? found : [inOne(heads, rows, room)]
}

/** As wide as the longest single change, with a comma where another one follows. */
const effectsWidth = (rows: readonly Row[]): number =>
  longest(rows.flatMap(({ effects, end }) => [...effects.map((part, i) => (i < effects.length - 1 ? `${part},` : part)), end]))

const naturalWidths = (heads: readonly string[], rows: readonly Row[], beneath: boolean): number[] =>
  heads.map((head, i) => {
    const own = rows.filter(({ column }) => column === i)
    const changes = beneath ? own.flatMap(({ effects }) => effects.map((effect) => `${beneathMargin}${effect},`)) : []
    return longest([head, ...own.map(({ cell }) => cell), ...changes])
  })

const besideOf = (heads: readonly string[], rows: readonly Row[], room: number, effects: number): Layout | null => {
  const floors = leastWidths(heads, rows, leastLabel)
  const widths = squeeze(naturalWidths(heads, rows, false), floors, room - effects - (effects === 0 ? 0 : gap))
  if (widths === null) return null
  const columns = placed(heads, widths)
  const start = sum(widths) + gap * widths.length
  return { columns, effects: { start, width: Math.max(room - start, 1) }, named: 'above' }
}

const belowOf = (heads: readonly string[], rows: readonly Row[], room: number): Layout | null => {
  const widths = squeeze(naturalWidths(heads, rows, true), leastWidths(heads, rows, leastColumn, true), room)
  return widths === null ? null : { columns: placed(heads, widths), effects: null, named: 'above' }
}

/** For more columns than fit side by side. */
const inOne = (heads: readonly string[], rows: readonly Row[], room: number): Layout => {
  const natural = longest(rows.map((row) => namedCell(heads, row)))
  const effects = Math.min(effectsWidth(rows), Math.floor(room * 0.45))
  const width = Math.max(20, Math.min(natural, room - effects - gap))
  const start = width + gap
  return {
    columns: heads.map((head) => ({ head, start: 0, width })),
    effects: { start, width: Math.max(20, room - start) },
    named: 'at each step',
  }
}

const namedCell = (heads: readonly string[], { column, cell }: Row): string => `${at(heads, column)}: ${cell}`

const placed = (heads: readonly string[], widths: readonly number[]): Layout['columns'] => {
  let start = 0
  return heads.map((head, i) => {
    const column = { head, start, width: at(widths, i) }
    start += column.width + gap
    return column
  })
}

/** Words are not broken, but for those that nobody breaks well. */
const longestWord = 24

const leastWidths = (heads: readonly string[], rows: readonly Row[], least: number, beneath = false): number[] =>
  heads.map((head, i) => {
    const words = rows.flatMap(({ column, cell }) =>
      column === i ? cell.split(' ').map((word, j) => (j === 0 ? word : ' '.repeat(hang) + word)) : [],
    )
    const changes = rows.flatMap(({ column, effects }) =>
      beneath && column === i ? effects.flatMap((effect) => effect.split(' ').map((word) => beneathMargin + word)) : [],
    )
    return Math.max(head.length, least, Math.min(longest([...words, ...changes]), longestWord))
  })

/** Widths of columns that fit into the room, with a gap between them. Null where one would be less than its `least`. */
const squeeze = (natural: readonly number[], least: readonly number[], room: number): readonly number[] | null => {
  const available = room - gap * (natural.length - 1)
  const floors = natural.map((width, i) => Math.min(width, at(least, i)))
  const widths = shrink(natural, floors, available)
  return sum(widths) > available ? null : widths
}

const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0)

/** Takes from the widest until the sum fits, or all have their least width. */
const shrink = (natural: readonly number[], least: readonly number[], room: number): readonly number[] => {
  const widths = [...natural]
  for (let excess = sum(widths) - room; excess > 0; excess--) {
    const widest = Math.max(...widths.filter((width, i) => width > at(least, i)))
    if (!Number.isFinite(widest)) break
    widths[widths.findIndex((width, i) => width === widest && width > at(least, i))] = widest - 1
  }
  return widths
}

/** In front of a change that stands below its label. */
const beneathMargin = '| '
/** How far the further lines of a label are moved in. */
const hang = 2
/** So many lines more are worth it to have changes beside the labels. */
const besideWorth = 1.25

/** Of two layouts with as many lines the one that breaks fewer changes is read more easily; labels break well. */
const brokenCost = 0.25

const drawn = (layout: Layout, rows: readonly Row[]): { readonly parts: readonly (readonly string[])[]; readonly cost: number } => {
  const parts = rows.map((row) => drawRow(row, layout))
  const lines = parts.reduce((total, part) => total + part.length, 0)
  const widths = rows.map(({ column }) => layout.effects?.width ?? at(layout.columns, column).width - beneathMargin.length)
  const broken = sum(rows.map(({ effects }, i) => effects.filter((effect) => effect.length > at(widths, i)).length))
  return { parts, cost: (layout.effects === null ? lines * besideWorth : lines) + broken * brokenCost }
}

const drawRow = (row: Row, { columns, effects, named }: Layout): string[] => {
  const { start, width, head } = at(columns, row.column)
  const left = wrap(named === 'above' ? row.cell : `${head}: ${row.cell}`, width, hang)
  if (effects === null) {
    const below = effectLines(row, width - beneathMargin.length).map((line) => beneathMargin + line)
    return [...left, ...below].map((line) => ' '.repeat(start) + line)
  }
  const right = effectLines(row, effects.width)
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, i) => (' '.repeat(start) + (left[i] ?? '')).padEnd(effects.start) + (right[i] ?? ''),
  )
}

/** The first line of a diagram says what. */
const endInShort = '<- violated'

const effectLines = ({ effects, end }: Row, width: number): string[] => {
  const lines = pack(effects, width)
  const last = lines.at(-1)
  if (end === '') return lines
  if (last !== undefined && last.length + gap + end.length <= width) return [...lines.slice(0, -1), `${last}${' '.repeat(gap)}${end}`]
  return [...lines, end.length <= width ? end : endInShort]
}

const heading = ({ columns, named }: Layout, margin: number): string[] => {
  if (named !== 'above') return []
  const over = (text: (head: string) => string): string =>
    ' '.repeat(margin) + columns.reduce((line, { head, start }) => line.padEnd(start) + text(head), '')
  return [over((head) => head), over((head) => '-'.repeat(head.length))]
}
