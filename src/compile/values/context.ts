/** What the compiler carries along: the system under construction, and where the code that it emits goes. */
import { type DiagnosticCode, DiagnosticError, type Place as SourcePlace } from '../../diagnostics.js'
import { temp } from '../../ir/build.js'
import type { Block, Branch, End, Expr, Failure, SourceFile, Span, Stmt, Variable, VariableRole } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'
import type { Domain } from '../../lang/domain.js'
import { sourceOf } from '../../load/source.js'
import type { Evaluated } from './evaluated.js'
import { type Leaf, leaves } from './layout.js'
import type { Known } from './path.js'
import type { Cell } from './scope.js'
import type { Type } from './type.js'
import type { Place, Value } from './value.js'

/** A block whose end is not written yet. */
export interface OpenBlock {
  body: Stmt[]
  end: End | null
}

/** A load that is executed before the statement at position `at` of a list. */
export interface Read {
  readonly at: number
  readonly load: Extract<Expr, { op: 'load' }>
}

/** A place that `break`, `continue` or `return` jumps to, and the states in which control gets there. */
export interface JumpTarget {
  readonly kind: 'break' | 'continue' | 'return'
  readonly labels: readonly string[]
  readonly block: number
  readonly arrivals: Arrival[]
}

export interface Arrival {
  /** The statements that end in the jump; assignments for the meeting go before the `exit`, if there is one. */
  readonly out: Stmt[]
  readonly exits: boolean
  readonly cells: Cells
  readonly shared: Shared
  readonly value: Value
}

export type Cells = ReadonlyMap<string, Value>

/** Locals, by cell, whose objects may not be changed, or not in all their parts: see ownership.ts. */
export interface Shared {
  /** Those whose object has a second name. */
  readonly aliased: ReadonlySet<string>
  /** Those in whose object there are objects with a second name. */
  readonly leaked: ReadonlySet<string>
  /** Those whose object may have been made elsewhere. */
  readonly foreign: ReadonlySet<string>
}

export const notShared: Shared = { aliased: new Set(), leaked: new Set(), foreign: new Set() }

/** What code is compiled for: a step of an agent, the condition of an `until`, a label or message, a property, or `init`. */
export type Purpose = 'step' | 'condition' | 'text' | 'property' | 'init' | 'start'

export interface Context {
  readonly files: { readonly path: string; readonly file: SourceFile }[]
  readonly variables: Variable[]
  readonly variableIds: Map<string, number>
  readonly failures: Failure[]
  readonly failureIds: Map<string, number>
  readonly branches: Branch[]
  readonly branchIds: Map<string, number>
  /** Where each load of a ghost comes from, for diagnostics. */
  readonly ghostReads: WeakMap<Expr, Span>
  /** What names the objects of locals have by now, on the present way. */
  shared: Shared
  /** Cells of locals whose list a loop goes over: `now` in this stretch of code, `acrossYields` in the frames of the process. */
  readonly looping: { readonly now: Set<string>; acrossYields: (cell: string) => boolean }
  /** Lists that a literal in the author's function makes: nobody else holds them. */
  readonly fresh: WeakSet<object>
  /** What has been evaluated of the expression with a yield that is in progress: its yields, and what stands to their left. See order.ts. */
  evaluated: ReadonlyMap<object, Evaluated>
  /** How often each local and its parts have been assigned on the present way, by depth: 0 is the local itself. */
  changes: ReadonlyMap<string, readonly number[]>
  /** The variables of the state, by name. */
  readonly state: Readonly<Record<string, Domain>>
  /** How file paths are shown. */
  readonly shown: (path: string) => string
  temps: number
  blocks: number
  radix: number
  /** What the author's code read, by the list of statements that it reads in: see reads.ts. */
  readonly reads: WeakMap<readonly Stmt[], Read[]>
  /** The last store to each variable on the present way, by its number of all: where this has not changed, it still holds what was read. */
  written: Map<number, number>
  /** How many stores have been emitted. */
  stores: number
  emitted: number
  out: Stmt[]
  cells: Cells
  jumps: readonly JumpTarget[]
  /** Functions in progress, innermost last. */
  calls: readonly object[]
  purpose: Purpose
  /** What the way that is being compiled says of the free params. */
  known: Known
  /** All values of each free param; empty where none is free. */
  readonly params: Map<number, readonly number[]>
  /** In the condition of an `until`: the locals that it finds. */
  outside: Cells | null
  /** Where code before a first yield reads the state. */
  startRead: Span | null
}

/** Steps that emit more statements than this are refused: V8 takes about 100 kB to compile each. Those of protocols have hundreds. */
const mostStatements = 40_000

