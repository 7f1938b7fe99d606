/** The verb `certify`: a stored certificate, checked again. */
import { certify } from '../../check/certify.js'
import { exitCodes } from '../terminal/exit.js'
import { onInterrupt } from '../terminal/interrupt.js'
import type { Output } from '../terminal/output.js'
import type { CertifyRequest } from '../verbs/certify.js'

/**
 * @throws DiagnosticError MC018 for a damaged file, MC024 for one about a module elsewhere, and as `check` where the
 * model does not compile.
 */
export const runCertify = async ({ file, target, format }: CertifyRequest, output: Output): Promise<number> => {
  const interrupt = onInterrupt(output.terminal === null ? () => {} : output.err)
  const certified = await certify(file, target, interrupt.signal).finally(interrupt.release)
  if (certified === 'interrupted') return exitCodes.interrupted
  const { certificate, modelFile, refusal, gaveUp } = certified
  const exitCode = refusal === null ? exitCodes.holds : gaveUp ? exitCodes.incomplete : exitCodes.safety
  const { model, variant, proved, invariant } = certificate
  if (format === 'json') {
    output.out(`${JSON.stringify({ model, modelFile, variant, proved, clauses: invariant.length, refusal, exitCode })}\n`)
    return exitCode
  }
  const subject = `${model}${variant === null ? '' : `, variant ${variant}`}`
  if (refusal !== null) output.out(`${subject}: refused: ${refusal}\n`)
  else
    output.out(
      `${subject}: the certificate proves ${proved.join(', ')}\n` +
        `checked by Z3: an invariant of ${invariant.length} ${invariant.length === 1 ? 'clause' : 'clauses'}; the initial states are inside, no step leaves it, and it excludes every violation\n`,
    )
  return exitCode
}
