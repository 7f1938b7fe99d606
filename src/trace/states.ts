/** Whole states as text: for `inspect --full` and `--step`. */
import { at, fieldOf } from '../at.js'
import { longest } from './longest.js'
import { equalPlain, formatPlain, printable } from './plain.js'
import type { StateView, Trace } from './trace.js'
import { wrap } from './wrap.js'

/**
 * State number `index` of a trace, 0 the initial one: how it was reached, every variable, and where each process is.
 * @throws RangeError if the trace has no such state (a failing last step leads to none).
 */
export const formatState = (trace: Trace, index: number, width: number): string => {
  const state = stateAt(trace, index)
  if (state === null) throw new RangeError(`the trace has no state ${index}`)
  const changed = changedNames(trace, index)
  const names = [...Object.keys(state.globals), ...state.processes.map(({ agent }) => agent)].map(printable)
  const left = Math.min(30, longest(names))
  const line = (name: string, text: string): string[] => {
    const mark = changed.has(name) ? '* ' : '  '
    return wrap(`${printable(name).padEnd(left)} ${text}`, width - 2, left + 3).map((part, i) => `${i === 0 ? mark : '  '}${part}`)
  }
  const globals = Object.entries(state.globals).flatMap(([name, value]) =>
    line(name, `= ${formatPlain(value)}${trace.ghosts.includes(name) ? ' (ghost)' : ''}`),
  )
  const processes = state.processes.flatMap(({ agent, at, locals }) => {
    const held = Object.entries(locals).map(([name, value]) => `, ${name} = ${formatPlain(value)}`)
    return line(agent, at === null ? 'has returned' : `at: ${printable(at)}${held.join('')}`)
  })
  return `${[...wrap(titleOf(trace, index), width, 4), ...globals, ...processes].join('\n')}\n`
}

/** Every state of a trace, one after the other, separated by empty lines. */
export const formatStates = (trace: Trace, width: number): string => {
  const indices = [0, ...trace.steps.keys()].map((_, i) => i).filter((i) => stateAt(trace, i) !== null)
  return indices.map((i) => formatState(trace, i, width)).join('\n')
}

/** Null where the trace has no such state. */
export const stateAt = (trace: Trace, index: number): StateView | null =>
  index === 0 ? trace.initial : (trace.steps[index - 1]?.after ?? null)

const titleOf = (trace: Trace, index: number): string => {
  const shown = (choices: readonly Parameters<typeof formatPlain>[0][]): string =>
    choices.length === 0 ? '' : ` (${choices.map(formatPlain).join(', ')})`
  if (index === 0) return `state 0, initial${shown(trace.initialChoices)}`
  const { agent, label, choices, at: place } = at(trace.steps, index - 1)
  return `state ${index}, after ${agent}: ${printable(label)}${shown(choices)} [${printable(place.file)}:${place.line}]`
}

/** The globals and agents of which something is different from the state before. */
const changedNames = (trace: Trace, index: number): ReadonlySet<string> => {
  const before = index === 0 ? null : stateAt(trace, index - 1)
  const after = stateAt(trace, index)
  if (before === null || after === null) return new Set()
  const { agent } = at(trace.steps, index - 1)
  const names = Object.keys(after.globals).filter((name) => !equalPlain(before.globals[name] ?? null, fieldOf(after.globals, name)))
  return new Set([...names, agent])
}
