/** The verb `claims`: its flags and what they ask for. */
import { Command, Option } from 'commander'
import { UsageError } from '../terminal/units.js'
import { type CampaignFlags, type CampaignRequest, campaignOf, type ReportCode, withCampaignFlags } from './flags.js'

export interface ClaimsRequest extends CampaignRequest {
  /** Null for all models of the folder. */
  readonly target: string | null
  readonly format: 'text' | 'json' | 'markdown'
  readonly engine: 'explicit' | 'both'
  /** The folder of the counterexamples. */
  readonly folder: string
}

interface ClaimsFlags extends CampaignFlags {
  readonly engine: 'explicit' | 'both'
  readonly json?: true
  readonly markdown?: true
  readonly out: string
}

export const claimsCommand = (verbs: { readonly claims: (request: ClaimsRequest) => Promise<number> }, report: ReportCode): Command =>
  withCampaignFlags(
    new Command('claims')
      .description('Settle the claims of the literature that a model, or every model in models/, makes rows of.')
      .argument('[model]', 'a name or a path')
      .addOption(
        new Option('--engine <name>', 'both: rows about single states are settled by a solver too, and the engines must agree')
          .choices(['explicit', 'both'])
          .default('explicit'),
      ),
  )
    .option('--json', 'print one JSON object')
    .option('--markdown', 'print a page of Markdown, without times')
    .option('--out <folder>', 'where counterexamples are written', 'counterexamples')
    .addHelpText(
      'after',
      `
Exit codes: 0 every verdict is the expected one; 12 one is not; 20 none differs, but a limit left one open; 64 usage; 65 a model or
a row is wrong; 70 a bug of mmucheck; 73 a file cannot be written; 130 interrupted.`,
    )
    .action(async (target: string | undefined, flags: ClaimsFlags) => {
      if (flags.json === true && flags.markdown === true) throw new UsageError('--json and --markdown cannot be used together')
      report(
        await verbs.claims({
          target: target ?? null,
          format: flags.json === true ? 'json' : flags.markdown === true ? 'markdown' : 'text',
          engine: flags.engine,
          ...campaignOf(flags),
          folder: flags.out,
        }),
      )
    })
