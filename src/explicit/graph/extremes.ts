/**
 * The extreme values of measures over the reachable states, with shortest witnesses. No graph is needed: a running
 * maximum, and depths.
 */
import { at } from '../../at.js'
import type { Limit, Unchosen } from '../../ir/limits.js'
import type { Schedule } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import { createMachine, partsOf } from '../program/machine.js'
import { programOf } from '../program/program.js'
import { startSearch } from '../program/start.js'
import type { SearchOptions } from '../search/options.js'
import { runToTheEnd } from '../search/run.js'
import { shortestSchedules } from '../search/schedule.js'
import { timeToChoose } from '../search/search.js'
import { NoMemory } from '../wasm/platform.js'
import { asBounds, asWitnesses, least } from './query.js'

export interface ExtremeResult {
  readonly name: string
  readonly kind: 'maximum' | 'minimum'
  /** Over the states looked at: all, unless a limit was hit. Null where there is none to measure. */
  readonly value: number | null
  /** A shortest way to a state with this value. */
  readonly schedule: Schedule | null
  /** See `PropertyResult`. */
  readonly unchosen: Unchosen | null
}

export interface Extremes {
  readonly results: readonly ExtremeResult[]
  readonly limit: Limit | null
  readonly states: number
  readonly transitions: number
  readonly bytes: number
}

/** Takes one search, and another one to the depth of the deepest witness. */
export const findExtremes = (system: System, memory: number, options: SearchOptions): Promise<Extremes> =>
  measure(system, memory, options).catch((error: unknown) => {
    if (!(error instanceof NoMemory)) throw error
    const results = system.extremes.map(({ name, kind }) => ({ name, kind, value: null, schedule: null, unchosen: null }))
    return { results, limit: { kind: 'unavailable' }, states: 0, transitions: 0, bytes: 0 }
  })

const measure = async (system: System, memory: number, options: SearchOptions): Promise<Extremes> => {
  const bounds = asBounds(system)
  const program = programOf(bounds, 'search')
  const machine = createMachine(partsOf(program), { bytes: memory, keep: false })
  startSearch(program, machine, { ...options, stop: 'all settled', deadlock: 'allowed' })
  const { limit, seconds } = await runToTheEnd(machine, { ...options, stop: 'all settled' }, memory)
  const view = machine.view()
  const field = (property: number, offset: number): number => view.getInt32(program.memory.records + property * recordBytes + offset, true)
  const values = system.extremes.map(({ kind }, i): number | null => {
    if (field(system.extremes.length + i, recordFields.settled) === 0) return null
    const rising = field(i, recordFields.maximum)
    return kind === 'maximum' ? rising : ~rising
  })
  // A state without a value counts as one with the least, and may have come before: where that is the greatest, the
  // first state with any value has it.
  const lengthTo = (i: number): number =>
    field(i, recordFields.maximum) === least ? field(system.extremes.length + i, recordFields.length) : field(i, recordFields.reached)
  const wanted = system.extremes.flatMap((_, i) => (values[i] === null ? [] : [{ property: i, length: lengthTo(i) }]))
  const { schedules: which = 'violations', signal } = options
  const witnesses = asWitnesses(
    system,
    values.map((v) => v ?? 0),
  )
  const schedules =
    which === 'none' || limit?.kind === 'interrupted'
      ? wanted.map(() => null)
      : await shortestSchedules(witnesses, wanted, { bytes: memory, seconds: timeToChoose(options, seconds), deadlock: 'allowed', signal })
  return {
    results: system.extremes.map(({ name, kind }, i) => {
      const place = wanted.findIndex((w) => w.property === i)
      return {
        name,
        kind,
        value: at(values, i),
        schedule: schedules[place]?.schedule ?? null,
        unchosen: schedules[place]?.unchosen ?? null,
      }
    }),
    limit,
    states: machine.globals.states,
    transitions: machine.globals.transitions,
    bytes: machine.bytes(),
  }
}
