import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mustExecute } from '../../../bench/process.ts'
import { and, complement, evaluate, input, isComplemented, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import type { Circuit } from '../../../src/symbolic/circuit/circuit.ts'
import { type Aiger, encodeAiger, lengthAt, printAiger, toAiger } from '../../../src/symbolic/export/aiger.ts'
import { firstFrames, frameOf, readAiger } from '../aiger-reader.ts'
import { named, withFailingInit } from '../export-circuits.ts'
import { whereInstalled } from '../peers.ts'
import { counter, createDice, explore, randomCircuit } from '../toy-circuits.ts'

const exportOf = (circuit: Circuit): Aiger => toAiger(circuit, named, circuit.targets, ['toy'])
const asText = (aiger: Aiger): Uint8Array => new TextEncoder().encode(printAiger(aiger))

test('a counter as text', () => {
  const circuit = counter(2, 3, 2)
  expect(printAiger(exportOf(circuit))).toMatchInlineSnapshot(`
    "aag 13 1 2 0 10 1
    2
    4 17
    6 25
    26
    8 6 4
    10 9 2
    12 10 5
    14 11 4
    16 15 13
    18 10 4
    20 18 7
    22 19 6
    24 23 21
    26 6 5
    i0 step.0
    l0 x[0]:0
    l1 x[0]:1
    b0 bad (always)
    c
    toy
    bad (always): bad means violated, after as many steps as the number of the frame
    frame 0 holds the initial states
    "
  `)
})

test('the first frame stands before an init with a choice, and a latch says so', () => {
  const circuit = counter(2, 3, 3)
  const start = input(circuit.graph)
  const chosen: Circuit = { ...circuit, start: [start], initial: [start, complement(start)] }
  const aiger = exportOf(chosen)
  expect(aiger.before).toBe(1)
  expect(aiger.inputs).toEqual(['start.0', 'step.0'])
  expect(aiger.latches.map(({ name }) => name)).toEqual(['started', 'x[0]:0', 'x[0]:1'])
  // From 2, which is one step away.
  expect(firstFrames(readAiger(asText(aiger)))).toEqual([2])
  expect(lengthAt(aiger, 'always', 2)).toBe(1)
})

test('what no target depends on is left out', () => {
  const circuit = counter(3, 7, 7)
  const [low = 0, , high = 0] = circuit.state
  const target = { name: 'odd', kind: 'always', reached: low, reachedInit: 0 } as const
  const aiger = toAiger(circuit, named, [target], [])
  // The counter stops at 7, so that every bit matters to every other; without that the low bit stands alone.
  expect(aiger.latches).toHaveLength(3)
  const free: Circuit = { ...circuit, next: [complement(low), ...circuit.next.slice(1)] }
  expect(toAiger(free, named, [target], []).latches.map(({ name }) => name)).toEqual(['x[0]:0'])
  expect(toAiger(free, named, [{ ...target, reached: and(circuit.graph, low, high) }], []).latches).toHaveLength(3)
})

test('a target that is never reached asks for nothing', () => {
  const circuit = counter(3, 7, 7)
  const target = { name: 'never', kind: 'range', reached: 0, reachedInit: 0 } as const
  expect(toAiger(circuit, named, [target], [])).toMatchObject({ inputs: [], latches: [], gates: [], bad: [{ literal: 0 }] })
})

describe('random circuits', () => {
  const seeds = Array.from({ length: 60 }, (_, i) => i)
  test.each(seeds)('%i: both forms say the same, and reach what the circuit reaches, in the frame of its length', (seed) => {
    const circuit = withFailingInit(randomCircuit(createDice(seed)))
    const aiger = exportOf(circuit)
    const { comment, ...read } = readAiger(encodeAiger(aiger))
    expect(readAiger(asText(aiger))).toEqual({ ...read, comment })
    const { lengths } = explore(circuit)
    const frames = firstFrames({ ...read, comment })
    expect(frames.map((frame, i) => (frame === null ? null : lengthAt(aiger, circuit.targets[i].kind, frame)))).toEqual(lengths)
  })

  test.each(seeds.slice(0, 30))('%i: a walk of the file is a walk of the circuit', (seed) => {
    const dice = createDice(seed)
    const circuit = randomCircuit(dice)
    const aiger = exportOf(circuit)
    const read = readAiger(encodeAiger(aiger))
    const under = (inputs: ReadonlyMap<number, boolean>, bits: readonly boolean[]) => {
      const values = evaluate(
        circuit.graph,
        new Map([...inputs, ...bits.map((bit, i): [number, boolean] => [nodeOf(circuit.state[i]), bit])]),
      )
      return (literal: Literal): boolean => values[nodeOf(literal)] !== isComplemented(literal)
    }
    const bitNames = circuit.names.map(({ element, bit }) => `x[${element}]:${bit}`)
    let latches = read.latches.map(({ reset }) => reset === 1)
    let state = aiger.before === 0 ? circuit.initial.map(under(new Map(), [])) : null
    for (let frame = 0; frame < 40; frame++) {
      const inputs = new Map([...circuit.start, ...circuit.step].map((literal): [number, boolean] => [nodeOf(literal), dice(2) === 1]))
      const ofFile = aiger.inputs.map((name) => {
        const [group, at] = name.split('.')
        return inputs.get(nodeOf((group === 'start' ? circuit.start : circuit.step)[Number(at)])) ?? false
      })
      const inFile = frameOf(read, ofFile, latches)
      const isTrue = under(inputs, state ?? [])
      if (state !== null) {
        expect(read.bad.map(inFile)).toEqual(circuit.targets.map(({ reached }) => isTrue(reached)))
        if (isTrue(circuit.enabled)) state = circuit.next.map(isTrue)
      } else if (isTrue(circuit.isStart)) state = circuit.initial.map(isTrue)
      latches = read.latches.map(({ next }) => inFile(next))
      const after = new Map(aiger.latches.map(({ name }, i) => [name, latches[i]]))
      for (const [i, bit] of (state ?? []).entries()) expect(after.get(bitNames[i]) ?? bit).toBe(bit)
    }
  })
})

const work = mkdtempSync(join(tmpdir(), 'mmucheck-aiger-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

whereInstalled(['berkeley-abc'])('abc reads it', () => {
  test.each(Array.from({ length: 10 }, (_, i) => 100 + i))('%i: its verdict is that of brute force', async (seed) => {
    const circuit = withFailingInit(randomCircuit(createDice(seed)))
    const { lengths } = explore(circuit)
    for (const [i, target] of circuit.targets.entries()) {
      const file = join(work, `${seed}-${i}.aig`)
      writeFileSync(file, encodeAiger(toAiger(circuit, named, [target], [])))
      const { stdout } = await mustExecute('berkeley-abc', ['-c', `read_aiger ${file}; pdr`])
      expect(stdout).toMatch(lengths[i] === null ? /Property proved/ : /was asserted in frame/)
    }
  })
})
