/** Litmus tests: a program for each CPU, and an outcome of which is known whether x86 allows it. */
import { array, each, fence, memory, model, range, type Steps, size, sometimes } from 'mmucheck'

/**
 * `x=1` stores, `lock x=1` is a locked store (xchg), `mfence` a full barrier, and `x:1` loads: the outcome asks for
 * this value.
 */
export type Instruction = string

export interface Litmus {
  readonly name: string
  readonly cpus: readonly (readonly Instruction[])[]
  /** What memory holds at the end, where the outcome says so: `x=1`. */
  readonly memory?: readonly string[]
  /** Whether x86-TSO allows the outcome. No sequentially consistent memory allows any of them. */
  readonly tso: 'allowed' | 'forbidden'
}

const variables = ['x', 'y', 'z']

interface Parsed {
  readonly kind: 'store' | 'locked' | 'load' | 'fence'
  readonly variable: number
  readonly value: number
  readonly text: string
}

const parse = (text: Instruction): Parsed => {
  const [, lock, name = 'x', sign, value] = /^(lock )?([xyz])([=:])(\d)$/.exec(text) ?? []
  const kind = sign === undefined ? 'fence' : sign === ':' ? 'load' : lock === undefined ? 'store' : 'locked'
  return { kind, variable: variables.indexOf(name), value: Number(value ?? 0), text }
}

/** The test as a model, whose memory is a word for each of x, y and z; register n is what load n of all has loaded. */
export const litmusModel = ({ name, cpus }: Litmus, memoryModel: 'sc' | 'tso') => {
  let registers = 0
  const programs = cpus.map((program) =>
    program.map((text) => {
      const instruction = parse(text)
      return { ...instruction, register: instruction.kind === 'load' ? registers++ : 0 }
    }),
  )
  return model({
    name: name.replaceAll('+', ''),
    params: { buffer: size(1) },
    memoryModel,
    storeBuffer: (p) => p.buffer,
    state: () => ({ word: memory(array(3, range(0, 2))), register: array(Math.max(1, registers), range(0, 2)) }),
    processes: () => ({
      cpu: each(programs.length, function* (s: { word: number[]; register: number[] }, cpu): Steps {
        for (const { kind, variable, value, text, register } of programs[cpu]!) {
          if (kind === 'fence') yield fence(text)
          else {
            yield text
            if (kind === 'load') s.register[register] = s.word[variable]!
            else if (kind === 'store') s.word[variable] = value
            else s.word[variable] = Math.max(value, Math.min(s.word[variable]!, 0))
          }
        }
      }),
    }),
  })
}

/** Whether the outcome is reached when all have returned and nothing waits. */
export const outcomeOf = ({ cpus, memory: asked = [] }: Litmus) => {
  const registers = cpus.flatMap((program) => program.map(parse).flatMap(({ kind, value }) => (kind === 'load' ? [value] : [])))
  const words = asked.map(parse)
  return sometimes<
    { word: number[]; register: number[] },
    unknown,
    { cpu: readonly unknown[]; storeBuffer: readonly { length: number }[] }
  >(
    (s, _p, at) =>
      at.cpu.every((label) => label === null) &&
      at.storeBuffer.every(({ length }) => length === 0) &&
      registers.every((value, i) => s.register[i] === value) &&
      words.every(({ variable, value }) => s.word[variable] === value),
  )
}

/**
 * Those of Owens, Sarkar and Sewell, "A Better x86 Memory Model: x86-TSO (extended version)", 2009 (n1 to n8, with its
 * erratum to n8, iwp2 of Intel's white paper, amd of AMD's manual), and those that have names of their own in Maranget,
 * Sarkar and Sewell, "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models", 2012.
 */
