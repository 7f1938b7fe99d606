/**
 * Races in a system with free params, shortest first: bounded search with the params unknown. Each schedule that is
 * found is taken as it is, with other values for the params: all settings in which it is a race as well are done with.
 */
import { at } from '../../at.js'
import type { Schedule } from '../../ir/schedule.js'
import { all, any, complement, evaluate, FALSE, isComplemented, type Literal, nodeOf, substitute, TRUE } from '../circuit/aig.js'
import { type Circuit, type Decoder, isOfSteps, type Target } from '../circuit/circuit.js'
import { unroll } from '../circuit/unrolling.js'
import { createEncoder } from '../solver/cnf.js'
import type { SolverFactory } from '../solver/solver.js'
import { functionOf, type KnobBits } from './knob-bits.js'
import { type Choices, type RaceSettings, settingsOfRace } from './simulate.js'

/** A schedule that violates a property, and in which settings of the params it does. */
export interface Race {
  readonly target: string
  readonly length: number
  /** In one of these settings. */
  readonly schedule: Schedule
  /**
   * 1 for each setting in which this schedule, but for its choice of the params, was found to be a race, and in which
   * none was known before.
   */
  readonly where: Uint8Array
}

export interface Depth {
  readonly depth: number
  /** Of this length, and no shorter ones in their settings. */
  readonly races: readonly Race[]
  /** `exhausted`: in no setting that is left is any way longer. */
  readonly ended: 'none left' | 'exhausted' | 'unknown' | null
}

export interface RaceSearch {
  /** Settles the next length, 0 first. Not to be called again after an end. */
  readonly next: () => Depth
  /** Looks no more for races in these settings. */
  readonly exclude: (where: Uint8Array) => void
  readonly dispose: () => void
}

