/** Names: where each is declared, which functions capture it, and what is visible where a generator yields. */
import { child, childrenOf, isTypeOnly, list, type Node, nameOf } from './node.js'

export interface Binding {
  readonly name: string
  readonly kind: 'param' | 'let' | 'const' | 'var' | 'function' | 'class' | 'import' | 'catch'
  /** From this offset on it has its value: before, reading it throws. */
  readonly ready: number
  /** The `case` it is declared in, outside which it may have no value; null elsewhere. */
  readonly within: Node | null
  /** Assigned anywhere after its declaration. */
  reassigned: boolean
}

export interface Scope {
  readonly parent: Scope | null
  readonly bindings: Map<string, Binding>
  /** The function whose code this is, or null for the module. */
  readonly owner: FunctionScope | null
  /** `var` goes no further out: this is a module, or a function's body, whose names the parameters do not see. */
  readonly hoists: boolean
}

/** A function with what it needs to know from outside. */
export interface FunctionScope {
  readonly node: Node
  readonly outer: Scope
  /** How the function is written: an object literal's method is a property, a class's method neither. */
  readonly form:
    | { readonly kind: 'expression'; readonly name: string }
    | { readonly kind: 'method'; readonly property: Node; readonly name: string }
    | { readonly kind: 'declaration'; readonly block: Node }
    | { readonly kind: 'other' }
  readonly insideGenerator: boolean
  /** Free names that resolve to the module's or an outer function's bindings, in order of first use. */
  readonly captures: Map<string, Binding>
}

/** A `yield` or `yield*`, with what is visible there. */
export interface YieldSite {
  readonly node: Node
  readonly owner: FunctionScope
  /** The function's own locals that have a value there; inner ones hide outer ones of the same name. */
  readonly locals: readonly string[]
  /** The `for..of` statements of the function around it, outermost first. */
  readonly loops: readonly Node[]
}

export interface Names {
  readonly module: Scope
  readonly functions: readonly FunctionScope[]
  readonly yields: readonly YieldSite[]
  /** Names that occur as values anywhere: an imported name that does not is a type. */
  readonly values: ReadonlySet<string>
}

interface At {
  readonly scope: Scope
  readonly block: Node
  readonly within: Node | null
  readonly loops: readonly Node[]
}

/**
 * Analyses a module. Linear in its size, times the nesting depth of its functions.
 * A closure: a walk over the module, whose parts add to the same lists.
 */