export const litmusTests: readonly Litmus[] = [
  {
    name: 'SB',
    cpus: [
      ['x=1', 'y:0'],
      ['y=1', 'x:0'],
    ],
    tso: 'allowed',
  },
  {
    name: 'SB+mfences',
    cpus: [
      ['x=1', 'mfence', 'y:0'],
      ['y=1', 'mfence', 'x:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'SB+mfence+po',
    cpus: [
      ['x=1', 'mfence', 'y:0'],
      ['y=1', 'x:0'],
    ],
    tso: 'allowed',
  },
  {
    name: 'MP',
    cpus: [
      ['x=1', 'y=1'],
      ['y:1', 'x:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'LB',
    cpus: [
      ['x:1', 'y=1'],
      ['y:1', 'x=1'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'S',
    cpus: [
      ['x=2', 'y=1'],
      ['y:1', 'x=1'],
    ],
    memory: ['x=2'],
    tso: 'forbidden',
  },
  {
    name: 'R',
    cpus: [
      ['x=1', 'y=1'],
      ['y=2', 'x:0'],
    ],
    memory: ['y=2'],
    tso: 'allowed',
  },
  {
    name: 'R+mfences',
    cpus: [
      ['x=1', 'mfence', 'y=1'],
      ['y=2', 'mfence', 'x:0'],
    ],
    memory: ['y=2'],
    tso: 'forbidden',
  },
  {
    name: '2+2W',
    cpus: [
      ['x=1', 'y=2'],
      ['y=1', 'x=2'],
    ],
    memory: ['x=1', 'y=1'],
    tso: 'forbidden',
  },
  { name: 'IRIW', cpus: [['x=1'], ['y=1'], ['x:1', 'y:0'], ['y:1', 'x:0']], tso: 'forbidden' },
  { name: 'WRC', cpus: [['x=1'], ['x:1', 'y=1'], ['y:1', 'x:0']], tso: 'forbidden' },
  { name: 'RWC', cpus: [['x=1'], ['x:1', 'y:0'], ['y=1', 'x:0']], tso: 'allowed' },
  { name: 'RWC+mfence', cpus: [['x=1'], ['x:1', 'y:0'], ['y=1', 'mfence', 'x:0']], tso: 'forbidden' },
  {
    name: 'iwp2.2',
    cpus: [
      ['x:1', 'y=1'],
      ['y:1', 'x=1'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'iwp2.3.b',
    cpus: [
      ['x=1', 'x:0'],
      ['y=1', 'y:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'iwp2.4',
    cpus: [
      ['x=1', 'x:1', 'y:0'],
      ['y=1', 'y:1', 'x:0'],
    ],
    tso: 'allowed',
  },
  { name: 'iwp2.6', cpus: [['x=1'], ['x=2'], ['x:1', 'x:2'], ['x:2', 'x:1']], tso: 'forbidden' },
  { name: 'iwp2.7', cpus: [['lock x=1'], ['lock y=1'], ['x:1', 'y:0'], ['y:1', 'x:0']], tso: 'forbidden' },
  {
    name: 'iwp2.8.a',
    cpus: [
      ['lock x=1', 'y:0'],
      ['lock y=1', 'x:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'iwp2.8.b',
    cpus: [
      ['lock x=1', 'y=1'],
      ['y:1', 'x:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'amd3',
    cpus: [
      ['x=1', 'x=2', 'y:1'],
      ['y=1', 'y=2', 'x:1'],
    ],
    tso: 'allowed',
  },
  {
    name: 'amd10',
    cpus: [
      ['x=1', 'mfence', 'x:1', 'y:0'],
      ['y=1', 'mfence', 'y:1', 'x:0'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'n1',
    cpus: [
      ['x=2', 'y:0'],
      ['y=1', 'x=1'],
      ['x:1', 'x:2'],
    ],
    tso: 'allowed',
  },
  {
    name: 'n2',
    cpus: [
      ['y=1', 'x=1'],
      ['x=2', 'z=1'],
      ['x:1', 'x:2'],
      ['z:1', 'y:0'],
    ],
    tso: 'forbidden',
  },
  { name: 'n3', cpus: [['lock x=1'], ['y=1'], ['y:1', 'x:0', 'x:1'], ['x:1', 'y:0', 'y:1']], tso: 'forbidden' },
  {
    name: 'n4',
    cpus: [
      ['x:2', 'x=1', 'x:1'],
      ['x:1', 'x=2', 'x:2'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'n4b',
    cpus: [
      ['x:2', 'x=1'],
      ['x:1', 'x=2'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'n5',
    cpus: [
      ['x=1', 'x:2'],
      ['x=2', 'x:1'],
    ],
    tso: 'forbidden',
  },
  {
    name: 'n6',
    cpus: [
      ['x=1', 'x:1', 'y:0'],
      ['y=2', 'x=2'],
    ],
    memory: ['x=1'],
    tso: 'allowed',
  },
  { name: 'n7', cpus: [['x=1', 'x:1', 'y:0'], ['y=1'], ['y:1', 'x:0']], tso: 'allowed' },
  {
    name: 'n8',
    cpus: [
      ['lock x=1', 'y:0'],
      ['y=1', 'x:0'],
    ],
    tso: 'allowed',
  },
]
