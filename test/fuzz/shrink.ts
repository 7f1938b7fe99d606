/**
 * Makes generated code smaller as long as it shows what was found: leaves out items and statements, and puts parts or
 * constants for expressions.
 */
import type { Code, Part } from './code.ts'

/** What a path of positions leads to. */
const replaced = (root: Code, path: readonly number[], by: Part): Code => {
  const [first, ...rest] = path
  if (first === undefined) return typeof by === 'string' ? { kind: 'group', type: '', parts: [by] } : by
  const parts = [...root.parts]
  const inner = parts[first]!
  parts[first] = typeof inner === 'string' ? by : replaced(inner, rest, by)
  return { ...root, parts }
}

interface Found {
  readonly path: readonly number[]
  readonly code: Code
}

const walk = (root: Code, path: readonly number[] = [], found: Found[] = []): Found[] => {
  found.push({ path, code: root })
  for (const [i, part] of root.parts.entries()) if (typeof part !== 'string') walk(part, [...path, i], found)
  return found
}

const simplest = (type: string): readonly string[] => {
  if (type === 'int') return ['0', '1']
  if (type === 'bool') return ['true', 'false']
  if (type.includes('"k":"enum"') && type.startsWith('{"k":"enum"')) return [`'${(JSON.parse(type) as { values: string[] }).values[0]}'`]
  return type.startsWith('{"k":"optional"') ? ['null'] : []
}

const sizeOf = (part: Part): number => (typeof part === 'string' ? part.length : part.parts.reduce((n, p) => n + sizeOf(p), 0))

/** What may stand for a piece of code, smallest first. */
const substitutes = (code: Code): Part[] => {
  switch (code.kind) {
    case 'group':
      return []
    case 'item':
      return ['']
    case 'statement':
      return ['', ...inside(code, (c) => c.kind === 'statement')]
    case 'expression':
      return [...simplest(code.type), ...inside(code, (c) => c.kind === 'expression' && c.type === code.type)]
  }
}

const inside = (code: Code, wanted: (c: Code) => boolean): Code[] =>
  walk(code)
    .slice(1)
    .flatMap(({ code: c }) => (wanted(c) ? [c] : []))
    .toSorted((a, b) => sizeOf(a) - sizeOf(b))

/**
 * `shows` says whether a candidate still shows it. Ends when nothing can be made smaller, or `milliseconds` are over.
 */
export const shrink = async (root: Code, shows: (candidate: Code) => boolean | Promise<boolean>, milliseconds: number): Promise<Code> => {
  const end = performance.now() + milliseconds
  let best = root
  for (let progress = true; progress; ) {
    progress = false
    // The largest pieces first; after a success positions have changed, and the walk starts over behind what is known
    // to be needed.
    const tried = new Set<string>()
    for (let again = true; again; ) {
      again = false
      const pieces = walk(best)
        .filter(({ code }) => code.kind !== 'group')
        .toSorted((a, b) => sizeOf(b.code) - sizeOf(a.code))
      for (const { path, code } of pieces) {
        const key = path.join()
        if (tried.has(key)) continue
        tried.add(key)
        const size = sizeOf(code)
        for (const by of substitutes(code)) {
          if (performance.now() > end) return best
          if (sizeOf(by) >= size) continue
          const candidate = replaced(best, path, by)
          if (!(await shows(candidate))) continue
          best = candidate
          progress = true
          again = true
          break
        }
        if (again) break
      }
    }
  }
  return best
}
