/** The memory that a search can have at most, in bytes: what one WebAssembly memory can have. */
export const mostMemory = 4 * 2 ** 30
