/** The far end of a session: does one task after the other, as they come through the port. */
import type { MessagePort } from 'node:worker_threads'
import { isOutOfMemory } from '../symbolic/solver/out-of-memory.js'
import type { SolverFactory, SolverName } from '../symbolic/solver/solver.js'
import { loadSolver } from '../symbolic/solver/solvers.js'
import type { TaskName, Tasks, Work } from './tasks.js'

export type Request<Name extends TaskName = TaskName> =
  /** Solvers that will be wanted. */
  | { readonly kind: 'load'; readonly solvers: readonly SolverName[] }
  | { readonly kind: 'task'; readonly name: Name; readonly input: Tasks[Name]['input'] }

export type Response<Name extends TaskName = TaskName> =
  | { readonly kind: 'progress'; readonly progress: Tasks[Name]['progress'] }
  | { readonly kind: 'result'; readonly result: Tasks[Name]['result'] }
  | { readonly kind: 'memory' | 'unavailable' }
  /** An exception. Cloning keeps its message and its stack. */
  | { readonly kind: 'failed'; readonly error: Error }

export const serve = (port: MessagePort, work: Work): void => {
  const loaded = new Map<SolverName, Promise<SolverFactory>>()
  const solver = (name: SolverName): Promise<SolverFactory> => {
    const there = loaded.get(name) ?? loadSolver(name)
    loaded.set(name, there)
    return there
  }
  const perform = async <Name extends TaskName>(name: Name, input: Tasks[Name]['input']): Promise<void> => {
    const respond = (response: Response<Name>): void => port.postMessage(response)
    const report = (progress: Tasks[Name]['progress']): void => respond({ kind: 'progress', progress })
    try {
      respond({ kind: 'result', result: await work[name](input, { solver, report }) })
    } catch (error) {
      if (isOutOfMemory(error) || isTooLarge(error)) respond({ kind: 'memory' })
      else if (isUnavailable(error)) respond({ kind: 'unavailable' })
      else respond({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  port.on('message', (request: Request) => {
    switch (request.kind) {
      case 'load':
        // What goes wrong here goes wrong again where the solver is wanted, and is reported there.
        for (const name of request.solvers) solver(name).catch(() => {})
        return
      case 'task':
        perform(request.name, request.input)
    }
  })
}

/** What V8 says where an array, a buffer or a map would be larger than it has them, and the graph where it is full. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof RangeError &&
  /allocation failed|maximum size exceeded|Invalid (typed )?array length|Invalid string length|circuit of more than/.test(error.message)

/**
 * What V8 says where it cannot reserve the addresses of a memory, in its own words or inside those of a solver's
 * loader.
 */
const isUnavailable = (error: unknown): boolean =>
  error instanceof Error && /could not allocate memory|Cannot allocate Wasm memory/.test(error.message)
