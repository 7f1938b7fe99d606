/**
 * Compares what the engine says of behaviours with the slow reference, and has the oracle run every lasso that it
 * finds.
 */
import { searchLiveness } from '../../src/explicit/graph/liveness.ts'
import { search } from '../../src/explicit/search/search.ts'
import type { System } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import type { AnyProperty } from '../../src/lang/property.ts'
import { replayLasso } from '../../src/replay/lasso.ts'
import type { ParamRecord } from '../../src/replay/oracle.ts'
import { Differs } from '../differential/differs.ts'
import { type Decided, decide, decideStuck, graphOf } from './reference.ts'

const isTemporal = (kind: string): boolean => !['always', 'sometimes', 'bound'].includes(kind)

/**
 * The engine gets `given`, the oracle the compiled `system`. Gives how often each kind of verdict was found. @throws
 * Differs; and whatever the oracle throws where it does not confirm a lasso.
 */
export const compareLiveness = async (
  system: System,
  given: System,
  model: Model,
  params: ParamRecord,
  claimed: Readonly<Record<string, AnyProperty<never, never>>>,
): Promise<Readonly<Record<string, number>>> => {
  const tally: Record<string, number> = {}
  const count = (key: string): void => {
    tally[key] = (tally[key] ?? 0) + 1
  }
  const named = Object.fromEntries(Object.entries(claimed).filter(([, { kind }]) => isTemporal(kind)))
  if (Object.keys(named).length === 0 && system.processes.length === 0) return tally
  const graph = graphOf(system, model, params, named)
  const result = await searchLiveness(given, { stuck: true })
  if (!result.complete) throw new Differs('the search for behaviours is not complete')
  const expected = new Map<string, Decided>(Object.entries(named).map(([name, property]) => [name, decide(graph, system, name, property)]))
  const same = (what: string, engine: unknown, reference: unknown): void => {
    if (JSON.stringify(engine) !== JSON.stringify(reference))
      throw new Differs(`${what}: the engine says ${JSON.stringify(engine)}, the reference ${JSON.stringify(reference)}`)
  }
  for (const { name, kind, verdict, stem, cycle } of result.temporal) {
    count(`${kind} ${verdict}`)
    same(name, verdict, expected.get(name)?.verdict)
    if (verdict !== 'violated') continue
    if (stem === null) throw new Differs(`${name} is violated, and has no stem`)
    const property = named[name]
    if (property?.kind === 'alwaysPossible') same(`${name}, its length`, stem.moves.length, expected.get(name)?.length)
    if (cycle === null || (property?.kind !== 'eventually' && property?.kind !== 'leadsTo')) continue
    count(cycle.length === 0 ? 'stays' : 'cycle')
    const { loop } = replayLasso(system, model, params, property, { stem, cycle })
    for (const { fairness, reason } of loop.fairness) count(`${fairness} ${reason.kind}`)
  }
  for (const { name, kind, value, schedule } of result.extremes) {
    count(`${kind} ${value === null ? 'none' : 'found'}`)
    const { value: most, length } = expected.get(name) ?? { value: null, length: null }
    same(name, [value, schedule?.moves.length ?? null], [most, length])
  }
  if (system.processes.length > 0) {
    const stuck = decideStuck(graph, system)
    count(`stuck ${stuck.verdict}`)
    same('stuck', [result.stuck?.verdict, result.stuck?.schedule?.moves.length ?? null], [stuck.verdict, stuck.length])
    const { neverStuck } = await search(given, { stuck: true, schedules: 'none' })
    if (neverStuck) same('stuck, as the search says', 'holds', stuck.verdict)
    count(`stuck ${neverStuck ? 'shown by the search' : 'left to the graph'}`)
  }
  return tally
}
