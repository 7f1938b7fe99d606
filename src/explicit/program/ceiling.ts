/** How much memory there is for searches. */
import { totalmem } from 'node:os'

/** The memory that a search can have at most, in bytes: what one WebAssembly memory can have. */
export const mostMemory = 4 * 2 ** 30

/** Of the machine's memory what searches may use unless told otherwise, in bytes: the rest is for everything else. */
export const usableMemory = (): number => Math.floor(totalmem() * 0.8)

/** The memory that one search may use unless told otherwise, in bytes. */
export const defaultMemory = (): number => Math.min(mostMemory, usableMemory())