export const createContext = (state: Readonly<Record<string, Domain>>, shown: (path: string) => string): Context => ({
  state,
  files: [],
  variables: [],
  variableIds: new Map(),
  failures: [],
  failureIds: new Map(),
  branches: [],
  branchIds: new Map(),
  ghostReads: new WeakMap(),
  shared: notShared,
  looping: { now: new Set(), acrossYields: () => false },
  fresh: new WeakSet(),
  evaluated: new Map(),
  changes: new Map(),
  shown,
  temps: 0,
  blocks: 0,
  radix: 2,
  reads: new WeakMap(),
  written: new Map(),
  stores: 0,
  emitted: 0,
  out: [],
  cells: new Map(),
  jumps: [],
  calls: [],
  purpose: 'step',
  known: new Map(),
  params: new Map(),
  outside: null,
  startRead: null,
})

export interface Offsets {
  readonly start: number
  readonly end: number
}

/** The number of a source file, entered on first use. */
export const fileNumber = (c: Context, path: string): number => {
  const known = c.files.findIndex((f) => f.path === path)
  if (known >= 0) return known
  c.files.push({ path, file: { name: c.shown(path), text: sourceOf(path).text } })
  return c.files.length - 1
}

export const spanOf = (file: number, node: Offsets): Span => ({ file, start: node.start, end: node.end })

export const sourcePlace = (c: Context, file: number, node: Offsets): SourcePlace | null => {
  const source = c.files[file]
  return source === undefined ? null : { file: source.file.name, text: source.file.text, start: node.start, end: node.end }
}

/** Refuses the model. */
export const refuse = (c: Context, code: DiagnosticCode, file: number, node: Offsets, message: string, hint: string): never => {
  throw new DiagnosticError(code, message, hint, sourcePlace(c, file, node))
}

/** The author's text of a node, on one line and not too long. */
export const textOf = (c: Context, file: number, node: Offsets): string => {
  const text = (c.files[file]?.file.text.slice(node.start, node.end) ?? '').replaceAll(/\s+/g, ' ')
  return text.length > 72 ? `${text.slice(0, 69)}...` : text
}

/** Counts a statement, or a place where ways part. @throws DiagnosticError MC402 where a step has too many. */
export const count = (c: Context): void => {
  c.emitted++
  if (c.emitted > mostStatements)
    throw new DiagnosticError(
      'MC402',
      `a step of this model compiles to more than ${mostStatements} statements`,
      'make its loops shorter, its arrays smaller, or split it with a yield',
      nearestPlace(c),
    )
}

export const emit = (c: Context, stmt: Stmt): void => {
  count(c)
  if (stmt.op === 'store') c.written.set(stmt.variable, ++c.stores)
  c.out.push(stmt)
}

/** The place of the last statement that has one. */
const nearestPlace = (c: Context): SourcePlace | null => {
  const last = c.out.findLast((stmt) => stmt.op === 'store')
  return last === undefined ? null : sourcePlace(c, last.at.file, last.at)
}

export const newTemp = (c: Context): number => c.temps++

/** A temp that holds the expression's present value; constants, temps and what no step changes need none. */
export const settle = (c: Context, e: Expr): Expr => {
  if (e.op === 'const' || e.op === 'temp' || (c.params.size > 0 && isRigid(c, e))) return e
  const id = newTemp(c)
  emit(c, { op: 'set', temp: id, value: e })
  const settled = temp(id)
  const ghost = c.ghostReads.get(e)
  if (ghost !== undefined) c.ghostReads.set(settled, ghost)
  return settled
}

/** Whether an expression reads nothing but free params, and is short enough to be written twice. */
const isRigid = (c: Context, e: Expr): boolean => {
  let nodes = 0
  let rigid = true
  visitExpr(e, (x) => {
    nodes++
    if (x.op === 'temp' || (x.op === 'load' && !c.params.has(x.variable))) rigid = false
  })
  return rigid && nodes <= 16
}

/** The same value, independent of later stores. */
export const settleValue = (c: Context, v: Value): Value => mapExprs(v, (e) => settle(c, e))

/** Applies `f` to every expression in a value. */
export const mapExprs = (v: Value, f: (e: Expr) => Expr): Value => {
  switch (v.k) {
    case 'const':
    case 'state':
    case 'closure':
    case 'stale':
      return v
    case 'int':
    case 'bool':
    case 'enum':
      return { ...v, e: f(v.e) }
    case 'optional':
      return { ...v, present: f(v.present), of: mapExprs(v.of, f) }
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, mapExprs(x, f)])) }
    case 'list':
      return { ...v, items: v.items.map((item) => ({ present: f(item.present), value: mapExprs(item.value, f) })) }
    case 'set':
      return { ...v, members: v.members.map(f) }
    case 'union':
      return {
        ...v,
        at: f(v.at),
        variants: v.variants.map(([name, fields]) => [name, new Map([...fields].map(([n, x]) => [n, mapExprs(x, f)]))]),
      }
    case 'ref':
      return { ...v, place: { ...v.place, index: v.place.index.map(f) } }
    case 'iterator':
      return { ...v, over: mapExprs(v.over, f) }
    case 'method':
      return { ...v, receiver: mapExprs(v.receiver, f) }
    case 'match':
      return { ...v, subject: mapExprs(v.subject, f), arms: v.arms.map((arm) => ({ ...arm, condition: f(arm.condition) })) }
  }
}

