/** What IC3 has still to exclude: cubes of states from which a target is reached, the lowest frame first. */

import { at } from '../../at.js'
import type { Target } from '../circuit/circuit.js'
import type { Cube } from '../clause/atoms.js'
import type { Choice } from './queries.js'

export interface Obligation {
  /** All states of it reach the target by `choice` and what follows. */
  readonly cube: Cube
  readonly choice: Choice
  /** What the choice leads into; null where it reaches the target. */
  readonly after: Obligation | null
  readonly target: Target
  /** To be excluded from this frame. */
  readonly level: number
}

export interface Queue {
  readonly push: (obligation: Obligation) => void
  /** Takes out the newest of the lowest level; null where there is none. */
  readonly pop: () => Obligation | null
}

export const createQueue = (): Queue => {
  const levels: Obligation[][] = []
  return {
    push: (obligation) => {
      while (levels.length <= obligation.level) levels.push([])
      at(levels, obligation.level).push(obligation)
    },
    pop: () => levels.find((level) => level.length > 0)?.pop() ?? null,
  }
}
