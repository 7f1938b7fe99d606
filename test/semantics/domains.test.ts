import { array, bool, choose, ghost, ids, index, model, oneOf, optional, queue, range, record, set, size, union, when } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from './harness.ts'

describe('every domain: its initial value, and what it can hold', () => {
  test('initial values are those of the domains', async () => {
    const { states, transitions, depth } = await explore(
      model({
        name: 'm',
        state: () => ({
          b: bool,
          r: range(0, 3),
          around: range(-2, 2),
          positive: range(2, 5),
          i: index(3),
          id: ids(2),
          e: oneOf('x', 'y'),
          o: optional(range(2, 3)),
          rec: record({ p: bool, q: range(1, 2) }),
          a: array(2, range(0, 1)),
          fifo: queue(2, bool),
          t: set(3),
          u: union('kind', { idle: {}, busy: { left: range(1, 3) } }),
          g: ghost(range(3, 4)),
        }),
      }),
    )
    expect(states).toEqual(['b=false r=0 around=0 positive=2 i=0 id=0 e=x o=null rec={p:false q:1} a=[0,0] fifo=[] t={} u={kind:idle} g=3'])
    expect([transitions, depth]).toEqual([0, 0])
  })

  test('bool', async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ b: bool }),
        rules: () => ({
          flip: (s) => {
            s.b = !s.b
          },
        }),
      }),
    )
    expect(states).toEqual(['b=false', 'b=true'])
    expect(transitions).toBe(2)
  })

  test('range with a negative limit', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: range(-2, 1) }),
        rules: () => ({
          down: (s) => {
            when(s.x > -2)
            s.x = s.x - 1
          },
          up: (s) => {
            when(s.x < 1)
            s.x++
          },
        }),
      }),
    )
    expect(states).toEqual(['x=-1', 'x=-2', 'x=0', 'x=1'])
  })

  test('range that does not contain 0 starts at its lower limit', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: range(-5, -3), y: range(7, 8) }),
        rules: () => ({
          step: (s) => {
            when(s.x < -3)
            s.x += 2
            s.y += 1
          },
        }),
      }),
    )
    expect(states).toEqual(['x=-3 y=8', 'x=-5 y=7'])
  })

  test('a range of one value', async () => {
    const { states } = await explore(model({ name: 'm', state: () => ({ x: range(4, 4), y: range(0, 0) }) }))
    expect(states).toEqual(['x=4 y=0'])
  })

  test('oneOf', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ e: oneOf('red', 'green', 'blue') }),
        rules: () => ({
          next: (s) => {
            if (s.e === 'red') s.e = 'green'
            else if (s.e === 'green') s.e = 'blue'
            else s.e = 'red'
          },
        }),
      }),
    )
    expect(states).toEqual(['e=blue', 'e=green', 'e=red'])
  })

  test('one oneOf assigned from another with its values in another order', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ from: oneOf('a', 'b'), to: oneOf('b', 'c', 'a') }),
        init: function* (s) {
          s.from = yield* choose(['a', 'b'])
          s.to = s.from
        },
      }),
    )
    expect(states).toEqual(['from=a to=a', 'from=b to=b'])
  })

  test('optional integer: null and values are different', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(index(2)) }),
        rules: () => ({
          step: (s) => {
            if (s.o === null) s.o = 0
            else if (s.o === 0) s.o = 1
            else s.o = null
          },
        }),
      }),
    )
    expect(states).toEqual(['o=0', 'o=1', 'o=null'])
  })

  test('optional record: what it held before null is forgotten', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(record({ W: bool, n: range(0, 2) })), done: bool }),
        rules: () => ({
          fill: (s) => {
            when(s.o === null && !s.done)
            s.o = { W: true, n: 2 }
          },
          change: (s) => {
            when(s.o !== null && s.o.n === 2)
            s.o.n = 1
          },
          forget: (s) => {
            when(s.o !== null)
            s.o = null
            s.done = true
          },
        }),
      }),
    )
    expect(states).toEqual(['o=null done=false', 'o=null done=true', 'o={W:true n:1} done=false', 'o={W:true n:2} done=false'])
  })

  test('optional of an enum, and of a boolean', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ e: optional(oneOf('x', 'y')), b: optional(bool) }),
        init: function* (s) {
          const which = yield* choose(3)
          if (which === 1) s.e = 'y'
          if (which === 2) s.b = false
        },
      }),
    )
    expect(states).toEqual(['e=null b=false', 'e=null b=null', 'e=y b=null'])
  })

  test('records nest, and are assigned by copy', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: record({ in: record({ x: range(0, 3) }), y: bool }), b: record({ in: record({ x: range(0, 3) }), y: bool }) }),
        init: (s) => {
          s.a.in.x = 1
          s.a.y = true
          s.b = s.a
          s.a.in.x = 2
        },
      }),
    )
    expect(states).toEqual(['a={in:{x:2} y:true} b={in:{x:1} y:true}'])
  })

  test('a record inside a record is assigned by copy', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: record({ in: record({ x: range(0, 3), y: range(0, 3) }) }), b: record({ x: range(0, 3), y: range(0, 3) }) }),
        init: (s) => {
          s.b = { x: 1, y: 2 }
          s.a.in = s.b
          s.b.x = 3
        },
      }),
    )
    expect(states).toEqual(['a={in:{x:1 y:2}} b={x:3 y:2}'])
  })

  test('arrays of arrays', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ m: array(2, array(3, range(0, 9))) }),
        init: (s) => {
          for (let i = 0; i < 2; i++) for (let j = 0; j < 3; j++) s.m[i][j] = i * 3 + j
        },
      }),
    )
    expect(states).toEqual(['m=[[0,1,2],[3,4,5]]'])
  })

  test('arrays are assigned by copy', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, range(0, 3)), b: array(2, range(0, 3)) }),
        init: (s) => {
          s.a = [1, 2]
          s.b = s.a
          s.a[0] = 3
        },
      }),
    )
    expect(states).toEqual(['a=[3,2] b=[1,2]'])
  })

  test('an element at an index that is known only when the step runs', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(3, record({ v: range(0, 2) })), at: index(3) }),
        rules: () => ({
          move: (s) => {
            when(s.at < 2)
            s.a[s.at].v = s.at + 1
            s.at++
          },
        }),
      }),
    )
    expect(states).toEqual(['a=[{v:0},{v:0},{v:0}] at=0', 'a=[{v:1},{v:0},{v:0}] at=1', 'a=[{v:1},{v:2},{v:0}] at=2'])
  })

  test('a queue is first in, first out, and moves down', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(3, range(0, 3)), got: range(0, 3) }),
        processes: () => ({
          p: function* (s) {
            yield 'push'
            s.q.push(1)
            s.q.push(2)
            s.q.push(3)
            yield 'shift'
            s.got = s.q.shift()
            yield 'push again'
            s.q.push(0)
          },
        }),
      }),
    )
    expect(states).toEqual(['q=[1,2,3] got=0 | p@shift', 'q=[2,3,0] got=1 | p@-', 'q=[2,3] got=1 | p@push again', 'q=[] got=0 | p@push'])
  })

  test('slots that a queue has left do not distinguish states', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(2, range(0, 3)) }),
        rules: () => ({
          push: function* (s) {
            const value = yield* choose(4)
            when(s.q.length === 0)
            s.q.push(value)
          },
          shift: (s) => {
            when(s.q.length > 0)
            s.q.shift()
          },
        }),
      }),
    )
    expect(states).toEqual(['q=[0]', 'q=[1]', 'q=[2]', 'q=[3]', 'q=[]'])
  })

  test('queues of records; an element that was read is a copy', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(2, record({ at: index(2), v: range(0, 3) })), x: range(0, 3) }),
        init: (s) => {
          const update = { at: 1, v: 2 }
          s.q.push(update)
          s.q.push({ at: 0, v: 3 })
          const first = s.q[0]
          s.q.shift()
          s.x = first.v
        },
      }),
    )
    expect(states).toEqual(['q=[{at:0 v:3}] x=2'])
  })

  test('a queue is assigned whole from a list', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(3, range(0, 3)), r: queue(3, range(0, 3)) }),
        init: (s) => {
          s.q.push(1)
          s.q.push(2)
          s.r = s.q
          s.q.shift()
        },
      }),
    )
    expect(states).toEqual(['q=[2] r=[1,2]'])
  })

  test('arrays of queues', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: array(2, queue(2, range(0, 3))) }),
        init: function* (s) {
          const i = yield* choose(2)
          s.q[i].push(i + 1)
          s.q[i].push(3)
          s.q[i].shift()
        },
      }),
    )
    expect(states).toEqual(['q=[[3],[]]', 'q=[[],[3]]'])
  })

  test('sets', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(3), n: range(0, 3), had: bool }),
        processes: () => ({
          p: function* (s) {
            yield 'add'
            s.t.add(2)
            s.t.add(0)
            s.t.add(2)
            s.n = s.t.size
            yield 'delete'
            s.had = s.t.has(0)
            s.t.delete(0)
            s.t.delete(1)
            yield 'clear'
            s.n = s.t.size
            s.t.clear()
          },
        }),
      }),
    )
    expect(states).toEqual([
      't={0,2} n=2 had=false | p@delete',
      't={2} n=2 had=true | p@clear',
      't={} n=0 had=false | p@add',
      't={} n=1 had=true | p@-',
    ])
  })

  test('tagged unions: variants, their fields, and what an inactive variant held is forgotten', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ u: union('kind', { idle: {}, fault: { code: range(0, 3), w: bool }, done: { code: range(0, 3) } }) }),
        rules: () => ({
          step: (s) => {
            if (s.u.kind === 'idle') s.u = { kind: 'fault', code: 3, w: true }
            else if (s.u.kind === 'fault') s.u = { kind: 'done', code: s.u.code - 1 }
            else s.u = { kind: 'idle' }
          },
        }),
      }),
    )
    expect(states).toEqual(['u={kind:done code:2}', 'u={kind:fault code:3 w:true}', 'u={kind:idle}'])
  })

  // `{ cmd: request, node }` was "a record that has node too much" where `request` could also be a variant of other
  // fields, although a test before it, which TypeScript understands, rules that out.
  test('a tag that is computed: the variant that it says, and a violation where that has other fields', async () => {
    const command = union('cmd', { idle: {}, map: { node: range(0, 1) }, unmap: { node: range(0, 1) } })
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({
          request: oneOf('idle', 'map', 'unmap', 'none'),
          next: optional(oneOf('unmap', 'map')),
          cmd: command,
          sent: queue(1, command),
        }),
        init: function* (s) {
          s.request = yield* choose(['idle', 'map', 'unmap', 'none'])
          s.next = yield* choose(['map', null])
        },
        rules: (_p) => ({
          send: (s) => {
            const { request } = s
            when(s.sent.length === 0)
            if (request !== 'idle' && request !== 'none') s.sent.push({ cmd: request, node: 1 })
          },
          next: (s) => {
            if (s.next !== null) s.cmd = { cmd: s.next, node: 1 }
          },
        }),
      }),
    )
    expect(verdicts).toEqual({ assert: 'holds', range: 'holds' })
    expect(states).toContain('request=unmap next=map cmd={cmd:map node:1} sent=[{cmd:unmap node:1}]')
    expect(states).toHaveLength(18)
    const unguarded = await explore(
      model({
        name: 'm',
        state: () => ({ request: oneOf('map', 'idle'), cmd: command }),
        rules: (_p) => ({
          send: (s) => {
            s.cmd = { cmd: s.request as 'map', node: 1 }
          },
          stop: (s) => {
            when(s.cmd.cmd === 'map')
            s.request = 'idle'
          },
        }),
      }),
    )
    expect(unguarded.verdicts).toEqual({ assert: 'holds', range: 'violated 3' })
  })

  test('arrays of tagged unions', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ u: array(2, union('t', { a: { x: range(0, 1) }, b: { y: range(0, 2) } })) }),
        init: function* (s) {
          const i = yield* choose(2)
          s.u[i] = { t: 'b', y: i + 1 }
        },
      }),
    )
    expect(states).toEqual(['u=[{t:a x:0},{t:b y:2}]', 'u=[{t:b y:1},{t:a x:0}]'])
  })

  test('ghosts are part of the state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: bool, seen: ghost(array(2, range(0, 2))) }),
        rules: () => ({
          flip: (s) => {
            when(s.x === false)
            s.x = true
            s.seen[1] = s.seen[1] + 1
          },
          flop: (s) => {
            when(s.x === true)
            s.x = false
            s.seen[0] = Math.min(s.seen[0] + 1, 1)
            s.seen[1] = 0
          },
        }),
      }),
    )
    expect(states).toEqual(['x=false seen=[0,0]', 'x=false seen=[1,0]', 'x=true seen=[0,1]', 'x=true seen=[1,1]'])
  })

  test('params size the state', async () => {
    const m = model({ name: 'm', params: { n: size(2) }, state: (p) => ({ a: array(p.n, range(1, p.n + 1)) }) })
    expect((await explore(m)).states).toEqual(['a=[1,1]'])
    expect((await explore(m, {}, { n: 3 })).states).toEqual(['a=[1,1,1]'])
  })
})
