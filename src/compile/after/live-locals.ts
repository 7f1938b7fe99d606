/**
 * Which locals of a process matter at which location. A local matters where its value can reach a condition, a check or
 * the state outside the process's frame; what only feeds itself does not. States that differ in other locals are one
 * state.
 */
import type { Block, End, Expr, Stmt } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'

/** Temps by number, variables by number + `variableBase`. */
type Live = ReadonlySet<number>
const variableBase = 2 ** 32

const uses = (e: Expr, isLocal: (variable: number) => boolean, live: Set<number>): void => {
  visitExpr(e, (x) => {
    if (x.op === 'temp') live.add(x.id)
    else if (x.op === 'load' && isLocal(x.variable)) live.add(x.variable + variableBase)
  })
}

/**
 * The locals that are alive at each location of a process, given the step at each (the final location has none).
 * Iterates backwards to the least fixed point; each round is linear in the code.
 */
export const liveLocals = (steps: readonly (Block | null)[], isLocal: (variable: number) => boolean): ReadonlySet<number>[] => {
  const alive: Set<number>[] = steps.map(() => new Set())
  for (let changed = true; changed; ) {
    changed = false
    steps.forEach((block, location) => {
      if (block === null) return
      const before = liveIn(block, alive, isLocal)
      for (const id of before)
        if (id >= variableBase && !alive[location]?.has(id - variableBase)) {
          alive[location]?.add(id - variableBase)
          changed = true
        }
    })
  }
  return alive
}

const liveIn = (block: Block, alive: readonly ReadonlySet<number>[], isLocal: (variable: number) => boolean): Live => {
  const atEnd = liveAtEnd(block.end, alive, isLocal)
  return through(block.body, atEnd, new Map(), isLocal).live
}

const liveAtEnd = (end: End, alive: readonly ReadonlySet<number>[], isLocal: (variable: number) => boolean): Live => {
  const live = new Set<number>()
  switch (end.op) {
    case 'goto':
      for (const entry of end.frame) if (alive[end.location]?.has(entry.variable)) uses(entry.value, isLocal, live)
      return live
    case 'branch': {
      for (const arm of [end.then, end.else]) for (const id of liveIn(arm, alive, isLocal)) live.add(id)
      uses(end.condition, isLocal, live)
      return live
    }
    case 'choose':
      for (const id of liveIn(end.rest, alive, isLocal)) live.add(id)
      live.delete(end.temp)
      return live
    case 'finish':
    case 'blocked':
    case 'fail':
      return live
  }
}

/** What is alive before some statements, given what is after them; and whether they do anything that matters then. */
const through = (
  body: readonly Stmt[],
  after: Live,
  exits: Map<number, Live>,
  isLocal: (variable: number) => boolean,
): { live: Set<number>; matters: boolean } => {
  let live = new Set(after)
  let matters = false
  for (let i = body.length - 1; i >= 0; i--) {
    const s = body[i]
    if (s === undefined) continue
    switch (s.op) {
      case 'set':
        if (live.has(s.temp)) {
          live.delete(s.temp)
          uses(s.value, isLocal, live)
          matters = true
        }
        break
      case 'store':
        for (const e of s.index) uses(e, isLocal, live)
        uses(s.value, isLocal, live)
        matters = true
        break
      case 'check':
        uses(s.condition, isLocal, live)
        matters = true
        break
      case 'if': {
        const then = through(s.then, live, exits, isLocal)
        const otherwise = through(s.else, live, exits, isLocal)
        if (!then.matters && !otherwise.matters) break
        for (const id of otherwise.live) then.live.add(id)
        live = then.live
        uses(s.condition, isLocal, live)
        matters = true
        break
      }
      case 'block': {
        exits.set(s.id, live)
        const inner = through(s.body, live, exits, isLocal)
        live = inner.live
        matters ||= inner.matters
        break
      }
      case 'exit':
        live = new Set(exits.get(s.id) ?? [])
        matters = true
        break
      case 'cover':
        // Coverage is reported: what decides it has to stay.
        matters = true
        break
    }
  }
  return { live, matters }
}

/** Removes assignments to temps that nothing reads, and conditionals that are left empty. */
export const sweep = (block: Block): Block => {
  const swept = sweepOnce(block)
  return countStmts(swept) === countStmts(block) ? swept : sweep(swept)
}

