/** Walks over the IR's trees: every expression and statement of a block once. */
import type { Block, Expr, Stmt } from '../ir/system.js'

export interface Visitor {
  readonly expr?: (e: Expr) => void
  readonly stmt?: (s: Stmt) => void
  readonly block?: (b: Block) => void
}

/** Visits an expression and all inside it, outermost first. */
export const walkExpr = (e: Expr, visit: Visitor): void => {
  visit.expr?.(e)
  switch (e.op) {
    case 'const':
    case 'temp':
      return
    case 'load':
      for (const i of e.index) walkExpr(i, visit)
      return
    case 'not':
      return walkExpr(e.a, visit)
    case 'select':
      walkExpr(e.condition, visit)
      walkExpr(e.a, visit)
      return walkExpr(e.b, visit)
    default:
      walkExpr(e.a, visit)
      walkExpr(e.b, visit)
  }
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

/** The most ways there can be through a block (the product of its choices, the greatest over its branches). */
export const waysThrough = (b: Block): number => {
  switch (b.end.op) {
    case 'goto':
    case 'finish':
      return 1
    case 'branch':
      return Math.max(waysThrough(b.end.then), waysThrough(b.end.else))
    case 'choose':
      return b.end.count * waysThrough(b.end.rest)
    case 'blocked':
    case 'fail':
      return 0
  }
}

/** The value of an index that is made of constants only, row-major in `dims`; null where it is not constant. */
export const constantElement = (index: readonly Expr[], dims: readonly number[]): number | null => {
  let element = 0
  for (const [k, i] of index.entries()) {
    if (i.op !== 'const') return null
    element = element * (dims[k] ?? 1) + i.value
  }
  return element
}
