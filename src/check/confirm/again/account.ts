/**
 * Keeps what is run again to a quarter of the time of all checks of a process: of the processors' time, because code is
 * compiled in other threads. What one check leaves over serves the next ones.
 */
import { performance } from 'node:perf_hooks'

/** Of one check. */
export interface Account {
  /** From now on time is spent on running again. */
  readonly runAgain: () => void
  readonly isUsedUp: () => boolean
  readonly close: () => void
}

/** Less than a quarter: whoever asks is in the middle of something, and what it leaves behind is collected later. */
const share = 0.18

const total = { checks: 0, again: 0 }

export const openAccount = (): Account => {
  const used = (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  const opened = used()
  let begun = opened
  let asked = Number.NEGATIVE_INFINITY
  let isUsedUp = false
  return {
    runAgain: () => {
      begun = used()
    },
    // To ask for the processors' time takes as long as to run a state again.
    isUsedUp: () => {
      const now = performance.now()
      if (isUsedUp || now - asked < 8) return isUsedUp
      asked = now
      const sofar = used()
      isUsedUp = total.again + sofar - begun >= share * (total.checks + sofar - opened)
      return isUsedUp
    },
    close: () => {
      const now = used()
      total.checks += now - opened
      total.again += now - begun
    },
  }
}
