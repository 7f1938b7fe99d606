/**
 * A protocol small enough to know every answer: two CPUs count, protected by a lock, by an atomic instruction, by both
 * or by neither.
 */
export const counter = {
  'models/counter.ts': `import { choice, each, flag, ghost, model, range, size } from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'

export default model({
  name: 'counter',
  title: 'CPUs count',
  params: { cpus: size(2, { max: 4 }), locked: flag(false), add: choice(['atomic', 'two steps'], 'two steps'), noisy: flag(false) },
  state: (p) => ({ ptl: lock(p.cpus), count: range(0, p.cpus), done: ghost(range(0, p.cpus)) }),
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      if (p.locked) yield* acquire(s.ptl, cpu)
      if (p.add === 'atomic') {
        yield 'lock inc'
        s.count = s.count + 1
        s.done = s.done + 1
      } else {
        yield 'read the counter'
        const old = s.count
        yield 'write it back'
        s.count = old + 1
        s.done = s.done + 1
      }
      if (p.locked) yield* release(s.ptl, cpu)
    }),
  }),
  variants: { atomic: { add: 'atomic' } },
})
`,
  'properties/counter.ts': `import { always, bound, claims, properties, sometimes } from 'mmucheck'
import counter from '../models/counter.ts'

export default properties(counter, {
  counted: always((s) => s.count === s.done),
  small: bound((s) => s.count, 2),
  overtaken: sometimes((s) => s.count > s.done),
})

const quote = 'Two increments cannot get lost: the window is far too small, and nobody has ever reported that one did, on any machine.'

export const mails = claims(counter, [
  { id: 'C1.1', quote, source: 'A. Writer, 1 Jan 2008', property: 'counted', expected: 'violated', reading: 'They can, and it takes no luck.' },
  { id: 'C1.1', quote, source: 'A. Writer, 1 Jan 2008', variant: 'atomic', property: 'counted', expected: 'holds' },
  { id: 'C1.2', quote: 'A lock | mends it', source: 'B. Writer', settings: { locked: true }, property: 'counted', expected: 'holds' },
  { id: 'C1.2', quote: 'A lock | mends it', source: 'B. Writer', settings: { locked: true }, property: 'small', expected: 'holds' },
  { id: 'C1.3', quote: 'It never runs ahead', source: 'B. Writer', property: 'overtaken', expected: 'violated' },
  { id: 'C1.3', quote: 'It never runs ahead', source: 'B. Writer', property: 'deadlock', expected: 'holds' },
])
`,
} as const
