/**
 * Modules that do something else than to export a model, and models that are not built as data: each is told with its
 * code and its place, ends with 65, and none ends the program, or keeps it. Also what surrounds a run: Ctrl-C while a
 * model loads, a full output, devices for files, a certificate about someone else's module.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createProject, type Project, program } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })

const imports = "import { always, array, choice, each, model, properties, range } from 'mmucheck'\n"
const plain = "export default model({ name: 'm', state: () => ({ x: range(0, 1) }), rules: () => ({ up: (s) => { s.x = 1 } }) })\n"
/** A module that also does `what`, on its second line. */
const beside = (what: string): string => `${imports}${what}\n${plain}`
/** A model of these parts, each on a line of its own from the third on. */
const built = (...parts: string[]): string => `${imports}export default model({\n${parts.map((part) => `${part},\n`).join('')}})\n`

let project: Project
beforeAll(() => {
  project = createProject({ 'package.json': '{ "type": "module" }', 'models/good.ts': `${imports}${plain}` })
})
afterAll(() => project.remove())

const check = async (text: string): Promise<readonly [number | null, string, string]> => {
  project.write({ 'models/m.ts': text })
  const { code, out, err } = await project.mmucheck(['check', 'm', '--engine', 'explicit', '--no-deadlock'])
  return [code, err.split('\n')[0] ?? '', out]
}

describe('while a module is imported', () => {
  test.each([
    ['process.exit', 'process.exit(0)', 'models/m.ts:2:1: error MC019: the module calls process.exit(0)'],
    ['process.exit, and catches what follows', 'try { process.exit(0) } catch {}', 'models/m.ts:2:1: error MC019'],
    ['what process.exit calls', 'process.reallyExit(0)', 'models/m.ts:2:1: error MC019: the module calls process.reallyExit(0)'],
    ['an end by a signal', 'process.kill(process.pid)', 'models/m.ts:2:1: error MC019: the module calls process.kill('],
    ['an end for an end', 'process.exit = () => {}', 'models/m.ts:2:1: error MC003: TypeError: Cannot assign to read only property'],
    ['no process any more', 'globalThis.process = undefined', 'models/m.ts:2:1: error MC003: TypeError: Cannot assign'],
    ['a process that is deleted', 'delete globalThis.process', 'models/m.ts:2:1: error MC003: TypeError: Cannot delete property'],
    [
      'an exit code of its own, and nobody left to notice the end',
      'process.removeAllListeners(); process.exitCode = 0; await new Promise(() => {})',
      'models/m.ts:2:53: error MC020',
    ],
    ['exit by its name', "import { exit } from 'node:process'; exit(3)", 'models/m.ts:2:1: error MC019: the module calls process.exit(3)'],
    ['a promise that never settles', 'await new Promise(() => {})', 'models/m.ts:2:1: error MC020: the module awaits what never comes'],
    [
      'a rejection that nobody handles',
      "Promise.reject(new RangeError('no'))",
      'models/m.ts:2:1: error MC022: a promise or a callback of the module failed, and nothing handles it: RangeError: no',
    ],
    [
      'a rejection that is no error',
      "Promise.reject('no')",
      'models/m.ts:1:1: error MC022: a promise or a callback of the module failed, and nothing handles it: no',
    ],
    [
      'a callback that throws',
      "await new Promise((done) => { setTimeout(() => { throw new Error('late') }, 1) })",
      'models/m.ts:2:1: error MC022',
    ],
    [
      'an interval',
      'setInterval(() => {}, 1000)',
      'models/m.ts:2:1: error MC021: the module starts something that goes on after it was loaded',
    ],
    ['a timer', "import { setTimeout as later } from 'node:timers'; later(() => {}, 1e6)", 'models/m.ts:2:1: error MC021'],
  ])('%s', async (_, what, error) => {
    const [code, err, out] = await check(beside(what))
    expect(err.slice(0, error.length)).toBe(error)
    expect([code, out]).toEqual([65, ''])
  })

  test('also in what it imports, and with --json', async () => {
    project.write({
      'models/m.ts': beside("import '../helpers/wait.ts'"),
      'helpers/wait.ts': 'const never = new Promise(() => {})\n\nawait never\n',
    })
    const { code, out } = await project.mmucheck(['list', 'm', '--json'])
    expect([code, JSON.parse(out)]).toMatchObject([65, { error: { code: 'MC020', file: 'helpers/wait.ts', line: 3, column: 1 } }])
  })

  // A listener once changed the exit code, and what a module printed stood before the JSON object.
  test('listeners change no exit code, and what is printed goes to stderr', async () => {
    const what = "process.on('exit', () => { process.exitCode = 0 }); console.log('hello'); process.stdout.write('again\\n')"
    project.write({ 'models/m.ts': beside(what) })
    const { code, out, err } = await project.mmucheck(['check', 'm', '--engine', 'explicit', '--deadlock', '--max-states', '1', '--json'])
    expect([code, JSON.parse(out), err]).toMatchObject([20, { exitCode: 20, states: 1 }, 'hello\nagain\n'])
  })

  test('a timer that has ended, one that keeps nothing alive, and a pause are nobody’s business', async () => {
    const what =
      'clearInterval(setInterval(() => {}, 1000)); setInterval(() => {}, 1000).unref(); await new Promise((go) => setTimeout(go, 20))'
    expect((await check(beside(what))).slice(0, 2)).toEqual([0, ''])
  })

  test('a server that listens does not keep the program', async () => {
    expect((await check(beside("import { createServer } from 'node:net'; createServer().listen(0)")))[0]).not.toBe(null)
  })
})

