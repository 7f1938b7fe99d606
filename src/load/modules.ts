/** Which modules are authors' and which are ours, and what their imports mean. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This package's folder; this file is in `src/load/` or, built, in `dist/load/`. */
const root = fileURLToPath(new URL('../../', import.meta.url))

/** The building blocks of `mmucheck/mmu`: they are compiled with the model, so their source is what is loaded. */
export const blocks = resolve(root, 'src/mmu') + sep

/** The engine, built and as source, which nobody transforms. */
const built = resolve(root, 'dist') + sep
export const engine = resolve(root, 'src') + sep

/** Whether a file is transformed: authors' modules and the blocks of `mmucheck/mmu`. */
export const isUserModule = (file: string): boolean => {
  if (!/\.(ts|mts|js|mjs)$/.test(file) || file.endsWith('.d.ts')) return false
  if (file.startsWith(blocks)) return true
  return !file.startsWith(built) && !/[\\/]node_modules[\\/]/.test(file)
}

/** Whether an import names a file, and no package. */
export const isPath = (specifier: string): boolean => /^\.{0,2}\//.test(specifier)

/**
 * The file that a relative specifier means: as written, or with `.ts` for `.js`, or with the extension left out. Null
 * where there is none.
 */
export const findModule = (parent: string, specifier: string): string | null => {
  const path = resolve(dirname(parent), specifier)
  const candidates = [
    path,
    path.replace(/\.js$/, '.ts'),
    path.replace(/\.mjs$/, '.mts'),
    `${path}.ts`,
    `${path}.mts`,
    `${path}.js`,
    `${path}.mjs`,
    `${path}/index.ts`,
  ]
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile())
  return found === undefined ? null : realpathSync(found)
}
