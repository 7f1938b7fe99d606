/**
 * Compares the symbolic engine with what the other engine and the oracle found: bounded search in lengths, and
 * schedules that the oracle can follow; proofs in what is never reached, with the invariant judged by itself.
 */
import type { PropertyResult, SearchResult } from '../../src/explicit/search/search.ts'
import type { System } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { type AnyProperty, evaluate } from '../../src/replay/evaluate.ts'
import type { ParamRecord } from '../../src/replay/oracle.ts'
import { replay } from '../../src/replay/replay.ts'
import { checkInvariant } from '../../src/symbolic/certificate/check-certificate.ts'
import { translate } from '../../src/symbolic/circuit/translate.ts'
import { prove } from '../../src/symbolic/ic3/ic3.ts'
import { type Reached, searchBounded } from '../../src/symbolic/search/bounded.ts'
import { loadSolver } from '../../src/symbolic/solver/solvers.ts'

const factory = await loadSolver('cadical')

/** What a property's length is about: a violation, or the witness of a `sometimes`. Null where there is none. */
const found = ({ length }: PropertyResult): number | null => length

/**
 * What the two engines do not agree on, as text; empty where they do. `limit` is the depth to which `fast` knows
 * everything, null where it saw all states. Depths over `most` are not searched.
 */
export const compareBounded = (
  system: System,
  model: Model,
  params: ParamRecord,
  properties: Readonly<Record<string, AnyProperty>>,
  fast: SearchResult,
  limit: number | null,
  most: number,
): string => {
  const { circuit, decoder } = translate(system)
  const maxDepth = Math.min(limit ?? Number.POSITIVE_INFINITY, most)
  const { reached, depth, ended } = searchBounded(circuit, decoder, circuit.targets, factory, { maxDepth })
  const wrong: string[] = []
  if (ended === 'unknown') wrong.push('the bounded search gave up')
  if (ended === 'exhausted' && depth <= fast.depth && fast.states > 0)
    wrong.push(`no way is ${depth} steps long, but the deepest state is ${fast.depth} deep`)
  for (const property of fast.properties) {
    const { name, kind } = property
    const target = circuit.targets.find((t) => t.name === name)
    if (target === undefined) {
      if (kind !== 'deadlock') wrong.push(`there is no target ${name}`)
      continue
    }
    const own = reached.find((r) => r.name === name) ?? null
    const length = found(property)
    const expected = length === null || (length > depth && ended !== 'all reached') ? null : length
    if ((own?.length ?? null) !== expected) wrong.push(`${kind} ${name}: bounded ${own?.length ?? null}, explicit ${length}`)
    else if (own !== null) wrong.push(...wrongSchedule(system, model, params, properties, kind, own))
  }
  if (limit === null) wrong.push(...wrongProof(system, fast, most))
  return wrong.join('\n')
}

/**
 * What is never reached has to be proved, and nothing else. Models that are too deep for IC3 in the time of a test may
 * stay open.
 */
const wrongProof = (system: System, fast: SearchResult, most: number): readonly string[] => {
  const translation = translate(system)
  const { circuit } = translation
  const lengthOf = (name: string): number | null => fast.properties.find((p) => p.name === name)?.length ?? null
  // Deep witnesses cost a proof much, and bounded search has found them.
  const asked = circuit.targets.filter(({ name }) => (lengthOf(name) ?? 0) <= most)
  const { proved, reached, invariant } = prove(circuit, asked, factory, { maxFrames: 40 })
  const refusal = proved.length === 0 ? null : checkInvariant(translate(system), invariant, proved, factory)
  return [
    ...proved
      .filter(({ name }) => lengthOf(name) !== null)
      .map(({ name }) => `${name} is proved, and is reached after ${lengthOf(name)} steps`),
    ...reached
      .filter(({ target, steps }) => lengthOf(target.name) === null || steps.length < (lengthOf(target.name) ?? 0))
      .map(
        ({ target, steps }) =>
          `a proof reaches ${target.name} after ${steps.length} steps, the explicit engine after ${lengthOf(target.name)}`,
      ),
    ...(refusal === null ? [] : [`the invariant is refused: ${JSON.stringify(refusal)}`]),
  ]
}

const wrongSchedule = (
  system: System,
  model: Model,
  params: ParamRecord,
  properties: Readonly<Record<string, AnyProperty>>,
  kind: PropertyResult['kind'],
  { name, length, schedule }: Reached,
): readonly string[] => {
  const text = `the bounded search's schedule for ${name}, ${JSON.stringify(schedule)},`
  if (schedule.moves.length !== length) return [`${text} is not ${length} moves long`]
  const { failure, end } = replay(system, model, params, schedule)
  if (schedule.fails) return failure?.kind === kind ? [] : [`${text} ends with ${failure?.kind ?? 'no'} failure in the oracle`]
  const property = properties[name]
  if (property === undefined) return kind === 'deadlock' ? [] : [`${text} is for no property`]
  return evaluate(property, end, params).holds === (kind === 'sometimes')
    ? []
    : [`${text} ends in a state that is no witness in the oracle`]
}
