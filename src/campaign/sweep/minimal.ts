/** What a truth table says of the knobs: which are needed, and in which settings nothing is superfluous. */
import type { ParamSetting } from '../../check/request/params.js'
import type { Knob, Setting } from './knobs.js'

/** `vacuous`: nothing is violated, and nothing that is said of the setting means anything. */
export type CellVerdict = 'safe' | 'vacuous' | 'unsafe' | 'open' | 'refused'

export interface Judged {
  readonly setting: Setting
  readonly verdict: CellVerdict
}

/** Another setting that differs in one knob. */
export interface Neighbour<C extends Judged> {
  readonly knob: Knob
  readonly value: ParamSetting
  readonly cell: C
}

/** The settings that differ from `cell` in the value of `knob` alone. Linear in the number of cells. */
export const neighboursOf = <C extends Judged>(cell: C, cells: readonly C[], knob: Knob): Neighbour<C>[] => {
  const others = Object.keys(cell.setting).filter((name) => name !== knob.name)
  return cells
    .filter(({ setting }) => setting[knob.name] !== cell.setting[knob.name] && others.every((name) => setting[name] === cell.setting[name]))
    .map((other) => ({ knob, value: other.setting[knob.name] as ParamSetting, cell: other }))
}

/**
 * The safe settings in which each protection is needed: without any one of them, and all else the same, the setting is
 * unsafe. Knobs of which no value means "without" do not count; what their other values do is among the neighbours. A
 * setting whose neighbour is not settled is not called minimal.
 */
export const minimalSafe = <C extends Judged>(cells: readonly C[], knobs: readonly Knob[]): C[] =>
  cells.filter(
    (cell) =>
      cell.verdict === 'safe' &&
      knobs
        .filter(({ without, name }) => without !== null && cell.setting[name] !== without)
        .every((knob) => neighboursOf(cell, cells, knob).every((other) => other.value !== knob.without || other.cell.verdict === 'unsafe')),
  )

export interface Need {
  readonly knob: Knob
  /** The values that the knob has in safe settings. */
  readonly safeValues: readonly ParamSetting[]
  /** Other values that it has in settings that are not settled. */
  readonly openValues: readonly ParamSetting[]
  /**
   * 'mandatory': no safe setting is without the protection, or, where no value means that, some value is in no safe
   * setting. 'open': a setting that is not settled may be the safe one that goes without.
   */
  readonly verdict: 'mandatory' | 'not mandatory' | 'never safe' | 'open'
}

/** Of each knob, whether safety depends on it alone. */
export const needsOf = (cells: readonly Judged[], knobs: readonly Knob[]): Need[] =>
  knobs.map((knob) => {
    const valuesIn = (verdict: CellVerdict): ParamSetting[] =>
      knob.values.filter((value) => cells.some((cell) => cell.verdict === verdict && cell.setting[knob.name] === value))
    const safeValues = valuesIn('safe')
    const openValues = valuesIn('open').filter((value) => !safeValues.includes(value))
    return { knob, safeValues, openValues, verdict: verdictOf(knob, safeValues, openValues) }
  })

const verdictOf = ({ without, values }: Knob, safe: readonly ParamSetting[], open: readonly ParamSetting[]): Need['verdict'] => {
  if (without !== null && safe.includes(without)) return 'not mandatory'
  if (without === null ? open.length > 0 : open.includes(without)) return 'open'
  if (safe.length === 0) return open.length > 0 ? 'open' : 'never safe'
  return without !== null || safe.length < values.length ? 'mandatory' : 'not mandatory'
}
