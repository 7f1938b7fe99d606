/** What statements may do where they stand, and what becomes of them. */
import type { Code } from './code.ts'
import type { Scope } from './scope.ts'
import type { Type } from './types.ts'

/** What a statement may do where it stands. */
export interface Powers {
  /** Generator code: it may choose. */
  readonly chooses: boolean
  /** It may block: at the top of a rule. */
  readonly blocks: boolean
  /** A step may end. */
  readonly pauses: boolean
  /**
   * The labels of the loops around, innermost first; '' for none. `switch` where a plain break would leave a switch.
   */
  readonly loops: readonly string[]
  /** What `return` gives; undefined where there is no return, null for nothing. */
  readonly result: Type | null | undefined
}

export interface Written {
  readonly code: Code
  readonly scope: Scope
}

export const done = (scope: Scope, text: Code): Written => ({ code: text, scope })

/** Null where there is nothing to write it about. */
export type Make = (sc: Scope, powers: Powers) => Written | null
