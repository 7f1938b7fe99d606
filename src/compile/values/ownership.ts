/**
 * Which local objects may be changed. The compiler holds local objects by value, so a change through one name is not
 * seen through another: an object is changed only where this function made it and nothing else names it or the changed
 * part of it.
 */
import type { Expression } from 'oxc-parser'
import { borrowedFrom, refuseName } from './borrowed.js'
import type { Context } from './context.js'
import { holdsObjects, isLocalObject, partsOf } from './objects.js'
import { type Cell, lookup, type Scope } from './scope.js'
import { type Offsets, refuse } from './site.js'
import { type Held, type Item, lift, type Value } from './value.js'
import { notShared, type Shared } from './way.js'

/**
 * Locals, by cell, whose list a loop goes over: `now` in this stretch of code, `acrossYields` in the frames of the
 * process.
 */
export interface Looping {
  readonly now: Set<string>
  acrossYields: (cell: string) => boolean
}

export const createLooping = (): Looping => ({ now: new Set(), acrossYields: () => false })

/** The expression at the left end of `a.b[i].c`: `a`, without what exists for the type checker only. */
export const leftEnd = (node: Expression): Expression => {
  const inner = unwrapped(node)
  return inner.type === 'MemberExpression' ? leftEnd(inner.object) : inner
}

/**
 * The local whose object, or part of it, an expression may give: that at its left end, also through calls of methods
 * and assignments.
 */
const rootCell = (node: Expression, scope: Scope): Cell | null => {
  const end = leftEnd(node)
  switch (end.type) {
    case 'Identifier': {
      const found = lookup(scope, end.name)
      return found !== null && 'cell' in found ? found.cell : null
    }
    case 'CallExpression':
      return rootCell(end.callee, scope)
    case 'AssignmentExpression':
      // `b = (s.o = a)` gives b the object that a has.
      if (end.left.type === 'ArrayPattern' || end.left.type === 'ObjectPattern') return rootCell(end.right, scope)
      return rootCell(end.right, scope) ?? rootCell(end.left as Expression, scope)
    case 'ChainExpression':
      return rootCell(end.expression, scope)
    default:
      return null
  }
}

/** Notes that the value of an expression goes where it may get a second name. */
export const nameAgain = (c: Context, node: Expression, v: Value, scope: Scope): void => {
  if (!isLocalObject(v)) return
  refuseName(c, v, node, scope.file)
  c.code.named++
  const cell = rootCell(node, scope)
  if (cell === null) return
  const { type } = unwrapped(node)
  if (type === 'Identifier' || type === 'AssignmentExpression') mark(c, 'aliased', cell.id)
  // Methods say for themselves what they give away.
  else if (!callsMethod(node)) leak(c, cell)
}

const callsMethod = (node: Expression): boolean => {
  const inner = unwrapped(node)
  return inner.type === 'CallExpression' || (inner.type === 'ChainExpression' && inner.expression.type === 'CallExpression')
}

/** Notes that parts of an object get names: the items of a list in a loop, what a copy of it shares with it. */
export const nameParts = (c: Context, node: Expression, parts: readonly Item[] | Value, scope: Scope): void => {
  const some = 'k' in parts ? holdsObjects(parts) : parts.some((item) => isLocalObject(item.value))
  if (some) c.code.named++
  const cell = some ? rootCell(node, scope) : null
  if (cell !== null) leak(c, cell)
}

/**
 * Runs callbacks over the parts of an object, which have names meanwhile, and afterwards too where a callback gives any
 * object a name.
 */
export const whileNamed = <T>(c: Context, node: Expression, parts: readonly Item[], scope: Scope, run: () => T): T => {
  const cell = parts.some((item) => isLocalObject(item.value)) ? rootCell(node, scope) : null
  if (cell === null || c.way.shared.leaked.has(cell.id)) return run()
  leak(c, cell)
  const { named } = c.code
  const result = run()
  if (c.code.named === named) c.way.shared = { ...c.way.shared, leaked: without(c.way.shared.leaked, cell.id) }
  return result
}

/** Notes whether the object that a local now holds was made in its initialiser, and the objects in it too. */
export const own = (c: Context, cell: Cell, node: Expression | null, v: Value): void => {
  const freshness = node === null ? (isLocalObject(v) ? 'foreign' : 'own') : freshnessOf(c, node, v)
  // What the local held before is nothing to it any more.
  const { aliased, leaked, foreign } = c.way.shared
  c.way.shared = { aliased: without(aliased, cell.id), leaked: without(leaked, cell.id), foreign: without(foreign, cell.id) }
  if (freshness === 'foreign') mark(c, 'foreign', cell.id)
  if (freshness !== 'own') leak(c, cell)
}

const mark = (c: Context, how: keyof Shared, id: string): void => {
  if (!c.way.shared[how].has(id)) c.way.shared = { ...c.way.shared, [how]: new Set(c.way.shared[how]).add(id) }
}

