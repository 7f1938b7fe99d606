import { describe, expect, test } from 'vitest'
import { changes } from '../../src/trace/changes.ts'
import type { Plain, StateView } from '../../src/trace/trace.ts'

const view = (globals: Record<string, Plain>, locals: Record<string, Plain> = {}): StateView => ({
  globals,
  processes: [{ agent: 'cpu[0]', at: 'go', locals }],
})
const globals = (before: Plain, after: Plain): readonly string[] =>
  changes(view({ x: before }), view({ x: after }), { agent: 'cpu[0]' }, []).globals

test('names the smallest location that changed', () => {
  expect(globals([{ P: 0, D: [1, 1] }], [{ P: 1, D: [1, 2] }])).toEqual(['x[0].P: 0 -> 1', 'x[0].D[1]: 1 -> 2'])
  expect(globals({ owner: null }, { owner: 2 })).toEqual(['x.owner: null -> 2'])
  expect(globals([1, 2], [1, 2])).toEqual([])
})

test('an entry of which several fields changed has one line, its flags as those that are set', () => {
  const pte = { P: true, W: true, A: true, D: false, frame: 0 }
  expect(globals([pte], [{ ...pte, P: false, W: false, A: false }])).toEqual(['x[0]: P W A -> none'])
  expect(globals([pte], [{ ...pte, P: false, frame: 1 }])).toEqual(['x[0]: P true -> false, frame 0 -> 1'])
  expect(globals([pte], [{ ...pte, P: false, W: false, frame: 1 }])).toEqual(['x[0]: P W A -> A, frame 0 -> 1'])
  expect(globals({ type: 'none', count: 0, of: [0] }, { type: 'l1', count: 1, of: [1] })).toEqual([
    'x.of[0]: 0 -> 1',
    'x: type none -> l1, count 0 -> 1',
  ])
  expect(globals({ a: 0, of: [0] }, { a: 1, of: [1] })).toEqual(['x.a: 0 -> 1', 'x.of[0]: 0 -> 1'])
})

test('elements that change alike are told together', () => {
  expect(globals([0, 0, 0, 1], [1, 1, 0, 1])).toEqual(['x[0..1]: 0 -> 1'])
  expect(globals([0, 1, 0], [1, 1, 1])).toEqual(['x[0]: 0 -> 1', 'x[2]: 0 -> 1'])
  expect(globals([{ v: 0 }, { v: 0 }], [{ v: 2 }, { v: 2 }])).toEqual(['x[0..1].v: 0 -> 2'])
})

test('shows an optional record that appears, and a union that changes its variant, whole', () => {
  expect(globals(null, { at: 1 })).toEqual(['x: null -> {at: 1}'])
  expect(globals({ kind: 'idle' }, { kind: 'fault', code: 2 })).toEqual(['x: {kind: idle} -> {kind: fault, code: 2}'])
})

test('says what a queue got and what it lost', () => {
  expect(globals([1], [1, 2, 3])).toEqual(['x: push 2, 3'])
  expect(globals([1, 2, 3], [3])).toEqual(['x: shift 1, 2'])
  expect(globals([1, 2, 3], [4])).toEqual(['x: [1, 2, 3] -> [4]'])
})

test('shows sets whole', () => {
  expect(globals(new Set([1, 0]), new Set([1]))).toEqual(['x: {0, 1} -> {1}'])
})

test('names new and changed locals of the agent that moved, not those that died', () => {
  const of = (before: Record<string, Plain>, after: Record<string, Plain>) =>
    changes(view({}, before), view({}, after), { agent: 'cpu[0]' }, []).locals
  expect(of({}, { old: 0 })).toEqual(['old = 0'])
  expect(of({}, { '&lock': [0] })).toEqual([])
  expect(of({ old: 0, at: 1 }, { old: 2 })).toEqual(['old = 2'])
  expect(changes(view({}, {}), view({}, { old: 0 }), { agent: 'cpu[1]' }, []).locals).toEqual([])
})

test('names no local that nobody reads again, where somebody said which those are', () => {
  const of = (told: readonly string[]) => changes(view({}, {}), view({}, { old: 0, i: 1 }), { agent: 'cpu[0]', told }, []).locals
  expect(of(['old'])).toEqual(['old = 0'])
  expect(of([])).toEqual([])
})

test('keeps ghosts apart', () => {
  const { globals: shown, ghosts } = changes(view({ a: 0, g: 0 }), view({ a: 1, g: 1 }), { agent: 'cpu[0]' }, ['g'])
  expect([shown, ghosts]).toEqual([['a: 0 -> 1'], ['g: 0 -> 1']])
})

describe('store buffers', () => {
  const changed = (before: Plain, after: Plain): readonly string[] => {
    const state = (storeBuffer: Plain) => ({ globals: { storeBuffer }, processes: [] })
    return changes(state(before), state(after), { agent: 'cpu[0]' }, []).globals
  }
  const entry = { to: 'pte', at: 1, value: { P: true, W: false } }

  test('say what waits, and nothing of what has reached memory', () => {
    expect(changed([[], []], [[], [entry]])).toEqual(['waits: pte[1] = {P, !W}'])
    expect(changed([[entry], []], [[entry, { to: 'x', value: 2 }], []])).toEqual(['waits: x = 2'])
    expect(changed([[entry], []], [[], []])).toEqual([])
  })
  test('are no variable of the author that is called so', () => {
    expect(changed([[]], [[1]])).toEqual(['storeBuffer[0]: push 1'])
    expect(changed(1, 2)).toEqual(['storeBuffer: 1 -> 2'])
  })
})
