/**
 * Which changes to a protocol properties notice. Every operator has a mutant here that must die, and one that must
 * survive; what `judge` says of a mutant without running its module is what `check` says of the module so changed.
 */
import { expect, test } from 'vitest'
import { check } from '../../../src/check.ts'
import { applyEdits } from '../../../src/load/edit.ts'
import { loadText } from '../../differential/text.ts'
import { judgedOf, moduleOf, outcomesOf } from './judged.ts'

const two = 'n: range(0, 3), m: range(0, 3), lock: optional(index(2)), inside: range(0, 2)'
const state = (fields: string): string => `state: () => ({ ${fields} })`
const cpus = (body: string): string => `${state(two)}, processes: () => ({ cpu: each(2, function* (s: any, me: number) { ${body} }) })`
const exclusive = 'exclusive: always((s: any) => s.inside < 2)'

const locked = cpus(`
  yield until('lock', () => s.lock === null)
  s.lock = me
  yield 'enter'
  s.inside++
  yield 'leave'
  s.inside--
  yield 'unlock'
  s.lock = null
  s.m = 1
`)

test('a lock: what it needs, and what nothing asks about', async () => {
  const outcomes = await outcomesOf(locked, exclusive)
  expect(Object.fromEntries(outcomes)).toMatchObject({
    "lets through: until('lock', () => s.lock === null)": 'killed by exclusive after 4',
    'left out: s.lock = me': 'killed by exclusive after 4',
    'left out: s.inside--': 'killed by exclusive after 6',
    'left out: s.lock = null': 'killed by deadlock after 4',
    'left out: s.m = 1': 'survived',
    'left out: s.inside++': 'killed by range after 3',
    "step left out: yield 'unlock' s.lock = null s.m = 1": 'killed by deadlock after 3',
    // The lock is given back one step early.
    "one step earlier: yield 'unlock' s.lock = null": 'survived',
    'swapped: s.lock = null s.m = 1': 'the same reachable graph',
    'off by one: 1 → 2 in s.m = 1': 'survived',
    'off by one: 1 → 0 in s.m = 1': 'survived',
  })
  expect([...outcomes.keys()].filter((change) => change.startsWith('steps merged')).length).toBe(4)
  // All that a step does, moved or left out, is steps merged, or the one statement left out.
  expect([...outcomes.keys()].filter((change) => /^(step left|one step).*'(enter|leave)'/.test(change))).toEqual([])
})

test('one change for one thing: the condition or what it decides, the loop or what it does', async () => {
  const outcomes = await outcomesOf(
    `params: { safe: flag(true), design: flag(true) }, ${state('n: range(0, 3), m: range(0, 3)')}, processes: (p: any) => ({
      cpu: function* (s: any) {
        yield 'count'
        if (s.n === 3) s.n = 0
        for (let i = 1; i < 2; i++) s.m = i
        if (!p.safe) return
        if (p.design) s.n = 1
        if (p.safe) { s.n = 2; s.m = 2 } else s.m = 3
        if (s.n === 2) yield 'two'
        else yield 'not two'
        s.n = s.n === 2 || p.safe ? 0 : 1
        if (p.safe) return
      },
    })`,
    'counted: always((s: any) => s.n < 3)',
  )
  expect([...outcomes.keys()].filter((change) => !change.startsWith('off by one'))).toEqual([
    "step left out: yield 'count' if (s.n === 3) s.n = 0 for (let i = 1; i < 2; i++) s.m = i if (!p.safe) return if (p.…",
    "steps merged: yield 'count'",
    'step split: if (s.n === 3) s.n = 0 for (let i = 1; i < 2; i++) s.m = i',
    'step split: if (s.n === 3)',
    'always true: s.n === 3',
    'always false: s.n === 3',
    'comparison: s.n === 3 → s.n !== 3',
    'step split: for (let i = 1; i < 2; i++) s.m = i if (!p.safe) return if (p.design) s.n = 1',
    'left out: for (let i = 1; i < 2; i++) s.m = i',
    'one round less: i < 2 → i < 2 - 1',
    'comparison: i < 2 → i <= 2',
    'step split: if (p.design) s.n = 1 if (p.safe) { s.n = 2; s.m = 2 } else s.m = 3',
    'left out: s.n = 1',
    'swapped: s.n = 2; s.m = 2',
    'step split: s.n = 2; s.m = 2',
    'left out: s.n = 2;',
    'left out: s.m = 2',
    "steps merged: yield 'two'",
    "steps merged: yield 'not two'",
    'left out: s.n = s.n === 2 || p.safe ? 0 : 1',
    'step split: s.n = s.n === 2 || p.safe ? 0 : 1',
    'always false: s.n === 2 || p.safe',
  ])
})

