/** The protocol never depends on a ghost: nothing but ghosts, asserts and their checks may be computed from one. */
import type { Block, Expr, Span, Stmt } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'

export interface GhostUse {
  /** Where the ghost is read. */
  readonly read: Span
  /** What depends on it. */
  readonly what: string
}

export interface GhostQuestion {
  readonly isGhost: (variable: number) => boolean
  readonly nameOf: (variable: number) => string
  /** Where a load of a ghost was written. */
  readonly readAt: (e: Expr) => Span | undefined
}

/**
 * The first way in which the steps of an agent depend on a ghost, or null. Locals that hold what was computed from a ghost
 * count as ghosts themselves: they are found by iteration.
 */
export const ghostUse = (steps: readonly Block[], q: GhostQuestion, fallback: Span): GhostUse | null => {
  const ghostLocals = new Map<number, Span>()
  for (;;) {
    const before = ghostLocals.size
    for (const step of steps) {
      const use = inBlock(step, new Map(), null, ghostLocals, q, fallback)
      if (use !== null) return use
    }
    if (ghostLocals.size === before) return null
  }
}

type Taint = Span | null

const taintOf = (
  e: Expr,
  tainted: ReadonlyMap<number, Span>,
  ghostLocals: ReadonlyMap<number, Span>,
  q: GhostQuestion,
  fallback: Span,
): Taint => {
  let found: Taint = null
  visitExpr(e, (x) => {
    if (found !== null) return
    if (x.op === 'temp') found = tainted.get(x.id) ?? null
    else if (x.op === 'load') found = q.isGhost(x.variable) ? (q.readAt(x) ?? fallback) : (ghostLocals.get(x.variable) ?? null)
  })
  return found
}

const inBlock = (
  block: Block,
  tainted: Map<number, Span>,
  control: Taint,
  ghostLocals: Map<number, Span>,
  q: GhostQuestion,
  fallback: Span,
): GhostUse | null => {
  const left = inStmts(block.body, tainted, control, ghostLocals, q, fallback)
  if ('read' in left) return left
  const here = left.control
  const { end } = block
  switch (end.op) {
    case 'goto':
      for (const entry of end.frame) {
        const taint = taintOf(entry.value, tainted, ghostLocals, q, fallback) ?? here
        if (taint !== null) ghostLocals.set(entry.variable, taint)
      }
      return here === null ? null : { read: here, what: 'which step comes next' }
    case 'branch': {
      const taint = taintOf(end.condition, tainted, ghostLocals, q, fallback)
      if (taint !== null) return { read: taint, what: 'the way that the step takes' }
      return (
        inBlock(end.then, new Map(tainted), here, ghostLocals, q, fallback) ??
        inBlock(end.else, new Map(tainted), here, ghostLocals, q, fallback)
      )
    }
    case 'choose':
      return inBlock(end.rest, tainted, here, ghostLocals, q, fallback)
    case 'finish':
    case 'blocked':
    case 'fail':
      return null
  }
}

const inStmts = (
  body: readonly Stmt[],
  tainted: Map<number, Span>,
  from: Taint,
  ghostLocals: Map<number, Span>,
  q: GhostQuestion,
  fallback: Span,
): GhostUse | { control: Taint } => {
  let control = from
  for (const s of body) {
    switch (s.op) {
      case 'set': {
        const taint = taintOf(s.value, tainted, ghostLocals, q, fallback) ?? control
        if (taint !== null) tainted.set(s.temp, taint)
        break
      }
      case 'store': {
        if (q.isGhost(s.variable)) break
        const taint =
          s.index.map((e) => taintOf(e, tainted, ghostLocals, q, fallback)).find((t) => t !== null) ??
          taintOf(s.value, tainted, ghostLocals, q, fallback) ??
          control
        if (taint !== null) return { read: taint, what: `the value of ${q.nameOf(s.variable)}, which is no ghost` }
        break
      }
      case 'if': {
        const inside = taintOf(s.condition, tainted, ghostLocals, q, fallback) ?? control
        for (const arm of [s.then, s.else]) {
          const left = inStmts(arm, tainted, inside, ghostLocals, q, fallback)
          if ('read' in left) return left
          // A jump out of an arm that a ghost decides: what follows depends on it too.
          if (left.control !== inside && left.control !== null) control = left.control
          else if (inside !== null && jumps(arm)) control = inside
        }
        break
      }
      case 'block': {
        const left = inStmts(s.body, tainted, control, ghostLocals, q, fallback)
        if ('read' in left) return left
        break
      }
      case 'check':
      case 'exit':
      case 'cover':
        break
    }
  }
  return { control }
}

const jumps = (body: readonly Stmt[]): boolean =>
  body.some((s) => s.op === 'exit' || (s.op === 'if' && (jumps(s.then) || jumps(s.else))) || (s.op === 'block' && jumps(s.body)))
