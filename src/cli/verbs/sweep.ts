/** The verb `sweep`: its flags and what they ask for. */
import { Command } from 'commander'
import { parseSetting, UsageError } from '../terminal/units.js'
import {
  type CampaignFlags,
  type CampaignRequest,
  campaignOf,
  collect,
  type ReportCode,
  type Settings,
  text,
  withCampaignFlags,
} from './flags.js'

export interface SweepRequest extends CampaignRequest {
  readonly target: string
  /** Null for all flags and choices that are not set. */
  readonly over: readonly string[] | null
  readonly properties: readonly string[]
  readonly settings: Settings
  readonly variant: string | null
  readonly format: 'text' | 'json'
}

interface SweepFlags extends CampaignFlags {
  readonly over?: readonly string[]
  readonly property?: readonly string[]
  readonly set?: readonly (readonly [string, string])[]
  readonly variant?: string
  readonly json?: true
}

export const sweepCommand = (verbs: { readonly sweep: (request: SweepRequest) => Promise<number> }, report: ReportCode): Command =>
  withCampaignFlags(
    new Command('sweep')
      .description('Check a property under every combination of some params: which settings are safe, and which are minimal.')
      .argument('<model>', 'a name or a path')
      .option(
        '--over <knobs>',
        'params, separated by commas (repeatable), as name, or as name=value where value means "without this protection" (for flags: false); by default all flags and choices that are not set',
        collect(text),
      )
      .option('--property <name>', 'what must hold (repeatable)', collect(text))
      .option('--set <name=value>', 'set a param that is not swept (repeatable)', collect(parseSetting))
      .option('--variant <name>', 'set the params that are not swept as the model names it'),
  )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 every setting is settled, safe or not; 20 a limit left one open; 64 usage; 65 the model, or one of its settings, is wrong;
70 a bug of mmucheck; 130 interrupted.`,
    )
    .action(async (target: string, flags: SweepFlags) => {
      if (flags.property === undefined) throw new UsageError('say what must hold: --property <name>')
      report(
        await verbs.sweep({
          target,
          over: flags.over ?? null,
          properties: flags.property,
          settings: flags.set ?? [],
          variant: flags.variant ?? null,
          ...campaignOf(flags),
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })
