/**
 * Where steps start: labels, conditions, and the locals that are kept.
 *
 * The locals that are visible at a yield are saved in variables of the state. Their types are found by iteration: a
 * location is compiled again until no way to any location brings a local a value that its type does not cover.
 */
import type { CallExpression, Expression, Node, YieldExpression } from 'oxc-parser'
import { at } from '../../at.js'
import { constant, load } from '../../ir/build.js'
import { type Expr, type FrameEntry, unflatten } from '../../ir/system.js'
import { choose, fence, until } from '../../lang/step.js'
import { calleeOf, invoke } from '../expression/call.js'
import { condition } from '../expression/condition.js'
import { evaluate } from '../expression/expression.js'
import { evaluateText } from '../expression/text.js'
import type { Context } from '../values/context.js'
import { joinOrRefuse } from '../values/flow.js'
import { join, sameKnown } from '../values/known.js'
import { computedBy, type Label, patternOf } from '../values/labels.js'
import { leaves, lower, raise } from '../values/layout.js'
import { sharedAmong, sharedByAny, sharesMore } from '../values/ownership.js'
import { type Cell, type Scope, visibleCells } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { staled } from '../values/stale.js'
import { wholeOf } from '../values/state-places.js'
import { sameType, type Type, typeOf, zeroIn } from '../values/type.js'
import { constantValue, describe, int, type Value } from '../values/value.js'
import { notShared, onOwnWay } from '../values/way.js'
import { blocked, branch, type CompiledLocation, type LocalCell, type Machine, type Next } from './agent-context.js'

interface PauseSite {
  readonly label: () => Label
  /** The condition of `until`, where it stands, and the call as it should be where it is no function. */
  readonly condition: { readonly node: Expression; readonly scope: Scope; readonly instead: string } | null
  readonly fence: boolean
}

export const pause = (m: Machine, node: YieldExpression, scope: Scope, next: Next): void => {
  const { c } = m
  if (m.kind !== 'process')
    return refuse(
      c,
      'MC113',
      scope.file,
      node,
      `${m.kind === 'rule' ? 'a rule' : 'init'} takes a step in the middle`,
      m.kind === 'rule' ? 'a rule is one atomic step: make it a process, or several rules' : 'init sets initial values; it may only choose',
    )
  const { label, condition: waits, fence: isFence } = pauseSite(c, node, scope)
  const key = m.frames.map((frame, i) => `${frame.path}:${i === m.frames.length - 1 ? node.start : frame.call}${frame.rounds}`).join('/')
  const innermost = m.frames.length - 1
  const cells = visibleLocals(m.frames.map((frame, depth) => (depth === innermost ? scope : frame.scope)))
  let location = m.locations.get(key)
  if (location === undefined) {
    const { frames } = m
    const { calls } = c.way
    location = {
      id: m.locations.size,
      key,
      label,
      at: spanOf(scope.file, node),
      fence: isFence,
      cells,
      integers: new Map(),
      shared: notShared,
      known: c.way.known,
      lost: new Set(),
      resume: () => {
        m.frames = frames
        c.way.calls = calls
        if (waits === null) return next()
        const { purpose } = c.code
        c.code.purpose = 'condition'
        c.code.outside = c.way.cells
        const v = runCondition(m, waits)
        c.code.outside = null
        c.code.purpose = purpose
        branch(m, v, next, blocked(m))
      },
    }
    m.locations.set(key, location)
    m.dirty.add(key)
  }
  const among = sharedAmong(c.way.shared, new Set(location.cells.map(({ cell }) => cell.id)))
  const shared = sharedByAny([location.shared, among])
  if (sharesMore(shared, location.shared)) {
    location.shared = shared
    m.dirty.add(key)
  }
  const known = join(location.known, c.way.known)
  if (!sameKnown(known, location.known)) {
    location.known = known
    m.dirty.add(key)
  }
  const frame: FrameEntry[] = []
  for (const local of location.cells) save(m, location, local, frame, { file: scope.file, node })
  m.block.end = { op: 'goto', location: location.id, frame }
}

