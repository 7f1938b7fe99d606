/** The thread that `client.ts` starts. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { serve } from './serve.js'
import { work } from './tasks.js'

const { port }: { readonly port: MessagePort } = workerData
serve(port, work)
parentPort?.postMessage('ready')
