/** Solvers are WebAssembly with at most 2 GiB: what running out of it looks like. */
import type { SolverName } from './solver.js'

/** A solver has used up its memory. It is of no use any more, nor is any other solver of that name in this thread. */
export interface OutOfMemory extends Error {
  readonly code: 'SOLVER_OUT_OF_MEMORY'
}

export const outOfMemory = (name: SolverName): OutOfMemory =>
  Object.assign(new Error(`${name} ran out of memory`), { code: 'SOLVER_OUT_OF_MEMORY' as const })

export const isOutOfMemory = (error: unknown): error is OutOfMemory =>
  error instanceof Error && 'code' in error && error.code === 'SOLVER_OUT_OF_MEMORY'

/** Calls into a solver's WebAssembly, and tells running out of memory from other failures. */
export interface Guard {
  /**
   * @throws OutOfMemory where the call runs out of memory or an earlier one has: what it left behind is no solver any
   * more, though it still answers.
   * @throws Error with the solver's own words where it aborts for another reason.
   */
  readonly call: <T>(work: () => T) => T
  /** Takes a line that the solver prints to standard error. */
  readonly complaint: (line: string) => void
  readonly isBroken: () => boolean
}

/**
 * Emscripten throws an error of this name where the program traps, and where it aborts; so does an allocation that
 * fails.
 */
const trap = 'RuntimeError'

/** For all solvers of one loaded module. */
export const createGuard = (name: SolverName): Guard => {
  let state: 'sound' | 'full' | 'broken' = 'sound'
  let complaints: string[] = []
  return {
    call: (work) => {
      if (state === 'full') throw outOfMemory(name)
      try {
        return work()
      } catch (error) {
        if (!(error instanceof Error) || error.name !== trap) {
          if (isOutOfMemory(error)) state = 'full'
          throw error
        }
        const said = complaints.find((line) => !line.startsWith('Aborted'))
        const isFull = /out of memory|OOM|enlarge memory|bad_alloc/i.test(`${error.message} ${said ?? ''}`)
        state = isFull || (said === undefined && error.message.startsWith('Aborted()')) ? 'full' : 'broken'
        if (state === 'full') throw outOfMemory(name)
        throw new Error(`${name} failed: ${said ?? error.message}`, { cause: error })
      }
    },
    complaint: (line) => {
      complaints = [...complaints.slice(-9), line]
    },
    isBroken: () => state !== 'sound',
  }
}
