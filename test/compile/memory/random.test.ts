/**
 * Random programs on two or three CPUs whose steps load and store memory: each is searched by the engines and by the
 * oracle, which agree on all states, transitions and verdicts. And where nobody reads what another CPU stores without a
 * lock around it, both memory models have the same verdicts.
 */
import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/model/compile.ts'
import { search } from '../../../src/explicit/search/search.ts'
import { compareText } from '../../differential/compare.ts'
import { loadText } from '../../differential/text.ts'
import { createDraw, seedOf } from '../../fuzz/draw.ts'

type Draw = ReturnType<typeof createDraw>

const place = (draw: Draw): string => draw.one(['s.x', 's.y', 's.pte[0]', 's.pte[i]', 's.pte[1].n', 's.pte[i].P', 's.r[me]', 's.g'])
const isEntry = (text: string): boolean => /\]$/.test(text) && text.startsWith('s.pte')

const value = (draw: Draw, of: string): string => {
  if (isEntry(of)) return draw.one(['{ P: true, n: 1 }', '{ P: false, n: i }', '{ ...s.pte[0] }', '{ ...s.pte[i], n: 0 }'])
  if (of.endsWith('.P')) return draw.one(['true', 's.y === 1', '!s.pte[0].P'])
  return draw.one(['1', '0', 'i', 's.x', 's.y', 's.pte[i].n', 's.pte[0].P ? 1 : 0', 's.r[me]'])
}

const store = (draw: Draw): string => {
  const to = place(draw)
  return `${to} = ${value(draw, to)}`
}

const statement = (draw: Draw): string =>
  draw.weighted<() => string>([
    [8, () => store(draw)],
    [2, () => `if (${condition(draw)}) ${store(draw)}`],
    [1, () => `if (${condition(draw)}) ${store(draw)}\nelse ${store(draw)}`],
    [1, () => `assert(${condition(draw)} || s.g < 2, 'looks')`],
    [1, () => `s.pte = [{ P: true, n: 0 }, { P: ${condition(draw)}, n: 1 }]`],
    [1, () => '{ const old = { ...s.pte[i] }\ns.r[me] = old.n }'],
  ])()

const condition = (draw: Draw): string => draw.one(['s.x === 1', 's.y === 0', 's.pte[i].P', 's.r[me] === 1', 'i === 1', 'me === 0'])

const step = (draw: Draw, n: number): string => {
  const label = draw.weighted<string>([
    [5, `'step ${n}'`],
    [1, `fence('step ${n}')`],
    [1, `until('step ${n}', () => ${condition(draw)})`],
  ])
  const first = `yield ${label}\n`
  const choice = draw.once(3) ? 'i = yield* choose(2)\n' : ''
  return `${first}${choice}${Array.from({ length: 1 + draw.below(2) }, () => `${statement(draw)}\n`).join('')}`
}

const program = (seed: number): string => {
  const draw = createDraw(seed)
  const cpus = 2 + (draw.once(4) ? 1 : 0)
  const steps = Array.from({ length: 1 + draw.below(cpus === 2 ? 4 : 2) }, (_, n) => step(draw, n)).join('')
  const hardware = draw.once(3) ? 'rules: (_p) => ({ walker: (s) => { when(s.pte[0].P); s.pte[0].n = 1 } }),\n' : ''
  return `import { always, array, assert, bool, bound, choose, each, eventually, fence, ghost, memory, model, properties, range, record, sometimes, until, when } from 'mmucheck'
const m = model({
  name: 'generated',
  memoryModel: 'tso',
  storeBuffer: ${draw.one(['1', '2', '4'])},
  state: () => ({
    x: memory(range(0, 1)), y: ${draw.one(['memory(range(0, 1))', 'range(0, 1)'])},
    pte: memory(array(2, record({ P: bool, n: range(0, 1) }))), r: array(${cpus}, range(0, 1)), g: ghost(range(0, 2)),
  }),
  processes: (_p) => ({ cpu: each(${cpus}, function* (s, me) { let i = 0\n${steps} }) }),
  ${hardware}
})
export default properties(m, {
  a: always((s) => s.x === 0 || s.r[0] === 0),
  b: sometimes((s, _p, at) => s.pte[1].P && at.storeBuffer.every((buffer) => buffer.length === 0)),
  c: eventually((s, _p, at) => at.storeBuffer[0].length === 0 && at.cpu[0] === null),
  d: bound((_s, _p, at) => at.storeBuffer[1].length, 1),
})
`
}