const pauseSite = (c: Context, node: YieldExpression, scope: Scope): PauseSite => {
  const { argument } = node
  if (argument === null)
    return refuse(c, 'MC114', scope.file, node, 'a yield without a label', "say what the step does: yield 'read the entry'")
  if (argument.type === 'CallExpression') {
    const fn = calleeOf(c, argument, scope)
    if (fn.k === 'const' && fn.value === until) {
      const [label, test, more] = argument.arguments
      const isPair = label !== undefined && test !== undefined && more === undefined && !isFunctionNode(label)
      if (!isPair || label.type === 'SpreadElement' || test.type === 'SpreadElement')
        return refuse(
          c,
          'MC114',
          scope.file,
          argument,
          'until(...) takes a label and a condition',
          `write yield ${untilOf(c, argument.arguments, scope)}`,
        )
      labelOf(c, label, scope)
      evaluateText(c, label, scope)
      const instead = `until(${textOf(c, scope.file, label)}, () => ${textOf(c, scope.file, test)})`
      return { label: () => labelOf(c, label, scope), condition: { node: test, scope, instead }, fence: false }
    }
    if (fn.k === 'const' && fn.value === fence) return fenceSite(c, argument, scope)
    if (fn.k === 'const' && fn.value === choose)
      return refuse(c, 'MC108', scope.file, node, 'yield choose(...)', 'write yield* choose(...)')
  }
  // Now for what is wrong with it; later, with what is known of the locals on all ways here, for its text.
  labelOf(c, argument, scope)
  evaluateText(c, argument, scope)
  return { label: () => labelOf(c, argument, scope), condition: null, fence: false }
}

const fenceSite = (c: Context, call: CallExpression, scope: Scope): PauseSite => {
  const [label, more] = call.arguments
  if (label === undefined || more !== undefined || label.type === 'SpreadElement')
    return refuse(c, 'MC114', scope.file, call, 'fence(...) takes a label', "write yield fence('smp_mb()')")
  labelOf(c, label, scope)
  evaluateText(c, label, scope)
  return { label: () => labelOf(c, label, scope), condition: null, fence: true }
}

/** As these arguments may have been meant. */
const untilOf = (c: Context, args: CallExpression['arguments'], scope: Scope): string => {
  const isText = (node: Node): boolean => node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string')
  const label = args.find(isText)
  const test = args.find((a) => !isText(a) && a.type !== 'SpreadElement')
  const [name, condition] = [label, test].map((a) => (a === undefined ? null : textOf(c, scope.file, a)))
  const asFunction = test === undefined || isFunctionNode(test) ? condition : `() => ${condition}`
  return `until(${name ?? "'lock'"}, ${asFunction ?? '() => s.lock === null'})`
}

const isFunctionNode = ({ type }: Node): boolean => type === 'ArrowFunctionExpression' || type === 'FunctionExpression'

/** The label as far as it is known when the model is compiled. */
const labelOf = (c: Context, node: Expression, scope: Scope): Label => {
  const label = labelAsWritten(c, node, scope)
  if (label.text.trim() !== '') return label
  return refuse(c, 'MC114', scope.file, node, 'the label is empty', "say what the step does, as races show it: yield 'read the entry'")
}

const labelAsWritten = (c: Context, node: Expression, scope: Scope): Label => {
  if (node.type === 'TemplateLiteral') {
    const parts = node.quasis.flatMap((q, i) => {
      const e = node.expressions[i]
      const known = q.value.cooked ?? q.value.raw
      return e === undefined ? [{ text: known, known }] : [{ text: known, known }, holeOf(c, e, scope)]
    })
    const computed = parts.some(({ known }) => known === null) ? computedBy(patternOf(parts.map(({ known }) => known))) : null
    return { text: parts.map(({ text }) => text).join(''), computed }
  }
  const text = constantText(c, node, scope, 'texts')
  if (text !== null) return { text, computed: null }
  const texts = enumTexts(c, node, scope)
  if (texts !== null) return { text: texts.join(' | '), computed: computedBy(texts.map((one) => patternOf([one])).join('|')) }
  if (node.type === 'ConditionalExpression') {
    const arms = [labelOf(c, node.consequent, scope), labelOf(c, node.alternate, scope)]
    const pattern = arms.map((arm) => arm.computed?.source ?? patternOf([arm.text])).join('|')
    return { text: arms.map((arm) => arm.text).join(' | '), computed: computedBy(pattern) }
  }
  return refuse(c, 'MC114', scope.file, node, 'this is no label', "a label is a text: yield 'read the entry', or a template literal")
}

const holeOf = (c: Context, node: Expression, scope: Scope): { readonly text: string; readonly known: string | null } => {
  const known = constantText(c, node, scope)
  return { text: known ?? '…', known }
}

