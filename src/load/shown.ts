import { relative } from 'node:path'

/** A path as it is shown to people: relative to the working directory where it is below it. */
export const shown = (file: string): string => {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') || path === '' ? file : path
}
