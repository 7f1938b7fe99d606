/**
 * The sorts that a system may have, read from its code: who indexes what, who is compared with what. A sort that is
 * proposed need not be one; a solver says whether it is.
 */
import { at } from '../../at.js'
import { stepAccess } from '../access.js'
import { elements, type System, unflatten, type Variable, vectorOffsets } from '../system.js'
import { walkBlock } from '../walk.js'
import { choiceOf, dimension, groupOf, groupsOf, heldBy, isReference, type Kin, kinOf, type Place, stepsOf, variablesOf } from './kin.js'
import { type Condition, type Exchange, type Holder, otherMember, type Sort } from './sort.js'

/** What makes a group of agents no sort before anything is asked: two members differ in what they are made of. */
export interface Unlike {
  readonly name: string
  readonly size: number
  /** The groups of agents among its members. */
  readonly agents: readonly string[]
  readonly unlike: { readonly what: 'steps' | 'locals'; readonly members: readonly [string, string]; readonly step: number | null }
}

/** What may be a sort, or cannot be one. */
export type Proposal = { readonly kind: 'sort'; readonly sort: Sort } | ({ readonly kind: 'unlike' } & Unlike)

/** The places of one kind. */
interface Class {
  readonly groups: readonly string[]
  readonly dims: readonly { readonly variable: number; readonly axis: number }[]
  /** Of a reference only the index that stands last at this place. */
  readonly values: readonly { readonly variable: number; readonly last: number }[]
  readonly choices: readonly number[]
}

/** The sorts with agents first. */
export const proposeSorts = (system: System): readonly Proposal[] => {
  const kin = kinOf(system)
  const found: { readonly proposal: Proposal; readonly hasAgents: boolean }[] = []
  const changed = new Set(system.steps.flatMap((step) => [...stepAccess(system, step).writes]))
  for (const [kind, one] of classesOf(system, kin)) {
    const size = sizeOf(system, kin, kind, one)
    const isAlive = one.groups.length > 0 || [...one.values, ...one.dims].some(({ variable }) => changed.has(variable))
    if (size !== null && isAlive) found.push({ proposal: proposalOf(system, one, size), hasAgents: one.groups.length > 0 })
  }
  return found.toSorted((a, b) => Number(b.hasAgents) - Number(a.hasAgents)).map(({ proposal }) => proposal)
}

const classesOf = (system: System, { kindOf, choices }: Kin): ReadonlyMap<Place, Class> => {
  const classes = new Map<
    Place,
    { groups: string[]; dims: Class['dims'][number][]; values: Class['values'][number][]; choices: number[] }
  >()
  const classOf = (place: Place) => {
    const kind = kindOf(place)
    const known = classes.get(kind) ?? { groups: [], dims: [], values: [], choices: [] }
    classes.set(kind, known)
    return known
  }
  for (const group of groupsOf(system).keys()) classOf(groupOf(group)).groups.push(group)
  for (const variable of system.variables) {
    const { id, dims, lo, hi } = variable
    if (lo === hi) continue
    for (const axis of dims.keys()) if (!isOrdered(variable, axis)) classOf(dimension(id, axis)).dims.push({ variable: id, axis })
    if (!isNumber(variable)) continue
    const parts = isReference(variable) ? at(dims, -1) : 1
    for (let last = 0; last < parts; last++) classOf(heldBy(system, id, last)).values.push({ variable: id, last })
  }
  for (const temp of choices.keys()) classOf(choiceOf(temp)).choices.push(temp)
  return classes
}

/** The places of a queue have an order, and so have the indices of a reference. */
const isOrdered = (variable: Variable, axis: number): boolean => {
  const { within = [], dims } = variable
  if (isReference(variable) && axis === dims.length - 1) return true
  return within.some(({ there }) => there.kind === 'before' && there.axis === axis)
}

