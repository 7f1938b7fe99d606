/** The verb `list`: its flags and what they ask for. */
import { Command } from 'commander'
import type { ReportCode } from './flags.js'

export interface ListRequest {
  /** Null for all models of the folder. */
  readonly target: string | null
  readonly format: 'text' | 'json'
}

export const listCommand = (verbs: { readonly list: (request: ListRequest) => Promise<number> }, report: ReportCode): Command =>
  new Command('list')
    .description('List the models in models/, or the params, variants and properties of one.')
    .argument('[model]', 'a name or a path')
    .option('--json', 'print one JSON object')
    .action(async (target: string | undefined, flags: { readonly json?: true }) => {
      report(await verbs.list({ target: target ?? null, format: flags.json === true ? 'json' : 'text' }))
    })
