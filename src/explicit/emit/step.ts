/** The statements and ways of an atomic step to WebAssembly: each way that ends well emits a successor. */
import { at } from '../../at.js'
import type { Block, CompiledProperty, Expr, FrameEntry, Stmt, System } from '../../ir/system.js'
import { blockSize, walkBlock, walkStmts } from '../../ir/walk.js'
import { block, br, brIf, call, get, i32, i64, loop, type Node, set, setGlobal, when } from '../wasm/instruction.js'
import { expression, negated, tempLocal } from './expression.js'
import {
  cleared,
  copyEnv,
  type Env,
  type FunctionScope,
  freshLocal,
  held,
  linearIndex,
  untouched,
  withField,
  wordValue,
  writeElement,
} from './fields.js'
import { fieldMask, placeOf } from './layout.js'
import { markOf } from './marks.js'
import type { MemoryMap } from './memory-map.js'
import { constantElement } from './ways.js'

/**
 * What the generated code is for. `search` only emits states; `trace` says with each emitted state and each failure
 * which step and choices led to it; `graph` says with each emitted state and each failure which agent did. `sample` is
 * `trace` that also notes in which state each step, branch and failure was first met.
 */
export type Purpose = 'search' | 'trace' | 'graph' | 'sample'

export interface StepScope extends FunctionScope {
  readonly memory: MemoryMap
  readonly purpose: Purpose
  /** The step that is being generated; null for `init` and properties. */
  step: number | null
  /** Temps that the step sets in one place only: where that sets a constant, they are that constant. */
  setOnce: ReadonlySet<number>
}

/** Where the code is on its way through a step. */
interface Way {
  /** Leaves this way: nothing is emitted. */
  readonly abandon: string
  /** The choice code so far (null: 0), and what the next choice is multiplied with. */
  readonly choice: Node | null
  readonly scale: bigint
  /** In a step a failure is recorded; in a property it only means that the property fails. */
  readonly of: 'step' | 'property'
  /** How much code unrolled choices may still make. */
  readonly room: number
}

const start = (abandon: string): Way => ({ abandon, choice: null, scale: 1n, of: 'step', room: 400 })

/** Runs `write` on a new statement list, and returns that list. */
export const nested = (scope: FunctionScope, write: () => void): Node[] => {
  const outer = scope.code
  scope.code = []
  write()
  const inner = scope.code
  scope.code = outer
  return inner
}

const setTemp = (scope: StepScope, env: Env, temp: number, value: Node): void => {
  if (value.op === 'i32.const' && scope.setOnce.has(temp)) {
    env.constants.set(temp, value.value)
    return
  }
  env.constants.delete(temp)
  env.assigned.add(temp)
  declareTemp(scope, temp)
  scope.code.push(set(tempLocal(temp), value))
}

const declareTemp = (scope: StepScope, temp: number): void => {
  const name = tempLocal(temp)
  if (!scope.locals.some(([local]) => local === name)) scope.locals.push([name, 'i32'])
}

/** Declares the temps that a property's statements set. */
export const declareTemps = (scope: StepScope, { body }: Pick<CompiledProperty, 'body'>): void =>
  walkStmts(body, {
    stmt: (s) => {
      if (s.op === 'set') declareTemp(scope, s.temp)
    },
  })

/** Variables that statements store to. */
const storedIn = (stmts: readonly Stmt[]): Set<number> => {
  const stored = new Set<number>()
  walkStmts(stmts, {
    stmt: (s) => {
      if (s.op === 'store') stored.add(s.variable)
    },
  })
  return stored
}

/**
 * Control flow joins: words that some arm writes get a common local, which every arm sets when it ends; what was known
 * of their variables is forgotten.
 */
interface Join {
  readonly locals: ReadonlyMap<number, string>
  readonly stored: ReadonlySet<number>
}

const joinFor = (scope: StepScope, stmts: readonly Stmt[]): Join => {
  const stored = storedIn(stmts)
  const words = new Set([...stored].flatMap((v) => at(scope.layout.placements, v).chunks.map((c) => c.word)))
  return { locals: new Map([...words].map((w) => [w, freshLocal(scope, 'i64', 'j')])), stored }
}

const meet = (scope: StepScope, env: Env, join: Join): void => {
  for (const [w, local] of join.locals) scope.code.push(set(local, wordValue(at(env.words, w), fieldMask(at(scope.layout.widths, w)))))
}

