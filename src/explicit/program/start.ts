/** Starting a search in a machine, and getting at the states in its memory. */
import type { Limits } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import type { Machine } from './machine.js'
import type { Program } from './program.js'

/** What has states in its memory. */
interface Viewed {
  readonly view: () => DataView
}

/** Writes a state's words to an address. */
export const writeState = (machine: Viewed, at: number, words: readonly bigint[]): void => {
  const view = machine.view()
  for (const [w, word] of words.entries()) view.setBigUint64(at + w * 8, word, true)
}

/** The words of the state at an address. */
export const wordsAt = (machine: Viewed, at: number, words: number): bigint[] => {
  const view = machine.view()
  return Array.from({ length: words }, (_, w) => view.getBigUint64(at + w * 8, true))
}

/** No limit. */
export const greatest = 2 ** 32 - 1

/** Queues the initial states of a search, or of the building of a graph. */
export const begin = (
  { memory, layout }: Pick<Program, 'memory' | 'layout'>,
  machine: Viewed & {
    readonly globals: Pick<Machine['globals'], 'state_limit' | 'max_depth'>
    readonly exports: Pick<Machine['exports'], 'begin'>
  },
  { states = greatest, depth = greatest }: Limits,
): void => {
  machine.globals.state_limit = Math.min(states, greatest)
  machine.globals.max_depth = Math.min(depth, greatest)
  writeState(machine, memory.current, layout.initial)
  machine.exports.begin()
}

export interface StartOptions {
  readonly limits?: Limits
  readonly stop?: 'all settled' | 'first violation'
  readonly deadlock?: System['deadlock']
}

/** Sets up a machine for a search, with the initial states in its queue. */
export const startSearch = (program: Program, machine: Machine, options: StartOptions): void => {
  const { memory, system } = program
  const { limits = {}, stop = 'all settled', deadlock = system.deadlock } = options
  machine.globals.first = stop === 'first violation' ? 1 : 0
  machine.globals.deadlock_counts = deadlock === 'violation' ? 1 : 0
  const view = machine.view()
  for (let i = 0; i < system.safety.length; i++) view.setInt32(memory.records + i * recordBytes + recordFields.maximum, -(2 ** 31), true)
  begin(program, machine, limits)
}
