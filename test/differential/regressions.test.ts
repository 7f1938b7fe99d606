/** Models that random testing once found to be treated wrongly, shrunk: each test says what it pins. */
import { expect, test } from 'vitest'
import { type Comparison, compareText } from './compare.ts'

const imports = `import { always, array, bool, choose, each, index, model, oneOf, optional, properties, queue, range, record, set, sometimes, union, until } from 'mmucheck'
import { match } from 'ts-pattern'
`

const compared = (model: string, claims = ''): Promise<Comparison> =>
  compareText(`${imports}const m = model({ name: 'regression', ${model} })\nexport default properties(m, {${claims}})\n`)

const agree = async (model: string, claims = ''): Promise<{ states: number; verdicts: Record<string, string> }> => {
  const comparison = await compared(model, claims)
  if (comparison.kind !== 'agree') throw new Error(JSON.stringify(comparison))
  return {
    states: comparison.states,
    verdicts: Object.fromEntries(comparison.result.properties.map(({ name, verdict }) => [name, verdict])),
  }
}

// A name for a union keeps what TypeScript narrowed it to, also where a store has since changed the variant. The oracle
// then read `undefined` and went on, where the engine saw a violation.
test('reading a field of a variant that is no longer there is a range violation', async () => {
  const { verdicts } = await agree(`
    state: () => ({ u: union('kind', { off: {}, on: { v: bool } }), b: bool }),
    rules: (_p) => ({
      turn: function* (s) {
        s.u = { kind: 'on', v: true }
        const u = s.u
        if (u.kind === 'on') {
          s.u = { kind: 'off' }
          s.b = !u.v
        }
      },
    }),`)
  expect(verdicts.range).toBe('violated')
})

// The arrow of the `?:` that is a number after its test was refused as an index (MC201), although indexing an array by
// it was not.
test('a set takes an optional that has been tested for null', async () => {
  const { states } = await agree(`
    state: () => ({ who: optional(index(2)), all: set(2) }),
    rules: (_p) => ({
      come: function* (s) { s.who = yield* choose(2) },
      join: function* (s) { s.all.add(s.who === null ? 0 : s.who) },
    }),`)
  expect(states).toBe(3 + 2 * 3 + 1)
})

// The lower limit of Math.abs was that of -x, so that at(...) refused it as possibly negative.
test('Math.abs is never negative', async () => {
  const { states } = await agree(`
    state: () => ({ x: range(-1, 1), a: array(2, index(3)), y: index(3) }),
    init: function* (s) { s.x = yield* choose([-1, 0, 1]); s.a[1] = 2; s.y = s.a.at(Math.abs(s.x)) ?? 1 },`)
  expect(states).toBe(3)
})

// An iterator over a part of the state sees what the loop's body stores, as the loop over the part itself does. It was
// taken as a list.
test('loops over entries(), keys() and values() see what their bodies store', async () => {
  const { states, verdicts } = await agree(
    `
    state: () => ({ a: queue(3, index(4)), b: array(3, index(4)), sum: range(0, 50) }),
    init: (s) => {
      s.a.push(1)
      for (const [i, x] of s.a.entries()) {
        if (i < 2) s.a.push(x + 1)
        s.sum += x
      }
      for (const [i, x] of s.b.entries()) {
        if (i < 2) s.b[i + 1] = x + 1
        s.sum += 10 * x
      }
    },`,
    'grown: always((s) => s.sum === 36)',
  )
  expect(states).toBe(1)
  expect(verdicts.grown).toBe('holds')
})

// A case that ends in `while (true)` was taken to end control, also where a break leaves the loop: what it fell through
// to was lost. With a label, it was taken to fall through, which it does not.
test('a switch knows which endless loops end', async () => {
  const process = (body: string, label = ''): string => `
    state: () => ({ e: oneOf('a', 'b'), x: index(4) }),
    processes: (_p) => ({
      p: function* (s) {
        yield 'start'
        switch (s.e) {
          case 'a':
            ${label}while (true) { yield 'again'; ${body} }
          case 'b':
            s.x = 3
        }
      },
    }),`
  expect(await compared(process('if (s.x === 1) break; s.x = 1'))).toMatchObject({ kind: 'refused', diagnostic: { code: 'MC115' } })
  expect((await agree(process('s.x = 1', 'loop: '))).states).toBe(3)
})

// JavaScript counts with null as with 0, so that the oracle went on where the engine saw a violation.
test.each([
  's.x = s.o! + 1',
  'if (s.o! < 1) s.x = 1',
  's.x = Math.max(s.o!, 1)',
  's.x = Number(s.o!)',
  's.x = -s.o! + 1',
  's.x += s.o!',
  's.x = [1, 2].at(s.x + 2)! % 2',
])('counting with null is a range violation: %s', async (statement) => {
  const { states, verdicts } = await agree(
    `state: () => ({ o: optional(index(2)), x: index(3) }), rules: (_p) => ({ r: function* (s) { ${statement} } }),`,
  )
  expect([states, verdicts.range]).toEqual([1, 'violated'])
})

