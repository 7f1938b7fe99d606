/** What a step changed. */
import { at, fieldOf } from '../at.js'
import { equalPlain, formatPlain, isArray, isRecord, type PlainRecord } from './plain.js'
import type { Plain, StateView } from './trace.js'

export interface StepChanges {
  /** Variables of `state` that the protocol reads: `pte[1].P: 0 -> 1`, `deferred[0]: push {at: 0, value: 1}`. */
  readonly globals: readonly string[]
  /**
   * Locals of the agent that moved, where they are new or have another value: `old = 3`. Those that died are not named,
   * nor parameters that refer to a location (`&lock`): which one they mean stands in the labels and changes.
   */
  readonly locals: readonly string[]
  readonly ghosts: readonly string[]
}

/**
 * What is different in `after`. Records and arrays are compared field by field, so that each line names the smallest
 * location that changed; a queue says what was pushed or shifted.
 */
export const changes = (before: StateView, after: StateView, agent: string, ghosts: readonly string[]): StepChanges => {
  const globals: string[] = []
  const ghostChanges: string[] = []
  for (const [name, value] of Object.entries(after.globals)) {
    compare(name, before.globals[name] ?? null, value, ghosts.includes(name) ? ghostChanges : globals)
  }
  return { globals, locals: localChanges(before, after, agent), ghosts: ghostChanges }
}

const localChanges = (before: StateView, after: StateView, agent: string): string[] => {
  const old = before.processes.find((p) => p.agent === agent)?.locals ?? {}
  const now = after.processes.find((p) => p.agent === agent)?.locals ?? {}
  return Object.entries(now)
    .filter(([name, value]) => !name.startsWith('&') && (!Object.hasOwn(old, name) || !equalPlain(fieldOf(old, name), value)))
    .map(([name, value]) => `${name} = ${formatPlain(value)}`)
}

const compare = (path: string, before: Plain, after: Plain, out: string[]): void => {
  if (equalPlain(before, after)) return
  if (isArray(before) && isArray(after)) return compareLists(path, before, after, out)
  if (isRecord(before) && isRecord(after) && sameFields(before, after)) {
    for (const [field, value] of Object.entries(after)) compare(`${path}.${field}`, fieldOf(before, field), value, out)
    return
  }
  out.push(`${path}: ${formatPlain(before)} -> ${formatPlain(after)}`)
}

const compareLists = (path: string, before: readonly Plain[], after: readonly Plain[], out: string[]): void => {
  const grown = after.length - before.length
  if (grown === 0) {
    for (const [i, value] of after.entries()) compare(`${path}[${i}]`, at(before, i), value, out)
  } else if (grown > 0 && before.every((v, i) => equalPlain(v, at(after, i)))) {
    out.push(`${path}: push ${after.slice(before.length).map(formatPlain).join(', ')}`)
  } else if (grown < 0 && after.every((v, i) => equalPlain(v, at(before, i - grown)))) {
    out.push(`${path}: shift ${before.slice(0, -grown).map(formatPlain).join(', ')}`)
  } else {
    out.push(`${path}: ${formatPlain(before)} -> ${formatPlain(after)}`)
  }
}

const sameFields = (a: PlainRecord, b: PlainRecord): boolean => {
  const fields = Object.keys(a)
  return fields.length === Object.keys(b).length && fields.every((f) => Object.hasOwn(b, f))
}
