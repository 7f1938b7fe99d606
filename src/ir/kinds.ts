/**
 * The kinds of properties: all that the parts of mmucheck need to know of each. A new kind of property of single states
 * is an entry here, its constructor in `lang/`, and its tests; a part that needs more than stands here fails to compile
 * until it says something of the new kind.
 */
import { binary, constant, not } from './build.js'
import type { Expr, System } from './system.js'

interface Kind {
  /** What settles it: one state, a step that fails, one behaviour, what can follow a state, or all states together. */
  readonly settledBy: 'state' | 'step' | 'behaviour' | 'future' | 'all states'
  /** What its author writes; null for what is checked of every model. */
  readonly asks: 'predicate' | 'measure' | null
  /** What it means that what is looked for is found. */
  readonly finding: 'violates' | 'fulfils' | 'measures'
  /** What the command line exits with where it is violated. */
  readonly exit: 'deadlock' | 'safety' | 'liveness' | 'assertion'
  /** What is said of it where it was found: `false after 9 steps`. */
  readonly found: string
}

/** A kind that one state settles, of which the engines look for a state that is wanted. */
interface StateKind extends Kind {
  readonly settledBy: 'state'
  readonly asks: 'predicate' | 'measure'
  /**
   * Whether a state is wanted, by the value that the predicate or the measure has in it; `max` is that of a `bound`.
   */
  readonly wanted: (value: Expr, max: number | null) => Expr
  /** Whether a state in which a check in the predicate or measure fails is wanted. */
  readonly failing: 'wanted' | 'not wanted'
}

const ofStates = {
  always: {
    ...{ settledBy: 'state', asks: 'predicate', finding: 'violates', failing: 'wanted', exit: 'safety', found: 'false' },
    wanted: (value) => not(value),
  },
  sometimes: {
    ...{ settledBy: 'state', asks: 'predicate', finding: 'fulfils', failing: 'not wanted', exit: 'safety', found: 'reached' },
    wanted: (value) => value,
  },
  bound: {
    ...{ settledBy: 'state', asks: 'measure', finding: 'violates', failing: 'wanted', exit: 'safety', found: 'exceeded' },
    wanted: (value, max) => {
      if (max === null) throw new Error('a bound without a greatest value')
      return binary('gt', value, constant(max))
    },
  },
} as const satisfies Readonly<Record<string, StateKind>>

const ofBehaviours = {
  eventually: { settledBy: 'behaviour', asks: 'predicate', finding: 'violates', exit: 'liveness', found: 'never comes' },
  leadsTo: { settledBy: 'behaviour', asks: 'predicate', finding: 'violates', exit: 'liveness', found: 'never comes' },
  alwaysPossible: { settledBy: 'future', asks: 'predicate', finding: 'violates', exit: 'liveness', found: 'out of reach' },
} as const satisfies Readonly<Record<string, Kind>>

const extremes = {
  maximum: { settledBy: 'all states', asks: 'measure', finding: 'measures', exit: 'safety', found: 'reached' },
  minimum: { settledBy: 'all states', asks: 'measure', finding: 'measures', exit: 'safety', found: 'reached' },
} as const satisfies Readonly<Record<string, Kind>>

const builtIns = {
  deadlock: { settledBy: 'state', asks: null, finding: 'violates', exit: 'deadlock', found: 'deadlock' },
  stuck: { settledBy: 'future', asks: null, finding: 'violates', exit: 'deadlock', found: 'a process can never take a step again' },
  assert: { settledBy: 'step', asks: null, finding: 'violates', exit: 'assertion', found: 'fails' },
  range: { settledBy: 'step', asks: null, finding: 'violates', exit: 'assertion', found: 'fails' },
} as const satisfies Readonly<Record<string, Kind>>

/** The kinds that one state settles: what an engine has to know to look for that state. */
export const stateKinds: Readonly<Record<StatePropertyKind, StateKind>> = ofStates
/** All kinds of properties, the built-in ones last and in the order of a report. */
export const propertyKinds = { ...ofStates, ...ofBehaviours, ...extremes, ...builtIns }

/** What an author claims of every state, or of some state. */
export type StatePropertyKind = keyof typeof ofStates
/** What an author claims of behaviours, or of what can follow a state. */
export type TemporalKind = keyof typeof ofBehaviours
/** The greatest or least value that an author asks for. */
export type ExtremeKind = keyof typeof extremes
/** What is checked of every model. */
export type BuiltInKind = keyof typeof builtIns
/** Any kind of property: what a report has rows of. */
export type PropertyKind = keyof typeof propertyKinds
/** The kinds that these settle. */
type SettledBy<By extends Kind['settledBy']> = {
  [K in PropertyKind]: (typeof propertyKinds)[K]['settledBy'] extends By ? K : never
}[PropertyKind]

/** What single states and steps settle: what bounded search and proof can ask for. */
export type SafetyKind = SettledBy<'state' | 'step'>
/** How a step can fail. */
export type FailureKind = SettledBy<'step'>
/** What single states and steps settle of every model. */
export type SafetyBuiltIn = Extract<SafetyKind, BuiltInKind>

/** Whether single states and steps settle properties of this kind. */
export const isSafetyKind = (kind: PropertyKind): kind is SafetyKind => {
  const { settledBy } = propertyKinds[kind]
  return settledBy === 'state' || settledBy === 'step'
}

/** Not for authors to name properties by; in the order of a report. */
export const builtInKinds = Object.keys(builtIns) as readonly BuiltInKind[]
/** Whether this is the name of a property that is checked of every model. */
export const isBuiltIn = (name: string): name is BuiltInKind => Object.hasOwn(builtIns, name)

/** Whether this is the name of a way for a step to fail. */
export const isFailureKind = (name: string): name is FailureKind => isBuiltIn(name) && builtIns[name].settledBy === 'step'
/** The ways for a step to fail, in the order of a report. */
export const failureKinds = builtInKinds.filter(isFailureKind)

/** The built-in ones that single states and steps settle and a system asks for. */
export const safetyBuiltIns = ({ deadlock }: Pick<System, 'deadlock'>): readonly SafetyBuiltIn[] =>
  deadlock === 'violation' ? ['deadlock', ...failureKinds] : failureKinds
