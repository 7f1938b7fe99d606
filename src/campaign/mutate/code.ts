/** The lines of the author's that a mutant changes, before and after. */
import { applyEdits } from '../../load/edit.js'
import { sourceOf } from '../../load/source.js'
import type { ChangedLine, Mutant } from './mutant.js'

/** From the first line that differs to the last one. */
export const codeOfMutant = ({ file, edits }: Pick<Mutant, 'file' | 'edits'>): readonly ChangedLine[] => {
  const { text } = sourceOf(file)
  const [before, after] = [text.split('\n'), applyEdits(text, edits).split('\n')]
  let first = 0
  while (before[first] === after[first] && first < before.length) first++
  let last = 0
  while (last < Math.min(before.length, after.length) - first && before[before.length - 1 - last] === after[after.length - 1 - last]) last++
  const count = Math.max(before.length, after.length) - first - last
  return Array.from({ length: count }, (_, i) => ({
    line: first + i + 1,
    before: first + i < before.length - last ? (before[first + i] ?? null) : null,
    after: first + i < after.length - last ? (after[first + i] ?? null) : null,
  }))
}
