/** Methods of arrays, queues, sets and lists. */
import type { CallExpression, Expression } from 'oxc-parser'
import { and, binary, constant, eq, not, one, or, select, zero } from '../../ir/build.js'
import type { Expr, Stmt } from '../../ir/system.js'
import { integer } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { check, emitInto, settle, settleValue } from '../values/emit.js'
import { equal } from '../values/equality.js'
import { andThen, conditional } from '../values/flow.js'
import { compact, raise, zeros } from '../values/layout.js'
import {
  freshnessOf,
  nameParts,
  noteChange,
  refuseOutside,
  refuseWhileLooping,
  whileNamed,
  whileUsed,
  whyShared,
} from '../values/ownership.js'
import { lookup, type Scope } from '../values/scope.js'
import type { Site } from '../values/site.js'
import { refuse, spanOf, textOf } from '../values/site.js'
import { hasMember, queueLength, readLeaf, stillThere, wholeOf } from '../values/state-places.js'
import { clearPlace, pushPlace, refuseWrite, shiftPlace, storeMember } from '../values/store.js'
import { typeOf } from '../values/type.js'
import {
  asInt,
  boolean,
  constantValue,
  describe,
  type Item,
  int,
  optionalValue,
  type Place,
  undefinedValue,
  type Value,
} from '../values/value.js'
import { cellValue, setCell } from '../values/way.js'
import { present } from './access.js'
import { argumentsOf, invoke } from './call.js'
import { condition } from './condition.js'
import { fixedSequence, isInside, itemsOf, lengthOf, queueItem, type Sequence, select1, selectValue, sequenceOf } from './element.js'
import { evaluateObject } from './expression.js'

export const method = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  return callee.type === 'MemberExpression' && name !== 'push'
    ? whileUsed(c, callee.object, receiver, scope, () => methodOf(c, receiver, name, node, scope))
    : methodOf(c, receiver, name, node, scope)
}

const methodOf = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope): Value => {
  const site: Site = { file: scope.file, node }
  const at = spanOf(scope.file, node)
  const text = node.callee.type === 'MemberExpression' ? textOf(c, scope.file, node.callee.object) : 'this'
  if (receiver.k === 'ref' && receiver.place.domain.kind === 'queue') {
    if (name === 'push') {
      // The queue takes copies: an object that is pushed gets no second name.
      const pushed = node.arguments.map((a) => {
        if (a.type === 'SpreadElement')
          return refuse(c, 'MC101', scope.file, a, 'arguments are spread', 'push one by one: for (const x of ...) q.push(x)')
        return evaluateObject(c, a, scope)
      })
      for (const v of pushed) pushPlace(c, receiver.place, v, scope.file, node, text)
      return queueLength(c, receiver.place, at)
    }
    if (name === 'shift') return shiftPlace(c, receiver.place, scope.file, node, text)
  }
  if ((receiver.k === 'ref' && receiver.place.domain.kind === 'set') || receiver.k === 'set')
    return setMethod(c, receiver, name, node, scope, text)
  if (name === 'push') return pushLocal(c, receiver, node, scope)
  if (receiver.k === 'const' && receiver.value instanceof Set && name === 'has') {
    const [member] = argumentsOf(c, node, scope)
    return boolean([...receiver.value].map((x: unknown) => equal(member ?? undefinedValue, constantValue(x)) ?? zero).reduce(or, zero))
  }
  const args = argumentsOf(c, node, scope)
  const sequence =
    name === 'find' || name === 'findIndex'
      ? searched(c, receiver, site)
      : name === 'map'
        ? unchanging(c, receiver, site)
        : visited(c, receiver, site)
  if (node.callee.type !== 'MemberExpression') return listMethod(c, receiver, sequence, name, args, node, scope)
  const { object } = node.callee
  const parts = sequence.fixed ?? []
  if (!keepsToItself.has(name)) nameParts(c, object, parts, scope)
  return whileNamed(c, object, parts, scope, () => listMethod(c, receiver, sequence, name, args, node, scope))
}

/** Methods that give no item away but to their callbacks. */
const keepsToItself: ReadonlySet<string> = new Set(['every', 'some', 'findIndex', 'includes', 'indexOf', 'forEach'])

/** As most methods go through a list: they go no further than it was long when they were called, and leave out what has gone since. */
const visited = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, (stillThere, item) => ({ present: and(item.present, stillThere), value: item.value }))