/** Notes that objects inside that of a local have names of their own. */
export const leak = (c: Context, { id }: Cell): void => mark(c, 'leaked', id)

const without = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : ids

/** What is shared where several ways meet: what is on one of them. */
export const sharedByAny = (ways: readonly Shared[]): Shared => {
  const [first = notShared, ...others] = ways
  const union = (how: keyof Shared): ReadonlySet<string> =>
    others.every((way) => way[how] === first[how]) ? first[how] : new Set(ways.flatMap((way) => [...way[how]]))
  return { aliased: union('aliased'), leaked: union('leaked'), foreign: union('foreign') }
}

/** Of what is shared what concerns these cells. */
export const sharedAmong = ({ aliased, leaked, foreign }: Shared, cells: ReadonlySet<string>): Shared => {
  const own = (ids: ReadonlySet<string>): ReadonlySet<string> => new Set([...ids].filter((id) => cells.has(id)))
  return { aliased: own(aliased), leaked: own(leaked), foreign: own(foreign) }
}

export const sharesMore = (a: Shared, b: Shared): boolean =>
  a.aliased.size > b.aliased.size || a.leaked.size > b.leaked.size || a.foreign.size > b.foreign.size

/**
 * `own`: made here with all objects in it; `shallow`: made here, but objects in it may have been there; `foreign`: who
 * knows.
 */
type Freshness = 'own' | 'shallow' | 'foreign'

const makers: ReadonlySet<string> = new Set(['map', 'filter', 'slice', 'concat', 'entries', 'keys', 'values', 'from'])

export const freshnessOf = (c: Context, node: Expression, v: Value): Freshness => {
  if (!isLocalObject(v)) return 'own'
  const inner = unwrapped(node)
  const all = (parts: readonly Freshness[]): Freshness => (parts.every((part) => part === 'own') ? 'own' : 'shallow')
  switch (inner.type) {
    case 'ObjectExpression': {
      const whole = lift(v)
      if (whole.k !== 'record') return 'shallow'
      // What is spread behind a field may replace it.
      const made = new Map(
        inner.properties
          .slice(inner.properties.findLastIndex((p) => p.type === 'SpreadElement') + 1)
          .flatMap((p): [string, Expression][] =>
            p.type === 'Property' && !p.computed && p.key.type === 'Identifier' ? [[p.key.name, p.value]] : [],
          ),
      )
      return all(
        [...whole.fields].map(([name, field]) => {
          const from = made.get(name)
          return from === undefined ? (isLocalObject(field) ? 'foreign' : 'own') : freshnessOf(c, from, field)
        }),
      )
    }
    case 'ArrayExpression': {
      const parts = partsOf(v)
      if (parts.length !== inner.elements.length) return holdsObjects(v) ? 'shallow' : 'own'
      return all(
        inner.elements.map((element, i) => {
          const part = parts[i]
          if (part === undefined || !isLocalObject(part)) return 'own'
          return element === null || element.type === 'SpreadElement' ? 'foreign' : freshnessOf(c, element, part)
        }),
      )
    }
    case 'CallExpression': {
      const { callee } = inner
      if (c.code.authored.has(inner)) return 'foreign'
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || !makers.has(callee.property.name)) return 'foreign'
      if (lift(v).k !== 'list') return 'foreign'
      if (!holdsObjects(v)) return 'own'
      const transform = inner.arguments.at(-1)
      if (transform?.type !== 'ArrowFunctionExpression' || transform.body.type === 'BlockStatement') return 'shallow'
      const { body } = transform
      return callee.property.name === 'map' || callee.property.name === 'from'
        ? all(partsOf(v).map((part) => freshnessOf(c, body, part)))
        : 'shallow'
    }
    case 'ConditionalExpression': {
      const [a, b] = [freshnessOf(c, inner.consequent, v), freshnessOf(c, inner.alternate, v)]
      return a === b ? a : a === 'foreign' || b === 'foreign' ? foreignUnlessNull(inner.consequent, a, inner.alternate, b) : 'shallow'
    }
    default:
      return 'foreign'
  }
}

/** `made ? { ... } : null`: the arm without an object makes nothing foreign. */
const foreignUnlessNull = (left: Expression, a: Freshness, right: Expression, b: Freshness): Freshness => {
  const nothing = (node: Expression): boolean => {
    const inner = unwrapped(node)
    return (inner.type === 'Literal' && inner.value === null) || (inner.type === 'Identifier' && inner.name === 'undefined')
  }
  return nothing(left) ? b : nothing(right) ? a : 'foreign'
}

/** An expression without what exists for the type checker only. */
export const unwrapped = (node: Expression): Expression => {
  switch (node.type) {
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return unwrapped(node.expression)
    default:
      return node
  }
}

