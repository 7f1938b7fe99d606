/** The pages of the project that people read: Markdown at the root and in `docs/`. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './imports.ts'

export { root } from './imports.ts'

/** From the root on, sorted. */
export const pages = (): string[] => [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .sort(),
]
