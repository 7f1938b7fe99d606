/** States from which a goal is out of reach. */

import type { Sliced } from '../program/pace.js'
import type { Graph } from './state-graph.js'

const statesPerSlice = 100_000

/** After so many passes what is still open is searched for backwards, so that the work stays linear. */
const mostPasses = 24

/**
 * A byte for every state: bit i is 1 where a state of goal i can be reached (it counts itself). There are up to 8
 * goals, and `own` has those of each state, which is overwritten. Linear in states and edges: passes from the back,
 * which are cheap and settle nearly everything; where they do not, for each goal a backward search among the states
 * that are left.
 */
export function* reachGoals(graph: Graph, own: Uint8Array, goals: number, used: number): Sliced<Uint8Array> {
  const all = (1 << goals) - 1
  for (let passes = 1; ; passes++) {
    const pass = yield* passFromBack(graph, own, all)
    if (!pass.isChanged) return own
    if (passes < mostPasses) continue
    for (let bit = 1; bit <= all; bit <<= 1) if ((pass.lacking & bit) !== 0) yield* backward(graph, own, bit, used)
    return own
  }
}

interface Pass {
  readonly isChanged: boolean
  /** What some state lacks. */
  readonly lacking: number
}

/** Gives each state what its successors have, the last state first. */
function* passFromBack({ states, starts, targets }: Graph, reach: Uint8Array, all: number): Sliced<Pass> {
  let lacking = 0
  let isChanged = false
  const slice = (first: number, end: number): void => {
    for (let s = end - 1; s >= first; s--) {
      const old = reach[s]!
      if (old === all) continue
      const to = starts[s + 1]!
      let mask = old
      for (let e = starts[s]!; mask !== all && e < to; e++) mask |= reach[targets[e]!]!
      lacking |= all & ~mask
      if (mask === old) continue
      reach[s] = mask
      isChanged = true
    }
  }
  for (let end = states; end > 0; end -= statesPerSlice) {
    slice(Math.max(0, end - statesPerSlice), end)
    yield
  }
  return { isChanged, lacking }
}

/** Sets a bit in all states that lack it and from which one that has it can be reached. */
function* backward(graph: Graph, reach: Uint8Array, bit: number, used: number): Sliced<void> {
  const { states, starts, targets } = graph
  let inner = 0
  let open = 0
  for (let s = 0; s < states; s++) {
    if ((reach[s]! & bit) !== 0) continue
    open++
    for (let e = starts[s]!; e < starts[s + 1]!; e++) if ((reach[targets[e]!]! & bit) === 0) inner++
  }
  yield { bytes: used + states * 4 + inner * 8 + open * 4 }
  yield
  // Lists of the states that lead to a state: 0 ends one, k is entry k - 1.
  const head = new Uint32Array(states)
  const next = new Uint32Array(inner)
  const from = new Uint32Array(inner)
  // Each state once. A list of JavaScript cannot have more than 2^27.
  const queue = new Uint32Array(open)
  let queued = 0
  let entries = 0
  for (let s = 0; s < states; s++) {
    if ((reach[s]! & bit) !== 0) continue
    for (let e = starts[s]!; e < starts[s + 1]!; e++) {
      const t = targets[e]!
      if ((reach[t]! & bit) !== 0) {
        if (queued === 0 || queue[queued - 1] !== s) queue[queued++] = s
        continue
      }
      next[entries] = head[t]!
      from[entries] = s
      head[t] = ++entries
    }
  }
  yield
  for (let i = 0; i < queued; i++) reach[queue[i]!]! |= bit
  for (let i = 0; i < queued; i++)
    for (let k = head[queue[i]!]!; k !== 0; k = next[k - 1]!) {
      const s = from[k - 1]!
      if ((reach[s]! & bit) !== 0) continue
      reach[s]! |= bit
      queue[queued++] = s
    }
}
