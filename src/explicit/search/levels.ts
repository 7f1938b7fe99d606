/**
 * The levels of a search that keeps all states in its queue: the states of one lie side by side, in the order in which
 * they were found.
 */
import type { Machine } from '../program/machine.js'
import type { Program } from '../program/program.js'

/** First address and number of the states of a level. */
export interface Level {
  readonly start: number
  readonly count: number
}

export interface Levels {
  /** So far, the initial states first. */
  readonly known: readonly Level[]
  /** Expands so many states, to the end of the level at most; true where none is left. */
  readonly advance: (budget: number) => boolean
}

/** Of a search that has just begun. */
export const levelsOf = (
  program: Pick<Program, 'memory' | 'layout'>,
  { globals, exports }: Pick<Machine, 'globals' | 'exports'>,
): Levels => {
  const stateBytes = program.layout.widths.length * 8
  const known: Level[] = [{ start: program.memory.ring, count: globals.left }]
  /** Behind the last state of the last level. */
  let end = program.memory.ring + globals.left * stateBytes
  return {
    known,
    advance: (budget) => {
      const { depth } = globals
      // The last state of a level takes the search on to the next one.
      const isOver = exports.run(Math.min(budget, globals.left)) === 1
      if (globals.depth > depth) {
        known.push({ start: end, count: globals.left })
        end += globals.left * stateBytes
      }
      return isOver
    },
  }
}
