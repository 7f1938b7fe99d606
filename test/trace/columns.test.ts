import { expect, test } from 'vitest'
import { storeBuffer } from '../../src/lang/memory.ts'
import { columnsOf } from '../../src/trace/columns.ts'
import type { TraceAgent } from '../../src/trace/trace.ts'

const of = (agents: readonly TraceAgent[], ...order: readonly string[]) =>
  columnsOf({
    agents,
    steps: order.map((agent) => ({ agent, label: 'go', choices: [], at: { file: 'm.ts', line: 1, column: 1 }, after: null })),
  })

const on = (cpu: number | null, ...names: readonly string[]): readonly TraceAgent[] => names.map((name) => ({ name, cpu }))
const heads = (agents: readonly TraceAgent[], ...order: readonly string[]): readonly string[] =>
  of(agents, ...order).columns.map(({ head }) => head)

test('a CPU with one agent says who it is, and where that is the CPU itself does not', () => {
  expect(heads([...on(1, 'munmap'), ...on(0, 'walker[0]')], 'munmap', 'walker[0]')).toEqual(['CPU 0: walker', 'CPU 1: munmap'])
  expect(heads([...on(0, 'cpu[0]'), ...on(1, 'cpu1')], 'cpu1', 'cpu[0]')).toEqual(['CPU 0', 'CPU 1'])
  expect(heads(on(1, 'cpu1 hardware', 'cpu1'), 'cpu1 hardware')).toEqual(['CPU 1: hardware'])
  expect(heads(on(2, 'walker[0]'), 'walker[0]')).toEqual(['CPU 2: walker[0]'])
})

test('who is on no CPU has a column, behind those of CPUs and as the model has it', () => {
  expect(heads([...on(null, 'iommu', 'device'), ...on(1, 'cpu[1]')], 'device', 'cpu[1]', 'iommu')).toEqual(['CPU 1', 'iommu', 'device'])
})

test('where the CPU itself acts, others are named at each step', () => {
  const { columns, whose } = of(on(0, 'cpu[0]', 'irq[0]'), 'cpu[0]', 'irq[0]', 'irq[0]', 'cpu[0]')
  expect(columns.map(({ head }) => head)).toEqual(['CPU 0'])
  expect(whose).toEqual(['', '[irq] ', '[irq] ', ''])
})

test('where several threads are on a CPU, each is named where it goes on', () => {
  expect(of(on(0, 'munmap', 'reclaim'), 'munmap', 'munmap', 'reclaim', 'munmap').whose).toEqual([
    '[munmap] ',
    '',
    '[reclaim] ',
    '[munmap] ',
  ])
})

test('a store buffer is no one who acts', () => {
  const agents = on(0, 'writer', `${storeBuffer}[0]`)
  expect(heads(agents, 'writer', `${storeBuffer}[0]`)).toEqual(['CPU 0: writer'])
  expect(heads(agents, `${storeBuffer}[0]`)).toEqual(['CPU 0'])
  expect(of(agents, 'writer', `${storeBuffer}[0]`, 'writer').whose).toEqual(['', '', ''])
  expect(of(agents, 'writer').resting).toEqual([])
})

test('who takes no step', () => {
  expect(of([...on(0, 'cpu[0]'), ...on(1, 'cpu[1]', 'irq[1]'), ...on(null, 'device')], 'cpu[0]').resting).toEqual([
    'CPU 1',
    'irq[1]',
    'device',
  ])
})
