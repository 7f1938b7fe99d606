/** Which variables code reads and writes: for reports, for reductions, for whoever asks what depends on what. */
import type { Block, Expr, Query, Step, Stmt, System } from './system.js'
import { visitExpr } from './walk.js'

export interface Access {
  /** Numbers of variables. */
  readonly reads: ReadonlySet<number>
  readonly writes: ReadonlySet<number>
}

interface Open {
  readonly reads: Set<number>
  readonly writes: Set<number>
}

/**
 * What a step may read and write on some way through it. A process's step also reads its location; where it moves on it writes its location
 * and all its locals. Linear in the code.
 */
export const stepAccess = (system: System, step: Step): Access => {
  const open: Open = { reads: new Set(), writes: new Set() }
  const process = system.processes.find(({ agent }) => agent === step.agent)
  if (step.location !== null && process !== undefined) open.reads.add(process.pc)
  inBlock(step.body, open, () => {
    if (process === undefined) return
    open.writes.add(process.pc)
    for (const { id, role } of system.variables) if (role.kind === 'local' && role.process === process.id) open.writes.add(id)
  })
  return open
}

/** What a property reads of a state. */
export const queryReads = ({ body, value }: Pick<Query, 'body' | 'value'>): ReadonlySet<number> => {
  const open: Open = { reads: new Set(), writes: new Set() }
  for (const s of body) inStmt(s, open)
  inExpr(value, open)
  return open.reads
}

const inBlock = ({ body, end }: Block, open: Open, moves: () => void): void => {
  for (const s of body) inStmt(s, open)
  switch (end.op) {
    case 'goto':
      for (const { value } of end.frame) inExpr(value, open)
      moves()
      return
    case 'branch':
      inExpr(end.condition, open)
      inBlock(end.then, open, moves)
      inBlock(end.else, open, moves)
      return
    case 'choose':
      inBlock(end.rest, open, moves)
      return
    case 'finish':
    case 'blocked':
    case 'fail':
  }
}

const inStmt = (s: Stmt, open: Open): void => {
  switch (s.op) {
    case 'set':
      inExpr(s.value, open)
      return
    case 'store':
      for (const i of s.index) inExpr(i, open)
      inExpr(s.value, open)
      open.writes.add(s.variable)
      return
    case 'if':
      inExpr(s.condition, open)
      for (const x of [...s.then, ...s.else]) inStmt(x, open)
      return
    case 'block':
      for (const x of s.body) inStmt(x, open)
      return
    case 'check':
      inExpr(s.condition, open)
      return
    case 'exit':
    case 'cover':
  }
}

const inExpr = (e: Expr, { reads }: Open): void => {
  visitExpr(e, (x) => {
    if (x.op === 'load') reads.add(x.variable)
  })
}
