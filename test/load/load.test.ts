/**
 * The built loader, run by Node in a process of its own as the command line runs it. `npm run build` must have been
 * run.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'

// Each test starts Node afresh, on a machine that may have other work to do.
vi.setConfig({ testTimeout: 60_000 })

const project = realpathSync(mkdtempSync(join(tmpdir(), 'mmucheck-load-')))
afterAll(() => rmSync(project, { recursive: true }))

const write = (files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), text)
  }
}

const modelText = (name: string, more = ''): string =>
  `import { model, range } from 'mmucheck'\n${more}\nexport default model({ name: '${name}', state: () => ({ x: range(0, 1) }), rules: () => ({ up: (s) => { s.x = 1 } }) })\n`

write({
  'package.json': '{ "type": "module" }',
  'models/good.ts': `import { model, range, type Steps, Queue } from 'mmucheck'
import { acquire, lock } from 'mmucheck/mmu'
import { limit } from '../helpers/limit.js'
import { nothing } from '../helpers/plain'
type Unused = Queue<number>
export default model({
  name: 'good',
  state: () => ({ l: lock(2), x: range(0, limit) }),
  processes: () => ({ cpu: function* (s): Steps { yield* acquire(s.l, nothing) } }),
})
`,
  'helpers/limit.ts': 'export interface Limit { n: number }\nexport const limit = 3 as number\n',
  'helpers/plain.js': 'export const nothing = 0\n',
  'properties/good.ts':
    "import { always, properties } from 'mmucheck'\nimport good from '../models/good.ts'\nexport default properties(good, { small: always((s) => s.x < 3) })\n",
  'models/lonely.ts': modelText('lonely'),
  'beside/one.ts': modelText('one'),
  'beside/one.properties.ts':
    "import { always, properties } from 'mmucheck'\nimport one from './one'\nexport default properties(one, { p: always(() => true) })\n",
  'models/old.ts': modelText(
    'old',
    "import { createRequire } from 'node:module'\nconst { two } = createRequire(import.meta.url)('../old/entry.js')\nif (two !== 2) throw two",
  ),
  'old/package.json': '{ "type": "commonjs" }',
  'old/entry.js': "exports.two = require('./part').two\n",
  'old/part.js': 'exports.two = 2\n',
  'models/syntax.ts': 'const a = 1\nconst b = ;\n',
  'models/throws.ts': modelText('throws', "import { explode } from '../helpers/explode.ts'\nconst x = explode(1)"),
  'helpers/explode.ts':
    'export const explode = (n: number): number => {\n  if (n > 0)\n    throw new RangeError("too much")\n  return n\n}\n',
  'models/wrong-domain.ts':
    "import { model, range } from 'mmucheck'\n\nconst d = range(3, 1)\nexport default model({ name: 'd', state: () => ({ d }) })\n",
  'models/none.ts': 'export const x = 1\n',
  'models/twice.ts':
    "import { model, range } from 'mmucheck'\nexport default model({ name: 't', state: () => ({ x: range(0, 1), x: range(0, 2) }) })\n",
  'models/other.ts': modelText('other'),
  'properties/other.ts':
    "import { properties } from 'mmucheck'\nimport lonely from '../models/lonely.ts'\nexport default properties(lonely, {})\n",
  'models/missing-file.ts': modelText('m', "import { x } from './no-such.ts'\nvoid x"),
  'models/missing-package.ts': modelText('m', "import { x } from 'no-such-package'\nvoid x"),
  'models/missing-export.ts': modelText('m', "import { nope } from '../helpers/limit.ts'\nvoid nope"),
  'models/enum.ts': modelText('m', 'enum E { A }\nvoid E'),
  'properties/lone-properties.ts': 'export default 1\n',
  'models/lone-properties.ts': modelText('l'),
  'models/tags.ts':
    "import { model, range } from 'mmucheck'\nconst limit = 2\nexport default model({\n  name: 'tags',\n  state: () => ({ x: range(0, limit) }),\n})\n",
})

/** Runs a script's body in the project; what it returns comes back. */
const inProject = (body: string): unknown => {
  const dist = resolve('dist/load')
  const script = `
    const { loadModel, modelHash, sourcesOf, compilePredicate } = await import('${dist}/load.js')
    const { functionInfo } = await import('${dist}/registry.js')
    const { formatDiagnostic } = await import('${dist}/../diagnostics.js')
    const outcome = async (target) => { try { return (await loadModel(target)).model.name } catch (e) { return e.diagnostic ? formatDiagnostic(e.diagnostic) : String(e.stack) } }
    const result = await (async () => { ${body} })()
    process.stdout.write(JSON.stringify(result))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project, encoding: 'utf8' }))
}

describe('finding', () => {
  test('a model by name, with its properties, and what the model imports', () => {
    const result = inProject(`
      const { model, properties, sources, file } = await loadModel('good')
      return { name: model.name, properties: Object.keys(properties.properties), same: properties.model === model, sources, file }`) as {
      sources: string[]
    }
    expect(result).toMatchObject({ name: 'good', properties: ['small'], same: true, file: join(project, 'models/good.ts') })
    const mmu = resolve('src/mmu')
    expect(result.sources.filter((file) => !file.startsWith(mmu)).map((file) => file.slice(project.length + 1))).toEqual([
      'helpers/limit.ts',
      'helpers/plain.js',
      'models/good.ts',
    ])
    expect(result.sources).toContain(join(mmu, 'lock.ts'))
  })

  test('by path, without an extension, by the file of its properties, and with properties beside it', () => {
    const result = inProject(`
      const shown = async (target) => { const { model, properties } = await loadModel(target); return [model.name, properties && Object.keys(properties.properties)] }
      return [await shown('./models/good.ts'), await shown('models/good'), await shown('properties/good.ts'), await shown('beside/one.ts'), await shown('lonely')]`)
    expect(result).toEqual([
      ['good', ['small']],
      ['good', ['small']],
      ['good', ['small']],
      ['one', ['p']],
      ['lonely', null],
    ])
  })

  test('what a model requires is CommonJS, which requires more of it', () => {
    expect(inProject("return outcome('old')")).toBe('old')
  })

  test('functions are tagged, with the values that they capture', () => {
    const result = inProject(
      `const { model, file } = await loadModel('tags'); const i = functionInfo(model.state); return [i.file === file, i.names, i.captured('limit'), model.state.name]`,
    )
    expect(result).toEqual([true, ['range', 'limit'], 2, 'state'])
  })
})

test('a project reached through a symbolic link is one project', () => {
  // Node names modules by their real paths: named otherwise, their sources were not found, and properties belonged to
  // another model.
  symlinkSync(project, join(project, 'link'))
  const result = inProject(
    "const { properties, sources } = await loadModel('./link/models/good.ts'); return [Object.keys(properties.properties), sources.length > 3]",
  )
  expect(result).toEqual([['small'], true])
})

describe('diagnostics', () => {
  const codes: Readonly<Record<string, string[]>> = {
    goood: ["error MC001: there is no model 'goood'", 'did you mean good?'],
    'models/nope.ts': ["error MC001: there is no file 'models/nope.ts'"],
    syntax: ['models/syntax.ts:2:11: error MC002', '> 2 | const b = ;'],
    enum: ['models/enum.ts:2:1: error MC002: an enum needs code generation'],
    throws: ['helpers/explode.ts:3:5: error MC003: RangeError: too much', '> 3 |     throw new RangeError'],
    none: ['models/none.ts:1:1: error MC004'],
    'lone-properties': ['properties/lone-properties.ts:1:1: error MC004: properties/lone-properties.ts exports no properties'],
    twice: ["models/twice.ts:2:67: error MC009: 'x' stands twice"],
    other: [
      "properties/other.ts:1:1: error MC010: these are properties of 'lonely' in models/lonely.ts, not of 'other' in models/other.ts",
    ],
    'wrong-domain': ['models/wrong-domain.ts:3:1: error MC014: range(3, 1) needs'],
    'missing-file': ["models/missing-file.ts:2:19: error MC015: cannot find './no-such.ts'", 'relative to the importing file'],
    'missing-package': ["models/missing-package.ts:2:19: error MC015: cannot find 'no-such-package'", 'npm install no-such-package'],
    'missing-export': [
      "models/missing-export.ts:2:1: error MC015: The requested module '../helpers/limit.ts' does not provide an export named 'nope'",
    ],
  }
  const all = inProject(
    `return Object.fromEntries(await Promise.all(${JSON.stringify(Object.keys(codes))}.map(async (target) => [target, await outcome(target)])).catch(String))`,
  ) as Record<string, string>
  for (const [target, parts] of Object.entries(codes))
    test(target, () => {
      for (const part of parts) expect(all[target]).toContain(part)
    })

  test('with no models folder', () => {
    expect(inProject("process.chdir('beside'); return outcome('good')")).toContain('there is no model in models/ here')
  })
})

test('the hash of a model depends on its contents only', () => {
  const hash = (): unknown => inProject("return modelHash((await loadModel('models/lonely.ts')).sources)")
  const before = hash()
  expect(before).toMatch(/^[0-9a-f]{64}$/)
  renameSync(join(project, 'models'), join(project, 'moved'))
  expect(inProject("return modelHash((await loadModel('moved/lonely.ts')).sources)")).toBe(before)
  renameSync(join(project, 'moved'), join(project, 'models'))
  write({ 'models/lonely.ts': modelText('lonely', '// changed') })
  expect(hash()).not.toBe(before)
})

// A model given to `check()` has no path: the file of its `state` alone was taken for all of it, and a schedule stored
// before its steps changed was replayed as if nothing had.
test('what a model is made of is found from any of its parts', () => {
  const steps = (n: number): string => `export const rules = () => ({ up: (s: { x: number }) => { s.x = ${n} } })\n`
  write({
    'parts/state.ts': "import { range } from 'mmucheck'\nexport const state = () => ({ x: range(0, 2) })\n",
    'parts/rules.ts': steps(1),
    'parts/parts.ts':
      "import { model } from 'mmucheck'\nimport { rules } from './rules.ts'\nimport { state } from './state.ts'\nexport default model({ name: 'parts', state, rules })\n",
  })
  const found = (): unknown =>
    inProject(`const { model } = await loadModel('parts/parts.ts')
      const files = sourcesOf(model, '')
      return [files.map((file) => file.slice(file.lastIndexOf('/') + 1)), modelHash(files)]`)
  const [files, hash] = found() as [string[], string]
  expect(files).toEqual(expect.arrayContaining(['rules.ts', 'state.ts']))
  write({ 'parts/rules.ts': steps(2) })
  expect(found()).toEqual([files, expect.not.stringMatching(hash)])
})

test('an ad hoc predicate is a tagged function; each has a name', () => {
  const result = inProject(`
    const wrong = (text) => { try { compilePredicate(text); return 'fine' } catch (e) { return formatDiagnostic(e.diagnostic) } }
    const first = compilePredicate('(s, p) => s.x < p.limit // enough')
    const second = compilePredicate('(s) => s.x === (1 as number)')
    return [first({ x: 1 }, { limit: 2 }), functionInfo(first).file, second({ x: 1 }), functionInfo(second).file, wrong('1 + 1'), wrong('(s => s'), wrong('(a, b, c, d) => true')]`) as string[]
  expect(result.slice(0, 4)).toEqual([true, '--invariant', true, '--invariant 2'])
  expect(result[4]).toContain('--invariant 3:1:1: error MC002: this is no predicate')
  expect(result[5]).toContain('error MC002')
  expect(result[6]).toContain('this is no predicate')
})