const afterJoin = (env: Env, join: Join): void => {
  for (const [w, local] of join.locals) env.words[w] = untouched(get(local))
  for (const key of [...env.known.keys()]) if (join.stored.has(Math.floor(key / 2 ** 24))) env.known.delete(key)
}

interface Exits {
  readonly labels: ReadonlyMap<number, Exit>
}

interface Exit {
  readonly label: string
  readonly join: Join
  /** Some exit leads there: control gets behind the block. */
  taken: boolean
}

const addAll = (to: Set<number>, from: ReadonlySet<number>): void => {
  for (const x of from) to.add(x)
}

/** Generates statements. Returns false where control never gets behind them (they end in an `exit` or a failure). */
const statements = (scope: StepScope, env: Env, stmts: readonly Stmt[], way: Way, exits: Exits): boolean => {
  for (const s of stmts) {
    switch (s.op) {
      case 'set':
        setTemp(scope, env, s.temp, expression(scope, env, s.value))
        break
      case 'store': {
        const index = s.index.map((i) => expression(scope, env, i))
        const value = expression(scope, env, s.value)
        writeElement(scope, env, s.variable, linearIndex(index, at(scope.system.variables, s.variable).dims), value)
        break
      }
      case 'cover':
        if (scope.purpose === 'sample') scope.code.push(mark(markOf(scope.system).branch(s.branch)))
        else if (way.of === 'step') scope.code.push(i32.store8(i32.const(0), i32.const(1), scope.memory.taken + s.branch))
        break
      case 'check': {
        const condition = expression(scope, env, s.condition)
        const failing = [...(way.of === 'step' ? failCode(scope, way, s.failure) : []), br(way.abandon)]
        if (condition.op !== 'i32.const') scope.code.push(when(negated(condition), failing))
        else if (condition.value === 0) {
          scope.code.push(...failing)
          return false
        }
        break
      }
      case 'exit': {
        const target = exits.labels.get(s.id)
        if (target === undefined) throw new Error(`exit ${s.id} is in no block of that id`)
        target.taken = true
        meet(scope, env, target.join)
        scope.code.push(br(target.label))
        return false
      }
      case 'block': {
        const join = joinFor(scope, s.body)
        const target: Exit = { label: `exit${s.id}_${scope.locals.length}`, join, taken: false }
        const inner = copyEnv(env)
        let goesOn = false
        const body = nested(scope, () => {
          goesOn = statements(scope, inner, s.body, way, { labels: new Map([...exits.labels, [s.id, target]]) })
          if (goesOn) meet(scope, inner, join)
        })
        scope.code.push(block(target.label, body))
        addAll(env.assigned, inner.assigned)
        // What follows may read temps that nothing has set.
        if (!goesOn && !target.taken) return false
        for (const [temp, value] of inner.constants) env.constants.set(temp, value)
        afterJoin(env, join)
        break
      }
      case 'if': {
        const condition = expression(scope, env, s.condition)
        if (condition.op === 'i32.const') {
          if (!statements(scope, env, condition.value !== 0 ? s.then : s.else, way, exits)) return false
          break
        }
        const join = joinFor(scope, [...s.then, ...s.else])
        const goesOn: boolean[] = []
        const arms = [s.then, s.else].map((arm) =>
          nested(scope, () => {
            const inner = copyEnv(env)
            const on = statements(scope, inner, arm, way, exits)
            if (on) meet(scope, inner, join)
            goesOn.push(on)
            addAll(env.assigned, inner.assigned)
            for (const [temp, value] of inner.constants) env.constants.set(temp, value)
          }),
        )
        scope.code.push(when(condition, at(arms, 0), at(arms, 1)))
        if (!goesOn.includes(true)) return false
        afterJoin(env, join)
        break
      }
    }
  }
  return true
}

/** Generates statements outside a step: of a property. `broken` is where a failing check goes. */
export const propertyStatements = (scope: StepScope, env: Env, stmts: readonly Stmt[], broken: string): boolean =>
  statements(scope, env, stmts, { ...start(broken), of: 'property' }, { labels: new Map() })

const choiceNode = (way: Way): Node => way.choice ?? i64.const(0n)

/** The agent whose step is being generated; 0 in `init`, where nobody asks. */
const agentOf = (scope: StepScope): number => (scope.step === null ? 0 : at(scope.system.steps, scope.step).agent)

