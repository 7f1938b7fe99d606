/**
 * The package as a new user gets it: packed with `npm pack`, unpacked into a project of its own, and used there.
 * Nothing of this repository is in reach except the dependencies, which npm would have installed.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
let project = ''
let installed = ''
let packed: readonly string[] = []

const must = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? status}\n${stdout}${stderr}`)
  return stdout
}

const model = `import { acquire, lock, release } from 'mmucheck/mmu'
import { always, array, bool, each, model, properties, size } from 'mmucheck'

const twoCpus = model({
  name: 'two-cpus',
  params: { cpus: size(2, { max: 3 }) },
  state: (p) => ({ ptl: lock(p.cpus), inside: array(p.cpus, bool) }),
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      yield* acquire(s.ptl, cpu)
      s.inside[cpu] = true
      yield* release(s.ptl, cpu)
      s.inside[cpu] = false
    }),
  }),
})

export default properties(twoCpus, { exclusive: always((s) => s.inside.filter((inside) => inside).length <= 1) })
`

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'mmucheck-package-'))
  // The tests run on the build that is there; `npm pack` by hand builds afresh.
  const report = JSON.parse(must('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], root)) as {
    filename: string
    files: { path: string }[]
  }[]
  const [archive] = report
  if (archive === undefined) throw new Error('npm pack packed nothing')
  packed = archive.files.map(({ path }) => path)
  installed = join(project, 'node_modules/mmucheck')
  mkdirSync(installed, { recursive: true })
  must('tar', ['-xzf', join(project, archive.filename), '-C', installed, '--strip-components', '1'], project)
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', type: 'module', private: true }))
  writeFileSync(join(project, 'two-cpus.ts'), model)
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const mmucheck = (args: readonly string[]) =>
  spawnSync(process.execPath, [join(installed, 'dist/cli/main.js'), ...args], { cwd: project, encoding: 'utf8' })

describe('the packed package', () => {
  it('has the build, the building blocks as source, and no tests or dependencies', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/cli/main.js', 'dist/lang/index.d.ts', 'src/mmu/index.ts']),
    )
    expect(packed.filter((path) => /^(test|bench|node_modules|counterexamples)\//.test(path) || path.endsWith('.tgz'))).toEqual([])
  })

  // Four of five lines of declarations were of internals that no import leads to.
  it('has the declarations to which its exports lead, and no other', () => {
    const exported = readFileSync(join(installed, 'package.json'), 'utf8')
    const declarations = packed.filter((path) => path.endsWith('.d.ts'))
    const imported = new Set(
      declarations.flatMap((path) =>
        [...readFileSync(join(installed, path), 'utf8').matchAll(/'(\.[^']+)\.js'/g)].map(([, to]) => join(dirname(path), `${to}.d.ts`)),
      ),
    )
    expect(declarations).toContain('dist/check/report/report.d.ts')
    expect(declarations.filter((path) => !imported.has(path) && !exported.includes(`./${path}`))).toEqual([])
    expect([...imported].filter((path) => !packed.includes(path))).toEqual([])
  })

  it('has every file that its exports and its bin name', () => {
    const { bin, exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      bin: Record<string, string>
      exports: object
    }
    const named = [...JSON.stringify([bin, exports]).matchAll(/"(?:\.\/)?(dist\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((path) => !packed.includes(path))).toEqual([])
  })

  it('checks a model by its path, with the building blocks', () => {
    const { status, stdout, stderr } = mmucheck(['check', './two-cpus.ts', '--json'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ model: 'two-cpus', complete: true, states: 8, exitCode: 0 })
    expect(status).toBe(0)
  })

  it('checks from a program of the user, with solvers in a thread', () => {
    writeFileSync(
      join(project, 'program.js'),
      `import { check } from 'mmucheck/check'
const report = await check('./two-cpus.ts', { engine: 'both' })
console.log(JSON.stringify([report.states, report.properties.map(({ verdict }) => verdict)]))
`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, ['program.js'], { cwd: project, encoding: 'utf8', timeout: 60_000 })
    expect([JSON.parse(stdout), stderr]).toEqual([[8, ['holds', 'holds', 'holds', 'holds', 'holds']], ''])
  })

  it('gives the types that a model needs', () => {
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, skipLibCheck: false, types: [] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    expect(must(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project)).toBe('')
  })
})
