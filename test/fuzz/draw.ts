/** Random decisions that follow from a seed: the same in every run, on every machine. */

export interface Draw {
  /** An integer from 0 to n - 1. */
  readonly below: (n: number) => number
  /** True once in n times. */
  readonly once: (n: number) => boolean
  readonly one: <T>(from: readonly T[]) => T
  /** One of several, by weight. */
  readonly weighted: <T>(from: readonly (readonly [weight: number, value: T])[]) => T
}

/** Mulberry32 (T. Ettinger): one draw says nothing of the next, as some simpler generators' do modulo small numbers. */
export const createDraw = (seed: number): Draw => {
  let state = seed | 0
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * n)
  }
  const weighted: Draw['weighted'] = (from) => {
    let left = below(from.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of from) {
      left -= weight
      if (left < 0) return value
    }
    throw new Error('nothing to draw from')
  }
  return { below, once: (n) => below(n) === 0, one: (from) => from[below(from.length)]!, weighted }
}

/** A seed for part number i of what a seed stands for. */
export const seedOf = (seed: number, i: number): number =>
  createDraw(Math.imul(seed, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)).below(2 ** 31)