/** A constant as text: `texts` alone, or whatever a template literal may show. */
const constantText = (c: Context, node: Expression, scope: Scope, what: 'texts' | 'scalars' = 'scalars'): string | null => {
  const v = looked(c, node, scope)
  return v.k === 'const' &&
    (typeof v.value === 'string' || (what === 'scalars' && (typeof v.value === 'number' || typeof v.value === 'boolean')))
    ? String(v.value)
    : null
}

/** All that a label that a helper is passed may be. */
const enumTexts = (c: Context, node: Expression, scope: Scope): readonly string[] | null => {
  const v = node.type === 'ConditionalExpression' ? null : looked(c, node, scope)
  return v?.k === 'enum' ? v.values : null
}

/** The value of an expression, which is not evaluated for good. */
const looked = (c: Context, node: Expression, scope: Scope): Value => onOwnWay(c, [], () => evaluate(c, node, scope))

const runCondition = (m: Machine, { node, scope, instead }: NonNullable<PauseSite['condition']>): Expr => {
  const { c } = m
  const site: Site = { file: scope.file, node }
  if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement' && node.params.length === 0)
    return condition(c, evaluate(c, node.body, scope), { file: scope.file, node: node.body })
  const call = {
    type: 'CallExpression',
    callee: node,
    arguments: [],
    optional: false,
    start: node.start,
    end: node.end,
  } as unknown as CallExpression
  const fn = calleeOf(c, call, scope)
  if (!isFunction(fn))
    return refuse(
      c,
      'MC201',
      site.file,
      node,
      `the condition of until(...) is ${describe(fn)}, not a function`,
      `write ${instead}: it is asked again and again`,
    )
  return condition(c, fn.k === 'method' ? evaluate(c, call as Expression, scope) : invoke(c, fn, [], site, scope), site)
}

const isFunction = (v: Value): boolean =>
  v.k === 'closure' || v.k === 'method' || v.k === 'stale' || (v.k === 'const' && typeof v.value === 'function')

/** The locals that the generators in progress can see, each with the outermost one that can. */
const visibleLocals = (scopes: readonly Scope[]): LocalCell[] => {
  const seen = new Map<string, LocalCell>()
  scopes.forEach((scope, depth) => {
    for (const cell of visibleCells(scope)) if (!seen.has(cell.id)) seen.set(cell.id, { cell, depth })
  })
  return [...seen.values()]
}

/** Saves a local for the next step, which starts at a location: as its type asks, or widens the type. */
const save = (m: Machine, location: CompiledLocation, { cell, depth }: LocalCell, frame: FrameEntry[], site: Site): void => {
  const { c } = m
  const value = c.way.cells.get(cell.id)
  if (value === undefined) {
    if (!location.lost.has(cell.id)) m.dirty.add(location.key)
    location.lost.add(cell.id)
    return
  }
  const type = forFrame(typeOf(value), cell)
  const known = m.locals.get(cell.id)
  const join = (a: Type | undefined, b: Type): Type => (a === undefined ? b : joinOrRefuse(c, a, b, site, `'${cell.name}'`))
  const widened = (before: { type: Type; changes: number } | undefined, joined: Type, changes: number): Type =>
    changes > mostChanges ? widen(c, joined, before?.type ?? joined, cell, site) : joined
  if (isInteger(type) && (known === undefined || isInteger(known.type))) {
    // An integer's range is known location by location: `n++` between two yields does not feed itself.
    const here = location.integers.get(cell.id)
    const joined = join(here?.type, type)
    if (here === undefined || !sameType(here.type, joined)) {
      const changes = (here?.changes ?? 0) + 1
      const wide = widened(here, joined, changes)
      location.integers.set(cell.id, { type: wide, changes })
      m.locals.set(cell.id, { type: join(known?.type, wide), changes: 0, depth, cell })
      m.dirty.add(location.key)
    }
  } else {
    const joined = join(known?.type, type)
    if (known === undefined || !sameType(known.type, joined)) {
      const changes = (known?.changes ?? 0) + 1
      m.locals.set(cell.id, { type: widened(known, joined, changes), changes, depth, cell })
      for (const [key, other] of m.locations) if (other.cells.some((local) => local.cell.id === cell.id)) m.dirty.add(key)
    }
  }
  const type2 = m.locals.get(cell.id)?.type
  const variables = m.frameVariables?.(cell.id)
  if (variables === undefined || type2 === undefined || type2.k === 'stale') return
  const rows = lower(value, type2, wholeOf(c, spanOf(site.file, site.node)))
  rows.forEach((es, leaf) => {
    const variable = variables[leaf]
    if (variable !== undefined) es.forEach((e, element) => frame.push({ variable, element, value: e }))
  })
}

