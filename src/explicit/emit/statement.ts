/** The statements of the IR to WebAssembly, in steps and in properties: words that some way writes meet in locals. */
import { at } from '../../at.js'
import type { Block, CompiledProperty, Stmt } from '../../ir/system.js'
import { walkBlock, walkStmts } from '../../ir/walk.js'
import { block, br, call, get, i32, i64, type Node, set, when } from '../wasm/instruction.js'
import { builtIns } from './built-ins.js'
import { expression, negated, tempLocal } from './expression.js'
import { copyEnv, type Env, freshLocal, linearIndex, untouched, wordValue, writeElement } from './fields.js'
import { fieldMask } from './layout.js'
import { markOf } from './marks.js'
import { ownBit } from './process-mask.js'
import { agentOf, nested, type StepScope } from './scope.js'

/** Where the code is on its way through a step. */
export interface Way {
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

/** A way on which nothing is chosen yet. */
export const start = (abandon: string): Way => ({ abandon, choice: null, scale: 1n, of: 'step', room: 400 })

/** Sets a temp: to a constant in what is known, to anything else in its local. */
export const setTemp = (scope: StepScope, env: Env, temp: number, value: Node): void => {
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

/** Generates statements. @returns false where control never gets behind them (they end in an `exit` or a failure). */
export const statements = (scope: StepScope, env: Env, stmts: readonly Stmt[], way: Way, exits: Exits = { labels: new Map() }): boolean => {
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
  statements(scope, env, stmts, { ...start(broken), of: 'property' })

/** The choices so far as one number. */
export const choiceNode = (way: Way): Node => way.choice ?? i64.const(0n)

/** Records that a way fails. */
export const failCode = (scope: StepScope, way: Way, failure: number): Node[] => {
  if (scope.purpose === 'graph') return [call('failing', i32.const(agentOf(scope)))]
  const numbers = builtIns(scope.system)
  const kind = at(scope.system.failures, failure).kind === 'assert' ? numbers.assert : numbers.range
  const process = scope.step === null ? 0 : ownBit(scope.system, agentOf(scope))
  const fail = call('fail', i32.const(kind), i32.const(failure), i32.const(process))
  if (scope.purpose === 'search') return [fail]
  const marked = scope.purpose === 'sample' ? [mark(markOf(scope.system).failure(failure))] : []
  return [fail, ...marked, call('remember', i32.const(failure), i32.const(scope.step ?? -1), choiceNode(way))]
}

/** Notes that something was met, in the state that is being looked at. */
export const mark = (item: number): Node => call('mark', i32.const(item))

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
