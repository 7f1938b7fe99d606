/** The memory model of a report, as text. */
import type { MemoryReport, StepInSource } from '../../check/report/memory.js'
import { printable } from '../../trace/plain.js'
import { wrap } from '../../trace/wrap.js'
import { width } from '../terminal/width.js'

/** Nothing for a model of which nothing is in memory. */
export const memoryLines = (memory: MemoryReport | null): string[] => {
  if (memory === null) return []
  if (memory.model === 'sc') return ['memory is sequentially consistent']
  const { storeBuffer, locked, direct, shared } = memory
  return [
    totalStoreOrder(storeBuffer),
    ...(locked.length === 0 ? [] : wrap(`taken for locked instructions: ${locked.map(stepText).join(', ')}`, width, 2)),
    ...(shared.length === 0
      ? []
      : wrap(`changing at once, though processes of several CPUs use it: ${shared.map(printable).join(', ')}`, width, 2)),
    ...(direct.length === 0 ? [] : wrap(`reading and writing memory itself: ${direct.map(printable).join(', ')}`, width, 2)),
  ]
}

/** Of which machine verdicts speak. */
export const totalStoreOrder = (stores: number): string =>
  `memory has total store order (x86-TSO), with store buffers of at most ${stores === 1 ? '1 store' : `${stores} stores`}`

/** A step of a helper stands where the process calls it. */
const stepText = ({ agents, text, file, line, from }: StepInSource): string => {
  const place = from ?? { file, line }
  return `'${printable(text)}'${agents === null ? '' : ` of ${printable(agents)}`} (${printable(place.file)}:${place.line})`
}
