/** Changes to a text, and where what was in it has moved. */

/** A range of UTF-16 offsets, and what stands there instead. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with all edits made, which do not overlap. */
export const applyEdits = (text: string, edits: readonly Edit[]): string => {
  let at = 0
  let edited = ''
  for (const { start, end, text: instead } of inOrder(edits)) {
    edited += text.slice(at, start) + instead
    at = end
  }
  return edited + text.slice(at)
}

/** Where an offset that is inside no edit is after them. What is inserted at it comes before it. */
export const movedBy = (edits: readonly Edit[], offset: number): number =>
  edits.reduce((moved, { start, end, text }) => (end <= offset ? moved + text.length - (end - start) : moved), offset)

const inOrder = (edits: readonly Edit[]): readonly Edit[] => [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
