import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultDiagram, diagram } from '../../src/trace/diagram.ts'
import { abba, crowd, livelock, lostUpdate, outOfRange, shared, standstill } from './sample.ts'

const golden = (name: string): string => `golden/${name}.txt`

test('a race: a column per CPU, changes at the right, the values that made the property false', async () => {
  await expect(diagram(lostUpdate())).toMatchFileSnapshot(golden('lost-update'))
})

test('the same with file and line of every step', async () => {
  await expect(diagram(lostUpdate(), { ...defaultDiagram, places: 'shown' })).toMatchFileSnapshot(golden('lost-update-places'))
})

test('a deadlock says who waits where', async () => {
  await expect(diagram(abba())).toMatchFileSnapshot(golden('deadlock'))
})

test('a step that fails', async () => {
  await expect(diagram(outOfRange())).toMatchFileSnapshot(golden('range'))
})

test('a behaviour that goes on for ever: the cycle is marked, and why it is fair', async () => {
  await expect(diagram(livelock())).toMatchFileSnapshot(golden('livelock'))
})

test('a behaviour that stays in its last state for ever', async () => {
  await expect(diagram(standstill())).toMatchFileSnapshot(golden('standstill'))
})

test('a process that is stuck, and what cannot be reached: who stands where', () => {
  const trace = abba()
  const of = (kind: 'stuck' | 'alwaysPossible', message: string): string =>
    diagram({ ...trace, outcome: { ...trace.outcome, kind, message } })
  const stuck = of('stuck', 'cpu[0] can never take a step again')
  expect(stuck).toContain('abba (opposite): after 2 steps cpu[0] can never take a step again\n')
  expect(stuck).toContain('    cpu[0] stands at: lock b\n')
  expect(of('alwaysPossible', 'x')).toContain('    cpu[1] stands at: lock a\n')
})

test('in which states an agent is not enabled', () => {
  const { loop, ...trace } = livelock()
  const drawn = (states: readonly number[], fairness: 'weak' | 'strong'): string | undefined =>
    diagram({
      ...trace,
      loop: { start: loop?.start ?? 0, fairness: [{ agent: 'walker', fairness, reason: { kind: 'disabled', states } }] },
    })
      .split('\n')
      .find((line) => line.includes('    walker'))
  expect(drawn([0], 'weak')).toBe('    walker is not enabled in the initial state')
  expect(drawn([0, 3], 'weak')).toBe('    walker is not enabled in the initial state and after step 3')
  expect(drawn([1, 2, 3, 4], 'strong')).toBe('    walker is never enabled')
  expect(drawn([1, 2, 3, 4, 5, 6, 7, 8, 9], 'weak')).toBe('    walker is not enabled after steps 1, 2, 3, 4, 5, 6, 7, 8, ...')
})

test('changes stand below their labels where the page is too narrow', async () => {
  await expect(diagram(crowd(3))).toMatchFileSnapshot(golden('crowd-of-three'))
})

test('one column where there are too many agents', async () => {
  await expect(diagram(crowd(7))).toMatchFileSnapshot(golden('crowd-of-seven'))
})

test('as many columns as fit side by side', async () => {
  await expect(diagram(crowd(4), { ...defaultDiagram, width: 130 })).toMatchFileSnapshot(golden('crowd-of-four'))
})

test('agents of one CPU share its column: who is not the CPU itself is named', async () => {
  await expect(diagram(shared())).toMatchFileSnapshot(golden('shared-cpus'))
})

test('a mail has the settings of its first line and no others, and none of who does nothing', async () => {
  await expect(diagram({ ...shared(), variant: 'late', settings: ['cpus'] }, { ...defaultDiagram, extent: 'mail' })).toMatchFileSnapshot(
    golden('mail'),
  )
})

// A record with one more field took the room of the columns, and all agents fell into one.
test('changes are broken into lines before columns come too close', () => {
  const trace = crowd(4)
  const wide = { P: true, W: false, A: true, D: false, frame: 0, mmuWritable: true }
  const steps = trace.steps.map((step, i) => {
    if (i > 0 || step.after === null) return step
    return { ...step, after: { ...step.after, globals: { ...step.after.globals, old: wide } } }
  })
  const [, heading] = diagram({ ...trace, steps }, { ...defaultDiagram, width: 130 }).split('\n\n')
  expect(heading).toMatch(/cpu\[0\] +cpu\[1\]/)
  expect(heading).toMatch(/old: null -> \{P, !W, A, !D,\n.+frame: 0, mmuWritable\}/)
})

