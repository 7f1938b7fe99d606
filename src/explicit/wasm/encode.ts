/** The binary form of a module (WebAssembly core specification 1.0, chapter 5, with bulk memory). */
import {
  atomicOpcodes,
  type FunctionType,
  loadOpcodes,
  type Node,
  opcodes,
  storeOpcodes,
  type WasmFunction,
  type WasmModule,
} from './instruction.js'
import { slotsOf } from './slots.js'

/** The most pages that a memory can have. */
const mostPages = 65_536

const valueTypes = { i32: 0x7f, i64: 0x7e } as const

const unsigned = (out: number[], value: number): void => {
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
}

const signed32 = (out: number[], value: number): void => {
  let rest = value | 0
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte)
      return
    }
    out.push(byte | 0x80)
  }
}

const signed64 = (out: number[], value: bigint): void => {
  if (value >= -0x4000_0000n && value < 0x4000_0000n) return signed32(out, Number(value))
  let rest = BigInt.asIntN(64, value)
  for (;;) {
    const byte = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) {
      out.push(byte)
      return
    }
    out.push(byte | 0x80)
  }
}

/**
 * Writes something behind its length in bytes. The length always takes five bytes, so that nothing has to be moved once
 * it is known.
 */
const sized = (out: number[], write: () => void): void => {
  const at = out.length
  out.push(0x80, 0x80, 0x80, 0x80, 0)
  write()
  let length = out.length - at - 5
  for (let i = 0; i < 5; i++) {
    out[at + i]! |= length & 0x7f
    length >>>= 7
  }
}

const encoder = new TextEncoder()
const name = (out: number[], text: string): void => {
  const content = encoder.encode(text)
  unsigned(out, content.length)
  out.push(...content)
}

const section = <T>(out: number[], id: number, items: readonly T[], write: (item: T) => void): void => {
  out.push(id)
  sized(out, () => {
    unsigned(out, items.length)
    for (const item of items) write(item)
  })
}

const typeKey = (type: FunctionType): string => `${type.params.join()}:${type.result ?? ''}`
const typeOf = (f: WasmFunction): FunctionType => ({ params: f.params.map(([, type]) => type), result: f.result })

interface Names {
  readonly functions: ReadonlyMap<string, number>
  readonly globals: ReadonlyMap<string, number>
}

const lookup = (numbers: ReadonlyMap<string, number>, what: string, key: string): number => {
  const found = numbers.get(key)
  if (found === undefined) throw new Error(`wasm encoder: there is no ${what} named ${key}`)
  return found
}

