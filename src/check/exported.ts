/** A check as a file for other tools: the system as a circuit with bad states, or one bounded question. */

import type { Target } from '../symbolic/circuit/circuit.js'
import { translate } from '../symbolic/circuit/translate.js'
import { encodeAiger, printAiger, toAiger } from '../symbolic/export/aiger.js'
import { toSmt2 } from '../symbolic/export/smt2.js'
import { formatSetting } from '../trace/plain.js'
import { type CheckOptions, type Prepared, prepare } from './request/prepare.js'
import type { Checkable } from './request/target.js'

/**
 * AIGER, as text or in the binary form that most tools want, has one bad-state literal for each property; SMT-LIB asks
 * about one property within a number of steps.
 */
export type Export =
  | { readonly kind: 'aiger'; readonly form: 'text' | 'binary' }
  | { readonly kind: 'smt2'; readonly property: string; readonly depth: number }

/**
 * @throws DiagnosticError as `prepare`; RangeError where nothing of what single states settle has the wanted name, or
 * the result would be too large.
 */
export const exported = async (target: Checkable, what: Export, options: CheckOptions = {}): Promise<string | Uint8Array> => {
  const prepared = await prepare(target, options)
  const { system } = prepared
  const { circuit } = translate(system)
  switch (what.kind) {
    case 'aiger': {
      const aiger = toAiger(circuit, system, circuit.targets, headingOf(prepared, circuit.targets))
      return what.form === 'text' ? printAiger(aiger) : encodeAiger(aiger)
    }
    case 'smt2': {
      const asked = circuit.targets.find(({ name }) => name === what.property)
      if (asked === undefined)
        throw new RangeError(
          `no state settles '${what.property}'; these are settled by states: ${circuit.targets.map(({ name }) => name).join(', ')}`,
        )
      return toSmt2(circuit, system, asked, what.depth, headingOf(prepared, [asked]))
    }
  }
}

const headingOf = ({ target, variant, params }: Prepared, targets: readonly Target[]): readonly string[] => [
  `${target.model.name}${variant === null ? '' : `, variant '${variant}'`}`,
  ...Object.entries(params).map(([name, value]) => `${name} = ${formatSetting(value)}`),
  ...targets.map(({ name, kind }) => `property ${name} (${kind})`),
]
