/**
 * What JavaScript sees of a module: the globals that it reads and writes, and the functions that it calls. Each is
 * declared once, as data, beside the code that it belongs to; the module is made from these declarations, and so are
 * the types of its instances, so that a name that is misspelt or missing is an error of types.
 */
import { encode } from './encode.js'
import type { ValueType, WasmFunction, WasmGlobal, WasmModule } from './instruction.js'
import { compileModule, newInstance, type WasmGlobalObject, type WasmMemory } from './platform.js'

export interface GlobalDeclaration {
  readonly type: ValueType
  readonly initial: bigint
}

export interface Signature {
  readonly params: WasmFunction['params']
  readonly result: ValueType | null
}

export interface Interface {
  readonly globals: Readonly<Record<string, GlobalDeclaration>>
  readonly exports: Readonly<Record<string, Signature>>
}

/** A global of 32 bits, without a sign where JavaScript reads it. */
export const global32 = (initial = 0n) => ({ type: 'i32', initial }) as const
/** A global of 64 bits; JavaScript reads it as a number. */
export const global64 = (initial = 0n) => ({ type: 'i64', initial }) as const

type Params = readonly (readonly [name: string, type: ValueType])[]

/** The signature of a function that gives nothing back. */
export const procedure = <const P extends Params>(...params: P) => ({ params, result: null }) as const
/** The signature of a function that gives an i32 back. */
export const answer = <const P extends Params>(...params: P) => ({ params, result: 'i32' }) as const

/** The head of a function that JavaScript calls; its code goes with it. */
export const exported = <S extends Interface['exports'], N extends keyof S & string>(
  exports: S,
  name: N,
): Pick<WasmFunction, 'name' | 'params' | 'result' | 'exported'> => ({ name, ...(exports[name] as Signature), exported: true })

type InJavaScript<T extends ValueType | null> = T extends 'i32' ? number : T extends 'i64' ? bigint : void

type Arguments<P extends Params> = { -readonly [K in keyof P]: InJavaScript<P[K][1]> }

/** Numbers as they are now; what is written is there at once. */
export type GlobalsOf<I extends Interface> = { -readonly [K in keyof I['globals']]: number }

/** An i32 that comes back has a sign, as WebAssembly's have: an address needs `>>> 0`. */
export type ExportsOf<I extends Interface> = {
  readonly [K in keyof I['exports']]: (...args: Arguments<I['exports'][K]['params']>) => InJavaScript<I['exports'][K]['result']>
}

export interface Module<I extends Interface> extends WasmModule {
  readonly interface: I
}

/**
 * A module of these functions, which call the imports. @throws Error where a function of the interface is not among
 * them: that is a bug of ours.
 */
export const moduleOf = <I extends Interface>(
  face: I,
  imports: readonly (readonly [name: string, params: readonly ValueType[]])[],
  functions: readonly WasmFunction[],
  memory: WasmModule['memory'] = 'own',
): Module<I> => {
  for (const name of Object.keys(face.exports))
    if (!functions.some((f) => f.exported && f.name === name)) throw new Error(`the module has no function ${name}`)
  return {
    interface: face,
    memory,
    imports: imports.map(([name, params]) => ({ name, type: { params, result: null } })),
    globals: Object.entries(face.globals).map(([name, declared]): WasmGlobal => ({ name, ...declared })),
    functions,
  }
}

export interface Instance<I extends Interface> {
  readonly memory: WasmMemory
  readonly globals: GlobalsOf<I>
  readonly exports: ExportsOf<I>
}

const accessTo = (object: WasmGlobalObject, { type }: GlobalDeclaration): PropertyDescriptor => ({
  enumerable: true,
  get: () => (type === 'i64' ? Number(object.value) : Number(object.value) >>> 0),
  set: (value: number) => {
    object.value = type === 'i64' ? BigInt(value) : value
  },
})

/** A module that is compiled: another thread can be given it, and make instances of its own. */
export interface Compiled<I extends Interface> {
  readonly interface: I
  readonly code: object
}

/** @throws CodeTooLarge, NoMemory */
export const compiled = <I extends Interface>(module: Module<I>): Compiled<I> => ({
  interface: module.interface,
  code: compileModule(encode(module)),
})

/** Compiles a module, and makes an instance of it. @throws CodeTooLarge, NoMemory */
export const instanceOf = <I extends Interface>(module: Module<I>, memory: WasmMemory, imports: Imports): Instance<I> =>
  instantiated(compiled(module), memory, imports)

/** What a module calls. */
export type Imports = Readonly<Record<string, (...args: readonly number[]) => void>>

/** @throws NoMemory */
export const instantiated = <I extends Interface>(module: Compiled<I>, memory: WasmMemory, imports: Imports): Instance<I> => {
  const exports = newInstance(module.code, { env: { memory, ...imports } })
  const descriptors = Object.entries(module.interface.globals).map(
    ([name, declared]) => [name, accessTo(exports[name] as WasmGlobalObject, declared)] as const,
  )
  const globals = Object.defineProperties({}, Object.fromEntries(descriptors))
  return { memory, globals: globals as GlobalsOf<I>, exports: exports as unknown as ExportsOf<I> }
}
