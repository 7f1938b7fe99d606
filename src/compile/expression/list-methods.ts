/** Methods of whatever has items in an order: arrays and queues of the state, lists of the author's own. */
import type { CallExpression, Expression } from 'oxc-parser'
import { binary, constant, not, one, or, select, zero } from '../../ir/build.js'
import type { Expr, PartKind } from '../../ir/system.js'
import { functionInfo } from '../../load/registry.js'
import { integer } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { settle, settleValue } from '../values/emit.js'
import { equal } from '../values/equality.js'
import { andThen, conditional } from '../values/flow.js'
import { requireLabels } from '../values/labels.js'
import { holdIterated, nameAgain, nameParts, whileNamed } from '../values/ownership.js'
import { type Stance, stanceOf, takeStance } from '../values/parts.js'
import type { Scope } from '../values/scope.js'
import { refuse, type Site } from '../values/site.js'
import { asInt, boolean, constantValue, describe, type Item, int, optionalValue, undefinedValue, type Value } from '../values/value.js'
import { argumentsOf, functionOf, invoke } from './call.js'
import { condition } from './condition.js'
import { itemsOf, lengthOf, type Sequence, select1, selectValue } from './element.js'
import { mapped, type Visit, visit } from './visits.js'

interface ListCall {
  /** The receiver as it is written; null where the method was taken from it before. */
  readonly object: Expression | null
  readonly receiver: Value
  readonly sequence: Sequence
  readonly args: readonly Value[]
  readonly site: Site
  readonly scope: Scope
  readonly judged: { readonly stance: Stance; readonly part: PartKind | null } | null
}

interface ListMethod {
  /** How it goes through the items. */
  readonly goes: Visit
  /** Whether it gives no item away but to its callbacks. */
  readonly keeps?: true
  readonly run: (c: Context, call: ListCall) => Value
}

const numbersOf = ({ sequence }: ListCall): number[] => Array.from({ length: sequence.count }, (_, i) => i)

const allItems = (call: ListCall): readonly Item[] => numbersOf(call).map(call.sequence.item)

/** What the callback gives for item i. */
const apply = (c: Context, { args, receiver, site, scope, judged }: ListCall, item: Item, i: number): Value =>
  invoke(c, args[0] ?? undefinedValue, [item.value, constantValue(i), receiver], site, scope, judged?.stance, judged?.part)

const test = (c: Context, call: ListCall, item: Item, i: number): Expr => condition(c, apply(c, call, item, i), call.site)

/** What `every` and `some` want of each element: it is a part where `every` is to hold, and where `some` is not to. */
const judging = (c: Context, name: string, node: CallExpression): ListCall['judged'] => {
  const stance = name === 'every' || (name === 'some' && stanceOf(c, node) !== 'demanded') ? takeStance(c, node) : null
  if (stance === null) return null
  return { stance, part: (name === 'every') === (stance !== 'unwanted') ? 'element' : null }
}

/** `includes` and `indexOf`, of which JavaScript's can also start further on. */
const refusePosition = (c: Context, { args, site }: ListCall, name: string, instead: string): void => {
  if (args.length > 1)
    refuse(c, 'MC103', site.file, site.node, `${name} from a position`, `write ${instead}((x, i) => i >= from && x === ...)`)
}

/** An iterator is for one loop over it, which goes through what it is of. */
const iterator = (gives: 'entries' | 'keys' | 'values'): ListMethod => ({
  goes: 'visited',
  run: (c, { object, receiver, scope }) => ({
    k: 'iterator',
    over: receiver,
    gives,
    held: object === null ? null : holdIterated(c, object, receiver, scope),
  }),
})

