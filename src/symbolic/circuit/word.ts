/**
 * 32-bit integers as literals: two's complement, lowest bit first, the last bit is the sign. A word carries the
 * interval that its value lies in and has no more bits than the interval needs; arithmetic modulo 2^n on few bits is
 * then the arithmetic of the IR (`calculate` in ir/build.ts) on 32.
 */
import { at } from '../../at.js'
import type { BinaryOp } from '../../ir/system.js'
import { all, and, any, complement, FALSE, type Graph, type Literal, mux, or, TRUE, xor } from './aig.js'

export interface Word {
  readonly bits: readonly Literal[]
  readonly lo: number
  readonly hi: number
}

const least = -(2 ** 31)
const most = 2 ** 31 - 1

/** How many bits two's complement needs for a value; 1 for 0 and -1. */
const bitsFor = (value: number): number => (value === 0 || value === -1 ? 1 : 33 - Math.clz32(value < 0 ? ~value : value))

const bitAt = (a: Word, i: number): Literal => at(a.bits, Math.min(i, a.bits.length - 1))
const signOf = (a: Word): Literal => bitAt(a, 31)

export const constantWord = (value: number): Word => ({
  bits: Array.from({ length: bitsFor(value) }, (_, i) => (((value >> i) & 1) === 1 ? TRUE : FALSE)),
  lo: value,
  hi: value,
})

/**
 * The word of at most these bits whose value is known to lie in lo..hi; where that is outside 32 bits it has wrapped
 * around.
 */
const make = (bit: (i: number) => Literal, lo: number, hi: number): Word => {
  if (lo < least || hi > most) return { bits: Array.from({ length: 32 }, (_, i) => bit(i)), lo: least, hi: most }
  if (lo === hi) return constantWord(lo)
  return { bits: Array.from({ length: Math.max(bitsFor(lo), bitsFor(hi)) }, (_, i) => bit(i)), lo, hi }
}

/** Bits of a word that are given all at once, up to the sign. */
const fromBits = (bits: readonly Literal[], lo: number, hi: number): Word => make((i) => at(bits, Math.min(i, bits.length - 1)), lo, hi)

/** A truth value: 0 or 1. */
export const wordOf = (literal: Literal): Word =>
  literal === FALSE ? constantWord(0) : literal === TRUE ? constantWord(1) : { bits: [literal, FALSE], lo: 0, hi: 1 }

/** The value `lo + code` of an unsigned code that is at most hi - lo. */
export const decoded = (graph: Graph, code: readonly Literal[], lo: number, hi: number): Word =>
  add(graph, fromBits([...code, FALSE], 0, hi - lo), constantWord(lo))

/** The inverse of `decoded`, for a value inside lo..hi. */
export const encoded = (graph: Graph, value: Word, lo: number, bits: number): Literal[] => {
  const code = sub(graph, value, constantWord(lo))
  return Array.from({ length: bits }, (_, i) => bitAt(code, i))
}

/** Whether it is not 0. */
export const truth = (graph: Graph, a: Word): Literal => (a.lo > 0 || a.hi < 0 ? TRUE : any(graph, a.bits))

const sum = (graph: Graph, a: Word, b: (i: number) => Literal, carryIn: Literal, lo: number, hi: number): Word => {
  const bits: Literal[] = []
  let carry = carryIn
  for (let i = 0; i < 32; i++) {
    const x = bitAt(a, i)
    const y = b(i)
    const half = xor(graph, x, y)
    bits.push(xor(graph, half, carry))
    carry = or(graph, and(graph, x, y), and(graph, half, carry))
    if (i + 1 >= Math.max(bitsFor(Math.max(lo, least)), bitsFor(Math.min(hi, most))) && lo >= least && hi <= most) break
  }
  return fromBits(bits, lo, hi)
}

export const add = (graph: Graph, a: Word, b: Word): Word => {
  if (b.lo === 0 && b.hi === 0) return a
  if (a.lo === 0 && a.hi === 0) return b
  return sum(graph, a, (i) => bitAt(b, i), FALSE, a.lo + b.lo, a.hi + b.hi)
}

export const sub = (graph: Graph, a: Word, b: Word): Word =>
  b.lo === 0 && b.hi === 0 ? a : sum(graph, a, (i) => complement(bitAt(b, i)), TRUE, a.lo - b.hi, a.hi - b.lo)

const zero = constantWord(0)

