/** The properties of a model: what they ask of one state, as code over its variables. */
import { DiagnosticError } from '../../diagnostics.js'
import { queryReads } from '../../ir/access.js'
import { zero } from '../../ir/build.js'
import { type PropertyKind, propertyKinds } from '../../ir/kinds.js'
import type { CompiledProperty, Crossable, Expr, Extreme, Query, Stmt, TemporalProperty } from '../../ir/system.js'
import { type Visitor, walkExpr, walkStmts } from '../../ir/walk.js'
import type { Always, AnyProperty, Measure, Predicate } from '../../lang/property.js'
import { functionInfo } from '../../load/registry.js'
import { placeOfFunction } from '../../load/stack.js'
import { sweepQuery } from '../after/live-locals.js'
import { functionOf, invoke } from '../expression/call.js'
import { condition } from '../expression/condition.js'
import { type CompiledAgents, siteOfFunction } from '../step/agents.js'
import { integer } from '../values/arithmetic.js'
import { begin, type Context } from '../values/context.js'
import { createParts, type Parts, partsFound, withFixed } from '../values/parts.js'
import { refuse, spanOf } from '../values/site.js'
import { constantValue } from '../values/value.js'
import { labelsAt } from './at.js'

/** Of those that authors write. */
const isPropertyKind = (kind: unknown): boolean =>
  typeof kind === 'string' && Object.hasOwn(propertyKinds, kind) && propertyKinds[kind as PropertyKind].asks !== null

/** The properties of a system as far as they are compiled. */
export interface CompiledProperties {
  readonly safety: CompiledProperty[]
  readonly temporal: TemporalProperty[]
  readonly extremes: Extreme[]
}

/** What a property may ask for: the params, and where processes stand. */
export interface About {
  readonly params: unknown
  /** Null where some process is wrong: then nobody knows at which labels processes stand. */
  readonly agents: CompiledAgents | null
}

/** Compiles a property. @throws DiagnosticError for what is outside the language, and MC014 for what is no property. */
export const compileProperty = (
  c: Context,
  name: string,
  property: AnyProperty<never, never>,
  about: About,
  into: CompiledProperties,
): void => {
  const kind: unknown = typeof property === 'object' && property !== null ? property.kind : null
  if (!isPropertyKind(kind))
    throw new DiagnosticError(
      'MC014',
      `the property '${name}' says nothing`,
      'write always((s, p) => ...), sometimes((s, p) => ...) or bound((s, p) => ..., max)',
      placeOfFunction(property),
    )
  const predicate = (fn: Predicate<never, never>): Query => compileQuery(c, name, fn, 'predicate', about)
  const measure = (fn: Measure<never, never>): Query => compileQuery(c, name, fn, 'measure', about)
  switch (property.kind) {
    case 'always':
    case 'sometimes':
      into.safety.push({ name, kind: property.kind, max: null, ...predicate(property.predicate) })
      return
    case 'bound':
      into.safety.push({ name, kind: 'bound', max: property.max, ...measure(property.measure) })
      return
    case 'eventually':
    case 'alwaysPossible':
      into.temporal.push({ name, kind: property.kind, trigger: null, goal: predicate(property.predicate) })
      return
    case 'leadsTo':
      into.temporal.push({ name, kind: 'leadsTo', trigger: predicate(property.trigger), goal: predicate(property.predicate) })
      return
    case 'maximum':
    case 'minimum':
      into.extremes.push({
        name,
        kind: property.kind,
        over: property.over === 'final states' ? 'final' : 'all',
        measure: measure(property.measure),
      })
  }
}

/**
 * The properties that hold of every state, once more, so that parts of them can be crossed out. What the params alone
 * decide has nothing to be crossed out.
 */
export const compileCrossable = (
  c: Context,
  properties: Readonly<Record<string, AnyProperty<never, never>>>,
  { safety }: CompiledProperties,
  about: About,
): Crossable[] => {
  const decided = new Set(safety.flatMap((property) => (queryReads(property).size === 0 ? [property.name] : [])))
  return Object.entries(properties).flatMap(([name, property]) =>
    property.kind === 'always' && !decided.has(name) ? crossableOf(c, name, property, about) : [],
  )
}

const crossableOf = (c: Context, name: string, { predicate }: Always<never, never>, about: About): Crossable[] => {
  const { site } = siteOfFunction(c, predicate)
  const parts = createParts(c, spanOf(site.file, site.node))
  try {
    const query = compileQuery(c, name, predicate, 'predicate', about, parts)
    return parts.found.length === 1 && !readsTemp(query, parts.crossed)
      ? []
      : [{ name, crossed: parts.crossed, parts: partsFound(parts), query }]
  } catch (error) {
    // What the left side of a condition says makes the right one possible: with that crossed out it may be refused.
    if (error instanceof DiagnosticError) return []
    throw error
  }
}

const readsTemp = ({ body, value }: Query, id: number): boolean => {
  let reads = false
  const visit: Visitor = {
    expr: (e) => {
      if (e.op === 'temp' && e.id === id) reads = true
    },
  }
  walkStmts(body, visit)
  walkExpr(value, visit)
  return reads
}

/** Compiles what a property asks of one state; with `parts`, so that these can be crossed out. */
const compileQuery = (
  c: Context,
  name: string,
  fn: Predicate<never, never> | Measure<never, never>,
  gives: 'predicate' | 'measure',
  { params, agents }: About,
  parts: Parts | null = null,
): Query => {
  const { site, root } = siteOfFunction(c, fn)
  if (functionInfo(fn) === undefined)
    throw new DiagnosticError(
      'MC102',
      `the property '${name}' was not loaded as a source`,
      'write it as a function in a .ts file that is loaded by mmucheck or its Vite plugin',
    )
  const out: Stmt[] = []
  begin(c, 'property', out, c.draft.params)
  c.code.parts = parts
  const asksWhere = functionOf(c, constantValue(fn), site).body.params.length > 2
  if (asksWhere && agents === null) return { body: [], value: zero, at: spanOf(site.file, site.node) }
  const where = asksWhere && agents !== null ? [labelsAt(c, agents)] : []
  const inside = { ...root, instance: `property ${name}` }
  const stance = gives === 'predicate' ? 'demanded' : null
  const v = invoke(c, constantValue(fn), [{ k: 'state' }, constantValue(params), ...where], site, inside, stance)
  if (v.k === 'const' && v.value === undefined)
    return refuse(
      c,
      'MC202',
      site.file,
      site.node,
      `the property '${name}' returns nothing`,
      'return what must hold: (s) => s.x === 1, without braces',
    )
  const given: Expr = gives === 'measure' ? integer(c, v, site, name).e : condition(c, v, site)
  const value = parts === null ? given : withFixed(parts, given)
  return { body: sweepQuery(out, value), value, at: spanOf(site.file, site.node) }
}
