/** Which variables code reads and writes: for reports, for reductions, for whoever asks what depends on what. */
import type { Query, Step, System } from './system.js'
import { type Visitor, walkBlock, walkExpr, walkStmts } from './walk.js'

/** The variables that some code may read and write. */
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
 * What a step may read and write on some way through it. A process's step also reads its location; where it moves on it
 * writes its location and all its locals. Linear in the code.
 */
export const stepAccess = (system: System, step: Step): Access => {
  const open: Open = { reads: new Set(), writes: new Set() }
  const process = system.processes.find(({ agent }) => agent === step.agent)
  if (step.location !== null && process !== undefined) open.reads.add(process.pc)
  const moves = (): void => {
    if (process === undefined) return
    open.writes.add(process.pc)
    for (const { id, role } of system.variables) if (role.kind === 'local' && role.process === process.id) open.writes.add(id)
  }
  walkBlock(step.body, collector(open, moves))
  return open
}

/** What a property reads of a state. */
export const queryReads = ({ body, value }: Pick<Query, 'body' | 'value'>): ReadonlySet<number> => {
  const open: Open = { reads: new Set(), writes: new Set() }
  const visit = collector(open, () => {})
  walkStmts(body, visit)
  walkExpr(value, visit)
  return open.reads
}

/** Collects the variables that code loads and stores; a process that moves on does what `moves` says. */
const collector = ({ reads, writes }: Open, moves: () => void): Visitor => ({
  expr: (e) => {
    if (e.op === 'load') reads.add(e.variable)
  },
  stmt: (s) => {
    if (s.op === 'store') writes.add(s.variable)
  },
  block: ({ end }) => {
    if (end.op === 'goto') moves()
  },
})
