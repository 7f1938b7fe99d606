/** Sessions are kept from one check to the next: starting a thread and loading Z3 takes as long as many a proof. */
import { type Session, startSession } from './client.js'

/** Threads that wait. They keep no process alive. */
const idle: Session[] = []

const start = (): Session => startSession({ solvers: ['z3', 'cadical'] })

/** Lets a session load its solvers, for whoever needs one soon. */
export const warmUp = (): void => {
  if (idle.length === 0) idle.push(start())
}

/**
 * Runs `use` with a session of its own for as long as it takes: one that waits, or a new one, whose solvers load at
 * once.
 */
export const withSession = async <T>(use: (session: Session) => Promise<T>): Promise<T> => {
  const session = idle.pop() ?? start()
  try {
    return await use(session)
  } finally {
    idle.push(session)
  }
}
