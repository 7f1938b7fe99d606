/** Processes as bits of a mask of 32. Where there are more than 32, several share a bit. */
import type { Process, System } from '../../ir/system.js'

export const maskBits = 32

export const bitOf = ({ id }: Process): number => id % maskBits

/** The bit of an agent that is a process and shares it with no other; none for others. */
export const ownBit = ({ processes }: System, agent: number): number => {
  const process = processes.length > maskBits ? undefined : processes.find((p) => p.agent === agent)
  return process === undefined ? 0 : 1 << bitOf(process)
}
