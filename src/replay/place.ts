import { fileURLToPath } from 'node:url'
import { blocks } from '../load/modules.js'
import { registry } from '../load/registry.js'
import { shown } from '../load/shown.js'
import type { SourcePlace } from '../trace/trace.js'

/**
 * The place in a user module that is topmost in an exception's stack; of an assertion in a building block of
 * `mmucheck/mmu`, that of the author's call. Its line is the author's; its column is that of the code that ran.
 */
export const placeOf = (error: Error): SourcePlace | null => {
  let inBlock: SourcePlace | null = null
  for (const [, where = '', line, column] of (error.stack ?? '').matchAll(/((?:file:\/\/)?\/[^\s()]+?):(\d+):(\d+)\)?$/gm)) {
    const file = where.startsWith('file:') ? fileURLToPath(where) : where
    if (!registry.modules.has(file)) continue
    const place = { file: shown(file), line: Number(line), column: Number(column) }
    if (error.name !== 'AssertionFailed' || !file.startsWith(blocks)) return place
    inBlock ??= place
  }
  return inBlock
}
