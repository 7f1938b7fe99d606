/** Parts of properties that never mattered, as people read them. docs/LANGUAGE.md says what that means. */
import { at } from '../../at.js'
import { lineAndColumn } from '../../diagnostics.js'
import type { CompiledProperty, Crossable, PartKind, Query, Span, System } from '../../ir/system.js'

/** A part of a property that holds without it, in all states that can be reached. */
export interface IdlePart {
  /** `from` is what a `leadsTo` starts from, `max` the greatest value that a `bound` allows. */
  readonly kind: Exclude<PartKind, 'demand'> | 'from' | 'max'
  /** As its author wrote it, on one line. */
  readonly text: string
  readonly file: string
  readonly line: number
}

/** What never mattered of a property. */
export interface Idleness {
  readonly idle: readonly IdlePart[]
  /** It holds because it never comes to ask for anything: it says nothing of this setting. */
  readonly vacuous: boolean
}

/** Where nothing is known of it, or there is nothing to know. */
export const notIdle: Idleness = { idle: [], vacuous: false }

/** A place in the source, with its text on one line. */
const sourceOf = ({ files }: Pick<System, 'files'>, { file, start, end }: Span): Omit<IdlePart, 'kind'> => {
  const { name, text } = at(files, file)
  return { text: text.slice(start, end).replaceAll(/\s+/g, ' '), file: name, line: lineAndColumn(text, start).line }
}

/**
 * What never mattered of a predicate, given the numbers of such parts. What stands inside such a part is not named
 * besides.
 */
export const idlenessOf = (system: Pick<System, 'files'>, { parts }: Crossable, numbers: readonly number[]): Idleness => {
  const idle = new Set(numbers)
  const isNamed = (n: number): boolean => {
    const { at: place, within } = at(parts, n)
    const isInside = numbers.some((outer) => outer > 0 && outer !== n && contains(at(parts, outer).at, place))
    return !isInside && within.some((outer) => outer === null || !idle.has(outer))
  }
  return {
    idle: numbers.filter(isNamed).flatMap((n) => {
      const { kind, at: place } = at(parts, n)
      return kind === 'demand' ? [] : [{ kind, ...sourceOf(system, place) }]
    }),
    vacuous: idle.has(0),
  }
}

/** A `leadsTo` that never owes anything. */
export const idlenessOfTrigger = (system: Pick<System, 'files'>, { at: place }: Pick<Query, 'at'>): Idleness => ({
  idle: [{ kind: 'from', ...sourceOf(system, place) }],
  vacuous: true,
})

/** A bound is far from what is reached where less than half of it is. */
export const idlenessOfBound = (
  system: Pick<System, 'files'>,
  { at: place, max }: Pick<CompiledProperty, 'at' | 'max'>,
  reached: number | null,
): Idleness =>
  max === null || reached === null || 2 * reached >= max ? notIdle : { idle: [{ kind: 'max', ...sourceOf(system, place) }], vacuous: false }

const contains = (outer: Span, inner: Span): boolean =>
  outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end && (outer.start < inner.start || inner.end < outer.end)

/** Completes `noStaleSpte: s.zapping ...`. */
export const idleWords: Readonly<Record<IdlePart['kind'], string>> = {
  disjunct: 'is never what makes it true',
  consequent: 'is never asked: what stands before it always holds',
  conjunct: 'is never what makes it false',
  element: 'is asked of no element',
  branch: 'is never asked: control does not come to it',
  from: 'never holds, or only where what it leads to holds too',
  max: 'stays below half of what is allowed',
}
