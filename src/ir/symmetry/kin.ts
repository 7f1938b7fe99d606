/**
 * Which places of a system hold numbers of the same kind of thing: indices of a dimension, values of a variable, a
 * choice, the members of a group of agents. Whatever indexes a dimension is of its kind, and so is what is compared
 * with it or stored to it. That says only what may be a sort; nothing rests on it.
 */
import { at } from '../../at.js'
import type { Agent, Block, Expr, Query, Stmt, System, Variable } from '../system.js'
import { queriesOf } from '../system.js'
import { operands } from '../walk.js'

/** A place, as a text: `d3.0` is the first dimension of variable 3. */
export type Place = string

/** The indices of a dimension. */
export const dimension = (variable: number, axis: number): Place => `d${variable}.${axis}`
/**
 * What the elements of a variable hold; of a reference (`#idx`) each index that it is made of is a place of its own.
 */
export const heldBy = ({ variables }: Pick<System, 'variables'>, variable: number, last = 0): Place =>
  isReference(at(variables, variable)) ? `v${variable}.${last}` : `v${variable}`

/** A local that names a part of the state, by the indices on its path: its last dimension is over these. */
export const isReference = ({ name }: Pick<Variable, 'name'>): boolean => name.endsWith('#idx')
/** What is chosen, or any other temp. */
export const choiceOf = (temp: number): Place => `t${temp}`
/** The numbers of the agents of a group. */
export const groupOf = (group: string): Place => `g${group}`

/** Which places are of one kind. */
export interface Kin {
  /** The same text for places of one kind. */
  readonly kindOf: (place: Place) => Place
  /** Whether a constant, or something computed, is stored to a place of this kind or compared with it. */
  readonly isComputed: (kind: Place) => boolean
  /** Temps of `choose`s, and how many values each has. */
  readonly choices: ReadonlyMap<number, number>
}

/** A constant of the code, where it flows to. */
interface Mention {
  readonly place: Place
  readonly value: number
}

/** The agents of `each(n)`, by group, in the order of their numbers; groups of one are none. */
export const groupsOf = ({ agents }: Pick<System, 'agents'>): ReadonlyMap<string, readonly Agent[]> => {
  const groups = new Map<string, Agent[]>()
  for (const agent of agents) if (agent.instance !== null) groups.set(agent.group, [...(groups.get(agent.group) ?? []), agent])
  for (const [group, members] of groups) {
    members.sort((a, b) => (a.instance ?? 0) - (b.instance ?? 0))
    if (members.length < 2 || members.some(({ instance }, i) => instance !== i)) groups.delete(group)
  }
  return groups
}

/** What says of which kind a place is: all code of a system. */
export type CodeOf = Pick<System, 'variables' | 'agents' | 'processes' | 'steps' | 'init' | 'safety' | 'temporal' | 'extremes'>