export const listMethods = {
  every: {
    goes: 'visited',
    keeps: true,
    run: (c, call) =>
      boolean(
        numbersOf(call).reduce<Expr>(
          (holds, i) => andThen(c, holds, () => not(whereThere(c, call, i, (item, k) => not(test(c, call, item, k)))), call.site),
          one,
        ),
      ),
  },
  some: {
    goes: 'visited',
    keeps: true,
    run: (c, call) =>
      boolean(
        not(
          numbersOf(call).reduce<Expr>(
            (none, i) => andThen(c, none, () => not(whereThere(c, call, i, (item, k) => test(c, call, item, k))), call.site),
            one,
          ),
        ),
      ),
  },
  find: {
    goes: 'searched',
    run: (c, call) => {
      const { hits, items } = firstHits(c, call)
      if (items.length === 0) return undefinedValue
      const values = items.map((item) => item.value)
      return optionalValue(hits.reduce(or, zero), undefined, selectValue(c, hits, values, call.site))
    },
  },
  findIndex: {
    goes: 'searched',
    keeps: true,
    run: (c, call) => {
      const { hits, items } = firstHits(c, call)
      return items.length === 0 ? constantValue(-1) : numberOfFirst(hits, items.length)
    },
  },
  filter: {
    goes: 'visited',
    run: (c, call) => ({
      k: 'list',
      items: numbersOf(call).map((i) => {
        const item = call.sequence.item(i)
        const passes = andThen(c, item.present, () => test(c, call, item, i), call.site)
        return { present: settle(c, passes), value: settleValue(c, item.value) }
      }),
    }),
  },
  map: {
    goes: 'unchanging',
    run: (c, call) => ({
      k: 'list',
      items: numbersOf(call).map((i) => {
        const item = call.sequence.item(i)
        const value = mapped(c, item, () => apply(c, call, item, i), call.site)
        return { present: item.present, value: settleValue(c, value) }
      }),
    }),
  },
  forEach: {
    goes: 'visited',
    keeps: true,
    run: (c, call) => {
      for (const i of numbersOf(call)) {
        const item = call.sequence.item(i)
        const once = (): Value => {
          apply(c, call, item, i)
          return undefinedValue
        }
        conditional(c, item.present, once, () => undefinedValue, call.site)
      }
      return undefinedValue
    },
  },
  reduce: {
    goes: 'visited',
    run: (c, call) => {
      const { args, sequence, receiver, site, scope } = call
      const [callback = undefinedValue, start] = args
      if (start === undefined)
        return refuse(c, 'MC103', site.file, site.node, 'reduce without a start value', 'give it one: reduce((a, x) => ..., 0)')
      return numbersOf(call).reduce<Value>((accumulator, i) => {
        const item = sequence.item(i)
        const next = (): Value => invoke(c, callback, [accumulator, item.value, constantValue(i), receiver], site, scope)
        const v = conditional(c, item.present, next, () => accumulator, site)
        return v === 'never' ? accumulator : v
      }, start)
    },
  },
  includes: {
    goes: 'visited',
    keeps: true,
    run: (c, call) => {
      refusePosition(c, call, 'includes', 'some')
      return boolean(hitsOf(c, call).reduce(or, zero))
    },
  },
  indexOf: {
    goes: 'visited',
    keeps: true,
    run: (c, call) => {
      refusePosition(c, call, 'indexOf', 'findIndex')
      return call.sequence.count === 0 ? constantValue(-1) : numberOfFirst(hitsOf(c, call), call.sequence.count)
    },
  },
  at: {
    goes: 'visited',
    run: (c, call) => {
      const { args, site } = call
      const i = integer(c, args[0] ?? undefinedValue, site, 'at')
      const items = allItems(call)
      const n = asInt(lengthOf(items))
      if (n === null || items.length === 0) return undefinedValue
      const wanted = settle(c, i.hi < 0 ? binary('add', n.e, i.e) : i.e)
      if (i.lo < 0 && i.hi >= 0)
        return refuse(
          c,
          'MC103',
          site.file,
          site.node,
          'at(...) of an index that may be negative or not',
          'use a constant, or an index of at least 0',
        )
      const inside = i.hi < 0 ? binary('ge', wanted, zero) : i.hi < n.lo ? one : binary('lt', wanted, n.e)
      return optionalValue(inside, undefined, select1(c, items, wanted, site))
    },
  },
  entries: iterator('entries'),
  keys: iterator('keys'),
  values: iterator('values'),
  concat: {
    goes: 'visited',
    run: (c, call) => ({ k: 'list', items: [...allItems(call), ...call.args.flatMap((a) => itemsOf(c, a, call.site))] }),
  },
  slice: {
    goes: 'visited',
    run: (c, call) => {
      const { args, site } = call
      const range = args.map((a) => (a.k === 'const' ? Number(a.value) : Number.NaN))
      if (range.some((x) => !Number.isInteger(x) || x < 0))
        return refuse(c, 'MC103', site.file, site.node, 'slice(...) takes constants from 0 here', 'use filter((_, i) => ...)')
      return { k: 'list', items: allItems(call).slice(...range) }
    },
  },
} satisfies Readonly<Record<string, ListMethod>>