/** The number of a way for a step to fail; one per kind, place and message. */
export const failureAt = (c: Context, kind: Failure['kind'], at: Span, message: string): number => {
  const key = `${kind}:${at.file}:${at.start}:${at.end}:${message}`
  const found = c.failureIds.get(key)
  if (found !== undefined) return found
  const id = c.failures.length
  c.failures.push({ id, kind, message, at })
  c.failureIds.set(key, id)
  return id
}

export const branchAt = (c: Context, at: Span, text: string): number => {
  const key = `${at.file}:${at.start}:${text}`
  const found = c.branchIds.get(key)
  if (found !== undefined) return found
  const id = c.branches.length
  c.branches.push({ id, text, at })
  c.branchIds.set(key, id)
  return id
}

/** Says in a step's code that this arm is taken; properties and conditions have no coverage. */
export const cover = (c: Context, at: Span, text: string): void => {
  if (c.purpose === 'step') emit(c, { op: 'cover', branch: branchAt(c, at, text) })
}

/** The step fails here unless the condition holds. */
export const check = (c: Context, condition: Expr, kind: Failure['kind'], at: Span, message: string): void => {
  if (condition.op === 'const' && condition.value !== 0) return
  emit(c, { op: 'check', condition, failure: failureAt(c, kind, at, message) })
}

/** Enters the variables of a type under a name; gives their numbers, leaf by leaf. */
export const declareVariables = (c: Context, name: string, type: Type, role: VariableRole): number[] =>
  leaves(type).map(({ suffix, lo, hi, dims, values }) => {
    const id = c.variables.length
    if (c.variableIds.has(`${name}${suffix}`))
      throw new DiagnosticError(
        'MC014',
        `two parts of '${name}' would both be called '${name}${suffix}'`,
        'put a record between a queue and a queue in it, or an optional and an optional in it: queue(2, record({ items: queue(3, bool) }))',
        null,
      )
    c.variables.push({ id, name: `${name}${suffix}`, lo, hi, dims, role, ...(values === undefined ? {} : { values }) })
    c.variableIds.set(`${name}${suffix}`, id)
    return id
  })

export const variableOf = (c: Context, place: Place, leaf: Leaf): Variable => {
  const id = c.variableIds.get(`${place.name}${leaf.suffix}`)
  const v = id === undefined ? undefined : c.variables[id]
  if (v === undefined) throw new Error(`no variable '${place.name}${leaf.suffix}'`)
  return v
}

export const cellValue = (c: Context, cell: Cell): Value | undefined => c.cells.get(cell.id)

export const setCell = (c: Context, cell: Cell, value: Value): void => {
  const cells = new Map(c.cells)
  cells.set(cell.id, value)
  c.cells = cells
}

/** A load of the state, executed here. */
export const read = (c: Context, load: Read['load']): Expr => {
  const reads = c.reads.get(c.out)
  if (reads === undefined) c.reads.set(c.out, [{ at: c.out.length, load }])
  else reads.push({ at: c.out.length, load })
  return load
}

/** The reads of a list whose statements have been appended to another, or inserted into it at a position. */
const moveReads = (c: Context, from: readonly Stmt[], to: readonly Stmt[], position: number): void => {
  const moved = c.reads.get(from) ?? []
  c.reads.delete(from)
  const before = c.reads.get(to) ?? []
  if (moved.length + before.length > 0)
    c.reads.set(to, [
      ...before.filter(({ at }) => at <= position),
      ...moved.map(({ at, load }) => ({ at: at + position, load })),
      ...before.filter(({ at }) => at > position).map(({ at, load }) => ({ at: at + from.length, load })),
    ])
}

/** Emits `body` into a list of its own. */
export const emitInto = <T>(c: Context, out: Stmt[], body: () => T): T => {
  const before = c.out
  c.out = out
  try {
    return body()
  } finally {
    c.out = before
    // What emits nothing is used as if it had been evaluated here.
    if (out.length === 0) moveReads(c, out, before, before.length)
  }
}

/** Emits `body` in front of the statement at a position of a list: before the jump with which it ends, say. */
export const insertInto = <T>(c: Context, list: Stmt[], position: number, body: () => T): T => {
  const before = c.out
  const out: Stmt[] = []
  c.out = out
  const result = body()
  c.out = before
  moveReads(c, out, list, position)
  list.splice(position, 0, ...out)
  return result
}

/** Appends a list that has been emitted on its own. */
export const append = (c: Context, out: readonly Stmt[]): void => {
  moveReads(c, out, c.out, c.out.length)
  for (const stmt of out) emit(c, stmt)
}

export const close = (block: OpenBlock): Block => {
  if (block.end === null) throw new Error('a step without an end')
  return { body: block.body, end: block.end }
}
