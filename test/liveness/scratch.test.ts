import { alwaysPossible, leadsTo, properties, eventually, type Model } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import mach from '../../models/mach-shootdown.ts'
import rules from '../../models/mach-shootdown-rules.ts'
import tlb from '../../models/tlb-shootdown.ts'
import { decide, decideStuck, graphOf } from './reference.ts'

const run = (m: Model, params: object, named: object, fairness?: object): void => {
  const model = (fairness === undefined ? m : { ...m, fairness }) as Model
  const values = { ...Object.fromEntries(Object.entries(model.params).map(([n, p]) => [n, p.default])), ...params }
  const system = compile({ model, params: values as never, properties: named as never })
  const graph = graphOf(system, model, values, named as never)
  console.log(model.name, JSON.stringify(params), JSON.stringify(fairness), graph.nodes.length,
    Object.entries(named).map(([n, p]) => `${n}: ${JSON.stringify(decide(graph, system, n, p as never))}`).join('; '),
    'stuck', JSON.stringify(decideStuck(graph, system)))
}

test('tlb', { timeout: 300_000 }, () => {
  const named = properties(tlb, {
    returns: leadsTo((s) => s.mmapLock.owner === 0, (s) => s.mmapLock.owner !== 0),
    done: eventually((s) => s.mmapLock.owner === null && s.protectedPages[0]),
    possible: alwaysPossible((s) => s.protectedPages[0]),
  }).properties
  for (const f of [undefined, { cpu: 'weak' }, { cpu: 'strong' }, { cpu: 'strong', mprotect: 'strong' }])
    run(tlb as never, { pages: 1 }, named, f)
})
test('rules', { timeout: 600_000 }, () => {
  const named = properties(rules, {
    changes: leadsTo((s) => s.pc[0] === 'I1' || s.pc[0] === 'I2', (s) => s.pc[0] === 'I12'),
    possible: alwaysPossible((s) => s.pc[0] === 'I12'),
  }).properties
  for (const f of [{ cpu: 'weak' }, { cpu: 'strong' }]) run(rules as never, {}, named, f)
})
test('process', { timeout: 600_000 }, () => {
  const named = properties(mach, {
    changes: leadsTo((s) => !s.active[0] && s.others[0].size > 0, (s) => s.active[0]),
    possible: alwaysPossible((s) => s.active[0]),
  }).properties
  for (const f of [{ cpu: 'weak' }, { cpu: 'strong' }]) run(mach as never, {}, named, f)
})
