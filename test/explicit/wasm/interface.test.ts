/** What JavaScript sees of a module. */
import { expect, test } from 'vitest'
import { get, getGlobal, i32, i64, set, setGlobal, type WasmFunction } from '../../../src/explicit/wasm/instruction.ts'
import { answer, exported, global32, global64, instanceOf, moduleOf, procedure } from '../../../src/explicit/wasm/interface.ts'
import { newMemory } from '../../../src/explicit/wasm/platform.ts'

const face = {
  globals: { address: global32(-1n), count: global64(7n) },
  exports: { twice: answer(['x', 'i32']), add: procedure(['n', 'i64']) },
} as const

const functions: readonly WasmFunction[] = [
  { ...exported(face.exports, 'twice'), locals: [['y', 'i32']], body: [set('y', get('x')), i32.add(get('x'), get('y'))] },
  { ...exported(face.exports, 'add'), locals: [], body: [setGlobal('count', i64.add(getGlobal('count'), get('n')))] },
]

const instance = () => instanceOf(moduleOf(face, [], functions), newMemory(1), {})

test('globals are numbers: of 32 bits without a sign, of 64 bits as far as a number goes', () => {
  const { globals, exports } = instance()
  expect([globals.address, globals.count]).toEqual([2 ** 32 - 1, 7])
  globals.address = 2 ** 31
  globals.count = 2 ** 50
  exports.add(3n)
  expect([globals.address, globals.count]).toEqual([2 ** 31, 2 ** 50 + 3])
})

test('an i32 comes back with its sign', () => {
  const { exports } = instance()
  expect(exports.twice(21)).toBe(42)
  expect(exports.twice(2 ** 30)).toBe(-(2 ** 31))
})

test('a name that is misspelt is an error of types', () => {
  const { globals, exports } = instance()
  // @ts-expect-error: there is no such global
  expect(globals.adress).toBeUndefined()
  // @ts-expect-error: there is no such function
  expect(exports.thrice).toBeUndefined()
  // @ts-expect-error: 64 bits are a bigint
  expect(() => exports.add(3)).toThrow(TypeError)
})

test('a function of the interface that a module lacks is noticed when it is made', () => {
  expect(() => moduleOf(face, [], functions.slice(1))).toThrow('no function twice')
})
