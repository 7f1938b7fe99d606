/** Where traces are kept: `<root>/<home>/<variant or params>/<property>.{itf.json,txt}`. */
import { randomBytes } from 'node:crypto'
import { fstatSync, statSync, writeFileSync } from 'node:fs'
import { lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DiagnosticError } from '../diagnostics.js'
import { diagram } from './diagram.js'
import { formatItf, parseItf } from './itf.js'
import type { Trace } from './trace.js'

/** What says which trace it is: the model, how it is set, and the property. */
export interface TraceKey {
  /** The model's name, or where that may be another one's too the path of its file, with `/` between folders. */
  readonly home: string
  readonly variant: string | null
  /** The params that are set otherwise than the variant, or the defaults, have them. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
  readonly property: string
}

export interface StoredTrace {
  readonly itf: string
  readonly text: string
}

/**
 * The folder of a model as it is set. Settings of a variant that were changed by hand follow its name:
 * `drain-late,cpus=3`.
 */
const folderOf = (root: string, { home, variant, settings }: Omit<TraceKey, 'property'>): string => {
  const changed = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  const folder = [...(variant === null ? [] : [variant]), ...changed].join(',')
  return join(
    root,
    ...home
      .split('/')
      .filter((name) => name !== '')
      .map(fileName),
    fileName(folder === '' ? 'default' : folder),
  )
}

/** The certificate of what was proved of a model as it is set stands beside its traces; the text form is for people. */
export const certificatePaths = (root: string, key: Omit<TraceKey, 'property'>): { readonly json: string; readonly text: string } => {
  const base = join(folderOf(root, key), 'certificate')
  return { json: `${base}.json`, text: `${base}.txt` }
}

/** The two files of a trace. */
export const tracePaths = (root: string, key: TraceKey): StoredTrace => {
  const base = join(folderOf(root, key), fileName(key.property))
  return { itf: `${base}.itf.json`, text: `${base}.txt` }
}

/**
 * Any text as the name of a file, on every file system: what is not a letter, digit or one of `._=,-+` is escaped
 * as `%` and its hexadecimal code, so that different names stay different; names too long for a folder keep their
 * start.
 */
const fileName = (text: string): string => {
  const escaped = [...Buffer.from(text)]
    .map((byte, i) => (safe(byte, i) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
    .join('')
  if (escaped === '') return '%'
  return escaped.length <= 120 ? escaped : `${escaped.slice(0, 100)}~${checksum(text)}`
}

const safe = (byte: number, position: number): boolean =>
  /[A-Za-z0-9_=,+-]/.test(String.fromCharCode(byte)) || (byte === 0x2e && position > 0)

/** FNV-1a: enough to keep two long names of one folder apart. */
const checksum = (text: string): string => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/**
 * Writes both forms of a trace. @throws DiagnosticError MC011 if that cannot be done; files of that name are then as
 * before, or both new.
 */
export const storeTrace = async (root: string, key: TraceKey, trace: Trace): Promise<StoredTrace> => {
  const paths = tracePaths(root, key)
  await writeWhole(paths.itf, formatItf(trace))
  await writeWhole(paths.text, diagram(trace))
  return paths
}

/**
 * Writes a file so that a reader sees the old text or the new one and nothing between: into a temporary file of
 * the same folder, which is then renamed. Folders are made. What is there and no file (a link, a pipe, `/dev/stdout`)
 * stays, and is written to. @throws DiagnosticError MC011 with the reason.
 */
export const writeWhole = async (path: string, text: string | Uint8Array): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    if (await isNoFile(path)) {
      // By its own name a file that our output goes to would be written from its start, and then overwritten by what
      // follows.
      const output = [1, 2].find((fd) => isOutput(path, fd))
      return output === undefined ? await writeFile(path, text) : writeFileSync(output, text)
    }
    await makeFolder(resolve(dirname(path)))
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new DiagnosticError('MC011', `cannot write ${path}: ${reasonOf(error)}`, hintOf(error))
  }
}

/**
 * With all folders above it. Node's own way to do that never ends where a folder is there and none can be made in it,
 * as in /proc.
 */
const makeFolder = async (path: string): Promise<void> => {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path).catch(async (error: unknown) => {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error
  })
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Whether a path leads to the regular file that a descriptor of ours writes to: `/dev/stdout` behind `> file`. */
const isOutput = (path: string, fd: number): boolean => {
  try {
    const [there, ours] = [statSync(path), fstatSync(fd)]
    return ours.isFile() && there.dev === ours.dev && there.ino === ours.ino
  } catch {
    return false
  }
}

const isNoFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => !found.isFile(),
    () => false,
  )

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOENT: 'no such file or folder',
}

export const reasonOf = (error: unknown): string => reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error))

const hintOf = (error: unknown): string =>
  codeOf(error) === 'ENOSPC' ? 'free some space, or name another folder with --out' : 'name a folder that can be written with --out'

export const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Reads a stored trace. @throws DiagnosticError MC012 if the file cannot be read or is damaged. */
export const loadTrace = async (path: string): Promise<Trace> => {
  if (path.endsWith('.txt'))
    throw new DiagnosticError(
      'MC012',
      `${path} is a trace drawn for people`,
      `inspect the file beside it: ${path.replace(/\.txt$/, '.itf.json')}`,
    )
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DiagnosticError(
      'MC012',
      `cannot read ${path}: ${reasonOf(error)}`,
      'name an .itf.json file, as check writes them below counterexamples/',
    )
  })
  return parseItf(text, path)
}
