/** The oracle's `IndexSet`: integers 0..n-1, iterated in ascending order. */
import type { IndexSet } from '../lang/domain.js'
import { Fault } from './fault.js'

export interface Members extends IndexSet {
  /** The same members, apart. */
  copy(): Members
}

/** An empty set of integers out of 0..n-1. `path` names it in messages. */
export const createMembers = (n: number, path: string): Members => {
  const present = Array<boolean>(n).fill(false)
  const members: Members = {
    get size() {
      return present.reduce((count, there) => count + Number(there), 0)
    },
    has: (member) => present[member] === true,
    add: (member) => {
      if (!Number.isInteger(member) || member < 0 || member >= n)
        throw new Fault(`${path} cannot hold ${String(member)}: its members are 0..${n - 1}`)
      present[member] = true
      return members
    },
    delete: (member) => {
      const was = present[member] === true
      if (was) present[member] = false
      return was
    },
    clear: () => void present.fill(false),
    *[Symbol.iterator]() {
      for (let i = 0; i < n; i++) if (present[i]) yield i
    },
    copy: () => {
      const copy = createMembers(n, path)
      for (const [i, there] of present.entries()) if (there) copy.add(i)
      return copy
    },
  }
  return members
}

/** Anything that behaves as a set of integers: also a JavaScript `Set`. */
export const isSet = (x: unknown): x is IndexSet =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && 'has' in x && 'size' in x && Symbol.iterator in x
