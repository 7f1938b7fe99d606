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

/** Marsaglia's xorshift on 32 bits, seeded through a hash, so that neighbouring seeds have nothing in common. */
export const createDraw = (seed: number): Draw => {
  let x = seed | 0
  const mix = (): void => {
    x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9
  }
  mix()
  mix()
  if (x === 0) x = 1
  const below = (n: number): number => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % n
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
export const seedOf = (seed: number, i: number): number => (Math.imul(seed, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) | 0
