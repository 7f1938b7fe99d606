/** A small change to a protocol: one that a programmer might make, by mistake or to save a step. */
import { applyEdits } from '../../load/edit.js'
import type { Mutation } from '../judge/judge.js'

/** What the change is, as reports say it. */
export type Operator =
  | 'left out'
  | 'step left out'
  | 'steps merged'
  | 'step split'
  | 'swapped'
  | 'steps swapped'
  | 'one step later'
  | 'one step earlier'
  | 'lets through'
  | 'always true'
  | 'always false'
  | 'operand left out'
  | 'comparison'
  | 'one round less'
  | 'another value'
  | 'off by one'
  | 'rule left out'

/** A change as operators make it. */
export interface Change extends Pick<Mutation, 'edits' | 'rules'> {
  readonly operator: Operator
  /** What it is about, in the author's text: UTF-16 offsets. */
  readonly start: number
  readonly end: number
}

/** A change of one file, numbered in the order of the text. */
export interface Mutant extends Change, Mutation {
  /** From 1 on. */
  readonly number: number
  /** Of `start`, from 1 on. */
  readonly line: number
  /** What names it, also when lines have moved: `left out: s.lock = null`. No two of a model are the same. */
  readonly change: string
}

/** A line of the author's text, and what it has become. */
export interface ChangedLine {
  readonly line: number
  readonly before: string | null
  readonly after: string | null
}

/** Long code is cut here. */
const longest = 100

/** The author's code on one line. */
const codeOf = (text: string, start: number, end: number): string => {
  const code = text.slice(start, end).replaceAll(/\s+/g, ' ').trim()
  return code.length > longest ? `${code.slice(0, longest - 1)}…` : code
}

/** How often each name was given, over all files of a model. */
export type Names = Map<string, number>

/** Numbers and names changes of a file; those that make the same text are one. */
export const mutantsOf = (file: string, text: string, changes: readonly Change[], first: number, names: Names): Mutant[] => {
  const seen = new Set([text])
  const mutants: Mutant[] = []
  for (const change of [...changes].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const edited = applyEdits(text, change.edits)
    if (seen.has(edited)) continue
    seen.add(edited)
    const name = nameOf(text, change)
    const times = (names.get(name) ?? 0) + 1
    names.set(name, times)
    mutants.push({
      ...change,
      number: first + mutants.length,
      file,
      line: lineAt(text, change.start),
      change: times === 1 ? name : `${name} (${times})`,
    })
  }
  return mutants
}

const nameOf = (text: string, { operator, start, end, edits }: Change): string => {
  const before = codeOf(text, start, end)
  switch (operator) {
    case 'operand left out':
    case 'comparison':
    case 'one round less':
      return `${operator}: ${before} → ${codeAfter(text, { start, end, edits })}`
    // Constants stand everywhere: the line says which is meant.
    case 'another value':
    case 'off by one':
      return `${operator}: ${before} → ${codeAfter(text, { start, end, edits })} in ${lineOf(text, start)}`
    default:
      return `${operator}: ${before}`
  }
}

const codeAfter = (text: string, { start, end, edits }: Pick<Change, 'start' | 'end' | 'edits'>): string => {
  const within = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
  const after = applyEdits(text.slice(start, end), within)
  return codeOf(after, 0, after.length)
}

/** The author's line. */
const lineOf = (text: string, offset: number): string => {
  const [first, last] = [text.lastIndexOf('\n', offset - 1) + 1, text.indexOf('\n', offset)]
  return codeOf(text, first, last < 0 ? text.length : last)
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
