/** Solvers are WebAssembly with at most 2 GiB: what running out of it looks like. */
import type { SolverName } from './solver.js'

/** A solver has used up its memory, and is of no use any more, nor is any other solver of that name in this thread. */
export interface OutOfMemory extends Error {
  readonly code: 'SOLVER_OUT_OF_MEMORY'
}

export const outOfMemory = (name: SolverName, cause?: unknown): OutOfMemory =>
  Object.assign(new Error(`${name} ran out of memory`, { cause }), { code: 'SOLVER_OUT_OF_MEMORY' as const })

export const isOutOfMemory = (error: unknown): error is OutOfMemory =>
  error instanceof Error && 'code' in error && error.code === 'SOLVER_OUT_OF_MEMORY'

/** Emscripten's runtime throws where the heap cannot grow; an allocation that fails later aborts without saying why. */
const saysSo = /memory|OOM|bad_alloc|native code called abort/i

/**
 * Calls into a solver.
 * @throws OutOfMemory where it ran out of memory, and what else the call throws.
 */
export const orOutOfMemory = <T>(name: SolverName, call: () => T): T => {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && error.name === 'RuntimeError' && saysSo.test(error.message)) throw outOfMemory(name, error)
    throw error
  }
}
