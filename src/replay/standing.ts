/** Where the processes of a run stand, in the terms of ir/system.ts. */

import type { System } from '../ir/system.js'
import { Disagreement } from './disagreement.js'
import { locationKey } from './location-key.js'
import type { Oracle, OracleAgent, OracleProcess, Run } from './oracle.js'
import type { OracleState, Standing } from './vector.js'

/** Ties the agents of a system to those of the oracle. */
export interface Correspondence {
  /** For each of `System.agents`, its number in the oracle. */
  readonly agents: readonly number[]
  readonly stateOf: (run: Pick<Run, 'state' | 'processes'>) => OracleState
}

/** @throws Disagreement if the system has an agent that the oracle has not. */
export const correspond = (system: System, oracle: Oracle): Correspondence => {
  const agents = system.agents.map((agent) => {
    const same = (other: OracleAgent): boolean =>
      other.kind === agent.kind && other.group === agent.group && other.instance === agent.instance
    const i = oracle.agents.findIndex(same)
    if (i < 0) throw new Disagreement(`the compiler has an agent '${agent.name}' that the oracle has not`)
    return i
  })
  return {
    agents,
    stateOf: (run) => ({
      state: run.state,
      processes: system.processes.map(({ agent }) => standingOf(run.processes[agents[agent]!]!)),
    }),
  }
}

/** Where a process stands; good until it takes a step, whatever others do. */
export const standingOf = ({ frames, label }: OracleProcess): Standing => {
  if (label === null) return null
  const locals = frames.map((frame) => frame.locals())
  return { key: locationKey(frames, locals), frames: locals }
}
