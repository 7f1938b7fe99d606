/** MC00x: the command line, loading and files. */
import { type Case, command, counter, type Family, init, property, source } from '../case.ts'

const violated = { run: ['check', 'counter'] } as const
const stored = 'counterexamples/counter/default/small.itf.json'

const bounded = {
  'models/bounded.ts': `import { model, range, when } from 'mmucheck'

export default model({
  name: 'bounded',
  deadlock: 'allowed',
  state: () => ({ x: range(0, 3) }),
  rules: () => ({
    up: {
      one(s) {
        when(s.x < 2)
        s.x++
      },
    },
  }),
})
`,
}

const loaded = (name: string, code: Case['code'], files: Readonly<Record<string, string>>): Case => ({
  name,
  code,
  files: { ...counter, ...files },
  steps: [{ run: ['check', 'broken'] }],
})

export const files: Family = [
  command('unknown model', 'MC001', ['check', 'conter']),
  command('unknown model, nothing near', 'MC001', ['check', 'zzzzzzzz']),
  command('unknown path', 'MC001', ['check', './no/such.ts']),
  command('no models at all', 'MC001', ['check', 'counter'], {}),
  source('syntax error', 'MC002', "const width = «;»\nexport default model({ name: 'example', state: () => ({ x: range(0, width) }) })"),
  source(
    'an enum, which does not erase',
    'MC002',
    "«enum Mode { Read }»\nexport default model({ name: 'example', state: () => ({ x: range(0, Mode.Read) }) })",
  ),
  {
    ...command('an invariant that is no function', 'MC002', ['check', 'counter', '--invariant', 's.x === 1']),
    at: { file: '--invariant', line: 1, column: 1, width: 9 },
  },
  loaded('the module throws', 'MC003', {
    'models/broken.ts':
      "import { model, range } from 'mmucheck'\n\nconst limits: number[] = []\n«if (limits.length === 0) throw new Error('no limits')»\nexport default model({ name: 'broken', state: () => ({ x: range(0, 1) }) })\n",
  }),
  source(
    'a part of the model throws',
    'MC003',
    "const limits: number[][] = []\nexport default model({\n  name: 'example',\n  «state: () => ({ x: range(0, limits[0].length) }),»\n})",
  ),
  loaded('no model in the file', 'MC004', { 'models/broken.ts': '«e»xport const x = 1\n' }),
  loaded('no properties in their file', 'MC004', {
    'models/broken.ts': (counter['models/counter.ts'] as string).replace("'counter'", "'broken'"),
    'properties/broken.ts': '«e»xport const x = 1\n',
  }),
  command('unknown param', 'MC005', ['check', 'counter', '--set', 'limits=2']),
  command('param out of bounds', 'MC006', ['check', 'counter', '--set', 'limit=9']),
  command('param of another type', 'MC006', ['check', 'counter', '--set', 'fast=1']),
  command('param that is none of the choices', 'MC006', ['check', 'counter', '--set', 'mode=sideways']),
  command('unknown variant', 'MC007', ['check', 'counter', '--variant', 'short']),
  command('unknown property', 'MC008', ['check', 'counter', '--property', 'smal']),
  property('two properties of one name', 'MC009', 'x: range(0, 3)', 'small: always((s) => s.x < 2),\n  «small»: always((s) => s.x < 3)'),
  source(
    'a name declared twice',
    'MC009',
    "const «range» = 3\nexport default model({ name: 'example', state: () => ({ x: range(0, 3) }) })",
  ),
  source(
    'two variables of one name',
    'MC009',
    "export default model({ name: 'example', state: () => ({ x: range(0, 1), «x»: range(0, 2) }) })",
  ),
  property('a property named as a built-in one', 'MC009', 'x: range(0, 3)', 'deadlock: always(«(s) => s.x < 2»)'),
  loaded('properties of another model', 'MC010', {
    'models/broken.ts': (counter['models/counter.ts'] as string).replace("'counter'", "'broken'"),
    'properties/broken.ts': (counter['properties/counter.ts'] as string).replace('import', '«i»mport'),
  }),
  {
    name: 'a folder that cannot be written',
    code: 'MC011',
    files: { ...counter, counterexamples: 'a file in the way\n' },
    steps: [violated],
  },
  {
    name: 'a damaged trace',
    code: 'MC012',
    files: counter,
    steps: [violated, { edit: { file: stored, match: '"vars"', by: '"wars"' } }, { run: ['inspect', stored] }],
    at: { file: stored, line: 1, column: 1, width: 1 },
  },
  {
    name: 'a trace cut short',
    code: 'MC012',
    files: { ...counter, 'cut.itf.json': '{ "#meta": {\n«»' },
    steps: [{ run: ['inspect', 'cut.itf.json'] }],
  },
  {
    name: 'another file taken for a trace',
    code: 'MC012',
    files: { ...counter, 'notes.json': '  «a» race\n' },
    steps: [{ run: ['inspect', 'notes.json'] }],
  },
  {
    name: 'a drawn race taken for a trace',
    code: 'MC012',
    files: counter,
    steps: [violated, { run: ['inspect', stored.replace('.itf.json', '.txt')] }],
  },
  {
    name: 'a trace with a slip of the keyboard',
    code: 'MC012',
    files: { ...counter, 'slip.itf.json': '{ "#meta": {\n  "format": «u»nquoted,\n  "source": "models/counter.ts"\n} }\n' },
    steps: [{ run: ['inspect', 'slip.itf.json'] }],
  },
  { name: 'no certificate there', code: 'MC018', files: counter, steps: [{ run: ['certify', 'none.json'] }] },
  {
    name: 'a certificate cut short',
    code: 'MC018',
    files: { ...counter, 'cut.json': '{ "format": "mmucheck certificate",\n' },
    steps: [{ run: ['certify', 'cut.json'] }],
  },
  {
    name: 'another file taken for a certificate',
    code: 'MC018',
    files: { ...counter, 'other.json': '{ "format": "else" }' },
    steps: [{ run: ['certify', 'other.json'] }],
  },
  { name: 'no trace there', code: 'MC012', files: counter, steps: [{ run: ['inspect', 'none.itf.json'] }] },
  {
    name: 'a trace of another version',
    code: 'MC013',
    files: counter,
    steps: [violated, { edit: { file: 'models/counter.ts', match: 's.x += 1', by: 's.x += 2' } }, { runAfresh: ['inspect', stored] }],
  },
  source(
    'a range upside down',
    'MC014',
    "const width = 0\nexport default model({\n  name: 'example',\n  «state: () => ({ x: range(1, width) }),»\n})",
  ),
  source('a domain that is none', 'MC014', "export default model({ name: 'example', state: «() => ({ x: 3 as never })» })"),
  property(
    'a window where no condition says',
    'MC014',
    'x: range(0, 3)',
    'reached: sometimes((s) => s.x > 1, { where: «() => 3 as never» })',
  ),
  loaded('a domain made while the module loads', 'MC014', {
    'models/broken.ts':
      "import { index, model } from 'mmucheck'\n\n«const page = index(0)»\nexport default model({ name: 'broken', state: () => ({ page }) })\n",
  }),
  source(
    'a variant that sets what is no param',
    'MC014',
    `export default model({
  name: 'example',
  params: { depth: size(2), safe: flag(false) },
  state: () => ({ x: range(0, 3) }),
  variants: {
    safe: { safe: true },
    deep: { depth: 3, «saef»: true },
  } as never,
})`,
  ),
  source(
    'a variant with a value that the param does not take',
    'MC014',
    `export default model({
  name: 'example',
  params: { depth: size(2, { max: 4 }) },
  state: () => ({ x: range(0, 3) }),
  variants: { deep: { «depth»: 9 } },
})`,
  ),
  property('a bound without a limit', 'MC014', 'x: range(0, 3)', 'few: («bound» as any)((s: { x: number }) => s.x)'),
  property('an always of nothing', 'MC014', 'x: range(0, 3)', 'small: («always» as any)()'),
  property('a leadsTo with one predicate', 'MC014', 'x: range(0, 3)', 'comes: («leadsTo» as any)((s: { x: number }) => s.x > 1)'),
  property('a maximum of what is no measure', 'MC014', 'x: range(0, 3)', 'most: «maximum»(3 as never)'),
  property('a window of a variant that is none', 'MC014', 'x: range(0, 3)', "reached: sometimes((s) => s.x > 1, { in: ['«fast»'] })"),
  property(
    'a window in what is no list of variants',
    'MC014',
    'x: range(0, 3)',
    "reached: «sometimes»((s) => s.x > 1, { in: 'fast' as never })",
  ),
  property('a property made without always', 'MC014', 'x: range(0, 3)', 'small: («(s: { x: number }) => s.x < 2») as never'),
  source(
    'module not found',
    'MC015',
    "import { width } from «'./sizes.ts'»\nexport default model({ name: 'example', state: () => ({ x: range(0, width) }) })",
  ),
  source(
    'package not found',
    'MC015',
    "import { width } from «'sizes'»\nexport default model({ name: 'example', state: () => ({ x: range(0, width) }) })",
  ),
  init('two fields of one name', 'MC009', 'x: range(0, 1)', 'const o = { a: 1, «a»: 2 }\ns.x = o.a'),
  ...(
    [
      ['a claim about a variant that is not there', "variant: '«longer»', property: 'small'"],
      ['a claim about a param that is not there', "settings: { «limits»: 2 }, property: 'small'"],
      ['a claim about a property that is not there', "property: '«smal»'"],
      ['a claim about a maximum', "property: '«greatest»'"],
      ['a claim about a window that is not asked there', "property: '«large»'"],
    ] as const
  ).map(
    ([name, row]): Case =>
      command(name, 'MC016', ['claims', 'counter'], {
        ...counter,
        'properties/counter.ts': `import { always, claims, maximum, properties, sometimes } from 'mmucheck'
import counter from '../models/counter.ts'

export default properties(counter, {
  small: always((s) => s.x < 2),
  greatest: maximum((s) => s.x),
  large: sometimes((s) => s.x > 1, { where: () => false }),
})

export const mails = claims(counter, [
  {
    id: 'C1',
    quote: 'It stays small.',
    source: { kind: 'document', title: 'a page' },
    readings: [{ says: 'confirms', expected: 'holds', ${row} }],
  },
])
`,
      }),
  ),
  ...(
    [
      ['a sentence with two numbers', "{ ...sentence, id: '«C2»', readings: [confirms] }"],
      ['two sentences of one number', "{ ...sentence, id: '«C1»', quote: 'It stays large.', readings: [confirms] }"],
      ['a short form that is no excerpt', "{ ...sentence, ...other, short: '«It is … small»', readings: [confirms] }"],
      ['a date that is none', "{ ...sentence, ...other, source: { ...page, date: '31 Jan 2008' }, readings: [confirms] }"],
      ['a verdict that is asked for twice', '{ ...sentence, ...other, readings: [confirms, «{ ...confirms, settings: {} }»] }'],
      ['a note that is a finding too', "{ ...sentence, ...other, readings: [{ ...confirms, note: 'so it is', «finding»: 'so it is' }] }"],
      ['a sentence without an answer', "{ ...sentence, ...other, readings: [{ ...confirms, says: 'contrasts' }] }"],
      [
        'a sentence with two answers',
        "{ ...sentence, ...other, readings: [confirms, { ...confirms, property: 'deadlock', says: 'refutes' }] }",
      ],
      ['a source without its title', "{ ...sentence, ...other, source: { kind: 'own' }, readings: [confirms] }"],
      ['a source of no kind', "{ ...sentence, ...other, source: { kind: '«post»' }, readings: [confirms] }"],
      ['a sentence without readings', '{ ...sentence, ...other, «reading»: [confirms] }'],
      ['a reading that says something else', "{ ...sentence, ...other, readings: [{ ...confirms, says: '«refute»' }] }"],
      ['a verdict that is none', "{ ...sentence, ...other, readings: [{ ...confirms, expected: '«violatd»' }] }"],
      ['a reading without a property', "{ ...sentence, ...other, readings: [«{ says: 'confirms', expected: 'holds' }»] }"],
      ['a condition of nothing', "{ ...sentence, ...other, onlyIf: 'it is cold', readings: [confirms] }"],
    ] as const
  ).map(
    ([name, claim]): Case =>
      command(name, 'MC016', ['claims', 'counter'], {
        ...counter,
        'properties/counter.ts': `import { always, claims, properties } from 'mmucheck'
import counter from '../models/counter.ts'

export default properties(counter, { small: always((s) => s.x < 2) })

const page = { kind: 'document', title: 'a page' } as const
const confirms = { says: 'confirms', property: 'small', expected: 'holds' } as const
const sentence = { id: 'C1', quote: 'It stays small.', source: page }
${claim.includes('other') ? `const other = { id: '${claim.includes('«') ? 'C2' : '«C2»'}', quote: 'It is never large.' }\n` : ''}
export const mails = claims(counter, [
  { ...sentence, readings: [confirms] },
  ${claim},
])
`,
      }),
  ),
  loaded('claims of another model', 'MC010', {
    'models/broken.ts': (counter['models/counter.ts'] as string).replace("'counter'", "'broken'"),
    'properties/broken.ts':
      "«i»mport { always, claims, properties } from 'mmucheck'\nimport broken from '../models/broken.ts'\nimport counter from '../models/counter.ts'\n\nexport default properties(broken, { small: always((s) => s.x < 2) })\nexport const mails = claims(counter, [])\n",
  }),
  command('too many settings', 'MC017', ['sweep', 'wide', '--property', 'deadlock'], {
    ...counter,
    'models/wide.ts': `import { flag, model, range } from 'mmucheck'

const f = flag(false)
export default model({
  name: 'wide',
  params: { a: f, b: f, c: f, d: f, e: f, f, g: f, h: f, i: f, j: f, k: f, l: f, m: f, n: f },
  state: () => ({ x: range(0, 1) }),
})
`,
  }),
  {
    name: 'an explanation of what does not survive',
    code: 'MC026',
    files: {
      ...bounded,
      'properties/bounded.ts': `import { accepted, always, properties } from 'mmucheck'
import bounded from '../models/bounded.ts'

export default properties(bounded, { small: always((s) => s.x < 3), comes: always((s) => s.x >= 0) })
export const unneeded = accepted(bounded, [{ change: 'comparison: s.x < 2 → s.x <= 2', why: 'it is' }])
`,
    },
    steps: [{ runAfresh: ['mutate', 'bounded'] }],
  },
  command('mutants of a model that is wrong already', 'MC027', ['mutate', 'counter'], counter),
  command('a mutant that there is not', 'MC028', ['mutate', 'bounded', '--show', '77'], bounded),
  ...(
    [
      ['a module that ends the process', 'MC019', '«process.exit(0)»'],
      ['a module that awaits what never comes', 'MC020', 'const never = new Promise(() => {})\n«await never»'],
      ['a module that leaves a timer', 'MC021', '«const timer = setInterval(() => {}, 1_000)»'],
      ['a module that leaves a failure', 'MC022', "«const limit = Promise.reject(new Error('no limit'))»"],
    ] as const
  ).map(
    ([name, code, what]): Case => ({
      name,
      code,
      files: {
        'model.ts': `import { model, range } from 'mmucheck'\n\n${what}\nexport default model({ name: 'example', state: () => ({ x: range(0, 3) }) })\n`,
      },
      steps: [{ runAfresh: ['check', './model.ts'] }],
    }),
  ),
  command('properties in two files', 'MC023', ['check', 'counter'], {
    ...counter,
    'models/counter.properties.ts': (counter['properties/counter.ts'] as string).replace('../models', '.'),
  }),
  source('a model without a name', 'MC014', "«export default model({ name: '', state: () => ({ x: range(0, 3) }) })»"),
  source(
    'a state that is no function',
    'MC014',
    "«export default model({ name: 'example', state: { x: range(0, 3) } as never, rules: () => ({}) })»",
  ),
  source('a model without a state', 'MC014', "«export default model({ name: 'example', rules: () => ({}) } as never)»"),
  source(
    'rules that are no function',
    'MC014',
    "«export default model({ name: 'example', state: () => ({ x: range(0, 3) }), rules: 3 as never })»",
  ),
  source(
    'a rule that is no function',
    'MC014',
    "export default model({ name: 'example', state: () => ({ x: range(0, 3) }), rules: «() => ({ tick: 3 as never })» })",
  ),
  source('a state that is none', 'MC014', "export default model({ name: 'example', state: «() => null as never» })"),
  {
    name: 'a certificate about a module elsewhere',
    code: 'MC024',
    files: {
      '../elsewhere.ts': counter['models/counter.ts'] as string,
      'c.json': JSON.stringify({
        format: 'mmucheck certificate',
        version: 1,
        engine: 'ic3',
        model: 'counter',
        modelFile: '../elsewhere.ts',
        variant: null,
        params: {},
        fingerprint: '',
        proved: ['range'],
        invariant: [],
      }),
    },
    steps: [{ run: ['certify', 'c.json'] }],
  },
  source(
    'a model that counts how often it is built',
    'MC025',
    `const built = { times: 0 }
export default model({
  name: 'example',
  state: () => ({ x: range(0, 9) }),
  rules: «() => {
    built.times += 1
    return { go: (s) => { s.x = built.times } }
  }»,
})`,
  ),
]
