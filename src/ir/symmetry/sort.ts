/**
 * Sorts: things of one kind that may be interchangeable, as the CPUs of `each(n)`. What a sort says is how two members
 * change places: which elements of the state do, which elements hold a member's number, and which steps stand for each
 * other. Whether that changes nothing is another question, which a solver answers.
 */
import { at } from '../../at.js'
import type { System, Vector } from '../system.js'

/** An element has one of these values. */
export interface Condition {
  readonly element: number
  readonly among: readonly number[]
}

/** An element whose value is the number of a member, where all conditions hold; elsewhere it means something else. */
export interface Holder {
  readonly element: number
  readonly when: readonly Condition[]
}

/** Two neighbouring members, the `k`th of their sort and the next one, change places. */
export interface Exchange {
  /** Elements of the state that change places: of the first of the two first. */
  readonly swaps: readonly (readonly [number, number])[]
  /** Of each step the one that does the same for the other member; most stay. */
  readonly steps: readonly number[]
}

/** Neighbours exchanged, one after the other, give every order of the members. */
export interface Sort {
  /** The number of the first member; the others follow. */
  readonly first: number
  /** After the agents that are its members, or a variable that has one element for each. */
  readonly name: string
  readonly size: number
  /** The groups of agents that are its members; none where members take no steps. */
  readonly agents: readonly string[]
  /** Elements, conditions and swaps are places in a `Vector`. */
  readonly holders: readonly Holder[]
  readonly exchanges: readonly Exchange[]
  /** Temps of `choose`s whose value is a member. */
  readonly choices: readonly number[]
}

/** What is searched modulo the orders of some sorts: a system in which their members have the same locals. */
export interface Modulo {
  readonly system: System
  readonly sorts: readonly Sort[]
}

/** A state in which the `k`th member and the next one have changed places. */
export const exchanged = (
  { first, holders, exchanges }: Pick<Sort, 'first' | 'holders' | 'exchanges'>,
  k: number,
  state: Vector,
): Vector => {
  const renamed = [...state]
  for (const { element, when } of holders)
    if (when.every((condition) => condition.among.includes(at(state, condition.element))))
      renamed[element] = otherMember(first + k, at(state, element))
  for (const [a, b] of at(exchanges, k).swaps) [renamed[a], renamed[b]] = [at(renamed, b), at(renamed, a)]
  return renamed
}

/** The number of a member after `k` and `k + 1` have changed places. */
export const otherMember = (k: number, member: number): number => (member === k ? k + 1 : member === k + 1 ? k : member)

/** Of steps that some of those who are interchangeable took (1, else 0), those that any of them can take. */
export const byAnyMember = (sorts: readonly Sort[], taken: Uint8Array): Uint8Array => {
  const all = Uint8Array.from(taken)
  const exchanges = sorts.flatMap((sort) => sort.exchanges)
  for (let isClosed = false; !isClosed; ) {
    isClosed = true
    for (const { steps } of exchanges)
      for (const [step, other] of steps.entries())
        if (all[step] === 1 && all[other] === 0) {
          all[other] = 1
          isClosed = false
        }
  }
  return all
}

/** Of so many members all orders are tried where they look alike: 720. */
const mostMembers = 6

/** Of a sort of more members, sorts of some of them: members are exchanged with those of the same sort only. */
export const exchangeable = (sort: Sort): readonly Sort[] =>
  Array.from({ length: Math.ceil(sort.size / mostMembers) }, (_, i): Sort => {
    const first = i * mostMembers
    const size = Math.min(mostMembers, sort.size - first)
    return { ...sort, first: sort.first + first, size, exchanges: sort.exchanges.slice(first, first + size - 1) }
  }).filter(({ size }) => size > 1)

/** In how many orders the members can be. */
export const ordersOf = (sorts: readonly Pick<Sort, 'size'>[]): number =>
  sorts.reduce((n, { size }) => n * Array.from({ length: size }, (_, i) => i + 1).reduce((a, b) => a * b, 1), 1)
