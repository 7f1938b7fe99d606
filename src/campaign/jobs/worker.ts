/**
 * A process that says when it is ready, and does what it is sent, one job after another, until its parent lets go of
 * it.
 */
import { contained, exit } from '../../load/contained.js'
import { failureOf, type Job } from './job.js'
import { runJob } from './run-job.js'

// Ctrl-C reaches the whole group of processes; what it means is the parent's to say.
process.on('SIGINT', () => {})
process.on('disconnect', () => exit(0))
process.on('message', async (job: Job) => {
  process.send?.(await contained(() => runJob(job)).catch(failureOf))
})
process.send?.('ready')