/** Why a local object cannot be changed at `depth` (1: its own fields or items), with what to do; null where it can. */
export const whyShared = (c: Context, cell: Cell, depth: number): { readonly message: string; readonly hint: string } | null => {
  const { id, name } = cell
  if (cell.parameter || c.way.shared.aliased.has(id))
    return {
      message: `the object in '${name}' has another name as well, which would see this change`,
      hint: `make a copy first, and change that: const own = { ...${name} }`,
    }
  if (c.way.shared.foreign.has(id))
    return {
      message: `the object in '${name}' was not made here: it is a copy, or has another name that would see this change`,
      hint: `change a copy: const own = { ...${name} }; or write to the state: s.x = ...`,
    }
  if (depth > 1 && c.way.shared.leaked.has(id))
    return {
      message: `an object inside '${name}' may have another name, which would see this change`,
      hint: 'make a new object instead: { ...old, field: value }',
    }
  return null
}

/** Notes that a local (depth 0), or a part of it, is assigned. */
export const noteChange = (c: Context, cell: Cell, depth: number): void => {
  const times = [...(c.way.changes.get(cell.id) ?? [])]
  while (times.length <= depth) times.push(0)
  times[depth] = (times[depth] ?? 0) + 1
  c.way.changes = new Map(c.way.changes).set(cell.id, times)
}

/**
 * How often an object on the way to a part of a local has been replaced, by an assignment to the local or to a part
 * around.
 */
export const replacements = (c: Context, cell: Cell, depth: number): number =>
  (c.way.changes.get(cell.id) ?? []).slice(0, depth).reduce((n, times) => n + times, 0)

/** Null where nothing can change the value. */
export const hold = (c: Context, node: Expression, v: Value, scope: Scope): Held | null => {
  if (v.k === 'iterator') return v.held
  if (!isLocalObject(v)) return null
  const borrowed = borrowedFrom(c, v)
  if (borrowed !== null) return borrowed
  const cell = rootCell(node, scope)
  if (cell === null) return null
  const changes = c.way.changes.get(cell.id)
  return { name: cell.name, changed: () => c.way.changes.get(cell.id) !== changes }
}

/** For who goes over a list later: what a method gives is a list of its own. */
export const holdIterated = (c: Context, node: Expression, v: Value, scope: Scope): Held | null =>
  callsMethod(node) ? borrowedFrom(c, v) : hold(c, node, v, scope)

/** Refuses what has been held while it changed: JavaScript's object would have changed too. */
export const refuseChanged = (c: Context, held: Held | null, node: Offsets, file: number): void => {
  if (held?.changed())
    refuse(
      c,
      'MC304',
      file,
      node,
      `'${held.name}' changes in the middle of an expression that uses it`,
      'write two statements: the change first, into the local, then what uses it',
    )
}

/** Evaluates the rest of an expression that has got hold of an object: an index, arguments, callbacks. */
export const whileUsed = <T>(c: Context, node: Expression, v: Value, scope: Scope, run: () => T): T => {
  const held = hold(c, node, v, scope)
  const result = run()
  refuseChanged(c, held, node, scope.file)
  return result
}

/** Refuses to change a list that a loop goes over: JavaScript's loop would see the change. */
export const refuseWhileLooping = (c: Context, cell: Cell, file: number, node: Offsets): void => {
  if (c.looping.now.has(cell.id) || c.looping.acrossYields(cell.id))
    refuse(c, 'MC305', file, node, `'${cell.name}' changes while a loop goes over it`, `loop over a copy: const all = [...${cell.name}]`)
}

/**
 * Refuses to change, in the condition of an \`until\`, a local that was there before: nobody says how often a condition
 * is evaluated.
 */
export const refuseOutside = (c: Context, cell: Cell, file: number, node: Offsets): void => {
  if (c.code.outside?.has(cell.id) === true)
    refuse(c, 'MC303', file, node, `the condition of until(...) writes '${cell.name}'`, 'write in the step that the condition starts')
}

/** Runs the body of a loop over a local list. */
export const whileLooping = <T>(c: Context, node: Expression, scope: Scope, run: () => T): T => {
  const cell = loopedCell(node, scope)
  if (cell === null || c.looping.now.has(cell)) return run()
  c.looping.now.add(cell)
  const result = run()
  c.looping.now.delete(cell)
  return result
}

/** The cell of the local that a loop goes over, or over a part of it; null where it goes over something else. */
export const loopedCell = (node: Expression, scope: Scope): string | null => {
  const over = iterated(node)
  return callsMethod(over) ? null : (rootCell(over, scope)?.id ?? null)
}

/** What `xs.entries()` goes over: an iterator looks at its list anew in every round. */
const iterated = (node: Expression): Expression => {
  const inner = unwrapped(node)
  const callee = inner.type === 'CallExpression' ? unwrapped(inner.callee) : null
  if (callee?.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return node
  return /^(entries|keys|values)$/.test(callee.property.name) ? callee.object : node
}
