/** What the bits of a circuit are called in files for other tools, and what is said there about the codes they hold. */
import { at } from '../../at.js'
import type { Variable } from '../../ir/system.js'
import type { Circuit } from '../circuit/circuit.js'
import { type ElementName, elementNames, type Named, nameOfAll, shown } from '../circuit/element-name.js'

/** What was exported, for people, a line each: `lazy-mmu, variant 'fixed'` or `property noError (always)`. */
export type Heading = readonly string[]

export interface Symbols {
  /** Per state bit `pte.P[1]`; where an element has several bits, `:0` stands behind the lowest. */
  readonly state: readonly string[]
  /** Per step input `step.0`. */
  readonly step: readonly string[]
  /** Per input of `init` `start.0`. */
  readonly start: readonly string[]
}

/** Text without anything that would end a comment or a name in these files. */
export const plain = (text: string): string => text.replaceAll(/[^ -~]/g, '_')

/** Names without line ends, `|` and `\`, each one once: what AIGER's symbols and SMT-LIB's quoted symbols may hold. */
export const symbolsOf = ({ names, step, start }: Circuit, system: Named): Symbols => {
  const named = new Map(elementNames(system).map(({ variable, element, name }) => [`${variable}:${element}`, name]))
  const used = new Set<string>()
  const unique = (wanted: string): string => {
    const allowed = plain(wanted).replaceAll(/[|\\]/g, '_')
    let name = allowed
    for (let i = 2; used.has(name); i++) name = `${allowed}#${i}`
    used.add(name)
    return name
  }
  return {
    step: step.map((_, i) => unique(`step.${i}`)),
    start: start.map((_, i) => unique(`start.${i}`)),
    state: names.map(({ variable, element, bit }) => {
      const { lo, hi } = at(system.variables, variable)
      return unique(`${named.get(`${variable}:${element}`)}${hi - lo > 1 ? `:${bit}` : ''}`)
    }),
  }
}

/**
 * What the codes of the variables that have these state bits stand for, a line for each variable where that is not
 * plain.
 */
export const legendOf = ({ names }: Circuit, system: Named, bits: readonly number[]): string[] => {
  const there = new Set(bits.map((i) => at(names, i).variable))
  return elementNames(system).flatMap((name) => {
    const variable = at(system.variables, name.variable)
    const codes = name.element === 0 && there.has(variable.id) ? codesOf(name, variable) : null
    return codes === null ? [] : [plain(`${nameOfAll(system, variable)}: ${codes}`)]
  })
}

const codesOf = (name: ElementName, { lo, hi }: Variable): string | null => {
  switch (name.kind) {
    case 'location':
    case 'enum':
      return name.values.map((value, code) => `${code} = ${shown(value)}`).join(', ')
    case 'integer':
      return lo === 0 ? null : `${lo < 0 ? `value + ${-lo}` : `value - ${lo}`}${hi - lo > 1 ? ', bit :0 the lowest' : ''}`
    case 'boolean':
    case 'presence':
      return null
  }
}
