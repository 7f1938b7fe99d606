/** Loops with yields or jumps in them. */
import type { Expression, ForOfStatement, ForStatement, Node, WhileStatement } from 'oxc-parser'
import { one } from '../../ir/build.js'
import { condition, refine } from '../expression/condition.js'
import { fixedSequence, itemsOf, type Sequence, sequenceOf } from '../expression/element.js'
import { evaluate, evaluateObject } from '../expression/expression.js'
import { bindItem } from '../expression/statement.js'
import { settleValue } from '../values/emit.js'
import { isRigid } from '../values/free.js'
import { compact } from '../values/layout.js'
import { loopedCell, nameParts } from '../values/ownership.js'
import { type Cell, childScope, type Scope } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { wholeOf } from '../values/state-places.js'
import { hasYield } from '../values/syntax.js'
import { describe } from '../values/value.js'
import { branch, type Control, type Machine, type Next } from './agent-context.js'
import { withYields } from './delegate.js'
import { step } from './process.js'

/** A loop that comes round this often within one step has no yield on its way. */
const mostRounds = 200

/** Tests a loop's condition and goes on into it (`body`) or behind it (`after`). Many parameters: see `step`. */
export const rounds = (m: Machine, node: Node, scope: Scope, test: Expression | null, body: Next, after: Next): void => {
  const { c } = m
  const depth = (m.stepRounds.get(node) ?? 0) + 1
  if (depth > mostRounds)
    return refuse(
      c,
      'MC107',
      scope.file,
      node,
      `this loop can go round without a yield, ${mostRounds} times and more within one step`,
      'put a yield into every way through its body, or bound it by a constant',
    )
  m.stepRounds.set(node, depth)
  const enterLoop = (): void => {
    if (test === null) return body()
    withYields(m, test, scope, () => {
      const e = condition(c, evaluate(c, test, scope), { file: scope.file, node: test })
      branch(
        m,
        e,
        () => {
          if (e.op !== 'const') refine(c, test, true, scope)
          body()
        },
        () => {
          if (e.op !== 'const') refine(c, test, false, scope)
          after()
        },
      )
    })
  }
  enterLoop()
  m.stepRounds.set(node, depth - 1)
}

export const loopControl = (m: Machine, control: Control, labels: readonly string[], after: Next, again: Next): Control => {
  const { frames } = m
  const at =
    (go: Next): Next =>
    () => {
      m.frames = frames
      go()
    }
  return {
    leave: control.leave,
    jumps: [{ kind: 'break', labels, go: at(after) }, { kind: 'continue', labels, go: at(again) }, ...control.jumps],
  }
}

/** The loops: their parameters are those of `step`. */
export const whileLoop = (
  m: Machine,
  node: WhileStatement,
  scope: Scope,
  control: Control,
  next: Next,
  labels: readonly string[],
): void => {
  const again = (): void =>
    rounds(
      m,
      node,
      scope,
      node.test,
      () => step(m, node.body, childScope(scope), loopControl(m, control, labels, next, again), again),
      next,
    )
  again()
}

export const forLoop = (m: Machine, node: ForStatement, scope: Scope, control: Control, next: Next, labels: readonly string[]): void => {
  const { c } = m
  const inner = childScope(scope)
  const start = (): void => {
    const again = (): void =>
      rounds(
        m,
        node,
        inner,
        node.test,
        () => step(m, node.body, childScope(inner), loopControl(m, control, labels, next, update), update),
        next,
      )
    const update = (): void => {
      if (node.update === null) return again()
      const { update: expression } = node
      withYields(m, expression, inner, () => {
        evaluate(c, expression, inner)
        again()
      })
    }
    again()
  }
  if (node.init === null) return start()
  if (node.init.type === 'VariableDeclaration') return step(m, node.init, inner, control, start)
  const { init } = node
  withYields(m, init, inner, () => {
    evaluate(c, init, inner)
    start()
  })
}

export const forOf = (m: Machine, node: ForOfStatement, scope: Scope, control: Control, next: Next, labels: readonly string[]): void => {
  const { c } = m
  const site: Site = { file: scope.file, node: node.right }
  const frames = m.frames
  const yields = hasYield(node)
  const list = (): Sequence => {
    const v = evaluateObject(c, node.right, scope)
    if (!yields) return sequenceOf(c, v, site)
    if (v.k !== 'const' && !(v.k === 'list' && node.right.type === 'Identifier') && !isRigid(c, v))
      return refuse(
        c,
        'MC305',
        scope.file,
        node.right,
        `a loop with a yield in it goes over ${describe(v)}, which may change meanwhile`,
        'copy it into a local first: `const xs = [...x]`, and loop over that',
      )
    const { items } = compact(itemsOf(c, v, site), wholeOf(c, spanOf(scope.file, node.right)))
    return fixedSequence(items)
  }
  const first = list()
  if (first.fixed !== null) nameParts(c, node.right, first.fixed, scope)
  const looped = loopedCell(node.right, scope)
  const round = (i: number): void => {
    m.frames = frames
    // With yields the list is read again in every round: from the frame, where a yield has passed. It may be longer on
    // another way to the loop.
    const sequence = yields && i > 0 ? list() : first
    if (i >= sequence.count) {
      sequence.end()
      return next()
    }
    const item = sequence.item(i)
    const roundScope = {
      ...scope,
      parent: scope,
      names: new Map<string, Cell>(),
      coming: new Set<string>(),
      captured: null,
      instance: `${scope.instance}#${i}`,
    }
    const outer = frames.at(-1)
    branch(
      m,
      item.present,
      () => {
        const again = (): void => round(i + 1)
        const inside = loopControl(m, control, labels, next, again)
        const settled = { present: one, value: settleValue(c, item.value) }
        const inner = bindItem(c, node, settled, roundScope)
        if (outer !== undefined) {
          const looping = looped === null ? outer.looping : [...outer.looping, looped]
          m.frames = [...frames.slice(0, -1), { ...outer, looping, rounds: yields ? `${outer.rounds}#${i}` : outer.rounds }]
        }
        step(m, node.body, inner, inside, again)
      },
      () => round(i + 1),
    )
  }
  round(0)
}
