/** Runs straight-line IR on integers, for tests of the pieces of the compiler. */
import { type Context, createContext } from '../../src/compile/values/context.ts'
import type { Site } from '../../src/compile/values/site.ts'
import { calculate } from '../../src/ir/build.ts'
import type { Expr, Stmt } from '../../src/ir/system.ts'

export const nowhere: Site = { file: 0, node: { start: 0, end: 0 } }
export const emptyContext = (): Context => createContext({}, (path) => path)

/** Temps by number; loads of variable v read `-1 - v`. */
type Values = ReadonlyMap<number, number>

/** @throws RangeError for temps without a value. */
export const evaluated = (e: Expr, values: Values): number => {
  switch (e.op) {
    case 'const':
      return e.value
    case 'temp':
    case 'load': {
      const found = values.get(e.op === 'temp' ? e.id : -1 - e.variable)
      if (found === undefined) throw new RangeError(`no value for ${JSON.stringify(e)}`)
      return found
    }
    case 'not':
      return 1 - evaluated(e.a, values)
    case 'select':
      return evaluated(evaluated(e.condition, values) === 0 ? e.b : e.a, values)
    default:
      return calculate(e.op, evaluated(e.a, values), evaluated(e.b, values))
  }
}

/** Executes assignments and checks; null where a check fails. */
export const execute = (body: readonly Stmt[], start: Values): Values | null => {
  const values = new Map(start)
  for (const s of body) {
    if (s.op === 'set') values.set(s.temp, evaluated(s.value, values))
    else if (s.op === 'check') {
      if (evaluated(s.condition, values) === 0) return null
    } else throw new Error(`not straight-line code: ${s.op}`)
  }
  return values
}
