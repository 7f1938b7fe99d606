/**
 * Blanks what is only types, so that JavaScript of exactly the same length and lines is left: every offset, line and
 * column of the original still holds.
 */
import type { Node } from './node.js'
import { child, childrenOf, isTypeOnly, list, nameOf } from './node.js'

/** TypeScript that cannot be blanked because it generates code: enums, namespaces, parameter properties. */
export class NotErasable extends Error {
  override readonly name = 'NotErasable'
  readonly node: Node
  constructor(message: string, node: Node) {
    super(message)
    this.node = node
  }
}

export interface Erased {
  /** JavaScript, as long as the original. */
  readonly text: string
  /** Offsets at which a `;` must be put in: a type ended the statement there. */
  readonly statementEnds: readonly number[]
}

/**
 * The JavaScript of a TypeScript module. `values` are the names that occur as values: an imported name that does not is
 * a type, and is blanked as well.
 * @throws NotErasable
 * A closure: a walk over the module, whose parts blank the same text.
 */
export const eraseTypes = (text: string, program: Node, values: ReadonlySet<string>): Erased => {
  const out = text.split('')
  const statementEnds: number[] = []

  const blank = (start: number, end: number): void => {
    for (let i = start; i < end; i++) if (!isNewline(out[i]!)) out[i] = ' '
  }
  /** A `;` keeps the statement before from running on into the one behind. */
  const blankStatement = (node: Node): void => {
    blank(node.start, node.end)
    out[node.start] = ';'
  }
  const blankWithComma = (node: Node): void => {
    blank(node.start, node.end)
    const comma = skipTrivia(text, node.end)
    if (text[comma] === ',') out[comma] = ' '
  }
  /** Blanks the end of a node; has the statement ended explicitly where a type ended it. */
  const blankTail = (from: number, node: Node, statementEnd: number): void => {
    blank(from, node.end)
    if (from < node.end && node.end === statementEnd) statementEnds.push(statementEnd)
  }

  const parameters = (f: Node, statementEnd: number): void => {
    const params = list(f, 'params')
    for (const param of params) {
      if (param.type === 'TSParameterProperty') throw new NotErasable('a parameter property needs code generation', param)
      if (nameOf(param) === 'this') blankWithComma(param)
      else visit(param, statementEnd)
    }
    const returns = child(f, 'returnType')
    if (returns === null) return
    const spansLines =
      f.type === 'ArrowFunctionExpression' && /[\n\r\u2028\u2029]/.test(text.slice(returns.start, skipTrivia(text, returns.end)))
    blank(returns.start, returns.end)
    if (!spansLines) return
    // No line may end between `)` and `=>`: the `)` moves behind the type.
    const close = text.lastIndexOf(')', returns.start - 1)
    out[close] = ' '
    out[returns.end - 1] = ')'
  }

  const typeParameters = (node: Node): void => {
    const types = child(node, 'typeParameters')
    if (types === null) return
    const open = text.indexOf('(', types.end)
    const moves = node.type === 'ArrowFunctionExpression' && open >= 0 && /[\n\r]/.test(text.slice(types.start, open))
    blank(types.start, types.end)
    if (!moves) return
    // `return <T\n>(x) => ...` must not become a bare `return`.
    out[open] = ' '
    out[types.start] = '('
  }

  const visitClass = (node: Node, statementEnd: number): void => {
    const id = child(node, 'id')
    if (node.abstract === true) blankWord('abstract', node.start, id?.start ?? node.end)
    typeParameters(node)
    for (const field of ['superTypeArguments', 'superTypeParameters']) {
      const types = child(node, field)
      if (types !== null) blank(types.start, types.end)
    }
    const body = child(node, 'body')!
    const superclass = child(node, 'superClass')
    if (list(node, 'implements').length > 0) {
      const from = text.indexOf(
        'implements',
        child(node, 'superTypeArguments')?.end ?? superclass?.end ?? child(node, 'typeParameters')?.end ?? id?.end ?? node.start,
      )
      blank(from, body.start)
    }
    if (superclass !== null) visit(superclass, statementEnd)
    for (const member of list(body, 'body')) visitMember(member)
  }

  const blankWord = (word: string, start: number, end: number): void => {
    const at = text.slice(start, end).search(new RegExp(`\\b${word}\\b`))
    if (at >= 0) blank(start + at, start + at + word.length)
  }

  const visitMember = (member: Node): void => {
    const key = child(member, 'key')
    const value = child(member, 'value')
    if (isTypeOnly(member) || member.declare === true || value?.type === 'TSEmptyBodyFunctionExpression') return blankStatement(member)
    if (key !== null) {
      const decorators = list(member, 'decorators')
      const from = decorators.at(-1)?.end ?? member.start
      for (const word of ['public', 'private', 'protected', 'readonly', 'override', 'abstract']) blankWord(word, from, key.start)
      if (member.computed === true) visit(key, -1)
      if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
        const annotation = child(member, 'typeAnnotation')
        const nameEnd = member.computed === true ? text.indexOf(']', key.end) + 1 : key.end
        const typesEnd = annotation?.end ?? (member.optional === true || member.definite === true ? skipTrivia(text, nameEnd) + 1 : nameEnd)
        blank(nameEnd, typesEnd)
        if (nameEnd < typesEnd && typesEnd === member.end) out[nameEnd] = ';'
      } else if (member.optional === true) blank(key.end, text.indexOf('(', key.end))
    }
    if (value !== null) visit(value, member.end)
    else if (member.type === 'StaticBlock') for (const statement of list(member, 'body')) visit(statement, -1)
  }

  const imports = (node: Node): void => {
    if (node.importKind === 'type') return blankStatement(node)
    for (const specifier of list(node, 'specifiers'))
      if (specifier.importKind === 'type' || (specifier.type === 'ImportSpecifier' && !values.has(nameOf(child(specifier, 'local')) ?? '')))
        blankWithComma(specifier)
  }

  const exports = (node: Node, statementEnd: number): void => {
    const declaration = child(node, 'declaration')
    if (node.exportKind === 'type') return blankStatement(node)
    if (declaration !== null) return isErasedStatement(declaration) ? blankStatement(node) : visit(declaration, statementEnd)
    for (const specifier of list(node, 'specifiers')) if (specifier.exportKind === 'type') blankWithComma(specifier)
  }

  const visit = (node: Node, outerEnd: number): void => {
    // Where the innermost statement ends, if no `;` of its own ends it.
    const statementEnd = /Statement$|Declaration$/.test(node.type) ? (text[node.end - 1] === ';' ? -1 : node.end) : outerEnd
    if (isErasedStatement(node)) return blankStatement(node)
    switch (node.type) {
      case 'TSEnumDeclaration':
        throw new NotErasable('an enum needs code generation', node)
      case 'TSModuleDeclaration':
        throw new NotErasable('a namespace needs code generation', node)
      case 'TSImportEqualsDeclaration':
      case 'TSExportAssignment':
        throw new NotErasable('`import =` and `export =` need code generation', node)
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSInstantiationExpression': {
        const expression = child(node, 'expression')!
        visit(expression, -1)
        return blankTail(skipClosing(text, expression.end), node, statementEnd)
      }
      case 'TSTypeAssertion': {
        const expression = child(node, 'expression')!
        blank(node.start, text.indexOf('>', child(node, 'typeAnnotation')!.end) + 1)
        return visit(expression, statementEnd)
      }
      case 'ImportDeclaration':
        return imports(node)
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        return exports(node, statementEnd)
      case 'ExportAllDeclaration':
        if (node.exportKind === 'type') blankStatement(node)
        return
      case 'Identifier':
        return blankTail(node.start + String(node.name).length, node, statementEnd)
      case 'VariableDeclarator':
        if (node.definite === true) blank(node.start + String(child(node, 'id')!.name).length, child(node, 'id')!.end)
        break
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement': {
        // What is declared in its head ends no statement.
        const body = child(node, 'body')
        for (const part of childrenOf(node)) {
          if (part === body) visit(part, statementEnd)
          else for (const inner of part.type === 'VariableDeclaration' ? childrenOf(part) : [part]) visit(inner, -1)
        }
        return
      }
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        typeParameters(node)
        parameters(node, -1)
        return visit(child(node, 'body')!, statementEnd)
      case 'ClassDeclaration':
      case 'ClassExpression':
        return visitClass(node, statementEnd)
    }
    if (isTypeOnly(node)) return blank(node.start, node.end)
    for (const part of childrenOf(node)) visit(part, statementEnd)
  }

  for (const statement of list(program, 'body')) visit(statement, -1)
  return { text: out.join(''), statementEnds }
}

const isErasedStatement = (node: Node): boolean =>
  node.type === 'TSInterfaceDeclaration' ||
  node.type === 'TSTypeAliasDeclaration' ||
  node.type === 'TSDeclareFunction' ||
  (node.declare === true && /Declaration$/.test(node.type))

const isNewline = (c: string): boolean => c === '\n' || c === '\r' || c === '\u2028' || c === '\u2029'

/** The first offset from `at` on that is neither white space nor comment. */
const skipTrivia = (text: string, at: number): number => {
  const trivia = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
  trivia.lastIndex = at
  trivia.exec(text)
  return trivia.lastIndex
}

/** Behind the parentheses that close around an expression that ends at `at`. */
const skipClosing = (text: string, at: number): number => {
  let end = at
  for (let next = skipTrivia(text, end); text[next] === ')'; next = skipTrivia(text, end)) end = next + 1
  return end
}
