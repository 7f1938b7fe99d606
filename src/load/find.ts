/** Which files a name or a path on the command line means. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { DiagnosticError } from '../diagnostics.js'
import { shown } from './shown.js'

export interface Found {
  /** Absolute paths. The file may hold a model, or properties with their model. */
  readonly file: string
  /** The file in which the properties of such a model are looked for; null where there is none. */
  readonly properties: string | null
}

const extensions = ['.ts', '.mts', '.js', '.mjs']

/**
 * The files of `target`: a path (it has a slash or an extension of a module), or the name of a file in `models/` below
 * `cwd`, or in a folder of it.
 * @throws DiagnosticError MC001, with the nearest names, or where two files have the name; MC023 where two files claim
 * to be its properties.
 */
export const findTarget = (target: string, cwd: string): Found => {
  const isPath = /[\\/]/.test(target) || extensions.includes(extname(target))
  const file = isPath ? firstFile(resolve(cwd, target)) : named(target, cwd)
  if (file === null) throw unknownModel(target, cwd, isPath)
  const [properties = null, another = null] = propertiesOf(file)
  // A file of properties that lies where another one's model would is asked for itself.
  if (properties === file) return { file, properties: null }
  if (properties !== null && another !== null)
    throw new DiagnosticError(
      'MC023',
      `${shown(properties)} and ${shown(another)} are both the properties of ${shown(file)}`,
      'move the properties of one into the other, and remove it',
    )
  return { file, properties }
}

/** The model of a name. */
const named = (name: string, cwd: string): string | null => {
  const [file = null, another = null] = modelFiles(cwd).filter((path) => nameOf(path) === name)
  if (file !== null && another !== null)
    throw new DiagnosticError(
      'MC001',
      `${shown(file)} and ${shown(another)} are both '${name}'`,
      'give the path of one of them, or rename it',
    )
  return file === null ? null : realpathSync(file)
}

/** The files that by their names are the properties of a model, of which there should be at most one. */
export const propertiesOf = (model: string): string[] => {
  const base = basename(model, extname(model))
  const folder = dirname(model)
  const parts = folder.split(sep)
  const models = parts.lastIndexOf('models')
  const apart = models < 0 ? [] : [join(parts.toSpliced(models, 1, 'properties').join(sep) || sep, base)]
  return [...apart, join(folder, `${base}.properties`)].flatMap((path) => firstFile(path) ?? [])
}

/** Without symbolic links, as Node names modules. */
const firstFile = (path: string): string | null => {
  for (const candidate of [path, ...extensions.map((e) => path + e)])
    if (existsSync(candidate) && statSync(candidate).isFile()) return realpathSync(candidate)
  return null
}

const nameOf = (path: string): string => basename(path, extname(path))

/** The models in `models/` below `cwd` and in its folders; those of a folder behind the others, each sorted by name. */
const modelFiles = (cwd: string): string[] => {
  const filesIn = (folder: string): string[] => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (nameOf(a.name) < nameOf(b.name) ? -1 : 1))
    const isModel = (name: string): boolean => extensions.includes(extname(name)) && !/\.(d|properties)\.[cm]?ts$/.test(name)
    return [
      ...entries.filter((entry) => !entry.isDirectory() && isModel(entry.name)).map(({ name }) => join(folder, name)),
      ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => filesIn(join(folder, name))),
    ]
  }
  const folder = join(cwd, 'models')
  return existsSync(folder) ? filesIn(folder) : []
}

/** The names of the models in `models/` below `cwd`, by the folders of it that they are in: '' for itself. */
export const modelGroups = (cwd: string): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>()
  for (const file of modelFiles(cwd)) {
    const group = relative(join(cwd, 'models'), dirname(file)).split(sep).join('/')
    groups.set(group, [...(groups.get(group) ?? []), nameOf(file)])
  }
  return groups
}

/** The names of all models in `models/` below `cwd`. */
export const modelNames = (cwd: string): string[] => [...modelGroups(cwd).values()].flat()

const unknownModel = (target: string, cwd: string, isPath: boolean): DiagnosticError => {
  if (isPath)
    return new DiagnosticError('MC001', `there is no file '${target}'`, 'give the name of a file in models/, or a path to a model')
  const names = modelNames(cwd)
  if (names.length === 0)
    return new DiagnosticError(
      'MC001',
      `there is no model '${target}'`,
      'there is no model in models/ here: give a path, as ./path/to/model.ts, or run in the folder that has models/',
    )
  const near = nearest(target, names)
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `models/ has: ${names.join(', ')}`
  return new DiagnosticError('MC001', `there is no model '${target}'`, hint)
}

/** Of `names`, up to three that differ from `name` by little, nearest first. */
export const nearest = (name: string, names: readonly string[]): string[] => {
  const limit = Math.max(2, Math.ceil(name.length / 3))
  return names
    .map((other) => ({ other, distance: other.includes(name) || name.includes(other) ? 1 : editDistance(name, other) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
    .slice(0, 3)
    .map(({ other }) => other)
}

/**
 * The number of insertions, deletions and replacements of one character that make `b` of `a` (Levenshtein 1966).
 * Product of the lengths.
 */
export const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
