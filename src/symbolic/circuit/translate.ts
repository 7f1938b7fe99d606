/**
 * A `System` as a circuit. The inputs of a step are a unit (a process, or one rule of an agent) in binary, and the
 * choices on the way; unused choices are 0, so each transition has exactly one name and each model of an unrolled
 * circuit is a schedule.
 */
import { at } from '../../at.js'
import { type FailureKind, failureKinds, stateKinds } from '../../ir/kinds.js'
import type { Block, FrameEntry, Process, Step, System } from '../../ir/system.js'
import { walkBlock } from '../../ir/walk.js'
import {
  all,
  and,
  any,
  complement,
  createGraph,
  FALSE,
  type Graph,
  input,
  inputsOf,
  type Literal,
  nodeOf,
  or,
  substitute,
  TRUE,
} from './aig.js'
import { bitNames, bitsFor, type Field, fieldsOf, offsetsOf } from './bits.js'
import type { Circuit, Decoder, Target } from './circuit.js'
import { type Chooser, type Executor, evaluateExpr, execute, type Outcome, type Store, ways } from './execute.js'
import { constantWord, decoded, encoded, equal, operate, truth, type Word } from './word.js'

/** Who takes a step: a process (its location says which step), or one rule. */
interface Unit {
  readonly process: Process | null
  readonly steps: readonly Step[]
}

const unitsOf = (system: System): readonly Unit[] =>
  system.agents.flatMap((agent): readonly Unit[] => {
    const steps = system.steps.filter((step) => step.agent === agent.id)
    const process = system.processes.find((p) => p.agent === agent.id) ?? null
    return process === null ? steps.map((step) => ({ process, steps: [step] })) : [{ process, steps }]
  })

/** Of the choices that ways make, the most values that the first, the second, ... can have. */
export const choiceCounts = (blocks: readonly Block[]): readonly number[] => {
  const counts: number[] = []
  const visit = ({ end }: Block, depth: number): void => {
    if (end.op === 'branch') {
      visit(end.then, depth)
      visit(end.else, depth)
    }
    if (end.op !== 'choose') return
    counts[depth] = Math.max(counts[depth] ?? 1, end.count)
    visit(end.rest, depth + 1)
  }
  for (const block of blocks) visit(block, 0)
  return counts
}

export interface ChoiceInputs extends Chooser {
  readonly inputs: readonly Literal[]
  /** The choice code (see `End` in ir/system.ts) that the inputs, from `first` on, name. */
  readonly code: (input: (i: number) => boolean, first: number) => number
}

/** One word of inputs per choice. */
export const choiceInputs = (graph: Graph, counts: readonly number[], radix: number): ChoiceInputs => {
  const words = counts.map((count) => Array.from({ length: bitsFor(count - 1) }, () => input(graph)))
  const wordOf = (depth: number, count: number): Word => decoded(graph, (words[depth] ?? []).slice(0, bitsFor(count - 1)), 0, count - 1)
  return {
    inputs: words.flat(),
    values: (depth, count) => {
      if (count === 0) return []
      const word = words[depth] ?? []
      const used = bitsFor(count - 1)
      const unsigned: Word = { bits: [...word.slice(0, used), FALSE], lo: 0, hi: 2 ** used - 1 }
      const small = truth(graph, operate(graph, 'le', unsigned, constantWord(count - 1)))
      return [{ value: wordOf(depth, count), when: all(graph, [small, ...word.slice(used).map(complement)]) }]
    },
    none: (depth) => all(graph, words.slice(depth).flat().map(complement)),
    code: (bit, first) => {
      let from = first
      let code = 0
      let scale = 1
      for (const word of words) {
        code += scale * word.reduce((sum, _, i) => sum + (bit(from + i) ? 2 ** i : 0), 0)
        from += word.length
        scale *= radix
      }
      return code
    },
  }
}

export interface Translation {
  readonly circuit: Circuit
  readonly decoder: Decoder
}

/**
 * Translates a system and its safety properties.
 * @throws RangeError where the circuit would get too large.
 */
