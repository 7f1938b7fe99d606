/**
 * Pins the text of the IR: what --dump-ir prints, and what the compiler makes of a small model with one of each kind of
 * step.
 */
import { array, bool, choose, each, ghost, index, model, optional, queue, until, when } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { printSystem } from '../../src/ir/printer.ts'
import { always } from '../../src/lang/index.ts'

const m = model({
  name: 'm',
  state: () => ({ owner: optional(index(2)), q: queue(2, index(3)), pte: array(2, bool), seen: ghost(array(2, bool)) }),
  processes: (_p) => ({
    cpu: each(2, function* (s, cpu) {
      yield until('lock', () => s.owner === null)
      s.owner = cpu
      yield 'choose'
      const at = yield* choose(2)
      if (s.pte[at]) return
      yield 'set'
      s.pte[at] = true
      s.seen[at] = true
      s.owner = null
    }),
  }),
  rules: (_p) => ({
    evict: (s) => {
      when(s.q.length > 0)
      const entry = s.q.shift()
      if (entry < 2) s.pte[entry] = false
    },
  }),
})

test('a system as text', () => {
  const system = compile({
    model: m as never,
    params: {},
    properties: { p: always((s: { pte: boolean[] }) => s.pte.every((x) => !x)) as never },
  })
  const files = system.files.map((file) => ({ ...file, name: 'm.ts' }))
  expect(printSystem({ ...system, files }).replaceAll(/m\.ts:\d+/g, 'm.ts')).toMatchInlineSnapshot(`
    "system m

    global owner?: 0..1
    global owner: 0..1
    global q#len: 0..2
    global q[2]: 0..2
    global pte[2]: 0..1
    ghost seen[2]: 0..1
    location cpu[0].pc: 0..3
    local cpu[0].at: 0..1
    location cpu[1].pc: 0..3
    local cpu[1].at: 0..1

    init
      finish

    cpu[0] @0 'lock' (m.ts)
      branch !owner?
        owner? := 1
        owner := 0
        goto 1

    cpu[0] @1 'choose' (m.ts)
      choose t3 < 2
      branch pte[t3]
        cover 0
        goto 3
      else
        cover 1
        goto 2 with cpu[0].at = t3

    cpu[0] @2 'set' (m.ts) live: cpu[0].at
      t4 = cpu[0].at
      pte[t4] := 1
      t5 = cpu[0].at
      seen[t5] := 1
      owner? := 0
      owner := 0
      goto 3

    cpu[1] @0 'lock' (m.ts)
      branch !owner?
        owner? := 1
        owner := 1
        goto 1

    cpu[1] @1 'choose' (m.ts)
      choose t9 < 2
      branch pte[t9]
        cover 0
        goto 3
      else
        cover 1
        goto 2 with cpu[1].at = t9

    cpu[1] @2 'set' (m.ts) live: cpu[1].at
      t10 = cpu[1].at
      pte[t10] := 1
      t11 = cpu[1].at
      seen[t11] := 1
      owner? := 0
      owner := 0
      goto 3

    evict 'evict' (m.ts)
      branch q#len > 0
        t12 = q#len
        check t12 > 0 else range: s.q is empty: there is nothing to shift
        t13 = q[0]
        t14 = q[1]
        q#len := t12 - 1
        q[0] := t14
        q[1] := 0
        if t13 < 2
          cover 2
          pte[t13] := 0
        else
          cover 3
        finish

    always p (m.ts)
      t16 = pte[0]
      if !t16
        t17 = pte[1]
        t18 = !t17
      else
        t18 = 0
      t18
    "
  `)
})
