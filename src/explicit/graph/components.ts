/**
 * Strongly connected components of a part of a state graph, and which of them a fair behaviour can stay in for ever.
 *
 * Iterative, in one pass over states and edges (D. J. Pearce, "A space-efficient algorithm for finding strongly
 * connected components", Information Processing Letters 116, 2016). What fairness asks of a component is gathered on
 * the way: whether an edge stays inside its component is known as soon as it was followed, since a state that is not
 * finished by then reaches the state at hand.
 */
import type { Agent } from '../../ir/system.js'
import type { Graph } from './state-graph.js'

/** What fairness demands of each agent, as bits: 31 agents to a word. Agents that nothing is demanded of have none. */
export interface Demands {
  readonly words: number
  /** Per agent. */
  readonly word: Int32Array
  readonly bit: Int32Array
  /** Per word, the agents that are to be treated weakly, and strongly. */
  readonly weak: Int32Array
  readonly strong: Int32Array
}

export const demandsOf = (agents: readonly Agent[]): Demands => {
  const demanding = agents.filter((a) => a.fairness !== 'none')
  const words = Math.max(1, Math.ceil(demanding.length / 31))
  const demands = {
    words,
    word: new Int32Array(agents.length),
    bit: new Int32Array(agents.length),
    weak: new Int32Array(words),
    strong: new Int32Array(words),
  }
  for (const [i, { id, fairness }] of demanding.entries()) {
    const word = Math.floor(i / 31)
    demands.word[id] = word
    demands.bit[id] = 1 << (i % 31)
    demands[fairness === 'strong' ? 'strong' : 'weak'][word]! |= 1 << (i % 31)
  }
  return demands
}

/**
 * Marks, of states in `Search.number`; below them are numbers of components, from 2^30 up, and of states on their way,
 * from 1 up.
 */
export const unseen = 0
export const outside = 2 ** 31 - 1
const firstComponent = outside - 1
const lastComponent = 2 ** 30

/** In word 0 of what is gathered: some edge stays inside, so that there is a cycle. */
const hasEdge = -(2 ** 31)

export interface Component {
  /** What its states are marked with. */
  readonly number: number
  /** In no particular order. */
  readonly members: Uint32Array
}

export interface Found {
  /** Called for a state without successors: a behaviour stays there for ever. */
  readonly end: (state: number) => void
  /** Called for a component in which some fair behaviour can stay for ever. The members are valid during the call. */
  readonly fair: (component: Component) => void
  /**
   * Called for a component in which one cannot stay unless it avoids states; `agents` are bits of strongly fair agents
   * that are enabled in it and never taken.
   */
  readonly unfair: (component: Component, agents: Int32Array) => void
}

/** A search that can be continued. */
export interface ComponentSearch {
  /** Of each state: `unseen`, `outside`, or the number of its component. */
  readonly number: Int32Array
  /**
   * Searches from the states that `nextRoot` gives, until it gives -1; true when done. Looks at about so many edges,
   * then returns false.
   */
  readonly advance: (budget: number, nextRoot: () => number, found: Found) => boolean
  /** Forgets what was found, for another search in the same memory. */
  readonly reset: () => void
}

/** Bytes per state that a search takes. */
export const componentBytes = (demands: Demands): number => 4 * (3 + 2 * demands.words) + 1

export const componentSearch = (graph: Graph, demands: Demands): ComponentSearch => {
  const { states, starts, targets, agents, failing } = graph
  const { words: W, word: wordOf, bit: bitOf, weak, strong } = demands
  const number = new Int32Array(states)
  // States on the way from the front, states of unfinished components from the back.
  const stack = new Uint32Array(states)
  const cursor = new Uint32Array(states)
  const satisfied = new Int32Array(states * W)
  const enabled = new Int32Array(states * W)
  const isRoot = new Uint8Array(states)
  const unmet = new Int32Array(W)
  const hasFailing = !failing.isEmpty
  let depth = 0
  let waiting = states
  let next = 1
  let component = firstComponent

  const push = (state: number): void => {
    const at = depth * W
    const from = starts[state]!
    const to = starts[state + 1]!
    for (let w = 0; w < W; w++) enabled[at + w] = 0
    for (let e = from; e < to; e++) enabled[at + wordOf[agents[e]!]!]! |= bitOf[agents[e]!]!
    if (hasFailing) for (const a of failing.agentsIn(state)) enabled[at + wordOf[a]!]! |= bitOf[a]!
    // A weakly fair agent asks for nothing where it is disabled somewhere; a strongly fair one, where it is disabled
    // everywhere.
    for (let w = 0; w < W; w++) satisfied[at + w] = ~enabled[at + w]! & weak[w]!
    number[state] = next++
    stack[depth] = state
    cursor[depth] = from
    isRoot[depth] = 1
    depth++
  }
  const finish = (state: number, at: number, found: Found): void => {
    // The component lies on the back stack, and the state goes there as well while somebody looks at it.
    let end = waiting
    const low = number[state]!
    while (end < states && number[stack[end]!]! >= low) end++
    stack[--waiting] = state
    next -= end - waiting
    for (let i = waiting; i < end; i++) number[stack[i]!] = component
    if ((satisfied[at]! & hasEdge) !== 0) {
      let lost = 0
      let refinable = 0
      for (let w = 0; w < W; w++) {
        lost |= weak[w]! & ~satisfied[at + w]!
        unmet[w] = strong[w]! & enabled[at + w]! & ~satisfied[at + w]!
        refinable |= unmet[w]!
      }
      if (lost === 0) {
        const here: Component = { number: component, members: stack.subarray(waiting, end) }
        if (refinable === 0) found.fair(here)
        else found.unfair(here, unmet)
      }
    }
    component--
    waiting = end
  }
  const advance = (budget: number, nextRoot: () => number, found: Found): boolean => {
    let left = budget
    for (;;) {
      if (depth === 0) {
        const root = nextRoot()
        if (root < 0) return true
        if (number[root] !== unseen) continue
        if (starts[root] === starts[root + 1]) found.end(root)
        push(root)
      }
      const top = depth - 1
      const state = stack[top]!
      const at = top * W
      const to = starts[state + 1]!
      let e = cursor[top]!
      let low = number[state]!
      let entered = false
      for (; e < to; e++) {
        const target = targets[e]!
        const n = number[target]!
        if (n === unseen) {
          // The edge is looked at again when the target is finished or known to be unfinished.
          cursor[top] = e
          if (starts[target] === starts[target + 1]) found.end(target)
          push(target)
          entered = true
          break
        }
        if (n < lastComponent) {
          satisfied[at + wordOf[agents[e]!]!]! |= bitOf[agents[e]!]!
          satisfied[at]! |= hasEdge
          if (n < low) {
            low = n
            isRoot[top] = 0
          }
        }
      }
      left -= 1
      if (entered) {
        number[state] = low
        if (left <= 0) return false
        continue
      }
      number[state] = low
      depth--
      if (isRoot[top] === 1) finish(state, at, found)
      else {
        stack[--waiting] = state
        // What was gathered goes to the state below: both are in the same component.
        const below = at - W
        for (let w = 0; w < W; w++) {
          satisfied[below + w]! |= satisfied[at + w]!
          enabled[below + w]! |= enabled[at + w]!
        }
      }
      if (left <= 0) return false
    }
  }
  return {
    number,
    advance,
    reset: () => {
      number.fill(unseen)
      component = firstComponent
    },
  }
}
