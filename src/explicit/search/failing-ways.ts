/** Which ways through the steps of a state fail, and what they violate. */
import { at } from '../../at.js'
import type { Move } from '../../ir/schedule.js'
import { builtIns } from '../emit/built-ins.js'
import type { Machine } from '../program/machine.js'
import type { Program, Traced } from '../program/program.js'

/** One of them. */
export interface FailingWay {
  /** An index into `System.failures`. */
  readonly failure: number
  readonly move: Move
}

/** The number of the built-in property that a failure violates. */
export const violatedBy = ({ system }: Program<Traced>, { failure }: FailingWay): number =>
  builtIns(system)[at(system.failures, failure).kind]

/** The failing ways of the state that was expanded last. */
export const failingWays = (program: Program<Traced>, machine: Machine<Traced>): FailingWay[] => {
  const view = machine.view()
  return Array.from({ length: machine.globals.failures }, (_, i) => {
    const at = program.memory.failures + i * 16
    return {
      failure: view.getInt32(at, true),
      move: { step: view.getInt32(at + 4, true), choice: Number(view.getBigInt64(at + 8, true)) },
    }
  })
}
