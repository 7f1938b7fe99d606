/** The verb `inspect`: its flags and what they ask for. */
import { Command } from 'commander'
import { UsageError } from '../terminal/units.js'
import { natural, type ReportCode, widthOption } from './flags.js'

export interface InspectRequest {
  readonly file: string
  /** The race, every state, or one of them. */
  readonly show: 'race' | 'states' | { readonly state: number }
  readonly places: 'hidden' | 'shown'
  /** Whether the trace must belong to the model as it is today. */
  readonly version: 'same' | 'any'
  readonly format: 'text' | 'json' | 'mail'
  /** Characters per line; null as the terminal is, or the mail. */
  readonly width: number | null
}

interface InspectFlags {
  readonly full?: true
  readonly step?: number
  readonly lines?: true
  readonly anyVersion?: true
  readonly json?: true
  readonly mail?: true
  readonly width?: number
}

export const inspectCommand = (verbs: { readonly inspect: (request: InspectRequest) => Promise<number> }, report: ReportCode): Command =>
  new Command('inspect')
    .description('Print a stored trace again.')
    .argument('<file>', 'an .itf.json file that check wrote')
    .option('--full', 'print every state whole')
    .option('--step <n>', 'print the state after this step whole; 0 is the initial state', natural)
    .option('--lines', 'show file and line of each step')
    .option('--any-version', 'print it also if the model has changed since')
    .option('--json', 'print the trace as ITF')
    .option('--mail', 'print what belongs into a mail, in 75 columns')
    .option(...widthOption)
    .action(async (file: string, flags: InspectFlags) => {
      if (flags.full === true && flags.step !== undefined) throw new UsageError('--full and --step cannot be used together')
      if (flags.mail === true && (flags.json === true || flags.full === true || flags.step !== undefined))
        throw new UsageError('--mail prints the race: it goes with none of --json, --full and --step')
      report(
        await verbs.inspect({
          file,
          show: flags.full === true ? 'states' : flags.step !== undefined ? { state: flags.step } : 'race',
          places: flags.lines === true ? 'shown' : 'hidden',
          version: flags.anyVersion === true ? 'any' : 'same',
          format: flags.json === true ? 'json' : flags.mail === true ? 'mail' : 'text',
          width: flags.width ?? null,
        }),
      )
    })
