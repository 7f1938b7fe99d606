/**
 * What a worker of a large search does. Levels are synchronous, so that lengths are shortest. A level is expanded in
 * rounds: each worker expands states and distributes their successors, as many as there is room for; when all have done
 * so, each takes what belongs to its own shards from the buckets of all workers, and inserts it part by part of its
 * tables. What is new waits for the next level with the owner of its shard.
 */
import { at } from '../../at.js'
import type { MemoryMap } from '../emit/memory-map.js'
import { doubtsAreLeft } from '../program/doubts.js'
import { type Idle, watchIdle } from '../program/idle.js'
import type { Sliced } from '../program/pace.js'
import { stopReasons } from '../store/store.js'
import { type Compiled, type Instance, instantiated } from '../wasm/interface.js'
import type { WasmMemory } from '../wasm/platform.js'
import { type Control, controlOf, type Ending, type SharedControl } from './control.js'
import { type Desk, deskOf } from './desk.js'
import type { SharedDictionary } from './dictionary.js'
import type { Division } from './division.js'
import type { ExpanderInterface } from './expander-program.js'
import { type Chains, chainsOf, createPool, emptyFrontier, type Frontier, type Pool } from './pool.js'
import { blockBytes, mostBucketsLog, type PoolMap, poolEnd } from './pool-map.js'
import { createShard, type Shard, shardCode } from './shard.js'

/** All that a worker needs; it can be sent to another thread. */
export interface Setup {
  readonly worker: number
  readonly control: SharedControl
  readonly division: Division
  readonly memory: MemoryMap
  readonly pool: PoolMap
  readonly expander: Compiled<ExpanderInterface>
  /** By which states are packed; null where they are not. */
  readonly dictionary: SharedDictionary | null
  /** The memory of each worker's expander. */
  readonly memories: readonly WasmMemory[]
  /** The memory of each of its shards. */
  readonly tables: readonly WasmMemory[]
  /** What the search has noted so far: the areas in front of the queue. */
  readonly noted: Uint8Array
  readonly groups: readonly (readonly number[])[]
  /** Of the level that `frontier` is. */
  readonly depth: number
  /** Entries of the first level, this worker's part of it. */
  readonly frontier: readonly Uint8Array[]
  /** For each of its shards the entries that are known already. */
  readonly known: readonly (readonly Uint8Array[])[]
  /** For all workers together. */
  readonly mostStates: number
  readonly mostDepth: number
  readonly stop: 'all settled' | 'first violation'
  readonly deadlock: 'violation' | 'allowed'
  /** Bytes of a worker's successors that may wait to be inserted, at most; fewer where tables are small. */
  readonly exchange: number
  /** The most successors that a state has. */
  readonly successors: number
  /** States that a worker packs at most between two looks at how full the dictionary is. */
  readonly perLook: number
  /** Bytes of a shard's table that belong to one bucket, about. */
  readonly partBytes: number
}

export interface Outcome {
  /** Why it ended where states are left. */
  readonly ending: 'over' | 'states' | 'first' | Ending
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly noted: Uint8Array
  /** A walk from a state that this worker has expanded has not shown that no process is stuck in it. */
  readonly unproved: boolean
  /** Of each property in which something can be crossed out: the parts that did not matter. */
  readonly idle: readonly (readonly number[])[]
}

/** Shard `s` of so many belongs to worker `s % workers`. */
export const shardsOf = (worker: number, { workers }: SharedControl, { shardLog }: Division): number[] =>
  Array.from({ length: 2 ** shardLog }, (_, shard) => shard).filter((shard) => shard % workers === worker)

