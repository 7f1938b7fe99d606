/** `check --out-aiger` and `--out-smt2`: writes questions for other tools, and asks none. */
import { exported } from '../../check/exported.js'
import { writeWhole } from '../../trace/store.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { UsageError } from '../terminal/units.js'
import type { ExportRequest } from '../verbs/check.js'

export const runExport = async ({ target, search, files }: ExportRequest, output: Output): Promise<number> => {
  for (const { file, what } of files) {
    const text = await exported(target, what, withoutBuiltIn(search)).catch((error: unknown) => {
      throw error instanceof RangeError ? new UsageError(error.message) : error
    })
    await writeWhole(file, text)
    output.out(
      `${file} written${what.kind === 'smt2' ? `: satisfiable if ${what.property} is violated (a sometimes: reached) within ${what.depth} steps` : ''}\n`,
    )
  }
  return exitCodes.holds
}

/** Limits say what is asked, not how long to search. */
const withoutBuiltIn = (search: ExportRequest['search']): ExportRequest['search'] => ({ ...search, limits: {} })
