/**
 * Whether the members of a sort are interchangeable: for two neighbours that change places, and each step, one question
 * to a solver. Is there a state in which the step does one thing, and its counterpart another in the state where the
 * two have changed places? Every property of states is asked about in the same way. What holds for neighbours holds for
 * every order of the members.
 *
 * States are any whose values are in their ranges and whose dead locals hold nothing. That all states that can be
 * reached are such is shown here as well.
 */
import { at } from '../../at.js'
import { failureKinds, stateKinds } from '../../ir/kinds.js'
import type { Sort } from '../../ir/symmetry/sort.js'
import type { Block, Query, Step, System } from '../../ir/system.js'
import { all, and, any, complement, createGraph, FALSE, type Graph, input, type Literal, or, xor } from '../circuit/aig.js'
import { type Field, fieldsOf, offsetsOf } from '../circuit/bits.js'
import { type Chooser, type Executor, evaluateExpr, execute, type Outcome, type Store, ways } from '../circuit/execute.js'
import { choiceCounts, choiceInputs, moved, standingAt, wellFormed } from '../circuit/translate.js'
import { constantWord, decoded, encoded, equal, truth, type Word } from '../circuit/word.js'
import { createEncoder } from '../solver/cnf.js'
import type { SolverFactory } from '../solver/solver.js'
import { renamedChoices, renamedElements } from './renamed.js'

/** What was asked about. */
export type Subject =
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'init' }
  | { readonly kind: 'property'; readonly name: string }

/** In what two sides differ. */
export type Difference =
  /** Whether the step can be taken. */
  | { readonly kind: 'enabled' }
  | { readonly kind: 'failing' }
  /** What it stores to an element of the state. */
  | { readonly kind: 'element'; readonly element: number }
  /** Which branches it takes. */
  | { readonly kind: 'branches' }
  | { readonly kind: 'value' }

export type Proof =
  | { readonly kind: 'proved' }
  /** Members `k` and `k + 1` are not interchangeable. */
  | { readonly kind: 'refused'; readonly k: number; readonly subject: Subject; readonly difference: Difference }
  /** The solver gave up. */
  | { readonly kind: 'open' }

/** Where an answer ends the work. */
class Ended extends Error {
  readonly proof: Proof
  constructor(proof: Proof) {
    super(proof.kind)
    this.proof = proof
  }
}

/** What a step did: under which conditions, and the elements after it. */
interface Taken extends Outcome {
  readonly branches: ReadonlyMap<number, Literal>
}

export const proveSort = (system: System, sort: Sort, solver: SolverFactory): Proof => {
  try {
    const asking = startAsking(system, solver)
    try {
      for (const k of sort.exchanges.keys()) {
        for (const step of system.steps) askStep(asking, sort, k, step)
        if (sort.agents.length > 0) askInit(asking, sort, k)
        for (const property of system.safety)
          askQuery(asking, sort, k, property.name, property, { measure: stateKinds[property.kind].asks === 'measure' })
        for (const { name, crossed, query } of system.crossable) askQuery(asking, sort, k, name, query, { crossed })
      }
    } finally {
      asking.dispose()
    }
    return { kind: 'proved' }
  } catch (error) {
    if (error instanceof Ended) return error.proof
    throw error
  }
}

interface Asking {
  readonly system: System
  readonly executor: Executor
  readonly fields: readonly Field[]
  readonly current: Store
  /** What each step does, and under which condition it is there. */
  readonly taken: (step: Step) => { readonly here: Literal; readonly chooser: Inputs; readonly before: Store; readonly taken: Taken }
  /** Ends where some valuation makes this true; the differences say of which kind, the first one that is true. */
  readonly none: (
    refusal: { readonly k: number; readonly subject: Subject },
    literal: Literal,
    differences: readonly (readonly [Difference, Literal])[],
  ) => void
  readonly isNever: (literal: Literal) => boolean
  readonly dispose: () => void
}

type Inputs = ReturnType<typeof choiceInputs>

