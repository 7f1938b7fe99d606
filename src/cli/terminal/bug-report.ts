/**
 * What is kept of a bug of ours, so that it can be found: which states an engine and the oracle differ about, or a
 * stack.
 */
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes what is known to a file. @returns what to do, in words, for the message. */
export const bugReport = async (error: unknown): Promise<string> => {
  const known =
    error instanceof Error
      ? { name: error.name, message: error.message, stack: error.stack, cause: String(error.cause ?? ''), ...detailsOf(error) }
      : { thrown: String(error) }
  const text = `${JSON.stringify({ node: process.version, platform: `${process.platform} ${process.arch}`, arguments: process.argv.slice(2), ...known }, null, 2)}\n`
  const name = `mmucheck-bug-${process.pid}.json`
  for (const file of [name, join(tmpdir(), name)]) {
    if (await written(file, text)) return `please report it, with the file ${file} and the model`
  }
  return `please report it, with the model and this: ${JSON.stringify(known)}`
}

const written = async (file: string, text: string): Promise<boolean> =>
  writeFile(file, text, { flag: 'wx' }).then(
    () => true,
    () => false,
  )

const detailsOf = (error: Error): object =>
  'details' in error && typeof error.details === 'object' && error.details !== null ? { details: error.details } : {}