describe('Ctrl-C ends a loop without an end', () => {
  const loop = '(() => { process.stderr.write("looping"); for (;;); })()'
  test.each([
    ['while a module is imported', beside(loop)],
    ['in state', built("name: 'm'", `state: () => ({ x: range(0, ${loop}) })`)],
    ['in processes', built("name: 'm'", 'state: () => ({ x: range(0, 1) })', `processes: () => { ${loop} }`)],
    [
      'in a captured getter',
      `${imports}const o = { get n() { return ${loop} } }\nexport default model({ name: 'm', state: () => ({ x: range(0, 1) }), rules: () => ({ up: (s) => { s.x = o.n } }) })\n`,
    ],
  ])('%s', async (_, text) => {
    project.write({ 'models/m.ts': text })
    // Of a program that SIGINT ends a shell says 130.
    const child = spawn(process.execPath, [program, 'check', 'm'], { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.once('data', () => child.kill('SIGINT'))
    const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve([code, signal])))
    expect(ended).toEqual([null, 'SIGINT'])
  })
})

describe('a model that is no data', () => {
  const state = 'state: () => ({ x: range(0, 3) })'
  test.each([
    ['no name', [state], 'models/m.ts:2:1: error MC014: the model has no name'],
    ['an empty name', ["name: ''", state], 'models/m.ts:2:1: error MC014: the model has no name'],
    ['a number for a name', ['name: 3 as never', state], 'models/m.ts:2:1: error MC014: the model has no name'],
    [
      'an async state',
      ["name: 'm'", 'state: (async () => ({ x: range(0, 3) })) as never'],
      "models/m.ts:4:1: error MC101: 'state' is an async function",
    ],
    [
      'async rules',
      ["name: 'm'", state, 'rules: (async () => ({ up: (s) => { s.x = 1 } })) as never'],
      "models/m.ts:5:1: error MC101: 'rules' is an async function",
    ],
    [
      'async processes',
      ["name: 'm'", state, 'async processes() { return {} }'],
      "models/m.ts:5:1: error MC101: 'processes' is an async function",
    ],
    ['an async init', ["name: 'm'", state, 'init: async (s) => { s.x = 1 }'], "models/m.ts:5:1: error MC101: 'init' is an async function"],
    [
      'an async rule',
      ["name: 'm'", state, 'rules: () => ({ up: async (s) => { s.x = 1 } })'],
      "models/m.ts:5:8: error MC101: 'up' is an async function",
    ],
    [
      'an async process',
      ["name: 'm'", state, "processes: () => ({ cpu: each(2, async function* (s) { yield 'a'; s.x = 1 }) })"],
      "models/m.ts:5:12: error MC101: '' is an async function",
    ],
    ['no state', ["name: 'm'", 'state: () => null as never'], 'models/m.ts:4:8: error MC014: `state` gives null, and no record'],
    ['a number for a state', ["name: 'm'", 'state: () => 3 as never'], 'models/m.ts:4:8: error MC014: `state` gives 3, and no record'],
    ['a list for a state', ["name: 'm'", 'state: () => [] as never'], 'models/m.ts:4:8: error MC014: `state` gives a list, and no record'],
    [
      'a promise of rules',
      ["name: 'm'", state, 'rules: () => Promise.resolve({}) as never'],
      'models/m.ts:5:8: error MC014: `rules` gives a promise, and no record',
    ],
  ])('%s', async (_, parts, error) => {
    const [code, err, out] = await check(built(...parts))
    expect(err.slice(0, error.length)).toBe(error)
    expect([code, out]).toEqual([65, ''])
  })

  test('an async predicate', async () => {
    const [code, err] = await check(
      `${imports}const m = model({ name: 'm', state: () => ({ x: range(0, 3) }) })\nexport default properties(m, {\n  p: always((async (s) => s.x === 0) as never),\n})\n`,
    )
    expect([code, err]).toEqual([65, "models/m.ts:4:3: error MC101: 'p' is an async function"])
  })
})