// A step that is left out was outside the language where a property asks who stands there.
test('a property that names the label of a step that is left out', async () => {
  const outcomes = await outcomesOf(
    cpus(`
      yield* take(s, me)
      yield 'enter'
      s.inside = s.inside + 1
      s.n = 1
      yield 'leave'
      s.inside = s.inside - 1
      s.lock = null
    `),
    `takes: sometimes((s: any, p: any, at: any) => at.cpu[0] === 'enter' && at.cpu[1] === 'take'),
     enters: always((s: any, p: any, at: any) => at.cpu[0] !== 'leave' || s.n === 1)`,
    `function* take(s: any, me: number) { yield until('take', () => s.lock === null); s.lock = me }`,
  )
  expect(Object.fromEntries(outcomes)).toMatchObject({
    'left out: yield* take(s, me)': 'killed by takes after null',
    "step left out: yield 'enter' s.inside = s.inside + 1 s.n = 1": 'killed by enters after 1, range after 2',
  })
})

test('a step that ends in a jump is left out up to that', async () => {
  const outcomes = await outcomesOf(
    cpus(`
      switch (me) {
        case 0:
          yield 'count'
          s.n = 1
          s.m = 1
          break
        case 1:
          yield 'look'
          s.inside = s.m
          break
      }
    `),
    'both: sometimes((s: any) => s.inside === 1)',
  )
  expect(outcomes.get("step left out: yield 'count' s.n = 1 s.m = 1")).toBe('killed by both after null')
})

test('code that is never reached shows in no graph, be it left out', async () => {
  const outcomes = await outcomesOf(
    cpus(`
      yield 'count'
      s.n = 1
      let k = s.m
      if (s.n === 0) {
        yield 'never'
        s.n = k
      }
      yield 'done'
      s.inside = 1
    `),
    'counted: always((s: any) => s.n < 2)',
  )
  expect(Object.fromEntries(outcomes)).toMatchObject({
    "steps merged: yield 'never'": 'the same reachable graph',
    'left out: s.n = k': 'the same reachable graph',
    'always false: s.n === 0': 'the same reachable graph',
    'always true: s.n === 0': 'survived',
    "steps merged: yield 'done'": 'survived',
  })
})

// The first comparison of a chain is no child of it, and was passed over.
test('every comparison of a chain', async () => {
  const outcomes = await outcomesOf(
    cpus("yield 'one'; if (s.n < 2 && s.m < 2) s.inside = 1; if (s.n < 3 || s.m < 3 || s.inside > 1) s.inside = 0; s.n = 1"),
    'done: sometimes((s: any) => s.n === 1)',
  )
  const compared = [...outcomes.keys()].filter((change) => change.startsWith('comparison'))
  expect(compared.map((change) => change.slice('comparison: '.length).split(' →')[0]).sort()).toEqual(
    ['s.inside > 1', 's.m < 2', 's.m < 3', 's.n < 2', 's.n < 3'].sort(),
  )
})

