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

const mail = { kind: 'mail', author: 'A. Writer', date: '2008-01-01', list: 'counters', subject: 'Re: counting' } as const
const answer = { kind: 'mail', author: 'B. Writer', date: '2007-12', list: 'counters' } as const

export const mails = claims(counter, [
  {
    id: 'C1.1',
    quote:
      'Two increments cannot get lost: the window is far too small, and nobody has ever reported that one did, on any machine.',
    short: 'Two increments cannot get lost',
    source: mail,
    onlyIf: 'the increment is atomic',
    readings: [
      { says: 'refutes', property: 'counted', expected: 'violated', note: 'They can, and it takes no luck.' },
      { says: 'confirms', variant: 'atomic', property: 'counted', expected: 'holds' },
    ],
  },
  {
    id: 'C1.2',
    quote: 'A lock | mends it',
    source: mail,
    by: 'C. Writer',
    readings: [
      {
        says: 'confirms',
        settings: { locked: true },
        property: ['counted', 'small'],
        expected: 'holds',
        note: 'There is one counter, and there are two CPUs, so it is 2 when both are done.',
      },
      { says: 'contrasts', settings: { cpus: 3 }, property: 'small', expected: 'violated', finding: 'three CPUs count to 3' },
    ],
  },
  {
    id: 'C1.3',
    quote: 'It never runs ahead',
    source: answer,
    readings: [{ says: 'confirms', property: 'overtaken', expected: 'violated' }],
  },
  {
    id: 'C1.10',
    quote: 'it counts',
    source: answer,
    readings: [{ says: 'refutes', property: 'counted', expected: 'violated' }],
  },
  {
    id: 'C1.4',
    quote: 'nobody waits for ever',
    source: { kind: 'document', title: 'counter(7)' },
    readings: [{ says: 'confirms', property: 'deadlock', expected: 'holds' }],
  },
  {
    id: 'C1.5',
    quote: 'it is never more than 2',
    source: { kind: 'own', title: 'The cost model' },
    readings: [{ says: 'confirms', property: 'small', expected: 'holds' }],
  },
])
`,
} as const
