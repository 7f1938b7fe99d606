/**
 * Second names of local objects that nobody noticed: the compiled code held two copies where JavaScript has one object,
 * and said *holds* of what JavaScript violates. Each is refused now.
 */
import { expect, test } from 'vitest'
import { compareText } from '../differential/compare.ts'

const rule = (body: string, before = ''): ReturnType<typeof compareText> =>
  compareText(`import { array, model, properties, range, record } from 'mmucheck'
${before}
const m = model({
  name: 'names', deadlock: 'allowed',
  state: () => ({ y: range(0, 9), o: record({ n: range(0, 9) }), list: array(2, record({ n: range(0, 9) })) }),
  rules: () => ({ r: (s: any) => { ${body} } }),
})
export default properties(m, {})
`)

test.each([
  // A callback keeps an element, and what was marked while it ran was forgotten.
  ['const l = [{ n: 1 }, { n: 2 }]; const k: any[] = []; l.forEach((e) => { k.push(e) }); l[1]!.n = 9; s.y = k[1]!.n'],
  ['const l = [{ n: 1 }, { n: 2 }]; let k = { n: 0 }; l.every((e) => { k = e; return true }); l[1]!.n = 9; s.y = k.n'],
  ['const l = [{ n: 1 }, { n: 2 }]; let k = { n: 0 }; l.some((_e) => { k = l[0]!; return false }); l[0]!.n = 9; s.y = k.n'],
  ['const l = [{ n: 1 }, { n: 2 }]; const k: any[] = []; const j = l.findIndex((e) => k.push(e) > 1); l[1]!.n = 9; s.y = k[1]!.n + j'],
  // The list is the last argument of a callback.
  ['const l = [1, 2]; const k = l.map((_e, _i, all) => all); l[0] = 7; s.y = k[0]![0]!'],
  ['const l = [1, 2]; let k: number[] = []; l.forEach((_e, _i, all) => { k = all }); l[0] = 5; s.y = k[0]!'],
  ['const l = [1, 2]; const k = l.reduce((_a, _e, _i, all) => all, [] as number[]); l[0] = 5; s.y = k[0]!'],
  // A spread behind a field replaces it.
  ['const a = { o: { n: 1 } }; const b = { o: { n: 2 }, ...a }; b.o.n = 7; s.y = a.o.n'],
  // The value of an assignment to the state is the object itself.
  ['const a = { n: 1 }; const b = (s.o = a); a.n = 7; s.y = b.n'],
  ['const a = { n: 1 }; const h = { o: { n: 2 } }; h.o = s.o = a; a.n = 5; s.y = h.o.n'],
  ['const a = [{ n: 2 }, { n: 3 }]; const b = (s.list = a); a[0]!.n = 5; s.y = b[0]!.n'],
])('%s', async (body) => {
  expect(await rule(body)).toMatchObject({ kind: 'refused', diagnostic: { code: 'MC304' } })
})

// It was taken for the method of a list, which makes a new one.
test('a function of the author that is called slice gives what it gives', async () => {
  const body = 'const a = [1, 2]; const b = T.slice(a); b[0] = 7; s.y = a[0]!'
  const said = await rule(body, 'const T = { slice: (l: number[]): number[] => l }')
  expect(said).toMatchObject({ kind: 'refused', diagnostic: { code: 'MC304' } })
})

test.each([
  ['const l = [{ n: 1 }, { n: 2 }]; const k = l.some((e) => e.n === 2); l[1]!.n = k ? 9 : 3; s.y = l[1]!.n'],
  ['const a = { o: { n: 1 } }; const b = { ...a, o: { n: 2 } }; b.o.n = 7; s.y = a.o.n'],
  ['const a = [1, 2]; const b = a.slice(); b[0] = 7; s.y = a[0]!'],
])('what has one name may change: %s', async (body) => {
  expect(await rule(body)).toMatchObject({ kind: 'agree' })
})

const shared = (body: string): ReturnType<typeof compareText> =>
  compareText(`import { array, index, model, properties, queue, range, record, union } from 'mmucheck'
const part = { v: queue(3, index(3)), r: record({ n: range(0, 3), x: record({ m: range(0, 3) }) }), q: queue(2, record({ n: range(0, 3) })) }
const m = model({
  name: 'variants', deadlock: 'allowed',
  state: () => ({
    y: range(0, 9),
    c: union('kind', { off: {}, on: part, err: { ...part, a: array(2, record({ n: range(0, 3) })) }, bad: { a: array(2, record({ n: range(0, 3) })) } }),
  }),
  init: (s: any) => { s.c = { kind: 'on', v: [1, 2], r: { n: 2, x: { m: 1 } }, q: [{ n: 1 }] } },
  rules: () => ({ r: (s: any) => { const u = s.c; if (u.kind === 'off') return; ${body} } }),
})
export default properties(m, {})
`)

