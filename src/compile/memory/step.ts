/** A process's step under total store order: stores go to the CPU's buffer, and loads see what is in it. */
import { binary, constant, eq, load, one, temp, zero } from '../../ir/build.js'
import type { Block, End, Expr, Stmt } from '../../ir/system.js'
import { mapBlock, mapLoads } from '../../ir/walk.js'
import { type Buffers, forwarded, isEmpty, type OwnBuffer } from './buffers.js'

/** What numbers code anew. */
export interface Numbers {
  readonly temp: () => number
  readonly block: () => number
}

/** A step that waits until the CPU's buffer is empty. */
export const waiting = (step: Block, buffers: Buffers, cpu: number): Block => ({
  body: [],
  end: { op: 'branch', condition: isEmpty(buffers, cpu), then: step, else: blocked },
})

const blocked: Block = { body: [], end: { op: 'blocked' } }

/** A step with no locked instruction: ways on which there is no room for a store are not enabled. */
export const buffered = (
  step: Block,
  buffers: OwnBuffer,
  cpu: number,
  isWordStore: (block: number) => boolean,
  numbers: Numbers,
): Block => {
  const seen = mapBlock(step, (e) => mapLoads(e, (l) => forwarded(buffers, cpu, l)))

  const statements = (list: readonly Stmt[], full: Full): Stmt[] => list.flatMap((stmt) => statement(stmt, full))
  const statement = (stmt: Stmt, full: Full): Stmt[] => {
    switch (stmt.op) {
      case 'if':
        return [{ ...stmt, then: statements(stmt.then, full), else: statements(stmt.else, full) }]
      case 'block':
        return isWordStore(stmt.id) ? push(stmt.body, full) : [{ ...stmt, body: statements(stmt.body, full) }]
      default:
        return [stmt]
    }
  }
  const push = (stores: readonly Stmt[], full: Full): Stmt[] => {
    const { length, capacity } = buffers
    const at = numbers.temp()
    const first = stores.find((stmt) => stmt.op === 'store')
    const word = first === undefined ? null : buffers.wordOf(first.variable)
    if (first === undefined || word === null) throw new Error('a store of a word that stores nothing')
    const entry = (part: number, index: readonly Expr[], value: Expr): Stmt => ({
      op: 'store',
      variable: part,
      index: [constant(cpu), temp(at), ...index],
      value,
      at: first.at,
    })
    return [
      { op: 'set', temp: at, value: load(length.id, [constant(cpu)]) },
      { op: 'if', condition: binary('lt', temp(at), constant(capacity)), then: [], else: full.leave() },
      ...buffers.address(word.of, first.index.slice(0, word.of.dims.length)).map(({ part, value }) => entry(part.id, [], value)),
      ...stores.map((stmt): Stmt => {
        const part = stmt.op === 'store' ? buffers.wordOf(stmt.variable)?.part : undefined
        return stmt.op === 'store' && part !== undefined ? entry(part.id, stmt.index.slice(word.of.dims.length), stmt.value) : stmt
      }),
      { op: 'store', variable: length.id, index: [constant(cpu)], value: binary('add', temp(at), one), at: first.at },
    ]
  }
  const end = (e: End): End => {
    if (e.op === 'branch') return { ...e, then: block(e.then), else: block(e.else) }
    return e.op === 'choose' ? { ...e, rest: block(e.rest) } : e
  }
  const block = (b: Block): Block => {
    const full = createFull(numbers)
    const body = statements(b.body, full)
    return full.isAsked() ? full.around(body, end(b.end)) : { body, end: end(b.end) }
  }
  return block(seen)
}

/** What becomes of statements that find the buffer full: they are left, and the way is not enabled. */
interface Full {
  /** Statements that leave. */
  readonly leave: () => Stmt[]
  readonly isAsked: () => boolean
  readonly around: (body: readonly Stmt[], end: End) => Block
}

const createFull = (numbers: Numbers): Full => {
  let made: { readonly flag: number; readonly block: number } | null = null
  const get = (): { readonly flag: number; readonly block: number } => {
    made ??= { flag: numbers.temp(), block: numbers.block() }
    return made
  }
  return {
    leave: () => [
      { op: 'set', temp: get().flag, value: one },
      { op: 'exit', id: get().block },
    ],
    isAsked: () => made !== null,
    around: (body, end) => ({
      body: [
        { op: 'set', temp: get().flag, value: zero },
        { op: 'block', id: get().block, body },
      ],
      end: { op: 'branch', condition: eq(temp(get().flag), zero), then: { body: [], end }, else: blocked },
    }),
  }
}
