import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiagnosticError, formatDiagnostic } from '../../src/diagnostics.ts'
import { diagram } from '../../src/trace/diagram.ts'
import { formatItf, parseItf, requireSameModel } from '../../src/trace/itf.ts'
import { outcomeKinds, type Plain, type Trace } from '../../src/trace/trace.ts'
import { abba, livelock, lostUpdate, outOfRange, shared, standstill } from './sample.ts'

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.constantFrom('#set', '#bigint', '##x', '@cpu', '#meta', '__proto__', 'tag', 'value', 'None'),
  fc.string(),
)
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const { plain } = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    integer,
    fc.string(),
    fc.constant<Plain>({ tag: 'None', value: [] }),
    fc.uniqueArray(integer, { maxLength: 4 }).map((list): Plain => new Set(list)),
    fc.array(tie('plain'), { maxLength: 4 }),
    fc.dictionary(name, tie('plain'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const values = fc.dictionary(name, plain, { maxKeys: 4, noNullPrototype: true })
const place = fc.record({ file: fc.string(), line: fc.nat(), column: fc.nat() })

const traces: fc.Arbitrary<Trace> = fc
  .record({ agents: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }), globals: fc.uniqueArray(name, { maxLength: 3 }) })
  .chain(({ agents, globals }) => {
    // An agent of that name would make the two variables one; state variables are identifiers in practice.
    const state = fc.record({
      globals: fc.tuple(...globals.map(() => plain)).map((list) => Object.fromEntries(globals.map((key, i) => [key, list[i]]))),
      processes: fc.tuple(...agents.map((agent) => fc.record({ agent: fc.constant(agent), at: fc.option(fc.string()), locals: values }))),
    })
    const texts = fc.array(fc.string(), { maxLength: 2 })
    const step = fc.record(
      {
        agent: fc.constantFrom(...agents),
        label: fc.string(),
        choices: fc.array(plain, { maxLength: 2 }),
        at: place,
        outcomes: texts,
        told: texts,
        after: state,
      },
      { requiredKeys: ['agent', 'label', 'choices', 'at', 'after'] },
    )
    return fc.record({
      model: fc.string(),
      modelFile: fc.string(),
      modelHash: fc.stringMatching(/^[0-9a-f]{64}$/),
      variant: fc.option(fc.string()),
      params: fc.dictionary(name, fc.oneof(integer, fc.boolean(), fc.string()), { noNullPrototype: true }),
      settings: fc.array(fc.string(), { maxLength: 2 }),
      agents: fc.tuple(...agents.map((agent) => fc.record({ name: fc.constant(agent), cpu: fc.option(fc.nat(3)) }))),
      ghosts: fc.subarray(globals),
      initial: state,
      initialChoices: fc.array(plain, { maxLength: 2 }),
      steps: fc
        .tuple(fc.array(step, { maxLength: 4 }), fc.option(step))
        .map(([whole, failing]) => [...whole, ...(failing === null ? [] : [{ ...failing, after: null }])]),
      outcome: fc.record(
        {
          property: fc.string(),
          kind: fc.constantFrom(...outcomeKinds),
          source: fc.string(),
          at: fc.option(place),
          message: fc.string(),
          reads: fc.array(fc.tuple(fc.string(), plain), { maxLength: 3 }),
          comment: fc.string(),
        },
        { requiredKeys: ['property', 'kind', 'source', 'at', 'message', 'reads'] },
      ),
    })
  })

test('reading what was written gives the same trace', () => {
  fc.assert(
    fc.property(traces, (trace) => {
      expect(parseItf(formatItf(trace), 'x.itf.json')).toEqual(trace)
    }),
    { numRuns: 300 },
  )
})

test('a stored trace is drawn exactly as the original', () => {
  for (const trace of [lostUpdate(), abba(), outOfRange(), livelock(), standstill()]) {
    expect(parseItf(formatItf(trace), 'x.itf.json')).toEqual(trace)
    expect(diagram(parseItf(formatItf(trace), 'x.itf.json'))).toBe(diagram(trace))
  }
})

test('the file is what other readers of ITF expect', async () => {
  await expect(formatItf(abba())).toMatchFileSnapshot('golden/deadlock.itf.json')
  const document = JSON.parse(formatItf(lostUpdate()))
  expect(document['#meta'].format).toBe('ITF')
  expect(document.vars).toEqual(['ptl', 'pte', 'deferred', 'written', '@cpu[0]', '@cpu[1]', '@cpu[2]'])
  expect(document.states).toHaveLength(10)
  expect(document.states[4].deferred).toEqual([[{ at: { '#bigint': '0' }, value: { '#bigint': '1' } }], []])
  expect(document.states[4]['#meta']).toMatchObject({ index: 4, agent: 'cpu[0]', label: 'queue its new value', at: { line: 26 } })
  expect(document.states.every((state: object) => document.vars.every((variable: string) => variable in state))).toBe(true)
})

// Files without CPUs and settings are those of before there were any.
test('CPUs and settings are written where there are some', () => {
  const meta = (trace: Trace) => JSON.parse(formatItf(trace))['#meta'].mmucheck
  expect(meta(abba())).not.toHaveProperty('cpus')
  expect(meta(abba())).not.toHaveProperty('settings')
  expect(meta(shared()).cpus).toEqual([2, null, 0, 1, 3, 0, 2, 4, 1, 4, 0])
  expect(meta({ ...abba(), settings: ['cpus'] }).settings).toEqual(['cpus'])
})