/** Writes the successor to the buffer. */
const emit = (scope: StepScope, env: Env, way: Way): void => {
  const { memory } = scope
  if (scope.purpose === 'sample') scope.code.push(...(scope.step === null ? [] : [mark(markOf(scope.system).step(scope.step))]))
  else if (scope.step !== null) scope.code.push(i32.store8(i32.const(0), i32.const(1), memory.fired + scope.step))
  for (const [w, word] of env.words.entries())
    scope.code.push(i64.store(get('out'), wordValue(word, fieldMask(at(scope.layout.widths, w))), w * 8))
  if (isTraced(scope)) {
    scope.code.push(i32.store(get('out'), i32.const(scope.step ?? -1), env.words.length * 8))
    scope.code.push(i64.store(get('out'), choiceNode(way), env.words.length * 8 + 8))
  }
  if (scope.purpose === 'graph') scope.code.push(i32.store(get('out'), i32.const(agentOf(scope)), env.words.length * 8))
  scope.code.push(set('out', i32.add(get('out'), i32.const(memory.entry))))
  if (!memory.bounded)
    scope.code.push(
      when(i32.geU(get('out'), i32.const(memory.bufferLimit)), [
        call(isTraced(scope) ? 'spill' : 'flush', get('out')),
        set('out', i32.const(memory.buffer)),
        setGlobal('emitted', i32.const(1)),
      ]),
    )
}

const isUnchanged = (scope: StepScope, entry: FrameEntry): boolean =>
  entry.value.op === 'load' &&
  entry.value.variable === entry.variable &&
  constantElement(entry.value.index, at(scope.system.variables, entry.variable).dims) === entry.element

/**
 * Moves a process on. All values are read before anything is cleared; an element that keeps its value keeps its bits.
 */
const move = (scope: StepScope, env: Env, location: number, frame: readonly FrameEntry[]): void => {
  const { system, layout } = scope
  const process = scope.step === null ? undefined : system.processes.find((p) => p.agent === agentOf(scope))
  if (process === undefined) throw new Error('goto in a step that belongs to no process')
  const clear = [...at(layout.localMasks, process.id)]
  const writes: { word: number; shift: number; bits: number; value: Node }[] = []
  for (const entry of frame) {
    const placement = at(layout.placements, entry.variable)
    if (placement.bits === 0) continue
    const { word, shift } = placeOf(placement, entry.element)
    if (isUnchanged(scope, entry)) clear[word] = at(clear, word) & ~(fieldMask(placement.bits) << BigInt(shift))
    else {
      const stored: Expr = { op: 'sub', a: entry.value, b: { op: 'const', value: at(system.variables, entry.variable).lo } }
      const value = expression(scope, env, stored)
      writes.push({
        word,
        shift,
        bits: placement.bits,
        value: value.op === 'local.get' ? copied(scope, value) : held(scope, 'i32', 'g', value),
      })
    }
  }
  for (const [w, mask] of clear.entries()) if (mask !== 0n) env.words[w] = cleared(scope, at(env.words, w), mask)
  for (const { word, shift, bits, value } of writes) env.words[word] = withField(scope, at(env.words, word), shift, bits, value)
  writeElement(scope, env, process.pc, i32.const(0), i32.const(location))
}

const copied = (scope: StepScope, value: Node): Node => {
  const local = freshLocal(scope, 'i32', 'g')
  scope.code.push(set(local, value))
  return get(local)
}

/** Unrolling pays for few rounds of little code: the choice is then a constant, and what it indexes a fixed field. */
const unrolls = (count: number, rest: Block, room: number): boolean => count <= 8 && count * blockSize(rest) <= room

const choose = (scope: StepScope, env: Env, temp: number, count: number, rest: Block, way: Way): void => {
  if (count === 0) return
  const setInRest = new Set([temp])
  walkBlock(rest, {
    stmt: (s) => {
      if (s.op === 'set') setInRest.add(s.temp)
    },
    block: (b) => {
      if (b.end.op === 'choose') setInRest.add(b.end.temp)
    },
  })
  // Each round starts from the temps as they were at the choice.
  const restored = [...setInRest].filter((t) => env.assigned.has(t)).map((t) => [t, copied(scope, get(tempLocal(t)))] as const)
  const unrolled = unrolls(count, rest, way.room)
  const room = unrolled ? way.room / count : way.room
  const round = (label: string, chosen: Node): Node =>
    block(
      label,
      nested(scope, () => {
        const inner = copyEnv(env)
        for (const [t, saved] of restored) scope.code.push(set(tempLocal(t), saved))
        setTemp(scope, inner, temp, chosen)
        const code = isTraced(scope) ? choiceCode(scope, way, chosen) : null
        continuation(scope, inner, rest, { ...way, abandon: label, choice: code, scale: way.scale * BigInt(scope.system.radix), room })
      }),
    )
  if (unrolled) {
    for (let c = 0; c < count; c++) scope.code.push(round(`round${scope.locals.length}_${c}`, i32.const(c)))
    return
  }
  const counter = freshLocal(scope, 'i32', 'c')
  scope.code.push(set(counter, i32.const(0)))
  const next = `next_${counter}`
  scope.code.push(
    loop(next, [
      round(`round_${counter}`, get(counter)),
      set(counter, i32.add(get(counter), i32.const(1))),
      brIf(next, i32.ltS(get(counter), i32.const(count))),
    ]),
  )
}

