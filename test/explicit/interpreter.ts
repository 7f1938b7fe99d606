/** A slow interpreter of the IR, written for clearness only: the engine is compared with it. */
import type { Block, Expr, Stmt, System, Vector } from '../../src/ir/system.ts'
import { elements } from '../../src/ir/system.ts'

export interface Way {
  readonly step: number
  readonly choice: number
  /** The successor, or null where the way fails. */
  readonly to: Vector | null
  readonly failure: number
}

export interface Verdict {
  readonly length: number | null
  readonly maximum: number | null
}

export interface Exploration {
  readonly states: ReadonlyMap<string, Vector>
  readonly transitions: number
  readonly depth: number
  /**
   * The system's properties, then deadlock, assert, range: the length of what settles each, null where nothing does.
   */
  readonly verdicts: readonly Verdict[]
  readonly fired: ReadonlySet<number>
  readonly taken: ReadonlySet<number>
}

const compute = (op: string, a: number, b: number): number => {
  switch (op) {
    case 'add':
      return (a + b) | 0
    case 'sub':
      return (a - b) | 0
    case 'mul':
      return Math.imul(a, b)
    case 'div':
      return b === 0 ? 0 : (a / b) | 0
    case 'rem':
      return b === 0 ? 0 : (a % b) | 0
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'shl':
      return a << b
    case 'shr':
      return a >> b
    case 'eq':
      return Number(a === b)
    case 'ne':
      return Number(a !== b)
    case 'lt':
      return Number(a < b)
    case 'le':
      return Number(a <= b)
    case 'gt':
      return Number(a > b)
    case 'ge':
      return Number(a >= b)
    case 'min':
      return Math.min(a, b)
    case 'max':
      return Math.max(a, b)
    default:
      throw new Error(op)
  }
}

interface Frame {
  readonly state: number[]
  readonly temps: Map<number, number>
}

class Exit {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}
class Failed {
  readonly failure: number
  constructor(failure: number) {
    this.failure = failure
  }
}