describe('a model that is built differently each time', () => {
  const header = `${imports}const c = { n: 0, get next() { return this.n++ } }\nlet count = 0\nclass Box { n = 0; get next() { return this.n++ } }\nconst box = new Box()\nconst half = () => (count = (count + 1) % 2)\n`
  const rules = (body: string): string => `${header}export default model({\nname: 'm',\nstate: () => ({ x: range(0, 9) }),\n${body},\n})\n`
  test.each([
    ['a captured object that counts', 'processes: () => { c.n++; return { cpu: function* (s) { yield "a"; s.x = c.n } } }', 'processes'],
    ['a captured variable that counts', 'rules: () => { const n = count++; return { up: (s) => { s.x = n } } }', 'rules'],
    ['a captured getter that counts', 'rules: () => ({ up: (s) => { s.x = c.next } })', 'rules'],
    ['a getter of a class', 'rules: () => ({ up: (s) => { s.x = box.next } })', 'rules'],
    ['a helper that counts', 'rules: () => ({ ...(half() === 1 ? { up: (s) => { s.x = 1 } } : {}) })', 'rules'],
    ['fairness', "fairness: () => ({ up: half() === 1 ? 'weak' : 'none' }), rules: () => ({ up: (s) => { s.x = 1 } })", 'fairness'],
    [
      'a random number',
      'rules: () => { const n = Math.random() < 2 ? Math.random() : 0; return { up: (s) => { s.x = n > 0 ? 1 : 0 } } }',
      'rules',
    ],
  ])('%s', async (_, body, part) => {
    const [code, err] = await check(rules(body))
    expect(err).toContain(`error MC025: 'm', built twice, is two different models: \`${part}\` depends`)
    expect(code).toBe(65)
  })

  test('what is filled once, and what nothing of the model sees, may change', async () => {
    const memo = `${imports}const known = new Map()\nconst once = (n) => { if (!known.has(n)) known.set(n, { n }); return known.get(n).n }\nexport default model({ name: 'm', state: () => ({ x: range(0, once(3)) }), rules: () => { const n = once(2); return { up: (s) => { s.x = n } } } })\n`
    expect((await check(memo)).slice(0, 2)).toEqual([0, ''])
  })
})

test('parameters have a scope of their own: their defaults see the module’s names, and not those of the body', async () => {
  const text = `${imports}const x = 2
const sum = (a: number, b = a + x) => { const x = 10; return b + x }
const late = (a: number, f = () => x) => { const x = 5; return a + f() + x }
const m = model({ name: 'm', state: () => ({ n: range(0, 99), k: range(0, 99) }), rules: () => ({ up: (s) => { s.n = sum(1); s.k = late(1) } }) })
export default properties(m, { sums: always((s) => s.n === 0 || (s.n === 13 && s.k === 8)) })
`
  expect((await check(text)).slice(0, 2)).toEqual([0, ''])
})

test('two files of properties: neither is taken, both are named', async () => {
  const of = "import { properties } from 'mmucheck'\nimport good from '../models/good.ts'\nexport default properties(good, {})\n"
  project.write({ 'properties/good.ts': of, 'models/good.properties.ts': of })
  const { code, err } = await project.mmucheck(['check', 'good'])
  rmSync(join(project.folder, 'properties/good.ts'))
  rmSync(join(project.folder, 'models/good.properties.ts'))
  expect([code, err.split('\n')[0]]).toEqual([
    65,
    'error MC023: properties/good.ts and models/good.properties.ts are both the properties of models/good.ts',
  ])
})

describe('a certificate', () => {
  test('runs a module only below the working directory, or one that is named', async () => {
    project.write({
      'models/proved.ts': `${imports}const m = model({ name: 'proved', state: () => ({ x: range(0, 3) }), rules: () => ({ up: (s) => { s.x = (s.x + 1) % 2 } }) })\nexport default properties(m, { small: always((s) => s.x < 2) })\n`,
    })
    expect((await project.mmucheck(['check', 'proved', '--engine', 'prove', '--no-deadlock', '--property', 'small'])).code).toBe(0)
    const file = join(project.folder, 'counterexamples/proved/default/certificate.json')
    const certificate = JSON.parse(readFileSync(file, 'utf8'))
    expect((await project.mmucheck(['certify', file])).code).toBe(0)
    const other = createProject({ 'package.json': '{ "type": "module" }' })
    try {
      const modelFile = join(project.folder, 'models/proved.ts')
      other.write({ 'c.json': JSON.stringify({ ...certificate, modelFile }) })
      const refused = await other.mmucheck(['certify', 'c.json'])
      expect([refused.code, refused.out, refused.err.split('\n')[0]]).toEqual([
        65,
        '',
        `error MC024: the certificate is about ${modelFile}, which is not below this folder`,
      ])
      expect((await other.mmucheck(['certify', 'c.json', modelFile])).code).toBe(0)
      symlinkSync(modelFile, join(other.folder, 'inside.ts'))
      other.write({ 'c.json': JSON.stringify({ ...certificate, modelFile: './inside.ts' }) })
      expect((await other.mmucheck(['certify', 'c.json'])).code).toBe(65)
    } finally {
      other.remove()
    }
  })
})