const countStmts = (block: Block): number => {
  const { end } = block
  const inEnd = end.op === 'branch' ? countStmts(end.then) + countStmts(end.else) : end.op === 'choose' ? countStmts(end.rest) : 0
  return countIn(block.body) + inEnd
}

const countIn = (body: readonly Stmt[]): number =>
  body.reduce((n, s) => n + 1 + (s.op === 'if' ? countIn(s.then) + countIn(s.else) : s.op === 'block' ? countIn(s.body) : 0), 0)

const sweepOnce = (block: Block): Block => {
  const read = new Set<number>()
  collectBlock(block, read)
  for (let size = -1; size !== read.size; ) {
    size = read.size
    collectSets(block, read)
  }
  return sweepBlock(block, read)
}

/** Reads that matter by themselves; those in assignments to temps count once the temp is read. */
const collectBlock = (block: Block, read: Set<number>): void => {
  collectStmts(block.body, read, false)
  const { end } = block
  switch (end.op) {
    case 'goto':
      for (const entry of end.frame) temps(entry.value, read)
      return
    case 'branch':
      temps(end.condition, read)
      collectBlock(end.then, read)
      collectBlock(end.else, read)
      return
    case 'choose':
      collectBlock(end.rest, read)
      return
    case 'finish':
    case 'blocked':
    case 'fail':
  }
}

const collectSets = (block: Block, read: Set<number>): void => {
  collectStmts(block.body, read, true)
  const { end } = block
  if (end.op === 'branch') {
    collectSets(end.then, read)
    collectSets(end.else, read)
  } else if (end.op === 'choose') collectSets(end.rest, read)
}

const collectStmts = (body: readonly Stmt[], read: Set<number>, sets: boolean): void => {
  for (const s of body) {
    switch (s.op) {
      case 'set':
        if (sets && read.has(s.temp)) temps(s.value, read)
        break
      case 'store':
        for (const e of s.index) temps(e, read)
        temps(s.value, read)
        break
      case 'check':
        temps(s.condition, read)
        break
      case 'if':
        temps(s.condition, read)
        collectStmts(s.then, read, sets)
        collectStmts(s.else, read, sets)
        break
      case 'block':
        collectStmts(s.body, read, sets)
        break
      case 'exit':
      case 'cover':
        break
    }
  }
}

const temps = (e: Expr, read: Set<number>): void => {
  visitExpr(e, (x) => {
    if (x.op === 'temp') read.add(x.id)
  })
}

const sweepBlock = (block: Block, read: ReadonlySet<number>): Block => {
  const { end } = block
  const body = sweepStmts(block.body, read)
  if (end.op === 'branch') return { body, end: { ...end, then: sweepBlock(end.then, read), else: sweepBlock(end.else, read) } }
  if (end.op === 'choose') return { body, end: { ...end, rest: sweepBlock(end.rest, read) } }
  return { body, end }
}

const sweepStmts = (body: readonly Stmt[], read: ReadonlySet<number>): Stmt[] =>
  body.flatMap((s): Stmt[] => {
    switch (s.op) {
      case 'set':
        return read.has(s.temp) ? [s] : []
      case 'if': {
        const then = sweepStmts(s.then, read)
        const otherwise = sweepStmts(s.else, read)
        return then.length === 0 && otherwise.length === 0 ? [] : [{ ...s, then, else: otherwise }]
      }
      case 'block': {
        const inner = sweepStmts(s.body, read)
        return inner.length === 0 || (inner.length === 1 && inner[0]?.op === 'exit' && inner[0].id === s.id) ? [] : [{ ...s, body: inner }]
      }
      default:
        return [s]
    }
  })

/** The same for a property's code. */
export const sweepQuery = (body: readonly Stmt[], value: Expr): Stmt[] => {
  const swept = sweepQueryOnce(body, value)
  return countIn(swept) === countIn(body) ? swept : sweepQuery(swept, value)
}

const sweepQueryOnce = (body: readonly Stmt[], value: Expr): Stmt[] => {
  const read = new Set<number>()
  temps(value, read)
  collectStmts(body, read, false)
  for (let size = -1; size !== read.size; ) {
    size = read.size
    collectStmts(body, read, true)
  }
  return sweepStmts(body, read)
}
