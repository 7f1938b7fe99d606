/** Other people's solvers, which the exports are for. */
import { describe } from 'vitest'
import { missing } from '../../bench/process.ts'

/** `describe`, skipped with the reason printed where these commands are not installed. */
export const whereInstalled = (commands: readonly string[]): typeof describe.skip => {
  const without = missing(commands)
  if (without.length > 0) console.warn(`skipped: nothing is compared with ${without.join(' and ')}, which is not installed`)
  return without.length > 0 ? describe.skip : describe
}
