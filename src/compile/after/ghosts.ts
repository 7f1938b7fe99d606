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
 * The first way in which the steps of an agent depend on a ghost, or null. Locals that hold what was computed from a
 * ghost count as ghosts themselves: they are found by iteration.
 */
export const ghostUse = (steps: readonly Block[], q: GhostQuestion, fallback: Span): GhostUse | null => {
  const ghostLocals = new Map<number, Span>()
  const search: Search = { q, fallback, ghostLocals }
  for (;;) {
    const before = ghostLocals.size
    for (const step of steps) {
      const use = inBlock(search, step, new Map(), null)
      if (use !== null) return use
    }
    if (ghostLocals.size === before) return null
  }
}

type Taint = Span | null

/** What is known of the steps of an agent as a whole. */
interface Search {
  readonly q: GhostQuestion
  readonly fallback: Span
  /** Locals that hold what was computed from a ghost. */
  readonly ghostLocals: Map<number, Span>
}

const taintOf = ({ q, fallback, ghostLocals }: Search, e: Expr, tainted: ReadonlyMap<number, Span>): Taint => {
  let found: Taint = null
  visitExpr(e, (x) => {
    if (found !== null) return
    if (x.op === 'temp') found = tainted.get(x.id) ?? null
    else if (x.op === 'load') found = q.isGhost(x.variable) ? (q.readAt(x) ?? fallback) : (ghostLocals.get(x.variable) ?? null)
  })
  return found
}

const inBlock = (search: Search, block: Block, tainted: Map<number, Span>, control: Taint): GhostUse | null => {
  const left = inStmts(search, block.body, tainted, control)
  if ('read' in left) return left
  const here = left.control
  const { end } = block
  switch (end.op) {
    case 'goto':
      for (const entry of end.frame) {
        const taint = taintOf(search, entry.value, tainted) ?? here
        if (taint !== null) search.ghostLocals.set(entry.variable, taint)
      }
      return here === null ? null : { read: here, what: 'which step comes next' }
    case 'branch': {
      const taint = taintOf(search, end.condition, tainted)
      if (taint !== null) return { read: taint, what: 'the way that the step takes' }
      return inBlock(search, end.then, new Map(tainted), here) ?? inBlock(search, end.else, new Map(tainted), here)
    }
    case 'choose':
      return inBlock(search, end.rest, tainted, here)
    case 'finish':
    case 'blocked':
    case 'fail':
      return null
  }
}

const inStmts = (search: Search, body: readonly Stmt[], tainted: Map<number, Span>, from: Taint): GhostUse | { control: Taint } => {
  let control = from
  for (const s of body) {
    switch (s.op) {
      case 'set': {
        const taint = taintOf(search, s.value, tainted) ?? control
        if (taint !== null) tainted.set(s.temp, taint)
        break
      }
      case 'store': {
        if (search.q.isGhost(s.variable)) break
        const taint =
          s.index.map((e) => taintOf(search, e, tainted)).find((t) => t !== null) ?? taintOf(search, s.value, tainted) ?? control
        if (taint !== null) return { read: taint, what: `the value of ${search.q.nameOf(s.variable)}, which is no ghost` }
        break
      }
      case 'if': {
        const inside = taintOf(search, s.condition, tainted) ?? control
        for (const arm of [s.then, s.else]) {
          const left = inStmts(search, arm, tainted, inside)
          if ('read' in left) return left
          // A jump out of an arm that a ghost decides: what follows depends on it too.
          if (left.control !== inside && left.control !== null) control = left.control
          else if (inside !== null && jumps(arm)) control = inside
        }
        break
      }
      case 'block': {
        const left = inStmts(search, s.body, tainted, control)
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
