/** Checks certificates: three questions to a solver that has seen nothing else. */
import { at } from '../../at.js'
import type { Move } from '../../ir/schedule.js'
import type { System, Vector } from '../../ir/system.js'
import { complement, type Literal, nodeOf, substitute, valueIn } from '../circuit/aig.js'
import { isOfSteps, type Target } from '../circuit/circuit.js'
import type { ValueName } from '../circuit/element-name.js'
import type { Translation } from '../circuit/translate.js'
import type { Clause } from '../clause/clause.js'
import { createEncoder } from '../solver/cnf.js'
import type { Solver, SolverFactory } from '../solver/solver.js'
import { type Certificate, clauseLiteral, type NamedCube, placeInvariant, printInvariant } from './certificate.js'
import { fingerprintOf } from './fingerprint.js'

/**
 * Why a certificate is refused. `clause` is a position in its invariant; null where an element gets a value outside its
 * range, a bug of the translation.
 */
export type Refusal =
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'other system'; readonly problem: string }
  | { readonly kind: 'names nothing'; readonly clause: number; readonly problem: string }
  /** An initial state is not in the invariant. */
  | { readonly kind: 'not initial'; readonly clause: number | null; readonly state: Vector }
  /** A step leaves the invariant. */
  | { readonly kind: 'not closed'; readonly clause: number | null; readonly state: Vector; readonly move: Move }
  /**
   * In a state in the invariant, the target is reached: by the move, for `assert` and `range`; while the state is set
   * up, where that is null too.
   */
  | { readonly kind: 'not implied'; readonly target: string; readonly state: Vector | null; readonly move: Move | null }
  | { readonly kind: 'gave up' }

/**
 * Reads a certificate.
 * @returns what is wrong with it, in words, if it is none.
 */
