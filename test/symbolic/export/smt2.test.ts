import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mustExecute } from '../../../bench/process.ts'
import { evaluate, isComplemented, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import type { Circuit } from '../../../src/symbolic/circuit/circuit.ts'
import { toSmt2 } from '../../../src/symbolic/export/smt2.ts'
import { named, withFailingInit } from '../export-circuits.ts'
import { whereInstalled } from '../peers.ts'
import { readScript } from '../smt2-reader.ts'
import { counter, createDice, explore, randomCircuit } from '../toy-circuits.ts'

test('a counter as text', () => {
  const circuit = counter(2, 3, 2)
  expect(toSmt2(circuit, named, circuit.targets[0], 2, ['toy'])).toMatchInlineSnapshot(`
    "; toy
    ; bad (always) within 2 steps
    ; sat: a state that violates it can be reached in 2 steps or fewer; unsat: none can
    ; |variable[index]:bit@n| is a bit of state n, bit 0 the lowest; |there@n|: the path comes to state n; |found@n|: and that is it.
    (set-option :produce-models true)
    (set-logic QF_UF)
    ; the initial state
    (declare-fun |x[0]:0@0| () Bool) (assert (= |x[0]:0@0| false))
    (declare-fun |x[0]:1@0| () Bool) (assert (= |x[0]:1@0| false))
    (declare-fun |step.0@0| () Bool)
    (declare-fun |there@0| () Bool) (assert (= |there@0| true))
    (declare-fun |found@0| () Bool) (assert (= |found@0| false))
    ; state 1
    (declare-fun |x[0]:0@1| () Bool) (assert (= |x[0]:0@1| |step.0@0|))
    (declare-fun |x[0]:1@1| () Bool) (assert (= |x[0]:1@1| false))
    (declare-fun |step.0@1| () Bool)
    (declare-fun |there@1| () Bool) (assert (= |there@1| true))
    (declare-fun |found@1| () Bool) (assert (= |found@1| false))
    ; state 2
    (declare-fun |x[0]:0@2| () Bool) (assert (= |x[0]:0@2| (xor |step.0@0| |step.0@1|)))
    (declare-fun |x[0]:1@2| () Bool) (assert (= |x[0]:1@2| (and |step.0@0| |step.0@1|)))
    (declare-fun |there@2| () Bool) (assert (= |there@2| true))
    (declare-fun |found@2| () Bool) (assert (= |found@2| (and (not |x[0]:0@2|) |x[0]:1@2|)))
    ; found in one of them, or init fails
    (assert |found@2|)
    (check-sat)
    ; After sat, the schedule:
    ; (get-value (|step.0@0| |step.0@1|))
    "
  `)
})

test('refuses a depth that is none', () => {
  const circuit = counter(2, 3, 2)
  for (const depth of [-1, 0.5, Number.NaN]) expect(() => toSmt2(circuit, named, circuit.targets[0], depth, [])).toThrow(RangeError)
})

interface Walk {
  readonly states: readonly (readonly boolean[])[]
  /** Whether the path that the inputs name meets the target. */
  readonly meets: boolean
}

/**
 * What the script should say for some inputs: what the steps make of the states, there or not, and whether the
 * assertion holds.
 */
const walk = (circuit: Circuit, at: number, depth: number, inputs: ReadonlyMap<string, boolean>): Walk => {
  const { kind, reached, reachedInit } = circuit.targets[at]
  const under = (bits: readonly boolean[], suffix: string) => {
    const own = [
      ...circuit.start.map((literal, i): [number, boolean] => [nodeOf(literal), inputs.get(`|start.${i}|`) ?? false]),
      ...circuit.step.map((literal, i): [number, boolean] => [nodeOf(literal), inputs.get(`|step.${i}@${suffix}|`) ?? false]),
      ...bits.map((bit, i): [number, boolean] => [nodeOf(circuit.state[i]), bit]),
    ]
    const values = evaluate(circuit.graph, new Map(own))
    return (literal: Literal): boolean => values[nodeOf(literal)] !== isComplemented(literal)
  }
  const atStart = under([], '')
  const states = [circuit.initial.map(atStart)]
  let isThere = atStart(circuit.isStart)
  let meets = atStart(reachedInit)
  for (let f = 0; f < (kind === 'assert' ? depth : depth + 1); f++) {
    const here = under(states[f], String(f))
    meets ||= isThere && here(reached)
    isThere &&= here(circuit.enabled)
    states.push(circuit.next.map(here))
  }
  return { states, meets }
}

describe('random circuits', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))('%i: the assertion holds for the inputs that name a path to the target', (seed) => {
    const dice = createDice(seed)
    const circuit = withFailingInit(randomCircuit(dice))
    for (const at of circuit.targets.keys()) {
      const depth = dice(6)
      const script = readScript(toSmt2(circuit, named, circuit.targets[at], depth, ['|odd\\ heading|']))
      expect(script.logic).toBe('QF_UF')
      expect(script.free.every((name) => /^\|(start\.\d+|step\.\d+@\d+)\|$/.test(name))).toBe(true)
      for (let i = 0; i < 50; i++) {
        const inputs = new Map(script.free.map((name) => [name, dice(2) === 1]))
        const { values, holds } = script.evaluate(inputs)
        const { states, meets } = walk(circuit, at, depth, inputs)
        expect(holds).toBe(meets)
        for (const [f, state] of states.entries())
          for (const [k, bit] of state.entries()) {
            const { element, bit: position } = circuit.names[k]
            expect(values.get(`|x[${element}]:${position}@${f}|`) ?? bit).toBe(bit)
          }
      }
    }
  })
})

const work = mkdtempSync(join(tmpdir(), 'mmucheck-smt2-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

whereInstalled(['z3'])('native Z3', () => {
  test.each(Array.from({ length: 12 }, (_, i) => 200 + i))('%i: sat from the shortest length on', async (seed) => {
    const circuit = withFailingInit(randomCircuit(createDice(seed)))
    const { lengths } = explore(circuit)
    const queries = circuit.targets.flatMap((target, i) => {
      const length = lengths[i]
      const depths = length === null ? [12] : [length - 1, length, length + 1].filter((depth) => depth >= 0)
      return depths.map((depth) => ({ target, depth, expected: length !== null && depth >= length ? 'sat' : 'unsat' }))
    })
    const file = join(work, `${seed}.smt2`)
    writeFileSync(file, queries.map(({ target, depth }) => `(reset)\n${toSmt2(circuit, named, target, depth, [])}`).join(''))
    const { stdout } = await mustExecute('z3', [file])
    expect(stdout.trim().split('\n')).toEqual(queries.map(({ expected }) => expected))
  })
})
