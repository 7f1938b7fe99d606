/**
 * Pins that code which V8 refuses for its size is told apart from code that is wrong: a model of 32 unrolled steps with
 * long loops once ended as a bug of ours, with V8's bare words "local count too large".
 */
import { expect, test } from 'vitest'
import { CodeTooLarge, compileModule } from '../../../src/explicit/wasm/platform.ts'

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
/** One function of no parameters, and its type. */
const declared = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00]
/** Its code: so many locals of type i32, in three bytes of LEB128, and nothing else. */
const code = (locals: number): number[] => [
  0x0a,
  0x08,
  0x01,
  0x06,
  0x01,
  (locals & 0x7f) | 0x80,
  ((locals >> 7) & 0x7f) | 0x80,
  locals >> 14,
  0x7f,
  0x0b,
]
const moduleOf = (locals: number): Uint8Array<ArrayBuffer> => new Uint8Array([...header, ...declared, ...code(locals)])

test('too many locals are too large; what is no module is another error', () => {
  expect(() => compileModule(moduleOf(20_000))).not.toThrow()
  expect(() => compileModule(moduleOf(60_000))).toThrow(CodeTooLarge)
  const broken = (): unknown => compileModule(new Uint8Array([...header, 0x0a, 0x7f]))
  expect(broken).toThrow()
  expect(broken).not.toThrow(CodeTooLarge)
})