export const parseCertificate = (json: unknown): Certificate | string => {
  if (!isObject(json)) return 'not an object'
  const { format, version, engine, model, variant, params, fingerprint, proved, invariant } = json
  if (format !== 'mmucheck certificate') return "'format' is not 'mmucheck certificate'"
  if (version !== 1) return `version ${JSON.stringify(version)} is unknown; this is for version 1`
  if (typeof engine !== 'string') return "'engine' is no string"
  if (typeof model !== 'string') return "'model' is no string"
  if (variant !== null && typeof variant !== 'string') return "'variant' is neither a string nor null"
  if (!isObject(params) || !Object.values(params).every(isValue)) return "'params' is no object of values"
  if (typeof fingerprint !== 'string') return "'fingerprint' is no string"
  if (!Array.isArray(proved) || !proved.every((name) => typeof name === 'string')) return "'proved' is no list of names"
  if (proved.length === 0) return "'proved' is empty"
  if (!Array.isArray(invariant)) return "'invariant' is no list"
  const cubes: NamedCube[] = []
  for (const [i, cube] of invariant.entries()) {
    if (!isObject(cube)) return `invariant[${i}] is no object`
    const values: Record<string, readonly ValueName[]> = {}
    for (const [name, list] of Object.entries(cube)) {
      if (!Array.isArray(list) || list.length === 0 || !list.every(isValue)) return `invariant[${i}]['${name}'] is no list of values`
      values[name] = list
    }
    cubes.push(values)
  }
  return {
    format,
    version,
    engine,
    model,
    variant,
    params: Object.fromEntries(Object.entries(params).filter((entry): entry is [string, ValueName] => isValue(entry[1]))),
    fingerprint,
    proved,
    invariant: cubes,
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isValue = (value: unknown): value is ValueName => ['string', 'number', 'boolean'].includes(typeof value)

/**
 * Whether the certificate proves what it says of the system. Null if it does; otherwise the first reason why not, in
 * the order of `Refusal`. Each question is asked of a new solver. Gates are added to the circuit's graph.
 */
export const checkCertificate = (
  system: System,
  translation: Translation,
  certificate: Certificate,
  factory: SolverFactory,
): Refusal | null => {
  const { circuit } = translation
  if (certificate.model !== system.model) {
    return { kind: 'other system', problem: `it is of the model '${certificate.model}', and this is '${system.model}'` }
  }
  const targets: Target[] = []
  for (const name of certificate.proved) {
    const target = circuit.targets.find((t) => t.name === name)
    if (target === undefined) return { kind: 'other system', problem: `there is no property '${name}' to prove` }
    targets.push(target)
  }
  if (certificate.fingerprint !== fingerprintOf(system, certificate.proved)) {
    return { kind: 'other system', problem: 'the model, its params or a property have changed since' }
  }
  const placed = placeInvariant(system, certificate.invariant)
  if (isUnplaced(placed)) return { kind: 'names nothing', ...placed }
  return checkInvariant(translation, placed, targets, factory)
}

const isUnplaced = (placed: ReturnType<typeof placeInvariant>): placed is Exclude<typeof placed, readonly Clause[]> => 'problem' in placed

/** Whether the clauses are an inductive invariant that excludes the targets; null if so. */
export const checkInvariant = (
  { circuit, decoder }: Translation,
  clauses: readonly Clause[],
  targets: readonly Target[],
  factory: SolverFactory,
): Refusal | null => {
  const { graph, wellFormed } = circuit
  /** The conditions that make up the invariant, as functions of some bits; those of `wellFormed` last. */
  const over = (bits: readonly Literal[]): readonly Literal[] => {
    const replaced = new Map(circuit.state.map((bit, i) => [nodeOf(bit), at(bits, i)]))
    return [
      ...clauses.map((clause) => clauseLiteral(circuit, bits, clause)),
      ...wellFormed.map((condition) => substitute(graph, graph, replaced, condition)),
    ]
  }
  const present = over(circuit.state)

  /** Asks for values of the inputs under which all of `given` and none, or not all, of `wanted` hold. */
  const ask = <T>(
    given: readonly Literal[],
    wanted: readonly Literal[],
    found: (value: (function_: Literal) => boolean) => T,
  ): T | null | GaveUp => {
    const solver: Solver = factory()
    try {
      const { literal } = createEncoder(graph, solver)
      const inputs = [...circuit.state, ...circuit.step, ...circuit.start]
      for (const input of inputs) literal(input)
      for (const condition of given) solver.clause([literal(condition)])
      solver.clause(wanted.map((condition) => literal(complement(condition))))
      switch (solver.solve([])) {
        case 'unsat':
          return null
        case 'unknown':
          return gaveUp
        case 'sat': {
          const values = new Map(inputs.map((input) => [nodeOf(input), solver.value(literal(input))]))
          return found((function_) => valueIn(graph, function_, values))
        }
      }
    } finally {
      solver.dispose()
    }
  }
  const vectorOf = (value: (function_: Literal) => boolean, bits: readonly Literal[]): Vector => decoder.vector((i) => value(at(bits, i)))
  const moveIn = (value: (function_: Literal) => boolean): Move =>
    decoder.move(vectorOf(value, circuit.state), (i) => value(at(circuit.step, i)))
  const failing = (conditions: readonly Literal[], value: (function_: Literal) => boolean): number | null => {
    const position = conditions.findIndex((condition) => !value(condition))
    return position < clauses.length ? position : null
  }

  const initially = over(circuit.initial)
  const start = ask(
    [circuit.isStart],
    initially,
    (value): Refusal => ({
      kind: 'not initial',
      clause: failing(initially, value),
      state: vectorOf(value, circuit.initial),
    }),
  )
  if (start !== null) return start
  const after = over(circuit.next)
  const step = ask(
    [...present, circuit.enabled],
    after,
    (value): Refusal => ({
      kind: 'not closed',
      clause: failing(after, value),
      state: vectorOf(value, circuit.state),
      move: moveIn(value),
    }),
  )
  if (step !== null) return step
  for (const target of targets) {
    const { name, reached, reachedInit } = target
    const inside = ask(
      present,
      [complement(reached)],
      (value): Refusal => ({
        kind: 'not implied',
        target: name,
        state: vectorOf(value, circuit.state),
        move: isOfSteps(target) ? moveIn(value) : null,
      }),
    )
    if (inside !== null) return inside
    const initial = ask([], [complement(reachedInit)], (): Refusal => ({ kind: 'not implied', target: name, state: null, move: null }))
    if (initial !== null) return initial
  }
  return null
}

type GaveUp = Extract<Refusal, { readonly kind: 'gave up' }>
const gaveUp: GaveUp = { kind: 'gave up' }

/** A refusal in a sentence. */
export const explainRefusal = (system: System, certificate: Certificate, refusal: Refusal): string => {
  const lines = printInvariant(system, certificate)
  const clauseText = (clause: number | null): string =>
    clause === null ? 'that every value is inside its range' : `clause ${clause + 1}, ${lines[clause]}`
  const moveText = ({ step }: Move): string => {
    const { agent, label } = at(system.steps, step)
    return `${at(system.agents, agent).name}: ${label}`
  }
  switch (refusal.kind) {
    case 'malformed':
      return `malformed: ${refusal.problem}`
    case 'other system':
      return refusal.problem
    case 'names nothing':
      return `clause ${refusal.clause + 1}: ${refusal.problem}`
    case 'not initial':
      return `an initial state breaks ${clauseText(refusal.clause)}`
    case 'not closed':
      return `the step '${moveText(refusal.move)}' leads from a state in the invariant to one that breaks ${clauseText(refusal.clause)}`
    case 'not implied':
      return `the invariant allows a state ${refusal.move === null ? 'in which' : `in which the step '${moveText(refusal.move)}' fails:`} '${refusal.target}' is violated`
    case 'gave up':
      return 'the solver gave up'
  }
}
