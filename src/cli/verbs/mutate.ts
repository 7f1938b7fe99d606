/** The verb `mutate`: its flags and what they ask for. */
import { Command } from 'commander'
import type { Limits } from '../../check.js'
import { parseSetting } from '../terminal/units.js'
import { collect, type JobFlags, limitsOf, positive, type ReportCode, type Settings, text, withLimitFlags } from './flags.js'

export interface MutateRequest {
  readonly target: string
  readonly variant: string | null
  readonly settings: Settings
  /** Null for all. */
  readonly properties: readonly string[] | null
  readonly limits: Limits
  /** Null for one process for each core. */
  readonly processes: number | null
  /** The mutant whose race is asked for; null for the report of all. */
  readonly show: number | null
  /** Where its trace is stored. */
  readonly out: string
  readonly extent: 'short' | 'full'
  readonly format: 'text' | 'json'
}

interface MutateFlags extends JobFlags {
  readonly variant?: string
  readonly set?: readonly (readonly [string, string])[]
  readonly property?: readonly string[]
  readonly show?: number
  readonly out: string
  readonly full?: true
  readonly json?: true
}

export const mutateCommand = (verbs: { readonly mutate: (request: MutateRequest) => Promise<number> }, report: ReportCode): Command =>
  withLimitFlags(
    new Command('mutate')
      .description('Make every small change to a protocol in which everything holds, and see which of them no property notices.')
      .argument('<model>', 'a name or a path')
      .option('--variant <name>', 'change the model as a variant of it')
      .option('--set <name=value>', 'set a param (repeatable)', collect(parseSetting))
      .option('--property <name>', 'look only at this property (repeatable)', collect(text))
      .option('--show <n>', 'check the mutant of this number by itself, and draw what it breaks', positive)
      .option('--full', 'list the mutants that were killed too, one by one'),
    'judge this many mutants',
  )
    .option('--out <folder>', 'where the trace of --show is written', 'counterexamples')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 every survivor is explained; 12 one is not; 20 a limit left a mutant open; 64 usage; 65 the model is wrong, or not
everything holds before it is changed; 70 a bug of mmucheck; 130 interrupted. With --show those of check.`,
    )
    .action(async (target: string, flags: MutateFlags) => {
      report(
        await verbs.mutate({
          target,
          variant: flags.variant ?? null,
          settings: flags.set ?? [],
          properties: flags.property ?? null,
          limits: limitsOf(flags),
          processes: flags.jobs ?? null,
          show: flags.show ?? null,
          out: flags.out,
          extent: flags.full === true ? 'full' : 'short',
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })
