/** Numbers as people write them on a command line. */
import { machineMemory, mostWorkers } from '../../explicit/program/ceiling.js'

/**
 * A value that a flag does not take; the message completes "error: --flag: ". The command line reports it with exit
 * code 64.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A whole number of at least `least`; `1_000_000` and `1e6` too. @throws UsageError */
export const parseCount = (text: string, least: number): number => {
  const value = /^[0-9][0-9_]*(e[0-9]+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least) throw new UsageError(`'${text}' is not a whole number of at least ${least}`)
  return value
}

const byteUnits = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const

/** Bytes from `512M`, `2G`, `1.5GiB`: multiples of 1024; a bare number is bytes. At least 1 MiB. @throws UsageError */
export const parseBytes = (text: string): number => {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text)
  if (match === null) throw new UsageError(`'${text}' is no amount of memory, as 512M or 2G`)
  const [, amount, unit = ''] = match
  const bytes = Math.floor(Number(amount) * byteUnits[unit.toLowerCase() as keyof typeof byteUnits])
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`'${text}' is more than any machine has`)
  if (bytes < 1024 ** 2) throw new UsageError(`'${text}' is not an amount of memory of at least 1M`)
  return bytes
}

/** Bytes for a search. @throws UsageError for more than the machine has. */
export const parseMemory = (text: string): number => {
  const bytes = parseBytes(text)
  const most = machineMemory()
  if (bytes > most) throw new UsageError(`'${text}' is more than this machine has, which is ${(most / 1024 ** 3).toFixed(1)}G`)
  return bytes
}

/** Threads of a search. @throws UsageError */
export const parseWorkers = (text: string): number => {
  const workers = Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers)
    throw new UsageError(`'${text}' is no number of workers: 1 to ${mostWorkers}`)
  if (workers > 1 && typeof SharedArrayBuffer === 'undefined')
    throw new UsageError('this Node has no SharedArrayBuffer, without which there is one worker')
  return workers
}

const secondUnits = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 } as const

/** Seconds from `500ms`, `30s`, `2m`, `1.5h`; a bare number is seconds. Greater than 0. @throws UsageError */
export const parseDuration = (text: string): number => {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*(ms|s|min|m|h)?$/.exec(text)
  const seconds = match === null ? 0 : Number(match[1]) * secondUnits[(match[2] ?? 's') as keyof typeof secondUnits]
  if (!Number.isFinite(seconds) || seconds <= 0) throw new UsageError(`'${text}' is no length of time greater than 0, as 30s or 2m`)
  return seconds
}

/** `all`, `none` or a length of time. @throws UsageError */
export const parseExtent = (text: string): 'all' | 'none' | { readonly seconds: number } => {
  if (text === 'all' || text === 'none') return text
  try {
    return { seconds: parseDuration(text) }
  } catch {
    throw new UsageError(`'${text}' is neither all nor none nor a length of time, as 5s`)
  }
}

/** `name=value`, split at the first `=`. @throws UsageError */
export const parseSetting = (text: string): readonly [name: string, value: string] => {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`'${text}' is not of the form name=value`)
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