/** As `find` and `findIndex` go: they read what has gone since too. In an array of JavaScript that is undefined; a queue has no such element. */
const searched = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, (stillThere, item) => {
    check(
      c,
      or(not(item.present), stillThere),
      'range',
      spanOf(site.file, site.node),
      'the queue has lost the element that is looked at next',
    )
    return item
  })

/** What `map` goes through: in JavaScript its result would have holes where something has gone, and nothing else has holes. */
const unchanging = (c: Context, receiver: Value, site: Site): Sequence =>
  asLongAs(c, receiver, site, () =>
    refuse(c, 'MC101', site.file, site.node, 'map over a queue that its callback changes', 'go over a copy: [...q].map(...)'),
  )

const asLongAs = (c: Context, receiver: Value, site: Site, gone: (stillThere: Expr, item: Item) => Item): Sequence => {
  const at = spanOf(site.file, site.node)
  const sequence = sequenceOf(c, receiver, site)
  if (sequence.fixed !== null) {
    const { items } = compact(sequence.fixed, wholeOf(c, at))
    return fixedSequence(items)
  }
  if (receiver.k !== 'ref' || receiver.place.domain.kind !== 'queue') return sequence
  const { place } = receiver
  const length = readLeaf(c, place, 0, 0, at)
  const written = (): number => (length.op === 'load' ? (c.way.written.get(length.variable) ?? 0) : 0)
  const before = written()
  return {
    ...sequence,
    item: (i) => {
      const present = binary('lt', constant(i), length)
      // What lies behind the end is not looked at.
      conditional(
        c,
        present,
        () => {
          stillThere(c, place, at)
          return undefinedValue
        },
        () => undefinedValue,
        site,
      )
      const item = { present, value: queueItem(c, place, i, at) }
      return written() === before ? item : gone(isInside(c, place, i, at), item)
    },
  }
}

const listMethod = (
  c: Context,
  receiver: Value,
  sequence: Sequence,
  name: string,
  args: readonly Value[],
  node: CallExpression,
  scope: Scope,
): Value => {
  const site: Site = { file: scope.file, node }
  const [first = undefinedValue, second] = args
  const numbers = Array.from({ length: sequence.count }, (_, i) => i)
  const apply = (item: Item, i: number): Value => invoke(c, first, [item.value, constantValue(i), receiver], site, scope)
  const test = (item: Item, i: number): Expr => condition(c, apply(item, i), site)
  const all = (): readonly Item[] => numbers.map(sequence.item)
  switch (name) {
    case 'every':
      return boolean(
        numbers.reduce<Expr>(
          (holds, i) => andThen(c, holds, () => not(whereThere(c, sequence, i, (item, k) => not(test(item, k)), site)), site),
          one,
        ),
      )
    case 'some':
      return boolean(not(numbers.reduce<Expr>((none, i) => andThen(c, none, () => not(whereThere(c, sequence, i, test, site)), site), one)))
    case 'find':
    case 'findIndex': {
      const { hits, items } = firstHits(c, sequence, numbers, test, site)
      const found = hits.reduce(or, zero)
      if (name === 'findIndex')
        return items.length === 0
          ? constantValue(-1)
          : int(
              hits.reduceRight<Expr>((rest, hit, i) => select(hit, constant(i), rest), constant(-1)),
              -1,
              items.length - 1,
            )
      if (items.length === 0) return undefinedValue
      return optionalValue(
        found,
        undefined,
        selectValue(
          c,
          hits,
          items.map((item) => item.value),
          site,
        ),
      )
    }
    case 'filter':
      return {
        k: 'list',
        items: numbers.map((i) => {
          const item = sequence.item(i)
          const passes = andThen(c, item.present, () => test(item, i), site)
          return { present: settle(c, passes), value: settleValue(c, item.value) }
        }),
      }
    case 'map':
      return {
        k: 'list',
        items: numbers.map((i) => {
          const item = sequence.item(i)
          const value = mapped(c, item, () => apply(item, i), site)
          return { present: item.present, value: settleValue(c, value) }
        }),
      }
    case 'forEach':
      for (const i of numbers) {
        const item = sequence.item(i)
        conditional(
          c,
          item.present,
          () => {
            apply(item, i)
            return undefinedValue
          },
          () => undefinedValue,
          site,
        )
      }
      return undefinedValue
    case 'reduce': {
      if (second === undefined)
        return refuse(c, 'MC103', scope.file, node, 'reduce without a start value', 'give it one: reduce((a, x) => ..., 0)')
      return numbers.reduce<Value>((accumulator, i) => {
        const item = sequence.item(i)
        const v = conditional(
          c,
          item.present,
          () => invoke(c, first, [accumulator, item.value, constantValue(i), receiver], site, scope),
          () => accumulator,
          site,
        )
        return v === 'never' ? accumulator : v
      }, second)
    }
    case 'includes':
      if (args.length > 1)
        return refuse(c, 'MC103', scope.file, node, `${name} from a position`, 'write some((x, i) => i >= from && x === ...)')
      return boolean(
        all()
          .map((item) => hit(c, item, first, site))
          .reduce(or, zero),
      )
    case 'indexOf': {
      if (args.length > 1)
        return refuse(c, 'MC103', scope.file, node, `${name} from a position`, 'write findIndex((x, i) => i >= from && x === ...)')
      if (sequence.count === 0) return constantValue(-1)
      return int(
        all()
          .map((item) => hit(c, item, first, site))
          .reduceRight<Expr>((rest, e, i) => select(e, constant(i), rest), constant(-1)),
        -1,
        sequence.count - 1,
      )
    }
    case 'at': {
      const i = integer(c, first, site, 'at')
      const items = all()
      const n = asInt(lengthOf(items))
      if (n === null || items.length === 0) return undefinedValue
      const wanted = settle(c, i.hi < 0 ? binary('add', n.e, i.e) : i.e)
      if (i.lo < 0 && i.hi >= 0)
        return refuse(
          c,
          'MC103',
          scope.file,
          node,
          'at(...) of an index that may be negative or not',
          'use a constant, or an index of at least 0',
        )
      const inside = i.hi < 0 ? binary('ge', wanted, zero) : i.hi < n.lo ? one : binary('lt', wanted, n.e)
      return optionalValue(inside, undefined, select1(c, items, wanted, site))
    }
    case 'entries':
    case 'keys':
    case 'values':
      return { k: 'iterator', over: receiver, gives: name }
    case 'concat':
      return { k: 'list', items: [...all(), ...args.flatMap((a) => itemsOf(c, a, site))] }
    case 'slice': {
      const range = args.map((a) => (a.k === 'const' ? Number(a.value) : Number.NaN))
      if (range.some((x) => !Number.isInteger(x) || x < 0))
        return refuse(c, 'MC103', scope.file, node, 'slice(...) takes constants from 0 here', 'use filter((_, i) => ...)')
      return { k: 'list', items: all().slice(...range) }
    }
    default:
      return refuse(
        c,
        'MC103',
        scope.file,
        node,
        `'${name}' of ${describe(receiver)} is outside the language`,
        'use every some find findIndex filter map includes indexOf reduce at length, push and shift on queues, has add delete clear size on sets',
      )
  }
}

