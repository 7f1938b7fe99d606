/**
 * Which locals of a function can share a slot. What V8 needs to compile a function grows with its locals times the
 * places where ways meet, and generated code names every value of a step: thousands, few of which are alive at once.
 */
import type { Node, ValueType, WasmFunction } from './instruction.js'

/** A sequence of instructions: the body of the function, of a block or a loop, or an arm of an `if`. */
interface Sequence {
  readonly outer: Sequence | null
  readonly depth: number
  /** Locals that are used in it and in sequences in it alone. */
  readonly own: string[]
  readonly inner: Sequence[]
}

interface Use {
  /** The innermost sequence that all uses are in. */
  within: Sequence
  /** Whether the first thing that happens there is that it is set, so that it needs no value from before. */
  isSetFirst: boolean
}

/** The slots of locals by name, numbered from the last param on, and how many there are of each type. */
export interface Slots {
  readonly numbers: ReadonlyMap<string, number>
  readonly groups: readonly (readonly [count: number, type: ValueType])[]
}

/** Linear in the size of the function. */
export const slotsOf = (f: WasmFunction): Slots => {
  const whole = sequence(null)
  const uses = usesIn(f.body, whole)
  for (const [name, { within, isSetFirst }] of uses) (isSetFirst ? within : whole).own.push(name)
  const types = new Map(f.locals)
  const places = new Map<string, number>()
  const counts = { i32: 0, i64: 0 }
  const place = ({ own, inner }: Sequence, from: Readonly<Record<ValueType, number>>): void => {
    const next = { ...from }
    for (const name of own) {
      const type = types.get(name)
      // Params have their places.
      if (type !== undefined) places.set(name, next[type]++)
    }
    counts.i32 = Math.max(counts.i32, next.i32)
    counts.i64 = Math.max(counts.i64, next.i64)
    for (const one of inner) place(one, next)
  }
  place(whole, counts)
  const numbers = new Map(f.params.map(([name], i) => [name, i]))
  const first = { i32: f.params.length, i64: f.params.length + counts.i32 }
  for (const [name, at] of places) numbers.set(name, first[types.get(name)!] + at)
  return { numbers, groups: (['i32', 'i64'] as const).flatMap((type) => (counts[type] === 0 ? [] : [[counts[type], type] as const])) }
}

const sequence = (outer: Sequence | null): Sequence => {
  const made: Sequence = { outer, depth: outer === null ? 0 : outer.depth + 1, own: [], inner: [] }
  outer?.inner.push(made)
  return made
}

const usesIn = (body: readonly Node[], whole: Sequence): ReadonlyMap<string, Use> => {
  const uses = new Map<string, Use>()
  const use = (name: string, at: Sequence, isSet: boolean): void => {
    const known = uses.get(name)
    if (known === undefined) {
      uses.set(name, { within: at, isSetFirst: isSet })
      return
    }
    const around = innermost(known.within, at)
    if (around !== known.within) {
      known.within = around
      known.isSetFirst = false
    }
  }
  const sequenceIn = (nodes: readonly Node[], outer: Sequence): void => {
    const at = sequence(outer)
    for (const node of nodes) visit(node, at)
  }
  const visit = (node: Node, at: Sequence): void => {
    switch (node.op) {
      case 'i32.const':
      case 'i64.const':
      case 'global.get':
      case 'br':
        return
      case 'local.get':
        return use(node.local, at, false)
      case 'local.set':
        visit(node.value, at)
        return use(node.local, at, true)
      case 'global.set':
        return visit(node.value, at)
      case 'plain':
      case 'call':
        for (const arg of node.args) visit(arg, at)
        return
      case 'load':
        return visit(node.address, at)
      case 'atomic':
        visit(node.address, at)
        for (const arg of node.args) visit(arg, at)
        return
      case 'store':
        visit(node.address, at)
        return visit(node.value, at)
      case 'block':
      case 'loop':
        return sequenceIn(node.body, at)
      case 'if':
        visit(node.condition, at)
        sequenceIn(node.then, at)
        return sequenceIn(node.else, at)
      case 'br_if':
        return visit(node.condition, at)
      case 'br_table':
        return visit(node.index, at)
      case 'memory.fill':
        visit(node.to, at)
        visit(node.value, at)
        return visit(node.bytes, at)
    }
  }
  for (const node of body) visit(node, whole)
  return uses
}

const innermost = (a: Sequence, b: Sequence): Sequence => {
  let [x, y] = [a, b]
  while (x !== y) {
    if (x.depth >= y.depth) x = x.outer!
    else y = y.outer!
  }
  return x
}
