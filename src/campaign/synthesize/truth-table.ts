/**
 * The truth table of a model over its flags and choices, without a search for each of its rows: what `mmucheck
 * synthesize` computes. Params that shape the model are enumerated; for each combination of these there is one system
 * with all others free, whose settings are settled together.
 */
import type { CompileInput } from '../../compile/model/compile.js'
import { type Shaping, type Specialisation, specialisations } from '../../compile/model/specialisations.js'
import type { Diagnostic } from '../../diagnostics.js'
import type { System } from '../../ir/system.js'
import { cellsOf } from '../../symbolic/free/primes.js'
import type { Question, SettingVerdict, SystemTable } from '../../symbolic/free/settings.js'
import { type Formula, formulaOf, type Variable } from './formula.js'

export type CellVerdict =
  | Exclude<SettingVerdict, { kind: 'no initial state' }>
  /** Nothing is violated, but these windows are never reached. */
  | { readonly kind: 'vacuous'; readonly windows: readonly string[] }
  /** The model does not compile with these settings (then with the reason), or `init` leaves no initial state. */
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic | null }

export interface Cell {
  readonly verdict: CellVerdict
  /** An index into `parts`: where its race and its proof are. */
  readonly part: number
}

/** One combination of the shaping params. */
export interface Part {
  /** A value for every param; those of the free and the idle ones mean nothing. */
  readonly params: CompileInput['params']
  readonly shaping: readonly Shaping[]
  readonly free: readonly string[]
  /** Any value of these will do. */
  readonly idle: readonly string[]
  /** What was settled, and the system that it is about; null where the model is refused. */
  readonly settled: { readonly system: System; readonly table: SystemTable } | null
}

export interface Synthesis {
  /** In the order of the model. */
  readonly knobs: readonly Variable[]
  /** By setting; the last knob changes fastest. */
  readonly cells: readonly Cell[]
  readonly parts: readonly Part[]
  /** True of the settings that were proved safe, and of no others. */
  readonly safe: Formula
  /** Of those in which nothing is violated because nothing happens; see `withWindows`. */
  readonly vacuous: Formula
  readonly unsafe: Formula
  /** Of those that are neither: open or refused. */
  readonly rest: Formula
}

/** Settles the settings of one system, here or in a worker. */
export type Settle = (system: System, properties: readonly string[], question: Question) => SystemTable | Promise<SystemTable>

/** More settings than this are not tabulated. */
const mostSettings = 2 ** 20

/**
 * Settles all settings of the params `asked`, flags and choices, in the properties of states (or `deadlock`) that must
 * hold; assertions and ranges must hold in any case. The other params are as `input` says. `settle` does the work for
 * one system. `question` may be another one, about `sometimes`; what it does not ask of is `not asked`.
 * @throws RangeError where there are more than a million settings, or as `synthesizeSystem`; DiagnosticError where the
 * model is wrong whatever the setting; what `settle` throws.
 */
export const synthesize = async (
  input: CompileInput,
  asked: readonly string[],
  properties: readonly string[],
  settle: Settle,
  question: Pick<Question, 'looksFor'> & { readonly isAsked: (cell: number) => boolean } = { looksFor: 'violations', isAsked: () => true },
): Promise<Synthesis> => {
  const unknown = asked.find((name) => !Object.hasOwn(input.model.params, name))
  if (unknown !== undefined) throw new RangeError(`there is no param '${unknown}'`)
  const names = Object.keys(input.model.params).filter((name) => asked.includes(name))
  const knobs = names.map((name): Variable => ({ name, values: valuesOf(input, name) }))
  const sizes = knobs.map(({ values }) => values.length)
  const count = cellsOf(sizes)
  if (count > mostSettings) throw new RangeError(`${count} settings are too many: ${mostSettings} at most`)
  const claimed = {
    ...input,
    properties: Object.fromEntries(Object.entries(input.properties).filter(([name]) => properties.includes(name))),
  }
  const parts: Part[] = []
  const cells: Cell[] = []
  for (const one of specialisations(claimed, names)) {
    const part = parts.length
    const pairs = settingsOf(knobs, one)
    const wanted = new Set(pairs.flatMap(([cell, setting]) => (question.isAsked(cell) ? [setting] : [])))
    const excluded = [...new Set(pairs.map(([, setting]) => setting))].filter((setting) => !wanted.has(setting))
    const isSettled = one.kind === 'refused' || wanted.size === 0
    const settled = isSettled ? null : await settleOne(one.system, properties, { looksFor: question.looksFor, excluded }, settle)
    const { params, shaping } = one
    parts.push({
      params,
      shaping,
      free: one.kind === 'refused' ? [] : one.free,
      idle: one.kind === 'refused' ? one.open : one.idle,
      settled,
    })
    for (const [cell, setting] of pairs)
      cells[cell] = {
        part,
        verdict:
          one.kind === 'refused'
            ? { kind: 'refused', diagnostic: one.diagnostic }
            : question.isAsked(cell)
              ? verdictAt(settled?.table, setting)
              : { kind: 'not asked' },
      }
  }
  return { knobs, cells, parts, ...formulasOf(knobs, cells) }
}

