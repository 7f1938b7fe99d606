/**
 * Reads see what was there when they were executed. A value in the compiler's hands is an expression over loads, and
 * code that comes later may store to what they load: an operand to the left of a call that writes, an index of the
 * target of an assignment, the value of an assignment that is used again. Nothing that evaluates has to think of that.
 * Every load is noted where it was executed; when a step is compiled, the loads that are used behind a store to the
 * same place are moved into a temp there. All others stay where they are used, so code in which no order matters is no
 * larger.
 */
import { temp } from '../../ir/build.js'
import type { Block, End, Expr, Stmt } from '../../ir/system.js'
import { mapOperands, operands } from '../../ir/walk.js'
import type { Doing } from './code.js'
import type { Context } from './context.js'
import { newTemp } from './draft.js'

type Load = Extract<Expr, { op: 'load' }>

/** A load that is executed before the statement at position `at` of a list. */
export interface Read {
  readonly at: number
  readonly load: Load
  /** What it is a part of. */
  readonly doing: Doing | null
}

/** Compiles something that is executed as one; `forPeople` says of it afterwards whether it was for people alone. */
export const whileDoing = <T>({ code }: Context, compile: () => T, forPeople: (result: T) => boolean): T => {
  const around = code.doing
  const doing: Doing = { around, forPeople: false }
  code.doing = doing
  try {
    const result = compile()
    doing.forPeople = forPeople(result)
    return result
  } finally {
    code.doing = around
  }
}

/** Whether no CPU executes a read: something that it is a part of is for people alone. */
export const isForPeople = ({ doing }: Pick<Read, 'doing'>): boolean =>
  doing !== null && (doing.forPeople || isForPeople({ doing: doing.around }))

/** A load of the state, executed here. */
export const read = ({ code, way }: Context, load: Load): Expr => {
  const reads = code.reads.get(way.out)
  const executed: Read = { at: way.out.length, load, doing: code.doing }
  if (reads === undefined) code.reads.set(way.out, [executed])
  else reads.push(executed)
  return load
}

/** The reads of a list whose statements have been appended to another, or inserted into it at a position. */
export const moveReads = ({ code }: Context, from: readonly Stmt[], to: readonly Stmt[], position: number): void => {
  const moved = code.reads.get(from) ?? []
  code.reads.delete(from)
  const before = code.reads.get(to) ?? []
  if (moved.length + before.length > 0)
    code.reads.set(to, [
      ...before.filter(({ at }) => at <= position),
      ...moved.map((read) => ({ ...read, at: read.at + position })),
      ...before.filter(({ at }) => at > position).map((read) => ({ ...read, at: read.at + from.length })),
    ])
}

/**
 * The same step, in which every load gives what it gave where the author's code read it. Linear in the code, but for as
 * often as kept loads uncover others.
 */
export const keepReads = (c: Context, block: Block): Block => {
  const kept = new Map<Expr, number>()
  for (let found = -1; found < kept.size; ) {
    found = kept.size
    findOverwritten(c, block, kept)
  }
  return kept.size === 0 ? block : rewriteBlock(c, block, kept)
}

/** When each place was stored to last, on some way here: by variable, and by what is known of the element. */
type Stores = Map<string, number>

const anyElement = (variable: number): string => `${variable}`
const unknownElement = (variable: number): string => `${variable}[?]`
const elementOf = ({ variable, index }: { readonly variable: number; readonly index: readonly Expr[] }): string | null =>
  index.every((i) => i.op === 'const') ? `${variable}[${index.map((i) => (i.op === 'const' ? i.value : '?')).join()}]` : null

const noteStore = (stores: Stores, at: { readonly variable: number; readonly index: readonly Expr[] }, time: number): void => {
  stores.set(anyElement(at.variable), time)
  stores.set(elementOf(at) ?? unknownElement(at.variable), time)
}

const lastStore = (stores: Stores, load: Load): number => {
  const element = elementOf(load)
  return element === null
    ? (stores.get(anyElement(load.variable)) ?? -1)
    : Math.max(stores.get(unknownElement(load.variable)) ?? -1, stores.get(element) ?? -1)
}

/**
 * Gives a temp to each load that is used where its place may hold something else by now. A closure, as
 * `rewriteBlock` is: a walk over a step's statements and ends, whose parts share what it has found.
 */
