/** Where a process starts and with which locals, if free params decide that: as code of `init`. */
import { constant } from '../../ir/build.js'
import type { Block, Expr, Span, Stmt } from '../../ir/system.js'
import { walkBlock } from '../../ir/walk.js'
import { sweep } from '../after/live-locals.js'
import type { Context } from '../values/context.js'
import { isParam } from '../values/free.js'

/** Whether code before a first yield reads free params and nothing else, and always comes to a yield or an end. */
export const isDecidedByParams = (c: Context, start: Block): boolean => {
  let decided = c.draft.variables.some(isParam)
  walkBlock(start, {
    expr: (e) => {
      const v = e.op === 'load' ? c.draft.variables[e.variable] : undefined
      decided &&= e.op !== 'load' || (v !== undefined && isParam(v))
    },
    stmt: ({ op }) => {
      decided &&= op !== 'store' && op !== 'check' && op !== 'cover'
    },
    block: ({ end }) => {
      decided &&= end.op === 'goto' || end.op === 'branch'
    },
  })
  return decided
}

/** The same as statements, which put the process (whose location is the variable `pc`) where it starts. */
export const startOf = (start: Block, pc: number, indexOf: (variable: number, element: number) => Expr[], at: Span): Stmt[] => {
  const statements = ({ body, end }: Block): Stmt[] => {
    switch (end.op) {
      case 'branch':
        return [...body, { op: 'if', condition: end.condition, then: statements(end.then), else: statements(end.else) }]
      case 'goto':
        return [
          ...body,
          ...end.frame.map(
            ({ variable, element, value }): Stmt => ({ op: 'store', variable, index: indexOf(variable, element), value, at }),
          ),
          { op: 'store', variable: pc, index: [], value: constant(end.location), at },
        ]
      default:
        throw new Error(`a process starts with '${end.op}'`)
    }
  }
  return [...sweep({ body: statements(start), end: { op: 'finish' } }).body]
}
