/**
 * Where each variable lies in the packed state: which bits of which 64-bit word.
 *
 * Every element takes the fewest bits that hold `hi - lo`, and is stored as `value - lo`. No element straddles a word.
 * An array that is indexed by something else than constants keeps its elements side by side (in several chunks where
 * they do not fit into one word); of all others each element goes where there is room. Locals of one process that never
 * live at the same location share bits; where a local is dead, its bits are 0 unless another one lives in them.
 */
import { at } from '../../at.js'
import type { Process, System, Variable, Vector } from '../../ir/system.js'
import { elements, vectorOffsets } from '../../ir/system.js'
import { type Visitor, walkBlock, walkExpr, walkStmts } from '../../ir/walk.js'
import { crossablesOf } from './crossables.js'
import { constantElement } from './ways.js'

/** Elements `first` to `first + count - 1` of a variable, side by side from bit `shift` of word `word` on. */
export interface Chunk {
  readonly word: number
  readonly shift: number
  readonly first: number
  readonly count: number
}

export interface Placement {
  /** Bits an element takes; 0 where there is only one value. */
  readonly bits: number
  /** In the order of elements; all but the last one hold `perChunk` elements. */
  readonly chunks: readonly Chunk[]
  readonly perChunk: number
}

export interface Layout {
  /** How many bits of each word are in use, from bit 0 on. */
  readonly widths: readonly number[]
  /** Per variable. */
  readonly placements: readonly Placement[]
  /** Per process and word: the bits of its locals. */
  readonly localMasks: readonly (readonly bigint[])[]
  /** Per process and location: the locals that may hold something there. */
  readonly alive: readonly (readonly ReadonlySet<number>[])[]
  /** The state in which every element has its initial value. */
  readonly initial: readonly bigint[]
}

/** More words than this are refused: such a model has no search to speak of. */
const maxWords = 64

/** Thrown where a state does not fit into `maxWords` words. */
export class StateTooWide extends Error {
  override readonly name = 'StateTooWide'
  readonly bits: number
  /** `words` are what it would take. */
  constructor(bits: number, words: number) {
    super(
      bits > maxWords * 64
        ? `a state takes ${bits} bits, more than the ${maxWords * 64} that the search can hold`
        : `a state of ${bits} bits takes ${words} words of 64, since no element lies across two of them; the search can hold ${maxWords} words`,
    )
    this.bits = bits
  }
}

/** Bits that hold the values `lo..hi` of a variable. */
export const bitsOf = (v: Variable): number => {
  const span = v.hi - v.lo
  return span === 0 ? 0 : 32 - Math.clz32(span)
}

export const fieldMask = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** Something to be placed in one word: `bits` wide, with the chunks that it holds, at offsets inside it. */
interface Item {
  readonly bits: number
  readonly parts: readonly { readonly variable: number; readonly chunk: number; readonly offset: number }[]
}

interface ChunkPlan {
  readonly variable: number
  readonly chunk: number
  readonly bits: number
}

interface Uses {
  /** Variables with an index that is not constant somewhere. */
  readonly dynamic: ReadonlySet<number>
  /** Locals that somebody else than their process's own steps touches: they never share bits. */
  readonly exposed: ReadonlySet<number>
  readonly alive: readonly (readonly Set<number>[])[]
}

const usesOf = (system: System): Uses => {
  const dynamic = new Set<number>()
  const exposed = new Set<number>()
  const alive = system.processes.map((p) => p.locations.map((l) => new Set(l.live.map((local) => local.variable))))
  const processOfAgent = new Map(system.processes.map((p) => [p.agent, p]))
  const visitor = (touch: (variable: number) => void): Visitor => ({
    expr: (e) => {
      if (e.op !== 'load') return
      touch(e.variable)
      if (constantElement(e.index, at(system.variables, e.variable).dims) === null) dynamic.add(e.variable)
    },
    stmt: (s) => {
      if (s.op !== 'store') return
      touch(s.variable)
      if (constantElement(s.index, at(system.variables, s.variable).dims) === null) dynamic.add(s.variable)
    },
  })
  for (const step of system.steps) {
    const process = step.location === null ? undefined : processOfAgent.get(step.agent)
    const here = process === undefined || step.location === null ? undefined : at(at(alive, process.id), step.location)
    const touch = (variable: number): void => {
      const { role } = at(system.variables, variable)
      if (role.kind !== 'local') return
      if (here !== undefined && process !== undefined && role.process === process.id) here.add(variable)
      else exposed.add(variable)
    }
    walkBlock(step.body, {
      ...visitor(touch),
      block: (b) => {
        if (b.end.op !== 'goto' || process === undefined) return
        for (const entry of b.end.frame) at(at(alive, process.id), b.end.location).add(entry.variable)
      },
    })
  }
  const outside = visitor((variable) => {
    if (at(system.variables, variable).role.kind === 'local') exposed.add(variable)
  })
  walkBlock(system.init, outside)
  for (const { body, value } of [...system.safety, ...crossablesOf(system).map(({ query }) => query)]) {
    walkStmts(body, outside)
    walkExpr(value, outside)
  }
  for (const v of system.variables) if (v.role.kind === 'local' && at(system.initial, v.id) !== v.lo) exposed.add(v.id)
  return { dynamic, exposed, alive }
}