test('names that are imported otherwise, ghosts by other names, fields that are called as a ghost is', async () => {
  const source = moduleOf(
    `${state('at: record({ seen: range(0, 2) }), n: range(0, 2), log: ghost(record({ n: range(0, 2) })), seen: ghost(bool)')},
     processes: () => ({ cpu: function* (s: any) {
       yield wait('turn', () => s.n < 2)
       const { at, log } = s
       at.seen = 1
       log.n = 1
       if (s.n === 0) s.seen = true
       const $read = s.n
       must(s.n < 2, 'n is small')
       s.n = $read + s.n; s.n = 1 } }),`,
    'small: always((s: any) => s.n < 2)',
  )
    .replace('assert, bool', 'assert as must, bool')
    .replace('until, when', 'until as wait, when')
  const changes = (await judgedOf(source)).map(({ mutant, outcome }) => [mutant.change, outcome.kind])
  expect(Object.fromEntries(changes)).toMatchObject({
    "lets through: wait('turn', () => s.n < 2)": 'unchanged',
    'left out: at.seen = 1': 'survived',
    'swapped: s.n = $read + s.n; s.n = 1': 'unchanged',
    'step split: s.n = $read + s.n;': 'survived',
  })
  expect(changes.filter(([change]) => /^(?!step).*(log|s\.seen|must|n is small)/.test(String(change)))).toEqual([])
})

test('atomic steps fall apart, steps change places', async () => {
  const outcomes = await outcomesOf(
    cpus(`
      yield 'count'
      s.n = s.n + 1
      s.m = s.m === 2 ? 2 : s.m + 1
      yield 'done'
      if (s.n > 1) s.inside = 1
    `),
    'atMostOnceEach: always((s: any) => s.n <= 2), both: leadsTo((s: any) => s.n === 1, (s: any) => s.n === 2)',
  )
  expect(Object.fromEntries(outcomes)).toMatchObject({
    'step split: s.n = s.n + 1': 'killed by both after null',
    'step split: s.m = s.m === 2 ? 2 : s.m + 1': 'survived',
    'step split: s.n = s.n + 1 s.m = s.m === 2 ? 2 : s.m + 1': 'survived',
    'step split: if (s.n > 1)': 'survived',
    'always true: s.n > 1': 'survived',
    'off by one: 1 → 2 in s.n = s.n + 1': 'killed by range after 2',
    'comparison: s.n > 1 → s.n >= 1': 'survived',
  })
})

const walk = `params: { safe: flag(true), n: size(2) }, ${state("pte: array(3, bool), mode: oneOf('idle', 'walk', 'flush'), found: bool, seen: ghost(bool)")},
  processes: (p: any) => ({
    cpu: function* (s: any) {
      yield 'walk'
      s.mode = 'walk'
      if (p.safe && !s.found) for (let i = 0; i < 3; i++) s.pte[i] = true
      s.seen = true
      yield 'flush'
      if (!p.safe) s.found = true
      for (const i of [0, 1, 2]) if (s.pte[i] && s.mode === 'walk') s.pte[i] = false
      s.mode = 'idle'
      assert(!s.found, 'nothing is found')
    },
  }),
  rules: () => ({ hw: { *tlb(s: any) { when(s.mode === 'idle'); s.found = s.found }, idle(s: any) { when(s.pte[2]); s.pte[2] = true } } })`

