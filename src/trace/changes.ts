/** What a step changed. */
import { at, fieldOf } from '../at.js'
import { equalPlain, formatPlain, isArray, isRecord, type PlainRecord } from './plain.js'
import type { Plain, StateView, TraceStep } from './trace.js'

export interface StepChanges {
  /** Variables of `state` that the protocol reads: `pte[1].P: 0 -> 1`, `deferred[0]: push {at: 0, value: 1}`. */
  readonly globals: readonly string[]
  /**
   * Locals of the agent that moved, where they are new or have another value, and are read later: `old = 3`. Those that
   * died are not named, nor parameters that refer to a location (`&lock`): which one they mean stands in the labels and
   * changes.
   */
  readonly locals: readonly string[]
  readonly ghosts: readonly string[]
}

/**
 * What is different in `after`. Records and arrays are compared field by field, so that each line names the smallest
 * location that changed; an entry of which several fields changed has one line; a queue says what was pushed or
 * shifted.
 */
export const changes = (
  before: StateView,
  after: StateView,
  step: Pick<TraceStep, 'agent' | 'told'>,
  ghosts: readonly string[],
): StepChanges => {
  const globals: string[] = []
  const ghostChanges: string[] = []
  for (const [name, value] of Object.entries(after.globals)) {
    const waiting = waitingStores(name, before.globals[name] ?? null, value)
    if (waiting !== null) globals.push(...waiting)
    else compare(name, before.globals[name] ?? null, value, ghosts.includes(name) ? ghostChanges : globals)
  }
  return { globals, locals: localChanges(before, after, step), ghosts: ghostChanges }
}

/**
 * Of store buffers the stores that begin to wait: `waits: pte[0] = ...`. That one has reached memory is the step of its
 * own agent, and shows there. Null for every other variable.
 */
const waitingStores = (name: string, before: Plain, after: Plain): string[] | null => {
  if (name !== 'storeBuffer' || !isArray(before) || !isArray(after)) return null
  const [old, now] = [before.map(storesIn), after.map(storesIn)]
  if (old.includes(null) || now.includes(null)) return null
  return now.flatMap((stores, cpu) => (stores ?? []).slice(old[cpu]?.length ?? 0).map((store) => `waits: ${store}`))
}

/** What waits in a state, by CPU: `CPU 0: pte[0] = ...`. */
export const stillWaiting = ({ globals }: StateView): string[] => {
  const buffers = globals.storeBuffer ?? null
  const stores = isArray(buffers) ? buffers.map(storesIn) : []
  return stores.includes(null) ? [] : stores.flatMap((own, cpu) => (own ?? []).map((store) => `CPU ${cpu}: ${store}`))
}

/** Null for what is no store buffer. */
const storesIn = (buffer: Plain): string[] | null => {
  if (!isArray(buffer) || !buffer.every((entry) => isRecord(entry) && typeof entry.to === 'string' && Object.hasOwn(entry, 'value')))
    return null
  return buffer.filter(isRecord).map(({ to, value, ...at }) => {
    const index = Object.values(at).map((i) => `[${formatPlain(i)}]`)
    return `${String(to)}${index.join('')} = ${formatPlain(value ?? null)}`
  })
}

const localChanges = (before: StateView, after: StateView, { agent, told }: Pick<TraceStep, 'agent' | 'told'>): string[] => {
  const old = before.processes.find((p) => p.agent === agent)?.locals ?? {}
  const now = after.processes.find((p) => p.agent === agent)?.locals ?? {}
  return Object.entries(now)
    .filter(([name]) => !name.startsWith('&') && (told === undefined || told.includes(name)))
    .filter(([name, value]) => !Object.hasOwn(old, name) || !equalPlain(fieldOf(old, name), value))
    .map(([name, value]) => `${name} = ${formatPlain(value)}`)
}

const compare = (path: string, before: Plain, after: Plain, out: string[]): void => {
  if (equalPlain(before, after)) return
  if (isArray(before) && isArray(after)) return compareLists(path, before, after, out)
  if (isRecord(before) && isRecord(after) && sameFields(before, after)) return compareRecords(path, before, after, out)
  out.push(`${path}: ${formatPlain(before)} -> ${formatPlain(after)}`)
}

/** One field that changed is named with its path; of several that hold single values there is one line for all. */
const compareRecords = (path: string, before: PlainRecord, after: PlainRecord, out: string[]): void => {
  const changed = Object.entries(after).filter(([field, value]) => !equalPlain(fieldOf(before, field), value))
  const isPart = ([field, value]: readonly [string, Plain]): boolean => isSingle(value) && isSingle(fieldOf(before, field))
  const parts = changed.filter(isPart)
  const apart = parts.length > 1 ? changed.filter((field) => !isPart(field)) : changed
  for (const [field, value] of apart) compare(`${path}.${field}`, fieldOf(before, field), value, out)
  if (parts.length < 2) return
  const flags = parts.filter(([, value]) => typeof value === 'boolean')
  const values = flags.length > 1 ? parts.filter(([, value]) => typeof value !== 'boolean') : parts
  const told = [
    ...(flags.length > 1 ? [`${flagsSet(before)} -> ${flagsSet(after)}`] : []),
    ...values.map(([field, value]) => `${field} ${formatPlain(fieldOf(before, field))} -> ${formatPlain(value)}`),
  ]
  out.push(`${path}: ${told.join(', ')}`)
}

const isSingle = (value: Plain): boolean => typeof value !== 'object' || value === null

/** The flags of a record that are set: `P W`. */
const flagsSet = (record: PlainRecord): string =>
  Object.entries(record)
    .flatMap(([field, value]) => (value === true ? [field] : []))
    .join(' ') || 'none'

const compareLists = (path: string, before: readonly Plain[], after: readonly Plain[], out: string[]): void => {
  const grown = after.length - before.length
  if (grown === 0) {
    for (let i = 0; i < after.length; ) {
      const end = endOfRun(before, after, i)
      compare(end - i > 1 ? `${path}[${i}..${end - 1}]` : `${path}[${i}]`, at(before, i), at(after, i), out)
      i = end
    }
  } else if (grown > 0 && before.every((v, i) => equalPlain(v, at(after, i)))) {
    out.push(`${path}: push ${after.slice(before.length).map(formatPlain).join(', ')}`)
  } else if (grown < 0 && after.every((v, i) => equalPlain(v, at(before, i - grown)))) {
    out.push(`${path}: shift ${before.slice(0, -grown).map(formatPlain).join(', ')}`)
  } else {
    out.push(`${path}: ${formatPlain(before)} -> ${formatPlain(after)}`)
  }
}

/** Where elements that follow one another change from one value to one other, they are told together. */
const endOfRun = (before: readonly Plain[], after: readonly Plain[], start: number): number => {
  let end = start + 1
  while (end < after.length && equalPlain(at(before, end), at(before, start)) && equalPlain(at(after, end), at(after, start))) end++
  return end
}

const sameFields = (a: PlainRecord, b: PlainRecord): boolean => {
  const fields = Object.keys(a)
  return fields.length === Object.keys(b).length && fields.every((f) => Object.hasOwn(b, f))
}