const startAsking = (system: System, create: SolverFactory): Asking => {
  const graph = createGraph()
  const executor: Executor = { graph, system, offsets: offsetsOf(system) }
  const fields = fieldsOf(system)
  const state = fields.flatMap((field) => Array.from({ length: field.bits }, () => input(graph)))
  const current = storeOf(graph, fields, state)
  const solver = create()
  const encoder = createEncoder(graph, solver)
  for (const literal of wellFormed(executor, fields, state, current)) solver.clause([encoder.literal(literal)])
  const staysWellFormed = (when: Literal, elementsAfter: readonly Word[]): void => {
    const bits = fields.flatMap(({ variable, bits: n }, i) => encoded(graph, at(elementsAfter, i), variable.lo, n))
    const after = wellFormed(executor, fields, bits, storeOf(graph, fields, bits))
    if (answer(and(graph, when, complement(all(graph, after)))) === 'sat') throw new Ended({ kind: 'open' })
  }
  const known = new Map<number, ReturnType<Asking['taken']>>()
  const answer = (literal: Literal): 'sat' | 'unsat' => {
    if (literal === FALSE) return 'unsat'
    const found = solver.solve([encoder.literal(literal)])
    if (found === 'unknown') throw new Ended({ kind: 'open' })
    return found
  }
  const asking: Asking = {
    system,
    executor,
    fields,
    current,
    taken: (step) => {
      const there = known.get(step.id)
      if (there !== undefined) return there
      const process = system.processes.find(({ agent }) => agent === step.agent) ?? null
      const { here, before } = standingAt(executor, process, step, current)
      const chooser = choiceInputs(graph, choiceCounts([step.body]), system.radix)
      const taken = takenIn(asking, step, step.body, before, chooser)
      if (taken.elements !== null) staysWellFormed(and(graph, here, taken.completes), taken.elements)
      const made = { here, chooser, before, taken }
      known.set(step.id, made)
      return made
    },
    isNever: (literal) => answer(literal) === 'unsat',
    none: (refusal, literal, differences) => {
      if (answer(literal) === 'unsat') return
      const encoded = differences.map(([difference, one]) => [difference, encoder.literal(one)] as const)
      answer(literal)
      const [difference] = encoded.find(([, one]) => solver.value(one)) ?? [{ kind: 'value' } as const]
      throw new Ended({ kind: 'refused', ...refusal, difference })
    },
    dispose: solver.dispose,
  }
  const initial = startIn(asking, system.init, choiceInputs(graph, choiceCounts([system.init]), system.radix))
  if (initial.elements !== null) staysWellFormed(initial.completes, initial.elements)
  return asking
}

/** What `init` does, by way of these choices. */
const startIn = ({ executor, system, fields }: Asking, body: Block, chooser: Chooser): Outcome => {
  const before: Store = { elements: fields.map(({ variable }) => constantWord(at(system.initial, variable.id))), temps: new Map() }
  return ways(executor, body, before, chooser, () => {
    throw new Error('goto in init')
  })
}

const storeOf = (graph: Graph, fields: readonly Field[], state: readonly Literal[]): Store => ({
  elements: fields.map(({ variable, first, bits }) => decoded(graph, state.slice(first, first + bits), variable.lo, variable.hi)),
  temps: new Map(),
})

const takenIn = ({ system, executor, fields }: Asking, step: Step, body: Block, before: Store, chooser: Chooser): Taken => {
  const process = system.processes.find(({ agent }) => agent === step.agent) ?? null
  const branches = new Map<number, Literal>()
  const outcome = ways(
    executor,
    body,
    before,
    chooser,
    (store, location, frame) => moved(executor, fields, process, store, location, frame),
    (branch, when) => branches.set(branch, or(executor.graph, branches.get(branch) ?? FALSE, when)),
  )
  return { ...outcome, branches }
}

/** In what two ways differ, with the same choices. */
const differencesOf = (graph: Graph, mine: Taken, yours: Taken, after: readonly Word[] | null): (readonly [Difference, Literal])[] => {
  const both = and(graph, mine.completes, yours.completes)
  const branches = [...new Set([...mine.branches.keys(), ...yours.branches.keys()])]
  return [
    [{ kind: 'enabled' }, xor(graph, mine.completes, yours.completes)],
    [
      { kind: 'failing' },
      any(
        graph,
        failureKinds.map((kind) => xor(graph, mine.failing[kind], yours.failing[kind])),
      ),
    ],
    ...(after ?? []).map((word, element): readonly [Difference, Literal] => {
      const other = yours.elements?.[element]
      return [{ kind: 'element', element }, other === undefined ? FALSE : and(graph, both, complement(equal(graph, word, other)))]
    }),
    [
      { kind: 'branches' },
      any(
        graph,
        branches.map((branch) => xor(graph, mine.branches.get(branch) ?? FALSE, yours.branches.get(branch) ?? FALSE)),
      ),
    ],
  ]
}

