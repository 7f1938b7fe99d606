/** From a state's first word to a mixed one, whose every bit depends on the whole state, and back. */
import { fieldMask } from '../emit/layout.js'
import { get, i64, type Node, set } from '../wasm/instruction.js'
import type { TableShape } from './table-size.js'

export const mask64 = (bits: number): Node => i64.const(fieldMask(bits))

const multipliers = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn] as const

/** h := the hash of the words of the state at `at` but the first; nothing where there are none. */
const hashed = ({ rest }: Pick<TableShape, 'rest'>, at: Node): Node[] =>
  rest.flatMap((_, i) => {
    const word = i64.load(at, (i + 1) * 8)
    return [
      set('h', i64.mul(i === 0 ? word : i64.xor(get('h'), word), i64.const(multipliers[2]))),
      set('h', i64.xor(get('h'), i64.shrU(get('h'), i64.const(32n)))),
    ]
  })

const clipped = (keyBits: number, value: Node): Node => (keyBits === 64 ? value : i64.and(value, mask64(keyBits)))

/** What the first word is combined with: a word that follows from the others. */
const seasoned = ({ keyBits, rest }: Pick<TableShape, 'keyBits' | 'rest'>, word: Node): Node =>
  rest.length === 0 ? word : i64.xor(word, clipped(keyBits, i64.mul(get('h'), i64.const(multipliers[1]))))

const halfOf = (keyBits: number): number => Math.max(1, keyBits >> 1)

/**
 * x := the mixed word of the state at `at`: two rounds of xor-shift and odd multiplication modulo 2^keyBits, after the
 * others are hashed in.
 */
export const mixed = (shape: TableShape, at: Node): Node[] => {
  const { keyBits } = shape
  const half = i64.const(BigInt(halfOf(keyBits)))
  return [
    ...hashed(shape, at),
    set('x', seasoned(shape, i64.load(at))),
    ...multipliers
      .slice(0, 2)
      .flatMap((multiplier) => [
        set('x', i64.xor(get('x'), i64.shrU(get('x'), half))),
        set('x', clipped(keyBits, i64.mul(get('x'), i64.const(multiplier)))),
      ]),
  ]
}

/** The inverse of an odd number modulo 2^64, by Newton's iteration. */
export const inverse64 = (odd: bigint): bigint => {
  let x = odd
  for (let i = 0; i < 6; i++) x = BigInt.asUintN(64, x * (2n - odd * x))
  return x
}

/** The first word of the state whose mixed word is at `at`, in front of its other words as they are: undoes `mixed`. */
export const unmixed = (shape: TableShape, at: Node): { readonly code: Node[]; readonly word: Node } => {
  const { keyBits } = shape
  const half = halfOf(keyBits)
  const shifts = Array.from({ length: Math.ceil(keyBits / half) - 1 }, (_, i) => BigInt(half * (i + 1)))
  return {
    code: [
      ...hashed(shape, at),
      set('x', i64.load(at)),
      ...multipliers
        .slice(0, 2)
        .toReversed()
        .flatMap((multiplier) => [
          set('x', clipped(keyBits, i64.mul(get('x'), i64.const(inverse64(multiplier))))),
          set(
            'x',
            shifts.reduce((sum, shift) => i64.xor(sum, i64.shrU(get('x'), i64.const(shift))), get('x')),
          ),
        ]),
    ],
    word: seasoned(shape, get('x')),
  }
}
