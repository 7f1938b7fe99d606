/**
 * Store buffers in the oracle. A step of a process on a CPU runs on memory as its CPU sees it, with the stores of its
 * own buffer; what it stores is taken back from memory afterwards, and waits in the buffer.
 */
import type { Step, System } from '../ir/system.js'
import { drainedLabel, drainLabel, indexField, type MemoryVariable, type StoreBuffering, storeBuffer, wordsOf } from '../lang/memory.js'
import type { InstanceRuleBody } from '../lang/model.js'
import { when } from '../lang/step.js'
import type { State } from './state.js'
import { copyValue, put, type Store, snapshot, type Value } from './store.js'

/** Whether a step is a locked instruction, given the agent and the location; `lockedIn` says it of a system. */
export type IsLocked = (agent: string, location: string) => boolean

/** Which steps the compiler takes for locked instructions: the one thing that the oracle believes. */
export const lockedIn = ({ memory, agents, processes, steps }: System): IsLocked => {
  const all = new Set(memory?.locked.map((id) => nameOf(steps[id]!, agents, processes)))
  return (agent, location) => all.has(`${agent} ${location}`)
}

const nameOf = ({ agent, location }: Step, agents: System['agents'], processes: System['processes']): string =>
  `${agents[agent]!.name} ${processes.find((process) => process.agent === agent)!.locations[location!]!.key}`

/** A store that waits; `at`, `at2`, ... say which element it is to. */
type Entry = { readonly to: string; readonly value: Value } & { readonly [index: string]: Value }

interface Word {
  readonly of: MemoryVariable
  readonly index: readonly number[]
  readonly store: Store
}

/** The memory of one state. */
export interface Memory {
  readonly isEmpty: (cpu: number) => boolean
  /** Looks at memory as a CPU sees it. */
  readonly seenBy: <T>(cpu: number, look: () => T) => T
  /**
   * Runs a step that is no locked instruction, which may throw what `when(false)` throws where there is no room for a
   * store. What it stores comes into the buffer if `moved` says that it was taken.
   */
  readonly buffering: <T>(cpu: number, run: () => T, moved: (result: T) => boolean) => T
}

export const createMemory = (state: State, buffering: StoreBuffering): Memory => {
  const { capacity, variables } = buffering
  const words: Word[] = wordsOf(buffering).map(({ of, index }) => ({ of, index, store: index.reduce(element, state.stores.get(of.name)!) }))
  const byStore = new Map(words.flatMap((word) => wholeIn(word.store).map((store) => [store, word])))
  const names = new Set(variables.map(({ name }) => name))
  const items = (cpu: number): Entry[] => itemsOf(state, cpu)
  const wordOf = (entry: Entry): Word =>
    words.find(({ of, index }) => of.name === entry.to && index.every((i, dimension) => entry[indexField(dimension)] === i))!

  const seenBy: Memory['seenBy'] = (cpu, look) => {
    const before = words.map(({ store }) => snapshot(store))
    for (const entry of items(cpu)) put(wordOf(entry).store, copyValue(entry.value))
    try {
      return look()
    } finally {
      for (const [i, { store }] of words.entries()) put(store, before[i]!)
    }
  }
  return {
    isEmpty: (cpu) => items(cpu).length === 0,
    seenBy,
    buffering: (cpu, run, moved) => {
      const waiting = items(cpu).length
      const entries: Entry[] = []
      const note = (store: Store, whole: boolean): void => {
        if (!names.has(/^[^.[]*/.exec(store.at.text)![0])) return
        const stored = whole ? wordsIn(store, byStore) : []
        if (stored.length === 0)
          throw new Error(`${store.at.text} is a part of a word, and is stored to in a step that is said to be no locked instruction`)
        for (const { of, index, store: word } of stored) {
          when(waiting + entries.length < capacity)
          const at = Object.fromEntries(index.map((i, dimension) => [indexField(dimension), i]))
          entries.push({ to: of.name, ...at, value: snapshot(word) } as Entry)
        }
      }
      const result = seenBy(cpu, () => state.watch(note, run))
      if (moved(result)) items(cpu).push(...entries)
      return result
    },
  }
}

const itemsOf = (state: State, cpu: number): Entry[] => {
  const buffer = element(state.stores.get(storeBuffer)!, cpu)
  if (buffer.kind !== 'queue') throw new Error('a store buffer is a queue')
  return buffer.items as Entry[]
}

const element = (store: Store, i: number): Store => {
  if (store.kind !== 'array') throw new Error(`${store.at.text} is no array`)
  return store.items[i]!
}

/** The stores that hold all of what a store holds: of a record with a single field that field too. */
const wholeIn = (store: Store): Store[] => {
  const [only, ...others] = store.kind === 'record' ? store.fields.values() : []
  return only === undefined || others.length > 0 ? [store] : [store, ...wholeIn(only)]
}

/** The words that a store is, or is made of. */
const wordsIn = (store: Store, words: ReadonlyMap<Store, Word>): Word[] => {
  const word = words.get(store)
  if (word !== undefined) return [word]
  return store.kind === 'array' ? store.items.flatMap((item) => wordsIn(item, words)) : []
}

/** The rules by which the stores of a CPU reach memory, by label. */
export const drains = ({ variables }: StoreBuffering): ReadonlyMap<string, InstanceRuleBody<never>> =>
  new Map(
    variables.map((of) => [
      drainLabel(of),
      (s: Readonly<Record<string, unknown>>, cpu: number): void => {
        const buffer = (s[storeBuffer] as Entry[][])[cpu]!
        when(buffer.length > 0 && buffer[0]!.to === of.name)
        const entry = buffer.shift()!
        const path = [of.name, ...indexIn(entry, of)]
        const last = path.pop()!
        const around = path.reduce((inside: unknown, key) => (inside as Record<string | number, unknown>)[key], s)
        ;(around as Record<string | number, unknown>)[last] = entry.value
      },
    ]),
  )

/** How a race shows the step of such a rule: with the element that it stores to. */
export const drainedIn = (state: State, { variables }: StoreBuffering, cpu: number): string | null => {
  const [entry] = itemsOf(state, cpu)
  const of = variables.find(({ name }) => name === entry?.to)
  return entry === undefined || of === undefined ? null : drainedLabel(of.name, indexIn(entry, of))
}

const indexIn = (entry: Entry, { dims }: MemoryVariable): number[] => dims.map((_, dimension) => entry[indexField(dimension)] as number)
