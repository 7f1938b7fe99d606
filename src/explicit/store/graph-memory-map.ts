/** Where things lie in the linear memory of a program that builds a state graph. */
import type { System } from '../../ir/system.js'
import type { Layout } from '../emit/layout.js'
import { areasFrom, type MemoryMap, memoryMap } from '../emit/memory-map.js'

/** What was found lately waits here, until it is copied to the graph's own arrays. */
export interface GraphMemory extends MemoryMap {
  /** The number of each state that was met lately, by its place in `recent`. */
  readonly recentIndex: number
  /** Of edges, in their order: targets (4 bytes) and agents (`agentBytes`). */
  readonly targets: number
  readonly targetLimit: number
  readonly agents: number
  readonly agentBytes: 1 | 2
  /**
   * Of states, in their order: the number of edges before theirs (4 bytes), and the properties that hold in them
   * (`labelBytes`, a bit each).
   */
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

export const graphMemory = (system: System, layout: Layout): GraphMemory => {
  const map = memoryMap(system, layout, 'graph')
  const agentBytes = system.agents.length > 256 ? 2 : 1
  const labelBytes = Math.ceil(system.safety.length / 8)
  const area = areasFrom(map.ring)
  const recentIndex = area(map.recentStates * 4)
  const targets = area(stagedEdges * 4)
  const targetLimit = targets + stagedEdges * 4
  // An agent is written as 4 bytes, of which the first ones stay.
  const agents = area(stagedEdges * agentBytes + 4)
  const offsets = area(stagedStates * 4)
  const offsetLimit = offsets + stagedStates * 4
  const labels = area(stagedStates * labelBytes)
  const failing = area(stagedFailures * 8)
  const failingLimit = failing + stagedFailures * 8
  // One state before the array may be read.
  area(layout.widths.length * 8)
  const ring = area(0)
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
