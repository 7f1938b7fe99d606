/** Starting a search in a machine, and getting at the states in its memory. */
import { totalmem } from 'node:os'
import type { System } from '../../ir/system.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import { mostMemory } from './ceiling.js'
import type { Machine } from './machine.js'
import type { Program } from './program.js'

export interface StartOptions {
  readonly maxStates?: number
  readonly maxDepth?: number
  readonly first?: boolean
  readonly deadlock?: System['deadlock']
}

/** The memory that a search may use unless told otherwise, in bytes. */
export const defaultMemory = (): number => Math.min(mostMemory, Math.floor(totalmem() * 0.8))

/** Writes a state's words to an address. */
export const writeState = (machine: Pick<Machine, 'view'>, at: number, words: readonly bigint[]): void => {
  const view = machine.view()
  for (const [w, word] of words.entries()) view.setBigUint64(at + w * 8, word, true)
}

/** The words of the state at an address. */
export const wordsAt = (machine: Pick<Machine, 'view'>, at: number, words: number): bigint[] => {
  const view = machine.view()
  return Array.from({ length: words }, (_, w) => view.getBigUint64(at + w * 8, true))
}

/** Sets up a machine for a search, with the initial states in its queue. */
export const startSearch = (program: Program, machine: Machine, options: StartOptions): void => {
  const { memory, system, layout } = program
  const { maxStates = 2 ** 32 - 1, maxDepth = 2 ** 32 - 1, first = false, deadlock = system.deadlock } = options
  machine.globals.state_limit = Math.min(maxStates, 2 ** 32 - 1)
  machine.globals.max_depth = Math.min(maxDepth, 2 ** 32 - 1)
  machine.globals.first = first ? 1 : 0
  machine.globals.deadlock_counts = deadlock === 'violation' ? 1 : 0
  const view = machine.view()
  for (let i = 0; i < system.properties.length; i++)
    view.setInt32(memory.records + i * recordBytes + recordFields.maximum, -(2 ** 31), true)
  writeState(machine, memory.current, layout.initial)
  machine.exports.begin()
}