export const interpreter = (system: System) => {
  const offsets: number[] = []
  let width = 0
  for (const v of system.variables) {
    offsets.push(width)
    width += elements(v)
  }
  const taken = new Set<number>()
  const at = (variable: number, index: readonly number[]): number => {
    const { dims } = system.variables[variable]
    let element = 0
    for (const [k, i] of index.entries()) {
      if (i < 0 || i >= dims[k]) throw new Error(`index ${i} of ${system.variables[variable].name} is outside`)
      element = element * dims[k] + i
    }
    return offsets[variable] + element
  }
  const evaluate = (f: Frame, e: Expr): number => {
    switch (e.op) {
      case 'const':
        return e.value
      case 'temp': {
        const v = f.temps.get(e.id)
        if (v === undefined) throw new Error(`temp ${e.id} is read before it is set`)
        return v
      }
      case 'load':
        return f.state[
          at(
            e.variable,
            e.index.map((i) => evaluate(f, i)),
          )
        ]
      case 'not':
        return Number(evaluate(f, e.a) === 0)
      case 'select':
        return evaluate(f, evaluate(f, e.condition) !== 0 ? e.a : e.b)
      default:
        return compute(e.op, evaluate(f, e.a), evaluate(f, e.b))
    }
  }
  const execute = (f: Frame, stmts: readonly Stmt[], covers: boolean): void => {
    for (const s of stmts)
      switch (s.op) {
        case 'set':
          f.temps.set(s.temp, evaluate(f, s.value))
          break
        case 'store': {
          const place = at(
            s.variable,
            s.index.map((i) => evaluate(f, i)),
          )
          const value = evaluate(f, s.value)
          const { lo, hi, name } = system.variables[s.variable]
          if (value < lo || value > hi) throw new Error(`${value} does not fit into ${name}`)
          f.state[place] = value
          break
        }
        case 'if':
          execute(f, evaluate(f, s.condition) !== 0 ? s.then : s.else, covers)
          break
        case 'block':
          try {
            execute(f, s.body, covers)
          } catch (e) {
            if (!(e instanceof Exit) || e.id !== s.id) throw e
          }
          break
        case 'exit':
          throw new Exit(s.id)
        case 'check':
          if (evaluate(f, s.condition) === 0) throw new Failed(s.failure)
          break
        case 'cover':
          if (covers) taken.add(s.branch)
      }
  }
  const ways = (f: Frame, b: Block, agent: number, choice: number, scale: number, out: Omit<Way, 'step'>[]): void => {
    try {
      execute(f, b.body, true)
    } catch (e) {
      if (!(e instanceof Failed)) throw e
      out.push({ choice, to: null, failure: e.failure })
      return
    }
    const { end } = b
    switch (end.op) {
      case 'blocked':
        return
      case 'fail':
        out.push({ choice, to: null, failure: end.failure })
        return
      case 'finish':
        out.push({ choice, to: f.state, failure: -1 })
        return
      case 'goto': {
        const process = system.processes.find((p) => p.agent === agent)
        if (process === undefined) throw new Error('goto in a rule')
        const to = [...f.state]
        for (const v of system.variables)
          if (v.role.kind === 'local' && v.role.process === process.id) to.fill(v.lo, offsets[v.id], offsets[v.id] + elements(v))
        for (const entry of end.frame) to[offsets[entry.variable] + entry.element] = evaluate(f, entry.value)
        to[offsets[process.pc]] = end.location
        out.push({ choice, to, failure: -1 })
        return
      }
      case 'branch':
        return ways(f, evaluate(f, end.condition) !== 0 ? end.then : end.else, agent, choice, scale, out)
      case 'choose':
        for (let c = 0; c < end.count; c++) {
          const round = { state: [...f.state], temps: new Map(f.temps).set(end.temp, c) }
          ways(round, end.rest, agent, choice + scale * c, scale * system.radix, out)
        }
    }
  }
  const pcOf = (state: Vector, process: number): number => state[offsets[system.processes[process].pc]]
  const successors = (state: Vector): Way[] =>
    system.steps.flatMap((step) => {
      if (step.location !== null) {
        const process = system.processes.find((p) => p.agent === step.agent)
        if (process === undefined || pcOf(state, process.id) !== step.location) return []
      }
      const out: Omit<Way, 'step'>[] = []
      ways({ state: [...state], temps: new Map() }, step.body, step.agent, 0, 1, out)
      return out.map((w) => ({ ...w, step: step.id }))
    })
  const initialStates = (): Way[] => {
    const out: Omit<Way, 'step'>[] = []
    const state = system.variables.flatMap((v) => new Array<number>(elements(v)).fill(system.initial[v.id]))
    ways({ state, temps: new Map() }, system.init, -1, 0, 1, out)
    return out.map((w) => ({ ...w, step: -1 }))
  }
  /** Whether a state settles a property of the system, and a bound's value. */
  const judge = (state: Vector, property: number): { found: boolean; value: number | null } => {
    const p = system.safety[property]
    const f = { state: [...state], temps: new Map<number, number>() }
    try {
      execute(f, p.body, false)
    } catch (e) {
      if (!(e instanceof Failed)) throw e
      return { found: p.kind !== 'sometimes', value: null }
    }
    const value = evaluate(f, p.value)
    if (p.kind === 'bound') return { found: value > (p.max ?? 0), value }
    return { found: p.kind === 'always' ? value === 0 : value !== 0, value: null }
  }
  const isDeadlock = (state: Vector): boolean =>
    successors(state).length === 0 && (system.processes.length === 0 || system.processes.some((p) => !p.locations[pcOf(state, p.id)].final))

  /** Breadth first; states at `maxDepth` are judged, but not expanded. Null where there are more than `maxStates`. */
  const explore = (maxDepth: number, maxStates: number): Exploration | null => {
    const n = system.safety.length
    const lengths: (number | null)[] = new Array(n + 3).fill(null)
    const maxima: (number | null)[] = new Array(n + 3).fill(null)
    const settle = (i: number, length: number): void => {
      lengths[i] ??= length
    }
    const fails = (way: Way, length: number): void => settle(system.failures[way.failure].kind === 'assert' ? n + 1 : n + 2, length)
    const states = new Map<string, Vector>()
    const fired = new Set<number>()
    let transitions = 0
    let depth = 0
    let level: Vector[] = []
    const add = (state: Vector, to: Vector[]): void => {
      const key = state.join()
      if (states.has(key)) return
      states.set(key, state)
      to.push(state)
    }
    for (const way of initialStates()) {
      if (way.to === null) fails(way, 0)
      else add(way.to, level)
    }
    for (let d = 0; level.length > 0; d++) {
      depth = d
      const next: Vector[] = []
      for (const state of level) {
        for (let i = 0; i < n; i++) {
          const { found, value } = judge(state, i)
          if (found) settle(i, d)
          if (value !== null) maxima[i] = Math.max(maxima[i] ?? value, value)
        }
        if (d >= maxDepth) continue
        if (isDeadlock(state) && system.deadlock === 'violation') settle(n, d)
        for (const way of successors(state)) {
          if (way.to === null) fails(way, d + 1)
          else {
            transitions++
            fired.add(way.step)
            add(way.to, next)
          }
        }
        if (states.size > maxStates) return null
      }
      level = next
    }
    return { states, transitions, depth, verdicts: lengths.map((length, i) => ({ length, maximum: maxima[i] })), fired, taken }
  }
  return { explore, successors, initialStates, judge, isDeadlock }
}
