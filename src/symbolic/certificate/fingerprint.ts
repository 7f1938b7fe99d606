/** A hash of what a verdict depends on, so that a certificate says which system it is of. */
import { createHash } from 'node:crypto'
import type { System } from '../../ir/system.js'

/** Where things stand in the source, and what is only shown. */
const ignored = new Set(['at', 'label', 'key', 'message', 'text', 'live', 'fairness', 'branch', 'frame'])

/**
 * The SHA-256 of the variables, the initial states, the steps and the given properties, in hexadecimal. Spans, labels,
 * and properties that are not asked for make no difference, so a comment may change; neither do liveness, and whether a
 * deadlock is a violation.
 */
export const fingerprintOf = (system: System, properties: readonly string[]): string => {
  const { model, variables, agents, processes, steps, init, initial, failures, radix } = system
  const own = system.safety.filter(({ name }) => properties.includes(name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  const relevant = { model, variables, agents, processes, steps, init, initial, failures, radix, properties: own }
  return createHash('sha256')
    .update(JSON.stringify(canonical(relevant)))
    .digest('hex')
}

/**
 * Objects as lists of their entries by name: a different order of keys is the same value. `frame`s of gotos are kept:
 * they are lists.
 */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((item) => !isCover(item)).map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([key, item]) => !ignored.has(key) || (key === 'frame' && Array.isArray(item)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)])
}

const isCover = (item: unknown): boolean => typeof item === 'object' && item !== null && 'op' in item && item.op === 'cover'