// The books of other properties took half of the lines.
test('of the ghosts only what the property has read is drawn, all of them where nothing was read', () => {
  const trace = lostUpdate()
  const drawn = (reads: typeof trace.outcome.reads): boolean =>
    diagram({ ...trace, outcome: { ...trace.outcome, reads } }).includes('(written[0]: 0 -> 1)')
  expect(drawn([['s.written[0]', 1]])).toBe(true)
  expect(drawn([['s.pte[0]', 0]])).toBe(false)
  expect(drawn([])).toBe(true)
})

test('what a step decided stands before what it changed, also where it fails', () => {
  const { steps, ...trace } = outOfRange()
  const drawn = diagram({ ...trace, steps: steps.map((step) => ({ ...step, outcomes: ['pmd is table', 'pte unchanged: yes'] })) })
  expect(drawn).toMatch(/^1 +tick +pmd is table, pte unchanged: yes, n: 0 -> 1$/m)
  expect(drawn).toMatch(/^2 +tick +pmd is table, pte unchanged: yes {2}<- leaves its range$/m)
})

test('a change says what was read before it, and what had both answers says nothing', () => {
  const { steps, ...trace } = outOfRange()
  const drawn = diagram({
    ...trace,
    steps: steps.map((step) => ({ ...step, outcomes: ['n is 0', 'n === old: yes', 'no: no', 'is(i): no', 'is(i): yes'] })),
  })
  expect(drawn).toMatch(/^1 +tick +n === old: yes, no: no, n: 0 -> 1$/m)
})

test('a setting with a comma in it is quoted', () => {
  expect(diagram({ ...lostUpdate(), params: { order: 'drain, unlock', cpus: 2 } })).toContain("  order='drain, unlock', cpus=2\n")
})

test('a violation in an initial state has no steps to draw', async () => {
  await expect(diagram({ ...lostUpdate(), steps: [] })).toMatchFileSnapshot(golden('initial-state'))
})

test('a source of several lines keeps its shape', () => {
  const drawn = (source: string): string => {
    const trace = lostUpdate()
    return diagram({ ...trace, steps: [], outcome: { ...trace.outcome, source, reads: [] } })
      .split('\n\n')
      .slice(1)
      .join('\n\n')
  }
  expect(drawn('(s) =>\n    s.pte.every(\n      (e) => e.P,\n    )')).toBe(
    'noLostUpdate does not hold (properties/lazy-mmu.ts:5)\n    (s) =>\n      s.pte.every(\n        (e) => e.P,\n      )\n',
  )
  expect(drawn('(s) => {\n      const a = 1\n\n      return a\n    }')).toBe(
    'noLostUpdate does not hold (properties/lazy-mmu.ts:5)\n    (s) => {\n      const a = 1\n\n      return a\n    }\n',
  )
})

test('a mail survives: no trailing spaces, no line over the width, one newline at the end', () => {
  for (const trace of [lostUpdate(), abba(), outOfRange(), livelock(), standstill(), ...[1, 2, 3, 4, 5, 6, 7, 8, 12, 40].map(crowd)]) {
    for (const places of ['hidden', 'shown'] as const)
      for (const width of [60, 75, 100, 200]) {
        const text = diagram(trace, { places, width, extent: 'whole' })
        for (const line of text.split('\n')) {
          expect(line).toBe(line.trimEnd())
          expect(line.length).toBeLessThanOrEqual(width)
        }
        expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true)
      }
  }
})

// A mail breaks longer lines, and then columns are none any more.
test('every stored race keeps to 75 columns', () => {
  const folder = 'counterexamples'
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.txt'))
  expect(files.length).toBeGreaterThan(200)
  const wide = files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line.length > 75)
      .map((line) => `${file}: ${line}`),
  )
  expect(wide).toEqual([])
})
