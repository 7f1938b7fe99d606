/**
 * A transition system as a circuit: what `translate.ts` makes of a `System`, and all that bounded search, induction and
 * the exports see. The state is a list of bits. A step is a function of the state and of inputs that name it (which
 * agent, which choices), so that a model of the formula is a schedule.
 */
import { propertyKinds, type SafetyKind } from '../../ir/kinds.js'
import type { Schedule } from '../../ir/schedule.js'
import type { Vector } from '../../ir/system.js'
import type { Graph, Literal } from './aig.js'

/** A claim about a system: its name in the report, and where it is answered "yes". */
export interface Target {
  readonly name: string
  readonly kind: SafetyKind
  /**
   * True where the property is violated, for `sometimes` where it is witnessed. A function of the state bits, and for
   * kind `assert` and `range` of the step inputs too: then the step that fails is the last one and leads to no state,
   * and its length counts.
   */
  readonly reached: Literal
  /**
   * For `assert` and `range`: whether `init` itself fails, a function of the inputs of `init`; FALSE for the others.
   */
  readonly reachedInit: Literal
}

/** Whether a target is about a step that fails: it leads to no state, and its length counts. */
export const isOfSteps = ({ kind }: Pick<Target, 'kind'>): boolean => propertyKinds[kind].settledBy === 'step'

export interface Circuit {
  readonly graph: Graph
  /** The state's bits: positive literals of inputs of the graph. */
  readonly state: readonly Literal[]
  /** The inputs that name a step: agent, and choices. Each transition has exactly one valuation of them. */
  readonly step: readonly Literal[]
  /** Per state bit its value after the step, where `enabled`. */
  readonly next: readonly Literal[]
  /** Whether the step that the inputs name is there and leads to a state. */
  readonly enabled: Literal
  /** The inputs that name an initial state: the choices of `init`. */
  readonly start: readonly Literal[]
  /** Per state bit its initial value, a function of `start`; and whether `start` names an initial state. */
  readonly initial: readonly Literal[]
  readonly isStart: Literal
  /**
   * Conditions on the state that hold in every reachable state by construction: no element holds a code outside its
   * range. A proof may assume them before a step and must show them after it.
   */
  readonly wellFormed: readonly Literal[]
  readonly targets: readonly Target[]
  readonly names: readonly BitName[]
}

/** What a state bit stands for: bit `bit` (0 is the lowest) of `value - lo` of an element of a variable. */
export interface BitName {
  readonly variable: number
  readonly element: number
  readonly bit: number
}

/** Reads values of state bits and of step inputs. */
export interface Decoder {
  readonly vector: (bit: (i: number) => boolean) => Vector
  /** The move that the inputs of a step name, taken in the given state. */
  readonly move: (state: Vector, input: (i: number) => boolean) => Schedule['moves'][number]
  readonly start: (input: (i: number) => boolean) => number
}
