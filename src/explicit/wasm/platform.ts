/** The part of JavaScript's WebAssembly interface that is used here; TypeScript declares it with the DOM only. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
export interface WasmGlobalObject {
  value: number | bigint
}

interface WasmNamespace {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number; readonly shared?: true }) => WasmMemory
  readonly Global: abstract new () => WasmGlobalObject
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** Code that V8 refuses for its size: a function of more than 50,000 locals, or of more than 7 MB. */
export class CodeTooLarge extends Error {
  override readonly name = 'CodeTooLarge'
}

/**
 * The machine gives no memory for a module: each one reserves some 10 GiB of addresses, however little it uses, and
 * there may be a limit on them (`ulimit -v`).
 */
export class NoMemory extends RangeError {
  override readonly name = 'NoMemory'
}

const orNoMemory = <T>(make: () => T): T => {
  try {
    return make()
  } catch (error) {
    if (error instanceof Error && /could not allocate memory|out of memory/i.test(error.message))
      throw new NoMemory(error.message, { cause: error })
    throw error
  }
}

/** A memory of so many pages at first, which may grow as far as any can. @throws NoMemory */
export const newMemory = (pages: number): WasmMemory => orNoMemory(() => new wasm.Memory({ initial: pages, maximum: 65_536 }))

/**
 * A memory of so many pages that threads share. It never grows, so that no thread sees less of it than another; pages
 * that nobody touches cost addresses and nothing else. @throws NoMemory
 */
export const newSharedMemory = (pages: number): WasmMemory =>
  orNoMemory(() => new wasm.Memory({ initial: pages, maximum: 65_536, shared: true }))

/** An instance of a compiled module. @throws NoMemory */
export const newInstance = (module: object, imports: object): Readonly<Record<string, unknown>> =>
  orNoMemory(() => new wasm.Instance(module, imports).exports)

/**
 * Compiles a module. @throws CodeTooLarge; NoMemory; a CompileError if the bytes are no valid module, which is a bug of
 * ours.
 */
export const compileModule = (bytes: Uint8Array<ArrayBuffer>): object => {
  try {
    return orNoMemory(() => new wasm.Module(bytes))
  } catch (error) {
    if (error instanceof Error && /too large|maximum function size|exceeds/.test(error.message))
      throw new CodeTooLarge(error.message, { cause: error })
    throw error
  }
}

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmNamespace }
