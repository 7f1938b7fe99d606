/** What the workers of a search have noted, together. */
import type { System } from '../../ir/system.js'
import { type MemoryMap, recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'

/** Of the areas in front of the queue: records of properties, and what was taken. */
export const notedTogether = (system: System, memory: MemoryMap, parts: readonly Uint8Array[]): Uint8Array => {
  const [first, ...others] = parts
  if (first === undefined) throw new Error('nobody has noted anything')
  const together = first.slice()
  const view = new DataView(together.buffer)
  for (const other of others) {
    const theirs = new DataView(other.buffer, other.byteOffset, other.byteLength)
    for (let i = 0; i < system.safety.length + 3; i++) addRecord(view, theirs, memory.records + i * recordBytes)
    for (const [at, count] of [
      [memory.fired, system.steps.length],
      [memory.taken, system.branches.length],
    ] as const)
      for (let i = at; i < at + count; i++) together[i]! |= other[i]!
  }
  return together
}

/** The shortest counts; of several the failure with the lowest number. Of measures the greatest. */
const addRecord = (ours: DataView, theirs: DataView, record: number): void => {
  const { settled, length, failure, maximum, measured, reached } = recordFields
  const read = (view: DataView, field: number): number => view.getInt32(record + field, true)
  const copy = (...fields: readonly number[]): void => {
    for (const field of fields) ours.setInt32(record + field, read(theirs, field), true)
  }
  const isShorter = read(theirs, length) < read(ours, length)
  const isLower = read(theirs, length) === read(ours, length) && read(theirs, failure) < read(ours, failure)
  if (read(theirs, settled) === 1 && (read(ours, settled) === 0 || isShorter || isLower)) copy(settled, length, failure)
  if (read(theirs, measured) === 1 && (read(ours, measured) === 0 || read(theirs, maximum) > read(ours, maximum)))
    copy(maximum, measured, reached)
}
