/**
 * What never changes: the variables to which no step stores anything but what they hold from the start. Seen without a
 * search, by running all code on what is known of such variables; a store that may be of something else takes its
 * variable out, and all is run again until none does.
 */
import { at } from '../at.js'
import { calculate, isTruth } from './build.js'
import { type Block, type Expr, elements, type Query, type Stmt, type System } from './system.js'

/** What never changes, and what answers depend on. */
export interface Unchanged {
  /** Numbers of variables; a process's location and locals are not among them. */
  readonly variables: ReadonlySet<number>
  /** The variables that decide a query: what it reads on the ways that it can take. */
  readonly deciding: (query: Pick<Query, 'body' | 'value'>) => ReadonlySet<number>
}

/** A number, or a text that names what one element holds from the start; null where it may be one thing or another. */
type Known = number | string | null

/** By variable, what each element of those holds that do not change as far as is known. */
type Contents = ReadonlyMap<number, readonly Known[]>

/**
 * Finds them by running all code until nothing new is stored: linear in the code, times the variables that change after
 * all.
 */
export const unchangedVariables = (system: System): Unchanged => {
  const contents = initialContents(system)
  const locations = new Set<string>()
  let isSettled = false
  const code = running(system, contents, (variable) => {
    if (contents.delete(variable)) isSettled = false
  })
  const processes = new Map(system.processes.map((process) => [process.agent, process.id]))
  while (!isSettled) {
    isSettled = true
    for (const { agent, location, body } of system.steps) {
      const at = (id: number): string => `${processes.get(agent)}:${id}`
      if (location !== null && location !== 0 && !locations.has(at(location))) continue
      for (const next of code.run(body).filter((id) => !locations.has(at(id)))) {
        locations.add(at(next))
        isSettled = false
      }
    }
  }
  return { variables: new Set(contents.keys()), deciding: code.reads }
}

/** What init stores to holds whatever that is, which may be something else in each initial state. */
const initialContents = (system: System): Map<number, readonly Known[]> => {
  const variables = system.variables.filter(({ role: { kind } }) => kind !== 'local' && kind !== 'location')
  const contents = new Map<number, readonly Known[]>(
    variables.map((variable) => [variable.id, Array<Known>(elements(variable)).fill(at(system.initial, variable.id))]),
  )
  const stored = new Set<number>()
  running(system, new Map(), (variable) => stored.add(variable)).run(system.init)
  for (const variable of variables)
    if (stored.has(variable.id))
      contents.set(
        variable.id,
        Array.from({ length: elements(variable) }, (_, element) => `${variable.id}:${element}`),
      )
  return contents
}

interface Running {
  /** Runs a step on all ways that it can take. @returns the locations that it may go to. */
  readonly run: (block: Block) => number[]
  readonly reads: Unchanged['deciding']
}

const running = ({ variables }: System, contents: Contents, change: (variable: number) => void): Running => {
  let temps = new Map<number, Known>()
  let reads = new Set<number>()
  let next: number[] = []

  /** Of what is set on several ways, what all of them set. */
  const set = (temp: number, value: Known): void => {
    temps.set(temp, temps.has(temp) && temps.get(temp) !== value ? null : value)
  }

  /** Row-major; null where an index is not known. */
  const elementOf = (variable: number, index: readonly Expr[]): number | null => {
    const { dims } = at(variables, variable)
    const indices = index.map(evaluate)
    return indices.reduce<number | null>((n, i, d) => (n === null || typeof i !== 'number' ? null : n * at(dims, d) + i), 0)
  }

  const evaluate = (e: Expr): Known => {
    switch (e.op) {
      case 'const':
        return e.value
      case 'temp':
        return temps.get(e.id) ?? null
      case 'load': {
        const element = elementOf(e.variable, e.index)
        reads.add(e.variable)
        const held = contents.get(e.variable)
        if (held === undefined) return null
        if (element !== null) return held[element] ?? null
        const first = at(held, 0)
        return held.every((value) => value === first) ? first : null
      }
      case 'not': {
        const a = evaluate(e.a)
        return typeof a === 'number' ? 1 - a : null
      }
      case 'select': {
        const condition = evaluate(e.condition)
        if (typeof condition === 'number') return evaluate(condition === 0 ? e.b : e.a)
        const [a, b] = [evaluate(e.a), evaluate(e.b)]
        return a === b ? a : null
      }
      default: {
        const a = evaluate(e.a)
        // What one side decides, the other does not.
        if (e.op === 'and' && a === 0) return 0
        if (e.op === 'or' && a === 1 && isTruth(e.b, isBit)) return 1
        const b = evaluate(e.b)
        return typeof a === 'number' && typeof b === 'number' ? calculate(e.op, a, b) : null
      }
    }
  }

  const isBit = (variable: number): boolean => at(variables, variable).lo >= 0 && at(variables, variable).hi <= 1

  /** Whether control may get to the end. */
  const runAll = (body: readonly Stmt[]): boolean => body.every(runOne)

  const runOne = (s: Stmt): boolean => {
    switch (s.op) {
      case 'set':
        set(s.temp, evaluate(s.value))
        return true
      case 'store': {
        const element = elementOf(s.variable, s.index)
        const value = evaluate(s.value)
        const held = contents.get(s.variable)
        const places = held !== undefined && element !== null ? [held[element] ?? null] : (held ?? [])
        if (value === null || held === undefined || places.some((old) => old !== value)) change(s.variable)
        return true
      }
      case 'if': {
        const condition = evaluate(s.condition)
        const [then, otherwise] = [condition !== 0 && runAll(s.then), (typeof condition !== 'number' || condition === 0) && runAll(s.else)]
        return then || otherwise
      }
      case 'block':
        runAll(s.body)
        return true
      case 'check':
        return evaluate(s.condition) !== 0
      case 'exit':
        return false
      case 'cover':
        return true
    }
  }

  const runBlock = ({ body, end }: Block): void => {
    if (!runAll(body)) return
    switch (end.op) {
      case 'goto':
        next.push(end.location)
        return
      case 'branch': {
        const condition = evaluate(end.condition)
        if (condition !== 0) runBlock(end.then)
        if (typeof condition !== 'number' || condition === 0) runBlock(end.else)
        return
      }
      case 'choose':
        set(end.temp, null)
        return runBlock(end.rest)
      case 'finish':
      case 'blocked':
      case 'fail':
    }
  }

  return {
    run: (block) => {
      temps = new Map()
      next = []
      runBlock(block)
      return next
    },
    reads: ({ body, value }) => {
      temps = new Map()
      reads = new Set()
      runAll(body)
      evaluate(value)
      return reads
    },
  }
}
