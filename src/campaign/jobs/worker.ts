/**
 * A process that says when it is ready, and checks what it is sent, one job after another, until its parent lets go of
 * it.
 */
import { check } from '../../check.js'
import { contained, exit } from '../../load/contained.js'
import { type Ended, failureOf, type Job } from './job.js'

// Ctrl-C reaches the whole group of processes; what it means is the parent's to say.
process.on('SIGINT', () => {})
process.on('disconnect', () => exit(0))
process.on('message', async (job: Job) => {
  const ended = await contained(() => check(job.target, job.options)).then((report): Ended => ({ kind: 'report', report }), failureOf)
  process.send?.(ended)
})
process.send?.('ready')
