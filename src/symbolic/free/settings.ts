/**
 * In which settings of its free params a system violates some properties: races by bounded search, and a proof for the
 * rest. Plain data in and out, for a worker.
 */
import { at } from '../../at.js'
import type { System } from '../../ir/system.js'
import { checkInvariant, type Refusal } from '../certificate/check-certificate.js'
import { FALSE } from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { translate } from '../circuit/translate.js'
import { type Clause, prove, type Reached } from '../ic3/ic3.js'
import type { SolverFactory } from '../solver/solver.js'
import { type KnobBits, knobBits } from './knob-bits.js'
import { type Race, searchRaces, without } from './races.js'
import { settingsOfRace } from './simulate.js'

export type SettingVerdict =
  /** The length of a shortest race, an index into `races`. */
  | { readonly kind: 'unsafe'; readonly length: number; readonly race: number }
  | { readonly kind: 'safe' }
  /** No race of up to `depth` steps. */
  | { readonly kind: 'open'; readonly depth: number }
  /** `init` leaves no initial state. */
  | { readonly kind: 'no initial state' }
  /** Nobody wanted to know. */
  | { readonly kind: 'not asked' }

/** Why the safe settings are safe. */
export type Proof =
  | { readonly kind: 'invariant'; readonly invariant: readonly Clause[]; readonly questions: number }
  /** No way has as many steps. */
  | { readonly kind: 'length'; readonly length: number }

export interface SystemTable {
  readonly knobs: readonly { readonly name: string; readonly values: readonly (boolean | string)[] }[]
  /** By setting; the last knob changes fastest. */
  readonly verdicts: readonly SettingVerdict[]
  readonly races: readonly Omit<Race, 'where'>[]
  /** Null where nothing is safe, or nothing proved. */
  readonly proof: Proof | null
}

/** What is asked of the settings of a system. */
export interface Question {
  /**
   * Properties of states (or `deadlock`) that must hold; or `sometimes`, of which it is asked where they are reached:
   * an `unsafe` setting reaches one of them, a `safe` one reaches none.
   */
  readonly looksFor: 'violations' | 'witnesses'
  /** Settings of which it is not asked. */
  readonly excluded: readonly number[]
}

/** Where properties are violated, in all settings. */
const anyViolation: Question = { looksFor: 'violations', excluded: [] }

export interface SynthesizeOptions {
  /** By default `anyViolation`. */
  readonly question?: Question
  readonly search: SolverFactory
  readonly proof: SolverFactory
  /**
   * How long races are searched for before a proof is tried; later the search goes on only where a proof has found a
   * race. Default 12.
   */
  readonly depth?: number
  /** No proof is tried. */
  readonly boundedOnly?: true
  /** A proof gives up after so many frames. */
  readonly maxFrames?: number
  readonly onProgress?: (progress: SynthesizeProgress) => void
}

export interface SynthesizeProgress {
  /** Races of up to so many steps are all known. */
  readonly depth: number
  readonly unsafe: number
  readonly left: number
  /** Of the proof that is tried. */
  readonly frames: number | null
  /** What is known: all that is left is open. */
  readonly table: SystemTable
}

/** What is known of a system that nobody has looked at. */
export const unsettledTable = (system: System): SystemTable => {
  const { settings, params } = knobBits(system, translate(system).circuit)
  return {
    knobs: params.map(({ param, values }) => ({ name: param, values })),
    verdicts: Array.from({ length: settings }, () => ({ kind: 'open', depth: -1 })),
    races: [],
    proof: null,
  }
}

/**
 * @param properties names of properties of states, or `deadlock`, that must hold; steps that fail count always, as in
 * `sweep`.
 * @throws RangeError for a property that the circuit does not have, or that asks for a witness; whatever `onProgress`
 * throws.
 */
