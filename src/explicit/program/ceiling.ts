/** How much memory there is for searches. */
import { availableParallelism, totalmem } from 'node:os'

/** The memory that one machine can have at most, in bytes: what one WebAssembly memory can have. */
export const mostMemory = 4 * 2 ** 30

/** The memory that this process can have, in bytes: the machine's, or less where a container limits it. */
export const machineMemory = (): number => {
  const limit = process.constrainedMemory()
  return limit !== undefined && limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Of it what searches may use unless told otherwise, in bytes: the rest is for everything else. */
export const usableMemory = (): number => Math.floor(machineMemory() * 0.8)

/** The most threads that search side by side. */
export const mostWorkers = 64

/** As many threads as there are cores. */
export const usableWorkers = (): number => Math.min(mostWorkers, availableParallelism())

/** The memory that one machine may use unless told otherwise, in bytes. */
export const defaultMemory = (): number => Math.min(mostMemory, usableMemory())
