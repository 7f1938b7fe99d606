/**
 * Pins what counts as reading and writing, and the properties that no step can change: TLC once called such an
 * invariant a success.
 */
import { always, model, range, sometimes } from 'mmucheck'
import { expect, test } from 'vitest'
import { unchangingProperties } from '../../src/check/request/unchanging.ts'
import { compile } from '../../src/compile/model/compile.ts'
import { stepAccess } from '../../src/ir/access.ts'

const m = model({
  name: 'm',
  state: () => ({ x: range(0, 3), y: range(0, 3), never: range(0, 3) }),
  processes: (_p) => ({
    cpu: function* (s) {
      yield 'read'
      const old = s.x
      yield 'write'
      s.y = old
    },
  }),
})

const properties = {
  reads: always((s: { x: number }) => s.x < 3),
  written: always((s: { y: number }) => s.y < 3),
  untouched: always((s: { never: number }) => s.never === 0),
  constant: sometimes((_s: unknown, _p: unknown) => true),
}

test('the reads and writes of steps, and the properties that depend on no write', () => {
  const system = compile({ model: m as never, params: {}, properties: properties as never })
  const names = (ids: ReadonlySet<number>): string[] => [...ids].map((id) => system.variables[id].name).sort()
  expect(system.steps.map((step) => stepAccess(system, step)).map(({ reads, writes }) => [names(reads), names(writes)])).toEqual([
    [
      ['cpu.pc', 'x'],
      ['cpu.old', 'cpu.pc'],
    ],
    [
      ['cpu.old', 'cpu.pc'],
      ['cpu.old', 'cpu.pc', 'y'],
    ],
  ])
  expect(unchangingProperties(system)).toEqual(['reads', 'untouched', 'constant'])
})
