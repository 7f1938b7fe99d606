/**
 * Loads a model from a text, through the loader's transform as a user's file goes, but without a file: hundreds a
 * minute.
 */
import * as mmu from 'mmucheck/mmu'
import * as tsPattern from 'ts-pattern'
import * as lang from '../../src/lang/index.ts'
import type { Model } from '../../src/lang/model.ts'
import type { Properties } from '../../src/lang/property.ts'
import { $mmu } from '../../src/load/runtime.ts'
import { transform } from '../../src/load/transform.ts'

const modules: Readonly<Record<string, unknown>> = { mmucheck: lang, 'mmucheck/mmu': mmu, 'ts-pattern': tsPattern, runtime: { $mmu } }

/**
 * Every text takes the place of the one before: the loader remembers sources by file name, and would keep all of them.
 */
const file = '/differential/models/generated.ts'

/**
 * Executes a module whose default export is the `properties(...)` of a model. @throws DiagnosticError as the loader
 * does.
 */
export const loadText = (source: string): { readonly model: Model; readonly properties: Properties['properties'] } => {
  const { code } = transform(file, source, 'runtime')
  const body = code
    .replaceAll(
      /import\s*\{([^}]*)\}\s*from\s*['"]([^'"]*)['"];?/g,
      (_, names: string, from: string) => `const {${names.replaceAll(' as ', ': ')}} = $imports[${JSON.stringify(from)}];`,
    )
    .replaceAll(
      /import\s*\*\s*as\s*(\w+)\s*from\s*['"]([^'"]*)['"];?/g,
      (_, name: string, from: string) => `const ${name} = $imports[${JSON.stringify(from)}];`,
    )
    .replace('export default', 'return')
  const exported = new Function('$imports', `'use strict';${body}`)(modules) as Properties
  return { model: exported.model, properties: exported.properties }
}
