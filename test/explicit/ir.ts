/** Writes systems by hand, succinctly: for the tests of the engine, which are to depend on no compiler. */
import type {
  Block,
  CompiledProperty,
  Expr,
  Failure,
  FrameEntry,
  Process,
  Span,
  Step,
  Stmt,
  System,
  Variable,
  VariableRole,
} from '../../src/ir/system.ts'

export const nowhere: Span = { file: 0, start: 0, end: 0 }

type Value = Expr | number
export const value = (v: Value): Expr => (typeof v === 'number' ? { op: 'const', value: v } : v)
const op =
  (
    name:
      | 'add'
      | 'sub'
      | 'mul'
      | 'div'
      | 'rem'
      | 'and'
      | 'or'
      | 'eq'
      | 'ne'
      | 'lt'
      | 'le'
      | 'gt'
      | 'ge'
      | 'min'
      | 'max'
      | 'xor'
      | 'shl'
      | 'shr',
  ) =>
  (a: Value, b: Value): Expr => ({ op: name, a: value(a), b: value(b) })
export const add = op('add')
export const sub = op('sub')
export const mul = op('mul')
export const div = op('div')
export const rem = op('rem')
export const and = op('and')
export const or = op('or')
export const eq = op('eq')
export const ne = op('ne')
export const lt = op('lt')
export const not = (a: Value): Expr => ({ op: 'not', a: value(a) })
export const temp = (id: number): Expr => ({ op: 'temp', id })
export const load = (variable: number, ...index: Value[]): Expr => ({ op: 'load', variable, index: index.map(value) })

export const assign = (temp: number, v: Value): Stmt => ({ op: 'set', temp, value: value(v) })
export const store = (variable: number, index: readonly Value[], v: Value): Stmt => ({
  op: 'store',
  variable,
  index: index.map(value),
  value: value(v),
  at: nowhere,
})
export const check = (condition: Value, failure: number): Stmt => ({ op: 'check', condition: value(condition), failure })
export const cover = (branch: number): Stmt => ({ op: 'cover', branch })
export const ifThen = (condition: Value, then: readonly Stmt[], otherwise: readonly Stmt[] = []): Stmt => ({
  op: 'if',
  condition: value(condition),
  then,
  else: otherwise,
})

export const blocked: Block = { body: [], end: { op: 'blocked' } }
export const finish = (...body: Stmt[]): Block => ({ body, end: { op: 'finish' } })
export const goto = (location: number, frame: readonly FrameEntry[] = [], body: readonly Stmt[] = []): Block => ({
  body,
  end: { op: 'goto', location, frame },
})
export const frame = (variable: number, v: Value, element = 0): FrameEntry => ({ variable, element, value: value(v) })
export const when = (condition: Value, rest: Block): Block => branch(condition, rest, blocked)
export const branch = (condition: Value, then: Block, otherwise: Block): Block => ({
  body: [],
  end: { op: 'branch', condition: value(condition), then, else: otherwise },
})
export const choose = (temp: number, count: number, rest: Block): Block => ({ body: [], end: { op: 'choose', temp, count, rest } })
export const fail = (failure: number): Block => ({ body: [], end: { op: 'fail', failure } })

/** Collects the parts of a system. Agents are made by name on first use. */
export const builder = (model: string) => {
  const variables: Variable[] = []
  const initial: number[] = []
  const agents: {
    id: number
    name: string
    kind: 'process' | 'rule'
    group: string
    instance: null
    fairness: 'weak' | 'strong' | 'none'
    cpu: number | null
  }[] = []
  const steps: Step[] = []
  const processes: Process[] = []
  const properties: CompiledProperty[] = []
  const failures: Failure[] = []
  let branches = 0
  const declare = (name: string, lo: number, hi: number, dims: readonly number[], role: VariableRole, start: number): number => {
    initial.push(start)
    return variables.push({ id: variables.length, name, lo, hi, dims, role }) - 1
  }
  const agentOf = (name: string, kind: 'process' | 'rule'): number => {
    const found = agents.find((a) => a.name === name)
    return (
      found?.id ??
      agents.push({
        id: agents.length,
        name,
        kind,
        group: name,
        instance: null,
        fairness: kind === 'process' ? 'weak' : 'none',
        cpu: null,
      }) - 1
    )
  }
  return {
    /** A global of `lo..hi`, which starts as `lo` or as said. */
    global: (name: string, lo: number, hi: number, dims: readonly number[] = [], start = lo): number =>
      declare(name, lo, hi, dims, { kind: 'global' }, start),
    branch: (): number => branches++,
    failure: (kind: 'assert' | 'range', message: string): number => failures.push({ id: failures.length, kind, message, at: nowhere }) - 1,
    rule: (agent: string, label: string, body: Block): number =>
      steps.push({ id: steps.length, agent: agentOf(agent, 'rule'), location: null, label, at: nowhere, body }) - 1,
    /**
     * A process whose locations are numbered in the order of `bodies`; null is a final one. `locals` are made by the
     * caller.
     */
    process: (
      agent: string,
      locals: (local: (name: string, lo: number, hi: number, dims?: readonly number[]) => number) => readonly (Block | null)[],
    ): number => {
      const id = processes.length
      const made: number[] = []
      const bodies = locals((name, lo, hi, dims = []) => {
        const v = declare(`${agent}.${name}`, lo, hi, dims, { kind: 'local', process: id }, lo)
        made.push(v)
        return v
      })
      const pc = declare(agent, 0, Math.max(1, bodies.length - 1), [], { kind: 'location', process: id }, 0)
      const agentId = agentOf(agent, 'process')
      const framed = (b: Block, to: number): number[] => {
        switch (b.end.op) {
          case 'goto':
            return b.end.location === to ? b.end.frame.map((f) => f.variable) : []
          case 'branch':
            return [...framed(b.end.then, to), ...framed(b.end.else, to)]
          case 'choose':
            return framed(b.end.rest, to)
          default:
            return []
        }
      }
      processes.push({
        id,
        agent: agentId,
        pc,
        locations: bodies.map((b, i) => ({
          id: i,
          key: String(i),
          label: String(i),
          at: nowhere,
          final: b === null,
          live: [...new Set(bodies.flatMap((from) => (from === null ? [] : framed(from, i))))].map((variable) => ({
            variable,
            frame: 0,
            name: variables[variable].name,
            suffix: '',
          })),
        })),
      })
      for (const [location, body] of bodies.entries())
        if (body !== null) steps.push({ id: steps.length, agent: agentId, location, label: String(location), at: nowhere, body })
      return id
    },
    property: (name: string, kind: CompiledProperty['kind'], v: Value, body: readonly Stmt[] = [], max: number | null = null): void => {
      properties.push({ name, kind, max, body, value: value(v), at: nowhere })
    },
    build: (over: Partial<System> = {}): System => ({
      model,
      files: [],
      variables,
      agents,
      processes,
      steps,
      init: finish(),
      initial,
      safety: properties,
      temporal: [],
      memory: null,
      extremes: [],
      crossable: [],
      failures,
      branches: Array.from({ length: branches }, (_, id) => ({ id, text: '', at: nowhere })),
      deadlock: 'violation',
      radix: 64,
      temps: 256,
      ...over,
    }),
  }
}
