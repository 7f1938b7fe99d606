/** The progress line: on a terminal only, rewritten in place, gone at the end. */
import { formatBytes, formatCount, formatSeconds } from '../check/format.js'
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

export interface ProgressLine {
  readonly show: (update: ProgressUpdate) => void
  readonly clear: () => void
}

/** Nothing within the first half second, so that small models leave no flicker; then at most ten lines a second. */
const quietSeconds = 0.5
const betweenSeconds = 0.1

export const progressLine = ({ err, terminal }: Output): ProgressLine => {
  if (terminal === null) return { show: () => {}, clear: () => {} }
  let last = quietSeconds - betweenSeconds
  let shown = false
  return {
    show: (update) => {
      if (update.seconds - last < betweenSeconds) return
      last = update.seconds
      shown = true
      err(`\r\u001b[K${progressText(update).slice(0, terminal - 1)}`)
    },
    clear: () => {
      if (shown) err('\r\u001b[K')
      shown = false
    },
  }
}

/** `1,234,567 states, 12,345,000/s, depth 34, queue 12,000, 10.5 MiB, 3.2 s`. */
export const progressText = ({ states, depth, queue, bytes, seconds }: ProgressUpdate): string => {
  const rate = seconds > 0 ? formatCount(states / seconds) : '0'
  return `${formatCount(states)} states, ${rate}/s, depth ${depth}, queue ${formatCount(queue)}, ${formatBytes(bytes)}, ${formatSeconds(seconds)}`
}
