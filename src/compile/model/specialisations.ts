/**
 * A model with some params left free, as few systems as there can be: one for each combination of the params that shape
 * it.
 */
import type { Diagnostic, Place } from '../../diagnostics.js'
import type { System } from '../../ir/system.js'
import { valuesOfFree } from '../values/free.js'
import { type CompileInput, compileFree, type FreeCompilation, RefusedWhileFree } from './compile.js'

type Settings = CompileInput['params']

/** Why a param has a value of its own in every system. */
export type Shaping =
  /** `state`, `processes` or `rules` read it when the model was built. */
  | { readonly param: string; readonly by: 'building'; readonly at: Place | null }
  /** Where it is free the model is refused: some value leaves out code that is outside the language. */
  | { readonly param: string; readonly by: 'diagnostic'; readonly diagnostic: Diagnostic }

/** One combination of the shaping params. */
export type Specialisation =
  | {
      readonly kind: 'system'
      /** A value for every param; those of the free and the idle ones mean nothing. */
      readonly params: Settings
      /** The params that have a value of their own here, in the order in which they were found to shape the model. */
      readonly shaping: readonly Shaping[]
      readonly system: System
      readonly free: readonly string[]
      /** Any value of these will do. */
      readonly idle: readonly string[]
    }
  /** The compiler refuses these settings, whatever the params in `open` are. */
  | {
      readonly kind: 'refused'
      readonly params: Settings
      readonly shaping: readonly Shaping[]
      readonly open: readonly string[]
      readonly diagnostic: Diagnostic
    }

/**
 * All settings of the params `names` (flags and choices), as systems in which as many of them as can be are free. Each
 * setting belongs to exactly one of the specialisations. They come one at a time, because each takes a compilation: as
 * many as the shaping params have combinations.
 */
export function* specialisations(input: CompileInput, names: readonly string[]): Generator<Specialisation, void> {
  yield* split(input, names, [])
}

function* split(input: CompileInput, names: readonly string[], shaping: readonly Shaping[]): Generator<Specialisation, void> {
  const compiled = tryFree(input, names)
  if (compiled.kind === 'system') {
    const { system, free, idle } = compiled
    return yield { kind: 'system', params: input.params, shaping, system, free, idle }
  }
  if (compiled.kind === 'refused' && names.length === 0)
    return yield { kind: 'refused', params: input.params, shaping, open: names, diagnostic: compiled.error.diagnostic }
  const found =
    compiled.kind === 'shaped'
      ? [...compiled.shaping].map(([param, at]): Shaping => ({ param, by: 'building', at }))
      : culprits(input, names, compiled.error).map((param): Shaping => ({ param, by: 'diagnostic', diagnostic: compiled.error.diagnostic }))
  if (found.length === 0 && compiled.kind === 'refused')
    return yield { kind: 'refused', params: input.params, shaping, open: names, diagnostic: compiled.error.diagnostic }
  const left = names.filter((name) => !found.some(({ param }) => param === name))
  for (const setting of combinations(
    input,
    found.map(({ param }) => param),
  ))
    yield* split({ ...input, params: { ...input.params, ...setting } }, left, [...shaping, ...found])
}

type Attempt = FreeCompilation | { readonly kind: 'refused'; readonly error: RefusedWhileFree }

const tryFree = (input: CompileInput, names: readonly string[]): Attempt => {
  try {
    return compileFree(input, names)
  } catch (error) {
    if (error instanceof RefusedWhileFree) return { kind: 'refused', error }
    throw error
  }
}

/**
 * The params whose freedom made the compiler refuse: the last one read without which it gets further, or else all that
 * had been read; none where it had read none. At most one compilation for each.
 */
const culprits = (input: CompileInput, names: readonly string[], error: RefusedWhileFree): readonly string[] => {
  const one = error.read.toReversed().find((name) => {
    const without = tryFree(
      input,
      names.filter((other) => other !== name),
    )
    return without.kind !== 'refused' || !sameDiagnostic(without.error.diagnostic, error.diagnostic)
  })
  return one === undefined ? error.read : [one]
}

const sameDiagnostic = (a: Diagnostic, b: Diagnostic): boolean =>
  a.code === b.code && a.message === b.message && a.place?.file === b.place?.file && a.place?.start === b.place?.start

/** Every combination of the values of some params; the last one changes fastest. */
const combinations = ({ model }: CompileInput, names: readonly string[]): Settings[] =>
  names.reduce<Settings[]>(
    (all, name) => {
      const param = model.params[name]
      const values = param === undefined ? [] : valuesOfFree(param)
      return all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })))
    },
    [{}],
  )