/** The work of one worker. It pauses every millisecond or so, and where it waits for the others. */
export function* work(setup: Setup, waits: 'threads' | 'turns'): Sliced<Outcome> {
  const { control: shared, division, pool: map, worker } = setup
  const control = controlOf(shared, waits)
  const { expander, idle, desk } = startExpander(setup, control)
  const pool = createPool(map, expander, () => growPool(expander, control))
  const chains = setup.memories.map(({ buffer }) => chainsOf(map, buffer))
  const code = shardCode(division)
  const numbers = shardsOf(worker, shared, division)
  const shards = numbers.map((_, i) => {
    const known = at(setup.known, i)
    return createShard(
      division,
      code,
      at(setup.tables, i),
      known.reduce((n, bytes) => n + bytes.length / division.entry, 0),
      control.take,
    )
  })
  let current = emptyFrontier()
  let next = emptyFrontier()
  const lacks = (what: 'memory' | 'room' = 'memory'): void => control.stop(what)

  for (const [i, shard] of shards.entries())
    for (const entries of at(setup.known, i)) {
      for (let from = 0; from < entries.length; ) {
        const end = Math.min(entries.length, from + shard.map.inboxEnd - shard.map.inbox)
        shard.bytes.set(entries.subarray(from, end), shard.map.inbox)
        if (shard.insert(shard.map.inbox + end - from) === null) lacks(shard.lacks())
        from = end
      }
      yield
    }
  for (const entries of setup.frontier) if (!pool.append(current, entries)) lacks(poolLacks(expander))

  let received = 0
  /** States that wait, between two rounds: within one those that are being inserted are counted nowhere. */
  let waiting = current.entries
  const sent: [number, number] = [0, 0]
  const publish = (): void =>
    control.publish(worker, {
      states: shards.reduce((n, shard) => n + shard.states(), 0),
      transitions: expander.globals.transitions,
      queue: waiting,
      tables: shards.reduce((n, shard) => n + shard.tableBytes(), 0),
      received,
      sent0: sent[0],
      sent1: sent[1],
    })
  function* allHere(): Sliced<void> {
    publish()
    const barrier = control.arrive()
    while (!barrier.isOver()) {
      barrier.wait()
      yield
    }
  }
  const outcome = (ending: Outcome['ending']): Outcome => ({
    ending,
    unproved: doubtsAreLeft(expander, setup.memory),
    states: shards.reduce((n, shard) => n + shard.states(), 0),
    transitions: expander.globals.transitions,
    depth: expander.globals.depth,
    noted: new Uint8Array(expander.memory.buffer).slice(0, setup.memory.ring),
    idle: idle.parts(),
  })

  /** Expands the level and inserts what comes of it, until nothing is left of it or the search is stopped. */
  function* rounds(level: number): Sliced<void> {
    for (let isOver = false; !isOver; round++) {
      const tables = control.sum('tables')
      const buckets = bucketsLog(setup, tables)
      yield* expand(setup, { expander, desk }, pool, current, { buckets, tables }, control, publish)
      if (current.blocks.length > 0) control.unfinished.add(round, 1)
      sent[round % 2 === 0 ? 0 : 1] = expander.globals.sent
      if (expander.globals.stop === stopReasons.settled) control.violated.add(level, 1)
      yield* allHere()
      if (control.stopped() !== 'none') return
      isOver = control.unfinished.get(round) === 0
      // Nobody packs anything until all have inserted.
      if (!desk.grow()) lacks()
      if (worker === 0) {
        control.unfinished.clear(round + 1)
        control.found.clear(level + 1)
        control.violated.clear(level + 1)
      }
      for (const [i, shard] of shards.entries()) {
        const parts = { first: at(numbers, i) * 2 ** (buckets - division.shardLog), count: 2 ** (buckets - division.shardLog) }
        const taken = yield* insert(shard, chains, parts, worker, (entries) => pool.append(next, entries))
        if (taken === null) return lacks(shard.lacks() === 'room' ? 'room' : poolLacks(expander))
        received += taken
      }
      waiting = current.entries + next.entries
      if (isOver && next.blocks.length > 0) control.found.add(level, 1)
      yield* allHere()
      if (control.stopped() !== 'none') return
      if (control.sum(round % 2 === 0 ? 'sent0' : 'sent1') !== control.sum('received'))
        throw new Error('successors were lost between workers')
      pool.clear(2 ** buckets)
      expander.globals.chained = 0
    }
  }
  const { globals } = expander
  let round = 0
  yield* allHere()
  for (let level = 0; ; level++) {
    yield* rounds(level)
    const ending = endingOf(control, level, setup)
    if (ending === 'states' || ending === 'memory' || ending === 'room') {
      // What waits is reachable, and is looked at; nothing is expanded.
      globals.max_depth = 0
      yield* look(desk, pool, current, control)
      if (next.blocks.length > 0) globals.depth++
      yield* look(desk, pool, next, control)
    }
    if (ending !== null) return outcome(ending)
    current = next
    next = emptyFrontier()
    globals.depth++
    if (worker === 0) control.depth.set(globals.depth)
  }
}

/** Null where the search goes on to the next level. */
const endingOf = (control: Control, level: number, { mostStates, stop }: Setup): Outcome['ending'] | null => {
  const stopped = control.stopped()
  if (stopped !== 'none') return stopped
  if (control.found.get(level) === 0) return 'over'
  if (stop === 'first violation' && control.violated.get(level) > 0) return 'first'
  return control.sum('states') > mostStates ? 'states' : null
}

/** A worker's memory is taken in pieces of so many bytes. */
const poolStep = 64 * blockBytes

const growPool = ({ globals }: Instance<ExpanderInterface>, control: Control): void => {
  const end = globals.fresh_end + poolStep
  if (end <= poolEnd && control.take(poolStep)) globals.fresh_end = end
}

