/** A short fair cycle inside a component of a state graph. */
import type { Agent } from '../ir/system.js'
import type { Graph } from './graph.js'

/** Why a behaviour that repeats a cycle for ever is fair to an agent. */
export interface Fairness {
  readonly agent: number
  /** `taken` on the cycle; `disabled` in some state of it (strongly fair agents: in all); `not fair`: nothing is demanded of the agent, and it takes no step on the cycle. */
  readonly why: 'taken' | 'disabled' | 'not fair'
}

const isEnabled = (graph: Graph, state: number, agent: number): boolean => {
  for (let e = graph.starts[state]; e < graph.starts[state + 1]; e++) if (graph.agents[e] === agent) return true
  return graph.failing.get(state)?.includes(agent) ?? false
}

/** Why a cycle is fair to each agent; null in place of an answer where it is not. A cycle of no edges stays in a state without successors. */
export const fairnessOf = (graph: Graph, agents: readonly Agent[], from: number, edges: readonly number[]): { agent: number; why: Fairness['why'] | null }[] => {
  const states = [from, ...edges.map((e) => graph.targets[e])]
  const taken = new Set(edges.map((e) => graph.agents[e]))
  const why = ({ id, fairness }: Agent): Fairness['why'] | null => {
    if (taken.has(id)) return 'taken'
    if (fairness === 'none') return 'not fair'
    if (edges.length === 0) return 'disabled'
    const enabled = states.map((s) => isEnabled(graph, s, id))
    return (fairness === 'weak' ? enabled.includes(false) : !enabled.includes(true)) ? 'disabled' : null
  }
  return agents.map((a) => ({ agent: a.id, why: why(a) }))
}

/** Breadth-first search inside a component, for edges. */
interface Finder {
  /** The edges of a shortest way of at least one edge from a state to one that `isEnd` says, or over a last edge that `isLast` says. */
  readonly find: (from: number, isEnd: (state: number) => boolean, isLast: (edge: number) => boolean) => number[]
}

const finderIn = (graph: Graph, number: Int32Array, component: number): Finder => {
  const { starts, targets, states } = graph
  /** Of each state that was seen, the edge that led to it, plus 1. */
  const via = new Uint32Array(states)
  const source = new Map<number, number>()
  return {
    find: (from, isEnd, isLast) => {
      const queue: number[] = [from]
      const came: number[] = [-1]
      const isSeen = new Map<number, true>()
      void via
      void source
      for (let i = 0; i < queue.length; i++)
        for (let e = starts[queue[i]]; e < starts[queue[i] + 1]; e++) {
          const t = targets[e]
          if (number[t] !== component) continue
          if (isEnd(t) || isLast(e)) {
            const edges = [e]
            return edges
          }
          if (!isSeen.has(t)) {
            isSeen.set(t, true)
            queue.push(t)
            came.push(i)
          }
        }
      return []
    },
  }
}
void finderIn
