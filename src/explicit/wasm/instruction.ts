/**
 * WebAssembly as a tree: each node holds the nodes of its operands. Locals, globals, functions and labels go by name;
 * the encoder gives them numbers. The text form and the binary form are made from this same tree.
 */

export type ValueType = 'i32' | 'i64'

/** Instructions without immediates: their operands and their opcode are all there is to them. */
export const opcodes = {
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_u': 0x54,
  'i64.gt_u': 0x56,
  'i64.ge_u': 0x5a,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_s': 0x6d,
  'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_u': 0x88,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_u': 0xad,
  select: 0x1b,
  return: 0x0f,
  unreachable: 0x00,
} as const
export type PlainOp = keyof typeof opcodes

export const loadOpcodes = { 'i32.load': 0x28, 'i64.load': 0x29, 'i32.load8_u': 0x2d, 'i64.load32_u': 0x35 } as const
export const storeOpcodes = {
  'i32.store': 0x36,
  'i64.store': 0x37,
  'i32.store8': 0x3a,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
} as const
/** Behind the prefix 0xfe; of 4 bytes, at addresses that are multiples of 4 (threads proposal, version 1). */
export const atomicOpcodes = { 'i32.atomic.load': 0x10, 'i32.atomic.rmw.add': 0x1e, 'i32.atomic.rmw.cmpxchg': 0x48 } as const
export type AtomicOp = keyof typeof atomicOpcodes
export type LoadOp = keyof typeof loadOpcodes
export type StoreOp = keyof typeof storeOpcodes

export type Node =
  | { readonly op: 'i32.const'; readonly value: number }
  | { readonly op: 'i64.const'; readonly value: bigint }
  | { readonly op: 'local.get'; readonly local: string }
  | { readonly op: 'local.set'; readonly local: string; readonly value: Node }
  | { readonly op: 'global.get'; readonly global: string }
  | { readonly op: 'global.set'; readonly global: string; readonly value: Node }
  | { readonly op: 'plain'; readonly name: PlainOp; readonly args: readonly Node[] }
  | { readonly op: 'load'; readonly name: LoadOp; readonly address: Node; readonly offset: number }
  | { readonly op: 'store'; readonly name: StoreOp; readonly address: Node; readonly value: Node; readonly offset: number }
  | { readonly op: 'atomic'; readonly name: AtomicOp; readonly address: Node; readonly args: readonly Node[]; readonly offset: number }
  | { readonly op: 'block' | 'loop'; readonly label: string; readonly body: readonly Node[] }
  | {
      readonly op: 'if'
      readonly condition: Node
      readonly then: readonly Node[]
      readonly else: readonly Node[]
      readonly result: ValueType | null
    }
  | { readonly op: 'br'; readonly label: string }
  | { readonly op: 'br_if'; readonly label: string; readonly condition: Node }
  | { readonly op: 'br_table'; readonly labels: readonly string[]; readonly otherwise: string; readonly index: Node }
  | { readonly op: 'call'; readonly callee: string; readonly args: readonly Node[] }
  | { readonly op: 'memory.fill'; readonly to: Node; readonly value: Node; readonly bytes: Node }

export interface FunctionType {
  readonly params: readonly ValueType[]
  readonly result: ValueType | null
}

export interface WasmFunction {
  readonly name: string
  readonly params: readonly (readonly [name: string, type: ValueType])[]
  readonly result: ValueType | null
  readonly locals: readonly (readonly [name: string, type: ValueType])[]
  readonly body: readonly Node[]
  readonly exported: boolean
}

export interface WasmGlobal {
  readonly name: string
  readonly type: ValueType
  readonly initial: bigint
}

/** The memory is imported as `env.memory`; all globals are mutable and exported under their names. */
export interface WasmModule {
  /** Whether other threads see the memory. */
  readonly memory: 'own' | 'shared'
  readonly imports: readonly { readonly name: string; readonly type: FunctionType }[]
  readonly globals: readonly WasmGlobal[]
  readonly functions: readonly WasmFunction[]
}

const plain =
  (name: PlainOp) =>
  (...args: readonly Node[]): Node => ({ op: 'plain', name, args })

/** The i32 instructions, as functions from operands to nodes. Constants are signed or unsigned 32-bit integers. */
export const i32 = {
  const: (value: number): Node => ({ op: 'i32.const', value: value | 0 }),
  load: (address: Node, offset = 0): Node => ({ op: 'load', name: 'i32.load', address, offset }),
  load8: (address: Node, offset = 0): Node => ({ op: 'load', name: 'i32.load8_u', address, offset }),
  store: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i32.store', address, value, offset }),
  store8: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i32.store8', address, value, offset }),
  atomicLoad: (address: Node, offset = 0): Node => ({ op: 'atomic', name: 'i32.atomic.load', address, args: [], offset }),
  /** What was there before. */
  atomicAdd: (address: Node, value: Node, offset = 0): Node => ({
    op: 'atomic',
    name: 'i32.atomic.rmw.add',
    address,
    args: [value],
    offset,
  }),
  /** Stores `value` where `expected` is; what was there before. */
  compareExchange: (address: Node, expected: Node, value: Node, offset = 0): Node => ({
    op: 'atomic',
    name: 'i32.atomic.rmw.cmpxchg',
    address,
    args: [expected, value],
    offset,
  }),
  eqz: plain('i32.eqz'),
  eq: plain('i32.eq'),
  ne: plain('i32.ne'),
  ltS: plain('i32.lt_s'),
  ltU: plain('i32.lt_u'),
  gtS: plain('i32.gt_s'),
  gtU: plain('i32.gt_u'),
  leS: plain('i32.le_s'),
  geS: plain('i32.ge_s'),
  geU: plain('i32.ge_u'),
  add: plain('i32.add'),
  sub: plain('i32.sub'),
  mul: plain('i32.mul'),
  divS: plain('i32.div_s'),
  divU: plain('i32.div_u'),
  remS: plain('i32.rem_s'),
  remU: plain('i32.rem_u'),
  and: plain('i32.and'),
  or: plain('i32.or'),
  xor: plain('i32.xor'),
  shl: plain('i32.shl'),
  shrS: plain('i32.shr_s'),
  shrU: plain('i32.shr_u'),
  wrap: plain('i32.wrap_i64'),
} as const

/** The i64 instructions, as functions from operands to nodes. */
export const i64 = {
  const: (value: bigint): Node => ({ op: 'i64.const', value: BigInt.asIntN(64, value) }),
  load: (address: Node, offset = 0): Node => ({ op: 'load', name: 'i64.load', address, offset }),
  load32: (address: Node, offset = 0): Node => ({ op: 'load', name: 'i64.load32_u', address, offset }),
  store: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i64.store', address, value, offset }),
  store32: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i64.store32', address, value, offset }),
  store16: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i64.store16', address, value, offset }),
  store8: (address: Node, value: Node, offset = 0): Node => ({ op: 'store', name: 'i64.store8', address, value, offset }),
  eqz: plain('i64.eqz'),
  eq: plain('i64.eq'),
  ne: plain('i64.ne'),
  ltU: plain('i64.lt_u'),
  gtU: plain('i64.gt_u'),
  geU: plain('i64.ge_u'),
  add: plain('i64.add'),
  sub: plain('i64.sub'),
  mul: plain('i64.mul'),
  and: plain('i64.and'),
  or: plain('i64.or'),
  xor: plain('i64.xor'),
  shl: plain('i64.shl'),
  shrU: plain('i64.shr_u'),
  extend: plain('i64.extend_i32_u'),
} as const

export const get = (local: string): Node => ({ op: 'local.get', local })
export const set = (local: string, value: Node): Node => ({ op: 'local.set', local, value })
export const getGlobal = (global: string): Node => ({ op: 'global.get', global })
export const setGlobal = (global: string, value: Node): Node => ({ op: 'global.set', global, value })
export const block = (label: string, body: readonly Node[]): Node => ({ op: 'block', label, body })
export const loop = (label: string, body: readonly Node[]): Node => ({ op: 'loop', label, body })
export const br = (label: string): Node => ({ op: 'br', label })
export const brIf = (label: string, condition: Node): Node => ({ op: 'br_if', label, condition })
export const brTable = (labels: readonly string[], otherwise: string, index: Node): Node => ({ op: 'br_table', labels, otherwise, index })
export const call = (callee: string, ...args: readonly Node[]): Node => ({ op: 'call', callee, args })
export const when = (condition: Node, then: readonly Node[], otherwise: readonly Node[] = []): Node => ({
  op: 'if',
  condition,
  then,
  else: otherwise,
  result: null,
})
/** An `if` that leaves a value: both arms end with one. */
export const either = (result: ValueType, condition: Node, then: readonly Node[], otherwise: readonly Node[]): Node => ({
  op: 'if',
  condition,
  then,
  else: otherwise,
  result,
})
/** `a` where the condition is not 0, else `b`; both are evaluated. */
export const select = (condition: Node, a: Node, b: Node): Node => ({ op: 'plain', name: 'select', args: [a, b, condition] })
export const ret = plain('return')
export const unreachable = plain('unreachable')
