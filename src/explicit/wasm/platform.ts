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

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmNamespace }
