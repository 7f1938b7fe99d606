/** The blocks in the memory of a worker, as JavaScript sees them: chains of its buckets, and levels of the search. */
import type { Instance } from '../wasm/interface.js'
import type { ExpanderInterface } from './expander-program.js'
import { blockBytes, nextAt, type PoolMap } from './pool-map.js'

/** The entries of a level, or of what is left of it. */
export interface Frontier {
  /** Addresses of blocks, the one that is being filled last. */
  readonly blocks: number[]
  /** Where the next entry goes. */
  end: number
  entries: number
}

export const emptyFrontier = (): Frontier => ({ blocks: [], end: 0, entries: 0 })

/** Entries that lie side by side. */
export interface Run {
  readonly at: number
  readonly end: number
}

/** The chains of a worker's buckets: read by all. */
export interface Chains {
  readonly bytes: Uint8Array
  /** The runs of a bucket. */
  readonly runs: (bucket: number) => Iterable<Run>
}

export const chainsOf = (map: PoolMap, buffer: ArrayBufferLike): Chains => {
  const words = new Uint32Array(buffer)
  return {
    bytes: new Uint8Array(buffer),
    *runs(bucket) {
      const end = words[map.ends / 4 + bucket]!
      for (let at = words[map.heads / 4 + bucket]!, isFirst = true; at !== 0; at = words[nextAt(map, at) / 4]!, isFirst = false)
        yield { at, end: isFirst ? end : at + map.used }
    },
  }
}

export interface Pool {
  readonly chains: Chains
  /** Appends entries; false where there is no memory for them. */
  readonly append: (frontier: Frontier, entries: Uint8Array) => boolean
  /** Takes a run of entries out; its block is free when `release` is called. Null where none is left. */
  readonly shift: (frontier: Frontier) => Run | null
  readonly release: (run: Run) => void
  /** Empties so many buckets: their blocks are free. */
  readonly clear: (buckets: number) => void
}

/** Of a worker's expander. `grow` makes fresh blocks. */
export const createPool = (map: PoolMap, { memory, globals }: Instance<ExpanderInterface>, grow: () => void): Pool => {
  const chains = chainsOf(map, memory.buffer)
  const words = new Uint32Array(memory.buffer)
  const next = (block: number): number => nextAt(map, block) / 4

  const takeBlock = (): number | null => {
    const { free } = globals
    if (free !== 0) {
      globals.free = words[next(free)]!
      return free
    }
    if (globals.fresh === globals.fresh_end) grow()
    const { fresh, fresh_end: end } = globals
    if (fresh === end) return null
    globals.fresh = fresh + blockBytes
    return fresh
  }
  const give = (first: number, last: number): void => {
    words[next(last)] = globals.free
    globals.free = first
  }

  /** Entries fill a block from its start, up to here. */
  const fullAt = (block: number): number => block + map.used
  return {
    chains,
    append: (frontier, entries) => {
      let from = 0
      while (from < entries.length) {
        const last = frontier.blocks.at(-1)
        if (last === undefined || frontier.end === fullAt(last)) {
          const block = takeBlock()
          if (block === null) return false
          frontier.blocks.push(block)
          frontier.end = block
          continue
        }
        const count = Math.min(entries.length - from, fullAt(last) - frontier.end)
        chains.bytes.set(entries.subarray(from, from + count), frontier.end)
        frontier.end += count
        from += count
      }
      frontier.entries += entries.length / map.entry
      return true
    },
    shift: (frontier) => {
      const { end } = frontier
      const block = frontier.blocks.pop()
      if (block === undefined) return null
      // The one that was being filled comes out first; all others are full.
      frontier.end = fullAt(frontier.blocks.at(-1) ?? 0)
      frontier.entries -= (end - block) / map.entry
      return { at: block, end }
    },
    release: ({ at }) => give(at, at),
    clear: (buckets) => {
      for (let bucket = 0; bucket < buckets; bucket++) {
        const first = words[map.heads / 4 + bucket]!
        if (first === 0) continue
        let last = first
        for (let at = words[next(last)]!; at !== 0; at = words[next(last)]!) last = at
        give(first, last)
        words[map.heads / 4 + bucket] = 0
        words[map.ends / 4 + bucket] = 0
      }
    },
  }
}
