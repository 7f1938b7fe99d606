/**
 * Removes from dist/ the declarations that nobody who imports the package can reach: the compiler writes one for each file, six times as many
 * as the `exports` of package.json lead to.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const reached = new Set()
const open = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [resolve(root, types)]))
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  if (reached.has(file)) continue
  reached.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g))
    open.push(resolve(dirname(file), `${path}.d.ts`))
}

const dist = join(root, 'dist')
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (name.endsWith('.d.ts') && !reached.has(join(dist, name))) rmSync(join(dist, name))
