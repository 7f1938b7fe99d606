/** The verb `synthesize`: its flags and what they ask for. */
import { Command } from 'commander'
import { parseDuration, parseSetting, UsageError } from '../terminal/units.js'
import { collect, type ReportCode, type Settings, text, value } from './flags.js'

export interface SynthesizeRequest {
  readonly target: string
  /** Null for all flags and choices that are not set. */
  readonly over: readonly string[] | null
  readonly properties: readonly string[]
  readonly settings: Settings
  readonly variant: string | null
  /** For each combination of the params that shape the model. */
  readonly seconds: number | null
  readonly format: 'text' | 'json'
}

interface SynthesizeFlags {
  readonly over?: readonly string[]
  readonly property?: readonly string[]
  readonly set?: readonly (readonly [string, string])[]
  readonly variant?: string
  readonly time?: number
  readonly json?: true
}

export const synthesizeCommand = (
  verbs: { readonly synthesize: (request: SynthesizeRequest) => Promise<number> },
  report: ReportCode,
): Command =>
  new Command('synthesize')
    .description('Find by solver which settings of the flags and choices are safe, all at once; print the answer as a formula over them.')
    .argument('<model>', 'a name or a path')
    .option('--over <knobs>', 'flags and choices, separated by commas (repeatable); by default all that are not set', collect(text))
    .option('--property <name>', 'what must hold (repeatable)', collect(text))
    .option('--set <name=value>', 'set a param that is not asked about (repeatable)', collect(parseSetting))
    .option('--variant <name>', 'set the params that are not asked about as the model names it')
    .option('--time <length>', 'stop after this time, as 30s or 2m', value(parseDuration))
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 every setting is settled, safe or not; 20 one is left open; 64 usage; 65 the model, or one of its settings, is wrong; 70 a bug of
mmucheck; 130 interrupted.`,
    )
    .action(async (target: string, flags: SynthesizeFlags) => {
      if (flags.property === undefined) throw new UsageError('say what must hold: --property <name>')
      report(
        await verbs.synthesize({
          target,
          over: flags.over ?? null,
          properties: flags.property,
          settings: flags.set ?? [],
          variant: flags.variant ?? null,
          seconds: flags.time ?? null,
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })
