import { readdirSync } from 'node:fs'
import { test } from 'vitest'
import { prepare } from '../src/check/request/prepare.ts'
import { proposeSorts } from '../src/ir/symmetry/propose.ts'
import { loadCadical } from '../src/symbolic/solver/cadical.ts'
import { proveSort } from '../src/symbolic/symmetry/prove.ts'

const tried: [string, [string, number][], string | null][] = [
  ['mach-shootdown-rules', [['cpus', 3]], null],
  [
    'mach-shootdown-rules',
    [
      ['cpus', 3],
      ['pmaps', 2],
    ],
    null,
  ],
  ['mmu-notifier', [['vcpus', 2]], null],
  [
    'mmu-notifier',
    [
      ['vcpus', 3],
      ['pages', 2],
    ],
    null,
  ],
  ...readdirSync('models')
    .filter((f) => f.endsWith('.ts'))
    .map((f) => [f.slice(0, -3), [], null] as [string, [string, number][], null]),
]
test('try', async () => {
  const solver = await loadCadical()
  for (const [name, settings, variant] of tried) {
    const { system } = await prepare(name, { settings, variant }, 'crossable')
    const t0 = performance.now()
    const proposals = proposeSorts(system)
    const t1 = performance.now()
    console.log(name, JSON.stringify(settings), 'proposing', (t1 - t0).toFixed(1), 'steps', system.steps.length)
    for (const p of proposals) {
      const t = performance.now()
      if (p.kind === 'unlike') {
        console.log('  unlike', p.name, p.size, JSON.stringify(p.unlike))
        continue
      }
      const proof = proveSort(system, p.sort, solver)
      const words =
        proof.kind === 'refused' && proof.subject.kind === 'step'
          ? system.steps[proof.subject.step]!.label + ' ' + system.agents[system.steps[proof.subject.step]!.agent]!.name
          : ''
      console.log(
        '  ',
        p.sort.name,
        p.sort.size,
        'holders',
        p.sort.holders.length,
        JSON.stringify(proof),
        words,
        (performance.now() - t).toFixed(1),
        'ms',
      )
    }
  }
}, 100000)