test('oracle and engines agree on random programs', { timeout: 120_000 }, async () => {
  const tally: Record<string, number> = {}
  for (let i = 0; i < 60; i++) {
    const text = program(seedOf(20_261_122, i))
    const compared = await compareText(text, { maxStates: 250 }).catch((error) => {
      throw new Error(`${text}\n${error instanceof Error ? error.stack : String(error)}`)
    })
    const kind = compared.kind === 'refused' ? compared.diagnostic.code : compared.kind
    tally[kind] = (tally[kind] ?? 0) + 1
  }
  expect(tally).toEqual({ agree: 54, MC404: 6 })
})

/** Two CPUs that access x and y under a lock alone, whose release is a plain store; `r` is what they have read. */
const lockedProgram = (seed: number, memoryModel: 'sc' | 'tso'): string => {
  const draw = createDraw(seed)
  const access = (): string =>
    draw.one(['s.x = 1', 's.y = 1', 's.x = s.r[me]', 's.y = s.r[me]', 's.r[me] = s.x', 's.r[me] = s.y', 's.x = s.y', 's.y = 1 - s.x'])
  const section = (n: number): string =>
    `yield until('lock ${n}', () => s.lock === 0)\ns.lock = 1 + me\n${Array.from(
      { length: 1 + draw.below(3) },
      (_, i) => `yield 'access ${n} ${i}'\n${draw.once(2) ? `if (me === ${draw.below(2)}) ` : ''}${access()}\n`,
    ).join('')}yield 'unlock ${n}'\ns.lock = 0\n`
  const outcomes = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].flatMap((a) => [0, 1].map((b) => ({ x, y, a, b })))))
  return `import { array, each, memory, model, properties, range, sometimes, until } from 'mmucheck'
const m = model({
  name: 'generated',
  memoryModel: '${memoryModel}',
  state: () => ({ lock: memory(range(0, 2)), x: memory(range(0, 1)), y: memory(range(0, 1)), r: array(2, range(0, 1)) }),
  processes: (_p) => ({ cpu: each(2, function* (s, me) {\n${Array.from({ length: 1 + draw.below(2) }, (_, n) => section(n)).join('')} }) }),
})
export default properties(m, {
${outcomes
  .map(
    ({ x, y, a, b }) =>
      `  o${x}${y}${a}${b}: sometimes((s, _p, at) => at.cpu.every((label) => label === null) && at.storeBuffer.every((buffer) => buffer.length === 0) && s.x === ${x} && s.y === ${y} && s.r[0] === ${a} && s.r[1] === ${b}),\n`,
  )
  .join('')}})
`
}

test('what is only read and written under a lock has the same outcomes in both memory models', async () => {
  const outcomes = async (text: string): Promise<string[]> => {
    const { model, properties } = loadText(text)
    const { complete, properties: found } = await search(compile({ model, params: {}, properties: properties as never }), {
      schedules: 'none',
    })
    expect(complete).toBe(true)
    return found.map(({ name, verdict }) => `${name} ${verdict}`)
  }
  const met = new Set<string>()
  for (let i = 0; i < 40; i++) {
    const seed = seedOf(20_261_123, i)
    const [sc, tso] = [await outcomes(lockedProgram(seed, 'sc')), await outcomes(lockedProgram(seed, 'tso'))]
    expect(tso, lockedProgram(seed, 'tso')).toEqual(sc)
    for (const outcome of sc) met.add(outcome)
  }
  expect([...met].filter((outcome) => outcome.endsWith('holds') && outcome.startsWith('o')).length).toBeGreaterThan(10)
})
