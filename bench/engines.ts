/** Both engines on the configurations that the models ship with: what each takes, where they must agree. */
import { checkSubject } from './solving.js'
import { formatCount, formatTable } from './table.js'

export interface EnginesMeasurement {
  readonly model: string
  readonly states: number
  /** Of the search of the states. */
  readonly explicitSeconds: number
  readonly solvingSeconds: number
  readonly bits: number | null
  readonly clauses: number
  /** What the solvers left open within the limit. */
  readonly open: readonly string[]
}

/** `check --engine both`. @throws Error where the states are not enumerated in time. */
export const measureEngines = async (root: string, model: string, seconds: number): Promise<EnginesMeasurement> => {
  const {
    states,
    solved,
    seconds: explicitSeconds,
  } = await checkSubject(root, { model, params: {} }, ['--engine', 'both', '--time', `${seconds}s`])
  if (states === null || solved === null) throw new Error(`${model}: not both engines were asked`)
  return {
    ...{ model, states, explicitSeconds },
    solvingSeconds: solved.seconds,
    bits: solved.bits,
    clauses: solved.invariant.length,
    open: solved.open.map(({ name }) => name),
  }
}

export const enginesTable = (measurements: readonly EnginesMeasurement[], seconds: number): string =>
  `Both engines on the shipped configurations (--engine both, at most ${seconds} s)\n${formatTable(
    ['model', 'states', 'explicit s', 'bits', 'solving s', 'clauses', 'open'],
    measurements.map(({ model, states, explicitSeconds, bits, solvingSeconds, clauses, open }) => [
      model,
      formatCount(states),
      explicitSeconds.toFixed(3),
      bits === null ? '-' : formatCount(bits),
      solvingSeconds.toFixed(1),
      formatCount(clauses),
      open.length === 0 ? 'nothing' : open.join(' '),
    ]),
  )}`