// Several variants have the field: it was read by value, and the value did not see the union change.
test.each([
  ["const r = u.r; s.c = { kind: 'off' }; s.y = r.n", 'MC304'],
  ["const { r } = u; s.c = { kind: 'off' }; s.y = r.n", 'MC304'],
  ["const x = u.r.x; s.c = { kind: 'off' }; s.y = x.m", 'MC304'],
  ["const v = u.v; s.c = { kind: 'off' }; s.y = v.length", 'MC304'],
  ["const o = { v: u.v }; s.c = { kind: 'off' }; s.y = o.v.length", 'MC304'],
  ["const n = (r: any) => { s.c = { kind: 'off' }; return r.n }; s.y = n(u.r)", 'MC304'],
  ["if (u.v.every((e: number) => { s.c = { kind: 'off' }; return e > 0 })) s.y = 1", 'MC304'],
  ["for (const e of u.v) { s.y = e; s.c = { kind: 'off' } }", 'MC305'],
  ["for (const e of u.v) { if (e === 0) return; s.c = { kind: 'off' } }", 'MC305'],
  ["const e = u.a[0]; s.c = { kind: 'off' }; s.y = e.n", 'MC209'],
])('a field of several variants: %s', async (body, code) => {
  expect(await shared(body)).toMatchObject({ kind: 'refused', diagnostic: { code } })
})

test.each([
  ["s.y = u.r.n + u.r.x.m + u.v.length; s.c = { kind: 'off' }"],
  ["const r = { ...u.r }; s.c = { kind: 'off' }; s.y = r.n"],
  ["const { r: { n }, kind } = u; s.c = { kind: 'off' }; s.y = kind === 'on' ? n : 0"],
  ["for (const e of u.v) s.y = e; s.c = { kind: 'off' }"],
  ["s.c = { kind: 'err', v: u.v, r: u.r, q: u.q, a: [{ n: 1 }, { n: 2 }] }; s.y = 1"],
  ["const e = u.q.find((x: any) => x.n > 0); s.y = e?.n ?? 0; s.c = { kind: 'off' }"],
  ["const v = [...u.v]; v.push(2); s.c = { kind: 'off' }; s.y = v.length"],
])('a field of several variants, used where it is read: %s', async (body) => {
  expect(await shared(body)).toMatchObject({ kind: 'agree' })
})

// What is in the copy is in the list too.
test.each([
  ['const os = [{ n: 1 }, { n: 2 }]; const copy = Array.from(os); os[0]!.n = 5; s.y = copy[0]!.n', 'MC304'],
  ['const os = [{ n: 1 }, { n: 2 }]; const copy = Array.from(os); copy[0]!.n = 5; s.y = os[0]!.n', 'MC304'],
  ['const os = [{ n: 1 }, { n: 2 }]; const copy = Array.from(os, (o) => o); os[0]!.n = 5; s.y = copy[0]!.n', 'MC304'],
  ['const os = [{ n: 1 }, { n: 2 }]; const copy = Array.from(os, (o) => o); copy[0]!.n = 5; s.y = os[0]!.n', 'MC304'],
  ['const xs = [1, 2]; const ys = Array.from(xs, (x) => { xs.push(3); return x }); s.y = ys[1]!', 'MC304'],
])('what a copy by Array.from shares: %s', async (body, code) => {
  const outcome = await rule(body)
  expect(outcome.kind === 'refused' ? outcome.diagnostic.code : outcome).toBe(code)
})

// An iterator looks at its list anew in every round; the compiled code had made a copy, and where the list grew in the
// loop JavaScript never came to an end.
test.each([
  ['for (const [i, x] of xs.entries()) { xs[1] = 7; s.y = x + i }', 'MC305'],
  ['for (const [i, x] of xs.entries()) { if (i === 0) xs.push(3); s.y = x }', 'MC305'],
  ['for (const x of xs.values()) { xs[1] = 7; s.y = x }', 'MC305'],
  ['for (const i of (xs.keys() as any)) { xs.push(7); s.y = i }', 'MC305'],
  ["for (const [i, x] of xs['entries']()) { xs[1] = 7; s.y = x + i }", 'MC305'],
  ['const r = { l: xs.slice() }; for (const x of r.l.values()) { r.l[1] = 7; s.y = x }', 'MC305'],
  ['const ys = Array.from(xs.entries(), ([i, x]) => { xs[1] = 7; return x + i }); s.y = ys[1]!', 'MC304'],
])('a list that changes under its iterator: %s', async (body, code) => {
  const outcome = await rule(`const xs = [1, 2]; ${body}`)
  expect(outcome.kind === 'refused' ? outcome.diagnostic.code : outcome).toBe(code)
})

test.each([
  ['for (const [i, x] of [...xs.entries()]) { xs[1] = 7; s.y = x + i }'],
  ['for (const [i, x] of xs.map((e) => e).entries()) { xs[1] = 7; s.y = x + i }'],
  ['for (const [i, x] of xs.entries()) { s.y = x + i; break }; xs[1] = 9; s.y = xs[1]!'],
  ['for (const [i, x] of s.list.entries()) { s.list[1]!.n = 7; s.y = x.n + i }'],
  // Array.from counted as a second name, as any call does.
  ['const ys = Array.from(xs); xs.push(3); ys[0] = 5; s.y = ys[0]! + xs.length + ys.length - xs[0]!'],
  ['const ys = Array.from(xs, (x) => x + 1); xs[1] = 7; ys.push(xs[1]!); s.y = ys[2]! - ys[1]!'],
  ['const ys = Array.from(xs.values()); xs[1] = 7; ys[1] = 3; s.y = ys[1]!'],
])('a copy, and the state, may change: %s', async (body) => {
  expect((await rule(`const xs = [1, 2]; ${body}`)).kind).toBe('agree')
})