/** Reads all code of a system. Linear in it. */
export const kinOf = (system: CodeOf): Kin => {
  const parents = new Map<Place, Place>()
  const computed = new Set<Place>()
  const choices = new Map<number, number>()
  let mentions: Mention[] = []
  let diagonals = new Map<Place, { readonly variable: number; readonly own: Set<number>; readonly isOwn: boolean }>()

  const kindOf = (place: Place): Place => {
    let root = place
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    if (root !== place) parents.set(place, root)
    return root
  }
  const unite = (a: Place, b: Place): void => {
    const [x, y] = [kindOf(a), kindOf(b)]
    if (x === y) return
    parents.set(x, y)
    if (computed.has(x)) computed.add(y)
  }

  const heldIn = (variable: number, index: readonly Expr[]): Place => {
    const last = index.at(-1)
    return heldBy(system, variable, last?.op === 'const' ? last.value : 0)
  }
  /** Where a value comes from; null where it is computed, or is a constant. */
  const sourceOf = (e: Expr): Place | null => {
    switch (e.op) {
      case 'temp':
        return choiceOf(e.id)
      case 'load':
        return heldIn(e.variable, e.index)
      case 'select':
        return sourceOf(e.a) ?? sourceOf(e.b)
      case 'min':
      case 'max':
        // As an index is kept inside its dimension.
        return e.b.op === 'const' ? sourceOf(e.a) : null
      default:
        return null
    }
  }
  const flow = (e: Expr, place: Place): void => {
    switch (e.op) {
      case 'const':
        mentions.push({ place, value: e.value })
        return
      case 'select':
        flow(e.a, place)
        flow(e.b, place)
        return
      default: {
        const source = sourceOf(e)
        if (source === null) computed.add(kindOf(place))
        else unite(source, place)
      }
    }
  }
  const indices = (variable: number, index: readonly Expr[]): void => {
    for (const [axis, i] of index.entries()) flow(i, dimension(variable, axis))
  }
  /** An element at constant indices holds a constant, or is compared with one. */
  const element = (variable: number, index: readonly Expr[], held: Expr): void => {
    if (held.op !== 'const') return
    for (const [axis, i] of index.entries()) {
      if (i.op !== 'const') continue
      const known = diagonals.get(dimension(variable, axis)) ?? { variable, own: new Set(), isOwn: true }
      known.own.add(held.value)
      diagonals.set(dimension(variable, axis), { ...known, isOwn: known.isOwn && i.value === held.value })
    }
  }
  const look = (e: Expr): void => {
    if (e.op === 'load') indices(e.variable, e.index)
    if (e.op === 'eq' || e.op === 'ne') {
      if (e.a.op === 'load') element(e.a.variable, e.a.index, e.b)
      const [a, b] = [sourceOf(e.a), sourceOf(e.b)]
      if (a !== null) flow(e.b, a)
      else if (b !== null) flow(e.a, b)
    }
    for (const x of operands(e)) look(x)
  }
  const run = (body: readonly Stmt[]): void => {
    for (const s of body)
      switch (s.op) {
        case 'set':
          look(s.value)
          flow(s.value, choiceOf(s.temp))
          break
        case 'store':
          for (const i of s.index) look(i)
          look(s.value)
          indices(s.variable, s.index)
          element(s.variable, s.index, s.value)
          flow(s.value, heldIn(s.variable, s.index))
          break
        case 'if':
          look(s.condition)
          run(s.then)
          run(s.else)
          break
        case 'block':
          run(s.body)
          break
        case 'check':
          look(s.condition)
          break
        case 'exit':
        case 'cover':
      }
  }
  const runBlock = ({ body, end }: Block): void => {
    run(body)
    switch (end.op) {
      case 'goto':
        for (const { variable, element, value } of end.frame) {
          look(value)
          flow(value, heldBy(system, variable, element % (at(system.variables, variable).dims.at(-1) ?? 1)))
        }
        return
      case 'branch':
        look(end.condition)
        runBlock(end.then)
        runBlock(end.else)
        return
      case 'choose':
        choices.set(end.temp, end.count)
        return runBlock(end.rest)
      case 'finish':
      case 'blocked':
      case 'fail':
    }
  }
  const runQuery = ({ body, value }: Pick<Query, 'body' | 'value'>): void => {
    run(body)
    look(value)
  }

  for (const { id, axes = [] } of system.variables) for (const [axis, array] of axes.entries()) unite(dimension(id, axis), `a${array}`)
  const mentioned = new Map<number, readonly Mention[]>()
  for (const step of system.steps) {
    mentions = []
    runBlock(step.body)
    mentioned.set(step.id, mentions)
  }
  mentions = []
  for (const run of [() => runBlock(system.init), ...queriesOf(system).map((query) => () => runQuery(query))]) {
    diagonals = new Map()
    run()
    // Each element holds its own index, as after `s.turn[cpu] = cpu` in a loop.
    for (const [place, { variable, own, isOwn }] of diagonals) if (isOwn && own.size > 1) unite(place, heldBy(system, variable))
  }
  for (const [group, members] of groupsOf(system)) {
    uniteLocals(system, members, unite)
    uniteMentions(system, members, mentioned, (place) => unite(place, groupOf(group)))
  }
  return { kindOf, isComputed: (kind) => computed.has(kind), choices }
}

/** The variables of a process: its location, and its locals. */
export const variablesOf = ({ processes, variables }: Pick<System, 'processes' | 'variables'>, agent: number): readonly number[] => {
  const process = processes.find((p) => p.agent === agent)
  if (process === undefined) return []
  const own = variables.filter(({ role }) => (role.kind === 'local' || role.kind === 'location') && role.process === process.id)
  return own.map(({ id }) => id)
}

/** The steps of an agent, in the order of its code. */
export const stepsOf = ({ steps }: Pick<System, 'steps'>, agent: number): readonly number[] =>
  steps.filter((step) => step.agent === agent).map(({ id }) => id)

/** A local of one member is of the kind that the same local of another member is. */
const uniteLocals = (system: CodeOf, members: readonly Agent[], unite: (a: Place, b: Place) => void): void => {
  const [first = [], ...others] = members.map(({ id }) => variablesOf(system, id))
  for (const other of others)
    for (const [i, variable] of first.entries()) {
      const same = other[i]
      if (same === undefined) continue
      const { dims } = at(system.variables, variable)
      for (let last = 0; last < (dims.at(-1) ?? 1); last++) unite(heldBy(system, variable, last), heldBy(system, same, last))
      for (const axis of dims.keys()) unite(dimension(variable, axis), dimension(same, axis))
    }
}

/**
 * Members have the same code but for their own number, and those of the others: where all of them have their own, or
 * none of them, and not all the same one, such a number is meant.
 */
const uniteMentions = (
  system: CodeOf,
  members: readonly Agent[],
  mentioned: ReadonlyMap<number, readonly Mention[]>,
  isMember: (place: Place) => void,
): void => {
  const steps = members.map(({ id }) => stepsOf(system, id))
  for (const k of (steps[0] ?? []).keys()) {
    const said = steps.map((own) => mentioned.get(own[k] ?? -1) ?? [])
    const lengths = said.map(({ length }) => length)
    // Where something folds away for one of them, all before it still stands side by side.
    const [shortest, isAligned] = [Math.min(...lengths), new Set(lengths).size === 1]
    for (let i = 0; i < shortest; i++) {
      const here = said.map((one) => at(one, i))
      const isOwn = here.every(({ value }, member) => value === member)
      const isOther = isAligned && here.every(({ value }, member) => value !== member && value >= 0 && value < members.length)
      const isSame = here.every(({ value }) => value === here[0]?.value)
      if (isOwn || (isOther && !isSame)) for (const { place } of here) isMember(place)
    }
  }
}
