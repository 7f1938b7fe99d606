/**
 * Parts crossed out by the generated WebAssembly, and by an editor: the text of a random predicate without the part,
 * run as JavaScript, gives the same in every state in which the predicate itself holds.
 */
import { array, bool, index, model, optional, queue, range } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/model/compile.ts'
import { encodeState } from '../../../src/explicit/emit/layout.ts'
import { createMachine, partsOf } from '../../../src/explicit/program/machine.ts'
import { programOf } from '../../../src/explicit/program/program.ts'
import { writeState } from '../../../src/explicit/program/start.ts'
import { partsBeforeChecks } from '../../../src/ir/crossing.ts'
import { always } from '../../../src/lang/property.ts'
import { compilePredicate } from '../../../src/load/load.ts'
import { evaluate } from '../../../src/replay/evaluate.ts'
import { createOracle } from '../../../src/replay/oracle.ts'
import { toVector } from '../../../src/replay/vector.ts'
import { createDraw, type Draw, seedOf } from '../../fuzz/draw.ts'
import { setState, type Values } from '../../fuzz/step-ways.ts'

const subject = model({
  name: 'parts',
  params: {},
  state: () => ({ a: bool, b: bool, c: bool, n: range(0, 3), xs: array(2, bool), q: queue(2, bool), o: optional(index(3)) }),
  rules: () => ({}),
})

/** Random predicates, as text. `names` are locals that hold booleans. */
const conditionOf = (draw: Draw, depth: number, names: readonly string[]): string => {
  const inner = (): string => conditionOf(draw, depth - 1, names)
  const atom = (): string =>
    draw.one(['s.a', 's.b', 's.c', 's.n > 1', 's.n === 0', 's.o !== null', 's.o === null', 's.xs[s.n]', 's.xs[s.o]', ...names])
  if (depth === 0) return draw.once(3) ? `!(${atom()})` : atom()
  const bound = `x${depth}`
  const within = (): string => conditionOf(draw, depth - 1, [...names, bound])
  return draw.weighted<() => string>([
    [2, atom],
    [4, () => `${inner()} || ${inner()}`],
    [4, () => `${inner()} && ${inner()}`],
    [3, () => `!(${inner()})`],
    [2, () => `(${inner()} || ${inner()} || ${inner()})`],
    [2, () => `(${inner()} ? ${inner()} : ${draw.one([inner(), 'true'])})`],
    [2, () => `s.${draw.one(['xs', 'q'])}.every((${bound}) => ${within()})`],
    [2, () => `s.${draw.one(['xs', 'q'])}.some((${bound}) => ${within()})`],
    [1, () => `s.xs.every((${bound}) => { if (${within()}) return ${draw.one(['true', 'false'])}; return ${within()} })`],
    [1, () => `((${bound}) => ${within()})(${inner()})`],
  ])()
}

const predicateOf = (draw: Draw): string => {
  const value = conditionOf(draw, 3, [])
  if (!draw.once(4)) return `(s) => ${value}`
  return `(s) => { if (${conditionOf(draw, 2, [])}) return ${draw.one(['true', 'true', 'false'])}; const l = ${conditionOf(draw, 1, [])}; return l || ${value} }`
}

const stateOf = (draw: Draw): Values => {
  const bit = (): boolean => draw.once(2)
  return {
    a: bit(),
    b: bit(),
    c: bit(),
    n: draw.below(4),
    xs: [bit(), bit()],
    q: Array.from({ length: draw.below(3) }, bit),
    o: draw.once(2) ? null : draw.below(3),
  }
}

interface Compared {
  readonly parts: number
  readonly mattered: number
}

const compare = (text: string, draw: Draw): Compared => {
  const system = compile({ model: subject as never, params: {}, properties: { it: always(compilePredicate(text)) }, parts: 'crossable' })
  const [it] = system.crossable
  if (it === undefined) return { parts: 0, mattered: 0 }
  const program = programOf(system, 'search')
  const machine = createMachine(partsOf(program), { bytes: 2 ** 24, keep: true })
  const { run } = createOracle(subject as never, {}).start(() => null)
  const without = it.parts.slice(1).map(({ at }) =>
    ['false', 'true'].map((constant) => ({
      property: always(compilePredicate(`${text.slice(0, at.start)}${constant}${text.slice(at.end)}`)),
      agrees: true,
    })),
  )
  let mattered = 0
  for (let i = 0; i < 40; i++) {
    setState(run, stateOf(draw))
    writeState(machine, program.memory.current, encodeState(system, program.layout, toVector(system, { state: run.state, processes: [] })))
    const { holds, fault } = evaluate(always(compilePredicate(text)), run, {})
    expect(machine.exports.crossed(0, 0), `${text}: as it is`).toBe(Number(holds))
    for (const [k, edited] of without.entries()) {
      const crossed = machine.exports.crossed(0, 1 << (k + 1)) === 1
      // What is crossed out makes a property say more, never less.
      if (!holds && fault === null) expect(crossed, `${text}: without part ${k + 1}`).toBe(false)
      if (holds && !crossed) mattered++
      if (holds) for (const one of edited) one.agrees &&= evaluate(one.property, run, {}).holds === crossed
    }
    if (!holds) continue
    // Parts that hold together hold each by itself.
    const some = draw.below(2 ** 31) & ~partsBeforeChecks(it)
    if (machine.exports.crossed(0, some) === 1)
      for (const k of without.keys()) if (((some >> (k + 1)) & 1) === 1) expect(machine.exports.crossed(0, 1 << (k + 1)), text).toBe(1)
  }
  for (const [k, edited] of without.entries()) {
    const { start, end } = it.parts[k + 1].at
    expect(
      edited.some(({ agrees }) => agrees),
      `${text}: without ${text.slice(start, end)}`,
    ).toBe(true)
  }
  return { parts: without.length, mattered }
}

test('a part crossed out is one that the text has not', () => {
  let [parts, mattered] = [0, 0]
  for (let i = 0; i < 80; i++) {
    const draw = createDraw(seedOf(11, i))
    const found = compare(predicateOf(draw), draw)
    parts += found.parts
    mattered += found.mattered
  }
  expect(parts).toBeGreaterThan(250)
  expect(mattered).toBeGreaterThan(250)
})

test('nothing is compiled once more where nobody asks for it', () => {
  const properties = { it: always(compilePredicate('(s) => s.a || s.b || s.c')) }
  const [whole, again] = (['fixed', 'crossable'] as const).map((parts) =>
    compile({ model: subject as never, params: {}, properties, parts }),
  )
  expect(again?.crossable).toHaveLength(1)
  expect(again).toMatchObject({ ...whole, crossable: again?.crossable, temps: again?.temps })
  expect(whole?.crossable).toEqual([])
})
