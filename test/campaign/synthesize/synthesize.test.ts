/** What is synthesized is what a search of each setting finds: the same verdicts, and the same shortest lengths. */
import { always, assert, bool, choice, choose, each, flag, model, range, sometimes, until, when } from 'mmucheck'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import machShootdown from '../../../properties/mach-shootdown.ts'
import tlbShootdown from '../../../properties/tlb-shootdown.ts'
import { formulaText } from '../../../src/campaign/synthesize/formula-text.ts'
import { type Settle, type Synthesis, settingAt, synthesize, withWindows } from '../../../src/campaign/synthesize/truth-table.ts'
import { compile } from '../../../src/compile/model/compile.ts'
import { search } from '../../../src/explicit/search/search.ts'
import { specialise } from '../../../src/ir/specialise.ts'
import type { System } from '../../../src/ir/system.ts'
import { evaluate as evaluateProperty } from '../../../src/replay/evaluate.ts'
import { replay } from '../../../src/replay/replay.ts'
import { evaluate, isComplemented, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import { translate } from '../../../src/symbolic/circuit/translate.ts'
import { type SynthesizeOptions, synthesizeSystem } from '../../../src/symbolic/free/settings.ts'
import type { SolverFactory } from '../../../src/symbolic/solver/solver.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { type Claimed, claimed, defaultsOf, knobsIn } from '../../compile/settings.ts'

vi.setConfig({ testTimeout: 120_000 })

let cadical: SolverFactory
let z3: SolverFactory
beforeAll(async () => {
  cadical = await loadSolver('cadical')
  z3 = await loadSolver('z3')
})

type Values = Readonly<Record<string, number | boolean | string>>

const synthesized = (
  { model: m, properties }: Claimed,
  names: readonly string[],
  params: Values = {},
  options: Partial<SynthesizeOptions> = {},
): Promise<Synthesis> =>
  synthesize({ model: m, params: { ...defaultsOf(m), ...params }, properties }, knobsIn(m), names, (system, wanted) =>
    synthesizeSystem(system, wanted, { search: cadical, proof: cadical, ...options }),
  )

/** Compares every cell with a search, and replays its race by the author's functions. */
const confirm = async (claims: Claimed, names: readonly string[], result: Synthesis, params: Values = {}): Promise<void> => {
  const { model: m, properties } = claims
  for (const [i, { verdict, part }] of result.cells.entries()) {
    const values = { ...defaultsOf(m), ...params, ...settingAt(result, i) }
    const system = compile({ model: m, params: values, properties })
    const found = await search(system, names.includes('deadlock') ? { deadlock: 'violation' } : {})
    const lengths = found.properties
      .filter(({ name, verdict: v }) => v === 'violated' && (names.includes(name) || name === 'assert' || name === 'range'))
      .map(({ length }) => length ?? 0)
    expect(verdict, JSON.stringify(values)).toMatchObject(
      lengths.length === 0 ? { kind: 'safe' } : { kind: 'unsafe', length: Math.min(...lengths) },
    )
    const settled = result.parts[part]?.settled
    const race = verdict.kind === 'unsafe' ? settled?.table.races[verdict.race] : undefined
    if (race !== undefined && settled !== null && settled !== undefined) confirmRace(claims, values, settled.system, race)
  }
}

/** The schedule of a race, with the params that it chooses. */
const confirmRace = (
  { model: m, properties }: Claimed,
  values: Values,
  system: System,
  race: { target: string; schedule: Parameters<typeof specialise>[1] },
): void => {
  const specialOf = (setting: Values): System => compile({ model: m, params: { ...values, ...setting }, properties })
  const special = specialise(system, race.schedule, specialOf)
  const params = { ...values, ...special.params }
  const { failure, end } = replay(special.system, m, params, special.schedule)
  const property = properties[race.target]
  if (race.target === 'assert' || race.target === 'range') expect(failure?.kind).toBe(race.target)
  else if (property !== undefined) expect(evaluateProperty(property as never, end, params as never).holds).toBe(false)
}

const isTrue = (values: readonly boolean[], literal: Literal): boolean => values[nodeOf(literal)] !== isComplemented(literal)

const small = range(0, 9)

/** Two protections against a lost update, each of which is enough, and two knobs that do not matter. */
const counter = claimed(
  model({
    name: 'counter',
    params: { locked: flag(true), add: choice(['atomic', 'two steps', 'three steps'], 'atomic'), noisy: flag(false), unread: flag(false) },
    state: () => ({ n: small, lock: bool, done: small }),
    processes: (p) => ({
      cpu: each(2, function* (s) {
        if (p.locked) {
          yield until('lock', () => !s.lock)
          s.lock = true
        }
        if (p.add === 'atomic') {
          yield 'add'
          s.n += 1
        } else {
          yield 'read'
          const old = s.n
          if (p.add === 'three steps') yield 'wait'
          yield 'write'
          s.n = old + 1
        }
        if (p.noisy) yield 'noise'
        yield 'unlock'
        s.lock = false
        s.done += 1
      }),
    }),
  }),
  { counted: always((s) => s.done < 2 || s.n === 2), twice: sometimes((s) => s.n === 2) },
)

describe('a counter', () => {
  test('the formula, and every cell', async () => {
    const result = await synthesized(counter, ['counted'])
    expect(result.knobs.map(({ name }) => name)).toEqual(['locked', 'add', 'noisy', 'unread'])
    expect(formulaText(result.safe)).toBe('locked or add = atomic')
    expect(formulaText(result.unsafe)).toBe('not locked and add != atomic')
    expect(formulaText(result.rest)).toBe('false')
    expect(result.parts.map(({ shaping, free, idle }) => [shaping, free, idle])).toEqual([[[], ['locked', 'add', 'noisy'], ['unread']]])
    await confirm(counter, ['counted'], result)
  })

  test('where no way is longer than the search, that is the proof', async () => {
    const result = await synthesized(counter, ['counted'], {}, { depth: 20 })
    expect(formulaText(result.safe)).toBe('locked or add = atomic')
    expect(result.parts[0]?.settled?.table.proof).toEqual({ kind: 'length', length: 13 })
  })

  test('by a proof where the search is cut short', async () => {
    const result = await synthesized(counter, ['counted'], {}, { depth: 0 })
    expect(formulaText(result.safe)).toBe('locked or add = atomic')
    expect(result.parts[0]?.settled?.table.proof?.kind).toBe('invariant')
    await confirm(counter, ['counted'], result)
  })

  test('without a proof what is not violated is open', async () => {
    const result = await synthesized(counter, ['counted'], {}, { depth: 6, boundedOnly: true })
    expect(formulaText(result.safe)).toBe('false')
    expect(formulaText(result.unsafe)).toBe("not locked and add = 'two steps' and not noisy")
    expect(result.cells.filter(({ verdict }) => verdict.kind === 'open').map(({ verdict }) => verdict)).toContainEqual({
      kind: 'open',
      depth: 6,
    })
  })

  test('a property that asks for a witness is refused, and one that there is not', async () => {
    await expect(synthesized(counter, ['twice'])).rejects.toThrow(/witness/)
    await expect(synthesized(counter, ['nothing'])).rejects.toThrow(/no property 'nothing'/)
  })
})

test('params that shape the model, steps that fail, deadlocks, and init that fails, blocks or chooses', async () => {
  const claims = claimed(
    model({
      name: 'm',
      params: { two: flag(false), careful: flag(false), start: choice(['low', 'high', 'failing'], 'low'), wait: flag(false) },
      state: () => ({ x: small }),
      init: function* (s, p) {
        const from = yield* choose(2)
        assert(p.start !== 'failing' || from === 0)
        s.x = p.start === 'high' ? 3 + from : from
      },
      processes: (p) => ({
        a: function* (s) {
          if (p.wait) yield until('wait', () => s.x > 0)
          yield 'double'
          if (p.careful && s.x > 4) return
          s.x *= 2
          yield 'again'
          s.x *= 2
        },
        ...(p.two
          ? {
              b: function* (s: { x: number }) {
                yield 'set'
                s.x = 3
              },
            }
          : {}),
      }),
    }),
    { low: always((s) => s.x < 9) },
  )
  for (const names of [['low'], ['deadlock'], ['low', 'deadlock']]) {
    const result = await synthesized(claims, names)
    expect(result.parts.map(({ params }) => params.two)).toEqual([false, true])
    await confirm(claims, names, result)
  }
})

test('locals that are set where a process starts', async () => {
  // The translation took it for granted that such a local is its least value as long as no step has set it.
  const claims = claimed(
    model({
      name: 'm',
      params: { three: flag(false), first: flag(true) },
      state: () => ({ x: small }),
      processes: (p) => ({
        a: function* (s) {
          let n = p.three ? 3 : 2
          let m = 2
          if (p.first) {
            yield 'first'
            s.x = m
            m = 1
          }
          yield 'second'
          s.x += n
          n = 0
          yield 'third'
          s.x += n + m
        },
      }),
    }),
    { five: always((s) => s.x !== 5) },
  )
  for (const options of [{ depth: 0 }, { depth: 12 }, { depth: 0, search: z3, proof: z3 }]) {
    const result = await synthesized(claims, ['five'], {}, options)
    expect(formulaText(result.unsafe)).toBe('three or first')
    await confirm(claims, ['five'], result)
    const { circuit } = translate(result.parts[0]!.settled!.system)
    for (let code = 0; code < 4; code++) {
      const start = evaluate(circuit.graph, new Map(circuit.start.map((literal, i) => [nodeOf(literal), ((code >> i) & 1) === 1])))
      const state = circuit.state.map((literal, i): [number, boolean] => [nodeOf(literal), isTrue(start, circuit.initial[i]!)])
      const values = evaluate(circuit.graph, new Map(state))
      for (const literal of circuit.wellFormed) expect(isTrue(values, literal)).toBe(true)
    }
  }
})

test('settings in which init leaves no state are refused', async () => {
  const claims = claimed(
    model({
      name: 'm',
      params: { none: flag(false), bad: flag(false) },
      state: () => ({ x: small }),
      init: function* (s, p) {
        s.x = yield* choose(p.none ? [] : [1, 2])
      },
      rules: (p) => ({
        go: (s) => {
          when(s.x < 3)
          s.x += p.bad ? 2 : 1
        },
      }),
    }),
    { low: always((s) => s.x < 4) },
  )
  const result = await synthesized(claims, ['low'])
  expect(result.cells.map(({ verdict }) => verdict.kind)).toEqual(['safe', 'unsafe', 'refused', 'refused'])
  expect(formulaText(result.rest)).toBe('none')
})

// A setting in which nothing happens was called safe.
test('where a window is not reached a setting is vacuous, as a search of it says', async () => {
  const claims = claimed(
    model({
      name: 'switched',
      params: { runs: flag(true), fast: flag(false), checked: flag(true) },
      state: () => ({ x: range(0, 4), late: bool }),
      rules: (p) => ({
        go: (s) => {
          when(p.runs && s.x < 3)
          s.x += p.fast ? 2 : 1
          s.late = s.x === 4
        },
        stop: (s) => {
          when(p.checked && s.late)
          s.late = false
        },
      }),
    }),
    {
      low: always((s, p) => s.x < 4 || p.checked),
      moves: sometimes((s) => s.x > 0),
      meetsThree: sometimes((s) => s.x === 3),
    },
  )
  const settled = await synthesized(claims, ['low'])
  const windows = { moves: claims.properties.moves, meetsThree: claims.properties.meetsThree }
  const input = { model: claims.model, params: defaultsOf(claims.model), properties: windows }
  const settle: Settle = (system, wanted, question) => synthesizeSystem(system, wanted, { search: cadical, proof: cadical, question })
  const isAsked = (window: string, cell: number): boolean => window === 'moves' || settingAt(settled, cell).fast === false
  const result = await withWindows(settled, input, Object.keys(windows), settle, isAsked)
  for (const [i, { verdict }] of result.cells.entries()) {
    const setting = settingAt(result, i)
    const system = compile({ model: claims.model, params: setting, properties: claims.properties })
    const { properties } = await search(system)
    const isViolated = (name: string): boolean => properties.some((property) => property.name === name && property.verdict === 'violated')
    const closed = Object.keys(windows).filter((window) => isAsked(window, i) && isViolated(window))
    const kind = isViolated('low') ? 'unsafe' : closed.length > 0 ? 'vacuous' : 'safe'
    expect([setting, verdict], JSON.stringify(setting)).toMatchObject([setting, kind === 'vacuous' ? { kind, windows: closed } : { kind }])
  }
  expect(formulaText(result.safe)).toBe('runs and (not fast or checked)')
  expect(formulaText(result.vacuous)).toBe('not runs')
})

test('the shootdowns', async () => {
  const mach = claimed(machShootdown.model, machShootdown.properties)
  const tlb = claimed(tlbShootdown.model, tlbShootdown.properties)
  const ofTlb = await synthesized(tlb, ['noWriteAfterMprotect'], { pages: 1 })
  expect(formulaText(ofTlb.safe)).toBe('not dropOneIpi and waitForAcks')
  await confirm(tlb, ['noWriteAfterMprotect'], ofTlb, { pages: 1 })
  // The proof that the rest is safe takes minutes; here the lengths are compared, up to a bound.
  const depth = 20
  const ofMach = await synthesized(mach, [], {}, { depth, boundedOnly: true })
  expect(formulaText(ofMach.unsafe)).toBe('dropI9')
  for (const [i, { verdict }] of ofMach.cells.entries()) {
    const system = compile({ model: mach.model, params: { ...defaultsOf(mach.model), ...settingAt(ofMach, i) }, properties: {} })
    const lengths = (await search(system)).properties.flatMap(({ name, length }) =>
      name === 'assert' || name === 'range' ? (length ?? []) : [],
    )
    const shortest = Math.min(...lengths)
    expect(verdict).toMatchObject(shortest <= depth ? { kind: 'unsafe', length: shortest } : { kind: 'open', depth })
  }
}, 240_000)
