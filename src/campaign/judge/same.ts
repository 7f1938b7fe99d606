/** Whether a change changed anything: transition systems that are the same, and graphs of states that are. */
import { programOf } from '../../explicit/program/program.js'
import { createExpander } from '../../explicit/sample/expander.js'
import type { System, Vector } from '../../ir/system.js'

/** Where code stands, and words for people. */
const notMeant: ReadonlySet<string> = new Set(['at', 'files', 'text', 'message'])

/** What a system does, as a text: that of two systems which differ in places and words alone is the same. */
export const meaningOf = (system: System): string =>
  JSON.stringify(system, (key, value: unknown) => (notMeant.has(key) ? undefined : value))

/** More states than these are not compared one by one. */
const mostStates = 20_000

/** Bytes for the expander's machine. */
const memory = 64 * 2 ** 20

/**
 * The reachable states, by their variables, and for each what every agent can do there: all that any property can see.
 * Null where there are more than 20,000. Takes time for every transition.
 */
export const graphOf = (system: System): ReadonlyMap<string, string> | null => {
  const { initial, successors } = createExpander(programOf(system, 'sample'), memory)
  const graph = new Map<string, string>()
  const waiting: Vector[] = []
  const key = (state: Vector | null): string => (state === null ? 'fails' : state.join())
  const seen = new Set<string>()
  const meet = (state: Vector | null): void => {
    if (state === null || seen.has(key(state))) return
    seen.add(key(state))
    waiting.push(state)
  }
  const first = initial()
  for (const { to } of first.ways) meet(to)
  graph.set('init', toText(first.ways.map(({ to }) => key(to))))
  for (let i = 0; i < waiting.length; i++) {
    if (seen.size > mostStates) return null
    const state = waiting[i]!
    const agents = successors(state).agents.map(({ agent, steps }) => {
      const ways = steps.flatMap((step) => step.ways)
      for (const { to } of ways) meet(to)
      return `${system.agents[agent]?.name}: ${toText(ways.map(({ to }) => key(to)))}`
    })
    graph.set(key(state), agents.join('; '))
  }
  return graph
}

const toText = (keys: readonly string[]): string => [...new Set(keys)].sort().join(' ')

/** Whether the graphs have the same states, under the same variables, and the same agents can do the same in each. */
export const isSameGraph = (a: System, graphOfA: ReadonlyMap<string, string>, b: System): boolean => {
  if (variablesOf(a) !== variablesOf(b)) return false
  const graph = graphOf(b)
  return graph !== null && graph.size === graphOfA.size && [...graph].every(([state, ways]) => graphOfA.get(state) === ways)
}

/** Where processes stand is numbered: labels say where that is. */
const variablesOf = ({ variables, processes }: System): string =>
  JSON.stringify([
    variables.map(({ name, lo, hi, dims }) => [name, lo, hi, dims]),
    processes.map(({ locations }) => locations.map(({ label }) => label)),
  ])
