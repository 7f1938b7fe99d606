import { always, array, assert, bool, each, index, model, optional, properties, range, until } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import twoPhaseCommit from '../../../properties/two-phase-commit.ts'
import { type Certificate, createCertificate, printInvariant } from '../../../src/symbolic/certificate/certificate.ts'
import { checkCertificate, checkInvariant, explainRefusal, parseCertificate } from '../../../src/symbolic/certificate/check-certificate.ts'
import { minimise } from '../../../src/symbolic/certificate/minimise.ts'
import { elementNames, printStatement } from '../../../src/symbolic/circuit/element-name.ts'
import { prove } from '../../../src/symbolic/ic3/ic3.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { type Claimed, exported, type Settings } from '../exported.ts'

const z3 = await loadSolver('z3')
const cadical = await loadSolver('cadical')

const mutex = model({
  name: 'mutex',
  params: {},
  state: (_p) => ({ owner: optional(index(2)), visits: range(0, 3), inside: array(2, bool) }),
  processes: (_p) => ({
    cpu: each(2, function* (s, cpu) {
      yield until('lock', () => s.owner === null)
      s.owner = cpu
      yield 'work'
      s.inside[cpu] = true
      if (s.visits < 3) s.visits++
      yield 'work'
      s.inside[cpu] = false
      yield 'unlock'
      assert(s.owner === cpu, 'another CPU has the lock')
      s.owner = null
    }),
  }),
})

const exclusive = properties(mutex, {
  exclusive: always((s) => !(s.inside[0] && s.inside[1])),
  fewVisits: always((s) => s.visits <= 2),
})

const certified = async (claimed: Claimed, settings: Settings = {}) => {
  const { system, translation, lengths } = await exported(claimed, null, settings)
  const targets = translation.circuit.targets.filter(({ kind }) => kind !== 'sometimes')
  const { proved, invariant } = prove(translation.circuit, targets, cadical)
  expect(new Set(proved)).toEqual(new Set(targets.filter((target) => lengths.some(([t, length]) => t === target && length === null))))
  const small = minimise(translation.circuit, proved, invariant, cadical)
  const certificate = createCertificate(system, { engine: '1', variant: null, params: settings }, proved, small)
  return { system, translation, proved, invariant, small, certificate }
}

const { system, translation, small, proved, certificate } = await certified(exclusive)
const refused = (changed: Certificate) => checkCertificate(system, translation, changed, z3)