const askStep = (asking: Asking, sort: Sort, k: number, step: Step): void => {
  const { executor, system } = asking
  const { graph } = executor
  const counterpart = at(system.steps, at(at(sort.exchanges, k).steps, step.id))
  const { here, chooser, before, taken: mine } = asking.taken(step)
  const renamed: Store = { elements: renamedElements(graph, sort, k, before.elements), temps: before.temps }
  const body = renamedChoices(new Set(sort.choices), sort.first + k, counterpart.body)
  const yours = takenIn(asking, counterpart, body, renamed, chooser)
  const after = mine.elements === null ? null : renamedElements(graph, sort, k, mine.elements)
  const differences = differencesOf(graph, mine, yours, after)
  const differs = (found: readonly (readonly [Difference, Literal])[]): Literal =>
    any(
      graph,
      found.map(([, literal]) => literal),
    )
  const direct = and(graph, here, differs(differences))
  if (asking.isNever(direct)) return
  // The choices may stand for each other in another way: does any do the same?
  const others = [...valuations(choiceCounts([counterpart.body]), mostOthers)].map((values) => {
    const other = takenIn(asking, counterpart, counterpart.body, renamed, fixedChooser(values))
    return differs(differencesOf(graph, mine, other, after))
  })
  const matters = any(graph, [mine.completes, ...failureKinds.map((kind) => mine.failing[kind]), ...mine.branches.values()])
  const some = others.length < 2 ? direct : all(graph, [here, matters, ...others])
  asking.none({ k, subject: { kind: 'step', step: step.id } }, some, differences)
}

/** More ways than this are not compared one by one. */
const mostOthers = 64

/** All values of some choices, the first one of each first; none where there are more than so many. */
function* valuations(counts: readonly number[], most: number): Generator<readonly number[]> {
  const total = counts.reduce((n, count) => n * count, 1)
  if (total > most) return
  for (let code = 0; code < total; code++) {
    let rest = code
    yield counts.map((count) => {
      const value = rest % count
      rest = Math.floor(rest / count)
      return value
    })
  }
}

const fixedChooser = (values: readonly number[]): Chooser => ({
  values: (depth, count) => {
    const value = values[depth] ?? 0
    return value < count ? [{ value: constantWord(value), when: 1 }] : []
  },
  none: (depth) => (values.slice(depth).every((value) => value === 0) ? 1 : FALSE),
})

/** Each initial state has its counterpart among them. */
const askInit = (asking: Asking, sort: Sort, k: number): void => {
  const { executor, system } = asking
  const { graph } = executor
  const counts = choiceCounts([system.init])
  const start = (body: Block, chooser: Chooser): Outcome => startIn(asking, body, chooser)
  const chooser = choiceInputs(graph, counts, system.radix)
  const mine = start(system.init, chooser)
  if (mine.elements === null) return
  const renamed = renamedElements(graph, sort, k, mine.elements)
  const differences = (yours: Outcome): (readonly [Difference, Literal])[] => [
    [{ kind: 'enabled' }, complement(yours.completes)],
    ...renamed.map((word, element): readonly [Difference, Literal] => {
      const other = yours.elements?.[element]
      return [{ kind: 'element', element }, other === undefined ? FALSE : complement(equal(graph, word, other))]
    }),
  ]
  const differs = (yours: Outcome): Literal =>
    any(
      graph,
      differences(yours).map(([, literal]) => literal),
    )
  const direct = start(renamedChoices(new Set(sort.choices), sort.first + k, system.init), chooser)
  const directly = and(graph, mine.completes, differs(direct))
  if (asking.isNever(directly)) return
  const others = [...valuations(counts, mostOthers)].map((values) => differs(start(system.init, fixedChooser(values))))
  const some = others.length < 2 ? directly : all(graph, [mine.completes, ...others])
  asking.none({ k, subject: { kind: 'init' } }, some, differences(direct))
}

/**
 * A property says the same of both states; so does what is left of it, whatever is crossed out. A predicate whose
 * evaluation fails says no: that another part of it failed first is no difference.
 */
const askQuery = (
  asking: Asking,
  sort: Sort,
  k: number,
  name: string,
  { body, value }: Pick<Query, 'body' | 'value'>,
  asked: { readonly crossed: number } | { readonly measure: boolean },
): void => {
  const { executor, current } = asking
  const { graph } = executor
  const parts: [number, Word][] =
    'crossed' in asked ? [[asked.crossed, { bits: Array.from({ length: 32 }, () => input(graph)), lo: -(2 ** 31), hi: 2 ** 31 - 1 }]] : []
  const evaluated = (elements: readonly Word[]): { readonly fails: Literal; readonly value: Word } => {
    const { store, broken } = execute(executor, body, { elements: [...elements], temps: new Map(parts) })
    return { fails: broken, value: evaluateExpr(executor, store, value) }
  }
  const mine = evaluated(current.elements)
  const yours = evaluated(renamedElements(graph, sort, k, current.elements))
  const holds = ({ fails, value: found }: typeof mine): Literal => and(graph, complement(fails), truth(graph, found))
  const isMeasured = 'measure' in asked && asked.measure
  const differs = isMeasured
    ? or(graph, xor(graph, mine.fails, yours.fails), and(graph, complement(mine.fails), complement(equal(graph, mine.value, yours.value))))
    : xor(graph, holds(mine), holds(yours))
  asking.none({ k, subject: { kind: 'property', name } }, differs, [[{ kind: 'value' }, differs]])
}
