/** A search that has become large, by workers: what they are given, and what they find together. */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import { type Asked, doubtsAreLeft } from '../program/doubts.js'
import type { Idle } from '../program/idle.js'
import type { Machine } from '../program/machine.js'
import type { Pace } from '../program/pace.js'
import type { Program } from '../program/program.js'
import { controlOf } from './control.js'
import type { Crew } from './crew.js'
import { fullWords } from './dictionary.js'
import { handOver } from './hand-over.js'
import { notedTogether } from './noted.js'
import { type Packing, packingFor } from './packing.js'
import { type From, newNumbers, numberWords, perLookOf, setUp } from './set-up.js'
import type { Outcome } from './work.js'

/** What has begun: the initial states wait in the machine's queue. */
export interface Begun {
  readonly system: System
  readonly program: Program
  readonly machine: Machine
  readonly idle: Idle
}

export interface LargeOptions {
  readonly workers: number
  readonly bytes: number
  readonly states: number
  readonly depth: number
  readonly stop: 'all settled' | 'first violation'
  readonly deadlock: 'violation' | 'allowed'
  readonly asked: Asked
  readonly onTurn: (progress: LargeProgress & { readonly noted: () => DataView }) => void
  /** Of tests, so that every path is walked on small models. */
  readonly tiny?: {
    readonly exchange: number
    readonly partBytes: number
    readonly shardLog: number
    readonly numberBits: number
    readonly slack: number
  }
}

export interface LargeProgress {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly queue: number
  readonly bytes: number
}

export interface Large extends LargeProgress {
  readonly limit: Limit | null
  readonly noted: Uint8Array
  /** Some walk has not shown that no process is stuck in a state; see doubts.ts. */
  readonly unproved: boolean
  readonly idle: readonly (readonly number[])[]
}

/** So many times the bytes of all states are in use while they are handed over: as they are, packed, and by shards. */
const handedOver = 3

/** Where states have so many successors that workers would add more words than these unseen, states are not packed. */
const mostPerLook = 2 ** 22

/** Where a number does not fit, all get so many more bits, as far as there can be so many numbers. */
const moreBits = 3

/**
 * Goes on with a search of which states of one level wait. Null where there is no memory to hand it over.
 * @throws NoMemory
 */
export const searchLarge = async (begun: Begun, crew: Crew, pace: Pace, options: LargeOptions): Promise<Large | null> => {
  const { program, machine } = begun
  const { tiny } = options
  const bytes = machine.globals.states * program.layout.widths.length * 8
  if (!pace.hasRoom(machine.bytes() + handedOver * bytes)) return null
  const handed = handOver(program, machine)
  if (handed === null) return null
  const { widths } = program.layout
  const perLook = perLookOf(begun.system)
  const from: From = {
    system: begun.system,
    handed,
    widths,
    ring: program.memory.ring,
    states: machine.globals.states,
    transitions: machine.globals.transitions,
    depth: machine.globals.depth,
    unproved: doubtsAreLeft(machine, program.memory),
    noted: new Uint8Array(machine.memory.buffer.slice(0, program.memory.ring)),
    idle: begun.idle,
    numbers: newNumbers(widths, options.workers, perLook),
    perLook,
  }
  const isPackable = widths.length > 1 && perLook * options.workers <= mostPerLook
  const met = isPackable ? numberWords(from) : null
  const most = from.numbers.map.words.map(({ mostBits }) => mostBits)
  const mostAtFirst = tiny === undefined ? most : most.map((bits) => Math.min(bits, tiny.numberBits))
  let packing = met === null ? null : packingFor(widths, met, mostAtFirst, tiny === undefined ? undefined : [tiny.slack])
  for (;;) {
    const found = await searchPacked(from, packing, crew, pace, options)
    if (found !== 'narrow') return found
    const full = fullWords(from.numbers, perLook)
    const room = (packing?.words ?? []).map(({ as, bits }, i) =>
      as === 'itself' || full.has(i) ? Number.POSITIVE_INFINITY : 2 ** Math.min(bits + moreBits, at(most, i)),
    )
    packing = packingFor(widths, room, most, [0])
  }
}

/** Searches with states that are packed so; 'narrow' where a number does not fit into its bits. */
const searchPacked = async (
  from: From,
  packing: Packing | null,
  crew: Crew,
  pace: Pace,
  options: LargeOptions,
): Promise<Large | 'narrow'> => {
  const { setups, control, memory, memories } = setUp(from, packing, options)
  const shared = controlOf(control)
  const now = (): LargeProgress => ({
    states: Math.max(from.states, shared.sum('states')),
    transitions: from.transitions + shared.sum('transitions'),
    depth: Math.max(from.depth, shared.depth.get()),
    queue: shared.sum('queue'),
    bytes: shared.bytes(),
  })
  // It lies in memory that outlives the threads. A worker that has not begun yet has noted nothing.
  const notedSoFar = (): Uint8Array =>
    notedTogether(from.system, memory, [from.noted, ...memories.map(({ buffer }) => new Uint8Array(buffer, 0, from.ring))])
  const ended = await crew.run(setups, pace, () => options.onTurn({ ...now(), noted: () => new DataView(notedSoFar().buffer) }))
  if (ended.kind === 'died')
    return { ...now(), limit: { kind: 'died', why: ended.why }, noted: notedSoFar(), idle: from.idle.parts(), unproved: true }
  const { outcomes, stopped } = ended
  const { ending, idle } = at(outcomes, 0)
  if (ending === 'narrow' && stopped === null) return 'narrow'
  const sum = (of: 'states' | 'transitions'): number => outcomes.reduce((n, outcome) => n + outcome[of], 0)
  return {
    limit: stopped ?? limitOf(ending, options),
    states: sum('states'),
    transitions: from.transitions + sum('transitions'),
    depth: Math.max(...outcomes.map(({ depth }) => depth)),
    queue: 0,
    bytes: shared.bytes(),
    noted: notedTogether(
      from.system,
      memory,
      outcomes.map((outcome) => outcome.noted),
    ),
    unproved: from.unproved || outcomes.some(({ unproved }) => unproved),
    idle: idle.map((parts, i) => parts.filter((part) => outcomes.every((outcome) => at(outcome.idle, i).includes(part)))),
  }
}

const limitOf = (ending: Outcome['ending'], { states, bytes }: LargeOptions): Limit | null => {
  switch (ending) {
    case 'states':
      return { kind: 'states', states }
    case 'memory':
      return { kind: 'memory', bytes }
    case 'room':
      return { kind: 'part of the search' }
    case 'first':
      return { kind: 'first' }
    case 'over':
    case 'asked':
    case 'narrow':
    case 'died':
      return null
  }
}
