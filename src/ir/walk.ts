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

/** Rewrites the loads in an expression. */
export const mapLoads = (e: Expr, f: (load: Extract<Expr, { op: 'load' }>) => Expr): Expr => {
  switch (e.op) {
    case 'const':
    case 'temp':
      return e
    case 'load':
      return f({ ...e, index: e.index.map((x) => mapLoads(x, f)) })
    case 'not':
      return { op: 'not', a: mapLoads(e.a, f) }
    case 'select':
      return { op: 'select', condition: mapLoads(e.condition, f), a: mapLoads(e.a, f), b: mapLoads(e.b, f) }
    default:
      return { op: e.op, a: mapLoads(e.a, f), b: mapLoads(e.b, f) }
  }
}

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
