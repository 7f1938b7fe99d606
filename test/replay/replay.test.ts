import { always, bound, properties } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/lang/model.ts'
import { Disagreement } from '../../src/replay/disagreement.ts'
import { evaluate } from '../../src/replay/evaluate.ts'
import { replay } from '../../src/replay/replay.ts'
import { view } from '../../src/replay/vector.ts'
import { counter, stepOf, system } from './fixture.ts'

const model = counter as unknown as Model
const params = { most: 3 }
const read = 'read …'

describe('replay', () => {
  const moves = [
    { step: stepOf(2, 'busy'), choice: 0 },
    { step: stepOf(1, 'take'), choice: 0 },
    { step: stepOf(1, read, 1), choice: 1 },
    { step: stepOf(1, 'write', 2), choice: 0 },
    { step: stepOf(1, read, 3), choice: 0 },
  ]

  test('runs the steps of a schedule', () => {
    const { initial, initialChoices, steps, failure } = replay(system, model, params, { init: 1, moves, fails: false })
    expect(initialChoices).toEqual([1])
    expect(initial.vector).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0])
    expect(initial.view).toEqual({
      globals: { lock: { owner: null }, pte: [0, 1], mood: 'calm' },
      processes: [
        { agent: 'cpu[0]', at: 'take', locals: { cpu: 0 } },
        { agent: 'cpu[1]', at: 'take', locals: { cpu: 1 } },
      ],
    })
    expect(steps.map(({ agent, label, choices }) => [agent, label, ...choices])).toEqual([
      ['timer', 'busy'],
      ['cpu[1]', 'take'],
      ['cpu[1]', 'read 1', 'add'],
      ['cpu[1]', 'write'],
      ['cpu[1]', 'read 0', 'keep'],
    ])
    expect(steps.map(({ after }) => after?.vector.join(''))).toEqual([
      '0001100000100',
      '1101100001100',
      '1101100002111',
      '1102100003100',
      '1102100004100',
    ])
    expect(steps[2]?.after?.view).toEqual({
      globals: { lock: { owner: 1 }, pte: [0, 1], mood: 'busy' },
      processes: [
        { agent: 'cpu[0]', at: 'take', locals: { cpu: 0 } },
        { agent: 'cpu[1]', at: 'write', locals: { cpu: 1, old: 1, how: 'add' } },
      ],
    })
    expect(view(system, model, params, steps[2]!.after!.vector)).toEqual(steps[2]?.after?.view)
    expect(failure).toBe(null)
  })

  // It said `read ${entry}`, which is how the author writes it and nobody reads it.
  test('a process stands at a label as the author reads it', () => {
    const { steps } = replay(system, model, params, { init: 1, moves: moves.slice(0, 2), fails: false })
    expect(steps[1]?.after?.view.processes[1]).toMatchObject({ at: 'read 1' })
    expect(view(system, model, params, steps[1]!.after!.vector).processes[1]).toMatchObject({ at: read })
  })

  test('ends where the last step fails', () => {
    const few = { most: 1 }
    const { steps, failure, end } = replay(system, model, few, { init: 1, moves: moves.slice(1, 4), fails: true })
    expect(failure).toMatchObject({
      kind: 'range',
      message: 'pte[1] = 2 is outside range(0, 1)',
      place: { file: 'test/replay/fixture.ts' },
    })
    expect(steps.map(({ after }) => after === null)).toEqual([false, false, true])
    expect((end.state.s as { pte: number[] }).pte[1]).toBe(1)
  })

  test('a step that is not enabled, or fails in one and not in the other, is our bug', () => {
    const [, take] = moves
    expect(() => replay(system, model, params, { init: 0, moves: [take!, { step: stepOf(0, 'take'), choice: 0 }], fails: false })).toThrow(
      Disagreement,
    )
    expect(() => replay(system, model, params, { init: 0, moves: [take!], fails: true })).toThrow(
      "step 1, 'take' of 'cpu[1]' with the choice code 0, leads on in the oracle, and should fail",
    )
    expect(() => replay(system, model, { most: 1 }, { init: 1, moves: moves.slice(1, 4), fails: false })).toThrow('fails (pte[1] = 2')
    expect(() => replay(system, model, params, { init: 2, moves: [], fails: false })).toThrow(
      'init with the choice code 2 leads on, with 1 left of the code',
    )
  })

  test('a process that stands where the system has no location is our bug', () => {
    const broken = {
      ...system,
      processes: system.processes.map((p) => ({ ...p, locations: p.locations.map((l) => (l.id === 1 ? { ...l, key: 'elsewhere' } : l)) })),
    }
    expect(() => replay(broken, model, params, { init: 0, moves: moves.slice(1, 2), fails: false })).toThrow("'cpu[1]' stands at")
  })
})

describe('evaluate', () => {
  const { end } = replay(system, model, params, { init: 1, moves: [], fails: false })
  const claims = properties(counter, {
    free: always((s) => s.lock.owner === null && s.pte[1] === 1),
    small: always((s, p) => s.pte.every((x) => x < p.most - 2)),
    sum: bound((s) => s.pte.reduce((a, b) => a + b, 0), 0),
    beyond: always((s) => s.pte[2] === 0),
    nobody: always((s) => (s.lock as { owner: { name: string } | null }).owner!.name === ''),
  }).properties
  const of = (name: string) => evaluate(claims[name]! as never, end, params)

  test('says what a predicate gives, and what it read last', () => {
    expect(of('free')).toEqual({
      value: true,
      holds: true,
      reads: [
        ['s.lock.owner', null],
        ['s.pte[1]', 1],
      ],
      fault: null,
    })
    expect(of('small')).toMatchObject({
      value: false,
      holds: false,
      reads: [
        ['s.pte[0]', 0],
        ['s.pte[1]', 1],
      ],
    })
    expect(of('sum')).toMatchObject({ value: 1, holds: false })
  })
  test('a predicate that faults holds nowhere', () => {
    expect(of('beyond')).toMatchObject({ value: null, holds: false, fault: 'pte[2] is outside 0..1' })
    expect(of('nobody')).toMatchObject({ value: null, holds: false, fault: expect.stringMatching(/null/) })
  })
})