const chunkPlans = (v: Variable, dynamic: boolean): ChunkPlan[] => {
  const bits = bitsOf(v)
  const count = elements(v)
  if (bits === 0) return []
  const perChunk = dynamic ? Math.min(count, Math.floor(64 / bits)) : 1
  const plans: ChunkPlan[] = []
  for (let first = 0; first < count; first += perChunk)
    plans.push({ variable: v.id, chunk: plans.length, bits: bits * Math.min(perChunk, count - first) })
  return plans
}

/** Lays the locals of a process over each other: two may overlap where no location has both alive. */
const overlay = (plans: readonly ChunkPlan[], conflict: (a: number, b: number) => boolean): Item[] => {
  const placed: { plan: ChunkPlan; offset: number }[] = []
  for (const plan of plans.toSorted((a, b) => b.bits - a.bits)) {
    const inTheWay = placed.filter((p) => p.plan.variable === plan.variable || conflict(p.plan.variable, plan.variable))
    const fits = (offset: number): boolean =>
      Math.floor(offset / 64) === Math.floor((offset + plan.bits - 1) / 64) &&
      inTheWay.every((p) => offset + plan.bits <= p.offset || p.offset + p.plan.bits <= offset)
    const ends = inTheWay.flatMap((p) => [p.offset + p.plan.bits, (Math.floor(p.offset / 64) + 1) * 64])
    const offset = [0, ...ends].toSorted((a, b) => a - b).find(fits)
    if (offset === undefined) throw new Error('layout: no place found, although there is always one after the last')
    placed.push({ plan, offset })
  }
  // What overlaps belongs together; all else is left to the packing.
  const items: Item[] = []
  let open: { plan: ChunkPlan; offset: number }[] = []
  let end = 0
  const close = (): void => {
    const start = Math.min(...open.map((p) => p.offset))
    if (open.length > 0)
      items.push({
        bits: end - start,
        parts: open.map((p) => ({ variable: p.plan.variable, chunk: p.plan.chunk, offset: p.offset - start })),
      })
    open = []
  }
  for (const p of placed.toSorted((a, b) => a.offset - b.offset || b.plan.bits - a.plan.bits)) {
    if (p.offset >= end) close()
    open.push(p)
    end = Math.max(end, p.offset + p.plan.bits)
  }
  close()
  return items
}

const overlaidItems = (process: Process, plans: readonly ChunkPlan[], alive: readonly ReadonlySet<number>[]): Item[] => {
  const places = new Map<number, Set<number>>()
  for (const { id } of process.locations)
    for (const variable of at(alive, id)) places.set(variable, (places.get(variable) ?? new Set()).add(id))
  const conflict = (a: number, b: number): boolean => {
    const ofB = places.get(b) ?? new Set()
    for (const location of places.get(a) ?? []) if (ofB.has(location)) return true
    return false
  }
  return overlay(plans, conflict)
}

/** First fit, widest first, into words of the given capacities; null where something finds no room. */
const pack = (items: readonly Item[], capacities: readonly number[]): { word: number; shift: number }[] | null => {
  const used = capacities.map(() => 0)
  const places: { word: number; shift: number }[] = new Array(items.length)
  const order = items.map((_, i) => i).toSorted((a, b) => at(items, b).bits - at(items, a).bits || a - b)
  for (const i of order) {
    const word = used.findIndex((u, w) => u + at(items, i).bits <= at(capacities, w))
    if (word < 0) return null
    const shift = at(used, word)
    places[i] = { word, shift }
    used[word] = shift + at(items, i).bits
  }
  return places
}

/**
 * Word capacities worth a try, best first. The first word loses the bits that its place in the table says, so with 46
 * bits or less it takes 4 bytes of a slot instead of 8; a last word of 32 bits takes 4 as well.
 */
const shapes = (words: number): readonly (readonly number[])[] => {
  if (words === 1) return [[64]]
  const full = new Array<number>(words).fill(64)
  return [full.with(0, 46).with(words - 1, 32), full.with(0, 46), full]
}

/** @throws StateTooWide */
const packWords = (items: readonly Item[]): { places: { word: number; shift: number }[]; words: number } => {
  const total = items.reduce((n, item) => n + item.bits, 0)
  for (let words = Math.max(1, Math.ceil(total / 64)); words <= maxWords; words++)
    for (const shape of shapes(words)) {
      const places = pack(items, shape)
      if (places !== null) return { places, words }
    }
  let words = maxWords + 1
  while (total <= maxWords * 64 && pack(items, new Array<number>(words).fill(64)) === null) words++
  throw new StateTooWide(total, words)
}

