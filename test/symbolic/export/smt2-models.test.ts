/**
 * Native Z3 reads the bounded questions about models of the repository, and answers them as the explicit engine does;
 * its models are schedules.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { execute } from '../../../bench/process.ts'
import lazyMmu from '../../../properties/lazy-mmu.ts'
import machRules from '../../../properties/mach-shootdown-rules.ts'
import pteModify from '../../../properties/pte-modify.ts'
import tlbShootdown from '../../../properties/tlb-shootdown.ts'
import twoPhaseCommit from '../../../properties/two-phase-commit.ts'
import type { Schedule } from '../../../src/ir/schedule.ts'
import { replay } from '../../../src/replay/replay.ts'
import { evaluate, isComplemented, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import type { Target } from '../../../src/symbolic/circuit/circuit.ts'
import { toSmt2 } from '../../../src/symbolic/export/smt2.ts'
import { type Claimed, type Exported, exported } from '../exported.ts'
import { whereInstalled } from '../peers.ts'

const work = mkdtempSync(join(tmpdir(), 'mmucheck-z3-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Z3's answers to the `(check-sat)` and the other commands of a script. */
const ask = async (script: string): Promise<string> => {
  const file = join(work, 'question.smt2')
  writeFileSync(file, script)
  const { stdout } = await execute('z3', [file])
  return stdout.trim()
}

/** The values of a `(get-value ...)`, by name. */
const valuesOf = (answer: string): ReadonlyMap<string, boolean> =>
  new Map([...answer.matchAll(/\(\|?([^\s|()]+)\|? (true|false)\)/g)].map(([, name, value]) => [name, value === 'true']))

/** The schedule that the inputs name, up to where the target is reached. */
const scheduleOf = ({ translation: { circuit, decoder } }: Exported, target: Target, inputs: ReadonlyMap<string, boolean>): Schedule => {
  const under = (state: readonly boolean[], at: string) => {
    const bits = [
      ...circuit.start.map((literal, i): [number, boolean] => [nodeOf(literal), inputs.get(`start.${i}`) ?? false]),
      ...circuit.step.map((literal, i): [number, boolean] => [nodeOf(literal), inputs.get(`step.${i}@${at}`) ?? false]),
      ...state.map((bit, i): [number, boolean] => [nodeOf(circuit.state[i]), bit]),
    ]
    const values = evaluate(circuit.graph, new Map(bits))
    return (literal: Literal): boolean => values[nodeOf(literal)] !== isComplemented(literal)
  }
  const init = decoder.start((i) => inputs.get(`start.${i}`) ?? false)
  const moves: Schedule['moves'][number][] = []
  const fails = target.kind === 'assert' || target.kind === 'range'
  let state = circuit.initial.map(under([], 'init'))
  for (let f = 0; f < 1000; f++) {
    const isTrue = under(state, String(f))
    const isReached = isTrue(target.reached)
    if (isReached && !fails) return { init, moves, fails }
    moves.push(
      decoder.move(
        decoder.vector((i) => state[i]),
        (i) => inputs.get(`step.${i}@${f}`) ?? false,
      ),
    )
    if (isReached) return { init, moves, fails }
    expect(isTrue(circuit.enabled)).toBe(true)
    state = circuit.next.map(isTrue)
  }
  throw new Error('no schedule')
}

const variants: readonly { readonly claimed: Claimed; readonly variant: string | null }[] = [
  { claimed: twoPhaseCommit, variant: null },
  { claimed: tlbShootdown, variant: 'lost-ipi' },
  { claimed: tlbShootdown, variant: 'no-wait' },
  { claimed: machRules, variant: 'no-wait' },
  { claimed: lazyMmu, variant: 'drain-after-unlock' },
  { claimed: lazyMmu, variant: 'free-before-drain' },
  { claimed: pteModify, variant: 'naive' },
]

/** Longer ones are left to abc: Z3 takes minutes to show that there is nothing shorter. */
const longest = 12

whereInstalled(['z3'])('native Z3', () => {
  test.each(variants)('$claimed.model.name, variant $variant', { timeout: 120_000 }, async ({ claimed, variant }) => {
    const found = await exported(claimed, variant)
    const { translation, system, model, params } = found
    const question = (target: Target, depth: number): string => toSmt2(translation.circuit, system, target, depth, [system.model])
    let asked = 0
    for (const [target, length] of found.lengths) {
      if (length === null) {
        expect(await ask(question(target, 4))).toBe('unsat')
        continue
      }
      if (length > longest) continue
      asked++
      if (length > 0) expect(await ask(question(target, length - 1))).toBe('unsat')
      const script = question(target, length)
      const values = /^; (\(get-value .*\))$/m.exec(script)?.[1] ?? ''
      const answer = await ask(`${script}${values}\n`)
      expect(answer).toMatch(/^sat\b/)
      const schedule = scheduleOf(found, target, valuesOf(answer))
      expect(schedule.moves).toHaveLength(length)
      const { failure } = replay(system, model, params, schedule)
      expect(failure?.kind ?? null).toBe(schedule.fails ? target.kind : null)
    }
    expect(asked).toBeGreaterThan(0)
  })
})
