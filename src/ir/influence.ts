/** What can influence the answers: what properties and assertions read, and what that is computed from. */
import { at } from '../at.js'
import { queryReads } from './access.js'
import { type Block, type Expr, queriesOf, type Stmt, type System } from './system.js'
import { visitExpr } from './walk.js'

/** A variable or a temp. */
type Source = `v${number}` | `t${number}`

/**
 * Numbers of variables. Ways that a step does not take because of one, and checks of ranges, count only for what is
 * computed and asserted on them.
 */
export const influential = (system: System): ReadonlySet<number> => {
  const { sources, asserted } = flowOf(system)
  const open: Source[] = [...queriesOf(system).flatMap((query) => [...queryReads(query)].map((id) => `v${id}` as const)), ...asserted]
  const found = new Set<Source>()
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    if (found.has(source)) continue
    found.add(source)
    open.push(...(sources.get(source) ?? []))
  }
  return new Set(system.variables.flatMap(({ id }) => (found.has(`v${id}`) ? [id] : [])))
}

interface Flow {
  /** What each is computed from, and what decides whether it is. */
  readonly sources: ReadonlyMap<Source, ReadonlySet<Source>>
  readonly asserted: ReadonlySet<Source>
}

const flowOf = ({ steps, init, failures }: System): Flow => {
  const sources = new Map<Source, Set<Source>>()
  const asserted = new Set<Source>()
  const flow = (into: Source, from: Iterable<Source>): void => {
    const known = sources.get(into) ?? new Set()
    sources.set(into, known)
    for (const source of from) known.add(source)
  }

  /** @returns what decides whether what follows is executed. */
  const runBody = (body: readonly Stmt[], deciding: readonly Source[]): readonly Source[] => {
    let here = deciding
    for (const s of body) {
      switch (s.op) {
        case 'set':
          flow(`t${s.temp}`, [...readsOf(s.value), ...here])
          break
        case 'store':
          flow(`v${s.variable}`, [...s.index.flatMap(readsOf), ...readsOf(s.value), ...here])
          break
        case 'if': {
          const inside = [...here, ...readsOf(s.condition)]
          const after = [...runBody(s.then, inside), ...runBody(s.else, inside)]
          if (leaves(s.then) || leaves(s.else)) here = [...new Set(after)]
          break
        }
        case 'block':
          here = runBody(s.body, here)
          break
        case 'check':
          if (at(failures, s.failure).kind === 'assert') for (const source of [...readsOf(s.condition), ...here]) asserted.add(source)
          break
        case 'exit':
        case 'cover':
      }
    }
    return here
  }

  const runBlock = ({ body, end }: Block, deciding: readonly Source[]): void => {
    const here = runBody(body, deciding)
    switch (end.op) {
      case 'goto':
        for (const { variable, value } of end.frame) flow(`v${variable}`, [...readsOf(value), ...here])
        return
      case 'branch': {
        const inside = [...here, ...readsOf(end.condition)]
        runBlock(end.then, inside)
        return runBlock(end.else, inside)
      }
      case 'choose':
        return runBlock(end.rest, here)
      case 'fail':
        if (at(failures, end.failure).kind === 'assert') for (const source of here) asserted.add(source)
        return
      case 'finish':
      case 'blocked':
    }
  }

  for (const block of [init, ...steps.map(({ body }) => body)]) runBlock(block, [])
  return { sources, asserted }
}

const readsOf = (e: Expr): Source[] => {
  const found: Source[] = []
  visitExpr(e, (x) => {
    if (x.op === 'load') found.push(`v${x.variable}`)
    else if (x.op === 'temp') found.push(`t${x.id}`)
  })
  return found
}

const leaves = (body: readonly Stmt[]): boolean =>
  body.some((s) => s.op === 'exit' || (s.op === 'if' && (leaves(s.then) || leaves(s.else))) || (s.op === 'block' && leaves(s.body)))
