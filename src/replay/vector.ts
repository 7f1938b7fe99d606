/**
 * The oracle's states as vectors of integers, and vectors as states that people can read. The flattening is that of
 * ir/system.ts.
 */
import { at } from '../at.js'
import type { LiveLocal, Process, Location as ProcessLocation, System, Variable, Vector } from '../ir/system.js'
import { elements } from '../ir/system.js'
import type { Domain, Fields } from '../lang/domain.js'
import { platformAndVariables } from '../lang/memory.js'
import type { Model } from '../lang/model.js'
import type { Plain, ProcessView, StateView } from '../trace/trace.js'
import { Disagreement } from './disagreement.js'
import { type Reads, readsOf } from './flatten.js'
import { encodeLocal, raiseLocal } from './local.js'
import type { State } from './state.js'

/**
 * Where a process stands: the key of its location, and the locals of each of its generators, outermost first. Null
 * where it has returned.
 */
export type Standing = { readonly key: string; readonly frames: readonly Readonly<Record<string, unknown>>[] } | null

/** A state of the oracle: the variables, and where each process of `System.processes` stands. */
export interface OracleState {
  readonly state: State
  readonly processes: readonly Standing[]
}

/** The vector of a state. Linear in its size. @throws Disagreement */
export const toVector = (system: System, { state, processes }: OracleState): Vector => {
  const reads = readsIn(state)
  const locations = system.processes.map((process, i) => standsAt(system, process, processes[i] ?? null))
  const live = new Map<number, number[]>()
  for (const [i, location] of locations.entries())
    for (const local of location.live) live.set(local.variable, encodeLive(system, i, local, processes[i]?.frames[local.frame]))

  const vector: number[] = []
  for (const variable of system.variables) vector.push(...valuesOf(variable, reads, locations, live))
  return vector
}

const knownReads = new WeakMap<State, Reads>()

const readsIn = (state: State): Reads => {
  const reads = knownReads.get(state) ?? readsOf(state.domains, state.stores)
  knownReads.set(state, reads)
  return reads
}

const valuesOf = (
  variable: Variable,
  reads: Reads,
  locations: readonly ProcessLocation[],
  live: ReadonlyMap<number, number[]>,
): readonly number[] => {
  const { role, name, id, lo } = variable
  const count = elements(variable)
  let values: readonly number[] | undefined
  if (role.kind === 'location') values = [locations[role.process]!.id]
  else if (role.kind === 'local') values = live.get(id) ?? Array<number>(count).fill(lo)
  else values = reads.get(name)?.map((read) => read())
  if (values?.length !== count)
    throw new Disagreement(
      `the variable '${name}' has ${count} elements; the oracle finds ${values === undefined ? 'no such variable' : values.length}`,
    )
  return values
}

interface Locations {
  readonly final: ProcessLocation | undefined
  readonly byKey: ReadonlyMap<string, ProcessLocation>
  readonly byId: ReadonlyMap<number, ProcessLocation>
}

const knownLocations = new WeakMap<Process, Locations>()

/** The locations of a process, which may be thousands, each looked for in every state of a trace. */
const locationsOf = (process: Process): Locations => {
  const found = knownLocations.get(process) ?? {
    final: process.locations.find(({ final }) => final),
    byKey: new Map(process.locations.flatMap((l) => (l.final ? [] : [[l.key, l] as const]))),
    byId: new Map(process.locations.map((l) => [l.id, l] as const)),
  }
  knownLocations.set(process, found)
  return found
}

/** The location of a process that stands so. @throws Disagreement if it has no such location. */
export const standsAt = (system: System, process: Process, standing: Standing): ProcessLocation => {
  const { final, byKey } = locationsOf(process)
  const location = standing === null ? final : byKey.get(standing.key)
  if (location !== undefined) return location
  const agent = system.agents[process.agent]?.name ?? '?'
  throw new Disagreement(
    standing === null
      ? `'${agent}' has returned, but has no final location`
      : `'${agent}' stands at ${standing.key}, which is none of its locations: ${process.locations.map((l) => l.key).join(' ')}`,
  )
}

const encodeLive = (
  system: System,
  process: number,
  { variable: id, name, suffix }: LiveLocal,
  locals: Readonly<Record<string, unknown>> | undefined,
): number[] => {
  const variable = system.variables[id]!
  const agent = system.agents[system.processes[process]!.agent]!.name
  if (locals === undefined || !Object.hasOwn(locals, name))
    throw new Disagreement(`the local '${name}' of '${agent}' is alive for '${variable.name}', but the oracle does not see it`)
  return encodeLocal(variable, suffix, locals[name])
}

