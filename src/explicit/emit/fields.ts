/**
 * Reading and writing packed variables while code is generated.
 *
 * The state under construction is held as one `Word` per 64-bit word: a base that wasm holds, and what was done to it
 * since, as masks and terms that are merged at compile time. Writes of constants thus cost nothing until a state is
 * emitted, and reads of what was not written go to the base.
 */
import { at } from '../../at.js'
import type { System } from '../../ir/system.js'
import { get, i32, i64, type Node, select, set, type ValueType } from '../wasm/instruction.js'
import { bitsOf, fieldMask, type Layout, type Placement, placeOf } from './layout.js'

/** `(base & keep) | bits | terms...`: the masks of `bits` and of the terms are disjoint, and outside `keep`. */
export interface Word {
  readonly base: Node
  readonly keep: bigint
  readonly bits: bigint
  readonly terms: readonly Term[]
}

export interface Term {
  readonly mask: bigint
  /** A local that holds the value at its place in the word. */
  readonly value: Node
}

/** What is known at a point of the generated code. */
export interface Env {
  readonly words: Word[]
  /** Values of elements that are known, by `elementKey`. */
  readonly known: Map<number, number>
  /** Temps that are constants. */
  readonly constants: Map<number, number>
  /** Temps that were set on the way here. */
  readonly assigned: Set<number>
}

/** Where code goes: the function that is being generated. */
export interface FunctionScope {
  readonly system: System
  readonly layout: Layout
  readonly locals: [name: string, type: ValueType][]
  /** The statement list being written. */
  code: Node[]
}

export const copyEnv = (env: Env): Env => ({
  words: [...env.words],
  known: new Map(env.known),
  constants: new Map(env.constants),
  assigned: new Set(env.assigned),
})

export const elementKey = (variable: number, element: number): number => variable * 2 ** 24 + element

const allOnes = fieldMask(64)

export const untouched = (base: Node): Word => ({ base, keep: allOnes, bits: 0n, terms: [] })

/** A new local. */
export const freshLocal = (scope: FunctionScope, type: ValueType, hint: string): string => {
  const name = `${hint}${scope.locals.length}`
  scope.locals.push([name, type])
  return name
}

/** Evaluates a node into a new local, unless it is a constant or a local already. */
export const held = (scope: FunctionScope, type: ValueType, hint: string, value: Node): Node => {
  if (value.op === 'i32.const' || value.op === 'i64.const' || value.op === 'local.get') return value
  const local = freshLocal(scope, type, hint)
  scope.code.push(set(local, value))
  return get(local)
}

/** `a + k`, folded. */
export const plus = (a: Node, k: number): Node => {
  if (k === 0) return a
  if (a.op === 'i32.const') return i32.const(a.value + k)
  return k < 0 && k > -(2 ** 31) ? i32.sub(a, i32.const(-k)) : i32.add(a, i32.const(k))
}

const times = (a: Node, k: number): Node => {
  if (k === 1) return a
  if (a.op === 'i32.const') return i32.const(Math.imul(a.value, k))
  return (k & (k - 1)) === 0 ? i32.shl(a, i32.const(31 - Math.clz32(k))) : i32.mul(a, i32.const(k))
}

/** The row-major element that an index names. */
export const linearIndex = (index: readonly Node[], dims: readonly number[]): Node =>
  index.reduce((sum, i, k) => {
    if (k === 0) return i
    const scaled = times(sum, at(dims, k))
    if (i.op === 'i32.const') return plus(scaled, i.value)
    return scaled.op === 'i32.const' ? plus(i, scaled.value) : i32.add(scaled, i)
  }, i32.const(0) as Node)

/** The word as one i64. */
export const wordValue = (word: Word, used: bigint): Node => {
  const kept = word.keep & used
  let value: Node | null = kept === 0n ? null : kept === used ? word.base : i64.and(word.base, i64.const(kept))
  for (const term of word.terms) value = value === null ? term.value : i64.or(value, term.value)
  if (value === null) return i64.const(word.bits)
  return word.bits === 0n ? value : i64.or(value, i64.const(word.bits))
}

const usedMask = (scope: FunctionScope, word: number): bigint => fieldMask(at(scope.layout.widths, word))

/** The word as it can be read through `mask`: the base itself where nothing under the mask was written. */
const readable = (scope: FunctionScope, env: Env, word: number, mask: bigint): Node => {
  const w = at(env.words, word)
  return (w.keep & mask) === mask ? w.base : wordValue(w, usedMask(scope, word))
}

const extract = (scope: FunctionScope, value: Node, word: number, shift: number, bits: number): Node => {
  const shifted = i32.wrap(shift === 0 ? value : i64.shrU(value, i64.const(BigInt(shift))))
  return bits === 32 || shift + bits === at(scope.layout.widths, word) ? shifted : i32.and(shifted, i32.const(Number(fieldMask(bits))))
}

const readFixed = (scope: FunctionScope, env: Env, placement: Placement, element: number): Node => {
  const { word, shift } = placeOf(placement, element)
  const mask = fieldMask(placement.bits) << BigInt(shift)
  const w = at(env.words, word)
  if ((w.keep & mask) === 0n && w.terms.every((t) => (t.mask & mask) === 0n)) return i32.const(Number((w.bits & mask) >> BigInt(shift)))
  return extract(scope, readable(scope, env, word, mask), word, shift, placement.bits)
}

const bitShift = (inner: Node, bits: number, shift: number): Node => i64.extend(plus(times(inner, bits), shift))

