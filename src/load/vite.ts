/**
 * The loader's transform as a Vite plugin, so that tests run by Vitest import models directly:
 * `plugins: [mmucheck()]`, from 'mmucheck/vite'.
 */
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceMap } from 'magic-string'
import { isUserModule } from './hooks.js'
import { transform } from './transform.js'

/** The part of Vite's plugin interface that this one implements. */
export interface VitePlugin {
  readonly name: string
  readonly enforce: 'pre'
  transform(code: string, id: string): { code: string; map: SourceMap } | null
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const runtime = fileURLToPath(new URL(`./runtime${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url))
const own = { built: resolve(root, 'dist') + sep, blocks: resolve(root, 'src/mmu') + sep }
const engine = resolve(root, 'src') + sep

/**
 * Transforms modules outside `node_modules` that mention mmucheck, and all under a folder `models` or `properties`: a helper
 * elsewhere that does not import from mmucheck is found by neither, and needs a comment that names it.
 */
export const mmucheck = (): VitePlugin => ({
  name: 'mmucheck',
  enforce: 'pre',
  transform(code, id) {
    const file = id.replace(/[?#].*$/, '')
    const isEngine = file.startsWith(engine) && !file.startsWith(own.blocks)
    const concerns = code.includes('mmucheck') || /[\\/](models|properties)[\\/]/.test(file) || file.startsWith(own.blocks)
    if (isEngine || !concerns || !isUserModule(file, own)) return null
    const { code: transformed, map } = transform(file, code, runtime)
    return { code: transformed, map: map() }
  },
})

export default mmucheck
