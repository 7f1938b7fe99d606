import { relative, sep } from 'node:path'
import { blocks } from './modules.js'

/**
 * A path as it is shown to people and stored in traces: relative to the working directory where it is below it, a
 * building block of this package elsewhere as it is imported (`mmucheck/mmu/lock.ts`), anything else absolute.
 */
export const shown = (file: string): string => {
  const path = relative(process.cwd(), file)
  if (!path.startsWith('..') && path !== '') return path
  return file.startsWith(blocks) ? `mmucheck/mmu/${file.slice(blocks.length).replaceAll(sep, '/')}` : file
}
