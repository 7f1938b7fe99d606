/** Walks over IR trees, for passes that look at all of them or rewrite them. */
import type { Block, End, Expr, Stmt } from './system.js'

/** The expressions directly inside one. */
export const operands = (e: Expr): readonly Expr[] => {
  switch (e.op) {
    case 'const':
    case 'temp':
      return []
    case 'load':
      return e.index
    case 'not':
      return [e.a]
    case 'select':
      return [e.condition, e.a, e.b]
    default:
      return [e.a, e.b]
  }
}

/** Calls `visit` for an expression and all inside it, outermost first. */
export const visitExpr = (e: Expr, visit: (e: Expr) => void): void => {
  visit(e)
  for (const x of operands(e)) visitExpr(x, visit)
}

/** What to call for the nodes of a tree, outermost first; what is absent is not called. */
export interface Visitor {
  readonly expr?: (e: Expr) => void
  readonly stmt?: (s: Stmt) => void
  readonly block?: (b: Block) => void
}

/** Calls the visitor for an expression and all inside it. */
export const walkExpr = (e: Expr, { expr }: Visitor): void => {
  if (expr !== undefined) visitExpr(e, expr)
}

/** Visits statements and all inside them. */
export const walkStmts = (stmts: readonly Stmt[], visit: Visitor): void => {
  for (const s of stmts) {
    visit.stmt?.(s)
    switch (s.op) {
      case 'set':
        walkExpr(s.value, visit)
        break
      case 'store':
        for (const i of s.index) walkExpr(i, visit)
        walkExpr(s.value, visit)
        break
      case 'if':
        walkExpr(s.condition, visit)
        walkStmts(s.then, visit)
        walkStmts(s.else, visit)
        break
      case 'block':
        walkStmts(s.body, visit)
        break
      case 'check':
        walkExpr(s.condition, visit)
        break
      case 'exit':
      case 'cover':
    }
  }
}

/** Visits a block, its statements and expressions, and the blocks that follow. */
export const walkBlock = (b: Block, visit: Visitor): void => {
  visit.block?.(b)
  walkStmts(b.body, visit)
  switch (b.end.op) {
    case 'goto':
      for (const entry of b.end.frame) walkExpr(entry.value, visit)
      return
    case 'branch':
      walkExpr(b.end.condition, visit)
      walkBlock(b.end.then, visit)
      walkBlock(b.end.else, visit)
      return
    case 'choose':
      return walkBlock(b.end.rest, visit)
    case 'finish':
    case 'blocked':
    case 'fail':
  }
}

/** How many nodes a block has: a measure for the size of its code. */
export const blockSize = (b: Block): number => {
  let n = 0
  const count = (): void => {
    n++
  }
  walkBlock(b, { expr: count, stmt: count, block: count })
  return n
}

/** The same expression over other operands. */
export const mapOperands = (e: Expr, f: (e: Expr) => Expr): Expr => {
  switch (e.op) {
    case 'const':
    case 'temp':
      return e
    case 'load':
      return { ...e, index: e.index.map(f) }
    case 'not':
      return { op: 'not', a: f(e.a) }
    case 'select':
      return { op: 'select', condition: f(e.condition), a: f(e.a), b: f(e.b) }
    default:
      return { op: e.op, a: f(e.a), b: f(e.b) }
  }
}

/** Rewrites the loads in an expression. */
export const mapLoads = (e: Expr, f: (load: Extract<Expr, { op: 'load' }>) => Expr): Expr => {
  const mapped = mapOperands(e, (x) => mapLoads(x, f))
  return mapped.op === 'load' ? f(mapped) : mapped
}

/**
 * The same statement over other expressions: `expr` is called for each outermost expression in it, statements inside
 * included.
 */
export const mapStmt = (s: Stmt, expr: (e: Expr) => Expr): Stmt => {
  switch (s.op) {
    case 'set':
      return { ...s, value: expr(s.value) }
    case 'store':
      return { ...s, index: s.index.map(expr), value: expr(s.value) }
    case 'if':
      return { ...s, condition: expr(s.condition), then: s.then.map((x) => mapStmt(x, expr)), else: s.else.map((x) => mapStmt(x, expr)) }
    case 'block':
      return { ...s, body: s.body.map((x) => mapStmt(x, expr)) }
    case 'check':
      return { ...s, condition: expr(s.condition) }
    case 'exit':
    case 'cover':
      return s
  }
}

/** The same block over other expressions, as `mapStmt`; `goto` may replace the ends by which a process moves on. */
export const mapBlock = (b: Block, expr: (e: Expr) => Expr, goto: (end: Extract<End, { op: 'goto' }>) => End = (end) => end): Block => ({
  body: b.body.map((s) => mapStmt(s, expr)),
  end: mapEnd(b.end, expr, goto),
})

const mapEnd = (end: End, expr: (e: Expr) => Expr, goto: (end: Extract<End, { op: 'goto' }>) => End): End => {
  switch (end.op) {
    case 'goto':
      return goto({ ...end, frame: end.frame.map((entry) => ({ ...entry, value: expr(entry.value) })) })
    case 'branch':
      return { ...end, condition: expr(end.condition), then: mapBlock(end.then, expr, goto), else: mapBlock(end.else, expr, goto) }
    case 'choose':
      return { ...end, rest: mapBlock(end.rest, expr, goto) }
    case 'finish':
    case 'blocked':
    case 'fail':
      return end
  }
}
