/** From which states of a graph a fair behaviour can for ever avoid what it owes. */

import type { Sliced } from '../program/pace.js'
import { type Component, type ComponentSearch, type Demands, outside, unseen } from './components.js'
import { type Graph, hasLabel } from './state-graph.js'

/** What is owed: from each state that `isOwed` says (and in which the goal does not hold), the goal. */
export interface Debt {
  readonly isOwed: (state: number) => boolean
  /** The property of the graph's labels that is the goal. */
  readonly goal: number
}

export interface Avoidance {
  /**
   * 1 for a state without successors, or in a component, in which a fair behaviour that avoids the goal can stay; null
   * where there is none.
   */
  readonly fair: Uint8Array | null
  /** Of each state the number of its component; see `ComponentSearch.number`. */
  readonly number: Int32Array
}

const edgesPerSlice = 200_000

interface Refinement {
  readonly members: Uint32Array
  readonly agents: Int32Array
}

/** Whether an agent of the given bits is enabled in a state. */
const isEnabledAny = (graph: Graph, demands: Demands, state: number, agents: Int32Array): boolean => {
  const isOne = (a: number): boolean => (agents[demands.word[a]!]! & demands.bit[a]!) !== 0
  for (let e = graph.starts[state]!; e < graph.starts[state + 1]!; e++) if (isOne(graph.agents[e]!)) return true
  return graph.failing.agentsIn(state).some(isOne)
}

/**
 * Finds where a fair behaviour can avoid the goal for ever, once it is owed, with a search for components of this graph
 * and these demands, whose former results are lost. Time and memory are linear in states and edges, times the number of
 * strongly fair agents plus 1. Components that no strongly fair agent's demand allows are searched again without the
 * states in which it is enabled (R. S. Streett, "Propositional dynamic logic of looping and converse", Information and
 * Control 54, 1982).
 */
export function* avoid(graph: Graph, demands: Demands, search: ComponentSearch, { isOwed, goal }: Debt): Sliced<Avoidance> {
  const { number } = search
  search.reset()
  for (let s = 0; s < graph.states; s++) if (hasLabel(graph, s, goal)) number[s] = outside
  let fair: Uint8Array | null = null
  const mark = (state: number): void => {
    fair ??= new Uint8Array(graph.states)
    fair[state] = 1
  }
  const refinements: Refinement[] = []
  const found = {
    end: mark,
    fair: ({ members }: Component): void => {
      for (const s of members) mark(s)
    },
    unfair: ({ members }: Component, agents: Int32Array): void => {
      refinements.push({ members: members.slice(), agents: agents.slice() })
    },
  }
  function* finish(nextRoot: () => number): Sliced<void> {
    while (!search.advance(edgesPerSlice, nextRoot, found)) yield
  }
  let next = 0
  yield* finish(() => {
    while (next < graph.states) {
      const s = next++
      if (number[s] === unseen && isOwed(s)) return s
    }
    return -1
  })
  for (let r = refinements.pop(); r !== undefined; r = refinements.pop()) {
    const { members, agents } = r
    for (const s of members) number[s] = isEnabledAny(graph, demands, s, agents) ? outside : unseen
    let at = 0
    yield* finish(() => {
      while (at < members.length) {
        const s = members[at++]!
        if (number[s] === unseen) return s
      }
      return -1
    })
  }
  return { fair, number }
}
