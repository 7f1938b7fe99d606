/**
 * Which parts of a predicate decide whether a check in it is reached. Of all others is true what one expects: where the
 * predicate holds with several of them crossed out, it holds with each of them crossed out.
 */
import type { Crossable, Expr, Stmt } from './system.js'
import { operands } from './walk.js'

/** Bit i says it of part i. Linear in the code. */
export const partsBeforeChecks = ({ crossed, query }: Crossable): number => {
  const ofTemp = new Map<number, number>()
  let before = 0

  const partsIn = (e: Expr): number => {
    if (e.op === 'temp') return e.id === crossed ? -1 : (ofTemp.get(e.id) ?? 0)
    if (e.op === 'and' && e.a.op === 'temp' && e.a.id === crossed && e.b.op === 'const') return e.b.value
    return operands(e).reduce((parts, x) => parts | partsIn(x), 0)
  }
  /** @returns what decides whether control comes to what follows. */
  const run = (body: readonly Stmt[], deciding: number): number => {
    let here = deciding
    for (const s of body) {
      switch (s.op) {
        case 'set':
          ofTemp.set(s.temp, (ofTemp.get(s.temp) ?? 0) | partsIn(s.value) | here)
          break
        case 'if': {
          const inside = here | partsIn(s.condition)
          const after = run(s.then, inside) | run(s.else, inside)
          if (leaves(s.then) || leaves(s.else)) here |= after
          break
        }
        case 'block':
          here |= run(s.body, here)
          break
        case 'check':
          before |= here | partsIn(s.condition)
          break
        case 'store':
        case 'exit':
        case 'cover':
      }
    }
    return here
  }
  run(query.body, 0)
  return before
}

const leaves = (body: readonly Stmt[]): boolean =>
  body.some((s) => s.op === 'exit' || (s.op === 'if' && (leaves(s.then) || leaves(s.else))) || (s.op === 'block' && leaves(s.body)))
