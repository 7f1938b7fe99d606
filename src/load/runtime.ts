/**
 * What transformed user modules call while they run. It watches generators without changing what they yield: driven by
 * hand, outside the oracle, they behave as they are written.
 */
import { type FunctionSite, registry, tag } from './registry.js'

/** A generator of the chain of `yield*` calls that is in progress, and the `yield` at which it stands. */
export interface Frame {
  /** The file of the yield and the offset of its expression; -1 before the first. */
  readonly file: string
  readonly offset: number
  /**
   * The locals that have a value there, by name, with `#<offset of the statement>` for the round of each `for..of`
   * around it.
   */
  readonly locals: () => Readonly<Record<string, unknown>>
}

/** A process that the oracle runs: the frames of its generators, outermost first. */
export interface Running {
  readonly frames: Frame[]
}

const start: Frame = { file: '', offset: -1, locals: () => ({}) }

export const createRunning = (): Running => ({ frames: [start] })

/**
 * Runs `resume` (a `next()` of the process's generator) while the frames of `process` are being kept. Calls may nest.
 * @throws whatever `resume` throws.
 */
export const running = <T>(process: Running, resume: () => T): T => {
  const before = registry.running
  registry.running = process
  try {
    return resume()
  } finally {
    registry.running = before
  }
}

/**
 * Runs a step, `init` or a predicate for the oracle: null and undefined are no numbers in there. Everywhere else a
 * user's code is ordinary TypeScript. @throws whatever `run` throws.
 */
export const judging = <T>(run: () => T): T => {
  const before = registry.judging
  const depth = registry.holders.length
  registry.judging = true
  try {
    return run()
  } finally {
    registry.judging = before
    registry.holders.length = depth
  }
}

/** What a step read, and what it decided. */
export type Happening = Reading | Decision

export interface Reading {
  readonly kind: 'read'
  readonly location: string
  readonly value: unknown
}

/** A condition of the author's own, or a part of one. */
export interface Decision {
  readonly kind: 'decision'
  readonly file: string
  /** Its offsets in the text. */
  readonly start: number
  readonly end: number
  readonly value: unknown
  /** What happened while it was evaluated. */
  readonly within: readonly Happening[]
}

/** The decisions that are being made, outermost first, with what has happened in each so far. */
interface Listening {
  readonly open: Happening[][]
}

/** Runs `run` and says what happened in it; it notes what it reads itself. @throws whatever `run` throws. */
export const listening = <T>(
  run: (read: (location: string, value: unknown) => void) => T,
): { value: T; happened: readonly Happening[] } => {
  const before = registry.listening
  const happened: Happening[] = []
  const mine: Listening = { open: [happened] }
  registry.listening = mine
  try {
    const value = run((location, read) => void mine.open.at(-1)?.push({ kind: 'read', location, value: read }))
    return { value, happened }
  } finally {
    registry.listening = before
  }
}

const arrive = (frame: Frame): Running | null => {
  const process = registry.running as Running | null
  if (process !== null) process.frames[process.frames.length - 1] = frame
  return process
}

function* through(callee: Iterable<unknown>, process: Running): Generator<unknown, unknown, unknown> {
  const depth = process.frames.push(start)
  try {
    return yield* callee
  } finally {
    process.frames.length = depth - 1
  }
}

function* counted(items: Iterable<unknown>, round: (i: number) => void): Generator<unknown> {
  let i = 0
  for (const item of items) {
    round(i++)
    yield item
  }
}

/** What arrays of the oracle's state have under this key. */
export const inState = Symbol.for('mmucheck.inState')

/** What the oracle takes for a range violation. */
const fault = (message: string): Error => Object.assign(new Error(message), { name: 'Fault' })

export const $mmu = {
  /** A module begins to run. */
  module: (file: string, imports: readonly string[]): void => {
    registry.modules.set(file, imports)
  },
  site: (file: string, start: number, end: number, names: readonly string[], reassigned: readonly string[]): FunctionSite => ({
    file,
    start,
    end,
    names,
    reassigned,
  }),
  tag,
  /** `yield x`. */
  at: (x: unknown, file: string, offset: number, locals: Frame['locals']): unknown => {
    arrive({ file, offset, locals })
    return x
  },
  /** `yield* callee`. */
  call: (callee: Iterable<unknown>, file: string, offset: number, locals: Frame['locals']): Iterable<unknown> => {
    const process = arrive({ file, offset, locals })
    return process === null ? callee : through(callee, process)
  },
  /** A condition is about to be evaluated. */
  deciding: (): Happening[] | null => {
    if (registry.listening === null) return null
    const within: Happening[] = []
    ;(registry.listening as Listening).open.push(within)
    return within
  },
  /** A condition and its value. One in which a step ends has begun when others listened, or nobody did. */
  decided: <T>(within: Happening[] | null, value: T, file: string, start: number, end: number): T => {
    if (registry.listening === null) return value
    const { open } = registry.listening as Listening
    const depth = within === null ? -1 : open.indexOf(within)
    if (depth > 0) open.length = depth
    open.at(-1)?.push({ kind: 'decision', file, start, end, value, within: depth > 0 && within !== null ? within : [] })
    return value
  },
  /** What `x!` stands for. @throws TypeError where it is null or undefined, in the oracle. */
  there: <T>(x: T): T => {
    if (registry.judging && (x === null || x === undefined)) throw new TypeError(`${String(x)} stands where ! says that something does`)
    return x
  },
  /** A number that something is computed from. @throws TypeError where it is null or undefined, in the oracle. */
  operand: <T>(x: T): T => {
    if (registry.judging && (x === null || x === undefined)) throw new TypeError(`${String(x)} is used as a number`)
    return x
  },
  /** What `x[i]` gives. @throws a fault where there is nothing, in the oracle. */
  element: <T>(x: T): T => {
    if (registry.judging && x === undefined) throw fault('there is no such element')
    return x
  },
  /**
   * The index `i` of `object[i] = ...`. @throws a fault where a list of the author's own has no such element, in the
   * oracle: the state looks for itself.
   */
  slot: <T>(object: unknown, i: T): T => {
    if (!registry.judging || !Array.isArray(object) || Reflect.get(object, inState) === true) return i
    if (typeof i === 'number' && !(Number.isInteger(i) && i >= 0 && i < object.length)) throw fault('the index is outside the list')
    return i
  },
  /** The object of `f()[i] = ...`. */
  holder: <T>(object: T): T => {
    if (registry.judging) registry.holders.push(object)
    return object
  },
  /** The index of the last `holder`. @throws as `slot`. */
  slotOfHolder: <T>(i: T): T => (registry.judging ? $mmu.slot(registry.holders.pop(), i) : i),
  /**
   * A number that something is divided by. @throws TypeError where it is null or undefined, and a fault where it is 0,
   * in the oracle.
   */
  divisor: <T>(x: T): T => {
    if (registry.judging && typeof x === 'number' && x === 0) throw fault('a division by 0')
    return $mmu.operand(x)
  },
  /** `for (... of items)` around a yield. */
  rounds: counted,
}
