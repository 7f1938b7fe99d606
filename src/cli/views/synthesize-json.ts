/** What `synthesize` found as the one JSON object that `--json` prints. */
import { formulaText } from '../../campaign/synthesize/formula-text.js'
import type { Synthesized } from '../../campaign/synthesize/synthesize.js'
import { settingAt } from '../../campaign/synthesize/truth-table.js'

/** One line, ending in a newline. */
export const synthesizeJson = (found: Synthesized, exitCode: number): string => {
  const { model, title, properties, variant, fixed, knobs, cells, safe, vacuous, unsafe, rest, seconds, ended } = found
  const object = {
    model,
    title,
    properties,
    variant,
    fixed,
    over: knobs,
    safe: formulaText(safe),
    vacuous: formulaText(vacuous),
    unsafe: formulaText(unsafe),
    rest: formulaText(rest),
    cells: cells.map(({ verdict }, i) => ({ settings: settingAt(found, i), ...verdictObject(verdict) })),
    seconds,
    ended,
    exitCode,
  }
  return `${JSON.stringify(object)}\n`
}

const verdictObject = (verdict: Synthesized['cells'][number]['verdict']): object => {
  switch (verdict.kind) {
    case 'safe':
      return { verdict: 'safe', length: null }
    case 'vacuous':
      return { verdict: 'vacuous', length: null, windows: verdict.windows }
    case 'unsafe':
      return { verdict: 'unsafe', length: verdict.length }
    case 'open':
      return { verdict: 'open', length: null, depth: verdict.depth }
    case 'not asked':
    case 'refused': {
      const { code = null, message = 'init leaves no initial state' } = ('diagnostic' in verdict ? verdict.diagnostic : null) ?? {}
      return { verdict: 'refused', length: null, error: { code, message } }
    }
  }
}
