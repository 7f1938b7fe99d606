/** MC2xx: types, shapes and ranges. */
import { type Family, init, process, property, rule, source, standing } from '../case.ts'

const x = 'x: range(0, 9)'
const worker = "cpu: each(2, function* (s) {\n  yield 'enter'\n  s.x = 1\n  yield 'leave'\n  s.x = 0\n}),"
const computed = `\`read \${s.x}\``
const reader = `cpu: function* (s) {\n  yield 'start'\n  yield ${computed}\n  yield s.x > 0 ? 'full' : 'empty'\n},`

export const types: Family = [
  init('a boolean stored as an integer', 'MC201', 'x: range(0, 3), b: bool', '«s.x = s.b as never»'),
  init('a string that is not in the domain', 'MC201', "mode: oneOf('read', 'write')", "«s.mode = 'exec' as never»"),
  init('undefined stored', 'MC201', 'x: optional(range(0, 3))', '«s.x = undefined as never»'),
  init('null stored', 'MC201', x, '«s.x = null as never»'),
  init('a fraction stored', 'MC201', x, '«s.x = 1.5»'),
  init('arithmetic on a boolean', 'MC201', 'x: range(0, 3), b: bool', 's.x = «(s.b as never) + 1»'),
  init('order of strings', 'MC201', "mode: oneOf('read', 'write'), b: bool", "s.b = «s.mode < 'write'»"),
  init('bits of booleans', 'MC201', 'b: bool', 's.b = («(s.b as never) & (s.b as never)») as never'),
  init('a number called', 'MC201', x, '«(s.x as never as () => void)()»'),
  init('a loop over a number', 'MC201', x, 'for (const i of «s.x as never as number[]») s.x = i'),
  process('choose from a fraction', 'MC201', x, "yield 'pick'\ns.x = yield* «choose(1.5)»"),
  init('a member that may not be in the set', 'MC201', 'm: set(4), b: bool', 's.b = «s.m.has(true as never)»'),
  init('a boolean as an index', 'MC201', 'a: array(2, bool), b: bool', 's.a[«s.b as never»] = true'),
  property('a bound of a boolean', 'MC201', 'b: bool', 'few: bound(«(s) => s.b as never», 3)'),
  process('a condition of until that is no function', 'MC201', x, "yield until('free', «s.x === 0»)\ns.x = 1"),
  rule('when with a label', 'MC201', x, "«when('free', s.x === 0)»\ns.x = 1"),
  rule('when of a function', 'MC202', x, 'when(«() => s.x === 0»)\ns.x = 1'),
  init('functions compared', 'MC201', 'b: bool', 's.b = «same(() => true, () => false)»'),
  init('one value compared', 'MC201', 'b: bool', 's.b = «(same as (a: boolean) => boolean)(s.b)»'),
  init('an integer as a condition', 'MC202', x, 'if («s.x») s.x = 1'),
  init('an enum as a condition', 'MC202', "mode: oneOf('', 'write'), b: bool", 's.b = !«s.mode»'),
  init('an integer behind ||', 'MC202', x, 's.x = «s.x» || 2'),
  property('an optional integer as a condition', 'MC202', 'x: optional(range(0, 9))', 'none: always((s) => !«s.x»)'),
  property('a property that is an integer', 'MC202', x, 'small: always(«(s) => s.x as never»)'),
  property('a property that returns nothing', 'MC202', x, 'small: always((«(s: { x: number }) => { s.x < 2 }») as never)'),
  source(
    'several errors at once',
    'MC202',
    `export default model({
  name: 'example',
  state: () => ({ x: range(0, 3) }),
  processes: (_p) => ({
    cpu: each(2, function* (s) {
      yield 'count'
      if («s.x») s.x = 0
    }),
  }),
  rules: (_p) => ({
    reset: (s) => {
      s.x = 4
      s.x = 'none' as never
    },
    halve: (s) => {
      s.x = s.x / 2
    },
  }),
})`,
  ),
  rule('an identity that is computed with', 'MC213', 'x: ids(4), y: ids(4)', 's.x = («s.x + s.y» + 1) % 4'),
  rule('an identity that is ordered', 'MC213', 'x: ids(4)', 'when(«s.x < 2»)\ns.x = yield* choose(4)'),
  rule('an identity that is compared with a number', 'MC213', 'x: optional(ids(4))', 'when(s.x === «2»)\ns.x = null'),
  rule('an identity that is set to a number', 'MC213', 'x: ids(4)', '«s.x = 1»'),
  init('a case that is a number, of an identity', 'MC213', 'x: ids(4), y: range(0, 1)', 'switch (s.x) {\n  case «2»:\n    s.y = 1\n}'),
  init('an integer that can leave 32 bits', 'MC203', 'x: range(0, 2_000_000_000)', 's.x = «s.x + s.x» - s.x'),
  init('a product that can leave 32 bits', 'MC203', 'x: range(0, 100_000)', 's.x = «s.x * s.x» % 7'),
  init('a negation that can leave 32 bits', 'MC203', 'x: range(-2_147_483_648, 0)', 's.x = «-s.x» % 7'),
  init('a shift that can leave 32 bits', 'MC203', 'x: range(0, 31)', 's.x = («1 << s.x») % 7'),
  init('a shift by too much', 'MC203', 'x: range(0, 40)', 's.x = «1 >> s.x»'),
  process('a local that grows', 'MC204', x, "let n = 0\nwhile (true) {\n  «yield 'count'»\n  n += 1\n  s.x = n % 3\n}"),
  process(
    'a local list that grows',
    'MC204',
    x,
    "const seen: number[] = []\nwhile (s.x < 9) {\n  «yield 'look'»\n  seen.push(s.x)\n}\ns.x = seen.length"
      .replace('while (s.x < 9)', 'while (true)')
      .replace('\ns.x = seen.length', '')
      .replace('seen.push(s.x)', 'seen.push(s.x)\n  s.x = seen.length % 3'),
  ),
  init('a field missing', 'MC205', 'pte: record({ P: bool, W: bool })', '«s.pte = { P: true } as never»'),
  init('a field too much', 'MC205', 'pte: record({ P: bool, W: bool })', '«s.pte = { P: true, W: true, A: true } as never»'),
  init('a list of another length', 'MC205', 'a: array(3, bool)', '«s.a = [true]»'),
  init(
    'a tag of which no value has these fields',
    'MC205',
    "t: oneOf('idle', 'stop'), u: union('kind', { idle: {}, stop: {}, fault: { at: range(0, 3) } })",
    '«s.u = { kind: s.t, at: 1 } as never»',
  ),
  init('an unknown variant', 'MC205', "u: union('kind', { idle: {}, fault: { at: range(0, 3) } })", "«s.u = { kind: 'trap' } as never»"),
  init(
    'a variant without its field',
    'MC205',
    "u: union('kind', { idle: {}, fault: { at: range(0, 3) } })",
    "«s.u = { kind: 'fault' } as never»",
  ),
  init('an unknown field', 'MC206', 'pte: record({ P: bool, W: bool })', '«(s.pte as never as { A: boolean }).A» = true'),
  init('an unknown field is read', 'MC206', 'pte: record({ P: bool, W: bool })', 's.pte.P = «(s.pte as never as { A: boolean }).A»'),
  init('an unknown variable', 'MC206', x, '«(s as never as { y: number }).y» = 1'),
  init('a field of null', 'MC206', x, 's.x = «(null as never as { n: number }).n»'),
  init('an element that a list has not', 'MC206', x, 's.x = «[1, 2][2]»'),
  init('a table without an entry', 'MC206', "mode: oneOf('read', 'write'), x: range(0, 3)", "s.x = «{ read: 1 }[s.mode as 'read']»"),
  init('a plain division', 'MC207', x, 's.x = «s.x / 2»'),
  init('a division that assigns', 'MC207', x, '«s.x /= 2»'),
  init('a fraction', 'MC207', x, 's.x = «s.x + 1.5»'),
  init('a string that an enum never is', 'MC208', "mode: oneOf('read', 'write'), b: bool", "s.b = s.mode === («'exec'» as never)"),
  init(
    'a case that never is',
    'MC208',
    "mode: oneOf('read', 'write'), b: bool",
    "switch (s.mode as string) {\n  case «'exec'»:\n    s.b = true\n}",
  ),
  init('values of different types meet', 'MC209', 'b: bool, x: range(0, 3)', 'const n = «s.b ? 1 : true»\ns.x = n as never'),
  init('records of different shapes meet', 'MC209', 'b: bool, x: range(0, 3)', 'const o = «s.b ? { n: 1 } : { m: 1 }»\ns.x = 1'),
  init(
    'references to different places meet',
    'MC209',
    'b: bool, p: record({ n: bool }), q: record({ n: bool })',
    'const r = «s.b ? s.p : s.q»\nr.n = true',
  ),
  init(
    'elements of the state among copies, where which are there is not known',
    'MC209',
    'a: array(2, record({ n: range(0, 3) })), y: range(0, 3)',
    'const l = [...s.a.filter((e) => e.n >= s.y), { n: 1 }]\n«s.y = l[0]!.n»',
  ),
  init(
    'elements of the state among copies, filtered',
    'MC209',
    'a: array(2, record({ n: range(0, 3) })), y: range(0, 3)',
    '«s.y = [s.a[0]!, { n: 3 }].filter((e) => e.n >= s.y)[0]!.n»',
  ),
  init(
    'elements of the state among copies, bound',
    'MC209',
    'a: array(2, record({ n: range(0, 3) })), y: range(0, 3)',
    '«const [first] = [...s.a.filter((e) => e.n >= s.y), { n: 1 }]»\ns.y = first!.n',
  ),
  init('division by 0', 'MC210', x, 's.x = «Math.trunc(s.x / 0)»'),
  init('remainder of 0', 'MC210', x, 's.x = «s.x % 0»'),
  init('records compared', 'MC211', 'p: record({ n: bool }), q: record({ n: bool }), b: bool', 's.b = «s.p === s.q»'),
  init('a record compared with a literal', 'MC211', 'p: record({ n: bool }), b: bool', 's.b = «s.p === { n: true }»'),
  standing('a label that no yield has', 'MC208', worker, "inside: always((_s, _p, at) => «at.cpu[0] !== 'entre'»)"),
  standing(
    'a label that no yield has, in a callback',
    'MC208',
    worker,
    "inside: always((_s, _p, at) => at.cpu.every((label) => «label !== 'entre'»))",
  ),
  standing('a label that no yield has, looked for', 'MC208', worker, "inside: always((_s, _p, at) => !«at.cpu.includes('entre')»)"),
  standing('a computed label', 'MC212', reader, "first: always((_s, _p, at) => «at.cpu !== 'read 0'»)"),
  standing('a label that is chosen', 'MC212', reader, "full: always((s, _p, at) => «at.cpu !== 'full'» || s.x > 0)"),
  standing(
    'computed labels compared with each other',
    'MC212',
    `cpu: each(2, function* (s) {\n  yield ${computed}\n}),`,
    'same: sometimes((_s, _p, at) => «at.cpu[0] === at.cpu[1]»)',
  ),
  init('a record looked for by identity', 'MC211', 'a: array(2, record({ n: bool })), b: bool', 's.b = «s.a.includes({ n: true })»'),
]
