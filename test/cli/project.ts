/** A user's project in a temporary folder, and the built command line run in it. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Project {
  readonly folder: string
  readonly write: (files: Readonly<Record<string, string>>) => void
  /** Runs `mmucheck` with these words. `started` gets the process as soon as it runs. */
  readonly mmucheck: (
    words: readonly string[],
    started?: (pid: number) => void,
    environment?: Readonly<Record<string, string>>,
  ) => Promise<Ended>
  readonly remove: () => void
}

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export const createProject = (files: Readonly<Record<string, string>>): Project => {
  if (!existsSync(program)) throw new Error('these tests run the built command line: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-e2e-'))
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }
  write(files)
  return {
    folder,
    write,
    mmucheck: (words, started = () => {}, environment = {}) => run(folder, words, started, environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const run = (
  cwd: string,
  words: readonly string[],
  started: (pid: number) => void,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd,
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    if (child.pid !== undefined) started(child.pid)
  })
