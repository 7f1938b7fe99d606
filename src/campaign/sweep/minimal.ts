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
  /** Other values that it has in vacuous settings. */
  readonly vacuousValues: readonly ParamSetting[]
  /**
   * 'mandatory': no safe setting is without the protection, or, where no value means that, some value is in no safe
   * setting. 'open': a setting that is not settled may be the safe one that goes without; 'vacuous': one that says
   * nothing may be.
   */
  readonly verdict: 'mandatory' | 'not mandatory' | 'never safe' | 'open' | 'vacuous'
}

/** Of each knob, whether safety depends on it alone. */
export const needsOf = (cells: readonly Judged[], knobs: readonly Knob[]): Need[] =>
  knobs.map((knob) => {
    const valuesIn = (verdict: CellVerdict): ParamSetting[] =>
      knob.values.filter((value) => cells.some((cell) => cell.verdict === verdict && cell.setting[knob.name] === value))
    const safeValues = valuesIn('safe')
    const [openValues, vacuousValues] = (['open', 'vacuous'] as const).map((verdict) =>
      valuesIn(verdict).filter((value) => !safeValues.includes(value)),
    ) as [ParamSetting[], ParamSetting[]]
    const need = { knob, safeValues, openValues, vacuousValues }
    return { ...need, verdict: verdictOf(need) }
  })

const verdictOf = ({ knob, safeValues: safe, openValues: open, vacuousValues: vacuous }: Omit<Need, 'verdict'>): Need['verdict'] => {
  const { without, values } = knob
  const decides = (some: readonly ParamSetting[]): boolean => (without === null ? some.length > 0 : some.includes(without))
  if (without !== null && safe.includes(without)) return 'not mandatory'
  if (decides(open)) return 'open'
  if (decides(vacuous)) return 'vacuous'
  if (safe.length === 0) return open.length > 0 ? 'open' : 'never safe'
  return without !== null || safe.length < values.length ? 'mandatory' : 'not mandatory'
}
