/** Whether a change changed anything: transition systems that are the same, and graphs of states that are. */
import { at } from '../../at.js'
import { programOf } from '../../explicit/program/program.js'
import { createExpander } from '../../explicit/sample/expander.js'
import { elements, type System, type Vector, vectorOffsets } from '../../ir/system.js'

/** Where code stands, and words for people. */
const notMeant: ReadonlySet<string> = new Set(['at', 'files', 'text', 'message'])

/** What a system does, as a text: that of two systems which differ in places and words alone is the same. */
export const meaningOf = (system: System): string =>
  JSON.stringify(system, (key, value: unknown) => (notMeant.has(key) ? undefined : value))

/** More states than these are not compared one by one. */
const mostStates = 20_000

/** Bytes for the expander's machine. */
const memory = 64 * 2 ** 20

/** All that any property can see: the reachable states, and for each what every agent can do there. */
export interface Graph {
  /** What the numbers of a state are: the variables, and the labels of where processes stand. */
  readonly shape: string
  readonly agents: readonly string[]
  /** As texts of numbers. */
  readonly states: readonly string[]
  /** Of each state, by agent, positions in `states`; where a way fails, `fails`. */
  readonly ways: readonly (readonly (readonly number[])[])[]
  readonly initial: readonly number[]
}

const fails = -1

/** Null where there are more than 20,000 states. Takes time for every transition. */
export const graphOf = (system: System): Graph | null => {
  const { initial, successors } = createExpander(programOf(system, 'sample'), memory)
  const found: Vector[] = []
  const positions = new Map<string, number>()
  const positionOf = (state: Vector | null): number => {
    if (state === null) return fails
    const key = state.join()
    const known = positions.get(key)
    if (known !== undefined) return known
    positions.set(key, found.length)
    return found.push(state) - 1
  }
  const first = initial().ways.map(({ to }) => positionOf(to))
  const ways: (readonly (readonly number[])[])[] = []
  for (let i = 0; i < found.length; i++) {
    if (found.length > mostStates) return null
    ways.push(successors(found[i]!).agents.map(({ steps }) => steps.flatMap((step) => step.ways.map(({ to }) => positionOf(to)))))
  }
  return { ...statesOf(system, found), agents: system.agents.map(({ name }) => name), ways, initial: first }
}

/** Some numbers of a state that stand for one thing. */
interface Column {
  readonly places: readonly number[]
  /** What they mean. */
  readonly is: readonly unknown[]
  /** What they are called instead. */
  readonly numbers: ReadonlyMap<number, number> | null
}

/**
 * Code that is never reached shows in no state: its locations are not counted, nor are locals that live in it alone.
 */
const statesOf = (system: System, found: readonly Vector[]): Pick<Graph, 'shape' | 'states'> => {
  const offsets = vectorOffsets(system)
  const columns = system.variables.flatMap((variable): Column[] => {
    const { id, name, lo, hi, dims, role } = variable
    const places = Array.from({ length: elements(variable) }, (_, i) => at(offsets, id) + i)
    if (role.kind === 'local' && found.every((state) => places.every((place) => state[place] === lo))) return []
    if (role.kind !== 'location') return [{ places, is: [name, lo, hi, dims], numbers: null }]
    const reached = [...new Set(found.map((state) => at(state, at(places, 0))))].sort((a, b) => a - b)
    const { locations } = at(system.processes, role.process)
    const is = [name, ...reached.map((number) => [at(locations, number).label, at(locations, number).final])]
    return [{ places, is, numbers: new Map(reached.map((number, i) => [number, i])) }]
  })
  const numbers = columns.flatMap(({ places, numbers: called }) => places.map((place) => ({ place, called })))
  const textOf = (state: Vector): string =>
    numbers
      .map(({ place, called }) => {
        const value = at(state, place)
        return called === null ? value : called.get(value)
      })
      .join()
  return { shape: JSON.stringify(columns.map(({ is }) => is)), states: found.map(textOf) }
}

/** Whether the graphs have the same states, under the same variables, and the same agents can do the same in each. */
export const isSameGraph = (a: Graph, b: Graph): boolean => {
  if (a.shape !== b.shape || a.agents.join() !== b.agents.join() || a.states.length !== b.states.length) return false
  const inB = new Map(b.states.map((state, i) => [state, i]))
  const there = a.states.map((state) => inB.get(state))
  const isSame = (some: readonly number[], others: readonly number[]): boolean => {
    const moved = new Set(some.map((i) => (i === fails ? fails : there[i])))
    return moved.size === new Set(others).size && others.every((i) => moved.has(i))
  }
  return (
    isSame(a.initial, b.initial) &&
    a.ways.every((agents, i) => {
      const ways = b.ways[there[i] ?? fails]
      return ways !== undefined && agents.every((some, agent) => isSame(some, at(ways, agent)))
    })
  )
}
