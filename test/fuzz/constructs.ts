/**
 * What a source is made of: its syntax, operators, methods, and what stands where. What a system is made of: its nodes.
 */
import { parseSync } from 'oxc-parser'
import type { Query, System } from '../../src/ir/system.ts'
import { walkBlock, walkExpr, walkStmts } from '../../src/ir/walk.ts'
import { childrenOf, isNode, type Node, nameOf } from '../../src/load/node.ts'

type Around = readonly { readonly node: Node; readonly field: string }[]

const fieldOf = (parent: Node, node: Node): string =>
  Object.entries(parent).find(([, x]) => x === node || (Array.isArray(x) && x.includes(node)))?.[0] ?? ''

const isFunction = ({ type }: Node): boolean =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression' || type === 'FunctionDeclaration'

const changes: ReadonlySet<string> = new Set(['AssignmentExpression', 'UpdateExpression'])

/**
 * Calls `found` with names: `node IfStatement`, `operator +=`, `method find`, `member ?.`, `AssignmentExpression in
 * BinaryExpression.right`, ...
 */
export const constructsOf = (source: string, found: (name: string) => void): void => {
  const { program } = parseSync('generated.ts', source, { lang: 'ts', preserveParens: false })
  const visit = (node: Node, around: Around): void => {
    found(`node ${node.type}`)
    const parent = around.at(-1)
    if (parent !== undefined) found(`${node.type} in ${parent.node.type}.${parent.field}`)
    if (typeof node.operator === 'string') found(`${node.type} ${node.operator}`)
    special(node, around, found)
    for (const child of childrenOf(node)) visit(child, [...around, { node, field: fieldOf(node, child) }])
  }
  const root: unknown = program
  if (isNode(root)) visit(root, [])
}

const special = (node: Node, around: Around, found: (name: string) => void): void => {
  const parent = around.at(-1)
  const asStatement = parent === undefined || parent.node.type === 'ExpressionStatement'
  if (changes.has(node.type) && !asStatement) found(node.type === 'UpdateExpression' ? 'update as a value' : `${node.operator} as a value`)
  if (node.type === 'YieldExpression' && node.delegate === true) {
    const role = around.toReversed().find(({ node: n }) => n.type !== 'AwaitExpression')
    found(`yield* in ${role?.node.type}.${role?.field}`)
    for (const { node: outer, field } of around) if (outer.type === 'WhileStatement') found(`yield* below WhileStatement.${field}`)
  }
  if (node.type === 'YieldExpression' && node.delegate === false) found(`label ${isNode(node.argument) ? node.argument.type : 'none'}`)
  if (node.type === 'MemberExpression' && isNode(node.object) && node.object.type === 'Identifier' && node.object.name === 'at') found('at')
  if (node.type === 'MemberExpression' || node.type === 'CallExpression') {
    if (node.optional === true) found(`${node.type} ?.${node.computed === true ? '[]' : ''}`)
    const callee = node.callee
    if (node.type === 'CallExpression' && isNode(callee)) {
      if (callee.type === 'Identifier') found(`call ${String(callee.name)}`)
      if (callee.type === 'MemberExpression' && isNode(callee.property) && isNode(callee.object)) {
        const owner =
          callee.object.type === 'Identifier' && /^[A-Z]/.test(String(callee.object.name)) ? `${String(callee.object.name)}.` : ''
        if (callee.property.name === 'push' && callee.object.type === 'Identifier' && !asStatement)
          found('method push of a local list as a value')
        found(owner === '' ? `method ${String(callee.property.name)}` : `call ${owner}${String(callee.property.name)}`)
        const args = Array.isArray(node.arguments) ? (node.arguments as Node[]) : []
        if (owner === 'Array.') found(`Array.from of ${args[0]?.type}${args.length > 1 ? ' with a function' : ''}`)
        const callback = args[0]
        if (callback !== undefined && isFunction(callback) && Array.isArray(callback.params)) {
          found(`callback of ${String(callee.property.name)} with ${callback.params.length}`)
          if (isNode(callback.body) && callback.body.type === 'BlockStatement') found('callback with a block')
        }
      }
    }
    if (node.type === 'MemberExpression' && isNode(node.property) && node.computed !== true) found(`property ${String(node.property.name)}`)
  }
  if (isFunction(node) && Array.isArray(node.params))
    for (const [i, p] of (node.params as Node[]).entries())
      found(isNode(p) && p.type === 'Identifier' && p.name === 'this' ? 'this parameter' : `parameter ${p.type}${i > 9 ? '' : ''}`)
  const isGenerator = (n: Node): boolean => isFunction(n) && n.generator === true
  if (isGenerator(node) && around.some(({ node: n }) => isGenerator(n))) found('generator in a generator')
  if (
    parent?.node.type === 'CallExpression' &&
    isNode(parent.node.callee) &&
    parent.node.callee.name === 'always' &&
    Array.isArray(node.params)
  )
    for (const i of node.params.keys()) found(`parameter ${i} of a predicate`)
  if (node.type === 'Property' && isNode(node.key) && nameOf(node.key) === 'kind' && isNode(node.value) && node.value.type !== 'Literal')
    found('a computed tag')
  if (node.type === 'Literal' && typeof node.value === 'number') found(`number ${node.value}`)
  if (node.type === 'Property' && isNode(node.key) && node.key.type === 'Identifier' && String(node.key.name) in Object.prototype)
    found('a name of Object.prototype')
}

/** Calls `found` with `expr add`, `stmt store`, `end choose`, `role local`, ... */
export const nodesOf = (system: System, found: (name: string) => void): void => {
  const visitor = {
    expr: (e: { op: string }) => found(`expr ${e.op}`),
    stmt: (s: { op: string }) => found(`stmt ${s.op}`),
    block: (b: { end: { op: string } }) => found(`end ${b.end.op}`),
  }
  const query = ({ body, value }: Pick<Query, 'body' | 'value'>): void => {
    walkStmts(body, visitor)
    walkExpr(value, visitor)
  }
  for (const { role } of system.variables) found(`role ${role.kind}`)
  for (const { body } of system.steps) walkBlock(body, visitor)
  walkBlock(system.init, visitor)
  for (const p of system.safety) {
    found(`property ${p.kind}`)
    query(p)
  }
  for (const t of system.temporal) {
    found(`property ${t.kind}`)
    if (t.trigger !== null) query(t.trigger)
    query(t.goal)
  }
  for (const e of system.extremes) {
    found(`property ${e.kind}`)
    found(`over ${e.over}`)
    query(e.measure)
  }
  for (const { fairness, kind } of system.agents) found(`${kind} ${fairness}`)
  for (const { kind } of system.failures) found(`failure ${kind}`)
  found(`deadlock ${system.deadlock}`)
}
