/** How the built-in properties are numbered. */
import type { System } from '../../ir/system.js'

/** The number of the built-in properties, behind those of the system. */
export const builtIns = (system: System): { deadlock: number; assert: number; range: number } => {
  const n = system.safety.length
  return { deadlock: n, assert: n + 1, range: n + 2 }
}
