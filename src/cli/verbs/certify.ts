/** The verb `certify`: its flags and what they ask for. */
import { Command } from 'commander'
import type { ReportCode } from './flags.js'

export interface CertifyRequest {
  readonly file: string
  /** Null for the file that the certificate names. */
  readonly target: string | null
  readonly format: 'text' | 'json'
}

export const certifyCommand = (verbs: { readonly certify: (request: CertifyRequest) => Promise<number> }, report: ReportCode): Command =>
  new Command('certify')
    .description('Check a certificate again: the stored invariant against the model as it is today, with Z3.')
    .argument('<file>', 'a certificate.json that check --engine prove wrote')
    .argument('[model]', 'the name or path of its model; by default the file that it names, below the working directory')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 the certificate is right; 12 it proves nothing: the invariant is wrong, or of another version of the model; 20 the solver gave up; 64 usage;
65 the file or the model is damaged; 70 a bug of mmucheck.`,
    )
    .action(async (file: string, model: string | undefined, flags: { readonly json?: true }) => {
      report(await verbs.certify({ file, target: model ?? null, format: flags.json === true ? 'json' : 'text' }))
    })
