/**
 * Settles the safety properties of a system without enumerating states: bounded search for what can be reached,
 * induction and IC3 for what cannot. What another engine found may say where to look; it is never taken for granted.
 */
import type { Limits } from '../../ir/limits.js'
import type { Schedule } from '../../ir/schedule.js'
import { checkInvariant } from '../certificate/check-certificate.js'
import { size as gatesOf } from '../circuit/aig.js'
import type { Target } from '../circuit/circuit.js'
import type { Translation } from '../circuit/translate.js'
import type { Clause } from '../clause/clause.js'
import { prove } from '../ic3/ic3.js'
import type { SolverFactory, SolverName } from '../solver/solver.js'
import { type Bounded, searchBounded, startBounded } from './bounded.js'
import { proveByInduction } from './induction.js'

export interface SettleOptions {
  /** `bounded`: what is reached within some steps. `proof`: also what never is. */
  readonly goal: 'bounded' | 'proof'
  /** Depth is steps of the bounded search; time and memory are for whoever runs this to see to. */
  readonly limits: Pick<Limits, 'depth'>
  /**
   * What another engine found: the length of each target that is reached. Others are expected never to be. Null where
   * nothing is known.
   */
  readonly expected: ReadonlyMap<string, number> | null
}

export interface Solvers {
  /** For bounded search. */
  readonly search: SolverFactory
  /** For the many small questions of a proof. */
  readonly proof: SolverFactory
}

export type SolverNames = { readonly [Use in keyof Solvers]: SolverName }

/**
 * Why something is never reached: no way has that many steps; it is k-inductive; or the invariant of the settlement
 * excludes it.
 */
export type Because =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'induction'; readonly k: number }
  | { readonly kind: 'invariant' }

export type Answer =
  /** After this many steps, and after no fewer. */
  | { readonly kind: 'reached'; readonly length: number; readonly schedule: Schedule }
  | { readonly kind: 'never'; readonly because: Because }
  /** Not within this many steps; -1 where nothing is known. */
  | { readonly kind: 'open'; readonly depth: number }

/** What is known so far. */
export interface Progress {
  readonly answers: ReadonlyMap<string, Answer>
  /** How large the circuit is: the bits of a state, and gates. */
  readonly bits: number
  readonly gates: number
  /** The frames of the proof, and the clauses in them; null before it starts. */
  readonly proof: { readonly frames: number; readonly clauses: number } | null
}

export interface Settlement extends Progress {
  /** Null where nothing was proved by one. */
  readonly invariant: readonly Clause[] | null
}

/**
 * How deep a proof without expectations first looks for what is easily reached: a proof is dearer with targets in it
 * that are.
 */
const firstDepths = 8

/** What steps of up to so many states prove is cheap, and known before the long proof begins. */
const mostInduction = 2

/** Settles the properties, as far as it goes: without limits it may take any time. */
export const settle = (
  { circuit, decoder }: Translation,
  { search, proof }: Solvers,
  { goal, limits: { depth: most = Number.POSITIVE_INFINITY }, expected }: SettleOptions,
  onProgress: (progress: Progress) => void,
): Settlement => {
  const answers = new Map<string, Answer>(circuit.targets.map(({ name }) => [name, { kind: 'open', depth: -1 }]))
  const size = { bits: circuit.state.length, gates: gatesOf(circuit.graph) }
  let frames: Progress['proof'] = null
  const openOf = (targets: readonly Target[]): readonly Target[] => targets.filter(({ name }) => answers.get(name)?.kind === 'open')
  const notWithin = (targets: readonly Target[], depth: number): void => {
    for (const { name } of openOf(targets)) {
      const before = answers.get(name)
      if (before?.kind === 'open' && before.depth < depth) answers.set(name, { kind: 'open', depth })
    }
  }
  const known = (): Progress => ({ answers, ...size, proof: frames })
  const end = (invariant: Settlement['invariant']): Settlement => ({ ...known(), invariant })

  /** Searches on from one depth to another, or until nothing of it is open. */
  const searchTo = (bounded: Bounded, targets: readonly Target[], from: number, to: number): void => {
    for (let depth = from; depth <= Math.min(to, most); depth++) {
      const { reached, ended } = bounded.next()
      for (const { name, length, schedule } of reached) answers.set(name, { kind: 'reached', length, schedule })
      if (ended === 'unknown') return
      notWithin(targets, depth)
      if (ended === 'exhausted')
        for (const { name } of openOf(targets)) answers.set(name, { kind: 'never', because: { kind: 'length', length: depth } })
      onProgress(known())
      if (ended !== null) return
    }
  }

  const searched = circuit.targets.filter(({ name }) => expected === null || expected.has(name))
  const bounded = startBounded(circuit, decoder, searched, search)
  try {
    const first = expected === null ? (goal === 'bounded' ? most : firstDepths) : Math.max(-1, ...expected.values())
    searchTo(bounded, searched, 0, first)
    // What is expected to be reached and is not within its depth is for the caller to wonder about. What is proved
    // otherwise gets an invariant all the same: that can be read, and checked again.
    const unproved = circuit.targets.filter(
      (target) => answers.get(target.name)?.kind !== 'reached' && (expected === null || !searched.includes(target)),
    )
    if (goal === 'bounded' || unproved.length === 0) return end(null)
    // The step of the induction assumes well-formed states, so it has to be seen that there are no others.
    if (expected === null && checkInvariant({ circuit, decoder }, [], [], search) === null) {
      const { proved } = proveByInduction(circuit, openOf(unproved), search, { maxK: mostInduction, paths: 'any' })
      for (const [{ name }, k] of proved) answers.set(name, { kind: 'never', because: { kind: 'induction', k } })
      onProgress(known())
    }
    const found = prove(circuit, unproved, proof, {
      onProgress: (progress) => {
        frames = { frames: progress.frames, clauses: progress.clauses }
        notWithin(unproved, progress.frames)
        onProgress(known())
      },
    })
    for (const target of found.proved) {
      answers.set(target.name, { kind: 'never', because: { kind: 'invariant' } })
      bounded.close(target)
    }
    // A proof's way to a target need not be a shortest one.
    const longest = Math.max(-1, ...found.reached.map(({ steps }) => steps.length))
    if (expected === null) {
      if (openOf(found.reached.map(({ target }) => target)).length < found.reached.length)
        throw new Error('a proof reaches what cannot be reached')
      searchTo(bounded, unproved, first + 1, longest)
    } else
      for (const { name, length, schedule } of searchBounded(circuit, decoder, openOf(found.reached.map(({ target }) => target)), search)
        .reached)
        answers.set(name, { kind: 'reached', length, schedule })
    return end(found.proved.length === 0 ? null : found.invariant)
  } finally {
    bounded.dispose()
  }
}
