/** The knobs of a sweep, and every combination of their values. */
import { formatCount } from '../../check/report/format.js'
import type { ParamSetting } from '../../check/request/params.js'
import { DiagnosticError } from '../../diagnostics.js'
import type { Model } from '../../lang/model.js'
import type { Param } from '../../lang/param.js'
import { allowed } from '../../lang/param-values.js'

export interface Knob {
  readonly name: string
  /** In the order of the table: a flag off before on, a choice as the model lists it, sizes upwards. */
  readonly values: readonly ParamSetting[]
  /**
   * The value that means "without this protection": off for a flag where nothing else is said; null where it is not
   * known.
   */
  readonly without: ParamSetting | null
}

/** More searches than this are a mistake, or nobody can read the table. */
const mostCells = 10_000

/**
 * The knobs that `over` names, each text one or more of `name` and `name=value` with commas between them, in the
 * model's order; where it is null, all flags and choices but those in `set`.
 * @throws DiagnosticError MC005 for an unknown param, MC006 for a value that it does not take.
 */
export const knobsOf = (model: Pick<Model, 'params'>, over: readonly string[] | null, set: readonly string[]): Knob[] => {
  const params = Object.entries(model.params)
  const asked = new Map((over ?? []).flatMap((text) => splitAtCommas(model, text)).map(splitAtEquals))
  const unknown = [...asked.keys()].find((name) => !Object.hasOwn(model.params, name))
  if (unknown !== undefined)
    throw new DiagnosticError(
      'MC005',
      `there is no param '${unknown}'`,
      params.length === 0
        ? 'this model has no params'
        : `the params are\n${params.map(([name, p]) => `${name}: ${allowed(p)}`).join('\n')}`,
    )
  return params
    .filter(([name, { kind }]) => (over === null ? kind !== 'size' && !set.includes(name) : asked.has(name)))
    .map(([name, param]) => knobOf(name, param, asked.get(name) ?? null))
}

/**
 * A comma may belong to a value, as in `rmw=batched, preserving A and D`: it separates knobs only before the name of
 * one, or where no value came before.
 */
const splitAtCommas = ({ params }: Pick<Model, 'params'>, text: string): string[] => {
  const parts: string[] = []
  for (const part of text.split(',')) {
    const last = parts.at(-1)
    const isKnob = Object.hasOwn(params, splitAtEquals(part)[0])
    if (isKnob || last === undefined || !last.includes('=')) parts.push(part)
    else parts[parts.length - 1] = `${last},${part}`
  }
  return parts.filter((part) => part.trim() !== '')
}

const splitAtEquals = (text: string): [name: string, without: string | null] => {
  const at = text.indexOf('=')
  return at < 0 ? [text.trim(), null] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

const knobOf = (name: string, param: Param, without: string | null): Knob => {
  const values = valuesOf(param)
  if (without === null) return { name, values, without: param.kind === 'flag' ? false : null }
  const value = values.find((one) => String(one) === without)
  if (value === undefined) throw new DiagnosticError('MC006', `${name}=${without} is not allowed`, `${name} takes ${allowed(param)}`)
  return { name, values, without: value }
}

const valuesOf = (param: Param): ParamSetting[] => {
  switch (param.kind) {
    case 'flag':
      return [false, true]
    case 'choice':
      return [...param.values]
    case 'size':
      return Array.from({ length: param.max - param.min + 1 }, (_, i) => param.min + i)
  }
}

export type Setting = Readonly<Record<string, ParamSetting>>

/**
 * Every combination; the last knob changes fastest. @throws DiagnosticError MC017 if there are more than `mostCells`.
 */
export const settingsOf = (knobs: readonly Knob[]): Setting[] => {
  const count = knobs.reduce((n, { values }) => n * values.length, 1)
  if (count > mostCells)
    throw new DiagnosticError(
      'MC017',
      `${formatCount(count)} settings are too many to sweep: ${formatCount(mostCells)} at most`,
      `name fewer knobs with --over than these: ${knobs.map(({ name, values }) => `${name} (${values.length})`).join(', ')}`,
    )
  return knobs.reduce<Setting[]>((all, { name, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))), [{}])
}