/** Computes the layout of a system's states. @throws StateTooWide where they take more than `maxWords` words. */
export const layoutOf = (system: System): Layout => {
  const { dynamic, exposed, alive } = usesOf(system)
  const items: Item[] = []
  const locals = new Map<number, ChunkPlan[]>()
  for (const v of system.variables) {
    const plans = chunkPlans(v, dynamic.has(v.id))
    if (v.role.kind === 'local' && !exposed.has(v.id)) locals.set(v.role.process, [...(locals.get(v.role.process) ?? []), ...plans])
    else for (const p of plans) items.push({ bits: p.bits, parts: [{ variable: p.variable, chunk: p.chunk, offset: 0 }] })
  }
  for (const process of system.processes) items.push(...overlaidItems(process, locals.get(process.id) ?? [], at(alive, process.id)))

  const { places, words } = packWords(items)
  const chunks: { word: number; shift: number }[][] = system.variables.map(() => [])
  const widths = new Array<number>(words).fill(0)
  for (const [i, item] of items.entries()) {
    const { word, shift } = at(places, i)
    widths[word] = Math.max(at(widths, word), shift + item.bits)
    for (const part of item.parts) at(chunks, part.variable)[part.chunk] = { word, shift: shift + part.offset }
  }

  const placements = system.variables.map((v): Placement => {
    const bits = bitsOf(v)
    const count = elements(v)
    const perChunk = dynamic.has(v.id) && bits > 0 ? Math.min(count, Math.floor(64 / bits)) : 1
    return {
      bits,
      perChunk,
      chunks: at(chunks, v.id).map((place, k) => ({ ...place, first: k * perChunk, count: Math.min(perChunk, count - k * perChunk) })),
    }
  })
  const localMasks = system.processes.map((p) => {
    const masks = new Array<bigint>(words).fill(0n)
    for (const v of system.variables)
      if (v.role.kind === 'local' && v.role.process === p.id)
        for (const c of at(placements, v.id).chunks)
          masks[c.word] = at(masks, c.word) | (fieldMask(at(placements, v.id).bits * c.count) << BigInt(c.shift))
    return masks
  })
  const everywhere = (process: number): number[] =>
    [...exposed].filter((id) => {
      const { role } = at(system.variables, id)
      return role.kind === 'local' && role.process === process
    })
  const aliveOrExposed = alive.map((sets, process) => sets.map((s) => new Set([...s, ...everywhere(process)])))
  const layout = { widths, placements, localMasks, alive: aliveOrExposed, initial: new Array<bigint>(words).fill(0n) }
  return {
    ...layout,
    initial: encodeState(
      system,
      layout,
      system.variables.flatMap((v) => new Array<number>(elements(v)).fill(at(system.initial, v.id))),
    ),
  }
}

/** The bits of one element. Undefined behaviour for elements of no bits. */
export const placeOf = (placement: Placement, element: number): { word: number; shift: number } => {
  const chunk = at(placement.chunks, Math.floor(element / placement.perChunk))
  return { word: chunk.word, shift: chunk.shift + (element - chunk.first) * placement.bits }
}

const isDead = (system: System, layout: Layout, variable: Variable, pcOf: (process: Process) => number): boolean => {
  if (variable.role.kind !== 'local') return false
  const process = at(system.processes, variable.role.process)
  return !at(at(layout.alive, process.id), pcOf(process)).has(variable.id)
}

/** Packs a state. Locals that are dead in it are left out. */
export const encodeState = (system: System, layout: Layout, vector: Vector): bigint[] => {
  const words = new Array<bigint>(layout.widths.length).fill(0n)
  const offsets = vectorOffsets(system)
  for (const v of system.variables) {
    const placement = at(layout.placements, v.id)
    if (placement.bits === 0 || isDead(system, layout, v, (p) => at(vector, at(offsets, p.pc)))) continue
    for (let e = 0; e < elements(v); e++) {
      const { word, shift } = placeOf(placement, e)
      words[word] = at(words, word) | (BigInt(at(vector, at(offsets, v.id) + e) - v.lo) << BigInt(shift))
    }
  }
  return words
}

/** Unpacks a state. */
export const decodeState = (system: System, layout: Layout, words: readonly bigint[]): Vector => {
  const read = (v: Variable, element: number): number => {
    const placement = at(layout.placements, v.id)
    if (placement.bits === 0) return v.lo
    const { word, shift } = placeOf(placement, element)
    return Number((at(words, word) >> BigInt(shift)) & fieldMask(placement.bits)) + v.lo
  }
  const pcOf = (p: Process): number => read(at(system.variables, p.pc), 0)
  return system.variables.flatMap((v) => {
    const dead = isDead(system, layout, v, pcOf)
    return Array.from({ length: elements(v) }, (_, e) => (dead ? v.lo : read(v, e)))
  })
}