const mul = (graph: Graph, a: Word, b: Word): Word => {
  if (a.lo === a.hi && b.lo !== b.hi) return mul(graph, b, a)
  const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi]
  const [lo, hi] = [Math.min(...corners), Math.max(...corners)]
  const exact = lo >= least && hi <= most
  const width = exact ? Math.max(bitsFor(lo), bitsFor(hi)) : 32
  let bits: Literal[] = Array.from({ length: width }, () => FALSE)
  for (let k = 0; k < width; k++) {
    const factor = bitAt(b, k)
    if (factor === FALSE) continue
    let carry: Literal = FALSE
    bits = bits.map((x, i) => {
      const y = i < k ? FALSE : and(graph, factor, bitAt(a, i - k))
      const half = xor(graph, x, y)
      const out = xor(graph, half, carry)
      carry = or(graph, and(graph, x, y), and(graph, half, carry))
      return out
    })
  }
  return exact ? fromBits(bits, lo, hi) : fromBits(bits, least, most)
}

const negated = (graph: Graph, a: Word): Word => sub(graph, zero, a)

/** The absolute value as unsigned bits; 2^31 fits into 32 of them. */
const magnitude = (graph: Graph, a: Word): Literal[] => {
  if (a.lo >= 0) return a.bits.slice(0, -1)
  const opposite = negated(graph, a)
  return Array.from({ length: Math.max(a.bits.length, opposite.bits.length) }, (_, i) =>
    mux(graph, signOf(a), bitAt(opposite, i), bitAt(a, i)),
  )
}

/** Unsigned division by restoring subtraction: quotient and remainder. A divisor of 0 gives garbage. */
const divided = (graph: Graph, a: readonly Literal[], b: readonly Literal[]): { quotient: Literal[]; remainder: Literal[] } => {
  const width = b.length + 1
  let remainder: Literal[] = Array.from({ length: width }, () => FALSE)
  const quotient: Literal[] = a.map(() => FALSE)
  for (let i = a.length - 1; i >= 0; i--) {
    const shifted = [at(a, i), ...remainder.slice(0, width - 1)]
    const less: Literal[] = []
    let carry: Literal = TRUE
    for (let k = 0; k < width; k++) {
      const x = at(shifted, k)
      // The remainder has a bit more than the divisor.
      const y = complement(b[k] ?? FALSE)
      const half = xor(graph, x, y)
      less.push(xor(graph, half, carry))
      carry = or(graph, and(graph, x, y), and(graph, half, carry))
    }
    quotient[i] = carry
    const fits = carry
    remainder = shifted.map((x, k) => mux(graph, fits, at(less, k), x))
  }
  return { quotient, remainder }
}

const division = (graph: Graph, op: 'div' | 'rem', a: Word, b: Word): Word => {
  const { quotient, remainder } = divided(graph, magnitude(graph, a), magnitude(graph, b))
  const furthest = Math.max(Math.abs(a.lo), Math.abs(a.hi))
  const unsigned = op === 'div' ? quotient : remainder
  const size = fromBits([...unsigned, FALSE], 0, furthest)
  const negative = op === 'div' ? xor(graph, signOf(a), signOf(b)) : signOf(a)
  const [lo, hi] = op === 'div' && b.lo < 0 ? [-furthest, furthest] : [a.lo < 0 ? -furthest : 0, a.hi > 0 ? furthest : 0]
  const result = negative === FALSE ? size : select(graph, negative, negated(graph, size), size)
  const signed = make((i) => bitAt(result, i), Math.max(lo, least), hi > most ? hi : Math.min(hi, most))
  return select(graph, truth(graph, b), signed, zero)
}

const bitwise = (graph: Graph, op: 'and' | 'or' | 'xor', a: Word, b: Word): Word => {
  const width = Math.max(a.bits.length, b.bits.length)
  const apply = op === 'and' ? and : op === 'or' ? or : xor
  const bit = (i: number): Literal => apply(graph, bitAt(a, i), bitAt(b, i))
  if (a.lo >= 0 && b.lo >= 0) {
    const ones = 2 ** (width - 1) - 1
    return make(bit, 0, op === 'and' ? Math.min(a.hi, b.hi) : ones)
  }
  if (op === 'and' && (a.lo >= 0 || b.lo >= 0)) return make(bit, 0, a.lo >= 0 ? a.hi : b.hi)
  return make(bit, -(2 ** (width - 1)), 2 ** (width - 1) - 1)
}