describe('a certificate', () => {
  test('is accepted by Z3, before it is minimised and after', async () => {
    for (const found of [await certified(exclusive), await certified(twoPhaseCommit)]) {
      expect(checkCertificate(found.system, found.translation, found.certificate, z3)).toBeNull()
      expect(checkInvariant(found.translation, found.invariant, found.proved, z3)).toBeNull()
      expect(found.small.length).toBeLessThanOrEqual(found.invariant.length)
    }
  })

  test('survives JSON', () => {
    const read = parseCertificate(JSON.parse(JSON.stringify(certificate)))
    expect(read).toEqual(certificate)
  })

  test('speaks of what the author named', () => {
    expect(printInvariant(system, certificate)).toMatchInlineSnapshot(`
      [
        "never (owner != null and owner = 0 and visits >= 1 and not inside[0] and cpu[0] not at 'unlock' and cpu[1] not at 'returned')",
        "never (owner != null and owner = 0 and not inside[0] and cpu[0] not at 'work#1' | 'unlock')",
        "never (owner = null and visits >= 1 and cpu[0] not at 'returned' and cpu[1] not at 'returned')",
        "never (owner = null and cpu[0] not at 'lock' | 'returned')",
        "never (owner = null and cpu[1] not at 'lock' | 'returned')",
        "never (owner = 1 and visits >= 2 and not inside[1] and cpu[1] not at 'unlock')",
        "never (owner = 1 and visits >= 1 and not inside[1] and cpu[0] not at 'returned' and cpu[1] not at 'unlock')",
        "never (owner = 1 and cpu[0] not at 'lock' | 'returned')",
        "never (owner = 1 and cpu[1] at 'lock' | 'returned')",
        "never (owner = 0 and visits >= 2 and cpu[1] not at 'returned')",
        "never (owner = 0 and cpu[1] not at 'lock' | 'returned')",
        "never (visits = 3)",
        "never (visits >= 2 and not inside[0] and cpu[0] not at 'unlock' | 'returned')",
        "never (inside[0] and cpu[0] not at 'work#2')",
        "never (inside[1] and cpu[1] not at 'work#2')",
      ]
    `)
    expect(certificate.proved).toEqual(['exclusive', 'fewVisits', 'deadlock', 'assert', 'range'])
  })

  test('is refused where a clause that it needs is missing, and every clause of a minimised one is needed', () => {
    expect(certificate.invariant.length).toBeGreaterThan(3)
    for (const cube of certificate.invariant) {
      expect(refused({ ...certificate, invariant: certificate.invariant.filter((other) => other !== cube) })?.kind).toMatch(
        /not closed|not implied/,
      )
    }
  })

  test('is refused where a literal of a clause is missing: a reachable state is excluded', () => {
    for (const [i, cube] of certificate.invariant.entries()) {
      for (const name of Object.keys(cube)) {
        const weaker = Object.fromEntries(Object.entries(cube).filter(([other]) => other !== name))
        expect(refused({ ...certificate, invariant: certificate.invariant.with(i, weaker) })?.kind).toMatch(/not initial|not closed/)
      }
    }
  })

  test('is refused where the values of an element are flipped', () => {
    const elements = new Map(elementNames(system).map(({ name, values }) => [name, values]))
    for (const [i, cube] of certificate.invariant.entries()) {
      for (const [name, values] of Object.entries(cube)) {
        const flipped = { ...cube, [name]: (elements.get(name) ?? []).filter((value) => !values.includes(value)) }
        expect(refused({ ...certificate, invariant: certificate.invariant.with(i, flipped) })).not.toBeNull()
      }
    }
  })

  test('is refused for another model, for the model with a change, and for other params', async () => {
    const other = await exported(twoPhaseCommit, null)
    expect(checkCertificate(other.system, other.translation, certificate, z3)).toEqual({
      kind: 'other system',
      problem: "it is of the model 'mutex', and this is 'two-phase-commit'",
    })
    const small = await certified(twoPhaseCommit, { rms: 2 })
    expect(checkCertificate(other.system, other.translation, small.certificate, z3)?.kind).toBe('other system')
    const changed = {
      ...system,
      initial: system.initial.with(
        system.variables.findIndex(({ name }) => name === 'visits'),
        1,
      ),
    }
    expect(checkCertificate(changed, translation, certificate, z3)?.kind).toBe('other system')
  })

  test('does not depend on where things stand in the source, and on labels only by name', () => {
    const moved = { ...system, files: [], steps: system.steps.map((step) => ({ ...step, at: { file: 0, start: 1, end: 2 } })) }
    expect(checkCertificate(moved, translation, certificate, z3)).toBeNull()
  })

  test('is refused with the name that names nothing', () => {
    const named = (cube: Certificate['invariant'][number]) => refused({ ...certificate, invariant: [...certificate.invariant, cube] })
    const clause = certificate.invariant.length
    expect(named({ 'insid[0]': [true] })).toEqual({ kind: 'names nothing', clause, problem: "the model has no 'insid[0]'" })
    expect(named({ 'cpu[0] at': ['nowhere'] })).toEqual({ kind: 'names nothing', clause, problem: `'cpu[0] at' is never "nowhere"` })
    expect(named({ visits: [4] })?.kind).toBe('names nothing')
    // Which of the two is not said.
    expect(named({ 'cpu[0] at': ['work'] })?.kind).toBe('names nothing')
  })

  test('is refused where it claims what does not hold, with the reason in words', () => {
    const explained = (changed: Certificate) => {
      const refusal = refused(changed)
      return refusal === null ? null : explainRefusal(system, changed, refusal)
    }
    expect(explained({ ...certificate, invariant: [{ visits: [0] }] })).toBe('an initial state breaks clause 1, never (visits = 0)')
    expect(explained({ ...certificate, invariant: [{ visits: [2, 3] }] })).toMatch(
      /^the step 'cpu\[[01]\]: work' leads from .* clause 1, never \(visits >= 2\)$/,
    )
    expect(explained({ ...certificate, invariant: [] })).toMatch(/^the invariant allows a state in which 'exclusive' is violated$/)
  })

  test.each([
    [null, 'not an object'],
    [[], 'not an object'],
    [{ ...certificate, format: 'x' }, "'format' is not 'mmucheck certificate'"],
    [{ ...certificate, version: 2 }, 'version 2 is unknown; this is for version 1'],
    [{ ...certificate, proved: [] }, "'proved' is empty"],
    [{ ...certificate, proved: [1] }, "'proved' is no list of names"],
    [{ ...certificate, fingerprint: undefined }, "'fingerprint' is no string"],
    [{ ...certificate, invariant: [{ visits: 3 }] }, "invariant[0]['visits'] is no list of values"],
    [{ ...certificate, invariant: [{ visits: [] }] }, "invariant[0]['visits'] is no list of values"],
    [{ ...certificate, invariant: [3] }, 'invariant[0] is no object'],
  ])('malformed: %#', (json, problem) => {
    expect(parseCertificate(json)).toBe(problem)
  })

  test('is the same every time', async () => {
    expect((await certified(exclusive)).certificate).toEqual(certificate)
  })
})