export const namesIn = (program: Node): Names => {
  const module: Scope = { parent: null, bindings: new Map(), owner: null, hoists: true }
  const functions: FunctionScope[] = []
  const pendingYields: { node: Node; at: At; owner: FunctionScope }[] = []
  const references: { name: string; scope: Scope; writes: boolean }[] = []

  const declare = (scope: Scope, binding: Binding): void => {
    let home = scope
    if (binding.kind === 'var') while (home.parent !== null && !home.hoists) home = home.parent
    if (!home.bindings.has(binding.name) || binding.kind !== 'var') home.bindings.set(binding.name, binding)
  }

  const pattern = (node: Node, leaf: (name: string) => void, at: At): void => {
    switch (node.type) {
      case 'Identifier':
        return leaf(String(node.name))
      case 'AssignmentPattern':
        pattern(child(node, 'left')!, leaf, at)
        return visit(child(node, 'right')!, at)
      case 'ObjectPattern':
        for (const property of list(node, 'properties')) {
          if (property.computed === true) visit(child(property, 'key')!, at)
          pattern(child(property, property.type === 'RestElement' ? 'argument' : 'value')!, leaf, at)
        }
        return
      case 'ArrayPattern':
        for (const element of list(node, 'elements')) pattern(element, leaf, at)
        return
      case 'RestElement':
        return pattern(child(node, 'argument')!, leaf, at)
      case 'TSParameterProperty':
        return pattern(child(node, 'parameter')!, leaf, at)
      default:
        // A member expression as the target of an assignment.
        return visit(node, at)
    }
  }

  const variables = (node: Node, at: At, ready: (declarator: Node) => number): void => {
    if (node.declare === true) return
    const kind = node.kind as 'let' | 'const' | 'var'
    for (const declarator of list(node, 'declarations')) {
      const binding = { kind, ready: ready(declarator), within: kind === 'var' ? null : at.within }
      pattern(child(declarator, 'id')!, (name) => declare(at.scope, { ...binding, name, reassigned: false }), at)
      const init = child(declarator, 'init')
      if (init !== null) visit(init, at, nameOf(child(declarator, 'id')) ?? '')
    }
  }

  const inner = (at: At, block: Node): At => ({
    ...at,
    block,
    within: null,
    scope: { parent: at.scope, bindings: new Map(), owner: at.scope.owner, hoists: block.type === 'StaticBlock' },
  })

  const visitFunction = (node: Node, at: At, form: FunctionScope['form']): void => {
    const body = child(node, 'body')!
    const outer = at.scope
    const owner: FunctionScope = { node, outer, form, insideGenerator: insideGenerator(outer.owner), captures: new Map() }
    functions.push(owner)
    const scope: Scope = { parent: outer, bindings: new Map(), owner, hoists: false }
    const here: At = { scope, block: body, within: null, loops: [] }
    const name = nameOf(child(node, 'id'))
    if (node.type === 'FunctionExpression' && name !== null)
      declare(scope, { name, kind: 'function', ready: 0, within: null, reassigned: false })
    for (const param of list(node, 'params'))
      pattern(
        param,
        (n) => n !== 'this' && declare(scope, { name: n, kind: 'param', ready: body.start, within: null, reassigned: false }),
        here,
      )
    const inside: At = { ...here, scope: { parent: scope, bindings: new Map(), owner, hoists: true } }
    if (body.type === 'BlockStatement') for (const statement of list(body, 'body')) visit(statement, inside)
    else visit(body, here)
  }

  const visit = (node: Node, at: At, name = ''): void => {
    if (isTypeOnly(node)) return
    switch (node.type) {
      case 'Identifier':
        references.push({ name: String(node.name), scope: at.scope, writes: false })
        return
      case 'ImportDeclaration':
        for (const specifier of list(node, 'specifiers'))
          declare(at.scope, { name: nameOf(child(specifier, 'local')) ?? '', kind: 'import', ready: 0, within: null, reassigned: false })
        return
      case 'ExportNamedDeclaration': {
        const declaration = child(node, 'declaration')
        if (declaration !== null) visit(declaration, at)
        if (child(node, 'source') === null && node.exportKind !== 'type')
          for (const specifier of list(node, 'specifiers')) if (specifier.exportKind !== 'type') visit(child(specifier, 'local')!, at)
        return
      }
      case 'ExportAllDeclaration':
      case 'LabeledStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        if (node.type === 'LabeledStatement') visit(child(node, 'body')!, at)
        return
      case 'VariableDeclaration':
        return variables(node, at, (declarator) => declarator.end)
      case 'FunctionDeclaration': {
        const declared = nameOf(child(node, 'id'))
        if (declared !== null) declare(at.scope, { name: declared, kind: 'function', ready: 0, within: null, reassigned: false })
        return visitFunction(
          node,
          at,
          declared === null ? { kind: 'expression', name: 'default' } : { kind: 'declaration', block: at.block },
        )
      }
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return visitFunction(node, at, { kind: 'expression', name })
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.declare === true) return
        if (node.type === 'ClassDeclaration' && child(node, 'id') !== null)
          declare(at.scope, { name: nameOf(child(node, 'id'))!, kind: 'class', ready: node.end, within: null, reassigned: false })
        for (const part of [child(node, 'superClass'), child(node, 'body')]) if (part !== null) visit(part, inner(at, node))
        return
      case 'MethodDefinition':
      case 'PropertyDefinition': {
        if (node.computed === true) visit(child(node, 'key')!, at)
        const value = child(node, 'value')
        if (value === null || isTypeOnly(value)) return
        return value.type === 'FunctionExpression' ? visitFunction(value, at, { kind: 'other' }) : visit(value, at)
      }
      case 'Property': {
        if (node.computed === true) visit(child(node, 'key')!, at)
        const key = keyName(child(node, 'key')!, node.computed === true)
        const value = child(node, 'value')!
        if (value.type !== 'FunctionExpression') return visit(value, at, key)
        if (node.kind !== 'init') return visitFunction(value, at, { kind: 'other' })
        return visitFunction(
          value,
          at,
          node.method === true ? { kind: 'method', property: node, name: key } : { kind: 'expression', name: key },
        )
      }
      case 'MemberExpression':
        visit(child(node, 'object')!, at)
        if (node.computed === true) visit(child(node, 'property')!, at)
        return
      case 'AssignmentExpression': {
        const left = child(node, 'left')!
        if (node.operator !== '=' && left.type === 'Identifier')
          references.push({ name: String(left.name), scope: at.scope, writes: false })
        pattern(left, (n) => references.push({ name: n, scope: at.scope, writes: true }), at)
        return visit(child(node, 'right')!, at, nameOf(left) ?? '')
      }
      case 'UpdateExpression':
        return pattern(child(node, 'argument')!, (n) => references.push({ name: n, scope: at.scope, writes: true }), at)
      case 'BlockStatement':
      case 'StaticBlock': {
        const here = inner(at, node)
        for (const statement of list(node, 'body')) visit(statement, here)
        return
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        return visitFor(node, at)
      case 'SwitchStatement': {
        visit(child(node, 'discriminant')!, at)
        const here = inner(at, node)
        for (const clause of list(node, 'cases')) for (const part of childrenOf(clause)) visit(part, { ...here, within: clause })
        return
      }
      case 'CatchClause': {
        const here = inner(at, node)
        const param = child(node, 'param')
        if (param !== null)
          pattern(param, (n) => declare(here.scope, { name: n, kind: 'catch', ready: param.end, within: null, reassigned: false }), here)
        return visit(child(node, 'body')!, here)
      }
      case 'YieldExpression':
        if (at.scope.owner !== null) pendingYields.push({ node, at, owner: at.scope.owner })
        for (const part of childrenOf(node)) visit(part, at)
        return
      default:
        for (const part of childrenOf(node)) visit(part, at)
    }
  }

  const visitFor = (node: Node, at: At): void => {
    const here = inner(at, node)
    const body = child(node, 'body')!
    if (node.type === 'ForStatement') {
      for (const field of ['init', 'test', 'update']) {
        const part = child(node, field)
        if (part !== null) visit(part, here)
      }
      return visit(body, here)
    }
    const left = child(node, 'left')!
    const right = child(node, 'right')!
    if (left.type === 'VariableDeclaration') variables(left, here, () => right.end)
    else pattern(left, (n) => references.push({ name: n, scope: at.scope, writes: true }), at)
    visit(right, here)
    visit(body, node.type === 'ForOfStatement' ? { ...here, loops: [...at.loops, node] } : here)
  }

  for (const statement of list(program, 'body')) visit(statement, { scope: module, block: program, within: null, loops: [] })

  const values = new Set<string>()
  for (const { name, scope, writes } of references) {
    values.add(name)
    const home = resolve(scope, name)
    if (home === null) continue
    const binding = home.bindings.get(name)!
    if (writes) binding.reassigned = true
    for (let f = scope.owner; f !== null && f !== home.owner; f = f.outer.owner) f.captures.set(name, binding)
  }
  const yields = pendingYields.map(({ node, at, owner }) => ({
    node,
    owner,
    loops: at.loops,
    locals: visibleLocals(at.scope, owner, node.start),
  }))
  return { module, functions, yields, values }
}

const insideGenerator = (f: FunctionScope | null): boolean => f !== null && (f.node.generator === true || f.insideGenerator)

const resolve = (from: Scope, name: string): Scope | null => {
  for (let scope: Scope | null = from; scope !== null; scope = scope.parent) if (scope.bindings.has(name)) return scope
  return null
}

const visibleLocals = (from: Scope, owner: FunctionScope, offset: number): string[] => {
  const found = new Map<string, boolean>()
  for (let scope: Scope | null = from; scope !== null && scope.owner === owner; scope = scope.parent)
    for (const { name, kind, ready, within } of scope.bindings.values()) {
      if (kind === 'function' || kind === 'class' || found.has(name)) continue
      const inCase = within === null || (within.start <= offset && offset < within.end)
      found.set(name, kind === 'var' || (ready <= offset && inCase))
    }
  return [...found].flatMap(([name, visible]) => (visible ? [name] : []))
}

/** The name that JavaScript gives to a function that is the value of this key; '' where it is computed. */
export const keyName = (key: Node, computed: boolean): string => {
  if (!computed && key.type === 'Identifier') return String(key.name)
  return key.type === 'Literal' ? String(key.value) : ''
}