describe('where nothing can be written, or no file is', () => {
  test('a full output is told in a line, and exits with 73', () => {
    project.write({ 'models/m.ts': `${imports}${plain}` })
    for (const words of [['list'], ['check', 'm', '--json'], ['--help']]) {
      const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$@" > /dev/full', process.execPath, program, ...words], {
        cwd: project.folder,
        encoding: 'utf8',
      })
      expect([status, stderr.split('\n')[0]]).toEqual([73, 'error MC011: cannot write the answer: no space left on the device'])
    }
  })

  // Node makes folders by trying again and again in /proc, which takes none: the command never ended.
  test.runIf(existsSync('/proc/self'))('a folder that takes no folders is told, and exits with 73', async () => {
    for (const folder of ['/proc/x', '/proc/x/y']) {
      const words = ['check', 'good', '--engine', 'explicit', '--invariant', '(s) => s.x === 0', '--out', folder]
      const { code, err } = await project.mmucheck(words)
      const file = `${folder}/models/good.ts/default/invariant-1.itf.json`
      expect([code, err.split('\n')[0]]).toEqual([73, `error MC011: cannot write ${file}: no such file or folder`])
    }
  })

  test('a link and a pipe stay what they are, and are written to', async () => {
    project.write({ 'models/m.ts': `${imports}${plain}`, 'target.aag': '' })
    symlinkSync('target.aag', join(project.folder, 'link.aag'))
    expect((await project.mmucheck(['check', 'm', '--out-aiger', 'link.aag'])).code).toBe(0)
    expect(lstatSync(join(project.folder, 'link.aag')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(project.folder, 'target.aag'), 'utf8')).toMatch(/^aag /)
    execFileSync('mkfifo', [join(project.folder, 'pipe')])
    const reader = spawn('cat', [join(project.folder, 'pipe')])
    let read = ''
    reader.stdout.on('data', (chunk) => {
      read += chunk
    })
    const closed = new Promise((resolve) => reader.on('close', resolve))
    expect((await project.mmucheck(['check', 'm', '--out-smt2', 'pipe', '--property', 'range', '--max-depth', '2'])).code).toBe(0)
    await closed
    expect(read).toContain('(check-sat)')
    expect(lstatSync(join(project.folder, 'pipe')).isFIFO()).toBe(true)
  })

  test('a device too', async () => {
    const violated = `${imports}const m = model({ name: 'v', state: () => ({ x: range(0, 3) }), rules: () => ({ up: (s) => { s.x = 3 } }) })\nexport default properties(m, { small: always((s) => s.x < 2) })\n`
    writeFileSync(join(project.folder, 'models/v.ts'), violated)
    symlinkSync('/dev/null', join(project.folder, 'null'))
    for (const file of ['/dev/stdout', 'null']) {
      const command = '"$0" "$@" | cat'
      const { stdout, stderr } = spawnSync(
        'sh',
        ['-c', command, process.execPath, program, 'check', 'v', '--engine', 'explicit', '--out-itf', file],
        { cwd: project.folder, encoding: 'utf8' },
      )
      expect([stdout.includes('"#meta"'), stdout.includes('v: violated: small'), stderr]).toEqual([file === '/dev/stdout', true, ''])
    }
    expect(lstatSync(join(project.folder, 'null')).isSymbolicLink()).toBe(true)
  })

  // By its own name the file was written from its start, and the report then overwrote it.
  test('a file that the output goes to holds both, one after the other', () => {
    const written = join(project.folder, 'both.txt')
    const { status } = spawnSync(
      'sh',
      ['-c', `"$0" "$@" > '${written}'`, process.execPath, program, 'check', 'v', '--engine', 'explicit', '--out-itf', '/dev/stdout'],
      { cwd: project.folder },
    )
    const text = readFileSync(written, 'utf8')
    expect([status, text.startsWith('{'), text.includes('\n}\n'), text.includes('v: violated: small')]).toEqual([12, true, true, true])
  })
})
