/** The graph of all reachable states: numbered breadth first, with edges in typed arrays. */
import type { Limit, Limits } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import { createGraphMachine, type GraphMachine } from '../program/graph-machine.js'
import { type GraphProgram, graphProgramOf } from '../program/graph-program.js'
import { isStopped, type Pace, type Sliced } from '../program/pace.js'
import { running } from '../program/running.js'
import { begin } from '../program/start.js'
import type { Progress } from '../search/search.js'
import { stopReasons } from '../store/store.js'
import { type Failing, failingOf } from './failing.js'

/**
 * Loops over states and edges read its arrays with `!`: with `at()`, which serves lists of all kinds, such a loop takes
 * six to nine times as long (measured on 12 million edges).
 */
export interface Graph {
  readonly states: number
  /** States 0 to `initial - 1` are the initial ones. */
  readonly initial: number
  /**
   * The edges of state s are `starts[s]` to `starts[s + 1] - 1`, in the order of their agents, each agent's in the
   * order of its steps and choices.
   */
  readonly starts: Uint32Array
  /** Of each edge the state it leads to, and the agent that takes it. */
  readonly targets: Uint32Array
  readonly agents: Uint8Array | Uint16Array
  /** Bit i of the `labelBytes` bytes of a state: the system's property i holds in it. */
  readonly labels: Uint8Array
  readonly labelBytes: number
  readonly failing: Failing
  /** The packed state. */
  readonly wordsOf: (state: number) => bigint[]
}

export interface GraphOptions {
  readonly limits: Limits & { readonly bytes: number }
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Bytes that each part of it can have: less for tests. */
  readonly part?: number
}

export interface BuiltGraph {
  /** Null where a limit was hit: then the graph is not whole. */
  readonly graph: Graph | null
  readonly limit: Limit | null
  readonly states: number
  readonly transitions: number
  readonly bytes: number
  readonly bytesPerEdge: number
}

/** Whether a property of the system holds in a state. */
export const hasLabel = ({ labels, labelBytes }: Graph, state: number, property: number): boolean =>
  (labels[state * labelBytes + (property >> 3)]! & (1 << (property & 7))) !== 0

const start = (program: GraphProgram, machine: GraphMachine, limits: Limits): void => {
  begin(program, machine, limits)
  machine.forget()
  machine.targets.clear()
  machine.agents.clear()
  machine.failing.clear()
}

const graphOf = (program: GraphProgram, machine: GraphMachine, initial: number): Graph => {
  const { memory: map, layout } = program
  const states = machine.globals.states
  const { buffer } = machine.memory
  const words = layout.widths.length
  machine.offsets.append(new Uint8Array(new Uint32Array([machine.globals.edges]).buffer))
  const agents = machine.agents.bytes()
  return {
    states,
    initial,
    starts: machine.offsets.words(),
    targets: machine.targets.words(),
    agents: map.agentBytes === 1 ? agents : new Uint16Array(agents.buffer, 0, agents.length >>> 1),
    labels: machine.labels.bytes(),
    labelBytes: map.labelBytes,
    failing: failingOf(machine.failing.words()),
    wordsOf: (state) => [...new BigUint64Array(buffer, map.ring + state * words * 8, words)],
  }
}

/**
 * Builds the graph of a system, breadth first, until nothing is left or a limit is hit. Turns the event loop about
 * every 50 ms. @throws StateTooWide
 */
export const buildGraph = async (system: System, options: GraphOptions, pace: Pace): Promise<BuiltGraph> => {
  const {
    limits: { depth, bytes },
    onProgress,
  } = options
  const program = graphProgramOf(system)
  const machine = createGraphMachine(program, bytes, options.part)
  start(program, machine, options.limits)
  const initial = machine.globals.states
  const stopped = (): Limit | null => {
    if (machine.globals.stop === stopReasons.states) return { kind: 'states', states: machine.globals.state_limit }
    if (machine.globals.stop === 0) return null
    return machine.isFull() ? { kind: 'part of the graph' } : { kind: 'memory', bytes }
  }
  const end = (limit: Limit | null): BuiltGraph => {
    const edges = machine.targets.length() / 4
    return {
      graph: limit === null ? graphOf(program, machine, initial) : null,
      limit,
      states: machine.globals.states,
      transitions: machine.globals.transitions,
      bytes: machine.bytes(),
      bytesPerEdge: edges === 0 ? 0 : (machine.targets.length() + machine.agents.length()) / edges,
    }
  }
  const whole = await pace.run(building(machine), () =>
    onProgress?.({
      phase: 'behaviours',
      states: machine.globals.states,
      transitions: machine.globals.transitions,
      depth: machine.globals.depth,
      queue: machine.globals.left + machine.globals.queued,
      bytes: machine.bytes(),
      mostBytes: bytes,
      violated: 0,
      seconds: pace.seconds(),
    }),
  )
  if (isStopped(whole)) return end(whole.stopped)
  const isCut = depth !== undefined && machine.globals.depth >= depth && initial > 0
  return end(stopped() ?? (isCut ? { kind: 'depth', depth } : null))
}

function* building(machine: GraphMachine): Sliced<void> {
  yield
  if (yield* running(machine)) machine.drain()
}
