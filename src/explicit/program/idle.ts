/**
 * Which parts of properties never matter: those that can be crossed out, each by itself, in every state that a search
 * looks at. The search looks at groups of parts at once; a group that matters together is taken apart here.
 */
import { at } from '../../at.js'
import { partsBeforeChecks } from '../../ir/crossing.js'
import type { Crossable } from '../../ir/system.js'
import type { Machine } from './machine.js'

/** What looks at states, with the code of the properties. */
interface Looking {
  readonly view: () => DataView
  readonly exports: Pick<Machine['exports'], 'crossed'>
}

export interface Idle {
  /** For the machine: a group of parts of a property is not idle in the current state. */
  readonly narrow: (crossable: number) => void
  /** Before the search. */
  readonly begin: (machine: Looking, groups: readonly number[]) => void
  /** The numbers of the parts of each property that did not matter so far. */
  readonly parts: () => readonly (readonly number[])[]
  /** Of each property the groups of these parts, as masks: somebody else can go on from there. */
  readonly groups: () => readonly (readonly number[])[]
}

/** Before anything was looked at. */
export const firstGroups = (crossables: readonly Crossable[]): number[][] => crossables.map(groupsOf)

/** From these groups on, for each property those of its parts. */
export const watchIdle = (groups: readonly (readonly number[])[]): Idle => {
  let machine: Looking | null = null
  let addresses: readonly number[] = []
  const open = groups.map((some) => [...some])

  const write = (crossable: number): void => {
    const view = machine?.view()
    for (const [i, mask] of [...at(open, crossable), 0].entries()) view?.setInt32(at(addresses, crossable) + i * 4, mask, true)
  }
  return {
    narrow: (crossable) => {
      const holds = (mask: number): boolean => machine !== null && machine.exports.crossed(crossable, mask) !== 0
      const groups: number[] = []
      for (const group of at(open, crossable)) {
        const idle = partsIn(group).filter((part) => holds(1 << part))
        const together = idle.reduce((mask, part) => mask | (1 << part), 0)
        if (together === 0) continue
        if (holds(together)) {
          groups.push(together)
          continue
        }
        const apart: number[] = []
        for (const part of idle) {
          const i = apart.findIndex((mask) => holds(mask | (1 << part)))
          if (i < 0) apart.push(1 << part)
          else apart[i] = at(apart, i) | (1 << part)
        }
        groups.push(...apart)
      }
      open[crossable] = groups
      write(crossable)
    },
    begin: (started, groups) => {
      machine = started
      addresses = groups
      for (const crossable of open.keys()) write(crossable)
    },
    parts: () => open.map((some) => some.flatMap(partsIn).sort((a, b) => a - b)),
    groups: () => open,
  }
}

/**
 * Parts that hold together hold each by itself, unless one of them keeps the predicate from failing: these are looked
 * at one by one.
 */
const groupsOf = (crossable: Crossable): number[] => {
  const all = crossable.parts.reduce((mask, _, i) => mask | (1 << i), 0)
  const alone = all & partsBeforeChecks(crossable)
  return [...(all === alone ? [] : [all & ~alone]), ...partsIn(alone).map((part) => 1 << part)]
}

const partsIn = (mask: number): number[] => Array.from({ length: 32 }, (_, i) => i).filter((i) => ((mask >>> i) & 1) === 1)
