/** Which file of the project imports which, read from the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** All TypeScript files of a folder, from the root on, sorted. */
export const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()

// `import … from`, `export … from`, `import('…')`, and what a thread, a process or a mock is made from.
const reference = /(?:from |import |import\(|new URL\(|vi\.mock\(|original<typeof import\()['"`](\.{1,2}\/[^'"`$]+)['"`]/g

/** What models and tests import by name. */
const packageFiles: Readonly<Record<string, string>> = {
  mmucheck: 'src/lang/index.ts',
  'mmucheck/mmu': 'src/mmu/index.ts',
  'mmucheck/check': 'src/check.ts',
}

/** What a file names of the project, types too. A built file stands for its source. */
export const importsOf = (file: string): string[] => {
  const text = readFileSync(join(root, file), 'utf8')
  const byName = [...text.matchAll(/from '(mmucheck[^']*)'/g)].flatMap(([, name = '']) => packageFiles[name] ?? [])
  const byPath = [...text.matchAll(reference)].flatMap(([, path = '']) => {
    const target = posix
      .join(posix.dirname(file), path)
      .replace(/^dist\//, 'src/')
      .replace(/\.js$/, '.ts')
    return target.endsWith('.ts') ? [target] : []
  })
  return [...byName, ...byPath]
}

/** Everything that can be reached from some files. */
export const reachableFrom = (files: readonly string[]): ReadonlySet<string> => {
  const reached = new Set(files)
  for (const file of reached) {
    let imports: string[]
    try {
      imports = importsOf(file)
    } catch {
      reached.delete(file)
      continue
    }
    for (const next of imports) reached.add(next)
  }
  return reached
}

/** The folder of a file of `src/`, from there on; a file at its top stands for itself. */
export const folderOf = (file: string): string => {
  const inside = posix.relative('src', file)
  const folder = dirname(inside)
  return folder === '.' ? inside : folder
}

/** For each folder of `src/`, the folders that its files import from. */
export const folderGraph = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const graph = new Map<string, Set<string>>()
  for (const file of filesOf('src')) {
    const from = folderOf(file)
    const to = graph.get(from) ?? new Set()
    graph.set(from, to)
    for (const target of importsOf(file)) if (target.startsWith('src/') && folderOf(target) !== from) to.add(folderOf(target))
  }
  return graph
}

/** A way from a folder back to itself; null where there is none. */
export const cycleIn = (graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | null => {
  const done = new Set<string>()
  const visit = (folder: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder]
    if (done.has(folder)) return null
    for (const next of graph.get(folder) ?? []) {
      const cycle = visit(next, [...way, folder])
      if (cycle !== null) return cycle
    }
    done.add(folder)
    return null
  }
  for (const folder of graph.keys()) {
    const cycle = visit(folder, [])
    if (cycle !== null) return cycle
  }
  return null
}
