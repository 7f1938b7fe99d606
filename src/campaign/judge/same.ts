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
  readonly ways: ReadonlyMap<string, string>
}

interface Node {
  readonly state: Vector
  readonly agents: readonly { readonly name: string; readonly to: readonly (Vector | null)[] }[]
}

const keyOf = (state: Vector | null): string => (state === null ? 'fails' : state.join())

/** Null where there are more than 20,000 states. Takes time for every transition. */
export const graphOf = (system: System): Graph | null => {
  const { initial, successors } = createExpander(programOf(system, 'sample'), memory)
  const waiting: Vector[] = []
  const seen = new Set<string>()
  const meet = (state: Vector | null): void => {
    if (state === null || seen.has(keyOf(state))) return
    seen.add(keyOf(state))
    waiting.push(state)
  }
  const first = initial().ways.map(({ to }) => to)
  first.forEach(meet)
  const nodes: Node[] = []
  for (let i = 0; i < waiting.length; i++) {
    if (seen.size > mostStates) return null
    const state = waiting[i]!
    const agents = successors(state).agents.map(({ agent, steps }) => {
      const to = steps.flatMap((step) => step.ways.map((way) => way.to))
      to.forEach(meet)
      return { name: at(system.agents, agent).name, to }
    })
    nodes.push({ state, agents })
  }
  const { shape, restated } = reachedOf(system, waiting)
  const names = new Map(waiting.map((state) => [keyOf(state), keyOf(restated(state))]))
  const toText = (to: readonly (Vector | null)[]): string =>
    [...new Set(to.map((state) => names.get(keyOf(state)) ?? keyOf(state)))].sort().join(' ')
  const ways = new Map([['init', toText(first)]])
  for (const { state, agents } of nodes) ways.set(keyOf(restated(state)), agents.map(({ name, to }) => `${name}: ${toText(to)}`).join('; '))
  return { shape, ways }
}

interface Column {
  readonly places: readonly number[]
  /** What its numbers mean. */
  readonly is: readonly unknown[]
  /** What they are called instead. */
  readonly numbers: ReadonlyMap<number, number> | null
}

/** Code that is never reached shows in no state: its locations are not counted, nor are locals that live in it alone. */
const reachedOf = (system: System, states: readonly Vector[]): { readonly shape: string; readonly restated: (state: Vector) => Vector } => {
  const offsets = vectorOffsets(system)
  const columns = system.variables.flatMap((variable): Column[] => {
    const places = Array.from({ length: elements(variable) }, (_, i) => at(offsets, variable.id) + i)
    const { name, lo, hi, dims, role } = variable
    if (role.kind === 'local' && states.every((state) => places.every((place) => state[place] === lo))) return []
    if (role.kind !== 'location') return [{ places, is: [name, lo, hi, dims], numbers: null }]
    const reached = [...new Set(states.map((state) => at(state, at(places, 0))))].sort((a, b) => a - b)
    const { locations } = at(system.processes, role.process)
    const is = [name, ...reached.map((id) => [at(locations, id).label, at(locations, id).final])]
    return [{ places, is, numbers: new Map(reached.map((id, i) => [id, i])) }]
  })
  return {
    shape: JSON.stringify(columns.map(({ is }) => is)),
    restated: (state) =>
      columns.flatMap(({ places, numbers }) =>
        places.map((place) => {
          const value = at(state, place)
          return numbers === null ? value : (numbers.get(value) ?? value)
        }),
      ),
  }
}

/** Whether the graphs have the same states, under the same variables, and the same agents can do the same in each. */
export const isSameGraph = (a: Graph, b: Graph): boolean =>
  a.shape === b.shape && a.ways.size === b.ways.size && [...a.ways].every(([state, ways]) => b.ways.get(state) === ways)
