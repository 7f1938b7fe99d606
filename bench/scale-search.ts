/**
 * One large search in a process of its own: `node scale-search.js <root> <model> <params as JSON> <workers> <seconds>`
 * prints one JSON object, with the times at which the search knew a round number of states.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Scaled } from './scale.js'

interface Progress {
  readonly states: number
  readonly seconds: number
}

const [root = '.', model = '', params = '{}', workers = '1', seconds = '600'] = process.argv.slice(2)
/** What is used of the built package. */
interface Built {
  readonly prepare: (
    model: string,
    options: { readonly settings: readonly (readonly [string, number])[] },
  ) => Promise<{ readonly system: object }>
  readonly search: (system: object, options: object) => Promise<Omit<Scaled, 'marks'>>
}
const load = async (file: string): Promise<Built> => (await import(pathToFileURL(join(root, 'dist', file)).href)) as Built
const { prepare } = await load('check.js')
const { search } = await load('explicit/search/search.js')

const { system } = await prepare(model, { settings: Object.entries(JSON.parse(params) as Record<string, number>) })
const marks: Progress[] = []
let next = 1e6
const onProgress = (now: Progress): void => {
  if (now.states < next) return
  marks.push({ states: now.states, seconds: now.seconds })
  next *= 2
}
const found = await search(system, { workers: Number(workers), limits: { seconds: Number(seconds) }, schedules: 'none', onProgress })
const { complete, states, transitions, depth, bytes } = found
const scaled: Scaled = { complete, states, transitions, depth, bytes, seconds: found.seconds, workers: found.workers, marks }
process.stdout.write(JSON.stringify(scaled))
process.exit()
