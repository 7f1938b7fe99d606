/** MC3xx and MC4xx: references, ghosts, copies, sizes. */
import type { DiagnosticCode } from '../../../src/diagnostics.ts'
import { type Case, type Family, init, process, property, rule, source } from '../case.ts'

const ptes = 'pte: array(2, record({ P: bool, n: range(0, 3) })), x: range(0, 3)'
const ghosts = 'g: ghost(range(0, 3)), a: array(4, range(0, 3)), x: range(0, 3)'

/** A case of one module, checked with these flags. */
const modulo = (name: string, code: DiagnosticCode, flags: readonly string[], text: string): Case => ({
  ...source(name, code, text),
  steps: [{ run: ['check', './model.ts', ...flags] }],
})

export const meaning: Family = [
  process('a reference used after a yield', 'MC301', ptes, "yield 'read'\nconst entry = s.pte[0]\nyield 'write'\nif («entry».P) s.x = 1"),
  process(
    'a reference taken by destructuring',
    'MC301',
    'r: record({ in: record({ n: range(0, 3) }) }), x: range(0, 3)',
    "yield 'read'\nconst { in: inner } = s.r\nyield 'write'\ns.x = «inner».n",
  ),
  process(
    'a reference through an optional',
    'MC301',
    'o: optional(record({ n: range(0, 3) })), x: range(0, 3)',
    "yield 'read'\nconst entry = s.o\nyield 'write'\nif («entry» !== null) s.x = 1",
  ),
  process(
    'a reference in an until condition',
    'MC301',
    ptes,
    "yield 'read'\nconst entry = s.pte[0]\nyield until('present', () => «entry».P)\ns.x = 1",
  ),
  process('a reference in a list', 'MC301', ptes, "yield 'read'\nconst all = [...s.pte]\nyield 'write'\ns.x = «all»[0].n"),
  process(
    'a reference that find gave',
    'MC301',
    ptes,
    "yield 'read'\nconst entry = s.pte.find((e) => !e.P)\nyield 'write'\ns.x = «entry»!.n",
  ),
  process(
    'a reference in a record',
    'MC301',
    ptes,
    "yield 'read'\nconst mine = { entry: s.pte[0], n: 1 }\nyield 'write'\ns.x = «mine.entry».n",
  ),
  process(
    'a reference deep in a record',
    'MC301',
    ptes,
    "yield 'read'\nconst mine = { my: { entry: s.pte[0] } }\nyield 'write'\ns.x = «mine.my.entry».n",
  ),
  process(
    'a reference in a list of records',
    'MC301',
    ptes,
    "yield 'read'\nconst all = [{ entry: s.pte[0] }]\nyield 'write'\ns.x = «all[0].entry».n",
  ),
  process(
    'a reference that a helper gave back',
    'MC301',
    ptes,
    "yield 'read'\nconst entry = yield* walk(s)\nyield 'write'\ns.x = «entry».n",
    'interface Pte { P: boolean; n: number }\n\nfunction* walk(s: { pte: Pte[] }): Steps<Pte> {\n  return s.pte[0]\n}',
  ),
  process(
    'a second name of a parameter',
    'MC301',
    ptes,
    'yield* use(s.pte[0])',
    "function* use(entry: { n: number }): Steps {\n  yield 'read'\n  const again = entry\n  yield 'write'\n  «again».n = 1\n}",
  ),
  process(
    'a reference in a record that is a parameter',
    'MC301',
    ptes,
    'yield* use({ entry: s.pte[0] })',
    "function* use(my: { entry: { n: number } }): Steps {\n  yield 'write'\n  «my.entry».n = 1\n}",
  ),
  process(
    'a parameter that may be null',
    'MC301',
    'o: optional(record({ n: range(0, 3) })), x: range(0, 3)',
    'yield* use(s.o)',
    "function* use(entry: { n: number } | null): Steps {\n  yield 'write'\n  if («entry» !== null) entry.n = 1\n}",
  ),
  process('a list of the state', 'MC301', ptes, "yield 'read'\nconst all = s.pte\nyield 'write'\ns.x = «all»[0].n"),
  rule('a guard that reads a ghost', 'MC302', ghosts, 'when(«s.g» === 0)\ns.x = 1'),
  rule('an if that reads a ghost', 'MC302', ghosts, 'if («s.g» === 0) s.x = 1'),
  rule('an index that reads a ghost', 'MC302', ghosts, 's.a[«s.g»] = 1'),
  rule('a ghost stored in what is none', 'MC302', ghosts, 's.x = «s.g»'),
  rule('a choice among as many as a ghost says', 'MC302', ghosts, 's.x = yield* choose(«s.g»)'),
  process('until reads a ghost', 'MC302', ghosts, "yield until('zero', () => «s.g» === 0)\ns.x = 1"),
  process('a ghost in a local', 'MC302', ghosts, "yield 'read'\nconst was = «s.g»\nyield 'write'\ns.x = was"),
  property('a property that writes', 'MC303', 'x: range(0, 3)', 'small: always((s) => {\n    «s.x = 1»\n    return true\n  })'),
  property('a property that pushes', 'MC303', 'q: queue(2, bool)', 'small: always((s) => {\n    «s.q.push(true)»\n    return true\n  })'),
  property('a property that shifts', 'MC303', 'q: queue(2, bool)', 'small: always((s) => «s.q.shift()»)'),
  property('a property that adds to a set', 'MC303', 'm: set(2)', 'small: always((s) => {\n    «s.m.add(1)»\n    return true\n  })'),
  process('a condition that writes', 'MC303', 'x: range(0, 3)', "yield until('one', () => {\n  «s.x = 1»\n  return true\n})\ns.x = 2"),
  process(
    'a condition that writes a local',
    'MC303',
    'x: range(0, 3)',
    "let n = 0\nyield until('one', () => {\n  «n = 1»\n  return true\n})\ns.x = n",
  ),
  init('two names for one local object', 'MC304', 'x: range(0, 3)', 'const a = { n: 1 }\nconst b = a\n«a.n» = 2\ns.x = b.n'),
  init(
    'a part of a local object gets a name',
    'MC304',
    'x: range(0, 3)',
    'const o = { inner: { n: 1 } }\nconst inner = o.inner\n«inner.n» = 2\ns.x = o.inner.n',
  ),
  init(
    'an element gets a name',
    'MC304',
    'x: range(0, 3)',
    'const list = [{ n: 1 }, { n: 2 }]\nconst first = list[0]\n«list[0].n» = 3\ns.x = first.n',
  ),
  init(
    'a copy shares what is inside',
    'MC304',
    'x: range(0, 3)',
    'const a = { inner: { n: 1 } }\nconst b = { ...a }\n«b.inner.n» = 2\ns.x = a.inner.n',
  ),
  init(
    'a helper changes its argument',
    'MC304',
    'x: range(0, 3)',
    'const o = { n: 1 }\nbump(o)\ns.x = o.n',
    'const bump = (o: { n: number }): void => {\n  «o.n» = 2\n}',
  ),
  init(
    'a helper pushes to its argument',
    'MC304',
    'x: range(0, 3)',
    'const list = [1]\nadd(list)\ns.x = list.length',
    'const add = (list: number[]): void => {\n  «list.push(2)»\n}',
  ),
  init(
    'an element of a queue is a copy',
    'MC304',
    'q: queue(2, record({ n: range(0, 3) }))',
    's.q.push({ n: 1 })\nfor (const item of s.q) «item.n» = 2',
  ),
  init(
    'a constant of the module under another name',
    'MC304',
    'x: range(0, 3)',
    'const mine = shared\n«mine.push(2)»\ns.x = shared.length',
    'const shared = [1]',
  ),
  init(
    'records of the state swapped in place',
    'MC304',
    'a: array(2, record({ n: range(0, 3) }))',
    '«[s.a[0], s.a[1]] = [s.a[1], s.a[0]]»',
  ),
  process(
    'a loop with a yield over the state',
    'MC305',
    'a: array(2, range(0, 3)), x: range(0, 9)',
    "for (const n of «s.a») {\n  yield 'add'\n  s.x += n\n}",
  ),
  process(
    'a list that changes while a loop with a yield goes over it',
    'MC305',
    'x: range(0, 9)',
    "let list = [1, 2]\nfor (const n of list) {\n  yield 'add'\n  s.x += n\n  «list = [3]»\n}",
  ),
  init(
    'a list that grows while a loop goes over it',
    'MC305',
    'x: range(0, 9)',
    'const list = [1, 2]\nfor (const n of list) {\n  s.x += n\n  if (list.length < 4) «list.push(1)»\n}',
  ),
  init('a constant is assigned', 'MC306', 'x: range(0, 3)', 'const n = 1\n«n» = 2\ns.x = n'),
  source(
    'no initial state',
    'MC307',
    "export default model({\n  name: 'example',\n  state: () => ({ members: set(3), chosen: index(3) }),\n  init: «function* (s) {\n    s.chosen = yield* choose(s.members)\n  }»,\n})",
  ),
  modulo(
    'members that a loop visits in order',
    'MC308',
    ['--symmetry', 'on'],
    `export default model({
  name: 'example',
  state: () => ({ told: array(3, bool), last: array(3, index(3)) }),
  init: (s) => {
    for (let cpu = 0; cpu < 3; cpu++) s.last[cpu] = cpu
  },
  processes: () => ({
    cpu: each(3, function* (s, cpu) {
      «for (let other = 0; other < 3; other++) {»
        yield 'tell'
        if (other !== cpu) s.told[other] = true
        s.last[cpu] = other
      }
    }),
  }),
})`,
  ),
  modulo(
    'nothing is interchangeable',
    'MC309',
    ['--symmetry', 'on'],
    "export default model({\n  name: 'example',\n  state: () => ({ x: range(0, 3) }),\n  rules: () => ({ go: (s) => { s.x = 3 } }),\n})",
  ),
  modulo(
    'a sort that there is not',
    'MC309',
    ['--symmetry', 'cpu'],
    "export default model({\n  name: 'example',\n  state: () => ({ x: ids(3) }),\n  rules: () => ({ go: function* (s) { s.x = yield* choose(3) } }),\n})",
  ),
  source(
    'a state that is too wide',
    'MC401',
    "export default model({\n  name: 'example',\n  state: «() => ({ memory: array(4_096, range(0, 7)) })»,\n})",
  ),
  init(
    'a step that is too large',
    'MC402',
    'a: array(400, range(0, 3)), x: range(0, 3)',
    '«for (let i = 0; i < 900; i++) {\n  for (let j = 0; j < 900; j++) s.x = s.x === 3 ? 0 : s.x + 1\n}»',
  ),
  process(
    'ways that multiply in a loop',
    'MC402',
    'a: array(30, bool), x: range(0, 3)',
    "while (true) {\n  yield 'look'\n  for (let i = 0; i < 30; i++) {\n    «if (s.a[i]) continue»\n    s.x = 0\n    if (s.x === 3) yield 'found'\n  }\n}",
  ),
  source(
    'code that is nested too deeply',
    'MC403',
    `export default model({\n  name: 'example',\n  state: () => ({ x: range(0, 1) }),\n  init: (s) => {\n    s.x = ${'-('.repeat(4_000)}1${')'.repeat(4_000)}\n  },\n})`,
  ),
]