const isListMethod = (name: string): name is keyof typeof listMethods => Object.hasOwn(listMethods, name)

/** Whatever else JavaScript's arrays have. */
const outside = (name: string): ListMethod => ({
  goes: 'visited',
  run: (c, { receiver, site }) =>
    refuse(
      c,
      'MC103',
      site.file,
      site.node,
      `'${name}' of ${describe(receiver)} is outside the language`,
      'use every some find findIndex filter map includes indexOf reduce at length, push and shift on queues, has add delete clear size on sets',
    ),
})

/** Whether a callback gets the list itself, behind an element and its number. */
const takesList = (c: Context, name: string, callback: Value | undefined, site: Site): boolean => {
  const isAuthors = callback?.k === 'closure' || (callback?.k === 'const' && functionInfo(callback.value) !== undefined)
  if (!isAuthors) return false
  const { params } = functionOf(c, callback, site).body
  return params.length > (name === 'reduce' ? 3 : 2) || params.some(({ type }) => type === 'RestElement')
}

export const listMethod = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope): Value => {
  const site: Site = { file: scope.file, node }
  const judged = judging(c, name, node)
  const args = argumentsOf(c, node, scope)
  const { goes, keeps, run }: ListMethod = isListMethod(name) ? listMethods[name] : outside(name)
  const sequence = visit(c, goes, receiver, site)
  const object = node.callee.type === 'MemberExpression' ? node.callee.object : null
  const call: ListCall = { object, receiver, sequence, args, site, scope, judged }
  if (object === null) return run(c, call)
  const parts = sequence.fixed ?? []
  if (keeps !== true) nameParts(c, object, parts, scope)
  if (takesList(c, name, args[0], site)) nameAgain(c, object, receiver, scope)
  return whileNamed(c, object, parts, scope, () => run(c, call))
}

/** For each item whether it is the one that is looked for. */
const hitsOf = (c: Context, call: ListCall): Expr[] => allItems(call).map((item) => hit(c, item, call.args[0] ?? undefinedValue, call.site))

/** The number of the first hit among `count` items, or -1. */
const numberOfFirst = (hits: readonly Expr[], count: number): Value =>
  int(
    hits.reduceRight<Expr>((rest, e, i) => select(e, constant(i), rest), constant(-1)),
    -1,
    count - 1,
  )

const hit = (c: Context, item: Item, wanted: Value, site: Site): Expr => {
  requireLabels(c, item.value, wanted, site)
  const e = equal(item.value, wanted)
  if (e === null)
    return refuse(c, 'MC211', site.file, site.node, `${describe(item.value)} is looked for by identity`, 'use some((x) => same(x, ...))')
  return item.present.op === 'const' ? (item.present.value === 0 ? zero : e) : { op: 'and', a: item.present, b: e }
}

/**
 * A test of item i; 0 where it is not there. The item is read here: after what the callbacks for those before it have
 * done.
 */
const whereThere = (c: Context, { sequence, site }: ListCall, i: number, passes: (item: Item, i: number) => Expr): Expr => {
  const item = sequence.item(i)
  return andThen(c, item.present, () => passes(item, i), site)
}

/**
 * The items as they were when their turn came, and for each whether it is the first that passes the test. Behind that
 * one none is looked at.
 */
const firstHits = (c: Context, call: ListCall): { readonly hits: Expr[]; readonly items: Item[] } => {
  const { sequence, site } = call
  let none: Expr = one
  const items: Item[] = []
  const hits = numbersOf(call).map((i) => {
    const look = (): Expr => {
      const item = sequence.item(i)
      items[i] = item
      return andThen(c, item.present, () => test(c, call, item, i), site)
    }
    const e = settle(c, andThen(c, none, look, site))
    none = settle(
      c,
      andThen(c, none, () => not(e), site),
    )
    return e
  })
  return { hits, items }
}
