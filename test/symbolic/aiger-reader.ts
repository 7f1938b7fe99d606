/**
 * Reads AIGER files of both forms, from their specification alone, and finds by brute force in which frame each bad
 * state is first reached.
 */

export interface ReadAiger {
  readonly inputs: number
  readonly latches: readonly { readonly next: number; readonly reset: number }[]
  readonly bad: readonly number[]
  /** Operands; gate i defines the variable `inputs + latches + 1 + i`. */
  readonly gates: readonly (readonly [number, number])[]
  /** `l0` to its name. */
  readonly symbols: ReadonlyMap<string, string>
  readonly comment: readonly string[]
}

export const readAiger = (bytes: Uint8Array): ReadAiger => {
  let at = 0
  const line = (): string => {
    const end = bytes.indexOf(10, at)
    const text = Buffer.from(bytes.subarray(at, end)).toString('utf8')
    at = end + 1
    return text
  }
  const numbers = (): number[] => line().split(' ').map(Number)
  const delta = (): number => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value += (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const [format, ...header] = line().split(' ')
  const [variables, inputs, latchCount, outputs, gateCount, badCount] = header.map(Number)
  const isText = format === 'aag'
  if ((!isText && format !== 'aig') || outputs !== 0 || variables !== inputs + latchCount + gateCount)
    throw new Error(`header of ${format}`)
  const own = (literal: number, variable: number): void => {
    if (literal !== 2 * variable) throw new Error(`${literal} stands where ${2 * variable} is defined`)
  }
  if (isText) for (let i = 0; i < inputs; i++) own(numbers()[0], i + 1)
  const latches = Array.from({ length: latchCount }, (_, i) => {
    const fields = numbers()
    if (isText) own(fields.shift() ?? 0, inputs + 1 + i)
    return { next: fields[0], reset: fields[1] ?? 0 }
  })
  const bad = Array.from({ length: badCount }, () => numbers()[0])
  const gates = Array.from({ length: gateCount }, (_, i): [number, number] => {
    const variable = inputs + latchCount + 1 + i
    if (isText) {
      const [self, left, right] = numbers()
      own(self, variable)
      return [left, right]
    }
    const left = 2 * variable - delta()
    return [left, left - delta()]
  })
  for (const [i, [left, right]] of gates.entries())
    if (left < right || left >= 2 * (inputs + latchCount + 1 + i)) throw new Error(`operands ${left} and ${right} of gate ${i}`)
  const rest = Buffer.from(bytes.subarray(at)).toString('utf8').trimEnd().split('\n')
  const comment = rest.indexOf('c')
  const symbols = rest
    .slice(0, comment)
    .map((text): [string, string] => [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)])
  return { inputs, latches, bad, gates, symbols: new Map(symbols), comment: rest.slice(comment + 1) }
}

/** The values of the variables of a frame, variable 0 the constant. */
export const frameOf = ({ gates }: ReadAiger, inputs: readonly boolean[], latches: readonly boolean[]): ((literal: number) => boolean) => {
  const values = [false, ...inputs, ...latches]
  const value = (literal: number): boolean => values[literal >> 1] !== ((literal & 1) === 1)
  for (const [left, right] of gates) values.push(value(left) && value(right))
  return value
}

const bitsOf = (code: number, count: number): boolean[] => Array.from({ length: count }, (_, i) => ((code >> i) & 1) === 1)

/** Per bad literal the first frame in which it can be true, null where it never is. */
export const firstFrames = (aiger: ReadAiger): (number | null)[] => {
  const frames: (number | null)[] = aiger.bad.map(() => null)
  const codeOf = (bits: readonly boolean[]): number => bits.reduce((sum, bit, i) => sum + (bit ? 2 ** i : 0), 0)
  let level = [codeOf(aiger.latches.map(({ reset }) => reset === 1))]
  const seen = new Set(level)
  for (let frame = 0; level.length > 0; frame++) {
    const next: number[] = []
    for (const state of level)
      for (let code = 0; code < 2 ** aiger.inputs; code++) {
        const value = frameOf(aiger, bitsOf(code, aiger.inputs), bitsOf(state, aiger.latches.length))
        for (const [i, literal] of aiger.bad.entries()) if (value(literal)) frames[i] ??= frame
        const after = codeOf(aiger.latches.map((latch) => value(latch.next)))
        if (seen.has(after)) continue
        seen.add(after)
        next.push(after)
      }
    level = next
  }
  return frames
}
