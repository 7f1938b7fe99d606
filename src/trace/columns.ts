/**
 * The columns of a race diagram: a CPU is one, with all agents that are on it; an agent that is on none has one of its
 * own. Where agents share a column, steps say whose they are.
 */
import { printable } from './plain.js'
import type { Trace, TraceAgent } from './trace.js'

export interface Column {
  readonly head: string
  readonly agents: readonly TraceAgent[]
}

export interface Columns {
  /** CPUs in the order of their numbers, and then the others in the order of the model. */
  readonly columns: readonly Column[]
  /** By number of step: its column. */
  readonly columnOf: readonly number[]
  /** By number of step: `[walker]` where the column alone does not say whose step it is, else nothing. */
  readonly whose: readonly string[]
  /** Who takes no step, as the heads would name them. */
  readonly resting: readonly string[]
}

/** What stores of a CPU reach memory through is no one who acts: its steps say by themselves what they are. */
const isStoreBuffer = ({ name }: TraceAgent): boolean => /^storeBuffer\[\d+\]$/.test(name)

export const columnsOf = ({ agents, steps }: Pick<Trace, 'agents' | 'steps'>): Columns => {
  const movers = new Set(steps.map(({ agent }) => agent))
  const moving = agents.filter(({ name }) => movers.has(name))
  const cpus = [...new Set(moving.flatMap(({ cpu }) => cpu ?? []))].sort((a, b) => a - b)
  const columns = [
    ...cpus.map((cpu) =>
      columnOfCpu(
        cpu,
        moving.filter((agent) => agent.cpu === cpu),
      ),
    ),
    ...moving.filter(({ cpu }) => cpu === null).map((agent) => ({ head: printable(agent.name), agents: [agent] })),
  ]
  const place = new Map(columns.flatMap((column, i) => column.agents.map((agent) => [agent.name, { column, i, agent }] as const)))
  const last = new Map<number, string>()
  const places = steps.map(({ agent }) => place.get(agent)).filter((found) => found !== undefined)
  return {
    columns,
    columnOf: places.map(({ i }) => i),
    whose: places.map(({ column, i, agent }) => {
      const before = last.get(i)
      if (!isStoreBuffer(agent)) last.set(i, agent.name)
      return needsName(column, agent, before) ? `[${shortName(agent)}] ` : ''
    }),
    resting: agents
      .filter((agent) => !movers.has(agent.name) && !isStoreBuffer(agent))
      .map((agent) => (isCpuItself(agent) ? `CPU ${String(agent.cpu)}` : printable(agent.name))),
  }
}

const columnOfCpu = (cpu: number, agents: readonly TraceAgent[]): Column => {
  const [only, ...others] = agents.filter((agent) => !isStoreBuffer(agent))
  const isPlain = only === undefined || others.length > 0 || isCpuItself(only)
  return { head: isPlain ? `CPU ${cpu}` : `CPU ${cpu}: ${shortName(only)}`, agents }
}

/** What is not the CPU itself is named at each step beside that, and else where another one's step stands before. */
const needsName = ({ agents }: Column, agent: TraceAgent, before: string | undefined): boolean => {
  const acting = agents.filter((one) => !isStoreBuffer(one))
  if (acting.length < 2 || isStoreBuffer(agent) || isCpuItself(agent)) return false
  return acting.some(isCpuItself) || before !== agent.name
}

const isCpuItself = (agent: TraceAgent): boolean => shortName(agent) === ''

/** Without what the head says of it: `walker[1]` and `cpu1 walker` are both `walker` on CPU 1. */
const shortName = ({ name, cpu }: TraceAgent): string => {
  if (cpu === null) return printable(name)
  const beside = /^cpu *\[?(\d+)\]?[ _:-]*(.*)$/i.exec(name)
  if (beside !== null && Number(beside[1]) === cpu) return printable(beside[2] ?? '')
  return printable(name.endsWith(`[${cpu}]`) ? name.slice(0, name.lastIndexOf('[')) : name)
}