/** The choice code with one more choice, in a local. */
const choiceCode = (scope: StepScope, way: Way, chosen: Node): Node => {
  const part = way.scale === 1n ? i64.extend(chosen) : i64.mul(i64.extend(chosen), i64.const(way.scale))
  return held(scope, 'i64', 'd', way.choice === null ? part : i64.add(way.choice, part))
}

/** Generates a block and all that follows. Control gets behind it whether or not something was emitted. */
const continuation = (scope: StepScope, env: Env, b: Block, way: Way): void => {
  if (!statements(scope, env, b.body, way, { labels: new Map() })) return
  const { end } = b
  switch (end.op) {
    case 'blocked':
      return
    case 'fail':
      scope.code.push(...failCode(scope, way, end.failure))
      return
    case 'finish':
      return emit(scope, env, way)
    case 'goto':
      move(scope, env, end.location, end.frame)
      return emit(scope, env, way)
    case 'choose':
      return choose(scope, env, end.temp, end.count, end.rest, way)
    case 'branch': {
      const condition = expression(scope, env, end.condition)
      if (condition.op === 'i32.const') return continuation(scope, env, condition.value !== 0 ? end.then : end.else, way)
      const then = nested(scope, () => continuation(scope, copyEnv(env), end.then, way))
      const otherwise = nested(scope, () => continuation(scope, copyEnv(env), end.else, way))
      if (then.length === 0) scope.code.push(when(negated(condition), otherwise))
      else scope.code.push(when(condition, then, otherwise))
    }
  }
}

/** The number of the built-in properties, behind those of the system. */
export const builtIns = (system: System): { deadlock: number; assert: number; range: number } => {
  const n = system.safety.length
  return { deadlock: n, assert: n + 1, range: n + 2 }
}

const failCode = (scope: StepScope, way: Way, failure: number): Node[] => {
  if (scope.purpose === 'graph') return [call('failing', i32.const(agentOf(scope)))]
  const numbers = builtIns(scope.system)
  const kind = at(scope.system.failures, failure).kind === 'assert' ? numbers.assert : numbers.range
  const fail = call('fail', i32.const(kind), i32.const(failure))
  if (scope.purpose === 'search') return [fail]
  const marked = scope.purpose === 'sample' ? [mark(markOf(scope.system).failure(failure))] : []
  return [fail, ...marked, call('remember', i32.const(failure), i32.const(scope.step ?? -1), choiceNode(way))]
}

const isTraced = ({ purpose }: StepScope): boolean => purpose === 'trace' || purpose === 'sample'

const mark = (item: number): Node => call('mark', i32.const(item))

const timesSet = (b: Block): Map<number, number> => {
  const times = new Map<number, number>()
  const count = (t: number): void => void times.set(t, (times.get(t) ?? 0) + 1)
  walkBlock(b, {
    stmt: (s) => {
      if (s.op === 'set') count(s.temp)
    },
    block: (inner) => {
      if (inner.end.op === 'choose') count(inner.end.temp)
    },
  })
  return times
}

/** Temps that statements or a block set exactly once. */
export const setOnceIn = (b: Block): Set<number> => new Set([...timesSet(b)].filter(([, n]) => n === 1).map(([t]) => t))

/** Generates all ways through a step's body (or through `init`), each of which emits one successor behind `out`. */
export const ways = (scope: StepScope, env: Env, body: Block): void => {
  const label = `way${scope.locals.length}`
  scope.setOnce = setOnceIn(body)
  scope.code.push(
    block(
      label,
      nested(scope, () => continuation(scope, env, body, start(label))),
    ),
  )
}
