/** What is checked of every model besides its author's properties, by these names. */
import type { CompiledProperty, System } from './system.js'

/** How a step can fail. */
export const failureKinds = ['assert', 'range'] as const
export type FailureKind = (typeof failureKinds)[number]

/** In the order of reports. `stuck` is about behaviours; single states and steps settle the others. */
export const builtIns = ['deadlock', 'stuck', ...failureKinds] as const
export type BuiltIn = (typeof builtIns)[number]

/** What single states, or single steps, settle. */
export const stateKinds = ['always', 'sometimes', 'bound', 'deadlock', ...failureKinds] as const satisfies readonly (
  | CompiledProperty['kind']
  | BuiltIn
)[]
export type StateKind = (typeof stateKinds)[number]
export type StateBuiltIn = Extract<StateKind, BuiltIn>

export const isBuiltIn = (name: string): name is BuiltIn => builtIns.some((builtIn) => builtIn === name)
export const isFailureKind = (name: string): name is FailureKind => failureKinds.some((kind) => kind === name)
export const isStateKind = (name: string): name is StateKind => stateKinds.some((kind) => kind === name)

/** Those that states settle and a system asks for. */
export const stateBuiltIns = ({ deadlock }: Pick<System, 'deadlock'>): readonly StateBuiltIn[] =>
  deadlock === 'violation' ? ['deadlock', ...failureKinds] : failureKinds