/** Whether its values may be the numbers of something. */
const isNumber = ({ role, values, lo, hi, name }: Variable): boolean =>
  role.kind !== 'location' && role.kind !== 'param' && values === undefined && lo === 0 && hi >= 1 && !/(\?|#len)$/.test(name)

/** How many members a class of places may stand for; null where it is no sort. */
const sizeOf = (system: System, kin: Kin, kind: Place, { groups, dims, values, choices }: Class): number | null => {
  const members = groups.map((group) => groupsOf(system).get(group)?.length ?? 0)
  if (members.length > 0) return Math.min(...members)
  if (kin.isComputed(kind)) return null
  const lengths = dims.map(({ variable, axis }) => at(at(system.variables, variable).dims, axis))
  const ranges = values.map(({ variable }) => at(system.variables, variable).hi + 1)
  const counts = choices.map((temp) => kin.choices.get(temp) ?? 0)
  const size = Math.min(...lengths, ...ranges)
  // Values that nothing indexes with, and of which nobody says so, are members where any of them can be chosen.
  const isSaid = values.some(({ variable }) => at(system.variables, variable).ids === true)
  const isKind = isSaid || lengths.length > 0 || (ranges.length > 0 && counts.includes(size) && !isMentioned(system, values))
  return isKind && size >= 2 && Number.isFinite(size) ? size : null
}

/** Whether some step stores a constant to one of these. */
const isMentioned = (system: System, values: Class['values']): boolean => {
  let found = false
  for (const { body } of system.steps)
    walkBlock(body, {
      stmt: (s) => {
        if (s.op === 'store' && s.value.op === 'const' && values.some(({ variable }) => variable === s.variable)) found = true
      },
    })
  return found
}

const proposalOf = (system: System, one: Class, size: number): Proposal => {
  const name = nameOf(system, one)
  const unlike = unlikeIn(system, one)
  if (unlike !== null) return { kind: 'unlike', name, size, agents: one.groups, unlike }
  const exchanges = Array.from({ length: size - 1 }, (_, k) => exchangeOf(system, one, k))
  const sort: Sort = { first: 0, name, size, agents: one.groups, holders: holdersOf(system, one, size), exchanges, choices: one.choices }
  return { kind: 'sort', sort }
}

const nameOf = ({ variables }: System, { groups, dims, values }: Class): string => {
  if (groups.length > 0) return groups.join(', ')
  const [first] = dims
  if (first === undefined) return `values of ${at(variables, at(values, 0).variable).name}`
  const { name, dims: all } = at(variables, first.variable)
  return `${name}${all.map((_, axis) => (axis === first.axis ? '[i]' : '[..]')).join('')}`
}

const unlikeIn = (system: System, { groups }: Class): Unlike['unlike'] | null => {
  for (const group of groups) {
    const [first, ...others] = groupsOf(system).get(group) ?? []
    if (first === undefined) continue
    for (const other of others) {
      const members = [first.name, other.name] as const
      const [mine, yours] = [stepsOf(system, first.id), stepsOf(system, other.id)]
      const differs = mine.findIndex((id, i) => !isSameStep(system, id, yours[i]))
      if (differs >= 0 || mine.length !== yours.length) return { what: 'steps', members, step: mine[differs] ?? yours[mine.length] ?? null }
      if (shapesOf(system, first.id) !== shapesOf(system, other.id)) return { what: 'locals', members, step: mine[0] ?? null }
    }
  }
  return null
}

const isSameStep = ({ steps }: System, id: number, other: number | undefined): boolean => {
  if (other === undefined) return false
  const [a, b] = [at(steps, id), at(steps, other)]
  return a.location === b.location && a.at.start === b.at.start && a.at.file === b.at.file
}

const shapesOf = (system: System, agent: number): string =>
  JSON.stringify([
    variablesOf(system, agent).map((id) => {
      const { lo, hi, dims, role } = at(system.variables, id)
      return [role.kind, lo, hi, dims, at(system.initial, id)]
    }),
    system.processes.find((p) => p.agent === agent)?.locations.map(({ key, final }) => [key, final]),
  ])

const exchangeOf = (system: System, { groups, dims }: Class, k: number): Exchange => {
  const offsets = vectorOffsets(system)
  const variables = system.variables.map(({ id }) => id)
  const steps = system.steps.map(({ id }) => id)
  for (const group of groups) {
    const members = groupsOf(system).get(group) ?? []
    const [a, b] = [at(members, k).id, at(members, k + 1).id]
    pair(variables, variablesOf(system, a), variablesOf(system, b))
    pair(steps, stepsOf(system, a), stepsOf(system, b))
  }
  const swaps: [number, number][] = []
  for (const variable of system.variables)
    for (let element = 0; element < elements(variable); element++) {
      const index = unflatten(element, variable.dims)
      const there = index.map((i, axis) => (dims.some((d) => d.variable === variable.id && d.axis === axis) ? otherMember(k, i) : i))
      const [from, to] = [at(offsets, variable.id) + element, at(offsets, at(variables, variable.id)) + flatten(there, variable.dims)]
      if (from < to) swaps.push([from, to])
    }
  return { swaps, steps }
}

const pair = (map: number[], a: readonly number[], b: readonly number[]): void => {
  for (const [i, x] of a.entries()) {
    const y = at(b, i)
    map[x] = y
    map[y] = x
  }
}

const flatten = (index: readonly number[], dims: readonly number[]): number => index.reduce((n, i, axis) => n * at(dims, axis) + i, 0)

const holdersOf = (system: System, { values }: Class, size: number): readonly Holder[] => {
  const offsets = vectorOffsets(system)
  return values.flatMap(({ variable: id, last }): Holder[] => {
    const variable = at(system.variables, id)
    if (variable.hi < size - 1) return []
    const parts = isReference(variable) ? at(variable.dims, -1) : 1
    const own = Array.from({ length: elements(variable) }, (_, element) => element).filter((element) => element % parts === last)
    return own.map((element) => ({
      element: at(offsets, id) + element,
      when: [...presenceOf(system, offsets, variable, element), ...lifeOf(system, offsets, variable, element)],
    }))
  })
}

/** Where the optionals, queues and unions around an element have it. */
const presenceOf = (system: System, offsets: readonly number[], { dims, within = [] }: Variable, element: number): Condition[] =>
  within.map(({ variable, there }) => {
    const { dims: outer, lo, hi } = at(system.variables, variable)
    const index = unflatten(element, dims)
    const place = at(offsets, variable) + flatten(index.slice(0, outer.length), outer)
    if (there.kind === 'where') return { element: place, among: [there.value] }
    const least = at(index, there.axis) + 1
    return { element: place, among: Array.from({ length: hi - lo + 1 }, (_, i) => lo + i).filter((length) => length >= least) }
  })

/** A local holds something where some way to its process's location has set it. */
const lifeOf = (system: System, offsets: readonly number[], { id, role }: Variable, element: number): Condition[] => {
  if (role.kind !== 'local') return []
  const { agent, pc } = at(system.processes, role.process)
  const alive = new Set<number>()
  for (const step of system.steps)
    if (step.agent === agent)
      walkBlock(step.body, {
        block: ({ end }) => {
          if (end.op === 'goto' && end.frame.some((entry) => entry.variable === id && entry.element === element)) alive.add(end.location)
        },
      })
  return [{ element: at(offsets, pc), among: [...alive].sort((a, b) => a - b) }]
}
