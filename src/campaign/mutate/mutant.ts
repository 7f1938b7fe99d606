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
  /**
   * What names it, also when lines have moved: `left out: s.lock = null`, with the function around it where there are
   * several: `left out: s.lock = null (in cpu)`. No two of a model are the same.
   */
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

/** A file with all changes of it, in no order. */
export interface ChangedModule {
  /** An absolute path. */
  readonly file: string
  readonly text: string
  readonly changes: readonly Change[]
  /** Of the function around an offset; null where none has a name. */
  readonly functionAt: (offset: number) => string | null
  /** Whether the code at an offset may also run while the model is built. */
  readonly runsWhileBuilt: (offset: number) => boolean
}

/** Numbers and names all changes of a model; those that make the same text are one. */
export const mutantsOf = (modules: readonly ChangedModule[]): Mutant[] => {
  const found = modules.flatMap((module) => differing(module).map((change) => ({ module, change, name: nameOf(module.text, change) })))
  const alike = new Map<string, number>()
  for (const { name } of found) alike.set(name, (alike.get(name) ?? 0) + 1)
  const given = new Map<string, number>()
  return found.map(({ module, change, name }, i) => {
    const { file, text, functionAt, runsWhileBuilt } = module
    const within = alike.get(name) === 1 ? null : (functionAt(change.start) ?? 'the module')
    const times = (given.get(`${name} ${within}`) ?? 0) + 1
    given.set(`${name} ${within}`, times)
    return {
      ...change,
      number: i + 1,
      file,
      runsWhileBuilt: change.rules.length === 0 && change.edits.some(({ start }) => runsWhileBuilt(start)),
      line: lineAt(text, change.start),
      change: within === null ? name : `${name} (${times === 1 ? '' : `${times} `}in ${within})`,
    }
  })
}

/** In the order of the text. */
const differing = ({ text, changes }: ChangedModule): readonly Change[] => {
  const seen = new Set([text])
  return [...changes]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ edits }) => {
      const edited = applyEdits(text, edits)
      const isNew = !seen.has(edited)
      seen.add(edited)
      return isNew
    })
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
