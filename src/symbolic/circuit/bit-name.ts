/** What the bits of a circuit are called in files for other tools, and what is said there about the codes they hold. */
import { at } from '../../at.js'
import { type System, unflatten, type Variable } from '../../ir/system.js'
import type { Circuit } from './circuit.js'

/** The part of a system that gives its bits names. */
export type Named = Pick<System, 'variables' | 'processes'>

/** What was exported, for people, a line each: `lazy-mmu, variant 'fixed'` or `property noError (always)`. */
export type Heading = readonly string[]

export interface CircuitNames {
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
export const namesOf = ({ names, step, start }: Circuit, { variables }: Named): CircuitNames => {
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
      const v = variables[variable]
      if (v === undefined) return unique(`v${variable}:${bit}`)
      const index = unflatten(element, v.dims).map((i) => `[${i}]`)
      return unique(`${v.name}${index.join('')}${v.hi - v.lo > 1 ? `:${bit}` : ''}`)
    }),
  }
}

/** What the codes of the variables that have these state bits stand for, a line for each variable where that is not plain. */
export const legendOf = ({ names }: Circuit, { variables, processes }: Named, bits: readonly number[]): string[] => {
  const there = [...new Set(bits.map((i) => at(names, i).variable))].sort((a, b) => a - b)
  return there.flatMap((id) => {
    const variable = variables[id]
    const codes = variable === undefined ? null : codesOf(variable, processes)
    return variable === undefined || codes === null ? [] : [plain(`${variable.name}: ${codes}`)]
  })
}

const codesOf = ({ role, values, lo, hi }: Variable, processes: Named['processes']): string | null => {
  if (role.kind === 'location') {
    const locations = processes[role.process]?.locations ?? []
    return locations.map(({ id, label, final }) => `${id} = ${final ? '(returned)' : `'${label}'`}`).join(', ')
  }
  if (values !== undefined && values.some((v) => typeof v === 'string')) return values.map((v, i) => `${i} = ${v}`).join(', ')
  return lo === 0 ? null : `${lo < 0 ? `value + ${-lo}` : `value - ${lo}`}${hi - lo > 1 ? ', bit :0 the lowest' : ''}`
}
