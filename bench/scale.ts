/** How searches scale: with the number of states, and with the number of workers. */
import { join } from 'node:path'
import { execute } from './process.js'
import { formatCount, formatTable } from './table.js'

/** What a large search gave. */
export interface Scaled {
  readonly complete: boolean
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly seconds: number
  readonly bytes: number
  readonly workers: number
  /** When it knew about twice as many states as the time before, a million at first. */
  readonly marks: readonly { readonly states: number; readonly seconds: number }[]
}

type Params = Readonly<Record<string, number | string>>

interface Subject {
  readonly model: string
  readonly params: Params
  /** What is known of it. */
  readonly states?: number
  readonly transitions?: number
}

/** Searches of more than 5 s, by one worker and by two. */
const sideBySide: readonly Subject[] = [
  { model: 'tlb-shootdown', params: { cpus: 4, pages: 2 } },
  { model: 'lazy-mmu', params: { cpus: 3, ptes: 4 }, states: 21_096_264, transitions: 164_235_608 },
]

/** To their end, or as far as the time goes. */
const largest: readonly Subject[] = [
  {
    model: 'mach-shootdown-rules',
    params: { cpus: 3, pmaps: 2, entries: 2 },
    states: 1_240_958_177,
    transitions: 4_058_813_070,
  },
  { model: 'lazy-mmu', params: { cpus: 4, ptes: 4 } },
]

export interface ScaleMeasurement {
  readonly subject: string
  readonly results: readonly Scaled[]
}

interface ScaleOptions {
  readonly root: string
  readonly workers: number
  /** Of each search, at most. */
  readonly seconds: number
  readonly say: (text: string) => void
}

const nameOf = ({ model, params }: Subject): string =>
  [model, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(' ')

/** @throws Error where a search that came to its end has other numbers than the known ones. */
const searchOnce = async (subject: Subject, workers: number, { root, seconds, say }: ScaleOptions): Promise<Scaled> => {
  say(`${nameOf(subject)}: ${workers} ${workers === 1 ? 'worker' : 'workers'}`)
  const script = join(root, 'bench/out/scale-search.js')
  const args = [script, root, subject.model, JSON.stringify(subject.params), String(workers), String(seconds)]
  const { stdout, stderr, code } = await execute(process.execPath, args, { cwd: root })
  if (code !== 0) throw new Error(`${nameOf(subject)} ended with ${code}:\n${stderr}`)
  const scaled = JSON.parse(stdout) as Scaled
  const isAsKnown =
    !scaled.complete ||
    ((subject.states ?? scaled.states) === scaled.states && (subject.transitions ?? scaled.transitions) === scaled.transitions)
  if (!isAsKnown)
    throw new Error(`${nameOf(subject)}: ${formatCount(scaled.states)} states, ${formatCount(scaled.transitions)} transitions`)
  return scaled
}

export interface Scale {
  readonly sideBySide: readonly ScaleMeasurement[]
  readonly largest: readonly ScaleMeasurement[]
}

export const measureScale = async (options: ScaleOptions): Promise<Scale> => {
  const side: ScaleMeasurement[] = []
  for (const subject of sideBySide) {
    const results = [await searchOnce(subject, 1, options), await searchOnce(subject, options.workers, options)]
    side.push({ subject: nameOf(subject), results })
  }
  const large: ScaleMeasurement[] = []
  for (const subject of largest) large.push({ subject: nameOf(subject), results: [await searchOnce(subject, options.workers, options)] })
  return { sideBySide: side, largest: large }
}

const row = ({ subject }: ScaleMeasurement, { complete, states, transitions, depth, seconds, bytes, workers }: Scaled): string[] => [
  complete ? subject : `${subject} (not to its end)`,
  formatCount(states),
  formatCount(transitions),
  String(depth),
  String(workers),
  seconds.toFixed(1),
  (bytes / states).toFixed(1),
  ((seconds * 1e9) / states).toFixed(0),
]

const columns = ['model', 'states', 'transitions', 'depth', 'workers', 'search s', 'bytes/state', 'ns/state']

/** Nanoseconds for each state since the mark before. */
const growthRows = ({ marks }: Scaled): string[][] =>
  marks.slice(1).map(({ states, seconds }, i) => {
    const before = marks[i] ?? { states: 0, seconds: 0 }
    return [formatCount(states), seconds.toFixed(1), (((seconds - before.seconds) * 1e9) / (states - before.states)).toFixed(0)]
  })

export const scaleTables = ({ sideBySide: side, largest: large }: Scale): readonly string[] => [
  `one worker and several\n${formatTable(
    [...columns, 'ratio'],
    side.flatMap((m) =>
      m.results.map((result) => [...row(m, result), `${((m.results[0]?.seconds ?? Number.NaN) / result.seconds).toFixed(2)}x`]),
    ),
  )}`,
  `the largest searches\n${formatTable(
    columns,
    large.flatMap((m) => m.results.map((result) => row(m, result))),
  )}`,
  ...large
    .slice(0, 1)
    .flatMap(({ subject, results }) =>
      results.map(
        (result) =>
          `${subject}: ns for each state, since the line before\n${formatTable(['states', 'after s', 'ns/state'], growthRows(result))}`,
      ),
    ),
]
