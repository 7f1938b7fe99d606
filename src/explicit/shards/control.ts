/**
 * What the workers of a search say to each other, in memory that they share: a barrier, counters of a round and of a
 * level, the memory in use, and why the search is to end.
 */
import { at } from '../../at.js'

/** Why a search is to end; it is written down as the place here. */
const endings = ['none', 'asked', 'memory', 'room', 'died', 'narrow'] as const
export type Ending = Exclude<(typeof endings)[number], 'none'>

const places = {
  arrived: 0,
  generation: 1,
  stop: 2,
  /** In units of 4 KiB. */
  memory: 3,
  mostMemory: 4,
  /** Workers with something left to expand, by the parity of the round. */
  unfinished: 5,
  /** Workers with states of the next level, by the parity of the level. */
  found: 8,
  /** Workers that know of a violation, by the parity of the level. */
  violated: 12,
  depth: 14,
  asked: 15,
} as const
const integers = 16
/**
 * Numbers that one worker writes and all read. Bytes of successors that were received by shards, and that were sent to
 * them up to an even and an odd round: the others may be sending again when one asks whether all has arrived.
 */
const perWorker = { states: 0, transitions: 1, queue: 2, tables: 3, received: 4, sent0: 5, sent1: 6 } as const
const numbersPerWorker = Object.keys(perWorker).length

const unit = 4096

/** The memory behind a control; threads are given it. */
export interface SharedControl {
  readonly workers: number
  readonly buffer: SharedArrayBuffer
}

export type Published = Readonly<Record<keyof typeof perWorker, number>>

export interface Control {
  readonly shared: SharedControl
  /** Says that one is at the barrier; `isOver` says whether all are. */
  readonly arrive: () => Barrier
  readonly stopped: () => 'none' | Ending
  /** Ends the search; the first reason counts. Whoever waits goes on. */
  readonly stop: (ending: Ending) => void
  /** Whether somebody has asked for the end, whatever reason came first. */
  readonly isAsked: () => boolean
  /** Takes so many bytes; false, and nothing is taken, where there are not so many left. */
  readonly take: (bytes: number) => boolean
  readonly bytes: () => number
  readonly publish: (worker: number, numbers: Published) => void
  /** The sum over all workers. */
  readonly sum: (what: keyof Published) => number
  readonly unfinished: Counter
  readonly found: Counter
  readonly violated: Counter
  readonly depth: { readonly get: () => number; readonly set: (depth: number) => void }
}

export interface Barrier {
  readonly isOver: () => boolean
  /** Waits for a moment at most. */
  readonly wait: () => void
}

/** A counter of a round or a level; that of the next one is another. */
export interface Counter {
  readonly add: (turn: number, count: number) => void
  readonly get: (turn: number) => number
  readonly clear: (turn: number) => void
}

/** For so many workers, which may take so many bytes together. */
export const newControl = (workers: number, bytes: number): SharedControl => {
  const buffer = new SharedArrayBuffer(integers * 4 + workers * numbersPerWorker * 8)
  new Int32Array(buffer)[places.mostMemory] = Math.floor(bytes / unit)
  return { workers, buffer }
}

const momentMilliseconds = 100
const spins = 2000

/** `waits` says whether a worker that waits has a thread of its own. */
export const controlOf = (shared: SharedControl, waits: 'threads' | 'turns' = 'turns'): Control => {
  const { workers, buffer } = shared
  const words = new Int32Array(buffer, 0, integers)
  const numbers = new Float64Array(buffer, integers * 4)
  const counter = (place: number): Counter => {
    const low = (turn: number): number => place + (turn & 1)
    return {
      add: (turn, count) => void Atomics.add(words, low(turn), count),
      get: (turn) => Atomics.load(words, low(turn)),
      clear: (turn) => void Atomics.store(words, low(turn), 0),
    }
  }
  const stopped = (): (typeof endings)[number] => at(endings, Atomics.load(words, places.stop))
  return {
    shared,
    arrive: () => {
      const generation = Atomics.load(words, places.generation)
      const isOver = (): boolean => Atomics.load(words, places.generation) !== generation || stopped() !== 'none'
      if (Atomics.add(words, places.arrived, 1) === workers - 1) {
        Atomics.store(words, places.arrived, 0)
        Atomics.add(words, places.generation, 1)
        Atomics.notify(words, places.generation)
      }
      return {
        isOver,
        wait: () => {
          if (waits === 'turns') return
          for (let i = 0; i < spins; i++) if (isOver()) return
          Atomics.wait(words, places.generation, generation, momentMilliseconds)
        },
      }
    },
    stopped,
    stop: (ending) => {
      if (ending === 'asked') Atomics.store(words, places.asked, 1)
      Atomics.compareExchange(words, places.stop, 0, endings.indexOf(ending))
      Atomics.notify(words, places.generation)
    },
    isAsked: () => Atomics.load(words, places.asked) === 1,
    // What is not taken is never counted: it would keep others from taking less.
    take: (bytes) => {
      const units = Math.ceil(bytes / unit)
      const most = Atomics.load(words, places.mostMemory)
      for (let used = Atomics.load(words, places.memory); used + units <= most; ) {
        const before = Atomics.compareExchange(words, places.memory, used, used + units)
        if (before === used) return true
        used = before
      }
      return false
    },
    bytes: () => Atomics.load(words, places.memory) * unit,
    publish: (worker, published) => {
      for (const [name, place] of Object.entries(perWorker)) numbers[worker * numbersPerWorker + place] = published[name as keyof Published]
    },
    sum: (what) => {
      let sum = 0
      for (let worker = 0; worker < workers; worker++) sum += numbers[worker * numbersPerWorker + perWorker[what]] ?? 0
      return sum
    },
    unfinished: counter(places.unfinished),
    found: counter(places.found),
    violated: counter(places.violated),
    depth: {
      get: () => Atomics.load(words, places.depth),
      set: (depth) => void Atomics.store(words, places.depth, depth),
    },
  }
}
