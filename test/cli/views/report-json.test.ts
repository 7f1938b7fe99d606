import { expect, test } from 'vitest'
import { errorJson, reportJson } from '../../../src/cli/views/report-json.ts'
import { cutShort, violated } from '../sample.ts'

test('is one object of the documented shape', () => {
  const text = reportJson(violated(), (property) => (property === 'noLostUpdate' ? 'x.itf.json' : null))
  expect(text.trimEnd().split('\n')).toHaveLength(1)
  expect(JSON.parse(text)).toMatchObject({
    model: 'lazy-mmu',
    variant: null,
    params: { cpus: 3 },
    engine: 'explicit',
    complete: true,
    limit: null,
    states: 12_345,
    transitions: 23_456,
    depth: 37,
    seconds: 0.0123,
    bytesPerState: 10.6,
    workers: 1,
    neverFired: [
      {
        agents: 'cpu',
        label: 'drain before the read',
        file: 'models/lazy-mmu.ts',
        line: 33,
        from: { file: 'models/lazy-mmu.ts', line: 20 },
      },
    ],
    exitCode: 12,
  })
  expect(JSON.parse(text).properties[0]).toEqual({
    name: 'noLostUpdate',
    vacuous: false,
    idle: [],
    kind: 'always',
    verdict: 'violated',
    established: 'false after 9 steps, the fewest there are',
    length: 9,
    switches: 'fewest',
    trace: 'x.itf.json',
  })
})

test('says which limit was hit', () => {
  expect(JSON.parse(reportJson(cutShort(), () => null))).toMatchObject({
    complete: false,
    limit: { kind: 'states', states: 12_345 },
    exitCode: 20,
  })
})

test('an error has its place', () => {
  const place = { file: 'a.ts', text: 'x\n yy', start: 3, end: 5 }
  expect(JSON.parse(errorJson({ code: 'MC002', message: 'm', hint: 'h', place }, 65))).toEqual({
    error: { code: 'MC002', message: 'm', hint: 'h', file: 'a.ts', line: 2, column: 2 },
    errors: [{ code: 'MC002', message: 'm', hint: 'h', file: 'a.ts', line: 2, column: 2 }],
    exitCode: 65,
  })
  expect(JSON.parse(errorJson({ message: 'm', hint: 'h' }, 64))).toMatchObject({ error: { code: null, file: null }, exitCode: 64 })
})

test('of errors the first one, and all of them', () => {
  const place = { file: 'model.ts', text: 'a\nbc', start: 3, end: 4 }
  const other = { code: 'MC202', message: 'two', hint: 'b', place: null } as const
  expect(JSON.parse(errorJson({ code: 'MC201', message: 'one', hint: 'a', place }, 65, [other]))).toEqual({
    error: { code: 'MC201', message: 'one', hint: 'a', file: 'model.ts', line: 2, column: 2 },
    errors: [
      { code: 'MC201', message: 'one', hint: 'a', file: 'model.ts', line: 2, column: 2 },
      { code: 'MC202', message: 'two', hint: 'b', file: null, line: null, column: null },
    ],
    exitCode: 65,
  })
})
