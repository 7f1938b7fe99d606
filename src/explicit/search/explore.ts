/** All reachable states of a small system, unpacked: for tests, and for comparing engines. */
import type { System, Vector } from '../../ir/system.js'
import { decodeState } from '../emit/layout.js'
import { defaultMemory } from '../program/ceiling.js'
import { createMachine, partsOf } from '../program/machine.js'
import { atOnce } from '../program/pace.js'
import { programOf } from '../program/program.js'
import { running } from '../program/running.js'
import { startSearch, wordsAt } from '../program/start.js'

export interface Reachable {
  /** In breadth-first order. */
  readonly vectors: readonly Vector[]
  readonly transitions: number
  readonly depth: number
}

/**
 * Finds all reachable states by the same WebAssembly as `search`. Takes time and memory for every state, so use it for
 * small ones.
 * @throws Error where there are more than `maxStates` (a million).
 */
export const reachable = (system: System, maxStates = 1_000_000): Reachable => {
  const program = programOf(system, 'search')
  const machine = createMachine(partsOf(program), { bytes: defaultMemory(), keep: true })
  startSearch(program, machine, { limits: { states: maxStates } })
  if (!atOnce(running(machine))) throw new Error(`more than ${maxStates} states are reachable`)
  const words = program.layout.widths.length
  const vectors = Array.from({ length: machine.globals.states }, (_, i) =>
    decodeState(system, program.layout, wordsAt(machine, program.memory.ring + i * words * 8, words)),
  )
  return { vectors, transitions: machine.globals.transitions, depth: machine.globals.depth }
}