export const synthesizeSystem = (system: System, properties: readonly string[], options: SynthesizeOptions): SystemTable => {
  const { circuit, decoder } = translate(system)
  const { question = anyViolation } = options
  const targets = targetsOf(circuit, properties, question)
  const knobs = knobBits(system, circuit)
  const verdicts = Array.from({ length: knobs.settings }, (): SettingVerdict => ({ kind: 'open', depth: -1 }))
  const races: Omit<Race, 'where'>[] = []
  const isOpen = (setting: number): boolean => verdicts[setting]?.kind === 'open'
  const setOpen = (verdict: SettingVerdict): void => {
    for (const setting of verdicts.keys()) if (isOpen(setting)) verdicts[setting] = verdict
  }
  const counted = (kind: SettingVerdict['kind']): number => verdicts.filter((verdict) => verdict.kind === kind).length
  let depth = -1
  const soFar = (): SystemTable => {
    const known = verdicts.map((verdict): SettingVerdict => (verdict.kind === 'open' ? { kind: 'open', depth } : verdict))
    return { ...table(null), verdicts: known }
  }
  const tell = (frames: number | null): void =>
    options.onProgress?.({ depth, unsafe: counted('unsafe'), left: counted('open'), frames, table: soFar() })
  const note = (race: Race): void => {
    const { where, ...rest } = race
    const { length } = rest
    races.push(rest)
    where.forEach((there, setting) => {
      if (there === 1 && isOpen(setting)) verdicts[setting] = { kind: 'unsafe', length, race: races.length - 1 }
    })
  }
  const table = (proof: Proof | null): SystemTable => ({
    knobs: knobs.params.map(({ param, values }) => ({ name: param, values })),
    verdicts,
    races: [...races],
    proof,
  })

  const search = searchRaces(circuit, decoder, knobs, targets, options.search)
  try {
    const empty = withoutInitialState(circuit, knobs, targets, options.search)
    empty.forEach((there, setting) => {
      if (there === 1) verdicts[setting] = { kind: 'no initial state' }
    })
    search.exclude(empty)
    for (const setting of question.excluded) verdicts[setting] = { kind: 'not asked' }
    search.exclude(Uint8Array.from(verdicts, ({ kind }) => Number(kind === 'not asked')))
    /** Searches on, as long as `wanted` says; tells what it settled if that is all there is. */
    const searchWhile = (wanted: () => boolean): Proof | 'none left' | 'unknown' | null => {
      while (wanted()) {
        const found = search.next()
        for (const race of found.races) note(race)
        if (found.ended === 'unknown') return 'unknown'
        depth = found.depth
        tell(null)
        if (found.ended === 'none left') return 'none left'
        if (found.ended === 'exhausted') return { kind: 'length', length: depth }
      }
      return null
    }
    let ended = searchWhile(() => depth < (options.depth ?? 12))
    while (ended === null && options.boundedOnly === undefined) {
      const restricted = without(
        circuit,
        knobs,
        Uint8Array.from(verdicts, ({ kind }) => Number(kind !== 'open')),
      )
      const wanted = restricted.targets.filter(({ name }) => targets.some((target) => target.name === name))
      const { proved, reached, invariant, questions } = prove(restricted, wanted, options.proof, {
        onProgress: ({ frames }) => tell(frames),
        ...(options.maxFrames === undefined ? {} : { maxFrames: options.maxFrames }),
      })
      if (proved.length === wanted.length) ended = { kind: 'invariant', invariant, questions }
      else if (reached.length === 0) break
      else {
        // What a proof stumbles on is a race, but seldom a shortest one: the search goes on until it has found one in
        // each of these settings.
        const unsafe = unsafeSettings(circuit, knobs, targets, reached)
        const longest = Math.max(...reached.map(({ steps }) => steps.length))
        ended = searchWhile(() => {
          const missing = unsafe.some(isOpen)
          if (missing && depth >= longest) throw new Error('a race that bounded search does not find')
          return missing
        })
      }
    }
    if (ended !== null && typeof ended === 'object') {
      const proved = counted('open') === 0 ? null : ended
      setOpen({ kind: 'safe' })
      return table(proved)
    }
    setOpen({ kind: 'open', depth })
    return table(null)
  } finally {
    search.dispose()
  }
}

/** The settings in which what a proof has found is a race. */
const unsafeSettings = (circuit: Circuit, knobs: KnobBits, targets: readonly Target[], reached: readonly Reached[]): readonly number[] => {
  const all = new Set<number>()
  for (const { target, start, steps } of reached) {
    const own = targets.find(({ name }) => name === target.name)
    if (own === undefined) continue
    settingsOfRace(circuit, knobs, own, { start, steps }).where.forEach((there, setting) => there === 1 && all.add(setting))
  }
  return [...all]
}

/**
 * Asks a solver afresh whether the invariant of a table proves its safe settings safe; null if so, and where there is
 * no invariant.
 */
export const checkSafeSettings = (
  system: System,
  properties: readonly string[],
  { verdicts, proof }: SystemTable,
  factory: SolverFactory,
  question: Question = anyViolation,
): Refusal | null => {
  if (proof?.kind !== 'invariant') return null
  const { circuit, decoder } = translate(system)
  const knobs = knobBits(system, circuit)
  const restricted = without(
    circuit,
    knobs,
    Uint8Array.from(verdicts, ({ kind }) => Number(kind !== 'safe')),
  )
  return checkInvariant({ circuit: restricted, decoder }, proof.invariant, targetsOf(restricted, properties, question), factory)
}

/** Where nobody could judge it, a proof counts for nothing. */
export const withoutSafeSettings = (table: SystemTable): SystemTable => ({
  ...table,
  verdicts: table.verdicts.map((verdict) => (verdict.kind === 'safe' ? { kind: 'open', depth: -1 } : verdict)),
  proof: null,
})

const targetsOf = (circuit: Circuit, properties: readonly string[], { looksFor }: Question): readonly Target[] => {
  if (looksFor === 'witnesses') return circuit.targets.filter(({ name, kind }) => kind === 'sometimes' && properties.includes(name))
  for (const name of properties) {
    const target = circuit.targets.find((one) => one.name === name)
    if (target === undefined) throw new RangeError(`there is no property '${name}' of states`)
    if (target.kind === 'sometimes') throw new RangeError(`'${name}' asks for a witness, not for a proof that nothing violates it`)
  }
  return circuit.targets.filter((target) => isOfSteps(target) || properties.includes(target.name))
}

/** The settings in which `init` leads to no state and does not fail either. */
const withoutInitialState = (circuit: Circuit, knobs: KnobBits, targets: readonly Target[], factory: SolverFactory): Uint8Array => {
  const start: Target = { name: 'start', kind: 'always', reached: 1, reachedInit: FALSE }
  const search = searchRaces(
    circuit,
    { vector: () => [], move: () => ({ step: 0, choice: 0 }), start: () => 0 },
    knobs,
    [start, ...targets.filter(isOfSteps)],
    factory,
  )
  try {
    const there = new Uint8Array(knobs.settings)
    const { races, ended } = search.next()
    if (ended === 'unknown') return there
    for (const { where } of races) where.forEach((x, setting) => (there[setting] = at(there, setting) | x))
    return there.map((x) => 1 - x)
  } finally {
    search.dispose()
  }
}
