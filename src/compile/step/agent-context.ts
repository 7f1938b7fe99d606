/** What compiling a process, a rule or `init` carries along, and how ways through a step part. */
import type { Block, Expr, Span } from '../../ir/system.js'
import { type Accesses, accessesOf } from '../memory/accesses.js'
import type { Purpose } from '../values/code.js'
import { begin, type Context } from '../values/context.js'
import { close, count, type OpenBlock } from '../values/emit.js'
import { assume, decide, type Known } from '../values/known.js'
import type { Label } from '../values/labels.js'
import { keepReads } from '../values/reads.js'
import type { Cell, Scope } from '../values/scope.js'
import type { Type } from '../values/type.js'
import type { Value } from '../values/value.js'
import { onOwnWay, type Shared } from '../values/way.js'

/** A generator in progress. */
interface Frame {
  readonly path: string
  readonly scope: Scope
  /** `#i` for each `for..of` with yields around, outermost first. */
  readonly rounds: string
  /** Cells whose lists the loops around go over. */
  readonly looping: readonly string[]
  /** The `yield*` at which it waits for the next frame; -1 for the innermost. */
  readonly call: number
}

export interface LocalCell {
  readonly cell: Cell
  readonly depth: number
}

export interface CompiledLocation {
  readonly id: number
  readonly key: string
  /** The label, as far as the locals that are restored say it. */
  readonly label: () => Label
  readonly at: Span
  /** Whether the step waits for the CPU's stores, where it has a store buffer. */
  readonly fence: boolean
  readonly cells: readonly LocalCell[]
  /** What integers the locals hold here: less than all that they hold anywhere. */
  readonly integers: Map<string, { type: Type; changes: number }>
  /** Which of the locals share their objects, on some way here. */
  shared: Shared
  /** What all ways here say of the free params. */
  known: Known
  /** Locals that have no value here on some way: one of the same name hid them at a yield before. */
  readonly lost: Set<string>
  /** Compiles the step that starts here, into the machine's block. */
  readonly resume: () => void
}

/** What is known of a local over all locations. */
export interface LocalType {
  type: Type
  changes: number
  readonly depth: number
  readonly cell: Cell
}

export interface Machine {
  readonly c: Context
  readonly kind: 'process' | 'rule' | 'init'
  block: OpenBlock
  frames: readonly Frame[]
  readonly locations: Map<string, CompiledLocation>
  readonly locals: Map<string, LocalType>
  readonly dirty: Set<string>
  /** How often each loop has come round on the present way through the step. */
  readonly stepRounds: Map<object, number>
  /** The variables of a local's leaves; null while types are still being found. */
  frameVariables: ((cell: string) => readonly number[]) | null
  /** How a process, rule or `init` ends. */
  readonly finish: () => void
}

export type Next = () => void

export interface Control {
  readonly jumps: readonly { readonly kind: 'break' | 'continue'; readonly labels: readonly string[]; readonly go: Next }[]
  readonly leave: (v: Value) => void
}

/** No way leads here: an exhaustive match whose last arm always fails, say. */
export const fallOff = (m: Machine): void => {
  m.block.end = { op: 'blocked' }
}

/** Compiles a part of the step into a block of its own. What one way does is nothing to the others. */
export const fork = (m: Machine, body: Next): Block => {
  const { block, frames } = m
  const inner: OpenBlock = { body: [], end: null }
  m.block = inner
  onOwnWay(m.c, inner.body, body)
  m.block = block
  m.frames = frames
  return close(inner)
}

export const branch = (m: Machine, condition: Expr, then: Next, otherwise: Next): void => {
  const { known } = m.c.way
  const test = decide(known, condition)
  if (test.op === 'const') return test.value === 0 ? otherwise() : then()
  count(m.c)
  const arm = (truth: boolean, go: Next): Block =>
    fork(m, () => {
      m.c.way.known = assume(known, test, truth)
      go()
    })
  m.block.end = { op: 'branch', condition: test, then: arm(true, then), else: arm(false, otherwise) }
}

export const blocked =
  (m: Machine): Next =>
  () => {
    m.block.end = { op: 'blocked' }
  }

/** Code of a step, and what it does to memory. */
export interface CompiledStep {
  readonly body: Block
  readonly accesses: Accesses
}

/** Compiles what stands at a location: conditions first. */
export const compileAt = (m: Machine, purpose: Purpose, known: Known, body: Next): CompiledStep => {
  m.stepRounds.clear()
  begin(m.c, purpose, [], known)
  const block = fork(m, body)
  return { accesses: accessesOf(m.c, block), body: keepReads(m.c, block) }
}
