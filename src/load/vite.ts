/**
 * The loader's transform as a Vite plugin, so that tests run by Vitest import models directly:
 * `plugins: [mmucheck()]`, from 'mmucheck/vite'.
 */
import { fileURLToPath } from 'node:url'
import type { SourceMap } from 'magic-string'
import { blocks, engine, findModule, isPath, isUserModule } from './modules.js'
import { sourceOf } from './source.js'
import { transform } from './transform.js'

/** The part of Vite's plugin interface that this one implements. */
export interface VitePlugin {
  readonly name: string
  readonly enforce: 'pre'
  config(): { readonly test: { readonly server: { readonly deps: { readonly inline: readonly RegExp[] } } } }
  resolveId(id: string): string | null
  transform(code: string, id: string): { code: string; map: SourceMap } | null
}

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const besides = (path: string): string => fileURLToPath(new URL(`${path}${extension}`, import.meta.url))

/** One language for models, tests and engine; and of the blocks the source, which can be compiled. */
const packages: Readonly<Record<string, string>> = { mmucheck: besides('../lang/index'), 'mmucheck/mmu': `${blocks}index.ts` }

/**
 * Transforms modules outside `node_modules` that mention mmucheck, all under a folder `models` or `properties`, and
 * what these import by relative paths.
 */
export const mmucheck = (): VitePlugin => {
  const reached = new Set<string>()
  const concerns = (file: string, code: string): boolean =>
    code.includes('mmucheck') || /[\\/](models|properties)[\\/]/.test(file) || file.startsWith(blocks) || reached.has(file)
  return {
    name: 'mmucheck',
    enforce: 'pre',
    // Vitest leaves what is in node_modules to Node, which cannot run TypeScript there.
    config: () => ({ test: { server: { deps: { inline: [/[\\/]src[\\/]mmu[\\/]/] } } } }),
    resolveId: (id) => packages[id] ?? null,
    transform(code, id) {
      const file = id.replace(/[?#].*$/, '')
      const isEngine = file.startsWith(engine) && !file.startsWith(blocks)
      if (isEngine || !isUserModule(file) || !concerns(file, code)) return null
      const { code: transformed, map } = transform(file, code, besides('./runtime'))
      for (const { moduleRequest } of sourceOf(file).module.staticImports) {
        const imported = isPath(moduleRequest.value) ? findModule(file, moduleRequest.value) : null
        if (imported !== null) reached.add(imported)
      }
      return { code: transformed, map: map() }
    },
  }
}

export default mmucheck