test('conditions, loops, enums, constants and rules', async () => {
  const source = moduleOf(
    walk,
    'flushed: always((s: any) => s.mode !== "idle" || !s.seen || s.pte.every((e: boolean) => !e)), filled: sometimes((s: any) => s.pte[1])',
  ).replace('always,', 'always, array, size,')
  const judged = await judgedOf(source)
  const outcomes = new Map(judged.map(({ mutant, outcome }) => [mutant.change, outcome.kind]))
  expect(Object.fromEntries(outcomes)).toMatchObject({
    "another value: 'walk' → 'flush' in s.mode = 'walk'": 'killed',
    'always false: p.safe && !s.found': 'killed',
    'one round less: i < 3 → i < 3 - 1': 'survived',
    'one round less: [0, 1, 2] → [...[0, 1, 2]].slice(1)': 'killed',
    "operand left out: s.pte[i] && s.mode === 'walk' → s.mode === 'walk'": 'unchanged',
    "operand left out: s.pte[i] && s.mode === 'walk' → s.pte[i]": 'unchanged',
    "comparison: s.mode === 'walk' → s.mode !== 'walk'": 'killed',
    "another value: false → true in for (const i of [0, 1, 2]) if (s.pte[i] && s.mode === 'walk') s.pte[i] = false": 'killed',
    "lets through: when(s.mode === 'idle')": 'unchanged',
    'rule left out: tlb': 'survived',
    'rule left out: idle': 'survived',
  })
  // What only properties read, and which design this is, are no part of the protocol.
  expect([...outcomes.keys()].filter((change) => /^(?!step|steps).*(s\.seen|assert|!p\.safe)/.test(change))).toEqual([])
})

// What is judged is compiled from the changed text and never executed: it must be what the changed module is.
test.each([
  ['a lock', moduleOf(locked, exclusive)],
  [
    'a walk',
    moduleOf(walk, 'filled: sometimes((s: any) => s.pte[1]), idle: eventually((s: any) => s.mode === "idle")').replace(
      'always,',
      'always, array, size,',
    ),
  ],
])('a mutant is what its changed module is: %s', async (_name, source) => {
  const judged = await judgedOf(source)
  expect(judged.length).toBeGreaterThan(10)
  for (const { mutant, outcome } of judged) {
    const changed = applyEdits(source, mutant.edits)
    const report = await Promise.resolve()
      .then(() => check({ kind: 'properties', ...loadText(changed) } as never, { engine: 'explicit', oracle: 'all' }))
      .catch(() => null)
    const violated = report?.properties.filter(({ verdict }) => verdict === 'violated') ?? []
    if (outcome.kind === 'invalid') expect(report, mutant.change).toBeNull()
    else if (outcome.kind === 'killed')
      for (const { property } of outcome.by)
        expect(
          violated.map(({ name }) => name),
          mutant.change,
        ).toContain(property)
    else expect([report !== null, ...violated], mutant.change).toEqual([true])
  }
})

// What ran while the model was built stayed as it was: half of the change was judged, and `--show` showed the whole.
test.each([
  ['a domain', 'state: () => ({ n: range(0, next(1)) })'],
  ['a captured constant', `${state('n: range(0, 3)')}`, 'const most = next(1)', 's.n < most + 1'],
  ['a builder', `${state('n: range(0, 2)')}`, 'const tables = { of: (to: number) => next(to) }', 's.n <= tables.of(1)'],
])('a helper that also runs while the model is built: in %s', async (_where, parts, before = '', allowed = 'true') => {
  const body = `${parts}, rules: () => ({ up: (s: any) => { when(s.n < 1 && ${allowed}); s.n = next(s.n) } })`
  const source = moduleOf(body, 'up: sometimes((s: any) => s.n === 1)').replace(
    'const m =',
    `const next = (n: number) => n + 1\n${before}\nconst m =`,
  )
  const judged = (await judgedOf(source)).filter(({ mutant }) => mutant.change.includes('in const next'))
  expect(judged.map(({ mutant }) => [mutant.change, mutant.runsWhileBuilt])).toEqual([
    ['off by one: 1 → 2 in const next = (n: number) => n + 1', true],
    ['off by one: 1 → 0 in const next = (n: number) => n + 1', true],
  ])
  for (const { mutant, outcome } of judged) {
    const report = await check({ kind: 'properties', ...loadText(applyEdits(source, mutant.edits)) } as never, { engine: 'explicit' })
    const violated = report.properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)
    expect(outcome.kind === 'killed' ? outcome.by.map(({ property }) => property) : []).toEqual(violated)
  }
})

