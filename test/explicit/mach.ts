/** Mach's TLB shootdown (Black et al., ASPLOS 1989) as rules over global variables, written in IR by hand. */
import type { Block, Expr, Stmt, System } from '../../src/ir/system.ts'
import { add, and, branch, builder, choose, eq, finish, ifThen, load, ne, not, store, temp, when } from './ir.ts'

const names = 'B1 M2 M3 M5 I1 I2 I3 I4 I5 I6 I7 I8 I9 I11 I12 I14 I15 R1 R2 R3 R5 R6 R7 R8'.split(' ')
const at = Object.fromEntries(names.map((n, i) => [n, i]))

/** N CPUs, M pmaps, K values of a page entry. */
export const mach = (cpus: number, pmaps: number, values: number, mutation: 'none' | 'dropI9' | 'actBeforeR5' = 'none'): System => {
  const b = builder('mach')
  const pc = b.global('pc', 0, names.length - 1, [cpus])
  const upm = b.global('upm', 0, pmaps - 1, [cpus])
  const wpm = b.global('wpm', 0, pmaps - 1, [cpus])
  const cur = b.global('cur', 0, cpus - 1, [cpus])
  const todo = b.global('todo', 0, 1, [cpus, cpus])
  const tlb = b.global('tlb', 0, values - 1, [cpus])
  const alock = b.global('alock', 0, 1, [cpus])
  const aneed = b.global('aneed', 0, 1, [cpus])
  const act = b.global('act', 0, 1, [cpus], 1)
  const intr = b.global('intr', 0, 1, [cpus])
  const plock = b.global('plock', 0, 1, [pmaps])
  const pent = b.global('pent', 0, values - 1, [pmaps])
  const err = b.global('err', 0, 1)
  const all = [...Array(cpus).keys()]

  for (const p of all) {
    const rule = (from: string, label: string, rest: Block): void => {
      b.rule(`cpu[${p}]`, label, when(eq(load(pc, p), at[from]), rest))
    }
    const go = (to: string, ...body: Stmt[]): Block => finish(...body, store(pc, [p], at[to]))
    const errIf = (condition: Expr): Stmt => ifThen(condition, [store(err, [], 1)])
    const others = (): Stmt[] => all.map((q) => store(todo, [p, q], q === p ? 0 : ne(load(pc, q), at.B1)))
    const nothingToDo = all.map((q) => not(load(todo, p, q))).reduce((x, y) => and(x, y))
    const u = load(upm, p)
    const w = load(wpm, p)
    const c = load(cur, p)

    rule(
      'B1',
      'B1',
      choose(0, pmaps, when(not(load(plock, temp(0))), go('M2', store(upm, [p], temp(0)), store(tlb, [p], load(pent, temp(0)))))),
    )
    rule('M2', 'M2', go('M3', errIf(ne(load(tlb, p), load(pent, u)))))
    rule('M3', 'M3 initiate', go('I1'))
    rule('M3', 'M3 go on', go('M5'))
    rule('M5', 'M5', branch(load(intr, p), go('R1', store(intr, [p], 0)), go('M2', store(intr, [p], 0))))
    rule('I1', 'I1', choose(0, pmaps, go('I2', store(act, [p], 0), store(wpm, [p], temp(0)))))
    rule('I2', 'I2', when(not(load(plock, w)), go('I3', store(plock, [w], 1), ...others())))
    rule('I3', 'I3', choose(0, cpus, when(load(todo, p, temp(0)), go('I4', store(cur, [p], temp(0)), store(todo, [p, temp(0)], 0)))))
    rule('I3', 'I3x', when(nothingToDo, go(mutation === 'dropI9' ? 'I11' : 'I9', ...(mutation === 'dropI9' ? [] : others()))))
    rule('I4', 'I4', branch(eq(load(upm, c), w), go('I5'), go('I3')))
    rule('I5', 'I5', when(not(load(alock, c)), go('I6', store(alock, [c], 1))))
    rule('I6', 'I6', go('I7', store(aneed, [c], 1)))
    rule('I7', 'I7', go('I8', errIf(not(load(alock, c))), store(alock, [c], 0)))
    rule('I8', 'I8', go('I3', store(intr, [c], 1)))
    // The published counts take the two conditions of I9 as two ways: where both hold, there are two transitions.
    const drop = (condition: Expr): Block =>
      choose(0, cpus, when(load(todo, p, temp(0)), when(condition, finish(store(todo, [p, temp(0)], 0)))))
    rule('I9', 'I9 inactive', drop(not(load(act, temp(0)))))
    rule('I9', 'I9 elsewhere', drop(ne(load(upm, temp(0)), w)))
    rule('I9', 'I9x', when(nothingToDo, go('I11')))
    rule('I11', 'I11', choose(0, values, go('I12', store(pent, [w], temp(0)))))
    rule('I12', 'I12', go('I14', ifThen(eq(u, w), [store(tlb, [p], load(pent, w))])))
    rule('I14', 'I14', go('I15', errIf(not(load(plock, w))), store(plock, [w], 0)))
    rule('I15', 'I15', go('M5', store(act, [p], 1)))
    rule('R1', 'R1', branch(load(aneed, p), go('R2'), go('M2')))
    rule('R2', 'R2', go('R3', store(act, [p], 0)))
    rule(
      'R3',
      'R3',
      when(
        not(load(plock, u)),
        go('R5', errIf(load(alock, p)), store(alock, [p], 1), ...(mutation === 'actBeforeR5' ? [store(act, [p], 1)] : [])),
      ),
    )
    rule('R5', 'R5', go('R6', store(tlb, [p], load(pent, u))))
    rule('R6', 'R6', go('R7', store(aneed, [p], 0)))
    rule('R7', 'R7', go('R8', errIf(not(load(alock, p))), store(alock, [p], 0)))
    rule('R8', 'R8', go('R1', store(act, [p], 1)))
  }
  b.property('noError', 'always', not(load(err)))
  b.property('respond', 'sometimes', eq(load(pc, 0), at.R8))
  b.property(
    'locked',
    'bound',
    all.map((p) => load(alock, p)).reduce((x, y) => add(x, y)),
    [],
    cpus,
  )
  const system = b.build()
  // cur[p] is p at first.
  return { ...system, init: finish(...all.map((p) => store(cur, [p], p))) }
}