/**
 * A vector, as any engine gives it, as people know the state. Locals of processes are named as the author names them; a
 * reference parameter `x` shows as `&x`, the indices of the location that it means.
 */
export const view = (system: System, model: Model, params: Readonly<Record<string, unknown>>, vector: Vector): StateView =>
  viewOf(system, domainsOf(system, model, params), partsOf(system, vector))

const knownDomains = new WeakMap<System, Fields>()

/** The variables of a system, which are built once: a trace asks for each of its states. */
const domainsOf = (system: System, model: Model, params: Readonly<Record<string, unknown>>): Fields => {
  const domains = knownDomains.get(system) ?? platformAndVariables(model, params as never).variables
  knownDomains.set(system, domains)
  return domains
}

type Parts = ReadonlyMap<string, readonly number[]>

const partOf = (parts: Parts, name: string): readonly number[] => parts.get(name) ?? []

/** The elements of each variable, by its name. */
const partsOf = (system: System, vector: Vector): Parts => {
  const parts = new Map<string, readonly number[]>()
  let from = 0
  for (const variable of system.variables) {
    parts.set(variable.name, vector.slice(from, from + elements(variable)))
    from += elements(variable)
  }
  return parts
}

/** The variables of `state` alone. */
export const globalsIn = (system: System, domains: Fields, vector: Vector): StateView['globals'] =>
  globalsOf(domains, partsOf(system, vector))

const globalsOf = (domains: Fields, parts: Parts): StateView['globals'] => {
  const cursors = new Map<string, number>()
  const next = (name: string): number => {
    const i = cursors.get(name) ?? 0
    cursors.set(name, i + 1)
    return at(partOf(parts, name), i)
  }
  return Object.fromEntries(Object.entries(domains).map(([name, domain]) => [name, unflatten(domain, name, next)]))
}

const viewOf = (system: System, domains: Fields, parts: Parts): StateView => {
  const processes = system.processes.map((process): ProcessView => {
    const agent = system.agents[process.agent]!.name
    const location = locationsOf(process).byId.get(at(partOf(parts, system.variables[process.pc]!.name), 0))!
    return { agent, at: location.final ? null : location.label, locals: localsOf(system, location, parts) }
  })
  return { globals: globalsOf(domains, parts), processes }
}

const localsOf = (system: System, location: ProcessLocation, parts: Parts): Record<string, Plain> => {
  const groups = new Map<string, { name: string; leaves: { suffix: string; variable: Variable }[] }>()
  for (const { variable: id, frame, name, suffix } of location.live) {
    const variable = system.variables[id]!
    const key = `${frame}:${name}`
    const group = groups.get(key) ?? { name, leaves: [] }
    groups.set(key, group)
    group.leaves.push({ suffix, variable })
  }
  const locals: Record<string, Plain> = {}
  for (const { name, leaves } of groups.values()) {
    let label = leaves.some(({ suffix }) => suffix.endsWith('#idx')) ? `&${name}` : name
    while (Object.hasOwn(locals, label)) label += "'"
    locals[label] = raiseLocal(leaves.map(({ suffix, variable }) => ({ suffix, variable, values: parts.get(variable.name)! })))
  }
  return locals
}

const unflatten = (domain: Domain, name: string, next: (name: string) => number): Plain => {
  switch (domain.kind) {
    case 'bool':
      return next(name) !== 0
    case 'range':
      return next(name)
    case 'oneOf':
      return domain.values[next(name)]!
    case 'optional': {
      const present = next(`${name}?`) !== 0
      const value = unflatten(domain.of, name, next)
      return present ? value : null
    }
    case 'record':
      return Object.fromEntries(Object.entries(domain.fields).map(([field, of]) => [field, unflatten(of, `${name}.${field}`, next)]))
    case 'array':
      return Array.from({ length: domain.length }, () => unflatten(domain.of, name, next))
    case 'queue': {
      const length = next(`${name}#len`)
      return Array.from({ length: domain.capacity }, () => unflatten(domain.of, name, next)).slice(0, length)
    }
    case 'set':
      return new Set(Array.from({ length: domain.size }, (_, i) => (next(name) === 0 ? -1 : i)).filter((i) => i >= 0))
    case 'union': {
      const at = next(`${name}.${domain.tag}`)
      const variants = Object.entries(domain.variants).map(([variant, fields]): [string, Record<string, Plain>] => [
        variant,
        Object.fromEntries(Object.entries(fields).map(([field, of]) => [field, unflatten(of, `${name}.${variant}.${field}`, next)])),
      ])
      const [variant, fields] = variants[at]!
      return { [domain.tag]: variant, ...fields }
    }
    case 'ghost':
      return unflatten(domain.of, name, next)
  }
}
