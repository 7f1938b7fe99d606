/** What statements may do where they stand, and what becomes of them. */
import type { Scope } from './scope.ts'
import type { Type } from './types.ts'

export interface Helper {
  readonly name: string
  readonly parameters: readonly Type[]
  readonly result: Type | null
  readonly yields: boolean
}

/** What a statement may do where it stands. */
export interface Powers {
  readonly yields: boolean
  readonly chooses: boolean
  readonly blocks: boolean
  readonly stores: boolean
  /** The labels of the loops around, innermost first. */
  readonly loops: readonly string[]
  /** What `return` gives; null for nothing. */
  readonly result: Type | null
  readonly helpers: readonly Helper[]
}

export interface Written {
  readonly lines: readonly string[]
  readonly scope: Scope
  /** Control may go on behind it. */
  readonly open: boolean
}

export const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

export const done = (scope: Scope, ...lines: string[]): Written => ({ lines, scope, open: true })
