/** Runs the built command line over cases, all in one process of Node: what the author of such a project would see. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Case, unmarked } from './case.ts'

export interface Outcome {
  /** What was printed to stderr, without a last newline. */
  readonly text: string
  readonly exitCode: number
  readonly error: {
    readonly code: string | null
    readonly file: string | null
    readonly line: number | null
    readonly column: number | null
  } | null
}

const dist = fileURLToPath(new URL('../../dist/cli/command-line.js', import.meta.url))

const script = `
  import { readFileSync, writeFileSync, mkdirSync } from 'node:fs'
  import { dirname } from 'node:path'
  import { spawnSync } from 'node:child_process'
  const { run } = await import(${JSON.stringify(dist)})
  const main = ${JSON.stringify(dist.replace('command-line.js', 'main.js'))}
  const outcomes = []
  for (const { folder, steps } of JSON.parse(readFileSync(0, 'utf8'))) {
    process.chdir(folder)
    let last = null
    for (const step of steps) {
      if ('write' in step) for (const [name, text] of Object.entries(step.write)) {
        mkdirSync(dirname(name), { recursive: true })
        writeFileSync(name, text)
      }
      else if ('edit' in step) {
        const { file, match, by } = step.edit
        const text = readFileSync(file, 'utf8')
        if (!text.includes(match)) throw new Error(file + ' has no ' + match)
        writeFileSync(file, text.replace(match, by))
      } else if ('runAfresh' in step) {
        const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...step.runAfresh, '--json'], { encoding: 'utf8' })
        last = { text: stderr.trimEnd(), exitCode: status, error: JSON.parse(stdout).error ?? null }
      } else {
        let out = '', err = ''
        const exitCode = await run([...step.run, '--json'], { out: (t) => { out += t }, err: (t) => { err += t }, colours: false, columns: null, terminal: null, end: async (code) => code })
        last = { text: err.trimEnd(), exitCode, error: JSON.parse(out).error ?? null }
      }
    }
    outcomes.push(last)
  }
  process.stdout.write(JSON.stringify(outcomes))`

/** The outcomes of the cases, by name. The package must have been built. */
export const collect = (cases: readonly Case[]): ReadonlyMap<string, Outcome> => {
  if (!existsSync(dist)) throw new Error('these tests run the built command line: npm run build')
  const root = mkdtempSync(join(tmpdir(), 'mmucheck-diagnostics-'))
  try {
    const projects = cases.map((one, i) => {
      const folder = join(root, String(i))
      for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...one.files })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), unmarked(text))
      }
      return { folder, steps: one.steps }
    })
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      input: JSON.stringify(projects),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { PATH: process.env.PATH ?? '', NODE_OPTIONS: process.env.NODE_OPTIONS ?? '' },
    })
    const outcomes = JSON.parse(out) as Outcome[]
    return new Map(cases.map(({ name }, i) => [name, outcomes[i] as Outcome]))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
