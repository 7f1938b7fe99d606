/** What is known of the function that is being generated. */
import { at } from '../../at.js'
import type { Node } from '../wasm/instruction.js'
import type { FunctionScope } from './fields.js'
import type { MemoryMap } from './memory-map.js'
import type { Purpose } from './purpose.js'

export interface StepScope extends FunctionScope {
  readonly memory: MemoryMap
  readonly purpose: Purpose
  /** What is emitted is rewritten by `canonical`. */
  readonly renames: boolean
  /** The step that is being generated; null for `init` and properties. */
  step: number | null
  /** Temps that the step sets in one place only: where that sets a constant, they are that constant. */
  setOnce: ReadonlySet<number>
}

/** The agent whose step is being generated; 0 in `init`, where nobody asks. */
export const agentOf = (scope: StepScope): number => (scope.step === null ? 0 : at(scope.system.steps, scope.step).agent)

/** Runs `write` on a new statement list, and returns that list. */
export const nested = (scope: FunctionScope, write: () => void): Node[] => {
  const outer = scope.code
  scope.code = []
  write()
  const inner = scope.code
  scope.code = outer
  return inner
}
