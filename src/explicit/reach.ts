/** States from which a goal is out of reach. */
import type { Graph } from './graph.js'
import { isStopped, type Pace, type Stopped } from './pace.js'

const statesPerSlice = 100_000

/**
 * A byte for every state: bit i is 1 where a state of goal i can be reached (it counts itself). There are up to 8 goals, and `own` has those of each state, which is
 * overwritten. Linear in states and edges: passes from the back as long as each leaves at most half of the states without some goal, where states soon find a
 * successor that reaches the rest; then for each goal a backward search among the states that do not.
 */
export const reachGoals = async (graph: Graph, own: Uint8Array, goals: number, pace: Pace, used: number): Promise<Uint8Array | Stopped> => {
  const all = (1 << goals) - 1
  const reach = own
  for (let before = graph.states; ; ) {
    const pass = await passFromBack(graph, reach, all, pace)
    if (isStopped(pass)) return pass
    // Where no state has a goal at all, none reaches it.
    if ((pass.lacking & pass.present) === 0) return reach
    if (pass.states > before / 2) {
      for (let bit = 1; bit <= all; bit <<= 1) {
        const stopped = (pass.lacking & pass.present & bit) === 0 ? null : await backward(graph, reach, bit, pace, used)
        if (stopped !== null) return stopped
      }
      return reach
    }
    before = pass.states
  }
}

interface Pass {
  /** How many states lack something, what some state lacks, and what some state has. */
  readonly states: number
  readonly lacking: number
  readonly present: number
}

/** Gives each state what its successors have, the last state first. */
const passFromBack = async ({ states, starts, targets }: Graph, reach: Uint8Array, all: number, pace: Pace): Promise<Pass | Stopped> => {
  let count = 0
  let lacking = 0
  let present = 0
  const slice = (first: number, end: number): void => {
    for (let s = end - 1; s >= first; s--) {
      let mask = reach[s]
      if (mask !== all) {
        const to = starts[s + 1]
        for (let e = starts[s]; mask !== all && e < to; e++) mask |= reach[targets[e]]
        reach[s] = mask
        if (mask !== all) {
          count++
          lacking |= all & ~mask
        }
      }
      present |= mask
    }
  }
  for (let end = states; end > 0; end -= statesPerSlice) {
    slice(Math.max(0, end - statesPerSlice), end)
    const stopped = await pace.turn()
    if (stopped !== null) return stopped
  }
  return { states: count, lacking, present }
}

/** Sets a bit in all states that lack it and from which one that has it can be reached. */
const backward = async (graph: Graph, reach: Uint8Array, bit: number, pace: Pace, used: number): Promise<Stopped | null> => {
  const { states, starts, targets } = graph
  let inner = 0
  const queue: number[] = []
  for (let s = 0; s < states; s++) {
    if ((reach[s] & bit) !== 0) continue
    for (let e = starts[s]; e < starts[s + 1]; e++) if ((reach[targets[e]] & bit) === 0) inner++
  }
  const missing = pace.room(used + states * 4 + inner * 8) ?? (await pace.turn())
  if (missing !== null) return missing
  // Lists of the states that lead to a state: 0 ends one, k is entry k - 1.
  const head = new Uint32Array(states)
  const next = new Uint32Array(inner)
  const from = new Uint32Array(inner)
  let entries = 0
  for (let s = 0; s < states; s++) {
    if ((reach[s] & bit) !== 0) continue
    for (let e = starts[s]; e < starts[s + 1]; e++) {
      const t = targets[e]
      if ((reach[t] & bit) !== 0) {
        queue.push(s)
        continue
      }
      next[entries] = head[t]
      from[entries] = s
      head[t] = ++entries
    }
  }
  const stopped = await pace.turn()
  if (stopped !== null) return stopped
  for (const s of queue) reach[s] |= bit
  for (let i = 0; i < queue.length; i++)
    for (let k = head[queue[i]]; k !== 0; k = next[k - 1]) {
      const s = from[k - 1]
      if ((reach[s] & bit) !== 0) continue
      reach[s] |= bit
      queue.push(s)
    }
  return null
}