test('a cycle: the last state is followed by the one that `loop` names, as ITF has it', () => {
  const document = JSON.parse(formatItf(livelock()))
  expect(document.loop).toBe(1)
  expect(document.states).toHaveLength(5)
  expect(document['#meta'].mmucheck.closingStep).toMatchObject({ agent: 'cpu[1]', label: 'toggle' })
  const stays = JSON.parse(formatItf(standstill()))
  expect([stays.loop, stays.states.length, stays['#meta'].mmucheck.closingStep]).toEqual([2, 3, null])
  expect(JSON.parse(formatItf(abba()))).not.toHaveProperty('loop')
})

test('a cycle of one step is not taken for a standstill', () => {
  const { loop: _, ...trace } = livelock()
  const again = { ...trace, steps: [...trace.steps.slice(0, 1), { ...trace.steps[0], label: 'spin' }] } as Trace
  const spinning: Trace = { ...again, loop: { start: 1, fairness: [] } }
  expect(parseItf(formatItf(spinning), 'x.itf.json')).toEqual(spinning)
})

test.each([
  ['a cycle that starts nowhere', '"loop": 1', '"loop": 9', 'loop should be the number of a state, 0 to 4'],
  ['a cycle without its last step', /"closingStep": .*/, '"closingStep": null,', '#meta.mmucheck.closingStep should be a step'],
  ['an unknown reason', '"kind":"taken"', '"kind":"so"', 'should be one of taken, disabled'],
])('damaged: %s', (_, good, bad, message) => {
  expect(() => parseItf(formatItf(livelock()).replace(good, bad), 'a.itf.json')).toThrow(message)
})

describe('a damaged file', () => {
  const good = formatItf(lostUpdate())
  const failure = (text: string): string => {
    try {
      parseItf(text, 'a.itf.json')
    } catch (error) {
      if (error instanceof DiagnosticError) return formatDiagnostic(error.diagnostic)
      throw error
    }
    return 'no error'
  }
  const edit = (change: (document: ReturnType<typeof JSON.parse>) => void): string => {
    const document = JSON.parse(good)
    change(document)
    return JSON.stringify(document, null, 2)
  }

  test.each([
    ['half of it is gone', good.slice(0, good.length / 2), 'a.itf.json is not valid JSON'],
    ['empty', '', 'a.itf.json is not valid JSON'],
    ['another document', '[]', 'the document should be an object, not a list'],
    ['no trace of ours', '{"#meta": {"format": "ITF"}, "states": []}', '#meta should be that of a trace written by mmucheck'],
    ['of a later version', edit((d) => (d['#meta'].mmucheck.version = 9)), '#meta.mmucheck.version should be 1'],
    ['no states', edit((d) => (d.states = [])), 'states should be a list that starts with the initial state'],
    ['a value of no ITF form', edit((d) => (d.states[3].pte[1] = 7)), 'states[3].pte[1] should be a boolean'],
    ['an integer with letters', edit((d) => (d.states[3].pte[1]['#bigint'] = '0x7')), 'states[3].pte[1].#bigint should be an integer'],
    ['a variable is missing', edit((d) => delete d.states[2].ptl), 'states[2].ptl should be a value, not missing'],
    ['a variable too many', edit((d) => (d.states[2].x = true)), 'states[2].x should be absent'],
    [
      'an unknown agent',
      edit((d) => (d.states[2]['#meta'].agent = 'gpu')),
      'states[2].#meta.agent should be one of cpu[0], cpu[1], cpu[2]',
    ],
    ['a state is missing', edit((d) => d.states.splice(4, 1)), 'states[4].#meta.index should be 4, not 5'],
    [
      'CPUs that are fewer than the agents',
      edit((d) => (d['#meta'].mmucheck.cpus = [0, null])),
      '#meta.mmucheck.cpus should be a list with a CPU, or null, for each of 3 agents',
    ],
    ['a CPU that is none', edit((d) => (d['#meta'].mmucheck.cpus = [0, -1, null])), '#meta.mmucheck.cpus[1] should be'],
    ['a hash that is none', edit((d) => (d['#meta'].mmucheck.modelHash = 'x')), '#meta.mmucheck.modelHash should be a SHA-256'],
  ])('%s', (_, text, message) => {
    expect(failure(text)).toContain(`MC012: ${message}`)
    expect(failure(text)).toMatch(/^a\.itf\.json:\d+:\d+: error/)
  })

  test('is shown with the place of the damage', () => {
    expect(failure(edit((d) => (d.states[1]['#meta'].at.line = 'twenty')))).toContain('"line": "twenty"')
  })

  test('never gives anything but MC012 or a trace, whatever byte is lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), fc.constantFrom('', '0', '"', ',', '{', 'x'), (at, by) => {
        const text = good.slice(0, at) + by + good.slice(at + 1)
        try {
          parseItf(text, 'a.itf.json')
        } catch (error) {
          expect(error).toBeInstanceOf(DiagnosticError)
        }
      }),
      { numRuns: 400 },
    )
  })
})

test('a trace of another version of the model is refused', () => {
  expect(() => requireSameModel(lostUpdate(), 'ab'.repeat(32), 'a.itf.json')).not.toThrow()
  expect(() => requireSameModel(lostUpdate(), 'ef'.repeat(32), 'a.itf.json')).toThrow(/^MC013: .*abababababab then, efefefefefef now/)
  // The hint named the model, which `check` looks for in models/.
  const hint = (modelFile: string): string => {
    try {
      requireSameModel({ ...lostUpdate(), modelFile }, 'ef'.repeat(32), 'a.itf.json')
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostic.hint
    }
    throw new Error('it is not refused')
  }
  expect(hint('models/late.ts')).toContain('(mmucheck check late)')
  expect(hint('x.ts')).toContain('(mmucheck check ./x.ts)')
  expect(hint('a/models/x.ts')).toContain('(mmucheck check a/models/x.ts)')
})