export const searchRaces = (
  circuit: Circuit,
  decoder: Decoder,
  knobs: KnobBits,
  targets: readonly Target[],
  factory: SolverFactory,
): RaceSearch => {
  const solver = factory()
  const unrolling = unroll(circuit, 'initial states')
  const { graph } = unrolling
  const encoder = createEncoder(graph, solver)
  const left = new Uint8Array(knobs.settings).fill(1)
  const startOf = new Map(circuit.start.map((literal, i) => [nodeOf(literal), at(unrolling.start, i)]))
  const startOfBit = (bit: number): Literal => substitute(circuit.graph, graph, startOf, at(knobs.bits, bit).start)
  let remaining = knobs.settings
  let depth = 0

  const require = (literal: Literal): void => {
    if (literal !== TRUE) solver.clause([encoder.literal(literal)])
  }

  const exclude = (where: Uint8Array, literal: Literal): void => {
    where.forEach((there, setting) => {
      if (there === 1 && left[setting] === 1) {
        left[setting] = 0
        remaining--
      }
    })
    require(complement(literal))
  }

  /** What the model says; only right after `sat`, of literals that were encoded before. */
  const read = (length: number): { schedule: Schedule['moves']; init: number; choices: Choices } => {
    const says = (literal: Literal): boolean => solver.value(encoder.literal(literal))
    const times = Array.from({ length }, (_, time) => time)
    const values = evaluate(
      graph,
      new Map([...unrolling.start, ...times.flatMap((time) => unrolling.step(time))].map((literal) => [nodeOf(literal), says(literal)])),
    )
    const isTrue = (literal: Literal | undefined): boolean =>
      literal !== undefined && (values[nodeOf(literal)] ?? false) !== isComplemented(literal)
    const schedule = times.map((time) => {
      const [state, step] = [unrolling.state(time), unrolling.step(time)]
      return decoder.move(
        decoder.vector((i) => isTrue(state[i])),
        (i) => isTrue(step[i]),
      )
    })
    const named = (inputs: readonly Literal[], there: readonly Literal[]): Map<number, boolean> =>
      new Map(inputs.map((literal, i) => [nodeOf(literal), isTrue(there[i])]))
    const start = named(circuit.start, unrolling.start)
    return {
      init: decoder.start((i) => isTrue(unrolling.start[i])),
      schedule,
      choices: { start, steps: times.map((time) => named(circuit.step, unrolling.step(time))) },
    }
  }

  /** The settings of a race, as a function of the inputs here. */
  const literalOf = ({ cube, start }: RaceSettings, choices: Choices): Literal => {
    const inputs = new Map([...choices.start].map(([node, value]): [number, Literal] => [node, value ? TRUE : FALSE]))
    for (const [bit, knob] of knobs.bits.entries()) inputs.set(nodeOf(knob.start), startOfBit(bit))
    const bits = cube.flatMap((value, bit) => (value === null ? [] : [value ? startOfBit(bit) : complement(startOfBit(bit))]))
    return all(graph, [...bits, substitute(circuit.graph, graph, inputs, start)])
  }

  /**
   * All races of this length for which one of these literals is the last thing that happens; null: the solver gave up.
   */
  const settle = (asked: readonly (readonly [Target, Literal])[]): readonly Race[] | null => {
    const races: Race[] = []
    const possible = asked.filter(([, literal]) => literal !== FALSE)
    if (possible.length === 0) return races
    for (const literal of [
      ...possible.map(([, l]) => l),
      ...unrolling.start,
      ...Array.from({ length: depth }, (_, t) => unrolling.step(t)).flat(),
    ])
      encoder.literal(literal)
    const some = encoder.literal(
      any(
        graph,
        possible.map(([, literal]) => literal),
      ),
    )
    for (;;) {
      if (remaining === 0) return races
      const answer = solver.solve([some])
      if (answer === 'unknown') return null
      if (answer === 'unsat') return races
      const found = possible.find(([, literal]) => solver.value(encoder.literal(literal)))
      if (found === undefined) throw new Error('a model of a disjunction has none of it')
      const [target] = found
      const { init, schedule, choices } = read(depth)
      const race = settingsOfRace(circuit, knobs, target, choices)
      const where = race.where.map((x, setting) => x & at(left, setting))
      if (!where.includes(1)) throw new Error('a race that is one in no setting')
      races.push({ target: target.name, length: depth, schedule: { init, moves: schedule, fails: isOfSteps(target) }, where })
      exclude(where, literalOf(race, choices))
    }
  }

  const atDepth = (): Omit<Depth, 'depth'> => {
    const failing = settle(
      targets
        .filter(isOfSteps)
        .map((t) => [t, depth === 0 ? substitute(circuit.graph, graph, startOf, t.reachedInit) : unrolling.at(depth - 1, t.reached)]),
    )
    if (failing === null) return { races: [], ended: 'unknown' }
    require(depth === 0 ? unrolling.isStart : unrolling.at(depth - 1, circuit.enabled))
    if (remaining === 0) return { races: failing, ended: 'none left' }
    const goesOn = solver.solve([])
    if (goesOn !== 'sat') return { races: failing, ended: goesOn === 'unsat' ? 'exhausted' : 'unknown' }
    const reached = settle(targets.filter((t) => !isOfSteps(t)).map((t) => [t, unrolling.at(depth, t.reached)]))
    if (reached === null) return { races: failing, ended: 'unknown' }
    return { races: [...failing, ...reached], ended: remaining > 0 ? null : 'none left' }
  }

  return {
    next: () => {
      const found = { depth, ...atDepth() }
      depth++
      return found
    },
    exclude: (where) => exclude(where, functionOf(knobs, graph, startOfBit, where)),
    dispose: () => solver.dispose(),
  }
}

/**
 * The functions of an initial state, with the settings in `excluded` taken out: a circuit of the others. Adds gates to
 * the graph.
 */
export const without = (circuit: Circuit, knobs: KnobBits, excluded: Uint8Array): Circuit => {
  const { graph } = circuit
  const literals = (inputOf: (bit: number) => Literal): Literal => complement(functionOf(knobs, graph, inputOf, excluded))
  const atStart = literals((bit) => at(knobs.bits, bit).start)
  const inState = literals((bit) => at(circuit.state, at(knobs.bits, bit).state))
  return {
    ...circuit,
    isStart: all(graph, [circuit.isStart, atStart]),
    // No step changes the params, so this holds in all states that are reached.
    wellFormed: [...circuit.wellFormed, inState],
    targets: circuit.targets.map((target) => ({ ...target, reachedInit: all(graph, [target.reachedInit, atStart]) })),
  }
}
