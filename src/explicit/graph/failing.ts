/**
 * Which agents have failing ways in which states. There may be as many such states as there are states, and a `Map`
 * cannot have more than 2^24: so it is a list of pairs in the order of the states, in which one searches.
 */
export interface Failing {
  readonly isEmpty: boolean
  readonly has: (state: number) => boolean
  /** The agents that have failing ways in a state, ascending. */
  readonly agentsIn: (state: number) => readonly number[]
  readonly forEach: (each: (state: number, agent: number) => void) => void
}

/** Of states and agents in turn, ascending; no pair twice. */
export const failingOf = (pairs: Uint32Array): Failing => {
  const count = pairs.length / 2
  /** The place of the first pair of a state, or of one behind it. */
  const placeOf = (state: number): number => {
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (pairs[2 * middle]! < state) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    isEmpty: count === 0,
    has: (state) => pairs[2 * placeOf(state)] === state,
    agentsIn: (state) => {
      const agents: number[] = []
      for (let i = placeOf(state); pairs[2 * i] === state; i++) agents.push(pairs[2 * i + 1]!)
      return agents
    },
    forEach: (each) => {
      for (let i = 0; i < count; i++) each(pairs[2 * i]!, pairs[2 * i + 1]!)
    },
  }
}
