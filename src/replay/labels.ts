/** Where processes stand, as predicates get it: `at`. */
import { type StoreBuffers, storeBuffer } from '../lang/memory.js'
import type { Label, Labels } from '../lang/model.js'
import type { OracleAgent } from './oracle.js'
import type { State } from './state.js'

/** What a predicate looks at: a state, and where the processes stand in it. */
export interface Seen {
  readonly state: State
  readonly at: Labels & StoreBuffers
}

/** The store buffers of `at`: none where nothing is in memory; those of the state, or an empty one for each CPU. */
export type SeenBuffers = 'none' | 'waiting' | readonly (readonly never[])[]

/** Each label is asked for when it is read, which the state notes as it notes reads of its variables. */
export const labelsIn = (
  state: State,
  agents: readonly OracleAgent[],
  labelOf: (agent: number) => Label,
  buffers: SeenBuffers,
): Labels & StoreBuffers => {
  const at: Record<string, unknown> = {}
  agents.forEach(({ kind, group, instance, name }, agent) => {
    if (kind !== 'process') return
    const get = (): Label => {
      const label = labelOf(agent)
      state.note(`at.${name}`, label)
      return label
    }
    if (instance === null) Object.defineProperty(at, group, { get, enumerable: true })
    else {
      if (instance === 0) Object.defineProperty(at, group, { value: [], enumerable: true })
      Object.defineProperty(at[group] as Label[], instance, { get, enumerable: true })
    }
  })
  if (buffers !== 'none') {
    const get = buffers === 'waiting' ? () => state.s[storeBuffer] : () => buffers
    Object.defineProperty(at, storeBuffer, { get, enumerable: true })
  }
  return at as Labels & StoreBuffers
}
