/** The thread of a worker: it does what it is sent, and says what came of it. */
import { parentPort } from 'node:worker_threads'
import { controlOf } from './control.js'
import type { FromThread } from './crew.js'
import { type Setup, work } from './work.js'

const say = (message: FromThread): void => parentPort?.postMessage(message)

parentPort?.on('message', (setup: Setup) => {
  try {
    const todo = work(setup, 'threads')
    for (;;) {
      const { done, value } = todo.next()
      if (done === true) {
        say({ kind: 'done', outcome: value })
        break
      }
    }
  } catch (error) {
    controlOf(setup.control).stop('died')
    say({ kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
