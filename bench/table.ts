/** A table as plain text. */

/** Aligns columns: the first to the left, the others to the right. All rows have as many cells as the heading. */
export const formatTable = (heading: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = heading.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(heading), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** `7,807,509` */
export const formatCount = (n: number): string => n.toLocaleString('en-US')

/** The middle one; the lower of the two middle ones. @throws Error if there is none. */
export const median = <T>(values: readonly T[], by: (value: T) => number): T => {
  const middle = [...values].sort((a, b) => by(a) - by(b))[(values.length - 1) >> 1]
  if (middle === undefined) throw new Error('the median of nothing')
  return middle
}

/** The one with the least measure. @throws Error if there is none. */
export const least = <T>(values: readonly T[], by: (value: T) => number): T =>
  values.reduce((best, value) => (by(value) < by(best) ? value : best))