const formulasOf = (knobs: readonly Variable[], cells: readonly Cell[]): Pick<Synthesis, 'safe' | 'vacuous' | 'unsafe' | 'rest'> => {
  const where = (...kinds: CellVerdict['kind'][]): Formula => formulaOf(knobs, (i) => kinds.some((kind) => cells[i]?.verdict.kind === kind))
  return { safe: where('safe'), vacuous: where('vacuous'), unsafe: where('unsafe'), rest: where('open', 'refused') }
}

/**
 * The same truth table, in which settings that are safe and do not reach all windows are vacuous. Where it is not known
 * whether one is reached the setting is open. `isAsked` says in which settings a window is asked.
 * @throws as `synthesize`.
 */
export const withWindows = async (
  synthesis: Synthesis,
  input: CompileInput,
  windows: readonly string[],
  settle: Settle,
  isAsked: (window: string, cell: number) => boolean,
): Promise<Synthesis> => {
  const names = synthesis.knobs.map(({ name }) => name)
  const cells = [...synthesis.cells]
  for (const window of windows) {
    const isWanted = (cell: number): boolean => ['safe', 'vacuous'].includes(cells[cell]?.verdict.kind ?? '') && isAsked(window, cell)
    if (![...cells.keys()].some(isWanted)) continue
    const found = await synthesize(input, names, [window], settle, { looksFor: 'witnesses', isAsked: isWanted })
    for (const [cell, { verdict, part }] of [...cells.entries()]) {
      const reached = found.cells[cell]?.verdict.kind
      if (!isWanted(cell) || reached === 'unsafe') continue
      const others = verdict.kind === 'vacuous' ? verdict.windows : []
      cells[cell] = { part, verdict: reached === 'safe' ? { kind: 'vacuous', windows: [...others, window] } : { kind: 'open', depth: -1 } }
    }
  }
  return { ...synthesis, cells, ...formulasOf(synthesis.knobs, cells) }
}

/** The values of a knob. @throws RangeError for what is no flag and no choice. */
const valuesOf = ({ model }: CompileInput, name: string): readonly (boolean | string)[] => {
  const param = model.params[name]
  if (param === undefined || param.kind === 'size') throw new RangeError(`'${name}' is no flag and no choice of ${model.name}`)
  return param.kind === 'flag' ? [false, true] : param.values
}

const settleOne = async (system: System, properties: readonly string[], question: Question, settle: Settle): Promise<Part['settled']> => {
  const asked: System = properties.includes('deadlock') ? { ...system, deadlock: 'violation' } : system
  return { system: asked, table: await settle(asked, properties, question) }
}

const verdictAt = (table: SystemTable | undefined, setting: number): CellVerdict => {
  const verdict = table?.verdicts[setting]
  if (verdict === undefined) throw new Error(`setting ${setting} was not settled`)
  return verdict.kind === 'no initial state' ? { kind: 'refused', diagnostic: null } : verdict
}

/** The cells that a specialisation is about, each with its number among the settings of the free params. */
const settingsOf = (knobs: readonly Variable[], one: Specialisation): readonly (readonly [cell: number, setting: number])[] => {
  const free = one.kind === 'refused' ? [] : one.free
  return knobs.reduce<readonly (readonly [number, number])[]>(
    (all, { name, values }) => {
      const isShaping = one.shaping.some(({ param }) => param === name)
      const isFree = free.includes(name)
      return all.flatMap(([cell, setting]) =>
        values.flatMap((value, v): [number, number][] =>
          isShaping && one.params[name] !== value ? [] : [[cell * values.length + v, isFree ? setting * values.length + v : setting]],
        ),
      )
    },
    [[0, 0]],
  )
}

/** The values of the knobs in cell number `cell`. */
export const settingAt = ({ knobs }: Pick<Synthesis, 'knobs'>, cell: number): Readonly<Record<string, boolean | string>> => {
  let rest = cell
  const entries = knobs.toReversed().map(({ name, values }): [string, boolean | string] => {
    const value = values[rest % values.length] ?? false
    rest = Math.floor(rest / values.length)
    return [name, value]
  })
  return Object.fromEntries(entries.toReversed())
}