const poolLacks = ({ globals }: Instance<ExpanderInterface>): 'memory' | 'room' =>
  globals.fresh_end + poolStep > poolEnd ? 'room' : 'memory'

interface Started {
  readonly expander: Instance<ExpanderInterface>
  readonly idle: Idle
  readonly desk: Desk
}

const startExpander = (setup: Setup, control: Control): Started => {
  const memory = at(setup.memories, setup.worker)
  const idle = watchIdle(setup.groups)
  const expander = instantiated(setup.expander, memory, {
    more: () => growPool(expander, control),
    narrow: idle.narrow,
    pack: () => desk.finish(),
  })
  const desk = deskOf(setup, expander, control)
  new Uint8Array(memory.buffer).set(setup.noted)
  idle.begin({ view: () => new DataView(memory.buffer), exports: expander.exports }, setup.memory.groups)
  const { globals } = expander
  globals.fresh = setup.pool.blocks
  globals.fresh_end = setup.pool.blocks
  globals.first = setup.stop === 'first violation' ? 1 : 0
  globals.deadlock_counts = setup.deadlock === 'violation' ? 1 : 0
  globals.depth = setup.depth
  globals.max_depth = setup.mostDepth
  globals.raw_end = setup.pool.raw
  return { expander, idle, desk }
}

/** Log2 of the number of buckets, the same for all workers: each one's part of the tables should fit into a cache. */
const bucketsLog = ({ division, partBytes }: Setup, tables: number): number => {
  const wanted = Math.ceil(Math.log2(Math.max(1, tables / partBytes)))
  // With one bucket nothing of a word would say which: a shift by all 64 bits of it is none.
  const least = Math.max(1, division.shardLog)
  return Math.min(Math.max(least, wanted), mostBucketsLog, division.mixing.keyBits)
}

/** Successors wait for being inserted in at most this part of the memory of tables, for each worker. */
const tablesPerExchange = 8

/** Expands states as long as there is room for their successors, and distributes these. */
function* expand(
  setup: Setup,
  { expander, desk }: { readonly expander: Instance<ExpanderInterface>; readonly desk: Desk },
  pool: Pool,
  frontier: Frontier,
  { buckets, tables }: { readonly buckets: number; readonly tables: number },
  control: Control,
  publish: () => void,
): Sliced<void> {
  const { globals, exports } = expander
  const { successors, exchange } = setup
  /** The blocks that one more block of states can take, at the most. */
  const reserve = 2 ** buckets + successors
  const bytes = Math.min(exchange, tables / tablesPerExchange)
  const room = Math.max(Math.floor(bytes / blockBytes), 2 * reserve)
  globals.bucket_shift = setup.division.mixing.keyBits - buckets
  while (globals.chained + reserve <= room && !desk.isCrowded()) {
    const run = pool.shift(frontier)
    if (run === null) break
    desk.visit(run)
    pool.release(run)
    if (globals.lacking === 1) control.stop(poolLacks(expander))
    if (desk.isNarrow()) control.stop('narrow')
    if (control.stopped() !== 'none') return
    publish()
    yield
  }
  desk.finish()
  exports.drain(2 ** buckets)
  if (globals.lacking === 1) control.stop(poolLacks(expander))
  if (desk.isNarrow()) control.stop('narrow')
}

/** Inserts what lies in some buckets of all workers, and says how many bytes; null where there is no memory for it. */
function* insert(
  shard: Shard,
  chains: readonly Chains[],
  { first, count }: { readonly first: number; readonly count: number },
  worker: number,
  append: (entries: Uint8Array) => boolean,
): Sliced<number | null> {
  const { bytes, map } = shard
  let taken = 0
  let end = map.inbox
  const insertAll = (): boolean => {
    const out = shard.insert(end)
    end = map.inbox
    return out !== null && append(bytes.subarray(map.inbox, out))
  }
  for (let bucket = first; bucket < first + count; bucket++)
    for (let k = 0; k < chains.length; k++) {
      // Each begins with another worker's, so that they do not read the same memory at once.
      const from = at(chains, (worker + k) % chains.length)
      for (const run of from.runs(bucket)) {
        if (end + run.end - run.at > map.inboxEnd) {
          if (!insertAll()) return null
          yield
        }
        bytes.set(from.bytes.subarray(run.at, run.end), end)
        end += run.end - run.at
        taken += run.end - run.at
      }
    }
  return end === map.inbox || insertAll() ? taken : null
}

/** Looks at states, and expands none, until somebody asks for the end. */
function* look(desk: Desk, pool: Pool, frontier: Frontier, { isAsked }: Control): Sliced<void> {
  for (let run = pool.shift(frontier); run !== null && !isAsked(); run = pool.shift(frontier)) {
    desk.visit(run)
    yield
  }
}
