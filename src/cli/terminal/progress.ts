/** The progress line: on a terminal only, rewritten in place, gone at the end. */
import { performance } from 'node:perf_hooks'
import { formatBytes, formatCount, formatSeconds } from '../../check/report/format.js'
import type { Output } from './output.js'

/** What a search says of itself while it runs. */
export interface ProgressUpdate {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** States that are found and not yet expanded. */
  readonly queue: number
  readonly bytes: number
  readonly seconds: number
}

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
  readonly show: (update: ProgressUpdate) => void
  readonly showSolving: (update: SolvingUpdate) => void
  readonly clear: () => void
}

/** Nothing within the first half second, so that small models leave no flicker; then at most ten lines a second. */
const quietSeconds = 0.5
const betweenSeconds = 0.1

export const progressLine = ({ err, terminal }: Output): ProgressLine => {
  if (terminal === null) return { show: () => {}, showSolving: () => {}, showSynthesis: () => {}, clear: () => {} }
  const started = performance.now()
  let last = quietSeconds - betweenSeconds
  let shown = false
  const showAt = (seconds: number, text: () => string): void => {
    if (seconds - last < betweenSeconds) return
    last = seconds
    shown = true
    err(`\r\u001b[K${text().slice(0, terminal - 1)}`)
  }
  return {
    show: (update) => showAt(update.seconds, () => progressText(update)),
    showSolving: (update) => showAt((performance.now() - started) / 1000, () => solvingText(update)),
    showSynthesis: (update) => showAt((performance.now() - started) / 1000, () => synthesisText(update)),
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

/** `1,234,567 states, 12,345,000/s, depth 34, queue 12,000, 10.5 MiB, 3.2 s`. */
export const progressText = ({ states, depth, queue, bytes, seconds }: ProgressUpdate): string => {
  const rate = seconds > 0 ? formatCount(states / seconds) : '0'
  return `${formatCount(states)} states, ${rate}/s, depth ${depth}, queue ${formatCount(queue)}, ${formatBytes(bytes)}, ${formatSeconds(seconds)}`
}
