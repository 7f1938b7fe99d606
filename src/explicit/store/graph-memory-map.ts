/** Where things lie in the linear memory of a program that builds a state graph. */
import type { System } from '../../ir/system.js'
import type { Layout } from '../emit/layout.js'
import { type MemoryMap, memoryMap } from '../emit/memory-map.js'

/** What was found lately waits here, until it is copied to the graph's own arrays. */
export interface GraphMemory extends MemoryMap {
  /** The number of each state that was met lately, by its place in `recent`. */
  readonly recentIndex: number
  /** Of edges, in their order: targets (4 bytes) and agents (`agentBytes`). */
  readonly targets: number
  readonly targetLimit: number
  readonly agents: number
  readonly agentBytes: 1 | 2
  /** Of states, in their order: the number of edges before theirs (4 bytes), and the properties that hold in them (`labelBytes`, a bit each). */
  readonly offsets: number
  readonly offsetLimit: number
  readonly labels: number
  readonly labelBytes: number
  /** Failing ways: state and agent (4 bytes each). */
  readonly failing: number
  readonly failingLimit: number
}

const stagedEdges = 32_768
const stagedStates = 8_192
const stagedFailures = 4_096

const align = (at: number): number => Math.ceil(at / 64) * 64

export const graphMemory = (system: System, layout: Layout): GraphMemory => {
  const map = memoryMap(system, layout, 'graph')
  const agentBytes = system.agents.length > 256 ? 2 : 1
  const labelBytes = Math.ceil(system.properties.length / 8)
  const recentIndex = map.ring
  const targets = align(recentIndex + map.recentStates * 4)
  const targetLimit = targets + stagedEdges * 4
  const agents = targetLimit
  // An agent is written as 4 bytes, of which the first ones stay.
  const offsets = align(agents + stagedEdges * agentBytes + 4)
  const offsetLimit = offsets + stagedStates * 4
  const labels = offsetLimit
  const failing = align(labels + stagedStates * labelBytes)
  const failingLimit = failing + stagedFailures * 8
  // One state before the array may be read.
  const ring = align(failingLimit + layout.widths.length * 8)
  return {
    ...map,
    recentIndex,
    targets,
    targetLimit,
    agents,
    agentBytes,
    offsets,
    offsetLimit,
    labels,
    labelBytes,
    failing,
    failingLimit,
    ring,
  }
}