const findOverwritten = (c: Context, step: Block, kept: Map<Expr, number>): void => {
  const executed = new Map<Expr, number>()
  let now = 0

  const use = (e: Expr, stores: Stores): void => {
    if (kept.has(e)) return
    if (e.op === 'load') {
      const since = executed.get(e)
      if (since !== undefined && lastStore(stores, e) > since) {
        kept.set(e, newTemp(c))
        return
      }
    }
    for (const x of operands(e)) use(x, stores)
  }
  const statements = (list: readonly Stmt[], stores: Stores): void => {
    const reads = c.code.reads.get(list) ?? []
    let next = 0
    const execute = (position: number): void => {
      for (let read = reads[next]; read !== undefined && read.at <= position; read = reads[++next]) {
        executed.set(read.load, now++)
        // A kept load is computed here, and so is what it is computed from.
        if (kept.has(read.load)) for (const i of read.load.index) use(i, stores)
      }
    }
    list.forEach((stmt, position) => {
      execute(position)
      statement(stmt, stores)
    })
    execute(list.length)
  }
  const statement = (stmt: Stmt, stores: Stores): void => {
    switch (stmt.op) {
      case 'set':
        return use(stmt.value, stores)
      case 'store':
        for (const i of stmt.index) use(i, stores)
        use(stmt.value, stores)
        return noteStore(stores, stmt, now++)
      case 'if': {
        use(stmt.condition, stores)
        const other = new Map(stores)
        statements(stmt.then, stores)
        statements(stmt.else, other)
        for (const [place, time] of other) stores.set(place, Math.max(time, stores.get(place) ?? -1))
        return
      }
      case 'block':
        return statements(stmt.body, stores)
      case 'check':
        return use(stmt.condition, stores)
      case 'exit':
      case 'cover':
    }
  }
  const end = (e: End, stores: Stores): void => {
    switch (e.op) {
      case 'goto':
        for (const { value } of e.frame) use(value, stores)
        return
      case 'branch':
        use(e.condition, stores)
        walk(e.then, new Map(stores))
        walk(e.else, stores)
        return
      case 'choose':
        return walk(e.rest, stores)
      case 'finish':
      case 'blocked':
      case 'fail':
    }
  }
  const walk = (b: Block, stores: Stores): void => {
    statements(b.body, stores)
    end(b.end, stores)
  }
  walk(step, new Map())
}

const rewriteBlock = (c: Context, step: Block, kept: ReadonlyMap<Expr, number>): Block => {
  const rewritten = new Map<Expr, Expr>()
  const expr = (e: Expr): Expr => {
    const id = kept.get(e)
    if (id !== undefined) return temp(id)
    const known = rewritten.get(e)
    if (known !== undefined) return known
    const result = mapOperands(e, expr)
    const ghost = c.draft.ghostReads.get(e)
    if (ghost !== undefined) c.draft.ghostReads.set(result, ghost)
    rewritten.set(e, result)
    return result
  }
  const statements = (list: readonly Stmt[]): Stmt[] => {
    const reads = c.code.reads.get(list) ?? []
    const out: Stmt[] = []
    let next = 0
    const execute = (position: number): void => {
      for (let read = reads[next]; read !== undefined && read.at <= position; read = reads[++next]) {
        const id = kept.get(read.load)
        if (id !== undefined) out.push({ op: 'set', temp: id, value: mapOperands(read.load, expr) })
      }
    }
    list.forEach((stmt, position) => {
      execute(position)
      out.push(statement(stmt))
    })
    execute(list.length)
    return out
  }
  const statement = (stmt: Stmt): Stmt => {
    switch (stmt.op) {
      case 'set':
        return { ...stmt, value: expr(stmt.value) }
      case 'store':
        return { ...stmt, index: stmt.index.map(expr), value: expr(stmt.value) }
      case 'if':
        return { ...stmt, condition: expr(stmt.condition), then: statements(stmt.then), else: statements(stmt.else) }
      case 'block':
        return { ...stmt, body: statements(stmt.body) }
      case 'check':
        return { ...stmt, condition: expr(stmt.condition) }
      case 'exit':
      case 'cover':
        return stmt
    }
  }
  const end = (e: End): End => {
    switch (e.op) {
      case 'goto':
        return { ...e, frame: e.frame.map((entry) => ({ ...entry, value: expr(entry.value) })) }
      case 'branch':
        return { ...e, condition: expr(e.condition), then: block(e.then), else: block(e.else) }
      case 'choose':
        return { ...e, rest: block(e.rest) }
      case 'finish':
      case 'blocked':
      case 'fail':
        return e
    }
  }
  const block = (b: Block): Block => ({ body: statements(b.body), end: end(b.end) })
  return block(step)
}