test('a helper of steps alone is compiled from its changed text, and nothing is executed', async () => {
  const source = moduleOf(
    `${state('n: range(0, 2)')}, rules: () => ({ up: (s: any) => { when(s.n < 1); s.n = next(s.n) } })`,
    'up: sometimes((s: any) => s.n === 1)',
  ).replace('const m =', 'const next = (n: number) => n + 1\nconst m =')
  expect((await judgedOf(source)).map(({ mutant }) => mutant.runsWhileBuilt)).not.toContain(true)
})

test('rules that are written elsewhere are left out where they are named', async () => {
  const source = moduleOf(
    `${state('n: range(0, 2), m: range(0, 1)')},
     rules: () => ({ up, again: reset, each: each(2, idle), group: { up: raise(1), down: (s: any) => { s.m = 0 } }, ...more })`,
    'up: sometimes((s: any) => s.n === 2)',
  ).replace(
    'const m =',
    `const up = (s: any) => { s.n = 2 }
     const reset = (s: any) => { s.n = 0 }
     const idle = (s: any) => { s.m = s.m }
     const raise = (to: number) => (s: any) => { s.m = to }
     const more = { code: (s: any) => { s.m = 1 } }
     const m =`,
  )
  const left = (await judgedOf(source)).filter(({ mutant }) => mutant.operator === 'rule left out')
  expect(left.map(({ mutant, outcome }) => [mutant.change, mutant.rules.map(({ group, label }) => [group, label]), outcome.kind])).toEqual([
    ['rule left out: code', [['code', null]], 'survived'],
    ['rule left out: up (in rules)', [['up', null]], 'killed'],
    ['rule left out: again', [['again', null]], 'survived'],
    ['rule left out: each', [['each', null]], 'survived'],
    ['rule left out: up (2 in rules)', [['group', 'up']], 'survived'],
    ['rule left out: down', [['group', 'down']], 'survived'],
  ])
  // What is shown is the text without the rule.
  for (const { mutant } of left) expect(() => loadText(applyEdits(source, mutant.edits)), mutant.change).not.toThrow()
})

test('the language by the name of its namespace', async () => {
  const source = moduleOf(
    `${state('n: range(0, 1)')}, processes: () => ({ cpu: function* (s: any) { yield mmu.until('wait', () => s.n === 0); s.n = 1; mmu.assert(s.n > 0, 'one') } }),
     rules: () => ({ up: (s: any) => { mmu.when(s.n < 1); s.n = 1 } })`,
    '',
  ).replace('\nconst m =', "\nimport * as mmu from 'mmucheck'\nconst m =")
  const changes = (await judgedOf(source)).map(({ mutant }) => mutant.change)
  expect(changes.filter((change) => change.startsWith('lets through'))).toEqual([
    "lets through: mmu.until('wait', () => s.n === 0)",
    'lets through: mmu.when(s.n < 1)',
  ])
  expect(changes.filter((change) => /^left out.*assert/.test(change))).toEqual([])
})

test('one change in several functions is named by each', async () => {
  const source = moduleOf(
    `${state('n: range(0, 3)')}, processes: () => ({
      cpu: each(2, function* (s: any) {
        yield 'up'
        s.n = 1
        yield 'again'
        s.n = 1
      }),
      *device(s: any) {
        yield 'up'
        const act = () => {
          s.n = 1
        }
        act()
      },
    })`,
    '',
  )
  const changes = (await judgedOf(source)).map(({ mutant }) => mutant.change)
  expect(changes.filter((change) => change.startsWith('left out: s.n = 1'))).toEqual([
    'left out: s.n = 1 (in cpu)',
    'left out: s.n = 1 (2 in cpu)',
    'left out: s.n = 1 (in act)',
  ])
})
