/**
 * Compares parts of a model, rules or predicates: together where the compiler takes all of them, else those that it
 * refuses alone.
 */
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics.ts'
import { CodeTooLarge } from '../../src/explicit/wasm/platform.ts'
import { functionInfo } from '../../src/load/registry.ts'
import type { Values } from './step-ways.ts'

export type Outcome =
  /** So many ways, or values, are the same. */
  | { readonly kind: 'agree'; readonly compared: number }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }
  /** It has so many ways that they take longer than they are worth: nothing was compared. */
  | { readonly kind: 'many ways' }
  | { readonly kind: 'differs'; readonly values: Values; readonly said: string }

export type Outcomes = Map<string, Outcome>

/** Fewer parts may come to fewer of these. */
export class TooManySuccessors extends Error {
  override readonly name = 'TooManySuccessors'
}

/** What fewer parts together do not come to. */
const isExpected = (error: unknown): boolean =>
  error instanceof DiagnosticError || error instanceof CodeTooLarge || error instanceof TooManySuccessors || error instanceof RangeError

const said = (error: unknown): string => (error instanceof Error ? (error.stack ?? String(error)) : String(error))

/** The part in whose function the place of a diagnostic is; null where it is somewhere else. */
const partAround = <T>(parts: Readonly<Record<string, T>>, functionOf: (part: T) => unknown, { place }: Diagnostic): string | null => {
  const found = Object.entries(parts).find(([, part]) => {
    const info = functionInfo(functionOf(part))
    return info !== undefined && place !== null && info.start <= place.start && place.end <= info.end
  })
  return found?.[0] ?? null
}

export const together = <T>(
  parts: Readonly<Record<string, T>>,
  functionOf: (part: T) => unknown,
  compare: (parts: Readonly<Record<string, T>>) => Outcomes,
): Outcomes => {
  const again = (names: readonly string[]): Outcomes =>
    together(Object.fromEntries(names.map((name) => [name, parts[name]!])), functionOf, compare)
  const names = Object.keys(parts)
  try {
    return names.length === 0 ? new Map() : compare(parts)
  } catch (error) {
    const refused = error instanceof DiagnosticError ? { kind: 'refused' as const, diagnostic: error.diagnostic } : null
    // `check` says so: MC402.
    if (names.length === 1 && error instanceof CodeTooLarge) return new Map([[names[0]!, { kind: 'many ways' }]])
    if (names.length === 1) return new Map([[names[0]!, refused ?? { kind: 'differs', values: {}, said: said(error) }]])
    const around = refused === null ? null : partAround(parts, functionOf, refused.diagnostic)
    if (refused !== null && around !== null) return new Map([...again(names.filter((name) => name !== around)), [around, refused]])
    const half = names.length >> 1
    const outcomes: Outcomes = new Map([...again(names.slice(0, half)), ...again(names.slice(half))])
    // A crash that takes several: no part shows it.
    if (!isExpected(error) && [...outcomes.values()].every(({ kind }) => kind !== 'differs'))
      outcomes.set(names[0]!, { kind: 'differs', values: {}, said: `${names.length} together: ${said(error)}` })
    return outcomes
  }
}
