/** A short fair cycle inside a component of a state graph. */
import { at } from '../../at.js'
import type { Agent } from '../../ir/system.js'
import type { Graph } from './state-graph.js'

/** Why a behaviour that repeats a cycle for ever is fair to an agent. */
export interface Fairness {
  readonly agent: number
  /**
   * `taken` on the cycle; `disabled` in some state of it (strongly fair agents: in all); `not fair`: nothing is
   * demanded of the agent, and it takes no step on the cycle.
   */
  readonly why: 'taken' | 'disabled' | 'not fair'
}

const isEnabled = (graph: Graph, state: number, agent: number): boolean => {
  for (let e = graph.starts[state]!; e < graph.starts[state + 1]!; e++) if (graph.agents[e] === agent) return true
  return graph.failing.agentsIn(state).includes(agent)
}

/**
 * Why a cycle is fair to each agent; null in place of an answer where it is not. A cycle of no edges stays in a state
 * without successors.
 */
export const fairnessOf = (
  graph: Graph,
  agents: readonly Agent[],
  from: number,
  edges: readonly number[],
): { agent: number; why: Fairness['why'] | null }[] => {
  const states = [from, ...edges.map((e) => graph.targets[e]!)]
  const taken = new Set(edges.map((e) => graph.agents[e]!))
  const why = ({ id, fairness }: Agent): Fairness['why'] | null => {
    if (taken.has(id)) return 'taken'
    if (fairness === 'none') return 'not fair'
    if (edges.length === 0) return 'disabled'
    const enabled = states.map((s) => isEnabled(graph, s, id))
    return (fairness === 'weak' ? enabled.includes(false) : !enabled.includes(true)) ? 'disabled' : null
  }
  return agents.map((a) => ({ agent: a.id, why: why(a) }))
}

/**
 * The edges of a shortest way of at least one edge, inside the component, to a state that `isEnd` says, or over a last
 * edge that `isLast` says.
 * @throws Error where there is none.
 */
type Find = (from: number, isEnd: (state: number) => boolean, isLast: (edge: number) => boolean) => number[]

const finderIn = ({ starts, targets, states }: Graph, number: Int32Array, component: number): Find => {
  const isSeen = new Uint8Array(states)
  return (from, isEnd, isLast) => {
    const queue = [from]
    /**
     * Of each state of the queue but the first, the edge that led to it, and the place of the state that this leaves.
     */
    const edgeTo = [-1]
    const cameFrom = [-1]
    const search = (): number[] => {
      for (let i = 0; i < queue.length; i++)
        for (let e = starts[queue[i]!]!; e < starts[queue[i]! + 1]!; e++) {
          const t = targets[e]!
          if (number[t] !== component) continue
          if (isLast(e) || isEnd(t)) {
            const edges = [e]
            for (let place = i; place > 0; place = cameFrom[place]!) edges.push(edgeTo[place]!)
            return edges.reverse()
          }
          if (isSeen[t] === 1) continue
          isSeen[t] = 1
          queue.push(t)
          edgeTo.push(e)
          cameFrom.push(i)
        }
      throw new Error('a component does not hold what it was found to hold')
    }
    const edges = search()
    for (const s of queue) isSeen[s] = 0
    return edges
  }
}

/**
 * A short cycle through a state, inside its component, that is fair to all agents: the shortest one, and where that is
 * unfair to some agents, a way round to the nearest places that satisfy them. The component is one that `avoid` found
 * fair. Takes at most the number of agents times that of their demands searches of the component.
 */
export const fairCycle = (graph: Graph, agents: readonly Agent[], number: Int32Array, from: number): number[] => {
  const find = finderIn(graph, number, number[from]!)
  const demanded = new Set<Agent>()
  const isMetAt = (a: Agent, state: number): boolean => a.fairness === 'weak' && !isEnabled(graph, state, a.id)
  const around = (): number[] => {
    const pending = new Set([...demanded].filter((a) => !isMetAt(a, from)))
    const edges: number[] = []
    let here = from
    const go = (more: readonly number[]): void => {
      for (const e of more) {
        here = graph.targets[e]!
        for (const a of pending) if (a.id === graph.agents[e]! || isMetAt(a, here)) pending.delete(a)
        edges.push(e)
      }
    }
    while (pending.size > 0)
      go(
        find(
          here,
          (s) => [...pending].some((a) => isMetAt(a, s)),
          (e) => [...pending].some((a) => a.id === graph.agents[e]!),
        ),
      )
    if (here !== from || edges.length === 0)
      go(
        find(
          here,
          (s) => s === from,
          () => false,
        ),
      )
    return edges
  }
  for (;;) {
    const edges = around()
    const unmet = fairnessOf(graph, agents, from, edges).filter((f) => f.why === null)
    if (unmet.length === 0) return edges
    for (const unfair of unmet.map(({ agent }) => at(agents, agent))) {
      if (demanded.has(unfair)) throw new Error(`a component is unfair to ${unfair.name}`)
      demanded.add(unfair)
    }
  }
}
