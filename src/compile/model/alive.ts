/** What of the variables is alive: nothing else takes room in a state, so they are numbered anew. */
import type { Block, Expr, Query, Stmt, Variable } from '../../ir/system.js'
import { mapBlock, mapLoads, mapStmt } from '../../ir/walk.js'
import type { CompiledAgents } from '../step/agents.js'

/** The variables that are kept, and what is said in their new numbers. */
export interface Alive {
  readonly variables: Variable[]
  /** The new number of a variable. @throws where it is dead, which is a bug of ours. */
  readonly keep: (id: number) => number
  readonly block: (b: Block) => Block
  readonly query: (q: Query) => Query
}

/** Locals that are alive nowhere take no room in a state, nor do params that nothing reads. */
export const aliveOf = (variables: readonly Variable[], agents: CompiledAgents, read: ReadonlySet<number>): Alive => {
  const alive = new Set(agents.processes.flatMap((process) => process.locations.flatMap((l) => l.live.map((x) => x.variable))))
  const numbers = new Map<number, number>()
  const kept: Variable[] = []
  for (const v of variables) {
    if (v.role.kind === 'local' && !alive.has(v.id)) continue
    if (v.role.kind === 'param' && !read.has(v.id)) continue
    numbers.set(v.id, kept.length)
    kept.push({ ...v, id: kept.length })
  }
  // What says whether something is there may be dead, where nobody asks any more.
  const renumbered = kept.map((v): Variable => {
    const within = v.within?.flatMap(({ variable, there }) => {
      const number = numbers.get(variable)
      return number === undefined ? [] : [{ variable: number, there }]
    })
    return within === undefined ? v : { ...v, within }
  })
  const keep = (id: number): number => {
    const number = numbers.get(id)
    if (number === undefined) throw new Error(`the local ${variables[id]?.name ?? id} is used although it is dead`)
    return number
  }
  const rewrite = (e: Expr): Expr => mapLoads(e, (load) => ({ ...load, variable: keep(load.variable) }))
  const loads = (b: Block): Block =>
    mapBlock(b, rewrite, (end) => ({ ...end, frame: end.frame.map((entry) => ({ ...entry, variable: keep(entry.variable) })) }))
  const stores = (b: Block): Block => ({ body: b.body.map((s) => renumberStores(s, keep)), end: storesInEnd(b.end, stores) })
  const stmt = (s: Stmt): Stmt => renumberStores(mapStmt(s, rewrite), keep)
  return {
    variables: renumbered,
    keep,
    block: (b) => stores(loads(b)),
    query: ({ body, value, at }) => ({ body: body.map(stmt), value: rewrite(value), at }),
  }
}

const renumberStores = (s: Stmt, keep: (id: number) => number): Stmt => {
  switch (s.op) {
    case 'store':
      return { ...s, variable: keep(s.variable) }
    case 'if':
      return { ...s, then: s.then.map((x) => renumberStores(x, keep)), else: s.else.map((x) => renumberStores(x, keep)) }
    case 'block':
      return { ...s, body: s.body.map((x) => renumberStores(x, keep)) }
    default:
      return s
  }
}

const storesInEnd = (end: Block['end'], stores: (b: Block) => Block): Block['end'] => {
  if (end.op === 'branch') return { ...end, then: stores(end.then), else: stores(end.else) }
  if (end.op === 'choose') return { ...end, rest: stores(end.rest) }
  return end
}
