/** Where things lie in the linear memory, in bytes. */
import type { System } from '../../ir/system.js'
import { crossablesOf, groupsBytes } from './crossables.js'
import type { Layout } from './layout.js'
import { markOf } from './marks.js'
import type { Purpose } from './purpose.js'
import { waysThrough } from './ways.js'

/**
 * Successors are hashed, touched and inserted in batches of this many: that many cache misses are under way together.
 */
export const batch = 128

/**
 * Bytes of the cache of states that were inserted lately. It fits into the processor's first cache, and spares the
 * table half of its look-ups.
 */
const recentBytes = 2 ** 15

/** Bytes of what is kept about a property. */
export const recordBytes = 24

export interface MemoryMap {
  /** The state being expanded. */
  readonly current: number
  /** The state that the properties looked at before, and 8 bytes: 1 where there was one. */
  readonly before: number
  /** `recordBytes` per property and built-in; see `recordFields`. */
  readonly records: number
  /** A byte per step and per branch. */
  readonly fired: number
  readonly taken: number
  /** Of a batch: per entry the address of its home slot (4 bytes), and what its slot would hold (8 bytes). */
  readonly homes: number
  readonly slots: number
  /** Of a batch: per entry the address of the state. */
  readonly sources: number
  /**
   * States that were met lately (`recentStates` of them, a power of two), each at the place that its mixed word says:
   * word 0 mixed, the others as they are.
   */
  readonly recent: number
  readonly recentStates: number
  /** Failing ways of the state being expanded: 16 bytes each, and how many. */
  readonly failures: number
  readonly failureLimit: number
  /** For samples, 4 bytes for each thing that can be met: the state in which it was met first; see marks.ts. */
  readonly marks: number
  /** Of each property in which something can be crossed out: its groups of parts; see crossed.ts. */
  readonly groups: readonly number[]
  /** Of a search: states that wait for walks, see doubts.ts; and `fired` and `taken`, as they were before these. */
  readonly doubts: number
  readonly doubtBytes: number
  readonly kept: number
  /** Behind `taken`. */
  readonly takenEnd: number
  /** Successors, `entry` bytes each. From `bufferLimit` on they have to be flushed. */
  readonly buffer: number
  readonly bufferLimit: number
  readonly entry: number
  /** No state has more successors than there is room for behind `bufferLimit`. */
  readonly bounded: boolean
  /** Where the queue of states starts. */
  readonly ring: number
}

/** Hands out areas of so many bytes, one behind the other, each from a multiple of 64 on. */
export const areasFrom = (start: number): ((bytes: number) => number) => {
  let free = start
  return (bytes) => {
    const area = Math.ceil(free / 64) * 64
    free = area + bytes
    return area
  }
}

/** The most successors that a state can have. */
export const mostSuccessors = (system: System): number => {
  const ofAgent = new Map<number, number>()
  for (const step of system.steps) {
    const n = waysThrough(step.body)
    const sofar = ofAgent.get(step.agent) ?? 0
    ofAgent.set(step.agent, step.location === null ? sofar + n : Math.max(sofar, n))
  }
  let sum = 0
  for (const n of ofAgent.values()) sum += n
  return Math.max(sum, waysThrough(system.init))
}

const mostBounded = 4096

/** Whether all successors of any state fit into the buffer. */
export const isBounded = (system: System): boolean => mostSuccessors(system) <= mostBounded

/**
 * Bytes of an entry of the buffer behind its state: for `trace` and `sample` the step and the choice code, for `graph`
 * the agent.
 */
const extraBytes: Readonly<Record<Purpose, number>> = { search: 0, trace: 16, graph: 8, sample: 16 }

/** So many doubts wait at a time. */
const mostDoubts = 64

/** So many failing ways of one state are remembered. */
const rememberedFailures: Readonly<Record<Purpose, number>> = { search: 0, trace: 1024, graph: 0, sample: 65_536 }

/** The memory map for a system; see `storeMemory` for a store alone. */
export const memoryMap = (system: System, layout: Layout, purpose: Purpose): MemoryMap =>
  mapOf({
    words: layout.widths.length,
    properties: system.safety.length + 3,
    steps: system.steps.length,
    branches: system.branches.length,
    successors: mostSuccessors(system),
    extra: extraBytes[purpose],
    failures: rememberedFailures[purpose],
    marks: purpose === 'sample' ? markOf(system).count : 0,
    crossables: purpose === 'search' ? crossablesOf(system).length : 0,
    doubts: purpose === 'search' ? mostDoubts : 0,
  })

/** The memory map of a store that is used without a system. */
export const storeMemory = (words: number): MemoryMap =>
  mapOf({ words, properties: 0, steps: 0, branches: 0, successors: 1024, extra: 0, failures: 0, marks: 0, crossables: 0, doubts: 0 })

interface Sizes {
  readonly words: number
  readonly properties: number
  readonly steps: number
  readonly branches: number
  readonly successors: number
  readonly extra: number
  readonly failures: number
  readonly marks: number
  readonly crossables: number
  readonly doubts: number
}

const mapOf = (sizes: Sizes): MemoryMap => {
  const { words, properties, steps, branches, successors, extra, failures: mostFailures, marks: markCount, crossables } = sizes
  const doubtBytes = sizes.doubts * words * 8
  const bounded = successors <= mostBounded
  const entry = words * 8 + extra
  const recentStates = 2 ** Math.floor(Math.log2(recentBytes / (words * 8)))
  const area = areasFrom(64)
  const current = area(words * 8)
  const records = area(properties * recordBytes)
  const fired = area(steps)
  const taken = area(branches)
  const homes = area(batch * 4)
  const slots = area(batch * 8)
  const sources = area(batch * 4)
  const recent = area(recentStates * words * 8)
  const failures = area(mostFailures * 16)
  const failureLimit = failures + mostFailures * 16
  const marks = area(markCount * 4)
  const before = area(words * 8 + 8)
  const groups = Array.from({ length: crossables }, () => area(groupsBytes))
  const takenEnd = Math.ceil((taken + branches) / 8) * 8
  const kept = area(sizes.doubts === 0 ? 0 : takenEnd - fired)
  const doubts = area(doubtBytes)
  const buffer = area((batch + (bounded ? successors : 1)) * entry)
  const bufferLimit = buffer + batch * entry
  const ring = area(0)
  return {
    current,
    before,
    records,
    fired,
    taken,
    homes,
    slots,
    sources,
    recent,
    recentStates,
    failures,
    failureLimit,
    marks,
    groups,
    doubts,
    doubtBytes,
    kept,
    takenEnd,
    buffer,
    bufferLimit,
    entry,
    bounded,
    ring,
  }
}