const encodeBody = (out: number[], f: WasmFunction, names: Names): void => {
  const { numbers: locals, groups } = slotsOf(f)
  unsigned(out, groups.length)
  for (const [count, type] of groups) {
    unsigned(out, count)
    out.push(valueTypes[type])
  }

  const labels: (string | null)[] = []
  const depth = (label: string): number => {
    const at = labels.lastIndexOf(label)
    if (at < 0) throw new Error(`wasm encoder: no label ${label} around this branch in ${f.name}`)
    return labels.length - 1 - at
  }
  const body = (nodes: readonly Node[], label: string | null): void => {
    labels.push(label)
    for (const node of nodes) emit(node)
    labels.pop()
  }
  const emit = (node: Node): void => {
    switch (node.op) {
      case 'i32.const':
        out.push(0x41)
        return signed32(out, node.value)
      case 'i64.const':
        out.push(0x42)
        return signed64(out, node.value)
      case 'local.get':
        out.push(0x20)
        return unsigned(out, lookup(locals, 'local', node.local))
      case 'local.set':
        emit(node.value)
        out.push(0x21)
        return unsigned(out, lookup(locals, 'local', node.local))
      case 'global.get':
        out.push(0x23)
        return unsigned(out, lookup(names.globals, 'global', node.global))
      case 'global.set':
        emit(node.value)
        out.push(0x24)
        return unsigned(out, lookup(names.globals, 'global', node.global))
      case 'plain':
        for (const arg of node.args) emit(arg)
        out.push(opcodes[node.name])
        return
      case 'load':
        emit(node.address)
        out.push(loadOpcodes[node.name], 0)
        return unsigned(out, node.offset)
      case 'store':
        emit(node.address)
        emit(node.value)
        out.push(storeOpcodes[node.name], 0)
        return unsigned(out, node.offset)
      case 'atomic':
        emit(node.address)
        for (const arg of node.args) emit(arg)
        out.push(0xfe, atomicOpcodes[node.name], 2)
        return unsigned(out, node.offset)
      case 'block':
      case 'loop':
        out.push(node.op === 'block' ? 0x02 : 0x03, 0x40)
        body(node.body, node.label)
        out.push(0x0b)
        return
      case 'if':
        emit(node.condition)
        out.push(0x04, node.result === null ? 0x40 : valueTypes[node.result])
        body(node.then, null)
        if (node.else.length > 0) {
          out.push(0x05)
          body(node.else, null)
        }
        out.push(0x0b)
        return
      case 'br':
        out.push(0x0c)
        return unsigned(out, depth(node.label))
      case 'br_if':
        emit(node.condition)
        out.push(0x0d)
        return unsigned(out, depth(node.label))
      case 'br_table':
        emit(node.index)
        out.push(0x0e)
        unsigned(out, node.labels.length)
        for (const label of node.labels) unsigned(out, depth(label))
        return unsigned(out, depth(node.otherwise))
      case 'call':
        for (const arg of node.args) emit(arg)
        out.push(0x10)
        return unsigned(out, lookup(names.functions, 'function', node.callee))
      case 'memory.fill':
        emit(node.to)
        emit(node.value)
        emit(node.bytes)
        out.push(0xfc, 0x0b, 0)
    }
  }
  for (const node of f.body) emit(node)
  out.push(0x0b)
}

/** Encodes a module. @throws Error where a name does not resolve: that is a bug of the code generator. */
export const encode = (module: WasmModule): Uint8Array<ArrayBuffer> => {
  const types: FunctionType[] = []
  const typeNumbers = new Map<string, number>()
  const typeNumber = (type: FunctionType): number => {
    const key = typeKey(type)
    const known = typeNumbers.get(key)
    if (known !== undefined) return known
    typeNumbers.set(key, types.length)
    return types.push(type) - 1
  }
  const functions = new Map<string, number>()
  for (const { name: key } of [...module.imports, ...module.functions]) functions.set(key, functions.size)
  const globals = new Map(module.globals.map((g, i) => [g.name, i]))

  for (const f of module.imports) typeNumber(f.type)
  for (const f of module.functions) typeNumber(typeOf(f))

  const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  section(out, 1, types, (type) => {
    out.push(0x60, type.params.length, ...type.params.map((t) => valueTypes[t]))
    if (type.result === null) out.push(0)
    else out.push(1, valueTypes[type.result])
  })
  section(out, 2, [...module.imports, null], (item) => {
    name(out, 'env')
    if (item === null) {
      // The memory: of any size, which has to be said of those that are shared.
      name(out, 'memory')
      if (module.memory === 'own') out.push(2, 0, 0)
      else {
        out.push(2, 3, 0)
        unsigned(out, mostPages)
      }
      return
    }
    name(out, item.name)
    out.push(0)
    unsigned(out, typeNumber(item.type))
  })
  section(out, 3, module.functions, (f) => unsigned(out, typeNumber(typeOf(f))))
  section(out, 6, module.globals, (g) => {
    out.push(valueTypes[g.type], 1, g.type === 'i32' ? 0x41 : 0x42)
    signed64(out, g.initial)
    out.push(0x0b)
  })
  const exported = [
    ...module.functions.filter((f) => f.exported).map((f) => ({ name: f.name, kind: 0, number: lookup(functions, 'function', f.name) })),
    ...module.globals.map((g, number) => ({ name: g.name, kind: 3, number })),
  ]
  section(out, 7, exported, (item) => {
    name(out, item.name)
    out.push(item.kind)
    unsigned(out, item.number)
  })
  section(out, 10, module.functions, (f) => sized(out, () => encodeBody(out, f, { functions, globals })))
  return new Uint8Array(out)
}
