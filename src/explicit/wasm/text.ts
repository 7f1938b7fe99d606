/** The text form of a module: folded WebAssembly text, one statement a line. */
import type { Node, WasmFunction, WasmModule } from './instruction.js'

const operand = (offset: number): string => (offset === 0 ? '' : ` offset=${offset}`)

const expression = (node: Node): string => {
  switch (node.op) {
    case 'i32.const':
      return `(i32.const ${node.value})`
    case 'i64.const':
      return `(i64.const ${node.value < 1024n && node.value > -1024n ? node.value : `0x${BigInt.asUintN(64, node.value).toString(16)}`})`
    case 'local.get':
      return `(local.get $${node.local})`
    case 'local.set':
      return `(local.set $${node.local} ${expression(node.value)})`
    case 'global.get':
      return `(global.get $${node.global})`
    case 'global.set':
      return `(global.set $${node.global} ${expression(node.value)})`
    case 'plain':
      return `(${[node.name, ...node.args.map(expression)].join(' ')})`
    case 'load':
      return `(${node.name}${operand(node.offset)} ${expression(node.address)})`
    case 'store':
      return `(${node.name}${operand(node.offset)} ${expression(node.address)} ${expression(node.value)})`
    case 'atomic':
      return `(${[`${node.name}${operand(node.offset)}`, ...[node.address, ...node.args].map(expression)].join(' ')})`
    case 'if':
      return `(if${node.result === null ? '' : ` (result ${node.result})`} ${expression(node.condition)} (then ${node.then.map(expression).join(' ')}) (else ${node.else.map(expression).join(' ')}))`
    case 'block':
    case 'loop':
      return `(${node.op} $${node.label} ${node.body.map(expression).join(' ')})`
    case 'br':
      return `(br $${node.label})`
    case 'br_if':
      return `(br_if $${node.label} ${expression(node.condition)})`
    case 'br_table':
      return `(br_table ${[...node.labels, node.otherwise].map((l) => `$${l}`).join(' ')} ${expression(node.index)})`
    case 'call':
      return `(${[`call $${node.callee}`, ...node.args.map(expression)].join(' ')})`
    case 'memory.fill':
      return `(memory.fill ${expression(node.to)} ${expression(node.value)} ${expression(node.bytes)})`
  }
}

const statements = (nodes: readonly Node[], indent: string): string[] =>
  nodes.flatMap((node) => {
    if (node.op === 'block' || node.op === 'loop')
      return [`${indent}(${node.op} $${node.label}`, ...statements(node.body, `${indent}  `), `${indent})`]
    if (node.op === 'if' && node.result === null) {
      const arm = (name: string, body: readonly Node[]): string[] => [
        `${indent}  (${name}`,
        ...statements(body, `${indent}    `),
        `${indent}  )`,
      ]
      return [
        `${indent}(if ${expression(node.condition)}`,
        ...arm('then', node.then),
        ...(node.else.length === 0 ? [] : arm('else', node.else)),
        `${indent})`,
      ]
    }
    return [indent + expression(node)]
  })

/** One function as text. */
const functionText = (f: WasmFunction): string =>
  [
    `(func $${f.name}${f.exported ? ` (export "${f.name}")` : ''}${f.params.map(([n, t]) => ` (param $${n} ${t})`).join('')}${f.result === null ? '' : ` (result ${f.result})`}`,
    ...(f.locals.length === 0 ? [] : [`  ${f.locals.map(([n, t]) => `(local $${n} ${t})`).join(' ')}`]),
    ...statements(f.body, '  '),
    ')',
  ].join('\n')

const indented = (text: string): string => text.replaceAll(/^/gm, '  ')

/** The whole module as text. */
export const moduleText = (module: WasmModule): string =>
  [
    '(module',
    module.memory === 'own' ? '  (import "env" "memory" (memory 0))' : '  (import "env" "memory" (memory 0 65536 shared))',
    ...module.imports.map(
      (f) =>
        `  (import "env" "${f.name}" (func $${f.name}${f.type.params.map((t) => ` (param ${t})`).join('')}${f.type.result === null ? '' : ` (result ${f.type.result})`}))`,
    ),
    ...module.globals.map((g) => `  (global $${g.name} (export "${g.name}") (mut ${g.type}) (${g.type}.const ${g.initial}))`),
    ...module.functions.map((f) => indented(functionText(f))),
    ')',
    '',
  ].join('\n')