test('minimising keeps what is asked for, within the questions that it may ask', () => {
  const few = minimise(translation.circuit, proved, small, cadical, { questions: 0 })
  expect(checkInvariant(translation, few, proved, z3)).toBeNull()
  const one = proved.filter(({ name }) => name === 'range')
  const less = minimise(translation.circuit, one, small, cadical)
  expect(checkInvariant(translation, less, one, z3)).toBeNull()
  expect(less.length).toBeLessThan(small.length)
})

describe('statements about an element', () => {
  const integer = { variable: 0, element: 0, name: 'n', kind: 'integer', values: [2, 3, 4, 5, 6] } as const
  test.each([
    [[0], 'n = 2'],
    [[4], 'n = 6'],
    [[0, 1], 'n <= 3'],
    [[2, 3, 4], 'n >= 4'],
    [[1, 2], '3 <= n <= 4'],
    [[0, 1, 3, 4], 'n != 4'],
    [[0, 2, 4], 'n in {2, 4, 6}'],
    [[1, 2, 3, 4], 'n >= 3'],
  ])('of an integer, codes %j', (codes, text) => {
    expect(printStatement(integer, codes)).toBe(text)
  })

  test('of a process, an enum, a flag, what may be absent', () => {
    const location = { variable: 0, element: 0, name: 'cpu[1] at', kind: 'location', values: ['a', 'b#1', 'b#2', 'returned'] } as const
    expect(printStatement(location, [0, 1])).toBe("cpu[1] at 'a' | 'b#1'")
    expect(printStatement(location, [0, 1, 2])).toBe("cpu[1] not at 'returned'")
    expect(printStatement({ ...location, name: 'x', kind: 'enum' }, [3])).toBe("x = 'returned'")
    expect(printStatement({ ...location, name: 'x', kind: 'enum' }, [0, 1, 3])).toBe("x != 'b#2'")
    const flag = { variable: 0, element: 0, name: 'tlb?[1]', kind: 'presence', values: [false, true] } as const
    expect(printStatement(flag, [0])).toBe('tlb[1] = null')
    expect(printStatement(flag, [1])).toBe('tlb[1] != null')
    expect(printStatement({ ...flag, name: 'pte.P[1]', kind: 'boolean' }, [0])).toBe('not pte.P[1]')
  })
})
