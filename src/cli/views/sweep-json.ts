/** The truth table as the one JSON object that `--json` prints. */
import type { Cell, Sweep } from '../../campaign/sweep/sweep.js'

/** One line, ending in a newline. */
export const sweepJson = ({ model, title, properties, variant, knobs, fixed, cells, minimal, needs }: Sweep, exitCode: number): string => {
  const object = {
    model,
    title,
    properties,
    variant,
    fixed,
    over: knobs,
    cells: cells.map(cellObject),
    minimal: minimal.map(({ setting }) => setting),
    needs: needs.map(({ knob, safeValues, openValues, verdict }) => ({ name: knob.name, safeValues, openValues, verdict })),
    exitCode,
  }
  return `${JSON.stringify(object)}\n`
}

const cellObject = ({ setting, verdict, violation, vacuity, report, diagnostic }: Cell): object => ({
  settings: setting,
  verdict,
  vacuity,
  property: violation?.property ?? null,
  length: violation?.length ?? null,
  states: report?.states ?? null,
  complete: report?.complete ?? false,
  limit: report?.limit ?? null,
  seconds: report === null ? null : report.seconds + (report.liveness?.seconds ?? 0),
  oracle: report?.oracle ?? null,
  error: diagnostic === null ? null : { code: diagnostic.code, message: diagnostic.message },
})
