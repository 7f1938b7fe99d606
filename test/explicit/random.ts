/** Random systems, built directly in the IR: well formed, and otherwise as odd as the IR allows. */
import type { BinaryOp, Block, Expr, FrameEntry, Stmt, System } from '../../src/ir/system.ts'
import { elements } from '../../src/ir/system.ts'
import { assign, builder, check, choose, cover, eq, load, rem, store, temp, value } from './ir.ts'

/** A small generator of pseudo-random numbers (mulberry32). */
export const randomness = (seed: number) => {
  let a = seed | 0
  const next = (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (n: number): number => next() % n
  return {
    next,
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)],
    chance: (percent: number): boolean => below(100) < percent,
  }
}

const operators: readonly BinaryOp[] = [
  ...(['add', 'sub', 'mul', 'div', 'rem', 'and', 'or', 'xor', 'shl', 'shr'] as const),
  ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'min', 'max'] as const),
]

/** A system from a seed; `size` from 1 says how much of everything there is. */
export const randomSystem = (seed: number, size: number): System => {
  const { below, pick, chance } = randomness(seed)
  const b = builder(`random ${seed} ${size}`)
  const wide = chance(25)
  const interval = (): [number, number] => {
    const lo = pick([0, 0, 0, -3, 5, -1])
    const span = pick([1, 1, 1, 2, 3, 6, 7, 0])
    return chance(3) ? [-(2 ** 31), 2 ** 31 - 1] : chance(5) ? [0, 2 ** 31 - 1] : [lo, lo + span]
  }
  const shape = (): number[] => pick(wide ? [[], [70], [9, 8], [33], [3]] : [[], [], [2], [3], [5], [2, 3]])
  const globals: number[] = []
  for (let i = 0; i < 1 + below(2 + size); i++) {
    const [lo, hi] = interval()
    globals.push(b.global(`g${i}`, lo, hi, hi - lo > 100 ? pick([[], [3]]) : shape(), lo + (chance(30) && hi > lo ? 1 : 0)))
  }
  const branches = [b.branch(), b.branch(), b.branch()]
  const failures = [b.failure('assert', 'a'), b.failure('range', 'r'), b.failure('range', 's')]
  const system = b.build()
  const { variables } = system
  let temps = 0
  let labels = 0

  interface Scope {
    readonly readable: readonly number[]
    readonly temps: readonly number[]
    readonly stores: boolean
    readonly exits: readonly number[]
  }
  const indexOf = (s: Scope, variable: number, depth: number): Expr[] =>
    variables[variable].dims.map((n) => (chance(45) ? value(below(n)) : rem({ op: 'and', a: expr(s, depth - 1), b: value(1023) }, n)))
  const expr = (s: Scope, depth: number): Expr => {
    if (depth <= 0 || chance(20)) {
      if (s.temps.length > 0 && chance(35)) return temp(pick(s.temps))
      if (s.readable.length > 0 && chance(60)) {
        const v = pick(s.readable)
        return load(v, ...indexOf(s, v, 0))
      }
      return value(chance(5) ? (pick([2 ** 31 - 1, -(2 ** 31), -1]) as number) : below(8) - 2)
    }
    if (s.readable.length > 0 && chance(35)) {
      const v = pick(s.readable)
      return load(v, ...indexOf(s, v, depth))
    }
    if (chance(10)) return { op: 'not', a: expr(s, depth - 1) }
    if (chance(10)) return { op: 'select', condition: expr(s, depth - 1), a: expr(s, depth - 1), b: expr(s, depth - 1) }
    return { op: pick(operators), a: expr(s, depth - 1), b: expr(s, depth - 1) }
  }
  const fitting = (s: Scope, variable: number): Expr => {
    const { lo, hi } = variables[variable]
    if (hi - lo > 2 ** 20) return chance(60) ? value(pick([lo, hi, lo + 1])) : { op: 'max', a: expr(s, 2), b: value(lo) }
    if (chance(25)) return value(lo + below(hi - lo + 1))
    const e = expr(s, 2)
    if (chance(50)) return { op: 'min', a: value(hi), b: { op: 'max', a: value(lo), b: e } }
    return { op: 'add', a: value(lo), b: rem({ op: 'and', a: e, b: value(0xffff) }, hi - lo + 1) }
  }
  const statement = (s: Scope, depth: number): { stmt: Stmt; scope: Scope } => {
    const kind = below(100)
    if (kind < 25) {
      const t = s.temps.length > 0 && chance(30) ? pick(s.temps) : temps++
      return { stmt: assign(t, expr(s, 2)), scope: { ...s, temps: s.temps.includes(t) ? s.temps : [...s.temps, t] } }
    }
    if (kind < 65 && s.stores && s.readable.length > 0) {
      const v = pick(s.readable)
      return { stmt: store(v, indexOf(s, v, 1), fitting(s, v)), scope: s }
    }
    if (kind < 72) return { stmt: cover(pick(branches)), scope: s }
    if (kind < 76) return { stmt: check({ op: 'ne', a: expr(s, 2), b: value(below(4)) }, pick(failures)), scope: s }
    if (kind < 80 && s.exits.length > 0) return { stmt: { op: 'exit', id: pick(s.exits) }, scope: s }
    if (depth <= 0) return { stmt: cover(pick(branches)), scope: s }
    if (kind < 90) {
      const id = labels++
      return { stmt: { op: 'block', id, body: body({ ...s, exits: [...s.exits, id] }, depth - 1).stmts }, scope: s }
    }
    return {
      stmt: { op: 'if', condition: expr(s, 2), then: body(s, depth - 1).stmts, else: chance(60) ? body(s, depth - 1).stmts : [] },
      scope: s,
    }
  }
  const body = (s: Scope, depth: number): { stmts: Stmt[]; scope: Scope } => {
    const stmts: Stmt[] = []
    let scope = s
    for (let n = below(1 + Math.min(4, size)); n > 0; n--) {
      const made = statement(scope, depth)
      stmts.push(made.stmt)
      scope = made.scope
    }
    return { stmts, scope }
  }
  const blockOf = (s: Scope, depth: number, leaf: (s: Scope) => Block): Block => {
    const { stmts, scope } = chance(60) ? body(s, 2) : { stmts: [], scope: s }
    const kind = depth <= 0 ? 99 : below(100)
    if (kind < 25)
      return {
        body: stmts,
        end: {
          op: 'branch',
          condition: expr(scope, 2),
          then: blockOf(scope, depth - 1, leaf),
          else: chance(40) ? { body: [], end: { op: 'blocked' } } : blockOf(scope, depth - 1, leaf),
        },
      }
    if (kind < 45) {
      const t = scope.temps.length > 0 && chance(20) ? pick(scope.temps) : temps++
      const inner = scope.temps.includes(t) ? scope : { ...scope, temps: [...scope.temps, t] }
      return { ...choose(t, pick([0, 1, 2, 3, 3, 12]), blockOf(inner, depth - 1, leaf)), body: stmts }
    }
    if (kind < 48) return { body: stmts, end: { op: 'blocked' } }
    if (kind < 51) return { body: stmts, end: { op: 'fail', failure: pick(failures) } }
    const last = leaf(scope)
    return { ...last, body: [...stmts, ...last.body] }
  }
  const anything: Scope = { readable: globals, temps: [], stores: true, exits: [] }

  for (let p = 0; p < below(3); p++)
    b.process(`p${p}`, (local) => {
      const locals = Array.from({ length: below(4) }, (_, i) => {
        const [lo, hi] = interval()
        return local(`l${i}`, lo, hi, chance(20) ? [3] : [])
      })
      const count = 2 + below(3)
      const live = Array.from({ length: count }, (_, i) => (i === 0 ? [] : locals.filter(() => chance(50))))
      const moveTo = (s: Scope): Block => {
        const to = below(count)
        const frame = live[to].flatMap((v) =>
          Array.from({ length: elements(variables[v]) }, (_, element): FrameEntry => {
            const same = locals.filter((l) => variables[l].lo === variables[v].lo && variables[l].hi === variables[v].hi)
            const from = chance(40) ? v : pick(same)
            const at = chance(70) ? element % elements(variables[from]) : below(elements(variables[from]))
            return {
              variable: v,
              element,
              value: chance(60) ? load(from, ...(variables[from].dims.length > 0 ? [at] : [])) : fitting(s, v),
            }
          }),
        )
        return { body: [], end: { op: 'goto', location: to, frame } }
      }
      const scope: Scope = { ...anything, readable: [...globals, ...locals] }
      return Array.from({ length: count }, (_, i) => (i > 0 && chance(20) ? null : blockOf(scope, 3, moveTo)))
    })
  const selector = b.global('selector', 0, 5)
  globals.push(selector)
  const processesOnly = b.build().processes.length > 0 && chance(40)
  for (let r = processesOnly ? -1 : below(3); r >= 0; r--)
    for (let k = below(4) + below(size); k >= 0; k--) {
      const rest = blockOf(anything, 3, () => ({ body: [], end: { op: 'finish' } }))
      const other = variables.find((v) => v.lo === 0 && v.hi === 1 && v.dims.length === 0 && v.role.kind === 'global')
      const guard = chance(50) ? eq(load(selector), below(6)) : other !== undefined ? load(other.id) : eq(expr(anything, 1), 1)
      b.rule(`r${r}`, `k${k}`, {
        body: [],
        end: { op: 'branch', condition: guard, then: rest, else: { body: [], end: { op: 'blocked' } } },
      })
    }
  if (!processesOnly && chance(70))
    b.rule('turn', 'turn', {
      body: [store(selector, [], rem({ op: 'add', a: load(selector), b: value(1) }, 6))],
      end: { op: 'finish' },
    })
  const judging: Scope = { ...anything, stores: false }
  for (const kind of ['always', 'sometimes', 'bound', 'always', 'sometimes'] as const) {
    const { stmts, scope } = body(judging, 1)
    b.property(
      `${kind}${labels++}`,
      kind,
      kind === 'always' ? { op: 'ne', a: expr(scope, 3), b: value(below(6)) } : expr(scope, 3),
      stmts,
      kind === 'bound' ? below(5) : null,
    )
  }
  return {
    ...b.build(),
    init: chance(25) ? blockOf(anything, 2, () => ({ body: [], end: { op: 'finish' } })) : { body: [], end: { op: 'finish' } },
    deadlock: chance(80) ? 'violation' : 'allowed',
    temps,
  }
}
