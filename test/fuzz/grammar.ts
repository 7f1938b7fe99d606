/** All kinds of expressions together. */
import { boolean } from './booleans.ts'
import { call, choice, effect } from './effects.ts'
import { integer, integerIn } from './integers.ts'
import type { Grammar } from './scope.ts'
import { block, generator } from './statements.ts'
import { enumeration, value } from './values.ts'

export const grammar: Grammar = {
  int: integer,
  intIn: integerIn,
  bool: boolean,
  enumeration,
  value,
  effect,
  choice,
  call,
  block,
  generator,
}