const hit = (c: Context, item: Item, wanted: Value, site: Site): Expr => {
  const e = equal(item.value, wanted)
  if (e === null)
    return refuse(c, 'MC211', site.file, site.node, `${describe(item.value)} is looked for by identity`, 'use some((x) => x.field === ...)')
  return item.present.op === 'const' ? (item.present.value === 0 ? zero : e) : { op: 'and', a: item.present, b: e }
}

/** A test of item i; 0 where it is not there. The item is read here: after what the callbacks for those before it have done. */
const whereThere = (c: Context, sequence: Sequence, i: number, test: (item: Item, i: number) => Expr, site: Site): Expr => {
  const item = sequence.item(i)
  return andThen(c, item.present, () => test(item, i), site)
}

/** The items as they were when their turn came, and for each whether it is the first that passes the test. Behind that one none is looked at. */
const firstHits = (
  c: Context,
  sequence: Sequence,
  numbers: readonly number[],
  test: (item: Item, i: number) => Expr,
  site: Site,
): { readonly hits: Expr[]; readonly items: Item[] } => {
  let none: Expr = one
  const items: Item[] = []
  const hits = numbers.map((i) => {
    const look = (): Expr => {
      const item = sequence.item(i)
      items[i] = item
      return andThen(c, item.present, () => test(item, i), site)
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

/** The value for an item that may be missing: its code runs only where the item is there. */
export const mapped = (c: Context, item: Item, apply: () => Value, site: Site): Value => {
  if (item.present.op === 'const') return apply()
  const out: Stmt[] = []
  const { cells } = c.way
  const value = emitInto(c, out, apply)
  if (out.length === 0 && c.way.cells === cells) return value
  c.way.cells = cells
  const missing = (): Value => {
    const type = typeOf(value)
    const rows = zeros(type)
    return raise(type, (leaf, i) => rows[leaf]?.[i] ?? zero)
  }
  const v = conditional(c, settle(c, item.present), apply, missing, site)
  return v === 'never' ? undefinedValue : v
}

const setMethod = (c: Context, receiver: Value, name: string, node: CallExpression, scope: Scope, text: string): Value => {
  const site: Site = { file: scope.file, node }
  const at = spanOf(scope.file, node)
  const [first = undefinedValue] = argumentsOf(c, node, scope)
  switch (name) {
    case 'has': {
      const i = integer(c, first, site, 'has')
      if (receiver.k === 'ref') return boolean(hasMember(c, receiver.place, i, at))
      if (receiver.k === 'set')
        return boolean(
          receiver.members.map((e, k): Expr => (k < i.lo || k > i.hi ? zero : select(eq(i.e, constant(k)), e, zero))).reduce(or, zero),
        )
      break
    }
    case 'add':
    case 'delete':
      if (receiver.k !== 'ref') return refuse(c, 'MC103', scope.file, node, `'${name}' on a copy of a set`, 'change the set in the state')
      if (name === 'delete') return deleteMember(c, receiver.place, integer(c, first, site, 'delete'), node, scope, text)
      storeMember(c, receiver.place, present(c, first, site), one, scope.file, node, text)
      return receiver
    case 'clear':
      if (receiver.k !== 'ref') return refuse(c, 'MC103', scope.file, node, "'clear' on a copy of a set", 'change the set in the state')
      refuseWrite(c, scope.file, node, text)
      clearPlace(c, receiver.place, at)
      return undefinedValue
    default:
      break
  }
  if (['every', 'some', 'filter', 'map', 'find', 'reduce'].includes(name))
    return refuse(c, 'MC103', scope.file, node, `a set has no '${name}'`, `spread it: [...${text}].${name}(...)`)
  return refuse(c, 'MC103', scope.file, node, `'${name}' of a set is outside the language`, 'use has add delete clear size, and loops')
}

/** Deleting what cannot be a member does nothing. The value says whether there was something to delete. */
const deleteMember = (
  c: Context,
  place: Place,
  i: { e: Expr; lo: number; hi: number },
  node: CallExpression,
  scope: Scope,
  text: string,
): Value => {
  const size = place.domain.kind === 'set' ? place.domain.size : 0
  const e = settle(c, i.e)
  const inside = and(i.lo >= 0 ? one : binary('ge', e, zero), i.hi < size ? one : binary('lt', e, constant(size)))
  const was = hasMember(c, place, { e, lo: i.lo, hi: i.hi }, spanOf(scope.file, node))
  conditional(
    c,
    inside,
    () => {
      storeMember(c, place, int(e, Math.max(0, i.lo), Math.min(size - 1, i.hi)), zero, scope.file, node, text)
      return undefinedValue
    },
    () => undefinedValue,
    { file: scope.file, node },
  )
  return boolean(was)
}

const pushLocal = (c: Context, receiver: Value, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  const object = callee.type === 'MemberExpression' ? callee.object : null
  const found = object?.type === 'Identifier' ? lookup(scope, object.name) : null
  const list = receiver.k === 'list' || (receiver.k === 'const' && Array.isArray(receiver.value)) ? receiver : null
  if (list === null || found === null || !('cell' in found))
    return refuse(c, 'MC103', scope.file, node, `push on ${describe(receiver)}`, 'push to a queue of the state, or to a local list')
  const shared = whyShared(c, found.cell, 1)
  if (shared !== null)
    return refuse(c, 'MC304', scope.file, node, shared.message, `make a list of its own first: const own = [...${found.cell.name}]`)
  refuseWhileLooping(c, found.cell, scope.file, node)
  refuseOutside(c, found.cell, scope.file, node)
  const site: Site = { file: scope.file, node }
  const added = whileUsed(c, object as Expression, list, scope, () => argumentsOf(c, node, scope)).map((value) => ({
    present: one,
    value: settleValue(c, value),
  }))
  noteChange(c, found.cell, 1)
  const items = itemsOf(c, cellValue(c, found.cell) ?? list, site)
  if (node.arguments.some((a, i) => a.type === 'SpreadElement' || freshnessOf(a, added[i]?.value ?? undefinedValue) !== 'own'))
    c.objects.leaked.add(found.cell.id)
  const all = [...items, ...added]
  setCell(c, found.cell, { k: 'list', items: all })
  return lengthOf(all)
}
