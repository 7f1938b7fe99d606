/** The verb `claims`: its flags and what they ask for. */
import { Command, Option } from 'commander'
import type { Limits, OracleExtent } from '../../check.js'
import { parseDuration, parseMemory, UsageError } from '../terminal/units.js'
import {
  defaultSeed,
  type LimitFlags,
  limitsOf,
  natural,
  type OracleFlags,
  oracleOption,
  positive,
  type ReportCode,
  seedOption,
  value,
} from './flags.js'

export interface ClaimsRequest {
  /** Null for all models of the folder. */
  readonly target: string | null
  readonly format: 'text' | 'json' | 'markdown'
  readonly engine: 'explicit' | 'both'
  readonly limits: Limits
  readonly oracle: OracleExtent
  readonly seed: number
  /** Null for one process for each core. */
  readonly processes: number | null
  /** The folder of the counterexamples. */
  readonly folder: string
}

interface ClaimsFlags extends LimitFlags, OracleFlags {
  readonly engine: 'explicit' | 'both'
  readonly json?: true
  readonly markdown?: true
  readonly jobs?: number
  readonly out: string
}

export const claimsCommand = (verbs: { readonly claims: (request: ClaimsRequest) => Promise<number> }, report: ReportCode): Command =>
  new Command('claims')
    .description('Settle the claims of the literature that a model, or every model in models/, makes rows of.')
    .argument('[model]', 'a name or a path')
    .addOption(
      new Option('--engine <name>', 'both: rows about single states are settled by a solver too, and the engines must agree')
        .choices(['explicit', 'both'])
        .default('explicit'),
    )
    .option('--max-states <n>', 'stop each search after this many states', positive)
    .option('--max-depth <n>', 'follow no path longer than this many steps', natural)
    .option('--memory <amount>', 'stop a search before it uses more memory, as 512M or 2G; at most 4G', value(parseMemory))
    .option('--time <length>', 'stop each search after this time, as 30s or 2m', value(parseDuration))
    .option('--jobs <n>', 'search this many settings side by side; by default one for each core', positive)
    .option(...oracleOption('what a quarter of the time is enough for'))
    .option(...seedOption)
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
          limits: limitsOf(flags),
          oracle: flags.oracle ?? 'quarter',
          seed: flags.seed ?? defaultSeed,
          processes: flags.jobs ?? null,
          folder: flags.out,
        }),
      )
    })
