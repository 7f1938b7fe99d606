/** The ways through an atomic step to WebAssembly: each way that ends well emits a successor. */
import { at } from '../../at.js'
import type { Block, Expr, FrameEntry } from '../../ir/system.js'
import { blockSize, walkBlock } from '../../ir/walk.js'
import { block, brIf, call, get, getGlobal, i32, i64, loop, type Node, set, setGlobal, when } from '../wasm/instruction.js'
import { expression, negated, tempLocal } from './expression.js'
import { cleared, copyEnv, type Env, freshLocal, held, withField, wordValue, writeElement } from './fields.js'
import { fieldMask, placeOf } from './layout.js'
import { markOf } from './marks.js'
import { isTraced } from './purpose.js'
import { agentOf, nested, type StepScope } from './scope.js'
import { choiceNode, failCode, mark, setOnceIn, setTemp, start, statements, type Way } from './statement.js'
import { constantElement } from './ways.js'

/** Writes the successor to the buffer. */
const emit = (scope: StepScope, env: Env, way: Way): void => {
  const { memory } = scope
  if (scope.purpose === 'sample') scope.code.push(...(scope.step === null ? [] : [mark(markOf(scope.system).step(scope.step))]))
  else if (scope.step !== null) scope.code.push(i32.store8(i32.const(0), i32.const(1), memory.fired + scope.step))
  for (const [w, word] of env.words.entries())
    scope.code.push(i64.store(get('out'), wordValue(word, fieldMask(at(scope.layout.widths, w))), w * 8))
  if (scope.renames) scope.code.push(...renaming(scope))
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

/** Schedules also ask for successors as they are. */
const renaming = (scope: StepScope): Node[] => {
  const rename = call('canonical', get('out'))
  return [isTraced(scope) ? when(i32.eqz(getGlobal('as_is')), [rename]) : rename]
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
  if (!statements(scope, env, b.body, way)) return
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
