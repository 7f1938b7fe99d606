/**
 * That the oracle behind every verdict notices: each of the faults that the compiler once had, alone in a model, is
 * done to the compiled system of it, and the check ends with exit code 70 and what both sides say. Until then engines,
 * certificate and solvers all agreed with the compiler, and nothing was replayed where nothing was violated.
 */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Difference } from '../../../../src/check/confirm/again/compare.ts'
import { check } from '../../../../src/check.ts'
import { run } from '../../../../src/cli/command-line.ts'
import { exitCodes } from '../../../../src/cli/terminal/exit.ts'
import type { ProcessOutput } from '../../../../src/cli/terminal/output.ts'
import { binary, constant, eq, load, select, temp } from '../../../../src/ir/build.ts'
import type { Block, End, Expr, Stmt, System } from '../../../../src/ir/system.ts'

const seam = vi.hoisted(() => ({ sabotage: null as ((system: never) => unknown) | null, evidence: null as unknown }))

vi.mock('../../../../src/compile/model/compile.ts', async (original) => {
  const real = await original<typeof import('../../../../src/compile/model/compile.ts')>()
  const compile: typeof real.compile = (input) => {
    const system = real.compile(input)
    return seam.sabotage === null ? system : (seam.sabotage(system as never) as System)
  }
  return { ...real, compile }
})

// Nothing is written: what a bug report would say is looked at here.
vi.mock('../../../../src/cli/terminal/bug-report.ts', () => ({
  bugReport: async (error: { readonly details?: unknown }) => {
    seam.evidence = error.details ?? null
    return 'report it'
  },
}))

beforeEach(() => {
  seam.sabotage = null
  seam.evidence = null
})

const variable = (system: System, name: string): number => {
  const found = system.variables.find((v) => v.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found.id
}
const read = (system: System, name: string, ...index: readonly Expr[]): Expr => load(variable(system, name), index)
const store = (system: System, name: string, value: Expr, ...index: readonly Expr[]): Stmt => ({
  op: 'store',
  variable: variable(system, name),
  index,
  value,
  at: { file: 0, start: 0, end: 0 },
})
const number = constant
const finish: End = { op: 'finish' }
const toTheEnd = (system: System): End => ({
  op: 'goto',
  location: system.processes[0]!.locations.find(({ final }) => final)!.id,
  frame: [],
})
/** The first step does this instead. */
const stepping = (system: System, body: Block): System => ({
  ...system,
  temps: system.temps + 1,
  radix: Math.max(system.radix, 3),
  steps: system.steps.map((step, i) => (i === 0 ? { ...step, body } : step)),
})

const faults: Readonly<Record<string, { readonly by: (system: System) => System } & Difference>> = {
  'assigned-value': {
    by: (s) => {
      const next = binary('rem', binary('add', read(s, 'next'), number(1)), number(3))
      return stepping(s, { body: [store(s, 'next', next), store(s, 'mine', next)], end: finish })
    },
    what: "the way of take 'take' with the choice code 0",
    compiled: [1, 2],
    javascript: [1, 1],
  },
  'outer-index': {
    by: (s) =>
      stepping(s, {
        body: [],
        end: {
          op: 'choose',
          temp: s.temps,
          count: 2,
          rest: {
            body: [
              store(s, 'asked', temp(s.temps)),
              store(s, 'tail', binary('sub', number(1), read(s, 'tail'))),
              store(s, 'slot.v', number(2), read(s, 'tail')),
            ],
            end: finish,
          },
        },
      }),
    what: "the way of fill 'fill' with the choice code 0",
    compiled: [0, 2, 1, 0],
    javascript: [2, 0, 1, 0],
  },
  'delegated-operand': {
    by: (s) =>
      stepping(s, {
        body: [],
        end: {
          op: 'choose',
          temp: s.temps,
          count: 2,
          rest: { body: [store(s, 'x', number(2)), store(s, 'y', binary('add', read(s, 'x'), temp(s.temps)))], end: toTheEnd(s) },
        },
      }),
    what: 'the way of adder with the choice code 0',
    compiled: [2, 2, 1],
    javascript: [2, 0, 1],
  },
  'nested-optional': {
    by: (s) => ({
      ...s,
      temporal: s.temporal.map((property) => ({
        ...property,
        trigger: {
          body: [{ op: 'check', condition: read(s, 'o?'), failure: 0 }],
          value: eq(select(read(s, 'o.p?'), read(s, 'o.p'), number(3)), number(3)),
          at: property.goal.at,
        },
      })),
    }),
    what: "the trigger of 'endsDone'",
    compiled: 'fails',
    javascript: 1,
  },
  'found-element': {
    by: (s) => {
      const at = (i: number): Expr => read(s, 'a', number(i))
      const overwrite = (i: number): Stmt => store(s, 'a', number(3), number(i))
      const found = (value: Expr): Stmt => store(s, 'found', value)
      return stepping(s, {
        body: [
          {
            op: 'if',
            condition: eq(at(0), number(0)),
            then: [overwrite(0), found(at(0))],
            else: [
              overwrite(0),
              { op: 'if', condition: eq(at(1), number(0)), then: [overwrite(1), found(at(1))], else: [overwrite(1), found(number(2))] },
            ],
          },
        ],
        end: finish,
      })
    },
    what: "the way of look 'look' with the choice code 0",
    compiled: [3, 0, 3],
    javascript: [3, 0, 0],
  },
  'label-failure': {
    by: (s) => stepping(s, { body: [store(s, 'i', number(2))], end: toTheEnd(s) }),
    what: 'the way of walker with the choice code 0',
    compiled: expect.any(Array) as never,
    javascript: 'fails (range)',
  },
  'this-parameter': {
    by: (s) => stepping(s, { body: [store(s, 'x', number(29))], end: finish }),
    what: "the way of set 'set' with the choice code 0",
    compiled: [29],
    javascript: [12],
  },
  'callback-array': {
    by: (s) => stepping(s, { body: [store(s, 'absent', number(1))], end: finish }),
    what: "the way of look 'look' with the choice code 0",
    compiled: [0, 0, 1],
    javascript: [0, 0, 0],
  },
}

const fileOf = (name: string): string => `test/check/confirm/again/faults/${name}.ts`

describe.each(Object.entries(faults))('%s', (name, { by, ...difference }) => {
  test.each(['explicit', 'prove'])('is noticed beside the engine %s', { timeout: 60_000 }, async (engine) => {
    seam.sabotage = by as never
    const said: string[] = []
    const output: ProcessOutput = {
      out: () => {},
      err: (text) => void said.push(text),
      colours: false,
      columns: null,
      terminal: null,
      end: async (code) => code,
    }
    const exitCode = await run(['check', fileOf(name), '--engine', engine, '--quiet'], output)
    expect({ exitCode, said: said.join('') }).toEqual({
      exitCode: exitCodes.internal,
      said: expect.stringContaining('run again in JavaScript'),
    })
    expect(seam.evidence).toMatchObject({ ...difference, schedule: { moves: [] } })
  })

  test('is not noticed where nothing is run again', { timeout: 60_000 }, async () => {
    seam.sabotage = by as never
    const { oracle } = await check(fileOf(name), { engine: 'explicit', oracle: 'none' })
    expect(oracle).toEqual({ kind: 'nothing', why: 'not asked for' })
  })
})

test.each(Object.keys(faults))('what the compiler makes of %s is what JavaScript does', { timeout: 60_000 }, async (name) => {
  const { oracle } = await check(fileOf(name), { engine: 'explicit' })
  expect(oracle).toMatchObject({ kind: 'run again', all: true })
})
