/** What is said of syntax that is outside the language. */
import type { Expression } from 'oxc-parser'

type Node = Expression | { readonly type: 'SpreadElement' } | { readonly type: 'Super' }

export const unaryHint = (operator: string): string => {
  switch (operator) {
    case 'typeof':
      return 'compare with what tells the values apart: x === null, u.tag === ...'
    case 'delete':
      return 'a record keeps its fields: store null in an optional(...), or s.set.delete(i)'
    default:
      return 'use ! - + ~'
  }
}

export const describeSyntax = (node: Node): string => {
  switch (node.type) {
    case 'NewExpression':
      return "'new'"
    case 'AwaitExpression':
      return "'await'"
    case 'ClassExpression':
      return 'a class'
    case 'ThisExpression':
      return "'this'"
    case 'SequenceExpression':
      return 'the comma operator'
    case 'TaggedTemplateExpression':
      return 'a tagged template'
    case 'ImportExpression':
      return 'a dynamic import'
    case 'Literal':
      return 'regex' in node ? 'a regular expression' : 'a bigint'
    default:
      return node.type
  }
}

export const syntaxHint = (node: Node): string => {
  switch (node.type) {
    case 'NewExpression':
      return 'sets and queues are variables of `state`: set(n), queue(n, domain)'
    case 'ThisExpression':
    case 'ClassExpression':
      return 'write functions; the state is their argument'
    case 'SequenceExpression':
      return 'write two statements'
    case 'Literal':
      return 'regex' in node ? 'the state holds no texts: use oneOf(...) values' : 'write an integer'
    case 'AwaitExpression':
      return 'a model has no promises: a process waits by yield until(label, condition)'
    default:
      return 'docs/LANGUAGE.md lists what can be written'
  }
}
