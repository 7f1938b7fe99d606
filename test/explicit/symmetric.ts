/** Random systems with members that do the same: rules or processes, and variables about members, in all their uses. */
import type { Block, Expr, Stmt, System } from '../../src/ir/system.ts'
import { add, and, builder, check, choose, eq, finish, frame, goto, ifThen, load, lt, ne, not, or, store, temp, value, when } from './ir.ts'
import { randomness } from './random.ts'

/** Member 0 does, or is asked for, something that the others are not. */
export type Favour = 'nobody' | 'a step' | 'a property' | 'an initial state'

/** What a step of member `self` may speak of, with another member at hand. */
type Says<T> = (self: Expr, other: Expr) => T

export const symmetricSystem = (seed: number, favour: Favour = 'nobody'): System => {
  const { below, pick, chance } = randomness(seed)
  const n = pick([2, 2, 3, 3, 4])
  const b = builder(`symmetric ${seed}`)
  const most = 1 + below(2)
  const small = b.global('small', 0, most, [n])
  const pairs = b.global('pairs', 0, 1, n < 4 ? [n, n] : [n, 1])
  const points = b.global('points', 0, n - 1, [n])
  const owned = b.global('owner?', 0, 1)
  const owner = b.global('owner', 0, n - 1)
  const count = b.global('count', 0, 2)
  const failure = b.failure('assert', 'a')
  const members = Array.from({ length: n }, (_, i) => i)
  let temps = 0

  const pair = (a: Expr, c: Expr): Expr => (n < 4 ? load(pairs, a, c) : load(pairs, a, 0))
  const [one, two] = [below(most + 1), 1 + below(2)]
  const atoms: readonly Says<Expr>[] = [
    (self) => eq(load(small, self), one),
    (_, other) => eq(load(small, other), most),
    (self, other) => pair(self, other),
    (self, other) => not(pair(other, self)),
    (self, other) => eq(load(points, self), other),
    (self, other) => ne(load(points, other), load(points, self)),
    (self) => and(load(owned), eq(load(owner), self)),
    () => not(load(owned)),
    () => lt(load(count), two),
    (self, other) => ne(self, other),
    (self) => eq(load(small, load(points, self)), 0),
  ]
  /** Drawn once for all members. */
  const condition = (depth: number): Says<Expr> => {
    if (depth === 0 || chance(50)) return pick(atoms)
    const [x, y] = [condition(depth - 1), condition(depth - 1)]
    return chance(50) ? (self, other) => and(x(self, other), y(self, other)) : (self, other) => or(x(self, other), y(self, other))
  }
  const effects: readonly (() => Says<Stmt[]>)[] = [
    () => {
      const to = below(most + 1)
      return (self) => [store(small, [self], to)]
    },
    () => {
      const to = below(most + 1)
      return (_, other) => [store(small, [other], to)]
    },
    () => {
      const to = below(2)
      return (self, other) => (n < 4 ? [store(pairs, [self, other], to)] : [store(pairs, [other, value(0)], to)])
    },
    () => (self, other) => [store(points, [self], other)],
    () => (self, other) => [store(points, [other], load(points, self))],
    () => (self) => [store(owned, [], 1), store(owner, [], self)],
    () => (_, other) => [store(owned, [], 1), store(owner, [], other)],
    () => () => [store(owned, [], 0), store(owner, [], 0)],
    () => {
      const to = below(3)
      return () => [store(count, [], to)]
    },
    () => {
      const asked = condition(1)
      return (self, other) => [check(asked(self, other), failure)]
    },
    () => {
      const asked = condition(1)
      const to = below(most + 1)
      return (self, other) => [ifThen(asked(self, other), [store(small, [self], to)], [store(small, [other], 0)])]
    },
  ]
  const body = (): Says<Stmt[]> => {
    const made = Array.from({ length: 1 + below(3) }, () => pick(effects)())
    return (self, other) => made.flatMap((one) => one(self, other))
  }
  /** Never happens: says that all these are about members. */
  const kin: Says<Stmt[]> = (self, other) => [
    ifThen(and(eq(load(count), 0), eq(load(count), 1)), [
      store(points, [self], other),
      store(owner, [], load(points, self)),
      store(small, [other], 0),
      ...(n < 4 ? [store(pairs, [self, other], 0)] : [store(pairs, [self, value(0)], 0)]),
    ]),
  ]
  const steps = Array.from({ length: 2 + below(2) }, () => ({ guard: condition(2), does: body() }))
  const [{ does: first }] = steps
  steps[0] = { ...steps[0], does: (self, other) => [...kin(self, other), ...first(self, other)] }
  const isProcess = chance(50)
  if (isProcess) {
    const moves = steps.map((_, i) => (i === steps.length - 1 ? pick([0, steps.length]) : i + 1))
    const keeps = steps.map(() => chance(60))
    for (const i of members)
      b.process(`m[${i}]`, (local) => {
        const kept = local('kept', 0, n - 1)
        const level = local('level', 0, 1)
        const bodies = steps.map(({ guard, does }, at): Block => {
          const t = temps++
          const isKept = at > 0 && keeps[at - 1]
          const other = isKept ? load(kept) : temp(t)
          const to = moves[at]
          const live = to > at && to < steps.length && keeps[at]
          const entries = live ? [frame(kept, other), frame(level, eq(load(small, other), 0))] : []
          const rest = when(guard(value(i), other), goto(to, entries, does(value(i), other)))
          return isKept ? rest : choose(t, n, rest)
        })
        return [...bodies, null]
      })
  } else
    for (const i of members)
      for (const [k, { guard, does }] of steps.entries()) {
        const t = temps++
        b.rule(`m[${i}]`, `s${k}`, choose(t, n, when(guard(value(i), temp(t)), finish(...does(value(i), temp(t))))))
      }
  const all = (f: Says<Expr>): Expr => members.flatMap((i) => members.map((j) => f(value(i), value(j)))).reduce((x, y) => and(x, y))
  const some = (f: Says<Expr>): Expr => members.flatMap((i) => members.map((j) => f(value(i), value(j)))).reduce((x, y) => or(x, y))
  b.property('every', 'always', all(condition(2)))
  b.property('one', 'sometimes', some(condition(2)))
  b.property(
    'sum',
    'bound',
    members.map((i): Expr => load(small, i)).reduce((x, y) => add(x, y)),
    [],
    n * most - 1,
  )
  if (favour === 'a property') b.property('first', 'always', eq(load(small, 0), 0))
  if (favour === 'a step') b.rule('m[0]', 'own', when(eq(load(count), 0), finish(store(small, [0], 1), store(count, [], 1))))
  const start: Stmt[] = members.map((i) => store(points, [i], i))
  if (favour === 'an initial state') start.push(store(small, [0], 1))
  const t = temps++
  const init: Block = chance(30) ? choose(t, n, finish(...start, store(owned, [], 1), store(owner, [], temp(t)))) : finish(...start)
  const made = b.build()
  return {
    ...made,
    init,
    temps,
    variables: made.variables.map((v) => ({
      ...v,
      ...(v.name === 'owner' ? { within: [{ variable: owned, there: { kind: 'where', value: 1 } as const }] } : {}),
    })),
    agents: made.agents.map((agent) => ({ ...agent, group: 'm', instance: Number(agent.name.slice(2, -1)) })),
  }
}