const readDynamic = (scope: FunctionScope, env: Env, placement: Placement, element: Node): Node => {
  const { bits, chunks, perChunk } = placement
  const chunkMask = (k: number): bigint => fieldMask(bits * at(chunks, k).count) << BigInt(at(chunks, k).shift)
  const finish = (shifted: Node): Node => (bits === 32 ? i32.wrap(shifted) : i32.and(i32.wrap(shifted), i32.const(Number(fieldMask(bits)))))
  if (chunks.length === 1)
    return finish(i64.shrU(readable(scope, env, at(chunks, 0).word, chunkMask(0)), bitShift(element, bits, at(chunks, 0).shift)))
  const index = held(scope, 'i32', 'i', element)
  const chunk = held(scope, 'i32', 'k', i32.divU(index, i32.const(perChunk)))
  const base = chunks.reduceRight<Node | null>((rest, c, k) => {
    const aligned =
      c.shift === 0
        ? readable(scope, env, c.word, chunkMask(k))
        : i64.shrU(readable(scope, env, c.word, chunkMask(k)), i64.const(BigInt(c.shift)))
    return rest === null ? aligned : select(i32.eq(chunk, i32.const(k)), aligned, rest)
  }, null)
  return finish(i64.shrU(base ?? i64.const(0n), bitShift(i32.remU(index, i32.const(perChunk)), bits, 0)))
}

/** The value of an element, as an i32 node that is evaluated where it is used. */
export const readElement = (scope: FunctionScope, env: Env, variable: number, element: Node): Node => {
  const v = at(scope.system.variables, variable)
  const placement = at(scope.layout.placements, variable)
  if (bitsOf(v) === 0) return i32.const(v.lo)
  if (element.op !== 'i32.const') return plus(readDynamic(scope, env, placement, element), v.lo)
  const known = env.known.get(elementKey(variable, element.value))
  if (known !== undefined) return i32.const(known)
  return inRange(placement, element.value) ? plus(readFixed(scope, env, placement, element.value), v.lo) : i32.const(v.lo)
}

/** A constant index outside its dimension can stand in code that is never reached. */
const inRange = (placement: Placement, element: number): boolean => {
  const last = at(placement.chunks, -1)
  return element >= 0 && element < last.first + last.count
}

/** The word with the bits of `mask` cleared. */
export const cleared = (scope: FunctionScope, word: Word, mask: bigint): Word => {
  const torn = word.terms.some((t) => (t.mask & mask) !== 0n && (t.mask & ~mask) !== 0n)
  const whole = torn ? untouched(held(scope, 'i64', 'w', wordValue(word, allOnes))) : word
  return { base: whole.base, keep: whole.keep & ~mask, bits: whole.bits & ~mask, terms: whole.terms.filter((t) => (t.mask & mask) === 0n) }
}

/** The word with a field set to a value (less the variable's `lo`) that fits. */
export const withField = (scope: FunctionScope, word: Word, shift: number, bits: number, value: Node): Word => {
  const mask = fieldMask(bits) << BigInt(shift)
  const base = cleared(scope, word, mask)
  if (value.op === 'i32.const') return { ...base, bits: base.bits | ((BigInt(value.value >>> 0) << BigInt(shift)) & mask) }
  const wide = i64.extend(value)
  const term = held(scope, 'i64', 'f', shift === 0 ? wide : i64.shl(wide, i64.const(BigInt(shift))))
  return { ...base, terms: [...base.terms, { mask, value: term }] }
}

const forget = (env: Env, variable: number): void => {
  for (const key of [...env.known.keys()]) if (Math.floor(key / 2 ** 24) === variable) env.known.delete(key)
}

const writeDynamic = (scope: FunctionScope, env: Env, placement: Placement, element: Node, value: Node): void => {
  const { bits, chunks, perChunk } = placement
  const index = held(scope, 'i32', 'i', element)
  const wide = held(scope, 'i64', 'v', i64.extend(value))
  const single = chunks.length === 1
  const chunk = single ? null : held(scope, 'i32', 'k', i32.divU(index, i32.const(perChunk)))
  const inner = single ? index : held(scope, 'i32', 'r', i32.remU(index, i32.const(perChunk)))
  for (const [k, c] of chunks.entries()) {
    const shift = held(scope, 'i64', 's', bitShift(inner, bits, c.shift))
    const field = i64.shl(i64.const(fieldMask(bits)), shift)
    const mask = chunk === null ? field : held(scope, 'i64', 'm', select(i32.eq(chunk, i32.const(k)), field, i64.const(0n)))
    const old = wordValue(at(env.words, c.word), usedMask(scope, c.word))
    const placed = chunk === null ? i64.shl(wide, shift) : i64.and(i64.shl(wide, shift), mask)
    const merged = i64.or(i64.and(old, i64.xor(mask, i64.const(-1n))), placed)
    env.words[c.word] = untouched(held(scope, 'i64', 'w', merged))
  }
}

/** Sets an element. The value is inside the variable's range. */
export const writeElement = (scope: FunctionScope, env: Env, variable: number, element: Node, value: Node): void => {
  const v = at(scope.system.variables, variable)
  const placement = at(scope.layout.placements, variable)
  if (bitsOf(v) === 0) return
  const stored = plus(value, -v.lo)
  if (element.op !== 'i32.const') {
    forget(env, variable)
    return writeDynamic(scope, env, placement, element, stored)
  }
  if (!inRange(placement, element.value)) return
  const key = elementKey(variable, element.value)
  if (value.op === 'i32.const') env.known.set(key, value.value)
  else env.known.delete(key)
  const { word, shift } = placeOf(placement, element.value)
  env.words[word] = withField(scope, at(env.words, word), shift, placement.bits, stored)
}
