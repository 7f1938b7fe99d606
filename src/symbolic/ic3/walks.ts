/**
 * Random walks, 32 at once: a walk in each bit of the words that the gates are evaluated with. A step of all costs as
 * many operations as there are gates.
 */

import { isInput, type Literal, leftOf, nodeOf, rightOf, size } from '../circuit/aig.js'
import type { Circuit } from '../circuit/circuit.js'

export type State = readonly boolean[]

export interface Walks {
  /**
   * Walks for so many rounds, from the given state or from initial ones, and gives each new state to `visit`, again
   * where a walk comes back to it. Walks from the initial states begin anew now and then. Ends earlier where `visit`
   * says so.
   */
  readonly walk: (from: State | 'initial states', rounds: number, visit: (state: State, round: number) => 'go on' | 'enough') => void
  readonly gates: number
}

/** Numbers of 32 random bits (Marsaglia's xorshift): the same ones in every run. */
const randomWords = (): (() => number) => {
  let x = 0x2545f491
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x
  }
}

/** So many rounds without finding an initial state: there may be none. */
const mostTries = 256

/** A walk begins anew after so many rounds without a step, or so many steps. */
const mostIdle = 256
const longestWalk = 512

/** The same calls give the same walks. */
export const createWalks = (circuit: Circuit): Walks => {
  const { graph, state, step, next, enabled, start, initial, isStart } = circuit
  const nodes = size(graph)
  const values = new Int32Array(nodes)
  const order = Int32Array.from(Array.from({ length: nodes }, (_, node) => node).filter((node) => !isInput(graph, node)))
  const lefts = order.map((node) => leftOf(graph, node))
  const rights = order.map((node) => rightOf(graph, node))
  const random = randomWords()
  const wordOf = (literal: Literal): number => values[nodeOf(literal)]! ^ -(literal & 1)
  const evaluate = (): void => {
    for (let i = 0; i < order.length; i++) {
      const left = lefts[i]!
      const right = rights[i]!
      values[order[i]!] = (values[left >> 1]! ^ -(left & 1)) & (values[right >> 1]! ^ -(right & 1))
    }
  }
  /** A step that needs no choice has zeros for them, so zeros must be frequent. */
  const choose = (inputs: readonly Literal[]): void => {
    const sparse = random() & random()
    for (const literal of inputs) values[nodeOf(literal)] = random() & (random() | ~sparse)
  }

  const walk: Walks['walk'] = (from, rounds, visit) => {
    const begins = from === 'initial states'
    let words: readonly number[] = state.map((_, i) => (begins || !from[i] ? 0 : -1))
    const idle = new Int32Array(32).fill(begins ? mostIdle : 0)
    const taken = new Int32Array(32)
    /** Which walks are somewhere: an initial state takes inputs that name one. */
    let begun = begins ? 0 : -1
    for (let round = 0; round < rounds; round++) {
      if (begun === 0 && round >= mostTries) return
      choose(start)
      choose(step)
      for (const [i, bit] of state.entries()) values[nodeOf(bit)] = words[i]!
      evaluate()
      let anew = 0
      if (begins) for (let i = 0; i < 32; i++) if (idle[i]! >= mostIdle || taken[i]! >= longestWalk) anew |= 1 << i
      anew &= wordOf(isStart)
      const moving = wordOf(enabled) & begun & ~anew
      begun |= anew
      words = words.map((word, i) => (wordOf(initial[i]!) & anew) | (wordOf(next[i]!) & moving) | (word & ~anew & ~moving))
      for (let i = 0; i < 32; i++) {
        const bit = 1 << i
        taken[i] = anew & bit ? 0 : taken[i]! + ((moving >>> i) & 1)
        idle[i] = (anew | moving) & bit ? 0 : idle[i]! + 1
        if (((anew | moving) & bit) === 0) continue
        if (
          visit(
            words.map((word) => ((word >>> i) & 1) === 1),
            round,
          ) === 'enough'
        )
          return
      }
    }
  }
  return { walk, gates: order.length }
}

/** A state as a string: equal ones for equal states only. */
export const packed = (bits: State): string => {
  let key = ''
  for (let i = 0; i < bits.length; i += 16) {
    let code = 0
    for (let j = i; j < i + 16 && j < bits.length; j++) if (bits[j]) code |= 1 << (j - i)
    key += String.fromCharCode(code)
  }
  return key
}
