import { array, choice, choose, each, flag, ghost, index, model, queue, range, record, size, oneOf, optional, union, set, until, properties, always, when } from '../../src/lang/index.ts'
const m = model({
  name: 'x',
  params: { cpus: size(2), f: flag(false), mode: choice(['a', 'b'], 'a') },
  state: (p) => ({
    pte: array(p.cpus, record({ P: range(0, 1), st: oneOf('x', 'y'), o: optional(index(2)) })),
    q: queue(2, record({ at: index(2) })),
    u: union('kind', { idle: {}, fault: { code: range(0, 3) } }),
    t: set(3), g: ghost(range(0, 2)), owner: optional(record({ a: index(2) })),
  }),
  init: (s, p) => { s.pte[0].P = p.cpus },
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      yield 'a'
      const i = yield* choose(p.cpus)
      const j = yield* choose(['q', 'r'])
      s.pte[i].st = 'x'
      const z: 'q' | 'r' = j
      void z
      // @ts-expect-error wrong enum
      s.pte[cpu].st = 'z'
      yield until('b', () => s.pte[0].o !== null)
      s.owner?.a.toFixed()
      if (s.u.kind === 'fault') s.u.code.toFixed()
      s.u = { kind: 'fault', code: 1 }
      const k = p.mode === 'a'
      void k
    }),
    single: function* (s) { yield 'x'; s.g = 1 },
  }),
  rules: (p) => ({
    w: each(p.cpus, { 'fill': function* (s, cpu) { const v = yield* choose(s.t); when(s.pte[v].P === cpu); s.g = 1 }, e(s, cpu) { when(s.t.has(cpu)) } }),
    one: (s) => { s.g = 2 },
    // @ts-expect-error no param of that name
    two: each(p.cpux, (s, i) => { s.pte[i].P = 1 }),
    three: each(p.cpus, (s, i) => { s.pte[i].P = 1 }),
  }),
  variants: { v1: { mode: 'b' } },
})
export default properties(m, { a: always((s, p) => s.pte.every((e) => e.P === 1) && p.mode === 'a') })