export const translate = (system: System): Translation => {
  const graph = createGraph()
  const executor: Executor = { graph, system, offsets: offsetsOf(system) }
  const fields = fieldsOf(system)
  const state = fields.flatMap((field) => Array.from({ length: field.bits }, () => input(graph)))
  const current: Store = {
    elements: fields.map(({ variable, first, bits }) => decoded(graph, state.slice(first, first + bits), variable.lo, variable.hi)),
    temps: new Map(),
  }
  const units = unitsOf(system)
  const unitBits = Array.from({ length: bitsFor(Math.max(0, units.length - 1)) }, () => input(graph))
  const choices = choiceInputs(graph, choiceCounts(system.steps.map((s) => s.body)), system.radix)
  const step = [...unitBits, ...choices.inputs]
  const taken = takenSteps(executor, fields, units, unitBits, current, choices)
  const start = initialStates(executor, fields)
  const mayTake = (kind: FailureKind): Literal =>
    any(
      graph,
      taken.map(({ selected, outcome }) => and(graph, selected, outcome.failing[kind])),
    )
  const circuit: Circuit = {
    graph,
    state,
    step,
    next: nextState(graph, fields, state, current, taken),
    enabled: any(
      graph,
      taken.map(({ selected, outcome }) => and(graph, selected, outcome.completes)),
    ),
    ...start.circuit,
    wellFormed: wellFormed(executor, fields, state, current),
    targets: [
      ...propertyTargets(executor, current),
      ...deadlockTarget(executor, taken, choices.inputs, current),
      ...failureKinds.map((kind): Target => ({ name: kind, kind, reached: mayTake(kind), reachedInit: start.failing[kind] })),
    ],
    names: bitNames(fields),
  }
  const decoder: Decoder = {
    vector: (bit) =>
      fields.map(({ variable, first, bits }) =>
        Array.from({ length: bits }, (_, i) => (bit(first + i) ? 2 ** i : 0)).reduce((a, b) => a + b, variable.lo),
      ),
    move: (vector, bit) => {
      const unit = units[unitBits.reduce((sum, _, i) => sum + (bit(i) ? 2 ** i : 0), 0)]
      const standing = unit?.process == null ? null : at(vector, at(executor.offsets, unit.process.pc))
      const found = unit?.steps.find(({ location }) => location === standing)
      if (found === undefined) throw new Error('the inputs name no step')
      return { step: found.id, choice: choices.code(bit, unitBits.length) }
    },
    start: (bit) => start.code(bit, 0),
  }
  return { circuit, decoder }
}

/**
 * A step, the condition under which its process is where it starts, and the one under which it is the step that the
 * inputs name.
 */
interface Taken {
  readonly here: Literal
  readonly selected: Literal
  readonly outcome: Outcome
}

const takenSteps = (
  executor: Executor,
  fields: readonly Field[],
  units: readonly Unit[],
  unitBits: readonly Literal[],
  current: Store,
  chooser: Chooser,
): readonly Taken[] => {
  const { graph } = executor
  return units.flatMap(({ process, steps }, number) => {
    const chosen = all(
      graph,
      unitBits.map((bit, i) => (((number >> i) & 1) === 1 ? bit : complement(bit))),
    )
    return steps.map((step): Taken => {
      const { here, before } = standingAt(executor, process, step, current)
      const move = (store: Store, location: number, frame: readonly FrameEntry[]): readonly Word[] =>
        moved(executor, fields, process, store, location, frame)
      return { here, selected: and(graph, chosen, here), outcome: ways(executor, step.body, before, chooser, move) }
    })
  })
}

/** Whether a process is where a step of it starts, and the state as it then is. */
export const standingAt = (
  { graph, offsets }: Executor,
  process: Process | null,
  { location }: Step,
  current: Store,
): { readonly here: Literal; readonly before: Store } => {
  if (process === null || location === null) return { here: TRUE, before: current }
  const pc = at(offsets, process.pc)
  const value = constantWord(location)
  const elements = [...current.elements]
  elements[pc] = value
  return { here: equal(graph, at(current.elements, pc), value), before: { elements, temps: current.temps } }
}

/** The elements after a `goto`: the frame's values, and `lo` for every other local of the process. */
export const moved = (
  executor: Executor,
  fields: readonly Field[],
  process: Process | null,
  store: Store,
  location: number,
  frame: readonly FrameEntry[],
): readonly Word[] => {
  if (process === null) throw new Error('goto in a step that belongs to no process')
  const elements = store.elements.map((word, i) => {
    const { role, lo } = at(fields, i).variable
    return role.kind === 'local' && role.process === process.id ? constantWord(lo) : word
  })
  for (const { variable, element, value } of frame)
    elements[at(executor.offsets, variable) + element] = evaluateExpr(executor, store, value)
  elements[at(executor.offsets, process.pc)] = constantWord(location)
  return elements
}

/** Each bit is what the taken step makes of it, or stays. */
const nextState = (
  graph: Graph,
  fields: readonly Field[],
  state: readonly Literal[],
  current: Store,
  taken: readonly Taken[],
): readonly Literal[] =>
  fields.flatMap(({ variable, first, bits }, i) => {
    const writers = taken.flatMap(({ selected, outcome }) => {
      const word = outcome.elements?.[i]
      return word === undefined || word === current.elements[i] ? [] : [{ selected, code: encoded(graph, word, variable.lo, bits) }]
    })
    const kept = complement(
      any(
        graph,
        writers.map(({ selected }) => selected),
      ),
    )
    return Array.from({ length: bits }, (_, b) =>
      any(graph, [...writers.map(({ selected, code }) => and(graph, selected, at(code, b))), and(graph, kept, at(state, first + b))]),
    )
  })

