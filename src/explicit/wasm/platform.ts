/** The part of JavaScript's WebAssembly interface that is used here; TypeScript declares it with the DOM only. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
export interface WasmGlobalObject {
  value: number | bigint
}

interface WasmNamespace {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory
  readonly Global: abstract new () => WasmGlobalObject
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** Code that V8 refuses for its size: a function of more than 50,000 locals, or of more than 7 MB. */
export class CodeTooLarge extends Error {
  override readonly name = 'CodeTooLarge'
}

/** Compiles a module. @throws CodeTooLarge; a CompileError if the bytes are no valid module, which is a bug of ours. */
export const compileModule = (bytes: Uint8Array<ArrayBuffer>): object => {
  try {
    return new wasm.Module(bytes)
  } catch (error) {
    if (error instanceof Error && /too large|maximum function size|exceeds/.test(error.message))
      throw new CodeTooLarge(error.message, { cause: error })
    throw error
  }
}

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmNamespace }
