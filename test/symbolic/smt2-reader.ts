/** Evaluates what the SMT-LIB export writes, from the standard's meaning of it alone. */

type Term = string | readonly Term[]

const parse = (text: string): Term[] => {
  const stack: Term[][] = [[]]
  for (const [token] of text.replaceAll(/^;.*$/gm, '').matchAll(/\|[^|]*\||[()]|[^\s()|]+/g)) {
    if (token === '(') stack.push([])
    else if (token === ')') {
      const done = stack.pop() ?? []
      stack.at(-1)?.push(done)
    } else stack.at(-1)?.push(token)
  }
  if (stack.length !== 1) throw new Error('unbalanced parentheses')
  return stack[0]
}

export interface Script {
  readonly logic: string
  /** The constants that no assertion defines. */
  readonly free: readonly string[]
  /** The values of all constants, and whether the assertions hold, for values of the free ones. */
  readonly evaluate: (free: ReadonlyMap<string, boolean>) => { readonly values: ReadonlyMap<string, boolean>; readonly holds: boolean }
}

/**
 * A script of boolean constants, each declared before its use, some of them asserted to equal a term right behind their
 * declaration.
 */
export const readScript = (text: string): Script => {
  const commands = parse(text)
  const declared: string[] = []
  const defined = new Map<string, Term>()
  const claims: Term[] = []
  let logic = ''
  for (const command of commands) {
    const [name, ...rest] = command
    if (name === 'set-logic') logic = String(rest[0])
    else if (name === 'declare-fun') declared.push(String(rest[0]))
    else if (name === 'assert') {
      const [head, left, right] = rest[0]
      if (head === '=' && left === declared.at(-1) && !defined.has(String(left))) defined.set(String(left), right)
      else claims.push(rest[0])
    } else if (name !== 'set-option' && name !== 'check-sat') throw new Error(`command ${String(name)}`)
  }
  if (new Set(declared).size !== declared.length) throw new Error('a constant declared twice')
  return {
    logic,
    free: declared.filter((name) => !defined.has(name)),
    evaluate: (free) => {
      const values = new Map<string, boolean>([
        ['true', true],
        ['false', false],
      ])
      const evaluate = (term: Term): boolean => {
        if (typeof term === 'string') {
          const value = values.get(term)
          if (value === undefined) throw new Error(`${term} is used before it is declared`)
          return value
        }
        const [head, ...operands] = term
        const [a, b, c] = operands
        switch (head) {
          case 'and':
            return operands.every(evaluate)
          case 'or':
            return operands.some(evaluate)
          case 'not':
            return !evaluate(a)
          case 'xor':
            return evaluate(a) !== evaluate(b)
          case 'ite':
            return evaluate(a) ? evaluate(b) : evaluate(c)
          default:
            throw new Error(`operator ${String(head)}`)
        }
      }
      for (const name of declared) values.set(name, defined.has(name) ? evaluate(defined.get(name) ?? '') : (free.get(name) ?? false))
      return { values, holds: claims.every(evaluate) }
    },
  }
}
