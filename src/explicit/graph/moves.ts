/**
 * Which steps and choices the edges of a state graph stand for: they are not kept, but found again by expanding the
 * states of a path.
 */
import { at } from '../../at.js'
import type { Move } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { createMachine, partsOf } from '../program/machine.js'
import { programOf } from '../program/program.js'
import { writeState } from '../program/start.js'
import { createHunter } from '../search/hunt.js'
import type { Graph } from './state-graph.js'
import type { Path } from './stem.js'

export interface Moves {
  /** The choice code of `init` that leads to an initial state: the lowest. */
  readonly initTo: (state: number) => number
  /**
   * The moves along edges that follow one another, the first of which leaves `from`. Of several moves that do, the
   * lowest step and choice.
   */
  readonly along: (path: Path) => Move[]
}

const isBefore = (a: Move, b: Move): boolean => a.step < b.step || (a.step === b.step && a.choice < b.choice)

/** `system` is the one that the graph was built from. The memory is for a few states, in bytes. */
export const movesOf = (system: System, graph: Graph, memory: number): Moves => {
  const program = programOf(system, 'trace')
  const machine = createMachine(partsOf(program), { bytes: memory, keep: true })
  const [from, to] = [program.memory.ring, program.memory.ring + program.layout.widths.length * 8]
  const hunter = createHunter(program, machine)
  /** Of the moves that `hunt` finds to a state. */
  const lowestTo = (state: number, hunt: () => void, isOne: (move: Move) => boolean): Move => {
    writeState(machine, to, graph.wordsOf(state))
    const edges = hunter.seek([to]) ? hunter.edges(hunt) : null
    let best: Move | null = null
    for (let e = 0; e < (edges?.count ?? 0); e++) {
      const move = edges?.move(e)
      if (move !== undefined && isOne(move) && (best === null || isBefore(move, best))) best = move
    }
    if (best === null) throw new Error('an edge of the graph is no move')
    return best
  }
  return {
    initTo: (state) =>
      lowestTo(
        state,
        () => {
          writeState(machine, program.memory.current, program.layout.initial)
          machine.exports.hunt_initial()
        },
        () => true,
      ).choice,
    along: ({ from: first, edges }) => {
      let here = first
      return edges.map((e) => {
        const target = at(graph.targets, e)
        const move = lowestTo(
          target,
          () => {
            writeState(machine, from, graph.wordsOf(here))
            machine.exports.hunt(from, 1)
          },
          ({ step }) => at(system.steps, step).agent === at(graph.agents, e),
        )
        here = target
        return move
      })
    },
  }
}