/** A type that has changed more often than this is widened. */
const mostChanges = 8

const isInteger = (t: Type): boolean => t.k === 'int' || (t.k === 'const' && Number.isInteger(t.value))

/** What is known of a local's value at a location, given what is known of it everywhere. */
const narrowed = (value: Value, type: Type | undefined): Value => {
  if (type?.k === 'const') return constantValue(type.value)
  return value.k === 'int' && type?.k === 'int' ? int(value.e, type.lo, type.hi, type) : value
}

/** A reference that a local (not a parameter) holds is stale after the yield, wherever in the value it is. */
const forFrame = (t: Type, cell: Cell, name = cell.name): Type => {
  const of = cell.parameter ? 'parameter' : 'local'
  const fields = (all: ReadonlyMap<string, Type>): Map<string, Type> =>
    new Map(
      [...all].map(([field, f]) => [field, f.k === 'ref' ? staled(`${name}.${field}`, f, of) : forFrame(f, cell, `${name}.${field}`)]),
    )
  switch (t.k) {
    case 'ref':
      return cell.parameter ? t : staled(name, t, of)
    case 'optional': {
      const there = forFrame(t.of, cell, name)
      return t.of.k === 'ref' || there.k === 'stale' ? staled(name, t, of) : { ...t, of: there }
    }
    case 'record':
      return { k: 'record', fields: fields(t.fields) }
    case 'union':
      return { ...t, variants: t.variants.map(([variant, own]) => [variant, fields(own)]) }
    case 'list':
      return t.of.k === 'ref' ? staled(name, t, of) : { ...t, of: forFrame(t.of, cell, `${name}[..]`) }
    default:
      return t
  }
}

/** A local list that grows beyond this, from yield to yield, is taken for one without a bound. */
const mostItems = 64

const limits = [1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 4_095, 65_535]

/** Integers that keep growing go to the next limit; beyond the last they have no bound. */
const widen = (c: Context, t: Type, before: Type, cell: Cell, site: Site): Type => {
  if (t.k === 'optional') return { ...t, of: widen(c, t.of, before.k === 'optional' ? before.of : before, cell, site) }
  if (t.k === 'record')
    return {
      ...t,
      fields: new Map(
        [...t.fields].map(([name, f]) => [name, widen(c, f, before.k === 'record' ? (before.fields.get(name) ?? f) : f, cell, site)]),
      ),
    }
  if (t.k === 'list' && before.k === 'list' && t.length > before.length && t.length > mostItems)
    return refuse(
      c,
      'MC204',
      site.file,
      site.node,
      `the local list '${cell.name}' grows without bound from yield to yield`,
      'make it a queue of `state`, which has a capacity, or keep a count instead',
    )
  if (t.k === 'list') return { ...t, of: widen(c, t.of, before.k === 'list' ? before.of : t.of, cell, site) }
  if (t.k !== 'int' || before.k !== 'int') return t
  const hi = t.hi > before.hi ? limits.find((limit) => limit >= t.hi) : t.hi
  const lo = t.lo < before.lo ? limits.find((limit) => -limit <= t.lo) : -t.lo
  if (hi === undefined || lo === undefined)
    return refuse(
      c,
      'MC204',
      site.file,
      site.node,
      `the local '${cell.name}' grows without bound from yield to yield`,
      'bound it: count modulo something, stop at a limit, or make it a variable of `state` with a range',
    )
  return { k: 'int', lo: -lo, hi, zero: zeroIn(-lo, hi) }
}

/** The locals as they are where a step starts: what the frame holds. */
export const restore = (m: Machine, location: CompiledLocation): void => {
  const { c } = m
  const cells = new Map<string, Value>()
  c.way.cells = cells
  c.way.shared = location.shared
  for (const { cell } of location.cells) {
    const local = m.locals.get(cell.id)
    if (local === undefined || location.lost.has(cell.id)) continue
    const all = leaves(local.type)
    const variables = m.frameVariables?.(cell.id)
    const value = raise(
      local.type,
      (leaf, element) =>
        variables === undefined
          ? { op: 'load', variable: -1 - leaf, index: [] }
          : load(at(variables, leaf), unflatten(element, at(all, leaf).dims).map(constant)),
      'parameter',
    )
    cells.set(cell.id, isInteger(local.type) ? narrowed(value, location.integers.get(cell.id)?.type) : value)
  }
}
