/** Emitting code: statements, checks, temps, and lists of statements that go into others. */
import { DiagnosticError } from '../../diagnostics.js'
import { temp } from '../../ir/build.js'
import type { Block, End, Expr, Failure, Span, Stmt } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'
import type { Context } from './context.js'
import { branchAt, failureAt, newTemp } from './draft.js'
import { moveReads } from './reads.js'
import { sourcePlace } from './site.js'
import { mapExprs, type Value } from './value.js'

/** A block whose end is not written yet. */
export interface OpenBlock {
  body: Stmt[]
  end: End | null
}

export const close = (block: OpenBlock): Block => {
  if (block.end === null) throw new Error('a step without an end')
  return { body: block.body, end: block.end }
}

/**
 * Steps that emit more statements than this are refused: V8 takes about 250 kB to compile each. Those of protocols
 * have hundreds.
 */
const mostStatements = 10_000

/** Counts a statement, or a place where ways part. @throws DiagnosticError MC402 where a step has too many. */
export const count = (c: Context): void => {
  c.code.statements++
  if (c.code.statements > mostStatements)
    throw new DiagnosticError(
      'MC402',
      `a step of this model compiles to more than ${mostStatements} statements`,
      'make its loops shorter, its arrays smaller, or split it with a yield',
      c.code.at === null ? null : sourcePlace(c, c.code.at.file, c.code.at),
    )
}

export const emit = (c: Context, stmt: Stmt): void => {
  count(c)
  if (stmt.op === 'store') {
    c.way.written.set(stmt.variable, ++c.code.stores)
    if (c.draft.variables[stmt.variable]?.role.kind === 'ghost') c.code.ghostStores++
  }
  if (stmt.op === 'exit') c.code.exits++
  c.way.out.push(stmt)
}

/** A temp that holds the expression's present value; constants, temps and what no step changes need none. */
export const settle = (c: Context, e: Expr): Expr => {
  if (e.op === 'const' || e.op === 'temp' || (c.draft.params.size > 0 && isRigid(c, e))) return e
  const id = newTemp(c)
  emit(c, { op: 'set', temp: id, value: e })
  const settled = temp(id)
  const ghost = c.draft.ghostReads.get(e)
  if (ghost !== undefined) c.draft.ghostReads.set(settled, ghost)
  return settled
}

/** Whether an expression reads nothing but free params, and is short enough to be written twice. */
const isRigid = (c: Context, e: Expr): boolean => {
  let nodes = 0
  let rigid = true
  visitExpr(e, (x) => {
    nodes++
    if (x.op === 'temp' || (x.op === 'load' && !c.draft.params.has(x.variable))) rigid = false
  })
  return rigid && nodes <= 16
}

/** The same value, independent of later stores. */
export const settleValue = (c: Context, v: Value): Value => mapExprs(v, (e) => settle(c, e))

/** Says in a step's code that this arm is taken; properties and conditions have no coverage. */
export const cover = (c: Context, at: Span, text: string): void => {
  if (c.code.purpose === 'step') emit(c, { op: 'cover', branch: branchAt(c, at, text) })
}

/** The step fails here unless the condition holds. */
export const check = (c: Context, condition: Expr, kind: Failure['kind'], at: Span, message: string): void => {
  if (condition.op === 'const' && condition.value !== 0) return
  // Where parts are crossed out, only that it fails is of interest: it has said so already where they are not.
  emit(c, { op: 'check', condition, failure: c.code.parts === null ? failureAt(c, kind, at, message) : -1 })
}

/** Emits `body` into a list of its own. */
export const emitInto = <T>(c: Context, out: Stmt[], body: () => T): T => {
  const before = c.way.out
  c.way.out = out
  try {
    return body()
  } finally {
    c.way.out = before
    // What emits nothing is used as if it had been evaluated here.
    if (out.length === 0) moveReads(c, out, before, before.length)
  }
}

/** Emits `body` in front of the statement at a position of a list: before the jump with which it ends, say. */
export const insertInto = <T>(c: Context, list: Stmt[], position: number, body: () => T): T => {
  const before = c.way.out
  const out: Stmt[] = []
  c.way.out = out
  const result = body()
  c.way.out = before
  moveReads(c, out, list, position)
  list.splice(position, 0, ...out)
  return result
}

/** Appends a list that has been emitted on its own. */
export const append = (c: Context, out: readonly Stmt[]): void => {
  moveReads(c, out, c.way.out, c.way.out.length)
  for (const stmt of out) emit(c, stmt)
}
