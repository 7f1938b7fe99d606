/** A truth table in fewer lines: settings that are alike whatever value a knob has are told once. */
import type { ParamSetting } from '../../check/request/params.js'
import type { Knob } from './knobs.js'
import type { Judged } from './minimal.js'

export interface Folded<C extends Judged> {
  /** Of each knob its value; null where the line stands for all of its values. */
  readonly setting: Readonly<Record<string, ParamSetting | null>>
  /** The settings that the line stands for. At least one. */
  readonly cells: readonly [C, ...C[]]
}

/**
 * Folds the last knob first. Lines become one where all values of a knob are there, and `alike` says the same of each:
 * what must not be lost, given the knob that is about to be folded. No cell is lost; lines keep the order of their
 * first cells. Linear in cells times knobs.
 */
export const fold = <C extends Judged>(
  cells: readonly C[],
  knobs: readonly Knob[],
  alike: (line: Folded<C>, knob: Knob) => string,
): Folded<C>[] =>
  knobs.toReversed().reduce<Folded<C>[]>(
    (lines, knob) => foldKnob(lines, knob, alike),
    cells.map((cell) => ({ setting: cell.setting, cells: [cell] })),
  )

const foldKnob = <C extends Judged>(lines: Folded<C>[], knob: Knob, alike: (line: Folded<C>, knob: Knob) => string): Folded<C>[] => {
  const groups = new Map<string, [Folded<C>, ...Folded<C>[]]>()
  for (const line of lines) {
    const key = JSON.stringify([Object.entries(line.setting).filter(([name]) => name !== knob.name), alike(line, knob)])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [line])
    else group.push(line)
  }
  const folded = new Map([...groups.values()].filter((group) => group.length === knob.values.length).map((group) => [group[0], group]))
  const gone = new Set([...folded.values()].flatMap(([, ...others]) => others))
  return lines
    .filter((line) => !gone.has(line))
    .map((line) => {
      const group = folded.get(line)
      if (group === undefined) return line
      const [first, ...others] = line.cells
      return {
        setting: { ...line.setting, [knob.name]: null },
        cells: [first, ...others, ...group.slice(1).flatMap((other) => other.cells)],
      }
    })
}
