/**
 * The progress line: on a terminal rewritten in place, and gone at the end; elsewhere a line every 10 s, so that
 * whoever reads the log sees that something goes on.
 */
import { performance } from 'node:perf_hooks'
import { formatCount } from '../../check/report/format.js'
import type { Progress } from '../../explicit/search/search.js'
import type { Output } from './output.js'

/** What a solver says of itself. */
export interface SolvingUpdate {
  readonly answers: ReadonlyMap<string, { readonly kind: 'reached' | 'never' } | { readonly kind: 'open'; readonly depth: number }>
  readonly proof: { readonly frames: number; readonly clauses: number } | null
}

/** What the synthesis of settings says of itself. */
export interface SynthesisUpdate {
  readonly depth: number
  readonly unsafe: number
  readonly left: number
  readonly frames: number | null
}

export interface ProgressLine {
  readonly showSynthesis: (update: SynthesisUpdate) => void
  readonly show: (update: Progress) => void
  readonly showSolving: (update: SolvingUpdate) => void
  readonly clear: () => void
}

/** Nothing within the first half second, so that small models leave no flicker; then at most ten lines a second. */
const quietSeconds = 0.5
const betweenSeconds = 0.1
/** Where there is no terminal. */
const betweenLines = 10

/** Seconds from here on: one search may follow another, each with seconds of its own. */
const clock = (): (() => number) => {
  const started = performance.now()
  return () => (performance.now() - started) / 1000
}

/** `without` says what is written where there is no terminal; `now` is a clock, in seconds. */
export const progressLine = (
  { err, terminal }: Pick<Output, 'err' | 'terminal'>,
  without: 'where it takes long' | 'never' = 'never',
  now: () => number = clock(),
): ProgressLine => {
  const between = terminal === null ? betweenLines : betweenSeconds
  let last = terminal === null ? 0 : quietSeconds - betweenSeconds
  let shown = false
  const showNow = (text: () => string): void => {
    const seconds = now()
    if (seconds - last < between || (terminal === null && without === 'never')) return
    last = seconds
    shown = terminal !== null
    err(terminal === null ? `${text()}\n` : `\r\u001b[K${text().slice(0, terminal - 1)}`)
  }
  let trend = queueTrend()
  let phase: Progress['phase'] = 'states'
  return {
    show: (update) => {
      if (update.phase !== phase) trend = queueTrend()
      phase = update.phase
      const queue = trend(update)
      showNow(() => progressText(update, queue))
    },
    showSolving: (update) => showNow(() => solvingText(update)),
    showSynthesis: (update) => showNow(() => synthesisText(update)),
    clear: () => {
      if (shown) err('\r\u001b[K')
      shown = false
    },
  }
}

/** `solving: 3 of 8 settled, the others not within 12 steps; proof: 5 frames, 144 clauses`. */
const solvingText = ({ answers, proof }: SolvingUpdate): string => {
  const open = [...answers.values()].flatMap((answer) => (answer.kind === 'open' ? [answer.depth] : []))
  const depth = open.length === 0 ? '' : `, the others not within ${Math.max(0, Math.min(...open))} steps`
  const proving = proof === null ? '' : `; proof: ${proof.frames} frames, ${formatCount(proof.clauses)} clauses`
  return `solving: ${answers.size - open.length} of ${answers.size} settled${depth}${proving}`
}

/** `synthesis: 12 settings unsafe, 52 left, races of up to 9 steps; proof: 5 frames`. */
const synthesisText = ({ depth, unsafe, left, frames }: SynthesisUpdate): string =>
  `synthesis: ${formatCount(unsafe)} settings unsafe, ${formatCount(left)} left, races of up to ${Math.max(0, depth)} steps${frames === null ? '' : `; proof: ${frames} frames`}`

/** How the queue changes, and how long a search may still take; null where that cannot be told. */
export interface Trend {
  readonly queue: '+' | '-' | '='
  readonly secondsLeft: number | null
}

/** The queue changes with every level; what counts is how it does over some seconds. */
const trendSeconds = 3

/**
 * Follows the queue. A search whose queue gets shorter is over at the latest when it would be empty, if it went on like
 * that: most go on faster.
 */
export const queueTrend = (): ((update: Pick<Progress, 'queue' | 'seconds'>) => Trend) => {
  let before: Pick<Progress, 'queue' | 'seconds'> = { queue: 0, seconds: 0 }
  let between = before
  let falling = 0
  let trend: Trend = { queue: '+', secondsLeft: null }
  return ({ queue, seconds }) => {
    if (seconds - between.seconds < trendSeconds) return trend
    before = between
    between = { queue, seconds }
    const perSecond = (between.queue - before.queue) / (between.seconds - before.seconds)
    falling = perSecond < 0 ? falling + 1 : 0
    const isSteady = Math.abs(perSecond) * trendSeconds <= queue / 100
    trend = { queue: isSteady ? '=' : perSecond > 0 ? '+' : '-', secondsLeft: falling > 1 ? queue / -perSecond : null }
    return trend
  }
}

/** A number in few characters: `999`, `12.3k`, `1240M`. */
const short = (count: number): string => {
  for (const [unit, size] of [
    ['', 1],
    ['k', 1e3],
    ['M', 1e6],
  ] as const)
    if (count < 999.5 * size || unit === 'M')
      return `${size === 1 || count >= 99.95 * size ? Math.round(count / size) : (count / size).toFixed(1)}${unit}`
  return ''
}

const shortBytes = (bytes: number): string => {
  const [unit, size] = bytes < 1000 * 2 ** 20 ? ['M', 2 ** 20] : ['G', 2 ** 30]
  const amount = bytes / size
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)}${unit}`
}

const shortTime = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`

const mostColumns = 60

/** In front of what is counted. */
const phaseWords: Readonly<Record<Progress['phase'], string>> = {
  states: '',
  'modulo symmetry': 'symmetry: ',
  behaviours: 'liveness: ',
}

/** `1240M states, 4.1M/s, depth 134, queue 12.3M-, 2 violated, 8.1G/18G, ~40 s`: as much of it as fits. */
export const progressText = ({ phase, states, depth, queue, bytes, mostBytes, violated, seconds }: Progress, trend: Trend): string => {
  const rate = seconds > 0 ? short(states / seconds) : '0'
  const parts = [
    `${phaseWords[phase]}${short(states)} states`,
    `${rate}/s`,
    `depth ${depth}`,
    `queue ${short(queue)}${trend.queue}`,
    ...(violated === 0 ? [] : [`${violated} violated`]),
    `${shortBytes(bytes)}/${shortBytes(mostBytes)}`,
    ...(trend.secondsLeft === null ? [] : [`~${shortTime(trend.secondsLeft)}`]),
  ]
  return parts.reduce((text, part) => (text.length + 2 + part.length > mostColumns ? text : `${text}, ${part}`))
}
