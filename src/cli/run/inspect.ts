/** The verb `inspect`: a stored trace, printed again. */
import { DiagnosticError } from '../../diagnostics.js'
import { loadModel, modelHash } from '../../load/load.js'
import { type DiagramOptions, diagram } from '../../trace/diagram.js'
import { formatItf, requireSameModel } from '../../trace/itf.js'
import { formatState, formatStates, stateAt } from '../../trace/states.js'
import { exists, loadTrace } from '../../trace/store.js'
import type { Trace } from '../../trace/trace.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { UsageError } from '../terminal/units.js'
import { diagramWidth } from '../terminal/width.js'
import type { InspectRequest } from '../verbs/inspect.js'
import { mailText } from '../views/report-text.js'

/**
 * @throws DiagnosticError MC012 for a damaged file, MC013 where the model has changed since; UsageError for a step that
 * the trace has not.
 */
export const runInspect = async ({ file, show, places, version, format, width }: InspectRequest, output: Output): Promise<number> => {
  const trace = await loadTrace(file)
  if (version === 'same') await compareWithModel(trace, file, output)
  if (format === 'json') output.out(formatItf(trace))
  else if (format === 'mail') output.out(mailText(trace, { places, width }))
  else output.out(shownText(trace, show, { places, width: diagramWidth(output, width), extent: 'whole' }))
  return exitCodes.holds
}

const shownText = (trace: Trace, show: InspectRequest['show'], options: DiagramOptions): string => {
  if (show === 'race') return diagram(trace, options)
  if (show === 'states') return `${diagram(trace, options)}\n${formatStates(trace, options.width)}`
  return stateText(trace, show.state, options.width)
}

const stateText = (trace: Trace, state: number, width: number): string => {
  if (stateAt(trace, state) !== null) return formatState(trace, state, width)
  const last = trace.steps.filter(({ after }) => after !== null).length
  const failing = state === trace.steps.length ? ': the last step fails and leads to no state' : ''
  throw new UsageError(`--step ${state}: this trace has the states 0 to ${last}${failing}`)
}

const compareWithModel = async (trace: Trace, file: string, output: Output): Promise<void> => {
  if (!(await exists(trace.modelFile))) {
    output.err(`note: there is no ${trace.modelFile} here: the trace was not compared with its model\n`)
    return
  }
  const hash = await loadModel(trace.modelFile).then(
    ({ sources }) => modelHash(sources),
    (error: unknown) => {
      // A model that no longer loads is another version, whatever is wrong with it.
      if (error instanceof DiagnosticError) return 'one that does not load'
      throw error
    },
  )
  requireSameModel(trace, hash, file)
}
