/**
 * Makes a user module loadable: blanks the types, tags every function with its place and its captured names, and lets
 * the runtime watch what generators yield. All edits stay on their lines.
 */
import MagicString, { type SourceMap } from 'magic-string'
import { DiagnosticError } from '../diagnostics.js'
import { withNestingExplained } from '../nesting.js'
import { conditionsIn, partsOf } from './conditions.js'
import { type Erased, eraseTypes, NotErasable } from './erase.js'
import { guardsIn } from './guards.js'
import { child, childrenOf, list, type Node } from './node.js'
import { type FunctionScope, keyName, type Names, namesIn, type YieldSite } from './scopes.js'
import { shown } from './shown.js'
import { sourceOfText } from './source.js'

export interface Transformed {
  readonly code: string
  /** From the code to the original text, made when asked for: lines are the same without it, columns are not. */
  readonly map: () => SourceMap
}

/** What a transformed module imports to announce itself: this package's runtime.ts, built or not. */
const runtimeUrl = new URL(`./runtime${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url).href

/**
 * Transforms the module `file` (an absolute path). `runtime` is the specifier under which the module will find the
 * runtime. Offsets in tags are offsets into `source`. Linear in the size of the source.
 * @throws DiagnosticError MC002 if the source is no JavaScript or TypeScript with erasable types, MC009 for a name that
 * stands twice in an object literal, MC403 where code is nested too deeply.
 */
export const transform = (file: string, source: string, runtime: string = runtimeUrl): Transformed => {
  const { out, header, own } = edit(file, source)
  const start = source.startsWith('#!') ? source.indexOf('\n') + 1 : 0
  out.prependLeft(start, `import{$mmu as ${own}}from${JSON.stringify(runtime)};${header}`)
  return { code: out.toString(), map: () => out.generateMap({ source: file, includeContent: true, hires: 'boundary' }) }
}

/**
 * Transforms a text that is one expression, under the name `file`. The result is the body of a function that takes the
 * runtime as its parameter `parameter` and returns the expression's value.
 * @throws DiagnosticError MC002, also if the text is more than one expression.
 */
export const transformExpression = (file: string, source: string): { parameter: string; body: string } => {
  const { out, header, own } = edit(file, source)
  const [statement, more] = sourceOfText(file, source).program.body
  if (statement?.type !== 'ExpressionStatement' || more !== undefined) {
    const place = { file, text: source, start: 0, end: source.length }
    throw new DiagnosticError('MC002', 'expected one expression', 'write a predicate: (s, p) => ...', place)
  }
  return { parameter: own, body: `${header}const ${own}Value=${out.toString()}\n;return ${own}Value` }
}

interface Edited {
  readonly out: MagicString
  /** What the module must do first. */
  readonly header: string
  /** The runtime's name in the module: no name of the author's begins with it. */
  readonly own: string
}

const edit = (file: string, source: string): Edited => withNestingExplained(shown(file), () => editWhole(file, source))

const editWhole = (file: string, source: string): Edited => {
  const parsed = sourceOfText(file, source)
  const program = parsed.program as unknown as Node
  refuseDuplicateKeys(file, source, program)
  const names = namesIn(program)
  const { text, statementEnds } = erase(file, source, program, names)
  const out = new MagicString(text)
  let own = '$mmu'
  while (source.includes(own)) own += '_'
  const imports = parsed.module.staticImports.map(({ moduleRequest }) => moduleRequest.value)
  const reexports = parsed.module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []))
  const header = [
    `const ${own}File=${JSON.stringify(file)}`,
    `${own}.module(${own}File,${JSON.stringify([...imports, ...reexports])})`,
    ...tagFunctions(out, text, names, own),
  ]
  const guards = guardsIn(program).map(({ node, by, of }) => ({
    ...{ node, before: `${own}.${by}(${of === undefined ? '' : `${text.slice(of.start, of.end)},`}`, after: ')' },
  }))
  // Of two insertions at one place the outer one must be made first.
  const wraps = [...watchConditions(program, own), ...watchYields(out, names, own), ...guards]
  for (const { node, before, after } of wraps.sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end))
    wrap(out, node, before, after)
  for (const end of statementEnds) out.appendRight(end, ';')
  return { out, own, header: `${header.join(';')};` }
}

const erase = (file: string, source: string, program: Node, names: Names): Erased => {
  try {
    return eraseTypes(source, program, names.values)
  } catch (error) {
    if (!(error instanceof NotErasable)) throw error
    const place = { file, text: source, start: error.node.start, end: error.node.end }
    throw new DiagnosticError(
      'MC002',
      error.message,
      'models run with their types erased: use only what erases, as `oneOf` and plain objects',
      place,
    )
  }
}

/** JavaScript keeps the last of two properties of one name and says nothing. */
const refuseDuplicateKeys = (file: string, text: string, node: Node): void => {
  if (node.type === 'ObjectExpression') {
    const seen = new Set<string>()
    for (const property of list(node, 'properties')) {
      const key = child(property, 'key')
      if (property.kind !== 'init' || key === null) continue
      const name = keyName(key, property.computed === true)
      if (name !== '' && seen.has(name))
        throw new DiagnosticError(
          'MC009',
          `'${name}' stands twice in one object`,
          'JavaScript keeps only the last one: rename or remove one',
          { file, text, start: key.start, end: key.end },
        )
      seen.add(name)
    }
  }
  for (const part of childrenOf(node)) refuseDuplicateKeys(file, text, part)
}

/** Edits in the tags; returns what the top of the module must declare and call. */
const tagFunctions = (out: MagicString, text: string, names: Names, own: string): string[] => {
  const sites: string[] = []
  const hoisted: string[] = []
  for (const f of names.functions) {
    const { node, form } = f
    // Inside generators functions come to be only while the oracle runs; nobody asks for their source.
    if (f.insideGenerator || form.kind === 'other' || node.async === true) continue
    const captures = [...f.captures.keys()]
    const reassigned = [...f.captures].flatMap(([name, binding]) => (binding.reassigned ? [name] : []))
    const site = `${own}F${sites.length}`
    sites.push(`const ${site}=${own}.site(${own}File,${node.start},${node.end},${JSON.stringify(captures)},${JSON.stringify(reassigned)})`)
    const tail = `,${site},${own}I=>${captures.map((name, i) => `${own}I===${i}?${name}:`).join('')}0`
    if (form.kind === 'declaration') {
      const call = `${own}.tag(${declaredName(f)}${tail});`
      if (form.block.type === 'Program') hoisted.push(call.slice(0, -1))
      else if (form.block.type === 'BlockStatement') out.appendLeft(form.block.start + 1, call)
      else out.appendRight(node.start, call)
    } else if (form.kind === 'method') {
      tagMethod(out, text, f, form.property, [`${own}.tag(`, `${tail},${JSON.stringify(form.name)})`])
    } else {
      out.appendRight(node.start, `${own}.tag(`)
      // `export default function () {}` is a declaration, which the next line cannot continue; a call could be.
      out.prependLeft(node.end, `${tail},${JSON.stringify(form.name)})${node.type === 'FunctionDeclaration' ? ';' : ''}`)
    }
  }
  return [...sites, ...hoisted]
}

const declaredName = ({ node }: FunctionScope): string => String(child(node, 'id')!.name)

/** `*run(s) {...}` becomes `run: tag(function* (s) {...})`; a method that needs `super` stays as it is. */
const tagMethod = (
  out: MagicString,
  text: string,
  { node }: FunctionScope,
  property: Node,
  [before, after]: readonly [string, string],
): void => {
  if (/\bsuper\b/.test(text.slice(node.start, node.end))) return
  if (node.generator === true) {
    const star = text.indexOf('*', property.start)
    out.update(star, star + 1, ' ')
  }
  out.appendRight(node.start, `:${before}function${node.generator === true ? '*' : ''}`)
  out.prependLeft(node.end, after)
}

/** An expression that becomes the first argument of a call. */
interface Wrap {
  readonly node: Node
  readonly before: string
  readonly after: string
}

const watchYields = (out: MagicString, names: Names, own: string): Wrap[] => {
  const counted = new Map<Node, FunctionScope>()
  for (const { owner, loops } of names.yields) for (const loop of loops) counted.set(loop, owner)
  const wraps: Wrap[] = []
  for (const [loop, owner] of counted) {
    const counter = `${own}R${loop.start}`
    wraps.push({ node: child(loop, 'right')!, before: `${own}.rounds(`, after: `,${own}I=>{${counter}=${own}I})` })
    out.appendLeft(child(owner.node, 'body')!.start + 1, `let ${counter}=-1;`)
  }
  for (const site of names.yields) {
    const { node } = site
    const tail = `,${own}File,${node.start},()=>({${visible(site, own)}}))`
    const argument = child(node, 'argument')
    if (argument === null) out.appendLeft(node.start + 'yield'.length, ` ${own}.at(undefined${tail}`)
    else wraps.push({ node: argument, before: `${own}.${node.delegate === true ? 'call' : 'at'}(`, after: tail })
  }
  return wraps
}

/** Conditions as wholes and in their parts, outer ones first. */
const watchConditions = (program: Node, own: string): Wrap[] =>
  conditionsIn(program).flatMap(({ test }) =>
    [...new Set([test, ...partsOf(test)])].map((node) => ({
      node,
      before: `${own}.decided(${own}.deciding(),`,
      after: `,${own}File,${node.start},${node.end})`,
    })),
  )

/** Makes an expression an argument of a call. */
const wrap = (out: MagicString, node: Node, before: string, after: string): void => {
  const sequence = node.type === 'SequenceExpression'
  out.appendRight(node.start, sequence ? `${before}(` : before)
  out.prependLeft(node.end, sequence ? `)${after}` : after)
}

const visible = ({ locals, loops }: YieldSite, own: string): string =>
  [...locals, ...loops.map((loop) => `"#${loop.start}":${own}R${loop.start}`)].join(',')
