/** Ghosts that no answer depends on: books that are kept for nobody. */
import { at } from '../../at.js'
import { influential } from '../../ir/influence.js'
import type { System } from '../../ir/system.js'
import { functionInfo } from '../../load/registry.js'
import { sourceOf } from '../../load/source.js'
import type { NamedProperties } from './properties.js'
import type { Target } from './target.js'

/**
 * The names of the ghosts that neither a property nor an assertion reads, be it by way of another ghost. None where
 * properties of the file are left out, or where there is no such file: then nobody can say.
 */
export const unreadGhosts = ({ properties: all }: Target, chosen: NamedProperties, system: System): string[] => {
  if (all === null || Object.keys(all.properties).some((name) => !Object.hasOwn(chosen, name))) return []
  const answers = influential(system)
  const ghosts = system.variables.filter(({ role }) => role.kind === 'ghost')
  const read = new Set(ghosts.filter(({ id }) => answers.has(id)).map(({ name }) => variableOf(name)))
  // Other params may let a property read what it does not read with these.
  const named = wordsOf(Object.values(all.properties).flatMap((property) => Object.values(property)))
  return [...new Set(ghosts.map(({ name }) => variableOf(name)))].filter((name) => !read.has(name) && !named.has(name))
}

/** `cost` of `cost.flushes`. */
const variableOf = (name: string): string => at(name.split(/[.?#]/, 1), 0)

/** All words in the sources of functions, and of those that they capture. */
const wordsOf = (roots: readonly unknown[]): ReadonlySet<string> => {
  const words = new Set<string>()
  const seen = new Set<unknown>()
  const open = [...roots]
  while (open.length > 0) {
    const fn = open.pop()
    const info = functionInfo(fn)
    if (info === undefined || seen.has(fn)) continue
    seen.add(fn)
    for (const word of sourceOf(info.file)
      .text.slice(info.start, info.end)
      .match(/[\w$]+/g) ?? [])
      words.add(word)
    open.push(...info.names.map((name) => info.captured(name)))
  }
  return words
}
