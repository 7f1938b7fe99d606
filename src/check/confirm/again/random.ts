/**
 * Numbers that look random, and are the same ones in every run with the same seed: `random(n)` is one of 0..n-1.
 * Marsaglia's xorshift.
 */
export const randomNumbers = (seed: number): ((n: number) => number) => {
  // A state of 0 would stay 0; seeds that differ little must not give alike numbers.
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1
  return (n) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % n
  }
}
