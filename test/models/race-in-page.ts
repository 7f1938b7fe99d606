/** Races that pages of docs/protocols show: the same as the model has today. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { diagram } from '../../src/trace/diagram.ts'
import type { Trace } from '../../src/trace/trace.ts'

/**
 * That the page has the steps of the race; what stands above and below them in a diagram names all settings, and lines
 * of the source. With `MMUCHECK_UPDATE=1` they are written where the page has the race that is most like it.
 */
export const expectRaceIn = (page: string, trace: Trace | null | undefined): void => {
  if (trace === null || trace === undefined) throw new Error('no race')
  const [, steps = ''] = diagram(trace).split('\n\n')
  const file = new URL(`../../docs/protocols/${page}.md`, import.meta.url)
  const text = readFileSync(file, 'utf8')
  if (process.env.MMUCHECK_UPDATE === '1' && !text.includes(steps)) writeFileSync(file, withRace(text, steps))
  else expect(text).toContain(steps)
}

const withRace = (text: string, steps: string): string => {
  const blocks = [...text.matchAll(/(?<=```text\n)[\s\S]*?(?=\n```)/g)].map(([block]) => block)
  const words = (block: string): Set<string> => new Set(block.trim().split(/\s+/))
  const wanted = words(steps)
  const common = (block: string): number => [...words(block)].filter((word) => wanted.has(word)).length / words(block).size
  const best = blocks.reduce((a, b) => (common(b) > common(a) ? b : a))
  // As the author of the page wrote it: what stands in the block besides the steps stays.
  return text.replace(best, () => best.replace(/^ +\S[\s\S]*$/m, () => steps))
}