// The oracle cannot see a local that another of the same name hides at a yield, nor did the compiler save it there: two
// yields later it had silently become 0.
test('a local that was hidden at a yield cannot be read after it', async () => {
  const process = (behind: string): string => `
    state: () => ({ x: index(3) }),
    rules: (_p) => ({ turn: (s) => { s.x = (s.x + 1) % 3 } }),
    processes: (_p) => ({
      p: function* (s) {
        yield 'first'
        let v = s.x
        if (s.x === 1) {
          const v = s.x + 1
          yield 'second'
          s.x = v
        }
        ${behind}
        yield 'third'
        s.x = v
      },
    }),`
  expect(await compared(process(''))).toMatchObject({ kind: 'refused', diagnostic: { code: 'MC116' } })
  expect((await agree(process('v = s.x'))).states).toBe(15)
})

// A record inside a union was a copy in the compiler, and a reference in the oracle, as it should be: parts of the
// state are locations.
test('an object in the payload of a union is a reference', async () => {
  const { states, verdicts } = await agree(
    `
    state: () => ({ y: index(3), u: union('kind', { off: {}, on: { r: record({ x: index(3), all: array(2, bool) }) } }) }),
    init: (s) => { s.u = { kind: 'on', r: { x: 1, all: [true, false] } } },
    rules: (_p) => ({
      read: (s) => {
        const u = s.u
        if (u.kind === 'on') {
          const r = u.r
          s.u = { kind: 'on', r: { x: 2, all: [false, false] } }
          s.y = r.x
        }
      },
      write: (s) => { if (s.u.kind === 'on') s.u.r.all[1] = !s.u.r.all[0] },
    }),`,
    'neverOld: always((s) => s.y !== 1)',
  )
  expect(states).toBe(3)
  expect(verdicts.neverOld).toBe('holds')
})

// A boolean that had been tested for null was refused as the argument of Number(...) (MC201).
test('Number(...) takes an optional that has been tested for null', async () => {
  const { states } = await agree(`
    state: () => ({ o: optional(bool), x: index(2) }),
    rules: (_p) => ({
      set: function* (s) { s.o = yield* choose([true, false]) },
      read: (s) => {
        const o = s.o
        if (o !== null) s.x = Number(o)
      },
    }),`)
  expect(states).toBe(5)
})

// Where a check is known to fail, the engine left out the rest of a function's body, but not what came after the call:
// that read a temp which did not exist.
test('code behind a call that always fails is left out', async () => {
  const { states, verdicts } = await agree(`
    state: () => ({ a: array(1, range(0, 3)), b: bool }),
    rules: (_p) => ({
      r: (s) => {
        const isTwo = (): boolean => {
          if (s.a[s.a[0]] !== 1) return s.a[0] !== 2
          return true
        }
        s.a[0] = 1
        s.b = isTwo()
      },
    }),`)
  expect([states, verdicts.range]).toEqual([1, 'violated'])
})

// `!` is erased in JavaScript, where the compiler sees to it that there is a value.
test('`!` on null is a range violation, whatever is done with the value', async () => {
  const { states, verdicts } = await agree(`
    state: () => ({ o: optional(index(2)), b: optional(record({ o: optional(index(2)) })), a: array(2, bool) }),
    rules: (_p) => ({
      one: (s) => { s.a[0] = s.a.map(() => s.o!).length === 2 },
      two: (s) => { s.a[1] = s.o! === 1 },
      three: (s) => { s.o! = 1 },
      four: (s) => { s.b!.o = 1 },
    }),`)
  expect([states, verdicts.range]).toEqual([1 + 4, 'violated'])
})

// What is behind the end of a list in a local was 0 for the oracle, also where its integers are all negative.
test('a list of negative integers lives across a yield', async () => {
  const { states } = await agree(`
    state: () => ({ q: queue(2, range(-3, -2)) }),
    processes: (_p) => ({
      p: function* (s) {
        yield 'first'
        const xs = [...s.q]
        yield 'second'
        for (const x of xs) if (s.q.length < 2) s.q.push(x)
      },
    }),
    rules: (_p) => ({ add: (s) => { if (s.q.length < 1) s.q.push(-2) } }),`)
  expect(states).toBe(8)
})

// A test of locals decides whether a `yield*` behind it is evaluated only where nothing can assign them before: what
// the test is then was not what it was when the parts were listed.
test('a local that the expression assigns before decides nothing', async () => {
  const comparison = await compared(`
    state: () => ({ x: index(3) }),
    processes: (_p) => ({
      p: function* (s) {
        yield 'start'
        let on = true
        s.x = Math.max((on = false) ? 1 : 0, on ? yield* choose(3) : 2)
      },
    }),`)
  expect(comparison.kind === 'refused' && comparison.diagnostic.code).toBe('MC109')
})