interface Start {
  readonly circuit: Pick<Circuit, 'start' | 'initial' | 'isStart'>
  readonly failing: Outcome['failing']
  readonly code: ChoiceInputs['code']
}

const initialStates = (executor: Executor, fields: readonly Field[]): Start => {
  const { graph, system } = executor
  const chooser = choiceInputs(graph, choiceCounts([system.init]), system.radix)
  const before: Store = { elements: fields.map(({ variable }) => constantWord(at(system.initial, variable.id))), temps: new Map() }
  const outcome = ways(executor, system.init, before, chooser, () => {
    throw new Error('goto in init')
  })
  const initial = fields.flatMap(({ variable, bits }, i) =>
    encoded(graph, outcome.elements === null ? constantWord(variable.lo) : at(outcome.elements, i), variable.lo, bits),
  )
  return { circuit: { start: chooser.inputs, initial, isStart: outcome.completes }, failing: outcome.failing, code: chooser.code }
}

const propertyTargets = (executor: Executor, current: Store): readonly Target[] =>
  executor.system.safety.map(({ name, kind, max, body, value }): Target => {
    const { graph } = executor
    const { store, broken } = execute(executor, body, current)
    const { wanted, failing } = stateKinds[kind]
    const found = truth(graph, evaluateExpr(executor, store, wanted(value, max)))
    const reached = failing === 'wanted' ? or(graph, broken, found) : and(graph, complement(broken), found)
    return { name, kind, reached, reachedInit: FALSE }
  })

/**
 * Whether some valuation of inputs makes a function true: the disjunction of its cofactors. Few ways depend on what is
 * chosen on them, so these mostly are the same.
 */
const forSome = (graph: Graph, inputs: readonly Literal[], literal: Literal): Literal =>
  inputs.reduce((f, chosen) => {
    const kept = new Map(inputsOf(graph, f).map((node) => [node, 2 * node]))
    if (!kept.has(nodeOf(chosen))) return f
    const where = (value: Literal): Literal => substitute(graph, graph, new Map(kept).set(nodeOf(chosen), value), f)
    return or(graph, where(TRUE), where(FALSE))
  }, literal)

const deadlockTarget = (executor: Executor, taken: readonly Taken[], choices: readonly Literal[], current: Store): readonly Target[] => {
  const { graph, system, offsets } = executor
  if (system.deadlock === 'allowed') return []
  const movable = taken.map(({ here, outcome: { completes, failing } }) =>
    and(graph, here, forSome(graph, choices, any(graph, [completes, failing.assert, failing.range]))),
  )
  const returned = system.processes.map(({ pc, locations }) =>
    any(
      graph,
      locations.filter(({ final }) => final).map(({ id }) => equal(graph, at(current.elements, at(offsets, pc)), constantWord(id))),
    ),
  )
  const atRest = returned.length === 0 ? FALSE : all(graph, returned)
  return [{ name: 'deadlock', kind: 'deadlock', reached: complement(or(graph, any(graph, movable), atRest)), reachedInit: FALSE }]
}

/** No code is outside its range, and what no way to a location sets is `lo` there. */
export const wellFormed = (executor: Executor, fields: readonly Field[], state: readonly Literal[], current: Store): readonly Literal[] => {
  const { graph, system, offsets } = executor
  const ranges = fields.flatMap(({ variable, first, bits }) => {
    const unsigned: Word = { bits: [...state.slice(first, first + bits), FALSE], lo: 0, hi: 2 ** bits - 1 }
    return bits === 0 ? [] : [truth(graph, operate(graph, 'le', unsigned, constantWord(variable.hi - variable.lo)))]
  })
  const setByInit = new Set<number>()
  walkBlock(system.init, { stmt: (s) => void (s.op === 'store' && setByInit.add(s.variable)) })
  const dead = fields.flatMap(({ variable, element, first, bits }) => {
    const { role } = variable
    if (role.kind !== 'local' || bits === 0 || at(system.initial, variable.id) !== variable.lo) return []
    // Where a process starts, init may have set it.
    if (setByInit.has(variable.id)) return []
    const process = at(system.processes, role.process)
    const pc = at(current.elements, at(offsets, process.pc))
    const alive = locationsThatSet(system, process, variable.id, element).map((location) => equal(graph, pc, constantWord(location)))
    const isLow = all(graph, state.slice(first, first + bits).map(complement))
    return [any(graph, [isLow, ...alive])]
  })
  return [...ranges, ...dead].filter((literal) => literal !== TRUE)
}

/** The locations to which some `goto` takes a value in an element of a local. */
const locationsThatSet = (system: System, process: Process, variable: number, element: number): readonly number[] => {
  const found = new Set<number>()
  for (const { agent, body } of system.steps)
    if (agent === process.agent)
      walkBlock(body, {
        block: ({ end }) => {
          if (end.op === 'goto' && end.frame.some((entry) => entry.variable === variable && entry.element === element))
            found.add(end.location)
        },
      })
  return [...found]
}
