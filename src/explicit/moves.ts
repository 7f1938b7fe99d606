/** Which steps and choices the edges of a state graph stand for: they are not kept, but found again by expanding the states of a path. */
import type { Move } from '../ir/schedule.js'
import type { System } from '../ir/system.js'
import type { Graph } from './graph.js'
import { createMachine, type Machine, partsOf } from './machine.js'
import { type Program, programOf } from './program.js'
import { type Edge, edgesTo } from './schedule.js'
import { writeState } from './start.js'
import type { Path } from './stem.js'

export interface Moves {
  /** The choice code of `init` that leads to an initial state: the lowest. */
  readonly initTo: (state: number) => number
  /** The moves along edges that follow one another, the first of which leaves `from`. Of several moves that do, the lowest step and choice. */
  readonly along: (path: Path) => Move[]
}

/** `system` is the one that the graph was built from. The memory is for a few states, in bytes. */
export const movesOf = (system: System, graph: Graph, memory: number): Moves => {
  const program: Program = programOf(system, 'trace')
  const machine: Machine = createMachine(partsOf(program), { limit: memory, keep: true })
  const [from, to] = [program.memory.ring, program.memory.ring + program.layout.widths.length * 8]
  const lowest = (edges: readonly Edge[] | null): Move => {
    const best = (edges ?? []).reduce<Move | null>(
      (a, { move }) => (a === null || move.step < a.step || (move.step === a.step && move.choice < a.choice) ? move : a),
      null,
    )
    if (best === null) throw new Error('an edge of the graph is no move')
    return best
  }
  const movesTo = (state: number, hunt: () => void): Edge[] | null => {
    writeState(machine, to, graph.wordsOf(state))
    return edgesTo(program, machine, [{ address: to, onward: [] }], hunt)
  }
  return {
    initTo: (state) =>
      lowest(
        movesTo(state, () => {
          writeState(machine, program.memory.current, program.layout.initial)
          machine.call('hunt_initial')
        }),
      ).choice,
    along: ({ from: first, edges }) => {
      let here = first
      return edges.map((e) => {
        const target = graph.targets[e]
        const found = movesTo(target, () => {
          writeState(machine, from, graph.wordsOf(here))
          machine.call('hunt', from, 1)
        })
        here = target
        return lowest(found?.filter(({ move }) => system.steps[move.step].agent === graph.agents[e]) ?? null)
      })
    },
  }
}
