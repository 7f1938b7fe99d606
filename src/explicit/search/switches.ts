/**
 * How few switches between agents lead from numbered states to the end of a way, by dynamic programming from the end
 * back. Of each state only the least number is kept, and with which agents first: whoever steps before one of these
 * needs no more switches than that, and everybody else one more.
 */

export interface Switches {
  /** Of each state; `unwanted` where no way on is known. */
  readonly least: Uint32Array
  /** The state ends the way: nobody needs a switch. */
  readonly end: (state: number) => void
  /** A way on from the state that starts with a step of the agent, and has so many switches from there. */
  readonly offer: (state: number, agent: number, cost: number) => void
  /** The state's ways on become those of the same state in another table. */
  readonly copy: (state: number, from: Switches) => void
  /**
   * The least number of switches of a way through the state where the agent has stepped before it; `null` for nobody.
   */
  readonly after: (state: number, agent: number | null) => number
  readonly first: Uint32Array
}

export const unwanted = 0xffff_ffff

const wordsFor = (agents: number): number => Math.ceil(agents / 32)

/** The bytes that a table takes. */
export const switchesBytes = (states: number, agents: number): number => states * 4 * (1 + wordsFor(agents))

/** A table in which no state is wanted yet. @throws RangeError where there is no memory for it. */
export const createSwitches = (states: number, agents: number): Switches => {
  const words = wordsFor(agents)
  const least = new Uint32Array(states).fill(unwanted)
  const first = new Uint32Array(states * words)
  const isFirst = (state: number, agent: number): boolean => (first[state * words + (agent >> 5)]! & (1 << (agent & 31))) !== 0
  return {
    least,
    first,
    end: (state) => {
      least[state] = 0
      first.fill(0xffff_ffff, state * words, (state + 1) * words)
    },
    offer: (state, agent, cost) => {
      if (cost > least[state]!) return
      if (cost < least[state]!) {
        least[state] = cost
        for (let w = 0; w < words; w++) first[state * words + w] = 0
      }
      first[state * words + (agent >> 5)]! |= 1 << (agent & 31)
    },
    copy: (state, from) => {
      least[state] = from.least[state]!
      for (let w = state * words; w < (state + 1) * words; w++) first[w] = from.first[w]!
    },
    after: (state, agent) => least[state]! + (agent === null || isFirst(state, agent) ? 0 : 1),
  }
}