/** Shifts by the low five bits of b. */
const shifted = (graph: Graph, op: 'shl' | 'shr', a: Word, b: Word): Word => {
  let bits = Array.from({ length: 32 }, (_, i) => bitAt(a, i))
  for (let k = 0; k < 5; k++) {
    const by = bitAt(b, k)
    const from = bits
    bits = bits.map((x, i) => {
      // Zeros come in from below, the sign from above.
      const y = op === 'shl' ? (from[i - 2 ** k] ?? FALSE) : at(from, Math.min(i + 2 ** k, 31))
      return mux(graph, by, y, x)
    })
  }
  if (op === 'shr') return fromBits(bits, Math.min(a.lo, 0), Math.max(a.hi, 0))
  const furthest = b.lo >= 0 && b.hi <= 31 ? 2 ** b.hi : 2 ** 31
  return fromBits(bits, Math.min(a.lo, 0) * furthest, Math.max(a.hi, 0) * furthest)
}

export const equal = (graph: Graph, a: Word, b: Word): Literal => {
  if (a.hi < b.lo || b.hi < a.lo) return FALSE
  const width = Math.max(a.bits.length, b.bits.length)
  return all(
    graph,
    Array.from({ length: width }, (_, i) => complement(xor(graph, bitAt(a, i), bitAt(b, i)))),
  )
}

/** a < b. */
const less = (graph: Graph, a: Word, b: Word): Literal => {
  if (a.hi < b.lo) return TRUE
  if (a.lo >= b.hi) return FALSE
  const width = Math.max(a.bits.length, b.bits.length)
  let lower: Literal = FALSE
  for (let i = 0; i < width; i++) {
    // At the sign a 1 is the lower one.
    const [x, y] = i < width - 1 ? [bitAt(a, i), bitAt(b, i)] : [bitAt(b, i), bitAt(a, i)]
    lower = mux(graph, xor(graph, x, y), y, lower)
  }
  return lower
}

export const select = (graph: Graph, condition: Literal, a: Word, b: Word): Word => {
  if (condition === TRUE || a === b) return a
  if (condition === FALSE) return b
  return make((i) => mux(graph, condition, bitAt(a, i), bitAt(b, i)), Math.min(a.lo, b.lo), Math.max(a.hi, b.hi))
}

/** What an operator gives; see `calculate` for its meaning on integers. */
export const operate = (graph: Graph, op: BinaryOp, a: Word, b: Word): Word => {
  switch (op) {
    case 'add':
      return add(graph, a, b)
    case 'sub':
      return sub(graph, a, b)
    case 'mul':
      return mul(graph, a, b)
    case 'div':
    case 'rem':
      return division(graph, op, a, b)
    case 'and':
    case 'or':
    case 'xor':
      return bitwise(graph, op, a, b)
    case 'shl':
    case 'shr':
      return shifted(graph, op, a, b)
    case 'eq':
      return wordOf(equal(graph, a, b))
    case 'ne':
      return wordOf(complement(equal(graph, a, b)))
    case 'lt':
      return wordOf(less(graph, a, b))
    case 'le':
      return wordOf(complement(less(graph, b, a)))
    case 'gt':
      return wordOf(less(graph, b, a))
    case 'ge':
      return wordOf(complement(less(graph, a, b)))
    case 'min':
      return make((i) => bitAt(select(graph, less(graph, a, b), a, b), i), Math.min(a.lo, b.lo), Math.min(a.hi, b.hi))
    case 'max':
      return make((i) => bitAt(select(graph, less(graph, a, b), b, a), i), Math.max(a.lo, b.lo), Math.max(a.hi, b.hi))
  }
}

/** The one of several values that an index chooses; anything where it is outside. */
export const pick = (graph: Graph, values: readonly Word[], index: Word): Word => {
  if (index.lo === index.hi) return values[index.lo] ?? zero
  const level = (candidates: readonly Word[], bit: number): Word => {
    if (candidates.length <= 1) return at(candidates, 0)
    const halved: Word[] = []
    for (let i = 0; i < candidates.length; i += 2) {
      const even = at(candidates, i)
      halved.push(select(graph, bitAt(index, bit), candidates[i + 1] ?? even, even))
    }
    return level(halved, bit + 1)
  }
  return level(values, 0)
}
